"""Texts of the twin: what a replay prints, the reasons for a difference, errors."""

from andon.kit.i18n import register

REASONS = {
    "patience": (
        "{of} 次排队中有 {n} 次的耐心为推算（按当日放弃，Kaplan–Meier；{queues} 个队列放弃太少，与他队合并）",
        "Patience is drawn for {n} of {of} stays (Kaplan–Meier of the day's own abandons; pooled with other"
        " queues for {queues} queues with too few)",
    ),
    "rings": (
        "振铃：实际 {n} 次，{missed} 次未接起；重放平均 {predicted} 次未接起（{few} 名座席样本少，用全体的）",
        "{n} rings in the record, {missed} of them unanswered; {predicted} unanswered on average in the"
        " replays (for {few} agents with few rings those of all are taken)",
    ),
    "talks": (
        "{n} 次排队实际未接通，通话与话后时长从本队抽取（{queues} 个队列通话太少，与他队合并）",
        "{n} stays were never answered: their handling times are drawn from their queue's (pooled for"
        " {queues} queues with too few)",
    ),
    "timeout": (
        "排队超时：实际 {n} 次，重放平均 {predicted} 次；超时之后去哪里，只在实际也超时的来电中知道",
        "Waited too long: {n}, on average {predicted} in the replays; where they go then is known only of"
        " those who really did",
    ),
    "nobody_signed_in": (
        "无座席签入：实际 {n} 次，重放平均 {predicted} 次",
        "Nobody signed in: {n}, on average {predicted} in the replays",
    ),
    "unreachable": (
        "{n} 次振铃因设备不可达或呼叫失败而结束",
        "{n} rings ended because the device could not be reached or the call failed",
    ),
    "devices_lost": (
        "座席设备掉线 {n} 次，按当时的时刻重放",
        "Agents' devices vanished {n} times; replayed at those moments",
    ),
    "moved_on": (
        "{n} 位来电者先后排过几个队；重放中前一次结果相同才接着排下一次",
        "{n} callers waited more than once; the next wait is replayed only where the one before ends alike",
    ),
    "cut_off": (
        "{n} 次排队因系统中断而结束，按当时的时刻重放",
        "{n} waits ended with the contact (the system went away); replayed at those moments",
    ),
    "still_open": (
        "{n} 次排队在记录结束时仍未结束，只计入进线",
        "{n} waits were not over when the record ends; they count as offered only",
    ),
    "queues_gone": (
        "{n} 次排队所在的队列已不存在，两边都不计",
        "{n} waits in queues that are gone are left out on both sides",
    ),
    "agents_gone": (
        "{n} 名当日座席已不在中心，重放中没有他们",
        "{n} agents of that day are no longer here and are missing in the replay",
    ),
    "gap": (
        "{since} 至 {until} 没有数据：核心未运行",
        "No data from {since} to {until}: the core was not running",
    ),
    "not_over": ("这一天还没有结束", "The day is not over yet"),
}

register(
    {f"twin.reason.{code}": pair for code, pair in REASONS.items()}
    | {
        "twin.head": (
            "{day}（{zone}），用现在的设置与路由重放 {n} 次，种子 {seed}",
            "{day} ({zone}), replayed {n} times with the present settings and router, seed {seed}",
        ),
        "twin.forgot": (
            "耐心与振铃全部重新抽取，不用当日所知",
            "Patience and rings are all drawn, also where the record knows them",
        ),
        "twin.formula": (
            "服务水平 {variant} = T 秒内接通 ÷（接通 + 等待超过 T 秒的放弃）。每格：实际 → 预测 [95 % 区间]",
            "Service level {variant} = answered≤T ÷ (answered + abandoned>T)."
            " Each cell: actual → predicted [95 % interval]",
        ),
        "twin.queue": ("队列", "Queue"),
        "twin.time": ("时段", "From"),
        "twin.whole": ("全部", "All"),
        "twin.day": ("全天", "day"),
        "twin.offered": ("进线", "Offered"),
        "twin.answered": ("接通", "Answered"),
        "twin.abandoned": ("放弃", "Abandoned"),
        "twin.others": ("其他", "Other"),
        "twin.service_level": ("服务水平", "Service level"),
        "twin.mean_wait_s": ("平均等待 秒", "Mean wait s"),
        "twin.p90_wait_s": ("90% 等待 秒", "90 % wait s"),
        "twin.verdict.close": (
            "✓ 全天服务水平相差 {points} 个百分点，在 2 个百分点以内",
            "✓ The day's service level is off by {points} points: within 2",
        ),
        "twin.verdict.far": (
            "✗ 全天服务水平相差 {points} 个百分点，超过 2 个百分点",
            "✗ The day's service level is off by {points} points: more than 2",
        ),
        "twin.verdict.nothing": ("没有可比的服务水平", "There is no service level to compare"),
        "twin.reasons": ("已知的差异来源：", "What is known to make a difference:"),
        "error.twin.nothing_recorded.title": ("{day} 没有排队记录", "Nobody queued on {day}"),
        "error.twin.nothing_recorded.remedy": ("请换一天。", "Choose another day."),
        "error.twin.project_unknown.title": ("没有项目 {project}", "There is no project {project}"),
        "error.twin.project_unknown.remedy": ("项目有：{known}", "The projects are: {known}"),
        "error.twin.tenant_unknown.title": ("请指明运营方", "Say which operator"),
        "error.twin.tenant_unknown.remedy": ("用 --tenant 指定：{known}", "Say it with --tenant: {known}"),
    }
)
