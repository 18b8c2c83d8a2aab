"""Who and what exists in the demo: one operator, two clients, their lines, agents and customers. Pure data.

Numbers lie in ranges nobody has been given (mobile prefix 154, landlines 5554 xxxx); names are made up.
The last four digits tell every caller of the town apart, so that a masked number is enough to know one.
"""

import random
from dataclasses import dataclass, field
from typing import Final

PASSWORD: Final = "andon-demo"  # noqa: S105  (the demo's only, printed to whoever starts it)

OPERATOR: Final = ("yunqiao", "云桥客服外包")


@dataclass(frozen=True)
class Client:
    key: str
    name: str
    short_name: str


@dataclass(frozen=True)
class Project:
    """`calendar` names opening hours, None means always; `notice` and `welcome` are prompts."""

    key: str
    client: str
    name: str
    greeting_zh: str
    greeting_en: str
    calendar: str
    notice: str
    welcome: str
    menu: str
    closed: str


@dataclass(frozen=True)
class Queue:
    """`key` is the menu key that leads here; `needs` maps skills to the least level."""

    project: str
    key: str
    name: str
    needs: dict[str, int]
    priority: int = 0
    policy: str = "longest_idle"
    target_percent: int = 80
    target_s: int = 20
    acw_s: int = 20
    ring_timeout_s: int = 15
    max_wait_s: int = 180


@dataclass(frozen=True)
class Line:
    """A number people call. `language` en: its flow speaks English."""

    number: str
    project: str
    label: str
    kind: str
    home: str
    language: str = "zh"


@dataclass(frozen=True)
class Agent:
    login: str
    agent_no: str
    name: str
    department: str
    voice: str
    skills: dict[str, int]
    mobile: str = ""  # where they may answer away from the desk


@dataclass(frozen=True)
class Staff:
    login: str
    name: str
    roles: tuple[str, ...]
    department: str = ""
    client: str | None = None


@dataclass(frozen=True)
class Customer:
    """`phones`: the first is the one the town calls from."""

    client: str
    name: str
    female: bool
    phones: tuple[str, ...]
    tier: str
    tags: tuple[str, ...]
    notes: str
    address: str
    english: bool = False
    custom: dict[str, str] = field(default_factory=dict)


CLIENTS: Final = (Client("qinghe", "青禾电商", "青禾"), Client("mingchuan", "明川水务", "明川"))

PROJECTS: Final = (
    Project(
        key="qinghe_mall",
        client="qinghe",
        name="青禾商城客服",
        greeting_zh="您好，青禾商城，很高兴为您服务，请问有什么可以帮您？",
        greeting_en="Hello, this is Qinghe Mall. How may I help you?",
        calendar="全天服务",
        notice="recording_notice_qinghe",
        welcome="welcome_qinghe",
        menu="main_menu_qinghe_mall",
        closed="closed",
    ),
    Project(
        key="mingchuan_hotline",
        client="mingchuan",
        name="明川水务服务热线",
        greeting_zh="您好，明川水务，请问有什么可以帮您？",
        greeting_en="Hello, this is Mingchuan Water. How may I help you?",
        calendar="全天服务",
        notice="recording_notice_mingchuan",
        welcome="welcome_mingchuan",
        menu="main_menu_mingchuan_hotline",
        closed="closed",
    ),
    Project(
        key="mingchuan_connect",
        client="mingchuan",
        name="明川水务报装服务",
        greeting_zh="您好，明川水务报装服务，请问您要办理什么业务？",
        greeting_en="Hello, this is Mingchuan Water, new connections. How may I help you?",
        calendar="报装工作时间",
        notice="recording_notice_mingchuan",
        welcome="welcome_mingchuan_connect",
        menu="main_menu_mingchuan_connect",
        closed="closed_mingchuan_connect",
    ),
)

_DAY = [["00:00", "24:00"]]
_OFFICE = [["09:00", "17:30"]]
CALENDARS: Final = (
    ("全天服务", dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), _DAY), False),
    ("报装工作时间", dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), _OFFICE), True),
)

SKILLS: Final = ("普通话", "英语", "电商售后", "水务账单", "报修调度", "报装业务", "投诉处理")

QUEUES: Final = (
    Queue("qinghe_mall", "1", "订单物流", {"普通话": 1, "电商售后": 1}),
    Queue("qinghe_mall", "2", "退换售后", {"普通话": 1, "电商售后": 3}),
    Queue(
        "qinghe_mall",
        "3",
        "投诉建议",
        {"电商售后": 3, "投诉处理": 3},
        priority=10,
        policy="most_skilled",
        target_percent=90,
        target_s=15,
    ),
    Queue("qinghe_mall", "9", "English", {"英语": 5}, policy="most_skilled", target_s=30),
    Queue("mingchuan_hotline", "1", "账单缴费", {"普通话": 1, "水务账单": 1}),
    Queue("mingchuan_hotline", "2", "报修抢修", {"报修调度": 3}, priority=5, target_percent=90, target_s=15),
    Queue(
        "mingchuan_hotline",
        "3",
        "投诉建议",
        {"水务账单": 1, "投诉处理": 3},
        priority=10,
        policy="most_skilled",
    ),
    Queue("mingchuan_connect", "1", "报装过户", {"报装业务": 1}, policy="round_robin", target_s=30),
)

# menu keys that share a queue with another key of the same project
ALSO: Final = {
    ("qinghe_mall", "0"): "1",
    ("mingchuan_hotline", "0"): "1",
    ("mingchuan_connect", "2"): "1",
    ("mingchuan_connect", "0"): "1",
}
MENU_LABELS: Final = {
    ("qinghe_mall", "1"): "订单和物流",
    ("qinghe_mall", "2"): "退换货和售后",
    ("qinghe_mall", "3"): "投诉和建议",
    ("qinghe_mall", "9"): "English",
    ("qinghe_mall", "0"): "人工服务",
    ("mingchuan_hotline", "1"): "账单和缴费",
    ("mingchuan_hotline", "2"): "停水漏水报修",
    ("mingchuan_hotline", "3"): "投诉和建议",
    ("mingchuan_hotline", "0"): "人工服务",
    ("mingchuan_connect", "1"): "新装报装",
    ("mingchuan_connect", "2"): "过户更名",
    ("mingchuan_connect", "0"): "人工服务",
}

LINES: Final = (
    Line("4001540100", "qinghe_mall", "青禾商城全国热线", "400", "全国"),
    Line("951540", "qinghe_mall", "青禾商城 95 短号", "95", "全国"),
    Line("057155540100", "qinghe_mall", "Qinghe Mall English line", "local", "浙江 杭州", "en"),
    Line("961540", "mingchuan_hotline", "明川水务服务热线", "96", "浙江"),
    Line("057355540200", "mingchuan_hotline", "明川水务嘉兴总机", "local", "浙江 嘉兴"),
    Line("057355540300", "mingchuan_connect", "明川水务报装专线", "local", "浙江 嘉兴"),
)
UNKNOWN_LINE: Final = "4001540199"  # reaches us and is nobody's

_ONE, _TWO = "客服一部", "客服二部"
AGENTS: Final = (
    Agent(
        "zhangwei",
        "8001",
        "张伟",
        _ONE,
        "agent_m1",
        {"普通话": 9, "电商售后": 7, "投诉处理": 4},
        "15480018001",
    ),
    Agent("wangfang", "8002", "王芳", _ONE, "agent_f1", {"普通话": 9, "电商售后": 8, "投诉处理": 6}),
    Agent("lina", "8003", "李娜", _ONE, "agent_f2", {"普通话": 8, "电商售后": 6, "英语": 7}, "15480018003"),
    Agent("liuyang", "8004", "刘洋", _ONE, "agent_m1", {"普通话": 7, "电商售后": 5}),
    Agent(
        "chenjing",
        "8005",
        "陈静",
        _ONE,
        "agent_f1",
        {"普通话": 9, "电商售后": 9, "投诉处理": 8, "英语": 6},
    ),
    Agent("yangfan", "8006", "杨帆", _ONE, "agent_m1", {"普通话": 6, "电商售后": 4, "水务账单": 3}),
    Agent(
        "zhaomin",
        "8007",
        "赵敏",
        _TWO,
        "agent_f2",
        {"普通话": 8, "水务账单": 8, "报修调度": 7, "投诉处理": 6},
    ),
    Agent("huanglei", "8008", "黄磊", _TWO, "agent_m1", {"普通话": 7, "水务账单": 6, "报修调度": 8}),
    Agent(
        "zhouting",
        "8009",
        "周婷",
        _TWO,
        "agent_f1",
        {"普通话": 8, "水务账单": 7, "报修调度": 5, "报装业务": 6},
    ),
    Agent(
        "wuqiang",
        "8010",
        "吴强",
        _TWO,
        "agent_m1",
        {"普通话": 7, "水务账单": 5, "报修调度": 9, "投诉处理": 7},
    ),
    Agent("xuli", "8011", "徐丽", _TWO, "agent_f2", {"普通话": 8, "水务账单": 5, "报装业务": 8}),
    Agent(
        "sunhao",
        "8012",
        "孙浩",
        _TWO,
        "agent_m1",
        {"普通话": 6, "电商售后": 3, "报修调度": 4, "报装业务": 5},
    ),
)
ENGLISH_VOICE: Final = "agent_en"

# name, department, leader, members
TEAMS: Final = (
    ("一部早班", _ONE, "zhangwei", ("zhangwei", "wangfang", "lina")),
    ("一部晚班", _ONE, "yangfan", ("liuyang", "yangfan")),
    ("二部早班", _TWO, "huanglei", ("huanglei", "xuli")),
)

STAFF: Final = (
    Staff("banzhang", "林晓", ("supervisor",), "运营管理部"),
    Staff("admin", "郑凯", ("administrator",), "系统部"),
    Staff("zhijian", "钱雪", ("quality",), "质检部"),
    Staff("paiban", "冯宇", ("planner",), "运营管理部"),
    Staff("shenji", "沈清", ("auditor",), "审计部"),
    Staff("jiafang", "苏晨", ("client_viewer",), "青禾电商客户体验部", "qinghe"),
    Staff("jiafang2", "唐悦", ("client_viewer",), "明川水务营销部", "mingchuan"),
)

# kind, Chinese, English, minutes allowed at a time
STATE_REASONS: Final = (
    ("break", "就餐", "Meal", 40),
    ("break", "喝水", "Water", 5),
    ("break", "洗手间", "Washroom", 10),
    ("break", "培训", "Training", 60),
    ("break", "班会", "Team meeting", 20),
    ("not_ready", "整理资料", "Paperwork", 15),
    ("not_ready", "跟进工单", "Following up", 20),
    ("not_ready", "请教班长", "Asking the supervisor", 10),
)

REASONS: Final[dict[str, tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]]] = {
    "qinghe_mall": (
        (
            "订单物流",
            "Orders and delivery",
            (
                ("物流查询", "Where is my order"),
                ("修改地址", "Change of address"),
                ("催促发货", "Hurry up"),
                ("取消订单", "Cancel"),
            ),
        ),
        (
            "售后服务",
            "After sales",
            (("退货", "Return"), ("换货", "Exchange"), ("退款进度", "Refund progress"), ("维修", "Repair")),
        ),
        (
            "投诉建议",
            "Complaints",
            (("物流破损", "Damaged in delivery"), ("服务态度", "Attitude"), ("商品质量", "Quality")),
        ),
        ("咨询", "Questions", (("商品咨询", "About a product"), ("活动优惠", "Offers"))),
    ),
    "mingchuan_hotline": (
        (
            "账单缴费",
            "Bills and payment",
            (
                ("水费查询", "Bill enquiry"),
                ("用量异常", "Unusual usage"),
                ("缴费未到账", "Payment not credited"),
            ),
        ),
        (
            "报修",
            "Repairs",
            (
                ("停水", "No water"),
                ("漏水", "Leak"),
                ("水压不足", "Low pressure"),
                ("水质问题", "Water quality"),
            ),
        ),
        ("投诉建议", "Complaints", (("维修服务", "Repair service"), ("抄表错误", "Wrong reading"))),
    ),
    "mingchuan_connect": (
        ("报装", "New connections", (("居民新装", "Household"), ("商户新装", "Business"))),
        ("变更", "Changes", (("过户", "Change of owner"), ("更名", "Change of name"))),
    ),
}
NOTES: Final = (
    "客户咨询已解答，客户表示满意。",
    "已登记工单，承诺 24 小时内回复。",
    "客户情绪平稳，按流程处理。",
    "已核实身份，问题当场解决。",
    "已转相关部门跟进，短信通知结果。",
    "客户要求回访，已记录时间。",
)

_SURNAMES: Final = "王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN_F: Final = (
    "秀英",
    "丽华",
    "雨桐",
    "欣怡",
    "静怡",
    "晓梅",
    "玉兰",
    "思琪",
    "佳慧",
    "婉婷",
    "春燕",
    "梦洁",
)
_GIVEN_M: Final = (
    "建国",
    "志强",
    "浩然",
    "子轩",
    "俊杰",
    "文博",
    "海涛",
    "明辉",
    "立新",
    "家豪",
    "永康",
    "嘉树",
)
_ENGLISH: Final = (
    ("Michael Brown", False),
    ("David Clark", False),
    ("James Miller", False),
    ("Peter Novak", False),
)
_TAGS: Final = {
    "qinghe": ("老客户", "企业采购", "曾投诉", "退货较多", "生鲜会员", "需发票"),
    "mingchuan": ("低保户", "独居老人", "商户", "曾报修", "代扣用户", "多处房产"),
}
_STREETS: Final = ("青禾路", "滨河路", "湖滨路", "明川大道", "银杏街", "学院路", "望江路", "团结巷")
_NOTES: Final = (
    "",
    "",
    "",
    "希望电话回访安排在下午。",
    "普通话较慢，请耐心沟通。",
    "上次来电反映物流延误，已致歉。",
    "家中有老人，报修请优先。",
)
CUSTOMERS_OF: Final = {"qinghe": 44, "mingchuan": 32}


def customers() -> tuple[Customer, ...]:
    """The same customers every time."""
    rng = random.Random("andon town")  # noqa: S311  (a cast, not a secret)
    made: list[Customer] = []
    names: set[str] = set()
    endings = iter(rng.sample(range(1000, 9999), sum(CUSTOMERS_OF.values()) + 40))
    for client, count in CUSTOMERS_OF.items():
        for place in range(count):
            english = client == "qinghe" and place < len(_ENGLISH)
            if english:
                name, female = _ENGLISH[place]
            else:
                female = rng.random() < 0.5
                name = _name(rng, female, names)
            names.add(name)
            ending = next(endings)
            mobile = f"154{rng.choice(('0571', '0573', '2021', '8860'))}{ending:04d}"
            phones: tuple[str, ...] = (mobile,)
            if rng.random() < 0.2:
                phones = (mobile, f"0571555{next(endings):04d}9")
            tier = rng.choices(("normal", "silver", "gold", "vip"), (60, 22, 12, 6))[0]
            tags = tuple(rng.sample(_TAGS[client], rng.choices((0, 1, 2), (45, 40, 15))[0]))
            street, number = rng.choice(_STREETS), rng.randint(1, 200)
            custom = (
                {"会员号": f"QH{ending}{rng.randint(10, 99)}"}
                if client == "qinghe"
                else {"户号": f"203{ending}{rng.randint(10, 99)}"}
            )
            made.append(
                Customer(
                    client=client,
                    name=name,
                    female=female,
                    phones=phones,
                    tier=tier,
                    tags=("English", *tags) if english else tags,
                    notes=rng.choice(_NOTES),
                    address=f"浙江省{'杭州市' if client == 'qinghe' else '嘉兴市'}{street}{number}号",
                    english=english,
                    custom=custom,
                )
            )
    return tuple(made)


def strangers() -> tuple[str, ...]:
    """Numbers nobody has written down: callers who are no customers yet."""
    taken = {customer.phones[0][-4:] for customer in customers()}
    rng = random.Random("andon strangers")  # noqa: S311  (a cast, not a secret)
    endings = [f"{number:04d}" for number in rng.sample(range(1000, 9999), 60)]
    return tuple(f"1545600{ending}" for ending in endings if ending not in taken)


def _name(rng: random.Random, female: bool, taken: set[str]) -> str:
    while True:
        name = rng.choice(_SURNAMES) + rng.choice(_GIVEN_F if female else _GIVEN_M)
        if name not in taken:
            return name


def queue_for(project: str, key: str) -> Queue | None:
    """Where a menu key leads."""
    wanted = ALSO.get((project, key), key)
    return next((queue for queue in QUEUES if queue.project == project and queue.key == wanted), None)


def serves(agent: Agent, queue: Queue) -> bool:
    """Whether the agent has the queue's skills."""
    return all(agent.skills.get(skill, 0) >= level for skill, level in queue.needs.items())


def closes(project: str) -> bool:
    """Whether the project has opening hours that end."""
    return next(entry.calendar for entry in PROJECTS if entry.key == project) != CALENDARS[0][0]
