"""Texts of the prompt library."""

from andon.kit.i18n import register


def load() -> None:
    """Registers the texts; calling it again does no harm."""
    register(
        {
            "kind.prompt": ("提示音", "prompts"),
            "prompt.as_music": ("项目的等待音乐", "the project's music"),
            "error.prompt.unreadable.title": (
                "文件不是可以读取的声音",
                "The file is no sound that can be read",
            ),
            "error.prompt.unreadable.remedy": (
                "请换成 WAV、MP3、OGG 或 FLAC 文件；文件可能已损坏。",
                "Bring a WAV, MP3, OGG or FLAC file; this one may be damaged.",
            ),
            "error.prompt.format.title": (
                "不支持这种声音：{found}",
                "This kind of sound cannot be used: {found}",
            ),
            "error.prompt.format.remedy": (
                "请换成 WAV、MP3、OGG 或 FLAC，采样率至少 8000 Hz。",
                "Bring WAV, MP3, OGG or FLAC of at least 8000 Hz.",
            ),
            "error.prompt.too_large.title": ("文件超过 {n} MB", "The file is larger than {n} MB"),
            "error.prompt.too_large.remedy": (
                "提示音不必是高保真：存成 MP3 或单声道 WAV 再上传。",
                "A prompt need not be high fidelity: save it as MP3 or mono WAV.",
            ),
            "error.prompt.too_long.title": ("提示音超过 {n} 秒", "The prompt is longer than {n} seconds"),
            "error.prompt.too_long.remedy": (
                "没有人会听完这么长的话：分成几段，或换成音乐。",
                "Nobody listens that long: split it, or use music.",
            ),
            "error.prompt.too_short.title": ("声音太短", "The sound is too short"),
            "error.prompt.too_short.remedy": ("至少 0.2 秒。", "At least 0.2 seconds."),
            "error.prompt.silent.title": ("文件里只有静音", "There is nothing but silence in the file"),
            "error.prompt.silent.remedy": (
                "检查麦克风或导出设置后重试。",
                "Check the microphone or the export, then try again.",
            ),
            "error.prompt.in_use.title": ("提示音正在使用：{by}", "The prompt is in use: {by}"),
            "error.prompt.in_use.remedy": (
                "先在这些流程里换成别的提示音并发布。",
                "Choose another prompt in those flows and publish them first.",
            ),
            "error.prompt.no_synthesiser.title": ("没有配置语音合成", "No synthesiser is set up"),
            "error.prompt.no_synthesiser.remedy": (
                "请上传或录制；要用合成语音，请管理员设置 ANDON_SPEECH_SYNTHESISER。",
                "Upload or record it; for machine-made speech have ANDON_SPEECH_SYNTHESISER set.",
            ),
            "error.prompt.not_spoken.title": ("语音合成失败：{why}", "The synthesiser failed: {why}"),
            "error.prompt.not_spoken.remedy": (
                "请稍后再试，或上传、录制。",
                "Try again later, or upload or record it.",
            ),
            "error.prompt.not_recorded.title": ("电话里没有录到声音", "Nothing was recorded by telephone"),
            "error.prompt.not_recorded.remedy": (
                "请再打一次：听到“嘀”声后说话，按 # 键结束。",
                "Call again: speak after the tone, and press # at the end.",
            ),
        }
    )
