"""What is said when a supervisor asks for something that cannot be."""

from andon.kit.i18n import register


def load() -> None:
    """Registers the texts; calling it again does no harm."""
    register(
        {
            "error.monitor.no_call.title": ("该座席没有在通话", "This agent is in no conversation"),
            "error.monitor.no_call.remedy": (
                "通话可能刚刚结束，请看看板。",
                "It may just have ended; look at the board.",
            ),
            "error.monitor.internal.title": ("该座席在内部呼叫中", "This agent is in an internal call"),
            "error.monitor.internal.remedy": (
                "同事之间的通话不能监听和接管，只能强拆。",
                "Calls between colleagues can be ended, not listened to or taken over.",
            ),
            "error.monitor.no_device.title": (
                "您的监听电话还没有连上",
                "Your own telephone is not connected yet",
            ),
            "error.monitor.no_device.remedy": (
                "请稍候再试；如持续出现，请检查网络。",
                "Try again in a moment; if it goes on, check the network.",
            ),
            "error.monitor.busy.title": ("您已在另一通电话上", "You are at another call already"),
            "error.monitor.busy.remedy": (
                "请先结束当前的监听或通话。",
                "End what you listen to or talk in first.",
            ),
            "error.monitor.consulting.title": (
                "座席正在咨询或转接，暂不能接管",
                "The agent is asking somebody or passing the caller on",
            ),
            "error.monitor.consulting.remedy": (
                "可以继续监听；咨询结束后再接管。",
                "You can go on listening, and take over once that is done.",
            ),
            "error.monitor.none.title": ("您没有在监听", "You are at no call"),
            "error.monitor.none.remedy": (
                "它可能刚刚结束，请看看板。",
                "It may just have ended; look at the board.",
            ),
            "error.monitor.at_desk.title": (
                "您已在工作台签入，不能再接管来电",
                "You are signed in at the desk and cannot take this call as well",
            ),
            "error.monitor.at_desk.remedy": (
                "请先在工作台签出。",
                "Sign out at the desk first.",
            ),
            "error.callback.over.title": ("这个回呼已经结束", "This callback is over already"),
            "error.callback.over.remedy": ("请刷新列表。", "Refresh the list."),
            "error.callback.now.title": ("正在呼叫这位客户", "This customer is being called right now"),
            "error.callback.now.remedy": (
                "未接通时可再取消。",
                "Cancel it if the customer does not answer.",
            ),
            "error.monitor.in_call.title": (
                "您正在接管的通话中，不能签入工作台",
                "You are in a call you took over and cannot sign in at the desk",
            ),
            "error.monitor.in_call.remedy": (
                "请先结束这通电话。",
                "End that call first.",
            ),
        }
    )
