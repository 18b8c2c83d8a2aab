"""What is said when a colleague cannot be called."""

from andon.kit.i18n import register


def load() -> None:
    """Registers the texts; calling it again does no harm."""
    register(
        {
            "error.colleague.self.title": ("不能呼叫自己", "You cannot call yourself"),
            "error.colleague.self.remedy": ("请选择一位同事。", "Choose a colleague."),
            "error.colleague.unknown.title": ("没有这个座席", "There is no such agent"),
            "error.colleague.unknown.remedy": (
                "请核对工号，或从同事列表中选择。",
                "Check the number, or choose from the list of colleagues.",
            ),
            "error.colleague.offline.title": ("对方没有签入", "They are not signed in"),
            "error.colleague.offline.remedy": ("请稍后再试。", "Try again later."),
            "error.colleague.busy.title": ("对方正忙", "They are busy"),
            "error.colleague.busy.remedy": (
                "对方正在通话或话后处理，请稍后再试。",
                "They are in a call or in wrap-up. Try again in a moment.",
            ),
            "error.colleague.away.title": ("对方在小休", "They are on a break"),
            "error.colleague.away.remedy": ("请等对方回来，或呼叫其他同事。", "Wait, or call somebody else."),
            "error.colleague.unreachable.title": ("对方的电话没有连通", "Their telephone is not connected"),
            "error.colleague.unreachable.remedy": (
                "请稍后再试，或呼叫其他同事。",
                "Try again in a moment, or call somebody else.",
            ),
            "error.call.internal.title": ("内部呼叫中不能这样做", "That cannot be done in an internal call"),
            "error.call.internal.remedy": (
                "内部呼叫只能保持、静音、转给同事和挂断。",
                "An internal call can be held, muted, handed to a colleague and hung up.",
            ),
            "error.call.handing_over.title": ("正在转给同事", "The call is being handed over"),
            "error.call.handing_over.remedy": (
                "请等对方接听，或先取消转接。",
                "Wait for the answer, or cancel the transfer first.",
            ),
        }
    )
