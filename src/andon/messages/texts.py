"""What is said of messages."""

from andon.kit.i18n import register

register(
    {
        "error.message.nobody.title": ("没有收信的座席", "There is nobody to tell"),
        "error.message.nobody.remedy": (
            "请选择在职的座席或有座席的部门。",
            "Choose agents, or departments that have some.",
        ),
        "error.message.not_theirs.title": (
            "这位座席没有接过这通电话",
            "This agent did not talk in this contact",
        ),
        "error.message.not_theirs.remedy": (
            "请选择接过这通电话的座席。",
            "Choose an agent who did.",
        ),
        "error.message.answered.title": ("已经回复过了", "You have answered already"),
        "error.message.answered.remedy": ("请当面再沟通。", "Talk to each other about the rest."),
    }
)
