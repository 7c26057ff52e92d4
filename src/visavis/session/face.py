"""The replica's picture: asks the playout clock what is being heard and draws the mouth that says it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from visavis.config import Settings
from visavis.conversation.effects import Activity
from visavis.layers.replica.base import ReplicaRenderer
from visavis.media.playout import Playout
from visavis.protocol.emotions import Emotion
from visavis.rooms.base import Room, VideoSink
from visavis.session.engines import Engines, Lane
from visavis.session.recording import Recording
from visavis.session.spec import ConversationSpec

UNSEEN = 0.1
"""Seconds between looks whether anybody is there to see the replica."""


class Face:
    """Draws frames at a steady rate while somebody watches.

    Attributes:
        activity: what the replica is doing; the session sets it.
        render_seconds: how long the newest frame took.
    """

    def __init__(
        self,
        renderer: ReplicaRenderer,
        drawing: Lane,
        playout: Playout,
        sink: VideoSink,
        fps: int,
        clock: Callable[[], float],
    ) -> None:
        self.activity: Activity = "idle"
        self.render_seconds = 0.0
        self._renderer = renderer
        self._drawing = drawing
        self._playout = playout
        self._sink = sink
        self._interval = 1.0 / fps
        self._clock = clock

    @classmethod
    def of(
        cls,
        spec: ConversationSpec,
        engines: Engines,
        settings: Settings,
        room: Room,
        playout: Playout,
        recording: Recording | None,
    ) -> Face | None:
        """A conversation's, shown in its room and to its recording; None if it has no picture."""
        if spec.audio_only or spec.chat:
            return None
        width, height, fps = settings.video_width, settings.video_height, settings.video_fps
        renderer = engines.make_replica(width, height, spec.seed)
        renderer.greenscreen = spec.greenscreen
        sink = room.publish_video(width, height, fps)
        if recording:
            sink = recording.video(sink)
        return cls(renderer, engines.drawing, playout, sink, fps, time.monotonic)

    def show(self, emotion: Emotion) -> None:
        """Let the replica look like this from now on."""
        self._renderer.emotion = emotion

    def look_at(self, where: tuple[float, float] | None) -> None:
        """Somebody's face is there (``ReplicaRenderer.looking_at``); None: nobody knows."""
        self._renderer.looking_at = where

    async def run(self) -> None:
        """Work until cancelled. A late frame is not made up for: the next one comes in its own time."""
        due = shown = self._clock()
        while True:
            if not self._sink.wanted:
                await asyncio.sleep(UNSEEN)
                due = self._clock()
                continue
            await asyncio.sleep(max(0.0, due - self._clock()))
            begun = self._clock()
            mouth = self._playout.mouth(lead=self.render_seconds)
            frame = await self._drawing(self._renderer.render, min(begun - shown, 1.0), self.activity, mouth)
            self._sink.write(frame)
            self.render_seconds = self._clock() - begun
            shown = begun
            due = max(due + self._interval, self._clock() - self._interval)
