"""The list of figures: names, formulas and variants in both languages. Pure.

Variants of the service level follow the letters in use among Chinese vendors (51callcenter's four
formulas and Alibaba CCC's `ServiceLevel20`). `sl.d` is the default; `sl.a` stands beside it; `sl.b`
hides abandoned callers and is never the default.
"""

from andon.reporting.figures import About, Counts, Figure, Unit

DEFAULT_SERVICE_LEVEL = "sl.d"
_MS = 0.001


def _count(id: str, zh: str, en: str, formula: tuple[str, str], about: About = About.QUEUE) -> Figure:
    """A plain sum: the `Counts` field of the same name."""
    return Figure(id, Unit.COUNT, about, zh, en, *formula, top=lambda counts: int(getattr(counts, id)))


def _service_level(variant: str, formula: tuple[str, str], top: str, bottom: str) -> Figure:
    """`top` and `bottom` are `Counts` fields joined by + and -, read left to right."""
    return Figure(
        id="service_level",
        unit=Unit.RATIO,
        about=About.QUEUE,
        zh="服务水平",
        en="Service level",
        formula_zh=formula[0],
        formula_en=formula[1],
        top=lambda counts: _sum(counts, top),
        bottom=lambda counts: _sum(counts, bottom),
        variant=variant,
    )


def _sum(counts: Counts, terms: str) -> int:
    total, sign = 0, 1
    for word in terms.split():
        if word in "+-":
            sign = 1 if word == "+" else -1
        else:
            total += sign * int(getattr(counts, word))
    return total


def _quotient(
    id: str,
    unit: Unit,
    names: tuple[str, str],
    formula: tuple[str, str],
    top: str,
    bottom: str,
    about: About = About.QUEUE,
    variant: str | None = None,
) -> Figure:
    return Figure(
        id=id,
        unit=unit,
        about=about,
        zh=names[0],
        en=names[1],
        formula_zh=formula[0],
        formula_en=formula[1],
        top=lambda counts: _sum(counts, top),
        bottom=lambda counts: _sum(counts, bottom),
        variant=variant,
        scale=_MS if unit is Unit.SECONDS else 1.0,
    )


def _time(id: str, field: str, zh: str, en: str, formula: tuple[str, str]) -> Figure:
    return Figure(
        id,
        Unit.SECONDS,
        About.AGENT,
        zh,
        en,
        *formula,
        top=lambda counts: int(getattr(counts, field)),
        scale=_MS,
    )


FIGURES: tuple[Figure, ...] = (
    _count("offered", "进线量", "Offered", ("进入队列的接触数", "contacts that entered the queue")),
    _count("answered", "接通量", "Answered", ("由座席接通的接触数", "contacts connected to an agent")),
    _count(
        "abandoned",
        "放弃量",
        "Abandoned",
        (
            "在排队或振铃时由主叫挂断的接触数（含短放弃，不含语音导航中放弃）",
            "callers who hung up while queued or ringing (short abandons included, IVR not)",
        ),
    ),
    _count(
        "abandoned_short",
        "短放弃量",
        "Short abandons",
        ("等待不超过短放弃阈值的放弃数", "abandons within the short-abandon threshold"),
    ),
    _count(
        "others",
        "其他离队",
        "Left otherwise",
        (
            "超时、无人签入、按键离开或中断而离队的接触数",
            "contacts that left by time-out, nobody signed in, key or interruption",
        ),
    ),
    _count("waiting", "正在排队", "Waiting now", ("尚未离队的接触数", "contacts still in the queue")),
    _service_level(
        "sl.d",
        ("T秒内接通 ÷（接通 + 等待超过阈值的放弃）", "answered≤T ÷ (answered + abandoned>threshold)"),
        "answered_within",
        "answered + abandoned - abandoned_short",
    ),
    _service_level(
        "sl.a",
        ("T秒内接通 ÷（接通 + 放弃）", "answered≤T ÷ (answered + abandoned)"),
        "answered_within",
        "answered + abandoned",
    ),
    _service_level(
        "sl.b",
        ("T秒内接通 ÷ 接通（不计放弃）", "answered≤T ÷ answered (abandons hidden)"),
        "answered_within",
        "answered",
    ),
    _service_level(
        "sl.c",
        ("（T秒内接通 + T秒内放弃）÷（接通 + 放弃）", "(answered≤T + abandoned≤T) ÷ (answered + abandoned)"),
        "answered_within + abandoned_within",
        "answered + abandoned",
    ),
    _service_level(
        "sl.e",
        ("等待不超过T秒的离队数 ÷ 进线量", "waits≤T ÷ contacts queued"),
        "answered_within + abandoned_within + others_within",
        "offered",
    ),
    _quotient(
        "answer_rate_inbound",
        Unit.RATIO,
        ("人工接通率", "Answer rate"),
        ("接通 ÷ 进线量", "answered ÷ offered"),
        "answered",
        "offered",
    ),
    _quotient(
        "abandon_rate",
        Unit.RATIO,
        ("放弃率", "Abandon rate"),
        (
            "放弃 ÷ 进线量（含短放弃，不含语音导航）",
            "abandoned ÷ offered (short abandons included, IVR not)",
        ),
        "abandoned",
        "offered",
        variant="queue",
    ),
    _quotient(
        "asa",
        Unit.SECONDS,
        ("平均应答速度", "Average speed of answer"),
        ("接通接触的等待时长合计 ÷ 接通", "Σ wait of answered ÷ answered"),
        "answered_wait_ms",
        "answered",
    ),
    _quotient(
        "estimated_wait_error",
        Unit.SECONDS,
        ("预计等待误差", "Error of the estimated wait"),
        (
            "|预计等待 − 实际等待| 合计 ÷ 接通且入队时预计须等待的接触",
            "Σ |estimated − actual wait| ÷ answered contacts that were told a wait",
        ),
        "missed_by_ms",
        "predicted",
    ),
    _quotient(
        "avg_abandon_time",
        Unit.SECONDS,
        ("平均放弃时长", "Average time to abandon"),
        ("放弃接触的等待时长合计 ÷ 放弃", "Σ wait of abandoned ÷ abandoned"),
        "abandoned_wait_ms",
        "abandoned",
    ),
    _quotient(
        "avg_queue_time",
        Unit.SECONDS,
        ("平均排队时长", "Average queue time"),
        (
            "已离队接触的等待时长合计 ÷ 已离队（含放弃）",
            "Σ wait ÷ contacts that left the queue, abandons included",
        ),
        "answered_wait_ms + abandoned_wait_ms + others_wait_ms",
        "offered - waiting",
    ),
    _count(
        "handled",
        "处理量",
        "Handled",
        ("已结束的人工通话数", "finished conversations with an agent"),
        About.BOTH,
    ),
    _quotient(
        "aht",
        Unit.SECONDS,
        ("平均处理时长", "Average handling time"),
        ("（通话 + 保持 + 话后处理）÷ 处理量", "(talk + hold + wrap-up) ÷ handled"),
        "talk_ms + hold_ms + acw_ms",
        "handled",
        About.BOTH,
    ),
    _quotient(
        "avg_talk",
        Unit.SECONDS,
        ("平均通话时长", "Average talk time"),
        ("通话时长（不含保持）÷ 处理量", "talk without hold ÷ handled"),
        "talk_ms",
        "handled",
        About.BOTH,
    ),
    _quotient(
        "avg_hold",
        Unit.SECONDS,
        ("平均保持时长", "Average hold time"),
        ("保持时长 ÷ 有保持的通话数", "hold ÷ conversations held"),
        "hold_ms",
        "held",
        About.BOTH,
    ),
    _quotient(
        "acw",
        Unit.SECONDS,
        ("平均话后处理时长", "Average wrap-up time"),
        ("话后处理时长 ÷ 处理量", "wrap-up ÷ handled"),
        "acw_ms",
        "handled",
        About.BOTH,
    ),
    _quotient(
        "occupancy",
        Unit.RATIO,
        ("通话利用率", "Occupancy"),
        (
            "（通话 + 保持 + 话后处理）÷（通话 + 保持 + 话后处理 + 空闲）",
            "(talk + hold + wrap-up) ÷ (the same + ready)",
        ),
        "busy_ms",
        "busy_ms + ready_ms",
        About.AGENT,
    ),
    _time(
        "signed_in_time", "signed_in_ms", "签入时长", "Signed in", ("签入至签出的时长", "sign-in to sign-out")
    ),
    _time("ready_time", "ready_ms", "空闲时长", "Ready", ("空闲状态时长", "time in the state ready")),
    _time("break_time", "break_ms", "小休时长", "On break", ("小休状态时长", "time in the state break")),
    _time(
        "not_ready_time",
        "not_ready_ms",
        "示忙时长",
        "Not ready",
        ("示忙状态时长", "time in the state not ready"),
    ),
    _count("rung", "振铃次数", "Rung", ("向座席振铃的次数", "offers that rang the agent"), About.AGENT),
    _count(
        "missed",
        "未接次数",
        "Missed",
        ("振铃超时或设备不可达的次数", "offers that timed out or could not reach the device"),
        About.AGENT,
    ),
    _count("rejected", "拒接次数", "Rejected", ("座席拒接的次数", "offers the agent rejected"), About.AGENT),
    _count(
        "dialled",
        "外呼量",
        "Called out",
        ("座席主动呼出且已结束的通话数", "calls made by the agent that are over"),
        About.AGENT,
    ),
    _quotient(
        "connect_rate_outbound",
        Unit.RATIO,
        ("呼出接通率", "Outbound connect rate"),
        ("有人接听 ÷ 外呼量", "answered by a person ÷ called out"),
        "reached",
        "dialled",
        About.AGENT,
    ),
    _count(
        "internal",
        "内部通话量",
        "Internal calls",
        ("与同事通话的次数（呼出与呼入）", "calls with a colleague, made or answered"),
        About.AGENT,
    ),
    _time(
        "internal_time",
        "internal_ms",
        "内部通话时长",
        "Internal talk",
        ("与同事通话的时长（含保持）", "time in calls with colleagues, hold included"),
    ),
    _quotient(
        "transfer_rate",
        Unit.RATIO,
        ("转接率", "Transfer rate"),
        ("座席转出的通话 ÷ 结束的通话", "conversations passed on by their agent ÷ finished conversations"),
        "transferred",
        "handled",
        About.BOTH,
    ),
    _quotient(
        "csat",
        Unit.RATIO,
        ("满意率", "Satisfied"),
        ("（非常满意 + 满意）÷ 参评数", "(very satisfied + satisfied) ÷ responses"),
        "satisfied",
        "responses",
        About.BOTH,
    ),
    _quotient(
        "csat_index",
        Unit.SCORE,
        ("满意度指数", "Satisfaction index"),
        ("评分合计 ÷ 参评数", "Σ score ÷ responses"),
        "score_sum",
        "responses",
        About.BOTH,
    ),
    _quotient(
        "survey_response_rate",
        Unit.RATIO,
        ("参评率", "Survey response rate"),
        ("参评数 ÷ 邀评数", "responses ÷ invitations"),
        "responses",
        "asked",
        About.BOTH,
    ),
)


def figures_about(*about: About) -> tuple[Figure, ...]:
    """The figures that can be told of a queue, or of an agent; those of both are in either."""
    return tuple(figure for figure in FIGURES if figure.about in about or figure.about is About.BOTH)
