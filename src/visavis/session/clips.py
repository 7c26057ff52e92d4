"""Audio that echoes bring: from base64 PCM at any rate to the playout's rate."""

from __future__ import annotations

import base64
import binascii
from collections import OrderedDict

import numpy as np
import soxr
from numpy.typing import NDArray

from visavis.conversation.inputs import AudioClip
from visavis.media.playout import RATE
from visavis.protocol.interactions import EchoProperties

LOWEST_RATE, HIGHEST_RATE = 8_000, 48_000
OPEN_STREAMS = 16
"""Chunked echoes that may be under way at once; the oldest is forgotten beyond it."""
MOST_WAITING = 600.0
"""Seconds of audio that may wait to be played: 58 MB."""


class BadClip(ValueError):
    """The audio of an echo cannot be used; the message says why and holds nothing the sender wrote."""


class _Stream:
    """The chunks of one utterance at one rate, so that their seams are not heard."""

    def __init__(self, rate: int) -> None:
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
        self._streams: OrderedDict[tuple[str, str, int], _Stream] = OrderedDict()
        self._samples: dict[int, NDArray[np.int16]] = {}
        self._waiting = 0
        self._next = 0

    def decode(self, echo: EchoProperties, sender: str = "") -> AudioClip:
        """Take one chunk in.

        Args:
            echo: with audio.
            sender: the participant; chunks without an ``inference_id`` continue the sender's.

        Raises:
            BadClip: not base64, a rate outside 8 to 48 kHz, or too much waits already.
        """
        if self._waiting > MOST_WAITING * RATE:
            raise BadClip("too much audio waits to be played")
        if not LOWEST_RATE <= echo.sample_rate <= HIGHEST_RATE:
            raise BadClip("sample_rate outside 8000 to 48000")
        try:
            data = base64.b64decode(echo.audio or "", validate=True)
        except (binascii.Error, ValueError):
            raise BadClip("audio is not base64") from None
        samples = self._stream(echo, sender).take(data, last=echo.is_done)
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

    def _stream(self, echo: EchoProperties, sender: str) -> _Stream:
        """The one that the chunk belongs to; kept for later chunks unless this is the last."""
        of = (echo.inference_id, "") if echo.inference_id is not None else ("", sender)
        key = (*of, echo.sample_rate)
        stream = self._streams.pop(key, None) or _Stream(echo.sample_rate)
        if not echo.is_done:
            self._streams[key] = stream
            while len(self._streams) > OPEN_STREAMS:
                self._streams.popitem(last=False)
        return stream
