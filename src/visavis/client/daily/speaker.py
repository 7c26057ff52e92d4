"""A speaker that a program listens at."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from visavis.client.daily.dispatch import Dispatcher
from visavis.client.daily.pcm import SAMPLE_BYTES, MonoOrStereo, PcmQueue, added
from visavis.rooms.base import PLAYOUT_RATE

KEPT_SECONDS = 10
"""What a reader may be behind before the oldest goes."""

Completion = Callable[[bytes], Any]

_completions = Dispatcher("visavis-daily-speaker")


class VirtualSpeakerDevice(MonoOrStereo):
    """What a call receives, for programs to read. Made by ``Daily.create_speaker_device``.

    It plays only while it is the selected speaker and a client is in a call; all channels carry the same.
    """

    def __init__(self, name: str, sample_rate: int, channels: int, non_blocking: bool) -> None:
        super().__init__(sample_rate, channels)
        self._name, self._non_blocking = name, non_blocking
        self._changed = threading.Condition()
        self._heard = bytearray()
        self._asked: deque[tuple[int, Completion | None]] = deque()
        self._players: dict[object, PcmQueue] = {}
        self._resampler: Any = None

    @property
    def name(self) -> str:
        """Names it for ``Daily.select_speaker_device``."""
        return self._name

    def read_frames(self, num_frames: int, completion: Completion | None = None) -> bytes:
        """Hear this much. A blocking device returns when it has been played, in real time.

        Args:
            num_frames: samples of each channel.
            completion: called with what was heard.

        Returns:
            16-bit linear PCM; empty from a device that does not block, and when nothing plays.
        """
        wanted = num_frames * SAMPLE_BYTES * self._channels
        with self._changed:
            if self._non_blocking and self._players:
                self._asked.append((wanted, completion))
                self._answer()
                return b""
            self._changed.wait_for(lambda: len(self._heard) >= wanted or not self._players)
            heard = self._take(wanted) if self._players else b""
        if completion is not None:
            completion(heard)
        return heard

    def start(self, player: object) -> None:
        """This client is in a call and plays here; of several the first keeps the time."""
        with self._changed:
            self._players.setdefault(player, PcmQueue(PLAYOUT_RATE, 1))

    def stop(self, player: object) -> None:
        """It plays here no more; who reads is told that nothing plays."""
        with self._changed:
            if player not in self._players:
                return
            del self._players[player]
            if not self._players:
                self._heard.clear()
                while self._asked:
                    self._give(self._asked.popleft()[1], b"")
                self._changed.notify_all()

    def play(self, player: object, samples: NDArray[np.int16]) -> None:
        """A piece that a client received: mono, ``PLAYOUT_RATE``."""
        with self._changed:
            first, *others = self._players or [None]
            if player is not first:
                if player in self._players:
                    self._players[player].write(samples.tobytes(), lambda: None)
                return
            samples = added(
                [samples, *(self._players[one].pull(len(samples)) for one in others)], len(samples)
            )
            if self._resampler is None:
                self._resampler = soxr.ResampleStream(PLAYOUT_RATE, self._sample_rate, 1, dtype="int16")
            mono = np.asarray(self._resampler.resample_chunk(samples), "<i2")
            self._heard += np.repeat(mono, self._channels).tobytes()
            surplus = len(self._heard) - KEPT_SECONDS * self._sample_rate * SAMPLE_BYTES * self._channels
            if surplus > 0 and not self._asked:
                del self._heard[: surplus - surplus % (SAMPLE_BYTES * self._channels)]
            self._answer()
            self._changed.notify_all()

    def _answer(self) -> None:
        while self._asked and len(self._heard) >= self._asked[0][0]:
            wanted, completion = self._asked.popleft()
            self._give(completion, self._take(wanted))

    def _take(self, wanted: int) -> bytes:
        taken = bytes(self._heard[:wanted])
        del self._heard[:wanted]
        return taken

    @staticmethod
    def _give(completion: Completion | None, heard: bytes) -> None:
        if completion is not None:
            _completions.call(completion, heard)
