"""What a program speaks through: virtual microphones, custom audio tracks, and the mix that leaves."""

from __future__ import annotations

import threading
import time
import uuid
import weakref
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from visavis.client.daily.dispatch import Dispatcher
from visavis.client.daily.pcm import Done, MonoOrStereo, PcmQueue, added, count_frames

Completion = Callable[[int], Any]

_completions = Dispatcher("visavis-daily-audio")


class Input(MonoOrStereo):
    """Audio from a program, into every call that has it as an input."""

    def __init__(self, sample_rate: int, channels: int) -> None:
        super().__init__(sample_rate, channels)
        self._queue = PcmQueue(sample_rate, channels)
        self._calls = 0

    @property
    def pulled(self) -> bool:
        """Whether a call takes what is written."""
        return self._calls > 0

    def plug(self) -> PcmQueue:
        """A call takes it from now on."""
        self._calls += 1
        return self._queue

    def unplug(self) -> None:
        """It takes it no more."""
        self._calls -= 1
        if not self.pulled:
            self._queue.drain()

    def _write(self, frames: bytes, done: Done) -> None:
        self._queue.write(frames, done)
        if not self.pulled:  # left in the meantime
            self._queue.drain()

    def _write_and_wait(self, frames: bytes) -> None:
        written = threading.Event()
        self._write(frames, written.set)
        written.wait()


class VirtualMicrophoneDevice(Input):
    """A microphone that a program speaks into. Made by ``Daily.create_microphone_device``."""

    def __init__(self, name: str, sample_rate: int, channels: int, non_blocking: bool) -> None:
        super().__init__(sample_rate, channels)
        self._name, self._non_blocking = name, non_blocking

    @property
    def name(self) -> str:
        """Its device id in input settings."""
        return self._name

    def write_frames(self, frames: bytes, completion: Completion | None = None) -> int:
        """Say this. A blocking device returns when it has been said, in real time.

        Args:
            frames: 16-bit linear PCM, interleaved.
            completion: called with the number of frames when they have been said.

        Returns:
            How many frames were taken: 0 when no call has this microphone as its input.

        Raises:
            TypeError: ``frames`` is not bytes.
            ValueError: it is not a whole number of samples.
        """
        count = count_frames(frames, self.channels)
        if not self.pulled:
            if completion is not None:
                completion(0)
            return 0
        if self._non_blocking:
            self._write(frames, _calling(completion, count))
            return count
        self._write_and_wait(frames)
        if completion is not None:
            completion(count)
        return count


class CustomAudioSource(Input):
    """Audio for a ``CustomAudioTrack``. While no call takes it, it takes time and is lost."""

    def __init__(self, sample_rate: int, channels: int, auto_silence: bool = True) -> None:
        """Make a source.

        Args:
            sample_rate: Hz.
            channels: 1 or 2.
            auto_silence: whether silence is sent while nothing is written. The room's uplink is one
                stream that never pauses, so this makes no difference here.
        """
        super().__init__(sample_rate, channels)
        self.auto_silence = auto_silence

    def write_frames(self, frames: bytes, completion: Completion | None = None) -> int:
        """Send this: blocks until it has been sent, unless there is a completion to call then.

        Args:
            frames: 16-bit linear PCM, interleaved.
            completion: called with the number of frames.

        Returns:
            The number of frames.

        Raises:
            TypeError: ``frames`` is not bytes.
            ValueError: it is not a whole number of samples.
        """
        count = count_frames(frames, self.channels)
        if completion is None:
            if self.pulled:
                self._write_and_wait(frames)
            else:
                time.sleep(count / self.sample_rate)
        elif self.pulled:
            self._write(frames, _calling(completion, count))
        else:
            timer = threading.Timer(count / self.sample_rate, _calling(completion, count))
            timer.daemon = True
            timer.start()
        return count


class CustomAudioTrack:
    """A track that sends what its source is given.

    Attributes:
        source: the source.
    """

    def __init__(self, audio_source: CustomAudioSource) -> None:
        self.source = audio_source
        self._id = str(uuid.uuid4())
        tracks[self._id] = self

    @property
    def id(self) -> str:
        """Names it in input settings."""
        return self._id


tracks: weakref.WeakValueDictionary[str, CustomAudioTrack] = weakref.WeakValueDictionary()
"""Those that exist, by id."""


class Mix:
    """All inputs of one call, added: the room has one uplink for a participant. An ``AudioSource``."""

    def __init__(self) -> None:
        self._inputs: dict[str, Input] = {}
        self._queues: tuple[PcmQueue, ...] = ()

    def plug(self, inputs: Mapping[str, Input]) -> None:
        """Have these inputs, by name, and no others."""
        before, self._inputs = self._inputs, dict(inputs)
        self._queues = tuple(entry.plug() for entry in self._inputs.values())
        for entry in before.values():
            entry.unplug()

    def pull(self, samples: int) -> NDArray[np.int16]:
        """The next samples to leave."""
        return added([queue.pull(samples) for queue in self._queues], samples)


def _calling(completion: Completion | None, count: int) -> Done:
    def call() -> None:
        if completion is not None:
            _completions.call(completion, count)

    return call
