"""Texts of the speech room."""

from andon.kit.i18n import register


def load() -> None:
    """Registers the texts; calling it again does no harm."""
    register(
        {
            "error.speech.unknown_model.title": ("没有名为 {name} 的模型", "There is no model called {name}"),
            "error.speech.unknown_model.remedy": ("可选：{known}", "Known ones: {known}"),
            "error.speech.download_failed.title": ("下载 {what} 失败：{why}", "Getting {what} failed: {why}"),
            "error.speech.download_failed.remedy": (
                "检查网络与软件源设置，或把文件手工放进模型目录后重试。",
                "Check the network and the mirror settings, or put the file into the folder yourself.",
            ),
            "error.speech.wrong_content.title": (
                "{what} 的内容与登记的校验值不符",
                "The content of {what} is not what was pinned",
            ),
            "error.speech.wrong_content.remedy": (
                "文件已丢弃。应为 {wanted}，实为 {found}；请换一个来源。",
                "It was discarded. Expected {wanted}, found {found}; use another source.",
            ),
        }
    )
