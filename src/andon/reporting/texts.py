"""Texts of reporting: outcomes, the time line's sentences, reasons of the router, errors."""

from andon.kit.i18n import register

OUTCOMES = {
    "served": ("人工服务", "Served by an agent"),
    "abandoned_flow": ("导航中放弃", "Hung up in the menu"),
    "abandoned_queue": ("排队中放弃", "Hung up while waiting"),
    "abandoned_ringing": ("振铃中放弃", "Hung up while an agent was ringing"),
    "nobody_signed_in": ("无座席签入", "Nobody signed in"),
    "queue_timeout": ("排队超时", "Waited too long"),
    "out_of_hours": ("非服务时间", "Out of hours"),
    "voicemail": ("已留言", "Left a message"),
    "invalid_keys": ("多次按错键", "Wrong keys"),
    "silence": ("无按键输入", "No key pressed"),
    "self_service": ("自助完成", "Served by the flow"),
    "callback_kept": ("预约回呼", "To be called back"),
    "callback_missed": ("回呼未成", "Called back in vain"),
    "callee_busy": ("对方占线", "Busy"),
    "callee_rejected": ("对方拒接", "Rejected"),
    "callee_no_answer": ("无人接听", "No answer"),
    "callee_unreachable": ("无法接通", "Unreachable"),
    "wrong_number": ("空号", "No such number"),
    "dial_cancelled": ("已取消外呼", "Call cancelled"),
    "transferred_out": ("已转外线", "Transferred out"),
    "unknown_number": ("未知号码", "Unknown number"),
    "trunk_busy": ("中继占满", "Trunk busy"),
    "media_lost": ("无媒体流", "No audio"),
    "flow_error": ("流程出错", "Flow failed"),
    "interrupted": ("系统中断", "Interrupted"),
    "shutdown": ("系统停机", "System stopped"),
}

SIDES = {
    "caller": ("主叫", "caller"),
    "agent": ("座席", "agent"),
    "system": ("系统", "system"),
    "supervisor": ("班长", "supervisor"),
}

QUEUE_EXITS = {
    "answered": ("接通", "answered"),
    "abandoned": ("主叫放弃", "abandoned"),
    "timeout": ("排队超时", "waited too long"),
    "nobody_signed_in": ("无座席签入", "nobody signed in"),
    "queue_removed": ("队列被删除", "the queue was removed"),
    "overflow": ("队列溢出", "the queue ran over"),
    "moved": ("班长移到别的队列", "moved by a supervisor"),
    "key_exit": ("按键离开", "left by key"),
    "callback_kept": ("保留位置等待回呼", "kept the place, to be called back"),
    "ended": ("联络结束", "the contact ended"),
}

OFFER_ENDS = {
    "answered": ("接听", "answered"),
    "rejected": ("拒接", "rejected"),
    "timeout": ("振铃超时", "ring time-out"),
    "caller_gone": ("主叫已挂机", "the caller hung up"),
    "customer_away": ("客户未接回呼", "the customer did not come to the telephone"),
    "unreachable": ("设备不可达", "device unreachable"),
    "failed": ("呼叫失败", "failed"),
    "ended": ("系统撤回", "withdrawn"),
}

CALLBACK_CAUSES = {
    "asked": ("客户预约", "the caller asked"),
    "interrupted": ("系统中断", "the system broke off"),
}

CALLBACK_ENDS = {
    "served": ("已通话", "they talked"),
    "attempts": ("多次未接", "not reached as often as the queue allows"),
    "expired": ("已过期", "its time was over"),
    "called_again": ("客户再次来电", "the customer called again"),
    "queue_removed": ("队列被删除", "the queue was removed"),
    "cancelled": ("已取消", "cancelled"),
    "lost": ("记录不可读", "its record could not be read"),
}

OUTSIDE_ENDS = {
    "ended": ("通话结束", "the conversation ended"),
    "busy": ("忙", "busy"),
    "no_answer": ("无人接听", "no answer"),
    "failed": ("呼叫失败", "failed"),
    "caller_gone": ("主叫已挂机", "the caller hung up"),
}

TRANSFER_REASONS = {
    "specialist": ("需要专业处理", "needs a specialist"),
    "complaint": ("投诉", "complaint"),
    "other_department": ("属于其他部门", "another department"),
    "language": ("语言", "language"),
    "other": ("其他", "other"),
}

TRANSFER_ENDS = {
    "completed": ("已转出", "handed over"),
    "returned": ("流程完成，客户返回", "the flow gave the caller back"),
    "cancelled": ("座席取消", "cancelled by the agent"),
    "rejected": ("对方拒接", "rejected"),
    "timeout": ("对方未接", "not answered"),
    "busy": ("对方占线", "busy"),
    "unreachable": ("对方无法接通", "unreachable"),
    "wrong_number": ("空号", "wrong number"),
    "failed": ("呼叫失败", "failed"),
    "hung_up": ("对方挂断", "the other side hung up"),
    "caller_gone": ("主叫已挂机", "the caller hung up"),
    "ended": ("系统结束", "ended by the system"),
}

PARK_ENDS = {
    "timeout": ("无人取回，回铃", "nobody came, it rings back"),
    "caller_gone": ("主叫已挂机", "the caller hung up"),
    "ended": ("系统结束", "ended by the system"),
}

CARD_SOURCES = {
    "button": ("座席按键", "by hand"),
    "field": ("表单字段", "a field of the form"),
    "flow": ("流程收号", "keys in a flow"),
}

CARD_ENDS = {
    "resumed": ("座席恢复", "ended by hand"),
    "field_left": ("离开字段", "the field was left"),
    "limit": ("到时自动恢复", "the time was up"),
    "collected": ("收号完成", "the keys are collected"),
    "passed_on": ("转走或咨询", "the caller was passed on"),
    "call_over": ("通话结束", "the conversation was over"),
}

MONITOR_MODES = {
    "listen": ("监听", "listens"),
    "whisper": ("耳语", "whispers"),
    "barge_in": ("强插", "barges in"),
    "take_over": ("接管", "takes over"),
    "pull": ("接起排队来电", "takes the waiting call"),
}

MOBILE_ENDS = {
    "accepted": ("已按键接听", "took the call by the key"),
    "no_key": ("接起后没有按键", "picked up, and no key came"),
    "hung_up": ("接起后挂断", "picked up and hung up"),
    "no_answer": ("无人接听", "no answer"),
    "busy": ("忙", "busy"),
    "rejected": ("拒接", "declined"),
    "unreachable": ("无法接通", "not to be reached"),
    "withdrawn": ("不再振铃", "not rung any more"),
}

TIERS = {
    "normal": ("普通", "Standard"),
    "silver": ("银卡", "Silver"),
    "gold": ("金卡", "Gold"),
    "vip": ("VIP", "VIP"),
}

MISSING = {
    "disk_full": ("磁盘已满", "disk full"),
    "engine_lost": ("媒体引擎中断", "the engine went away"),
    "file_missing": ("文件丢失", "file missing"),
    "short": ("录音不完整", "shorter than the call"),
}

PASSED_OVER = {
    "busy": ("通话中或话后处理", "busy"),
    "full": ("已无余量", "has no room for more"),
    "not_ready": ("示忙", "not ready"),
    "on_break": ("小休", "on break"),
    "idle_shorter": ("空闲时间较短", "idle for a shorter time"),
    "less_skilled": ("技能等级较低", "lower skill level"),
    "chosen": ("由该座席接听", "was chosen"),
    "offline": ("未签入", "not signed in"),
    "second_or_unable": ("就绪，但排在其后或不服务该队列", "ready, but second or unable to serve the queue"),
    "more_occupied": ("近期更忙", "busier of late"),
    "more_calls": ("已接更多", "has taken more calls"),
    "less_value": ("价值权重较低", "lower value for this queue"),
    "less_qualified": ("放宽条件后才符合", "qualifies only after relaxing"),
    "preferred_missing": ("缺少优先技能", "lacks a preferred skill"),
    "step_later": ("尚未放宽到该座席", "not yet relaxed to this agent"),
    "reserved": ("为高价值客户预留", "kept for more valuable customers"),
    "other_agent_owed": ("客户归属其他座席", "the caller waits for another agent"),
    "other_group": ("不在所限班组", "not in the groups of this queue"),
    "certificate_missing": ("缺少所需证书", "lacks a required certificate"),
    "certificate_expired": ("证书已过期", "a certificate has expired"),
    "turn_later": ("还未轮到", "not their turn yet"),
    "skill_missing": ("缺少所需技能", "lacks a required skill"),
    "skill_level": ("技能等级不足", "skill level too low"),
    "other_client": ("只服务其他委托方", "serves another client only"),
    "no_capacity": ("不接语音", "takes no voice calls"),
    "inactive": ("已停用", "deactivated"),
    "cannot_serve": ("不服务该队列", "does not serve this queue"),
}

_TIMELINE = {
    "contact.arrived": ("来电到达 {dnis}（{label}）", "Call arrived on {dnis} ({label})"),
    "contact.arrived.outbound": ("外呼，对方看到 {dnis}", "Calling out, showing {dnis}"),
    "contact.arrived.internal": ("内部呼叫 {caller} → {dnis}", "Internal call {caller} → {dnis}"),
    "contact.arrived.returned": ("回呼客户", "Calling the customer back"),
    "contact.identified": ("识别为客户 {customer}（{tier}）", "Known as {customer} ({tier})"),
    "flow.entered": ("进入流程 {flow} 第 {version} 版", "Flow {flow}, version {version}"),
    "flow.node": ("经过节点 {node}", "Node {node}"),
    "contact.tagged": ("标签：{tags}", "Tagged: {tags}"),
    "outside.dialled": ("外呼 {number}", "Called {number} outside"),
    "outside.connected": ("外线接通，振铃 {rang} 秒", "Connected outside after ringing {rang} s"),
    "outside.ended": ("外线结束：{how}，通话 {talked} 秒", "Outside over: {how}, talked {talked} s"),
    "flow.key": ("按键 {keys_pressed}：{label}", "Pressed {keys_pressed}: {label}"),
    "flow.key.wrong": ("按错键 {keys_pressed}（{label}）", "Pressed a wrong key {keys_pressed} ({label})"),
    "flow.key.none": ("节点 {node} 未按键", "No key at {node}"),
    "contact.queued": (
        "进入队列 {queue}，第 {position} 位，优先级 {priority}",
        "Queued in {queue}, position {position}, priority {priority}",
    ),
    "contact.dequeued": ("离开队列 {queue}：{how}，等待 {waited} 秒", "Left {queue}: {how} after {waited} s"),
    "offer.made": ("向 {agent} 振铃", "Ringing {agent}"),
    "offer.ended": ("{agent} 振铃 {rang} 秒：{how}", "{agent} rang {rang} s: {how}"),
    "contact.connected": ("接通 {agent}，等待 {waited} 秒", "Connected to {agent} after {waited} s"),
    "contact.connected.outbound": ("{agent} 与对方接通", "{agent} and the other side talk"),
    "outbound.dialled": (
        "{agent} 的电话已接通，正在呼叫客户",
        "{agent} is there, the customer is being called",
    ),
    "internal.dialled": ("{agent} 呼叫同事 {to}", "{agent} calls {to}"),
    "internal.joined": ("{agent} 接听，振铃 {rang} 秒", "{agent} answered after {rang} s"),
    "internal.passed": (
        "{agent} 接听转来的内部呼叫，振铃 {rang} 秒",
        "{agent} took the call over after {rang} s",
    ),
    "internal.left": ("{agent} 通话结束，共 {talked} 秒", "{agent} left after {talked} s"),
    "contact.held": ("保持", "On hold"),
    "contact.held.card": ("客户独自按键", "The caller keys alone"),
    "contact.retrieved": ("取回，保持 {held} 秒", "Retrieved after {held} s on hold"),
    "contact.muted": ("座席静音", "Agent muted"),
    "contact.unmuted": ("取消静音", "Agent unmuted"),
    "contact.disconnected": (
        "通话结束（{by}挂机），通话 {talked} 秒",
        "Conversation over ({by} hung up) after {talked} s",
    ),
    "contact.disconnected.supervisor": (
        "班长结束了这段通话，通话 {talked} 秒",
        "A supervisor ended this conversation after {talked} s",
    ),
    "transfer.blind": ("{agent} 转接给 {to}：{reason}", "{agent} transfers to {to}: {reason}"),
    "transfer.consult": ("{agent} 咨询 {to}：{reason}", "{agent} consults {to}: {reason}"),
    "transfer.ended": (
        "转接或咨询结束：{how}，{lasted} 秒",
        "Transfer or consultation over: {how}, {lasted} s",
    ),
    "party.joined": ("{who} 接听", "{who} answered"),
    "party.left": ("{who} 离开，共 {lasted} 秒", "{who} left after {lasted} s"),
    "party.took_over": ("{who} 咨询 {lasted} 秒后接手", "{who} takes over after {lasted} s"),
    "contact.parked": ("{agent} 将客户驻留在 {slot} 号位", "{agent} parks the caller in slot {slot}"),
    "contact.unparked": ("驻留 {lasted} 秒后：{how}", "After {lasted} s in the slot: {how}"),
    "contact.unparked.picked_up": ("{agent} 取回驻留的客户", "{agent} picks the parked caller up"),
    "card.began": (
        "开始收集卡信息（{source}）：录音静音，班长听不到，按键不记录",
        "Card data is taken ({source}): silent on the recording, supervisors hear nothing, keys are not kept",
    ),
    "card.ended": ("卡信息收集结束：{how}，{lasted} 秒", "Card data taken: {how}, {lasted} s"),
    "card.ended.keys": (
        "卡信息收集结束：{how}，{lasted} 秒，客户按键 {pressed} 次（未保留）",
        "Card data taken: {how}, {lasted} s; the caller pressed {pressed} keys, kept nowhere",
    ),
    "monitor.started": ("班长 {who}：{mode}", "Supervisor {who}: {mode}"),
    "monitor.mode": ("班长 {who} 改为{mode}", "Supervisor {who} changes to {mode}"),
    "monitor.ended": ("班长 {who} 离开，共 {lasted} 秒", "Supervisor {who} left after {lasted} s"),
    "mobile.dialled": ("呼叫 {who} 的手机", "The mobile of {who} is rung"),
    "mobile.ended": ("{who} 的手机：{how}", "The mobile of {who}: {how}"),
    "survey.asked": ("邀请评价", "Asked to rate"),
    "survey.answered": ("评价 {score} 分", "Rated {score}"),
    "voicemail.left": ("留言 {lasted} 秒", "Left a message of {lasted} s"),
    "callback.kept": (
        "保留 {queue} 第 {position} 位，等待回呼",
        "Keeps position {position} in {queue}, to be called back",
    ),
    "callback.kept.interrupted": (
        "系统中断，按 {queue} 第 {position} 位回呼",
        "Broken off by the system, to be called back from position {position} in {queue}",
    ),
    "callback.dialled": ("正在呼叫客户", "Calling the customer"),
    "callback.postponed": ("第 {attempt} 次回呼未接", "Called back in vain, attempt {attempt}"),
    "callback.ended": ("回呼结束：{how}", "Callback over: {how}"),
    "contact.ended": ("结束：{outcome}（{by}），共 {total} 秒", "Ended: {outcome} (by {by}) after {total} s"),
    "wrapup.submitted": ("{agent} 提交小结：{reason}", "{agent} wrapped up: {reason}"),
    "line.measured": (
        "{agent} 的线路：MOS 估计 {mos}（最低 {least}），丢包 {loss}%，抖动 {jitter} 毫秒",
        "{agent}'s line: MOS estimate {mos} (lowest {least}), {loss}% lost, {jitter} ms jitter",
    ),
    "text.settled": ("已用短信发送在线客服链接", "The link was sent as a text message"),
    "text.settled.failed": ("短信链接未能发送：{why}", "The link could not be sent: {why}"),
    "recording.stored": ("录音已保存，{lasted} 秒", "Recording stored, {lasted} s"),
    "recording.transcribed": ("录音已转写（{by}）", "Recording written down by {by}"),
    "recording.transcribed.failed": ("录音未能转写：{why}", "Recording not written down: {why}"),
    "recording.incomplete": ("录音缺失 {missing} 秒：{why}", "{missing} s of recording missing: {why}"),
    "work.opened": ("列入待办：{what}", "On the work list: {what}"),
    "work.repeated": ("客户再次来电未接，共 {calls} 次", "Missed again, {calls} times now"),
    "work.taken": ("{agent} 领取待办", "{agent} took it from the work list"),
    "work.given": ("{by} 将待办派给 {agent}", "{by} gave it to {agent}"),
    "work.given_back": ("{agent} 退回待办", "{agent} gave it back to the work list"),
    "work.done": ("{agent} 办结待办：{outcome}", "{agent} did it: {outcome}"),
    "work.done.itself": ("待办自动销项：{outcome}", "Off the work list: {outcome}"),
}

NOT_TRANSCRIBED = {
    "timeout": ("语音识别超时", "the recogniser took too long"),
    "unreachable": ("连不上语音识别", "the recogniser cannot be reached"),
    "refused": ("语音识别报错", "the recogniser refused"),
    "too_large": ("语音识别的回答过长", "the recogniser answered too much"),
    "unreadable": ("看不懂语音识别的回答", "the recogniser's answer cannot be read"),
    "gone": ("录音文件读不出", "the recording cannot be read"),
}

NOT_SENT = {
    "no_gateway": ("没有设置短信网关", "no gateway is set up"),
    "no_mobile": ("来电号码收不到短信", "the caller's number takes no text messages"),
    "timeout": ("短信网关超时", "the gateway took too long"),
    "unreachable": ("连不上短信网关", "the gateway cannot be reached"),
    "rejected": ("短信网关拒绝", "the gateway refused"),
    "status": ("短信网关出错", "the gateway failed"),
    "redirect": ("短信网关要求转向", "the gateway sends elsewhere"),
    "too_large": ("短信网关的回答过长", "the gateway answered too much"),
    "not_json": ("看不懂短信网关的回答", "the gateway's answer cannot be read"),
    "address": ("短信网关在内网，未被放行", "the gateway is within the own network"),
    "busy": ("短信网关忙", "the gateway is busy"),
    "resting": ("短信网关连续出错，暂停使用", "the gateway failed again and again and is left alone"),
}

WORK_KINDS = {
    "voicemail": ("留言", "voicemail"),
    "missed_call": ("漏话回拨", "missed call"),
    "callback": ("回呼未成", "not called back"),
    "follow_up": ("回访", "follow-up"),
}

WORK_OUTCOMES = {
    "reached": ("已联系上客户", "the customer was reached"),
    "not_reached": ("未联系上", "the customer was not reached"),
    "solved": ("已解决，无需联系", "solved without a call"),
    "not_needed": ("无需处理", "nothing to be done"),
    "called_again": ("客户再次来电并已接通", "the customer called again and talked to an agent"),
    "withdrawn": ("小结已取消回访", "the summary promises nothing any more"),
}


def _keyed(prefix: str, texts: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    return {f"reporting.{prefix}.{name}": pair for name, pair in texts.items()}


register(
    _keyed("outcome", OUTCOMES)
    | _keyed("by", SIDES)
    | _keyed("queue.how", QUEUE_EXITS)
    | _keyed("offer.how", OFFER_ENDS)
    | _keyed("callback.why", CALLBACK_CAUSES)
    | _keyed("callback.how", CALLBACK_ENDS)
    | _keyed("outside.how", OUTSIDE_ENDS)
    | _keyed("transfer.reason", TRANSFER_REASONS)
    | _keyed("transfer.how", TRANSFER_ENDS)
    | _keyed("park.how", PARK_ENDS)
    | _keyed("card.source", CARD_SOURCES)
    | _keyed("card.how", CARD_ENDS)
    | _keyed("monitor", MONITOR_MODES)
    | _keyed("mobile.how", MOBILE_ENDS)
    | _keyed("tier", TIERS)
    | _keyed("recording.why", MISSING)
    | _keyed("transcript.why", NOT_TRANSCRIBED)
    | _keyed("text.why", NOT_SENT)
    | _keyed("passed_over", PASSED_OVER)
    | _keyed("work.kind", WORK_KINDS)
    | _keyed("work.outcome", WORK_OUTCOMES)
    | _keyed("timeline", _TIMELINE)
    | {
        "error.recording.none.title": ("没有录音", "There is no recording"),
        "error.recording.none.remedy": (
            "该联络未录音，或录音尚未保存完成，请稍后再试。",
            "The contact was not recorded, or the recording is not stored yet; try again in a moment.",
        ),
        "error.recording.unreadable.title": ("录音无法读取", "The recording cannot be read"),
        "error.recording.unreadable.remedy": (
            "录音文件丢失或损坏，请联系管理员检查录音存储。",
            "The file is missing or damaged; ask the administrator to look at the recording storage.",
        ),
        "error.cursor.invalid.title": ("翻页标记无效", "The page mark is not valid"),
        "error.cursor.invalid.remedy": ("请从第一页重新查询。", "Search again from the first page."),
        "error.period.invalid.title": ("时间范围无效", "The period is not valid"),
        "error.period.invalid.remedy": ("结束时间须晚于开始时间。", "The end must be after the begin."),
        "error.saved_search.too_many.title": ("保存的查询太多了", "You have too many saved searches"),
        "error.saved_search.too_many.remedy": (
            "每人最多 {n} 个，请先删除不用的。",
            "There may be {n} of one person; delete some first.",
        ),
        "field.range_reversed": (
            "范围的上限小于下限，请调换",
            "The upper bound is below the lower one; swap them",
        ),
        "field.period_needed": (
            "请选择近期天数，或起止两个日期",
            "Choose recent days, or a first and a last day",
        ),
        "error.ledger.running.title": ("核账正在进行", "A check is already running"),
        "error.ledger.running.remedy": ("请等待当前核账完成。", "Wait until it is done."),
    }
)
