"""Text to speech by hibari, with the moments of its phonemes and words.

The durations of the phonemes exist inside its ONNX graph but are no output of it. Protobuf messages merge
when they are joined, so a few bytes appended to the model name one output more. That is tied to the very
file, whose hash is therefore checked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import numpy as np
from hibari import dsp
from hibari.g2p import G2P
from hibari.g2p.normalize import normalize
from hibari.tts import ASSETS, MAX_PHONEMES, Hibari
from numpy.typing import NDArray

from visavis.errors import EngineMissing
from visavis.layers import onnx
from visavis.layers.tts import misaki
from visavis.layers.tts.alignment import last_spoken
from visavis.layers.tts.base import Speech, Spelled, Voice, Word
from visavis.layers.tts.respelling import Respelling, Substitute
from visavis.layers.tts.spoken import source_words
from visavis.media.sounds import Phoneme

_MODEL_SHA256 = "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8"
_DURATIONS = "/Cast_32_output_0"
_LATENESS = 0.067
"""Seconds by which the durations run behind the sound: lips close (p, b, m) and vowels swell that much
earlier, measured on the audio of this very model."""
_LEAD = 0.02
_TAIL = 0.25
_DECAY = 0.03
_AUDIBLE = 0.01
_PAD = 0
_PLACEHOLDER = 0x10F000
"""The first of the characters that stand for words whose sounds are given: nobody writes them."""

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _SpokenWord:
    """What is between two spaces after numbers and the like have been written out."""

    text: str
    letters: str


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What one run of the model has spoken; ``word_ends`` are seconds, one for each of its words."""

    samples: Samples
    phonemes: list[Phoneme]
    words: list[_SpokenWord]
    word_ends: list[float]


class HibariTTS:
    """``TTS``: English, one female voice, 24 kHz. The same text always gives the same samples.

    Args:
        threads: for one call; a clause takes about 50 ms with one.

    Raises:
        EngineMissing: the installed hibari has another model than the one whose graph is known.
    """

    sample_rate: int = dsp.SR
    languages: frozenset[str] | None = frozenset({"en"})
    voices: tuple[Voice, ...] = (Voice("heart", ("english", "american", "female")),)

    def __init__(self, threads: int = 1) -> None:
        model = (Path(ASSETS) / "hibari.onnx").read_bytes()
        if sha256(model).hexdigest() != _MODEL_SHA256:
            raise EngineMissing(
                "tts", "hibari", f"hibari-tts {version('hibari-tts')} has another model; install 0.2.1"
            )
        self._session = onnx.session(_with_output(model, _DURATIONS), threads)
        self._g2p = G2P()
        self._ids: dict[str, int] = json.loads((Path(ASSETS) / "vocab.json").read_text("utf-8"))
        # the made-up word loads the model for unknown words too
        self.synthesize("Warming vyvvix up.")

    def synthesize(self, text: str) -> Speech:
        """Blocking. Speech for one clause or sentence; see ``TTS``."""
        return self._synthesize(text, {})

    def pronounce(self, text: str, spelled: Sequence[Spelled]) -> Speech:
        """Blocking. As ``synthesize``, with the sounds of some words given; see ``PhoneticTTS``."""
        places = {chr(_PLACEHOLDER + number): one for number, one in enumerate(spelled)}
        respelling = Respelling(text, [Substitute(one.start, one.end, mark) for mark, one in places.items()])
        given = {mark: self._known(misaki.letters(one.ipa)) for mark, one in places.items()}
        speech = self._synthesize(respelling.said, given)
        return replace(speech, words=respelling.written_words(speech.words))

    def _synthesize(self, text: str, given: Mapping[str, str]) -> Speech:
        """Speech for a text in which marks stand for words whose letters are given."""
        written = source_words(text)
        runs = list(self._runs(" ".join(word.spoken for word in written if word.spoken), given))
        chunks = [chunk for run in runs if (chunk := self._speak(run))]
        if not chunks:
            return Speech(np.zeros(0, np.float32), (), ())
        samples, phonemes, ends = _join(chunks)
        said = last_spoken(
            [word.spoken for word in written], [word.text for chunk in chunks for word in chunk.words]
        )
        words = tuple(
            Word(word.text_end, ends[count - 1] if count else 0.0)
            for word, count in zip(written, said, strict=True)
        )
        return Speech(samples, tuple(phonemes), words)

    def _runs(self, text: str, given: Mapping[str, str]) -> Iterator[list[_SpokenWord]]:
        """The text's sentences, in pieces that the model can take."""
        for sentence in Hibari.split_sentences(text):
            run: list[_SpokenWord] = []
            length = 0
            for word in self._phonemize(sentence, given):
                if run and length + len(word.letters) > MAX_PHONEMES:
                    yield run
                    run, length = [], 0
                run.append(word)
                length += len(word.letters) + 1
            yield run

    def _phonemize(self, sentence: str, given: Mapping[str, str]) -> Iterator[_SpokenWord]:
        text = letters = ""
        plain = normalize(sentence)
        for mark, sounds in given.items():
            plain = plain.replace(mark, f"[x](/{sounds}/)")
        for token in self._g2p.phonemize_tokens(self._g2p.tokenize(plain)):
            text += token.text
            letters += token.phonemes or ""
            if token.whitespace:
                yield _SpokenWord(text, self._known(letters))
                text = letters = ""
        if text:
            yield _SpokenWord(text, self._known(letters))

    def _known(self, letters: str) -> str:
        return "".join(letter for letter in letters.strip() if letter in self._ids)[:MAX_PHONEMES]

    def _speak(self, words: list[_SpokenWord]) -> _Chunk | None:
        """One run of the model; None when there is no sound in the words."""
        letters = " ".join(word.letters for word in words if word.letters)
        if not any(map(misaki.is_sound, letters)):
            return None
        ids = [_PAD, *(self._ids[letter] for letter in letters), _PAD]
        feed = {"ids": np.array([ids], np.int64), "speed": np.array([1.0], np.float32)}
        *spectrum, durations = self._session.run(None, feed)
        samples = dsp.synth(*(part[0] for part in spectrum), np.random.default_rng(0))
        samples, edges = _heard(samples, durations.reshape(-1))
        timed = list(zip(["", *letters, ""], edges[:-1], edges[1:], strict=True))
        return _Chunk(samples, misaki.sounds(timed), words, _word_ends(words, timed[1:-1]))


def _heard(samples: Samples, durations: NDArray[np.float32]) -> tuple[Samples, list[float]]:
    """The audio without long silence at its ends, and where in it each letter begins and the last one ends.

    Args:
        samples: what the model made.
        durations: of its letters, in a unit of which the audio is exactly their sum.
    """
    edges = np.concatenate(([0.0], np.cumsum(durations, dtype=np.float64)))
    edges *= len(samples) / dsp.SR / edges[-1]
    audible = np.flatnonzero(np.abs(samples) > _AUDIBLE)
    if not len(audible):
        return samples, edges.tolist()
    first = max(0, int(audible[0] - _LEAD * dsp.SR))
    last = min(len(samples), int(audible[-1] + _TAIL * dsp.SR))
    # the last letter's duration goes on after it has died away
    voice_end = (audible[-1] - first) / dsp.SR + _DECAY
    inner = np.clip(edges[1:-1] - _LATENESS - first / dsp.SR, 0.0, voice_end)
    return samples[first:last], [0.0, *inner.tolist(), (last - first) / dsp.SR]


def _word_ends(words: Sequence[_SpokenWord], timed: Sequence[tuple[str, float, float]]) -> list[float]:
    """When each word's last sound ends; a word without one ends with the word before."""
    ends = []
    position, end = 0, 0.0
    for word in words:
        for letter, _, until in timed[position : position + len(word.letters)]:
            if misaki.is_sound(letter):
                end = until
        position += len(word.letters) + 1 if word.letters else 0
        ends.append(end)
    return ends


def _join(chunks: Sequence[_Chunk]) -> tuple[Samples, list[Phoneme], list[float]]:
    phonemes: list[Phoneme] = []
    ends: list[float] = []
    start = 0.0
    for chunk in chunks:
        phonemes += [Phoneme(p.symbol, p.start + start, p.end + start) for p in chunk.phonemes]
        ends += [end + start for end in chunk.word_ends]
        start += len(chunk.samples) / dsp.SR
    return np.concatenate([chunk.samples for chunk in chunks]), phonemes, ends


def _with_output(model: bytes, name: str) -> bytes:
    """The ONNX model with one more graph output.

    Appends ``ModelProto{graph{output{name}}}``: field 7, 12 and 1 of the messages, each length-delimited.
    """
    output = _delimited(0x0A, name.encode())
    return model + _delimited(0x3A, _delimited(0x62, output))


def _delimited(tag: int, content: bytes) -> bytes:
    # every length here fits the one byte of a varint below 128
    return bytes((tag, len(content))) + content
