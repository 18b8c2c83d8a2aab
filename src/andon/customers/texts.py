"""Texts of customers."""

from andon.kit.i18n import register

register(
    {
        "field.phone": (
            "请填写 3 到 20 位号码，可带 +",
            "A phone number of 3 to 20 digits, a leading + allowed",
        ),
    }
)
