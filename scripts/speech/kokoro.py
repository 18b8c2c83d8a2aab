"""Kokoro-82M on onnxruntime: phonemes and a voice to 24 kHz sound."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from speech import phonemes

RATE = 24_000
STYLES = 510  # a voice has one style vector per count of phonemes
STYLE_VALUES = 256

Sound = npt.NDArray[np.float32]


class Kokoro:
    """The model in memory. The same text, voice and speed give the same samples."""

    def __init__(self, folder: Path) -> None:
        """`folder` is what `andon models fetch kokoro` made."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # sums in one order: same bytes each time
        self._session = onnxruntime.InferenceSession(
            str(folder / "kokoro.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._ids: dict[str, int] = json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"][
            "vocab"
        ]
        self._voices = folder / "voices"

    @cache  # noqa: B019  (a few voices, and one instance lives as long as the script)
    def _styles(self, voice: str) -> Sound:
        return np.fromfile(self._voices / f"{voice}.bin", np.float32).reshape(STYLES, STYLE_VALUES)

    def say(self, text: str, language: str, voice: str, speed: float) -> Sound:
        """Sound of a text. Raises `ValueError` for phonemes the model has no sign for."""
        spoken = phonemes.chinese(text) if language == "zh" else phonemes.english(text)
        unknown = {sign for sign in spoken if sign not in self._ids}
        if unknown or not spoken:
            raise ValueError(f"cannot be spoken: {text!r} ({spoken!r}, unknown {unknown})")
        ids = [0, *(self._ids[sign] for sign in spoken), 0]
        if len(ids) > STYLES:
            raise ValueError(f"too long for one breath, split it: {text!r}")
        out = self._session.run(
            None,
            {
                "input_ids": np.array([ids], np.int64),
                "style": self._styles(voice)[len(spoken)][None],
                "speed": np.array([speed], np.float32),
            },
        )
        return np.asarray(out[0], np.float32).reshape(-1)
