"""Audio that echoes bring: from base64 PCM at any rate to the playout's rate."""

from __future__ import annotations

import base64
import binascii
from collections import OrderedDict

import numpy as np
import soxr
from numpy.typing import NDArray

from visavis.conversation.echoes import GIVE_UP_AFTER
from visavis.conversation.inputs import AudioClip
from visavis.media.playout import RATE
from visavis.protocol.interactions import EchoProperties

LOWEST_RATE, HIGHEST_RATE = 8_000, 48_000
_URL_SAFE = str.maketrans("-_", "+/")
OPEN_STREAMS = 16
"""Chunked echoes that may be under way at once; the oldest is forgotten beyond it."""
MOST_WAITING = 600.0
"""Seconds of audio that may wait to be played: 58 MB."""


class BadClip(ValueError):
    """The audio of an echo cannot be used; the message says why and holds nothing the sender wrote."""


class _Stream:
    """The chunks of one utterance, so that their seams are not heard."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.fed_at = 0.0
        self._resampler = None if rate == RATE else soxr.ResampleStream(rate, RATE, 1, dtype="int16")
        self._half = b""

    def take(self, data: bytes, last: bool) -> NDArray[np.int16]:
        """The next bytes, which may end in the middle of a sample; the playout's samples of them."""
        data = self._half + data
        whole = len(data) - len(data) % 2
        self._half = data[whole:]
        pcm = np.frombuffer(data[:whole], "<i2")
        if self._resampler is None:
            return pcm.astype(np.int16)
        samples: NDArray[np.int16] = self._resampler.resample_chunk(pcm, last=last)
        return samples


class Clips:
    """Decodes chunks and keeps the samples until they are played."""

    def __init__(self) -> None:
        self._streams: OrderedDict[str, _Stream] = OrderedDict()
        self._samples: dict[int, NDArray[np.int16]] = {}
        self._waiting = 0
        self._next = 0

    def expects(self, echo: EchoProperties, sender: str = "") -> bool:
        """Whether a chunk that holds nothing is the end of audio that came before."""
        return echo.text is None and echo.modality is None and _key(echo, sender) in self._streams

    def decode(self, echo: EchoProperties, sender: str = "", now: float = 0.0) -> AudioClip | None:
        """Take one chunk in.

        Args:
            echo: its audio may be empty, as the last chunk's often is.
            sender: the participant; chunks without an ``inference_id`` continue the sender's.
            now: seconds; what was not continued for so long that it counts as done is not continued.

        Returns:
            What is to be played; None if nothing is.

        Raises:
            BadClip: not base64, a rate outside 8 to 48 kHz, or too much waits already.
        """
        if self._waiting > MOST_WAITING * RATE:
            raise BadClip("too much audio waits to be played")
        if echo.audio and not LOWEST_RATE <= echo.sample_rate <= HIGHEST_RATE:
            raise BadClip("sample_rate outside 8000 to 48000")
        data = _decoded(echo.audio or "")
        parts = self._resampled(_key(echo, sender), echo, data, now)
        samples = np.concatenate(parts) if parts else np.zeros(0, np.int16)
        if not len(samples) and not data:
            return None
        self._next += 1
        self._samples[self._next] = samples
        self._waiting += len(samples)
        return AudioClip(ref=self._next, samples=len(samples))

    def take(self, ref: int) -> NDArray[np.int16]:
        """The clip's samples at the playout's rate; each clip can be taken once."""
        samples = self._samples.pop(ref)
        self._waiting -= len(samples)
        return samples

    def drop(self, ref: int) -> None:
        """Forget a clip that will not be played."""
        if ref in self._samples:
            self.take(ref)

    def _resampled(self, key: str, echo: EchoProperties, data: bytes, now: float) -> list[NDArray[np.int16]]:
        """The chunk's samples, behind what is left of a stream of another rate before it."""
        parts: list[NDArray[np.int16]] = []
        stream = self._streams.pop(key, None)
        if stream is not None and now - stream.fed_at > GIVE_UP_AFTER:
            stream = None
        if stream is not None and data and stream.rate != echo.sample_rate:
            parts.append(stream.take(b"", last=True))
            stream = None
        if stream is None:
            if not data:
                return parts
            stream = _Stream(echo.sample_rate)
        stream.fed_at = now
        parts.append(stream.take(data, last=echo.is_done))
        if not echo.is_done:
            self._streams[key] = stream
            while len(self._streams) > OPEN_STREAMS:
                self._streams.popitem(last=False)
        return parts


def _key(echo: EchoProperties, sender: str) -> str:
    """Names the stream that a chunk belongs to."""
    return f"id {echo.inference_id}" if echo.inference_id else f"of {sender}"


def _decoded(audio: str) -> bytes:
    """Base64 as its many encoders write it: with line breaks, URL-safe, without padding, as a data URL.

    Raises:
        BadClip: it is none.
    """
    bare = "".join(audio.partition(",")[2].split() if audio.startswith("data:") else audio.split())
    bare = bare.translate(_URL_SAFE).rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise BadClip("audio is not base64") from None
