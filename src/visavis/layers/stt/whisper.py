"""Speech to text by Whisper on CTranslate2.

Whisper always pads to 30 s and so pays for silence. Here the encoder sees only the speech and 8 s behind
it, which is several times faster and costs no accuracy; with much less the decoder begins to loop. A guard
notices loops and asks once more with the full window. Timestamps stay on, because they make loops rarer.
"""

from __future__ import annotations

import re
from pathlib import Path

import ctranslate2
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from visavis import weights
from visavis.layers.stt.base import NO_HINTS, SAMPLE_RATE, Hints, Transcript
from visavis.media.mel import log_mel

WINDOW = 30.0
"""Seconds that the model can see at once."""
_TAIL = 8.0
_SHORTEST = 0.1
_TOKENS_PER_SECOND = 7
_MOST_TOKENS = 200
_MOST_HOTWORDS = 100
"""Tokens; what the decoder was told before leaves less room for what it is to write."""
_NO_SPEECH = 0.6
_SOUND_NOTE = re.compile(r"\[[^\]]*\]|\([^)]*\)|[♪♫]+")


class Whisper:
    """``STT``. English with the embedded model.

    Args:
        model_dir: a CTranslate2 folder with its ``tokenizer.json``; default: the store's ``tiny.en``.
        threads: for one call.

    Raises:
        ModelUnavailable: no folder was given and the store has none.
    """

    def __init__(self, model_dir: Path | None = None, threads: int = 1) -> None:
        folder = model_dir or weights.find("whisper-tiny.en")
        self._model = ctranslate2.models.Whisper(
            str(folder), device="cpu", compute_type="int8", intra_threads=threads, inter_threads=1
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.languages = None if self._model.is_multilingual else frozenset({"en"})
        self._first_special = self._tokenizer.token_to_id("<|endoftext|>")
        self.transcribe(np.zeros(SAMPLE_RATE, np.float32))

    def transcribe(self, audio: NDArray[np.float32], hints: Hints = NO_HINTS) -> Transcript:
        """Blocking. What was said; see ``STT``. Takes 0.2 to 0.4 s for an utterance.

        A language that the model does not know counts as English.
        """
        seconds = len(audio) / SAMPLE_RATE
        if seconds < _SHORTEST:
            return Transcript("", no_speech=1.0)
        text, no_speech = self._decode(audio, _TAIL, hints)
        if no_speech <= _NO_SPEECH and loops(text, seconds):
            text, no_speech = self._decode(audio, WINDOW, hints)
        if no_speech > _NO_SPEECH:
            return Transcript("", no_speech)
        return Transcript(words_only(text), no_speech)

    def _decode(self, audio: NDArray[np.float32], tail: float, hints: Hints) -> tuple[str, float]:
        seconds = len(audio) / SAMPLE_RATE
        # an even number of 10 ms frames: the encoder halves them
        frames = 2 * int(min(WINDOW, seconds + tail) * 50)
        features = ctranslate2.StorageView.from_array(log_mel(audio, frames)[None])
        prompt = self._prompt(features, hints)
        limit = 11 + int(seconds * _TOKENS_PER_SECOND)
        (result,) = self._model.generate(
            features,
            [prompt],
            beam_size=1,
            max_length=min(_MOST_TOKENS, limit),
            return_no_speech_prob=True,
        )
        words = [token for token in result.sequences_ids[0] if token < self._first_special]
        return self._tokenizer.decode(words).strip(), float(result.no_speech_prob)

    def _prompt(self, features: ctranslate2.StorageView, hints: Hints) -> list[int]:
        """What the decoder begins with: words that seem to have been said before, language and task."""
        before: list[int] = []
        if hints.hotwords.strip():
            words = self._tokenizer.encode(f" {hints.hotwords.strip()}", add_special_tokens=False).ids
            before = [self._token("<|startofprev|>"), *words[:_MOST_HOTWORDS]]
        task: list[int] = []
        if self._model.is_multilingual:
            task = [self._language(features, hints.language), self._token("<|transcribe|>")]
        return [*before, self._token("<|startoftranscript|>"), *task]

    def _language(self, features: ctranslate2.StorageView, code: str) -> int:
        """The token of the language that was asked for, or that is heard."""
        if code:
            known = self._tokenizer.token_to_id(f"<|{code}|>") is not None
            return self._token(f"<|{code}|>" if known else "<|en|>")
        ((heard, _), *_), *_ = self._model.detect_language(features)
        return self._token(heard)

    def _token(self, name: str) -> int:
        token = self._tokenizer.token_to_id(name)
        assert token is not None, f"a Whisper model has {name}"
        return token


def loops(text: str, seconds: float) -> bool:
    """Whether the decoder repeated itself: more words than can be said, or a run of them twice over."""
    words = text.lower().split()
    if len(words) > seconds * 5.5 + 3:
        return True
    if any(words[i : i + 4] == words[i + 4 : i + 8] for i in range(len(words) - 7)):
        return True
    return any(words[:run] == words[run : 2 * run] for run in range(3, len(words) // 2 + 1))


def words_only(text: str) -> str:
    """Without the notes on sounds that Whisper writes, such as ``[BLANK_AUDIO]`` or ``(applause)``."""
    spoken = " ".join(_SOUND_NOTE.sub(" ", text).split())
    return spoken if any(char.isalnum() for char in spoken) else ""
