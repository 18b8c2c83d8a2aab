"""Texts of media nodes, of trunks that are tried, and of the page that comes up with a call."""

from andon.kit.i18n import register

register(
    {
        "field.pop_url": (
            "请填写以 https:// 或 http:// 开头的网址；占位符只能是 {places}",
            "Must be an address that begins with https:// or http://; placeholders are {places}",
        ),
        "error.node.last.title": ("这是最后一个接听来电的节点", "This is the last node that takes calls"),
        "error.node.last.remedy": (
            "请先恢复另一个节点，或等它重新在线；否则没有节点可以接听。",
            "Resume another node first, or wait until one is back: nobody else would take calls.",
        ),
        "error.trunk_trial.busy.title": ("已有一通测试呼叫在进行", "A test call is under way already"),
        "error.trunk_trial.busy.remedy": (
            "请等它结束，或先挂断它。",
            "Wait until it is over, or hang up on it first.",
        ),
        "error.trunk_trial.no_line.title": ("这条中继已占满", "This trunk is full"),
        "error.trunk_trial.no_line.remedy": (
            "请等有空闲线路时再测试。",
            "Try again when one of its lines is free.",
        ),
        "error.trunk_trial.not_made.title": (
            "媒体引擎没有接受这条中继的设置",
            "The media engine has not taken this trunk",
        ),
        "error.trunk_trial.not_made.remedy": (
            "请检查地址、端口和账号，保存后再试。",
            "Check its address, port and account, save it and try again.",
        ),
        "error.trunk_trial.none.title": ("没有测试呼叫", "There is no test call"),
        "error.trunk_trial.none.remedy": (
            "它可能已随系统重启而结束，请重新测试。",
            "It may have ended with a restart; call again.",
        ),
        "error.trunk_trial.too_many.title": (
            "24 小时内最多 {most} 通测试呼叫",
            "No more than {most} test calls in 24 hours",
        ),
        "error.trunk_trial.too_many.remedy": ("请明天再试。", "Try again tomorrow."),
        "error.trunk_trial.do_not_call.title": ("对方已谢绝来电", "They asked not to be called"),
        "error.trunk_trial.do_not_call.remedy": (
            "请换一个自己的号码测试。",
            "Test with a telephone of your own.",
        ),
        "field.trial_emergency": (
            "不能用紧急和求助号码测试",
            "Emergency numbers are never called to test",
        ),
        "field.trial_premium": (
            "不能用声讯等高收费号码测试",
            "Numbers of premium rate are never called to test",
        ),
        "field.trial_abroad": ("不能用境外号码测试", "Numbers abroad are never called to test"),
        "field.trial_400": (
            "400 号码不能作为外显号码",
            "A 400 number cannot be shown",
        ),
        "field.trial_other_trunk": (
            "这个号码属于另一条中继",
            "This number belongs to another trunk",
        ),
    }
)
