"""What is said of alarm rules."""

from andon.kit.i18n import register

register(
    {
        "field.alarm_threshold": (
            "请至少填写一个阈值",
            "Set at least one threshold",
        ),
        "field.alarm_order": (
            "告警阈值必须比预警阈值更严重",
            "The alarm must be worse than the warning",
        ),
        "field.alarm_percent": ("比例在 0 至 100 之间", "A share is between 0 and 100"),
        "field.alarm_scope": (
            "项目和队列只能选一个；中继只能看整个中心",
            "Choose a project or a queue, not both; trunks are the whole centre's",
        ),
        "field.alarm_quiet": (
            "请填写不同的开始和结束时间，或都留空",
            "Set a beginning and a different end, or leave both empty",
        ),
        "field.alarm_https": (
            "请填写以 https:// 开头的地址",
            "Must be an address that begins with https://",
        ),
        "field.alarm_secret": (
            "请填写签名密钥，至少 16 个字符",
            "A webhook needs a secret of at least 16 characters to be signed with",
        ),
        "kind.alarm_rule": ("告警规则", "alarm rules"),
    }
)
