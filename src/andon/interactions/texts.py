"""What is said when a desk asks for something that cannot be."""

from andon.kit.i18n import register


def load() -> None:
    """Registers the texts; calling it again does no harm."""
    register(
        {
            "error.agent.signing_in.title": ("正在签入，请稍候", "You are being signed in"),
            "error.agent.signing_in.remedy": ("请稍后再试。", "Try again in a moment."),
            "field.reason_is_branch": (
                "这一项还有下级，请选择最末一级",
                "There are reasons below this one: choose one of those",
            ),
            "field.condition": (
                "条件要引用前面的单选或多选字段，并选择它的选项",
                "A condition names a choice further up and some of its options",
            ),
            "field.mask": (
                "格式应为 {mask}（# 数字，@ 字母，* 任意）",
                "Looks like {mask} (# digit, @ letter)",
            ),
            "field.card": ("请填写 3 到 19 位数字", "Enter 3 to 19 digits"),
            "field.date": ("请填写日期", "Enter a date"),
            "field.option": ("请从选项中选择", "Choose from the options"),
            "error.call.none.title": ("您手上没有通话", "You have no call at hand"),
            "error.call.none.remedy": (
                "通话可能刚刚结束，请看电话条上的状态。",
                "It may just have ended; look at the state in the phone bar.",
            ),
            "error.call.not_now.title": ("通话当前状态不能这样操作", "The call cannot do that right now"),
            "error.call.not_now.remedy": (
                "请看电话条上的状态后再试。",
                "Look at the state in the phone bar and try again.",
            ),
            "error.transfer.self.title": (
                "不能转接或咨询自己",
                "You cannot transfer to or consult yourself",
            ),
            "error.transfer.self.remedy": ("请选择其他座席。", "Choose another agent."),
            "error.transfer.agent_busy.title": ("对方正在处理其他联系", "That agent is busy"),
            "error.transfer.agent_busy.remedy": (
                "客户仍在您这里。请选择空闲的座席或技能组。",
                "The caller is still with you. Choose a ready agent or a queue.",
            ),
            "error.transfer.agent_away.title": (
                "对方未签入或不在空闲状态",
                "That agent is not signed in, or not ready",
            ),
            "error.transfer.agent_away.remedy": (
                "客户仍在您这里。请选择空闲的座席或技能组。",
                "The caller is still with you. Choose a ready agent or a queue.",
            ),
            "error.transfer.queue_empty.title": ("{queue} 没有座席签入", "Nobody is signed in to {queue}"),
            "error.transfer.queue_empty.remedy": (
                "客户仍在您这里。请选择其他技能组。",
                "The caller is still with you. Choose another queue.",
            ),
            "error.transfer.number.title": ("外部号码不正确", "That is no number that can be called"),
            "error.transfer.number.remedy": (
                "请输入 3 到 20 位数字，可以以 + 开头。",
                "Enter 3 to 20 digits, with a leading + if you like.",
            ),
            "error.transfer.flow.title": ("没有这个流程", "There is no such flow"),
            "error.transfer.flow.remedy": (
                "客户仍在您这里。流程可能刚刚停用，请重新选择。",
                "The caller is still with you. It may just have been taken out of use: choose another.",
            ),
            "error.transfer.outside_forbidden.title": (
                "您没有转接外部号码的权限",
                "You are not allowed to transfer to outside numbers",
            ),
            "error.transfer.outside_forbidden.remedy": (
                "请转给同事或技能组，或联系管理员。",
                "Transfer to a colleague or a queue, or ask an administrator.",
            ),
            "error.park.no_queue.title": ("这通电话不能驻留", "This call cannot be parked"),
            "error.park.no_queue.remedy": (
                "外呼不来自任何队列，无人可代接；请保持或转接。",
                "A call you made is in no queue whose agents could pick it up: hold or transfer it.",
            ),
            "error.park.full.title": ("没有空的驻留位", "Every slot is taken"),
            "error.park.full.remedy": ("请保持或转接。", "Hold the call or transfer it."),
            "error.park.gone.title": ("这个驻留位上没有客户", "Nobody is in that slot"),
            "error.park.gone.remedy": (
                "客户可能已被取回或已挂机。",
                "They may just have been picked up, or have hung up.",
            ),
            "error.park.taken.title": ("同事正在取回这位客户", "A colleague is just picking this caller up"),
            "error.park.taken.remedy": ("无需再操作。", "There is nothing left to do."),
            "error.consult.not_yours.title": (
                "这次咨询不是您发起的",
                "You did not begin this consultation",
            ),
            "error.consult.not_yours.remedy": (
                "请由发起的座席操作；您可以挂断。",
                "The agent who began it decides; you may hang up.",
            ),
            "error.consult.rings.title": ("对方还没有接听", "Nobody has answered yet"),
            "error.consult.rings.remedy": (
                "请等对方接听，或结束咨询。",
                "Wait for the answer, or end the consultation.",
            ),
            "error.agent.mobile_forbidden.title": (
                "您没有手机接听的权限",
                "You may not take calls on a mobile",
            ),
            "error.agent.mobile_forbidden.remedy": (
                "如工作需要，请联系管理员开通。",
                "Ask an administrator if you need it for your work.",
            ),
            "error.agent.no_mobile.title": (
                "没有为您设置手机号码",
                "No mobile number is set for you",
            ),
            "error.agent.no_mobile.remedy": (
                "请管理员在用户资料里填写手机号码，或换一种接听方式。",
                "Ask an administrator to set it in your user record, or take calls with something else.",
            ),
            "error.agent.test_rings.title": (
                "电话已在振铃，或这里不用响铃检测",
                "It rings already, or there is nothing to ring",
            ),
            "error.agent.test_rings.remedy": (
                "请接起电话并按 1；浏览器接听请用设备检测。",
                "Pick up and press 1; for the browser use the device test.",
            ),
            "error.agent.test_not_now.title": (
                "现在不能做响铃检测",
                "There can be no test ring now",
            ),
            "error.agent.test_not_now.remedy": (
                "请先置忙，通话和话后处理结束后再检测。",
                "Choose Not ready first, after the call and its wrap-up.",
            ),
            "error.call.held_by_device.title": (
                "通话是在话机上保持的",
                "The call was put on hold at the telephone",
            ),
            "error.call.held_by_device.remedy": (
                "请在话机上取回。",
                "Take it back there.",
            ),
            "error.engine.unavailable.title": ("语音引擎暂时不可用", "The voice engine is not available"),
            "error.engine.unavailable.remedy": (
                "请几秒钟后再试；如持续出现，请联系管理员。",
                "Try again in a few seconds; if it goes on, call the administrator.",
            ),
            "error.core.stopping.title": ("系统正在停止", "The system is stopping"),
            "error.core.stopping.remedy": (
                "请稍后重新签入。",
                "Sign in again once it is back.",
            ),
            "error.core.verb_unknown.title": ("通话核心不认识这个请求", "The call core does not know this"),
            "error.core.verb_unknown.remedy": (
                "请刷新页面；如再次出现，请联系管理员。",
                "Reload the page; if it happens again, call the administrator.",
            ),
            "error.core.starting.title": ("通话核心正在启动", "The call core is starting"),
            "error.core.starting.remedy": (
                "请几秒钟后再试。",
                "Try again in a few seconds.",
            ),
        }
    )
