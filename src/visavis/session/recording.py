"""Records one conversation: what everybody heard, and the replica's picture, on one clock."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from visavis.config import Settings
from visavis.media.pump import CATCH_UP_FRAMES
from visavis.media.recording import HUNG, Format, Writer
from visavis.media.recording.mixer import RATE, Mixer
from visavis.rooms.base import FRAME_SAMPLES, AudioSource, VideoSink
from visavis.session.spec import ConversationSpec

SETTLED = RATE // 5
"""Samples behind now after which nothing is mixed in any more: 200 ms."""
STALL = CATCH_UP_FRAMES * FRAME_SAMPLES
"""Samples that the room's pulls may be late; more it does not make up for, so that it is silence."""
PATIENCE = 10.0
"""Seconds that writing the end may take."""
SUFFIX = ".mp4"

log = structlog.get_logger(__name__)


class Recording:
    """A conversation's recording, from when somebody first came until the end.

    Its timeline is that of the playout: what the room pulls is there at the moment it was pulled, and
    everything else, people and pictures, where it came. Belongs to one event loop; encoding is the writer's
    thread's.

    Args:
        folder: where the file goes; it is named for the moment it begins, in Unix milliseconds.
        form: what it holds.
        clock: seconds.
    """

    def __init__(self, folder: Path, form: Format, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._form, self._clock = folder, form, clock
        self._mixer = Mixer()
        self._writer: Writer | None = None
        self._path: Path | None = None
        self._began = 0.0
        self._pulled = 0
        self._pulled_at: float | None = None
        self._due = 0.0

    @classmethod
    def of(cls, spec: ConversationSpec, settings: Settings) -> Recording | None:
        """What the conversation asks for; None if it is not to be recorded, or has nothing to record."""
        if spec.recording is None or spec.chat:
            return None
        size = None if spec.audio_only else (settings.video_width, settings.video_height)
        fps = min(settings.recording_fps, settings.video_fps)
        return cls(Path(spec.recording.folder), Format(settings.recording_codec, size, fps))

    @property
    def running(self) -> bool:
        """Whether it has begun and is not over."""
        return self._writer is not None

    def begin(self) -> None:
        """Somebody came; void when it has begun."""
        if self._path is not None:
            return
        self._path = self._folder / f"{time.time_ns() // 1_000_000}{SUFFIX}"
        self._writer = Writer(self._path, self._form)
        self._writer.start()

    def audio(self, source: AudioSource) -> AudioSource:
        """The source, as heard by the recording too."""
        return _Heard(source, self._pull)

    def video(self, sink: VideoSink) -> VideoSink:
        """The sink, with the recording as one who watches."""
        return _Watched(sink, self)

    def overhear(self, source: str, samples: NDArray[np.int16]) -> None:
        """Somebody but the replica is heard (``rooms.base.Overhear``)."""
        if self._writer is not None:
            self._mixer.add(source, samples, self._now())

    def show(self, frame: NDArray[np.uint8]) -> None:
        """The replica's picture changed; the frame must not change any more."""
        at = self._now() / RATE
        # A little early is in time: else the renderer's jitter would become dropped pictures.
        if self._writer is None or self._pulled_at is None or at < self._due - 0.25 / self._form.fps:
            return
        interval = 1.0 / self._form.fps
        self._due = max(self._due, at - interval) + interval
        self._writer.show(frame, at)

    async def aclose(self) -> None:
        """End it: write what is left."""
        writer, self._writer = self._writer, None
        if writer is None or self._path is None:
            return
        self._settle(writer, self._pulled)
        tally = await asyncio.to_thread(writer.close, PATIENCE)
        if tally.failure == HUNG:
            log.warning("a recording is left to a disk that hangs", duration=tally.duration)
            return  # nor would a note get there
        told = dataclasses.asdict(tally)
        (log.warning if tally.failure or tally.pictures_dropped else log.info)("recording ended", **told)
        await asyncio.to_thread(_keep, self._path.with_suffix(".json"), json.dumps(told))

    def _now(self) -> int:
        """Where the timeline is, in samples; between two pulls it goes by the clock, as the playout does."""
        if self._pulled_at is None:
            return 0
        since = (self._clock() - self._pulled_at) * RATE
        return self._pulled - FRAME_SAMPLES + round(min(max(since, 0.0), FRAME_SAMPLES))

    def _pull(self, samples: NDArray[np.int16]) -> None:
        if self._writer is None:
            return
        now = self._clock()
        if self._pulled_at is None:
            self._began = now
        late = round((now - self._began) * RATE) - self._pulled
        if late >= STALL:  # what the room left out; it is still between two and three frames behind
            self._leave_out(self._writer, late - STALL + FRAME_SAMPLES // 2)
        self._mixer.put(samples, self._pulled)
        self._pulled += len(samples)
        self._pulled_at = now
        self._settle(self._writer, self._pulled - SETTLED)

    def _leave_out(self, writer: Writer, gap: int) -> None:
        """Nobody was heard for so long; where a process stood still it may be hours: they are not mixed."""
        if gap > 2 * RATE:
            self._settle(writer, self._pulled + RATE)
            self._mixer.skip(self._pulled + gap - SETTLED)
        self._pulled += gap

    def _settle(self, writer: Writer, until: int) -> None:
        start = self._mixer.taken
        if len(mixed := self._mixer.take(until)):
            writer.hear(mixed, start)


class _Heard:
    """An audio source that somebody listens in on."""

    def __init__(self, source: AudioSource, hear: Callable[[NDArray[np.int16]], None]) -> None:
        self._source, self._hear = source, hear

    def pull(self, samples: int) -> NDArray[np.int16]:
        """The next samples of the source."""
        pulled = self._source.pull(samples)
        self._hear(pulled)
        return pulled


class _Watched:
    """A video sink that is recorded."""

    def __init__(self, sink: VideoSink, recording: Recording) -> None:
        self._sink, self._recording = sink, recording

    @property
    def wanted(self) -> bool:
        """Whether anybody watches, or the recording runs."""
        return self._sink.wanted or self._recording.running

    def write(self, frame: NDArray[np.uint8]) -> None:
        """Show this frame from now on."""
        self._sink.write(frame)
        self._recording.show(frame)


def _keep(path: Path, text: str) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
    except OSError as error:
        log.error("what became of the recording cannot be written", reason=error.strerror)
