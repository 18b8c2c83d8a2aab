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
