"""The thread that encodes a recording: whoever brings sound and pictures never waits."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from visavis.media.recording.mixer import RATE
from visavis.media.recording.movie import Format, Movie

MOST_PICTURES = 12
"""That may wait: half a second. More are dropped, and the last one stands longer."""
MOST_SOUND = 120 * RATE
"""Samples that may wait, for a disk that hangs; what comes then is lost and becomes silence."""
HUNG = "TimeoutError"
"""The failure of a recording whose end could not be written in time."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Tally:
    """What became of a recording.

    Attributes:
        duration: seconds.
        pictures: written.
        pictures_dropped: because the encoder could not follow.
        sound_lost: seconds that could not wait any longer.
        seconds_encoding: CPU seconds of the thread.
        failure: what ended it before its time, the name of an error; empty if nothing did.
    """

    duration: float = 0.0
    pictures: int = 0
    pictures_dropped: int = 0
    sound_lost: float = 0.0
    seconds_encoding: float = 0.0
    failure: str = ""


@dataclass(frozen=True, slots=True)
class _Sound:
    samples: NDArray[np.int16]
    at: int


@dataclass(frozen=True, slots=True)
class _Picture:
    planes: NDArray[np.uint8]
    at: float


class Writer:
    """Writes one file in a thread of its own.

    Args:
        path: of the file; its folder, and that one's, are made if need be, for their owner alone.
        form: what it holds.
    """

    def __init__(self, path: Path, form: Format) -> None:
        self.tally = Tally()
        self._path, self._form = path, form
        self._waiting: deque[_Sound | _Picture] = deque()
        self._pictures = 0
        self._sound = 0
        self._ending = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="recording", daemon=True)

    @property
    def waiting(self) -> int:
        """Pieces of sound and pictures that have yet to be written."""
        return len(self._waiting)

    def start(self) -> None:
        """Open the file and begin."""
        self._thread.start()

    def hear(self, samples: NDArray[np.int16], at: int) -> None:
        """Take sound: mono, 48 kHz, from sample ``at`` on. Never blocks."""
        with self._changed:
            if self._sound + len(samples) > MOST_SOUND or self.tally.failure:
                self.tally.sound_lost += len(samples) / RATE
                return
            self._sound += len(samples)
            self._waiting.append(_Sound(samples, at))
            self._changed.notify()

    def show(self, planes: NDArray[np.uint8], at: float) -> None:
        """Take an I420 picture shown from ``at`` seconds on; it must not change any more. Never blocks."""
        with self._changed:
            if self._pictures >= MOST_PICTURES or self.tally.failure:
                self.tally.pictures_dropped += 1
                return
            self._pictures += 1
            self._waiting.append(_Picture(planes, at))
            self._changed.notify()

    def close(self, patience: float | None = None) -> Tally:
        """Write all that waits, and the end. Blocking.

        Args:
            patience: seconds after which a disk that hangs is left to itself; None waits for ever.
        """
        with self._changed:
            self._ending = True
            self._changed.notify()
        self._thread.join(patience)
        if self._thread.is_alive():
            return dataclasses.replace(self.tally, failure=HUNG)
        return self.tally

    def _run(self) -> None:
        try:
            for folder in (self._path.parent.parent, self._path.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            movie = Movie(self._path, self._form)
            try:
                while (item := self._next()) is not None:
                    self._write(movie, item)
            finally:
                movie.close()
        except Exception as error:
            # Disks fill up and encoders refuse; the call goes on, and what was written so far plays.
            with self._changed:
                self.tally.failure = type(error).__name__
                self._waiting.clear()
            log.error("a recording ends before its time", exc_info=error)
        self.tally.seconds_encoding = time.thread_time()

    def _next(self) -> _Sound | _Picture | None:
        with self._changed:
            while not self._waiting:
                if self._ending:
                    return None
                self._changed.wait()
            item = self._waiting.popleft()
            if isinstance(item, _Picture):
                self._pictures -= 1
            else:
                self._sound -= len(item.samples)
            return item

    def _write(self, movie: Movie, item: _Sound | _Picture) -> None:
        if isinstance(item, _Sound):
            movie.hear(item.samples, item.at)
            self.tally.duration = movie.duration
        else:
            movie.show(item.planes, item.at)
            self.tally.pictures += 1
