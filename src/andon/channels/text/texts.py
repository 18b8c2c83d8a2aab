"""What is said of text messages, and in them."""

from andon.kit.i18n import register

register(
    {
        "kind.text_gateway": ("短信网关", "text message gateways"),
        "field.text_https": (
            "请填写以 https:// 开头的地址",
            "Must be an address that begins with https://",
        ),
        "field.chat_link": (
            "请填写以 https:// 开头的网址；占位符只能是 {{contact}}",
            "Must be an address that begins with https://; {{contact}} is the only placeholder",
        ),
        "text.chat_link": (
            "【{project}】请在这里继续咨询，您的排队位置仍为您保留：{link}",
            "{project}: go on here, your place in the queue is kept: {link}",
        ),
    }
)
