"""Texts of customers."""

from andon.kit.i18n import register

register(
    {
        "error.customer.changed.title": (
            "{who} 刚刚改过这位客户的资料",
            "{who} has just changed this customer",
        ),
        "error.customer.changed.remedy": (
            "您的改动还没有保存。请看过最新内容后再保存一次。",
            "Your change is not saved yet. Look at what is new, then save again.",
        ),
        "error.customer.known.title": ("这个号码已登记为 {who}", "This number is {who}'s"),
        "error.customer.known.remedy": (
            "无需重复登记；请核对后修改该客户的资料。",
            "Do not enter it again; check, and correct that customer instead.",
        ),
        "field.phone": (
            "请填写 3 到 20 位号码，可带 +",
            "A phone number of 3 to 20 digits, a leading + allowed",
        ),
    }
)
