"""What is said when an agent may not call."""

from andon.kit.i18n import register


def load() -> None:
    """Registers the texts; calling it again does no harm."""
    register(
        {
            "field.dial_out_400": (
                "400 号码只能呼入，不能作为外显号码",
                "A 400 number is for being called: it must not be shown when calling out",
            ),
            "error.dial.number.title": ("号码不正确", "That is no number that can be called"),
            "error.dial.number.remedy": (
                "请输入 3 到 20 位数字，可以以 + 开头。",
                "Enter 3 to 20 digits, with a leading + if you like.",
            ),
            "error.dial.forbidden.title": ("您没有外呼权限", "You are not allowed to call out"),
            "error.dial.forbidden.remedy": (
                "请联系管理员；110、119、120、122 任何时候都可以拨打。",
                "Ask an administrator. 110, 119, 120 and 122 can be called at any time.",
            ),
            "error.dial.no_caller_id.title": (
                "没有可以显示的外显号码",
                "There is no number that you may show",
            ),
            "error.dial.no_caller_id.remedy": (
                "请管理员在“号码”中允许该项目的号码外呼。",
                "Ask an administrator to allow a number of that project for calling out.",
            ),
            "error.dial.do_not_call.title": ("对方已谢绝来电", "They asked not to be called"),
            "error.dial.do_not_call.remedy": (
                "该号码在谢绝来电名单中，不能外呼。",
                "The number is on the do-not-call list.",
            ),
            "error.dial.too_fast.title": ("外呼过于频繁", "You call out too fast"),
            "error.dial.too_fast.remedy": ("请一分钟后再试。", "Try again in a minute."),
            "error.dial.too_often.title": ("该号码短时间内已多次呼叫", "This number was called too often"),
            "error.dial.too_often.remedy": (
                "同一号码 5 分钟内最多呼叫 3 次，24 小时内最多 5 次。",
                "One number may be called three times in five minutes and five times in 24 hours.",
            ),
            "error.dial.not_now.title": ("现在不能呼叫", "You cannot call now"),
            "error.dial.not_now.remedy": (
                "请在空闲、示忙或话后处理状态下呼叫。",
                "Call while ready, not ready or in wrap-up.",
            ),
        }
    )
