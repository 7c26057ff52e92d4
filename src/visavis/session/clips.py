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


class Clips:
    """Decodes chunks and keeps the samples until they are played.

    Chunks of one ``inference_id`` go through one resampler, so that their seams are not heard.
    """

    def __init__(self) -> None:
        self._streams: OrderedDict[tuple[str, int], soxr.ResampleStream] = OrderedDict()
        self._samples: dict[int, NDArray[np.int16]] = {}
        self._waiting = 0
        self._next = 0

    def decode(self, echo: EchoProperties) -> AudioClip:
        """Take one chunk in.

        Raises:
            BadClip: not base64, not whole samples, a rate outside 8 to 48 kHz, or too much waits already.
        """
        if self._waiting > MOST_WAITING * RATE:
            raise BadClip("too much audio waits to be played")
        if not LOWEST_RATE <= echo.sample_rate <= HIGHEST_RATE:
            raise BadClip("sample_rate outside 8000 to 48000")
        try:
            data = base64.b64decode(echo.audio or "", validate=True)
        except (binascii.Error, ValueError):
            raise BadClip("audio is not base64") from None
        if len(data) % 2:
            raise BadClip("audio is not whole 16-bit samples")
        samples = self._resample(np.frombuffer(data, "<i2"), echo)
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

    def _resample(self, pcm: NDArray[np.int16], echo: EchoProperties) -> NDArray[np.int16]:
        if echo.sample_rate == RATE:
            return pcm.astype(np.int16)
        if echo.inference_id is None:
            whole: NDArray[np.int16] = soxr.resample(pcm, echo.sample_rate, RATE).astype(np.int16)
            return whole
        key = (echo.inference_id, echo.sample_rate)
        stream = self._streams.pop(key, None) or soxr.ResampleStream(echo.sample_rate, RATE, 1, dtype="int16")
        # Audio is not done unless it says so, also where no modality is named (PROTOCOL 1.2).
        chunk: NDArray[np.int16] = stream.resample_chunk(pcm, last=bool(echo.done))
        if not echo.done:
            self._streams[key] = stream
            while len(self._streams) > OPEN_STREAMS:
                self._streams.popitem(last=False)
        return chunk
