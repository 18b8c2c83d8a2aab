"""What the routing room says when the rules forbid something."""

from andon.kit.i18n import register

register(
    {
        "error.agent.unknown.title": ("没有这个座席", "There is no such agent"),
        "error.agent.unknown.remedy": ("请刷新页面后重试", "Reload the page and try again"),
        "error.agent.inactive.title": ("该座席账号已停用", "This agent's account is inactive"),
        "error.agent.inactive.remedy": ("请联系管理员启用账号", "Ask an administrator to activate it"),
        "error.agent.signed_in_elsewhere.title": (
            "该工号已在别处签入：{where}，自 {since}",
            "This agent is signed in elsewhere: {where}, since {since}",
        ),
        "error.agent.signed_in_elsewhere.remedy": (
            "可以选择接管，原来的签入将被替换",
            "You may take over; the other session is then replaced",
        ),
        "error.agent.not_signed_in.title": ("您还没有签入", "You are not signed in"),
        "error.agent.not_signed_in.remedy": ("请先签入", "Sign in first"),
        "error.agent.device_untested.title": (
            "设备检测未通过，不能示闲",
            "The device test has not passed; you cannot be ready",
        ),
        "error.agent.device_untested.remedy": (
            "请先完成设备检测：麦克风、扬声器、网络和回声测试",
            "Do the device test first: microphone, speaker, network and echo call",
        ),
        "error.agent.device_unregistered.title": (
            "电话设备没有连上，不能示闲",
            "The phone is not connected; you cannot be ready",
        ),
        "error.agent.device_unregistered.remedy": (
            "请检查网络；话机请检查注册状态",
            "Check the network; for a desk phone check its registration",
        ),
        "error.agent.state_unknown.title": (
            "不能切换到这个状态：{state}",
            "This state cannot be chosen: {state}",
        ),
        "error.agent.state_unknown.remedy": ("请选择空闲、示忙或小休", "Choose ready, not ready or break"),
        "error.agent.forced.title": (
            "班长 {who} 已安排您通话后的状态",
            "{who} has chosen your state for after the call",
        ),
        "error.agent.forced.remedy": (
            "通话和话后处理结束后，您可以再自行切换",
            "Once the call and its wrap-up are over, you may change it yourself",
        ),
        "error.agent.absent.title": ("该座席没有签入", "This agent is not signed in"),
        "error.agent.absent.remedy": ("请选择已签入的座席", "Choose an agent who is signed in"),
        "error.agent.not_of_queue.title": (
            "该座席不服务这个队列",
            "This agent does not serve the queue",
        ),
        "error.agent.not_of_queue.remedy": (
            "请选择有相应技能的座席，或先把来电移到该座席的队列",
            "Choose an agent with the skills, or move the call to one of the agent's queues first",
        ),
        "error.agent.not_in_wrap.title": ("您现在不在话后处理中", "You are not in wrap-up"),
        "error.agent.not_in_wrap.remedy": ("通话结束后才能延长话后处理", "Wrap-up begins when a call ends"),
        "error.agent.extended_enough.title": (
            "话后处理不能再延长",
            "This wrap-up cannot be extended any more",
        ),
        "error.agent.extended_enough.remedy": (
            "一次话后处理最多延长 {n} 秒；没写完的小结以后还可以补。",
            "One wrap-up may be extended by {n} seconds. The summary can be finished later.",
        ),
        "error.agent.no_wish.title": ("该座席没有待批的小休申请", "This agent does not wait for a break"),
        "error.agent.no_wish.remedy": (
            "申请可能已被答复、撤回或超时。",
            "Somebody may have answered, or the wish was taken back or timed out.",
        ),
        "error.queue.unknown.title": ("没有这个排队队列", "There is no such queue"),
        "error.queue.unknown.remedy": ("请刷新页面后重试", "Reload the page and try again"),
        "error.queue.same.title": ("该来电已在这个队列", "The call waits in this queue already"),
        "error.queue.same.remedy": ("请选择另一个队列", "Choose another queue"),
        "error.queue.empty.title": ("这个队列没有座席签入", "Nobody who serves this queue is signed in"),
        "error.queue.empty.remedy": ("请选择有人值守的队列", "Choose a queue that is staffed"),
        "error.queue.other_client.title": (
            "这个队列属于另一个委托方",
            "This queue is another client's",
        ),
        "error.queue.other_client.remedy": (
            "来电只能在同一委托方的队列之间移动",
            "A call can only move between queues of its own client",
        ),
        "error.contact.not_waiting.title": ("该来电已不在排队", "This call no longer waits"),
        "error.contact.not_waiting.remedy": (
            "它可能刚被接听或已挂断，请看看板",
            "It may just have been answered or ended; look at the board",
        ),
        "error.contact.ringing.title": ("该来电正在座席处振铃", "This call is ringing at an agent"),
        "error.contact.ringing.remedy": (
            "请等这次振铃有结果后再试",
            "Wait until this ring is over and try again",
        ),
        "error.contact.already_queued.title": ("该来电已在排队", "This contact is already in a queue"),
        "error.contact.already_queued.remedy": ("无需重复排队", "Nothing needs to be done"),
        "error.skill.changed_since.title": (
            "{who} 刚刚改过 {names} 的技能（共 {count} 人）",
            "{who} changed {names} meanwhile ({count} in all)",
        ),
        "error.skill.changed_since.remedy": (
            "没有改动任何人。名单已重新载入，请再看一遍预览。",
            "Nobody was changed. The list is loaded again: look at the preview once more.",
        ),
        "field.steps_at_once": (
            "每一步的时间不能相同",
            "Each step must come at a time of its own",
        ),
        "error.offer.gone.title": ("这个来电已不再等您接听", "This call no longer waits for your answer"),
        "error.offer.gone.remedy": ("请等待下一个来电", "Wait for the next call"),
    }
)
