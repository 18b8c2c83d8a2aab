"""What the flows room says: problems of a graph, names of node types."""

from typing import Any

from andon.flows.problem import Problem
from andon.kit.i18n import Locale, register, text

register(
    {
        "error.flow.invalid.title": ("流程有 {count} 处问题，不能发布", "The flow has {count} problems"),
        "error.flow.invalid.remedy": ("按提示修改后再发布", "Correct them and publish again"),
        "error.flow.unreadable.title": ("流程内容无法读取：{problem}", "The flow cannot be read: {problem}"),
        "error.flow.unreadable.remedy": (
            "检查节点类型和字段",
            "Check the types and fields of its nodes",
        ),
        "error.flow.reasons.title": (
            "有 {count} 条警告没有说明理由",
            "{count} warnings stand without a reason",
        ),
        "error.flow.reasons.remedy": (
            "修改流程，或逐条写明保留的理由",
            "Correct the flow, or say for each why it may stand",
        ),
        "error.trial.no_device.title": ("您的话机还没有连上", "Your telephone is not connected yet"),
        "error.trial.no_device.remedy": (
            "请稍候再试；如持续出现，请检查网络，或在工作台签入后再试。",
            "Try again in a moment; if it goes on, check the network, or sign in at the desk first.",
        ),
        "error.trial.busy.title": ("您正在接听来电", "You are in a call"),
        "error.trial.busy.remedy": ("通话结束后再试打。", "Try again when it is over."),
        "error.trial.none.title": ("没有试打", "There is no trial"),
        "error.trial.none.remedy": (
            "它可能已随系统重启而结束，请重新试打。",
            "It may have ended with a restart; call again.",
        ),
        "error.flow.steps.title": ("试走的步骤无法读取：{problem}", "The steps cannot be read: {problem}"),
        "error.flow.steps.remedy": ("从头重新试走", "Begin the trial again"),
        "flow.problem.no_start": ("起始节点“{target}”不存在", "The first node “{target}” does not exist"),
        "flow.problem.target_missing": (
            "节点“{node}”的出口“{exit}”指向不存在的节点“{target}”",
            "Exit “{exit}” of node “{node}” leads to “{target}”, which does not exist",
        ),
        "flow.problem.exit_missing": (
            "节点“{node}”的出口“{exit}”没有连接",
            "Exit “{exit}” of node “{node}” leads nowhere",
        ),
        "flow.problem.exit_unknown": (
            "节点“{node}”没有名为“{exit}”的出口",
            "Node “{node}” has no exit “{exit}”",
        ),
        "flow.problem.no_choice": ("菜单“{node}”没有任何按键", "Menu “{node}” offers no key"),
        "flow.problem.unreachable": ("节点“{node}”无法到达", "Node “{node}” can never be reached"),
        "flow.problem.no_end": ("从节点“{node}”无法到达挂机", "From node “{node}” the call can never end"),
        "flow.problem.idle_loop": (
            "节点“{node}”处于不停转圈的循环中，来电者什么也听不到",
            "Node “{node}” is in a loop that never waits for anything",
        ),
        "flow.problem.prompt_missing": (
            "节点“{node}”的提示音“{prompt}”缺少{language}版本",
            "Prompt “{prompt}” of node “{node}” is missing in {language}",
        ),
        "flow.problem.prompt_general": (
            "节点“{node}”的提示音“{prompt}”缺少{language}版本，将播放通用的提示音",
            "Prompt “{prompt}” of node “{node}” is missing in {language}: a more general one is heard",
        ),
        "flow.problem.node_unreadable": (
            "节点“{node}”无法读取：{problem}",
            "Node “{node}” cannot be read: {problem}",
        ),
        "flow.problem.graph_unreadable": ("流程无法读取：{problem}", "The flow cannot be read: {problem}"),
        "flow.problem.prompt_none": ("节点“{node}”没有设置提示音", "Node “{node}” says nothing"),
        "flow.problem.queue_unknown": (
            "节点“{node}”的队列不存在",
            "The queue of node “{node}” does not exist",
        ),
        "flow.problem.calendar_unknown": (
            "节点“{node}”的工作时间不存在",
            "The calendar of node “{node}” does not exist",
        ),
        "flow.problem.lengths": (
            "节点“{node}”的最短位数大于最长位数",
            "Node “{node}” wants more keys at least than at most",
        ),
        "flow.problem.pattern_unreadable": (
            "节点“{node}”的号码格式无法读取",
            "The pattern of node “{node}” cannot be read",
        ),
        "flow.problem.offer_unsaid": (
            "节点“{node}”的等待者不会听到可以按哪个键：没有{language}的标准提示音，请选择“按键说明”",
            "Nobody who waits in node “{node}” is told of its keys in {language}: choose prompts for them",
        ),
        "flow.problem.words": (
            "节点“{node}”要为至少一个已连接的按键写出对应的说法",
            "Node “{node}” needs words for at least one key, and each of those keys a connection",
        ),
        "flow.problem.no_recogniser": (
            "节点“{node}”要听来电者说话，但没有配置语音识别：请改用按键菜单，"
            "或由管理员设置 ANDON_SPEECH_RECOGNISER",
            "Node “{node}” listens to callers, but no recogniser is set up: use a menu of keys, or have "
            "ANDON_SPEECH_RECOGNISER set",
        ),
        "flow.problem.no_chat_link": (
            "节点“{node}”要用短信发送链接，但项目没有设置：请在“项目”里填写在线客服链接，并选择短信网关",
            "Node “{node}” sends callers a link by text message, but the project has none: "
            "set its link and a gateway on the page of projects",
        ),
        "flow.problem.key_twice": (
            "节点“{node}”里同一个键有两种用途",
            "One key of node “{node}” means two things",
        ),
        "flow.problem.url": (
            "节点“{node}”的网址必须以 http:// 或 https:// 加固定的主机名开头",
            "The address of node “{node}” must begin with http:// or https:// and a host that is written out",
        ),
        "flow.problem.exit_name": (
            "节点“{node}”的出口名称只能用 1 到 30 个字母、数字、下划线或连字符",
            "Exits of node “{node}” are named by 1 to 30 letters, digits, _ or -",
        ),
        "flow.problem.variable_name": (
            "变量不能叫“{name}”：用字母开头的字母、数字和下划线，且不能是保留字",
            "A variable cannot be called “{name}”: letters, digits and _, a letter first, no reserved word",
        ),
        "flow.problem.variable_initial": (
            "变量“{name}”的初始值与类型不符",
            "The initial value of variable “{name}” is not of its type",
        ),
        "flow.problem.variable_unknown": (
            "节点“{node}”写入的变量“{name}”没有声明",
            "Node “{node}” sets variable “{name}”, which is not declared",
        ),
        "flow.problem.expression": (
            "节点“{node}”的“{field}”第 {at} 个字符处：{why}",
            "Node “{node}”, “{field}”, character {at}: {why}",
        ),
        "flow.problem.flow_unknown": (
            "节点“{node}”的子流程不存在或尚未发布",
            "The sub-flow of node “{node}” does not exist or is not published",
        ),
        "flow.problem.flow_calls_itself": (
            "节点“{node}”的子流程又回到本流程",
            "The sub-flow of node “{node}” comes back to this flow",
        ),
        "flow.problem.human_far": (
            "从菜单“{node}”按 {levels} 次键仍找不到人工",
            "From menu “{node}” no human is reached within {levels} choices",
        ),
        "flow.problem.elder_no_way": (
            "老年人等来电者在首层菜单“{node}”不能一键转人工",
            "In the first menu “{node}” no single key leads to a human, as elder callers need it",
        ),
        "flow.problem.card_recorded": (
            "节点“{node}”收集银行卡号时正在录音：请打开“录音暂停”",
            "Node “{node}” collects a card number while the call is recorded: take it off the record",
        ),
        "flow.problem.card_shown": (
            "节点“{node}”的银行卡号会写入流水：请打开“隐藏按键”或把变量设为保密",
            "The card number of node “{node}” would be in the journal: mask it, or make its variable secret",
        ),
        "flow.problem.record_without_notice": (
            "到达节点“{node}”的来电者可能没有听过录音告知",
            "Callers may come to node “{node}” without having heard the recording notice",
        ),
        "flow.problem.notice_missing": (
            "到达节点“{node}”的来电者可能没有听过录音告知，通话也不会录音",
            "Callers may come to node “{node}” without a recording notice; they are not recorded",
        ),
        "flow.problem.gives_up_to_itself": (
            "节点“{node}”的出口“{exit}”又回到该节点，来电者无法离开",
            "Exit “{exit}” of node “{node}” comes back to it: the caller finds no way out",
        ),
        "flow.problem.transfer_open": (
            "节点“{node}”外呼的号码不是固定的，可能被用来拨打付费电话",
            "The number that node “{node}” calls is not fixed: it could be misused for expensive calls",
        ),
        **{
            f"flow.expression.{code}": said
            for code, said in {
                "empty": ("没有内容", "there is nothing"),
                "too_long": ("超过 {most} 个字符", "longer than {most} characters"),
                "too_deep": ("嵌套超过 {most} 层", "nested deeper than {most}"),
                "text_open": ("文字缺少结束引号", "the text lacks its closing quote"),
                "single_equals": ("比较用 ==", "compare by =="),
                "number": ("无法读取的数字", "a number that cannot be read"),
                "character": ("不能使用字符 {found}", "the character {found} has no meaning"),
                "expected": ("这里应是 {wanted}", "here should be {wanted}"),
                "rest": (
                    "“{found}”多余，或前面缺少运算符",
                    "“{found}” is too much, or an operator is missing",
                ),
                "value_missing": ("这里缺少一个值", "a value is missing here"),
                "name_unknown": ("没有名为“{name}”的变量", "there is no “{name}”"),
                "function_unknown": ("没有函数“{name}”", "there is no function “{name}”"),
                "arguments": (
                    "函数“{name}”需要 {wanted} 个值，给了 {found} 个",
                    "“{name}” takes {wanted} values, not {found}",
                ),
                "type": ("这里需要{wanted}，而不是{found}", "here is {wanted} wanted, not {found}"),
                "compared": ("{left}与{right}不能比较", "{left} and {right} cannot be compared"),
                "list_compared": ("列表只能用在 in 之后", "a list can only follow “in”"),
                "truth_ordered": ("真假没有大小", "truths have no order"),
                "mixed": ("“{name}”的各个值类型不同", "the values of “{name}” are of different types"),
            }.items()
        },
        "flow.type.text": ("文字", "text"),
        "flow.type.number": ("数字", "number"),
        "flow.type.truth": ("真假", "truth"),
        "flow.type.list": ("列表", "list"),
        "flow.type.any": ("任意", "anything"),
        "flow.language.zh": ("中文", "Chinese"),
        "flow.language.en": ("英文", "English"),
        "flow.node.start": ("开始", "Start"),
        "flow.node.hours": ("工作时间", "Hours"),
        "flow.node.recording_notice": ("录音告知", "Recording notice"),
        "flow.node.play": ("播放", "Play"),
        "flow.node.language": ("语言", "Language"),
        "flow.function.length": ("文字的长度", "The length of a text"),
        "flow.function.upper": ("全部大写", "In capitals"),
        "flow.function.lower": ("全部小写", "In small letters"),
        "flow.function.trim": ("去掉首尾空格", "Without spaces at its ends"),
        "flow.function.left": ("前 n 个字", "The first n characters"),
        "flow.function.right": ("后 n 个字", "The last n characters"),
        "flow.function.digits": ("只留数字", "Only its digits"),
        "flow.function.number": ("文字变数字；不是数字则未知", "A text as number; nothing if it is none"),
        "flow.function.text": ("变成文字", "As text"),
        "flow.function.round": ("四舍五入到 n 位小数", "Rounded to n places"),
        "flow.function.floor": ("向下取整", "The whole number below"),
        "flow.function.min": ("最小的一个", "The smallest"),
        "flow.function.max": ("最大的一个", "The largest"),
        "flow.function.if": ("条件成立取前者，否则取后者", "The first if true, else the second"),
        "flow.function.known": ("有值", "It is not nothing"),
        "flow.function.first": ("第一个有值的", "The first that is not nothing"),
        "flow.function.contains": ("包含这段文字", "It contains the other text"),
        "flow.function.starts_with": ("以这段文字开头", "It begins with the other text"),
        "flow.function.fits": (
            "符合按键格式，如 1[3-9]d{{9}}",
            "It fits a pattern of digits, as 1[3-9]d{{9}}",
        ),
        "flow.function.luhn": ("是有效的银行卡号", "It is a valid card number"),
        "flow.function.queue_waiting": (
            "队列等待人数（按队列名）",
            "How many wait in the queue of that name",
        ),
        "flow.function.queue_longest_wait": (
            "队列最长等待秒数",
            "The longest wait in that queue, in seconds",
        ),
        "flow.function.queue_agents": ("队列签入座席数", "Agents signed in to that queue"),
        "flow.function.queue_ready": ("队列空闲座席数", "Agents of that queue who are free now"),
        "flow.name.contact.caller": ("主叫号码", "The caller's number"),
        "flow.name.contact.called": ("被叫号码", "The called number"),
        "flow.name.contact.language": ("当前语言 zh 或 en", "The language now, zh or en"),
        "flow.name.customer.known": ("已识别客户", "The caller is known"),
        "flow.name.customer.name": ("客户姓名", "The customer's name"),
        "flow.name.customer.tier": ("客户等级", "The customer's tier"),
        "flow.name.now.date": ("日期，如 2026-03-02", "The date, as 2026-03-02"),
        "flow.name.now.clock": ("时刻，如 09:05", "The time, as 09:05"),
        "flow.name.now.hour": ("小时", "The hour"),
        "flow.name.now.minute": ("分钟", "The minute"),
        "flow.name.now.weekday": ("星期，1 为周一", "The weekday, 1 is Monday"),
        "flow.node.menu": ("按键菜单", "Menu"),
        "flow.node.speech": ("语音输入", "Speech input"),
        "flow.node.say": ("报读", "Say a value"),
        "flow.node.collect": ("收集按键", "Collect digits"),
        "flow.node.set": ("赋值", "Set"),
        "flow.node.condition": ("条件", "Condition"),
        "flow.node.switch": ("分支", "Switch"),
        "flow.node.random": ("随机", "Random"),
        "flow.node.split": ("A/B 分流", "A/B split"),
        "flow.node.http": ("HTTP 请求", "HTTP request"),
        "flow.node.customer": ("查找客户", "Customer look-up"),
        "flow.node.tag": ("打标签", "Tag"),
        "flow.node.record": ("录音开关", "Recording"),
        "flow.node.wait": ("等待", "Wait"),
        "flow.node.dial_agent": ("找指定座席", "Dial an agent"),
        "flow.node.transfer_out": ("转外线", "Transfer out"),
        "flow.node.emergency": ("紧急电话", "Emergency"),
        "flow.node.sub_flow": ("子流程", "Sub-flow"),
        "flow.node.return": ("返回", "Return"),
        "flow.node.queue": ("排队", "Queue"),
        "flow.node.voicemail": ("留言", "Voicemail"),
        "flow.node.survey": ("满意度", "Survey"),
        "flow.node.hangup": ("挂机", "Hang up"),
    }
)


def said(problem: Problem, locale: Locale) -> str:
    """The problem in words."""
    return text(f"flow.problem.{problem.code}", locale, **spoken(problem.params, locale))


def spoken(params: dict[str, Any], locale: Locale) -> dict[str, Any]:
    """Parameters of a problem as they are said: languages, types and faults of an expression in words."""
    said = dict(params)
    if "language" in said:
        said["language"] = text(f"flow.language.{said['language']}", locale)
    if "why" in said:
        said["why"] = fault(said["why"], said.pop("more", {}), locale)
    return said


def fault(code: str, params: dict[str, Any], locale: Locale) -> str:
    """What is wrong with an expression, in words."""
    said = dict(params)
    if code in {"type", "compared"}:
        said = {name: text(f"flow.type.{kind}", locale) for name, kind in said.items()}
    return text(f"flow.expression.{code}", locale, **said)
