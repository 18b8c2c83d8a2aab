"""What is said of the work list."""

from andon.kit.i18n import register

register(
    {
        "error.work.taken.title": ("{who} 已领取这一项", "{who} has taken this one"),
        "error.work.taken.remedy": (
            "请领取另一项；需要时请班长改派。",
            "Take another one, or ask a supervisor to give it to you.",
        ),
        "error.work.over.title": ("这一项已经办结", "This one is done already"),
        "error.work.over.remedy": ("请看它的处理经过。", "Its history says by whom."),
        "error.work.not_yours.title": ("这一项不在您手上", "You do not have this one"),
        "error.work.not_yours.remedy": ("请先领取。", "Take it first."),
        "kind.work_item": ("待办", "work items"),
    }
)
