"""Texts of media nodes."""

from andon.kit.i18n import register

register(
    {
        "error.node.last.title": ("这是最后一个接听来电的节点", "This is the last node that takes calls"),
        "error.node.last.remedy": (
            "请先恢复另一个节点，或等它重新在线；否则没有节点可以接听。",
            "Resume another node first, or wait until one is back: nobody else would take calls.",
        ),
    }
)
