"""What the flows room says: problems of a graph, names of node types."""

from andon.flows.validation import Problem
from andon.kit.i18n import Locale, register, text

register(
    {
        "error.flow.invalid.title": ("流程有 {count} 处问题，不能发布", "The flow has {count} problems"),
        "error.flow.invalid.remedy": ("按提示修改后再发布", "Correct them and publish again"),
        "error.flow.unreadable.title": ("流程内容无法读取：{problem}", "The flow cannot be read: {problem}"),
        "error.flow.unreadable.remedy": (
            "检查节点类型和字段",
            "Check the types and fields of its nodes",
        ),
        "flow.problem.no_start": ("起始节点“{target}”不存在", "The first node “{target}” does not exist"),
        "flow.problem.target_missing": (
            "节点“{node}”的出口“{exit}”指向不存在的节点“{target}”",
            "Exit “{exit}” of node “{node}” leads to “{target}”, which does not exist",
        ),
        "flow.problem.exit_missing": (
            "节点“{node}”的出口“{exit}”没有连接",
            "Exit “{exit}” of node “{node}” leads nowhere",
        ),
        "flow.problem.exit_unknown": (
            "节点“{node}”没有名为“{exit}”的出口",
            "Node “{node}” has no exit “{exit}”",
        ),
        "flow.problem.no_choice": ("菜单“{node}”没有任何按键", "Menu “{node}” offers no key"),
        "flow.problem.unreachable": ("节点“{node}”无法到达", "Node “{node}” can never be reached"),
        "flow.problem.no_end": ("从节点“{node}”无法到达挂机", "From node “{node}” the call can never end"),
        "flow.problem.idle_loop": (
            "节点“{node}”处于不停转圈的循环中，来电者什么也听不到",
            "Node “{node}” is in a loop that never waits for anything",
        ),
        "flow.problem.prompt_missing": (
            "节点“{node}”的提示音“{prompt}”缺少{language}版本",
            "Prompt “{prompt}” of node “{node}” is missing in {language}",
        ),
        "flow.problem.prompt_none": ("节点“{node}”没有设置提示音", "Node “{node}” says nothing"),
        "flow.problem.queue_unknown": (
            "节点“{node}”的队列不存在",
            "The queue of node “{node}” does not exist",
        ),
        "flow.problem.calendar_unknown": (
            "节点“{node}”的工作时间不存在",
            "The calendar of node “{node}” does not exist",
        ),
        "flow.language.zh": ("中文", "Chinese"),
        "flow.language.en": ("英文", "English"),
        "flow.node.start": ("开始", "Start"),
        "flow.node.hours": ("工作时间", "Hours"),
        "flow.node.recording_notice": ("录音告知", "Recording notice"),
        "flow.node.play": ("播放", "Play"),
        "flow.node.language": ("语言", "Language"),
        "flow.node.menu": ("按键菜单", "Menu"),
        "flow.node.queue": ("排队", "Queue"),
        "flow.node.voicemail": ("留言", "Voicemail"),
        "flow.node.survey": ("满意度", "Survey"),
        "flow.node.hangup": ("挂机", "Hang up"),
    }
)


def said(problem: Problem, locale: Locale) -> str:
    """The problem in words."""
    params = dict(problem.params)
    if "language" in params:
        params["language"] = text(f"flow.language.{params['language']}", locale)
    return text(f"flow.problem.{problem.code}", locale, **params)
