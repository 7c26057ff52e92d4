"""A live conversation: carries the core's effects out with layers and a room."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import Any

import structlog

from visavis.config import Settings
from visavis.conversation import effects as does
from visavis.conversation import inputs as happens
from visavis.layers.stt.base import Hints
from visavis.media.playout import Playout
from visavis.protocol.shutdown import SERVER_STOPPED, SESSION_CRASHED
from visavis.rooms import base as rooms
from visavis.session.apicalls import ApiCalls
from visavis.session.bodies.languages import LANGUAGES
from visavis.session.clips import Clips
from visavis.session.driver import Driver
from visavis.session.ears import Ears
from visavis.session.engines import Engines
from visavis.session.face import Face
from visavis.session.host import Listener
from visavis.session.ignored import IgnoredLog
from visavis.session.inputlog import InputLog
from visavis.session.intake import Intake
from visavis.session.outbox import Outbox
from visavis.session.perceiving import Perceiver
from visavis.session.recording import Recording
from visavis.session.speaker import Speaker
from visavis.session.spec import ConversationSpec
from visavis.session.thinker import Thinker
from visavis.session.timers import Timers

log = structlog.get_logger(__name__)


class LiveConversation:
    """One replica's call in one room, from creation to shutdown.

    Args:
        listener: told each broadcast event as it goes on the wire, and each input.
    """

    def __init__(
        self,
        spec: ConversationSpec,
        engines: Engines,
        room: rooms.Room,
        settings: Settings,
        listener: Listener,
    ) -> None:
        self._spec = spec
        self._room = room
        self._listener = listener
        self._began = time.monotonic()
        self._over: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._activity: does.Activity = "idle"
        self._ignored = IgnoredLog()
        self._log = InputLog(listener.logged if spec.keep_log else None)
        self._driver = Driver(self._perform, self._log.input)
        self._timers = Timers(self._timer_fired, self._elapsed)
        self._clips = Clips()
        self._intake = Intake(self._clips, self._elapsed, self._feed, self._ignored.note)
        self._playout = Playout(self._playout_progressed)
        self._speaker = Speaker(
            engines, self._playout, self._clips, self._elapsed, self._feed, spec.pronunciation
        )
        self._thinker = Thinker(engines.llm_for(spec), self._elapsed, self._feed)
        self._apis = ApiCalls(spec, engines.outbound, self._elapsed, self._feed)
        self._outbox = Outbox(room)
        hints = Hints(LANGUAGES.get(spec.language, ""), spec.hotwords)
        self._recording = Recording.of(spec, settings)
        if self._recording:
            room.overhear(self._recording.overhear)
        self._face = Face.of(spec, engines, settings, room, self._playout, self._recording)
        self._perceiver = self._make_perceiver(engines)
        self._ears = Ears(engines, room, spec.flow, self._elapsed, self._feed, hints, self._perceiver)
        if not spec.chat:
            engines.warn_of_language(spec.language)

    async def run(self) -> str:
        """Hold the conversation until it is over.

        Returns:
            The ``shutdown_reason`` (PROTOCOL 3).
        """
        if not self._spec.chat:
            self._room.publish_audio(
                self._recording.audio(self._playout) if self._recording else self._playout
            )
        self._feed(self._started())
        works = [self._speaker.run(), self._outbox.run(), self._watch_room(), self._log.run()]
        if self._face:
            works.append(self._face.run())
        tasks = [asyncio.create_task(work) for work in works]
        try:
            waited: list[asyncio.Future[Any]] = [self._over, *tasks]
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            self._report_crash(tasks)
            return await self._over
        finally:
            await self._shut_down(tasks)

    def interact(self, message: object, participant_id: str | None = None) -> None:
        """Take one message of a client in, decoded or as JSON text. Never raises for what it holds."""
        self._intake.take(message, participant_id)

    def end(self, reason: str) -> None:
        """End the call with this ``shutdown_reason``."""
        if reason == SERVER_STOPPED and self._perceiver:
            self._perceiver.hurry()
        self._feed(happens.EndRequested(at=self._elapsed(), reason=reason))

    def stats(self) -> dict[str, Any]:
        """For metrics: who is here and what the replica does."""
        people = [p for p in self._room.participants() if p.kind == "person"]
        return {
            "participants": len(people),
            "activity": self._activity,
            "ignored": self._ignored.total,
            "render_ms": round(self._face.render_seconds * 1000, 2) if self._face else 0.0,
            **(self._perceiver.stats() if self._perceiver else {}),
        }

    # What happens

    def _feed(self, happened: happens.Input) -> None:
        try:
            self._driver.feed(happened)
        except Exception as error:
            # Not the mistake of whoever brought it, be it the room, a timer or a layer: the call is broken.
            log.error("conversation failed", exc_info=error)
            self._finish(SESSION_CRASHED)

    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    def _started(self) -> happens.Started:
        epoch = time.time() - self._elapsed()
        return happens.Started(at=0.0, epoch=epoch, seed=self._spec.seed, config=self._spec.config())

    async def _watch_room(self) -> None:
        async for event in self._room.events():
            match event:
                case rooms.ParticipantJoined(participant):
                    if self._recording:
                        self._recording.begin()
                    self._feed(happens.ParticipantJoined(at=self._elapsed(), participant_id=participant.id))
                    if self._perceiver:
                        self._perceiver.joined(participant)
                case rooms.ParticipantUpdated(participant):
                    if self._perceiver:
                        self._perceiver.updated(participant)
                case rooms.ParticipantLeft(participant, reason):
                    self._ears.leave(participant.id)
                    if self._perceiver:
                        self._perceiver.left(participant.id)
                    self._feed(
                        happens.ParticipantLeft(
                            at=self._elapsed(),
                            participant_id=participant.id,
                            lost=reason == "connection lost",
                        )
                    )
                case rooms.AudioStarted(participant_id):
                    if self._spec.pipeline_mode == "full" and not self._spec.chat:
                        self._ears.listen(participant_id)
                case rooms.AppMessage(sender_id, data):
                    self.interact(data, sender_id)
                    # Unread messages come without a pause: audio and everybody else must not wait for all.
                    await asyncio.sleep(0)

    def _playout_progressed(self, generation: int, samples: int) -> None:
        self._speaker.heard()
        self._feed(happens.PlayoutProgressed(at=self._elapsed(), generation=generation, samples=samples))

    def _timer_fired(self, name: str) -> None:
        self._feed(happens.TimerFired(at=self._elapsed(), name=name))

    # What is done about it

    def _perform(self, effect: does.Effect) -> None:
        match effect:
            case does.Broadcast(event, seq):
                message = event.wire()
                self._log.flush()
                attached = self._perceiver.attachments.attached if self._perceiver else None
                self._outbox.put(attached(event, message) if attached else message)
                self._listener.event(seq, message)
            case does.StartInference():
                self._thinker.start(effect)
            case does.CancelInference(generation):
                self._thinker.cancel(generation)
            case does.CallTool():
                self._apis.start(effect)
            case does.Speak() | does.PlayAudio():
                self._speaker.say(effect)
            case does.DropClip(ref):
                self._clips.drop(ref)
            case does.StopPlayout(generation):
                left = self._speaker.stop(generation)
                self._feed(happens.PlayoutStopped(at=self._elapsed(), generation=generation, samples=left))
            case does.SetTimer(name, at):
                self._timers.set(name, at)
            case does.CancelTimer(name):
                self._timers.cancel(name)
            case does.SetActivity(activity):
                self._set_activity(activity)
            case does.SetEmotion(emotion):
                if self._face:
                    self._face.show(emotion)
            case does.SetSensitivity(pause, interrupt):
                self._ears.set_sensitivity(pause, interrupt)
            case does.CallBack(kind, subject, body):
                self._listener.called_back(kind, subject, body)
            case does.ConcludePerception():
                if self._perceiver:
                    self._perceiver.conclude()
                else:
                    self._feed(happens.PerceptionConcluded(at=self._elapsed()))
            case does.Ignore(reason):
                self._ignored.note(reason)
            case does.EndCall(reason):
                self._finish(reason)

    def _finish(self, reason: str) -> None:
        if not self._over.done():
            self._over.set_result(reason)

    def _set_activity(self, activity: does.Activity) -> None:
        self._activity = activity
        self._ears.replica_speaking = activity == "speaking"
        if self._face:
            self._face.activity = activity

    # Beginning and end

    def _make_perceiver(self, engines: Engines) -> Perceiver | None:
        if self._spec.perception is None or self._spec.chat or engines.perception is None:
            return None
        return Perceiver(
            self._spec.perception,
            engines.perception,
            engines.perceiving,
            engines.hearing,
            self._room,
            elapsed=self._elapsed,
            feed=self._feed,
            apis=self._apis,
            look_at=self._face.look_at if self._face else lambda _: None,
        )

    def _report_crash(self, tasks: list[asyncio.Task[None]]) -> None:
        """A part that ended on its own ends the call."""
        if self._over.done():
            return
        for task in tasks:
            if task.done() and (error := task.exception()):
                log.error("conversation failed", exc_info=error)
        self._finish(SESSION_CRASHED)

    async def _shut_down(self, tasks: list[asyncio.Task[None]]) -> None:
        reason = self._over.result() if self._over.done() and not self._over.cancelled() else SESSION_CRASHED
        if not self._driver.core.ended:
            self.end(reason)
        if not self._driver.core.ended:  # perception takes its time: not any more
            self.end(reason)
        self._timers.clear()
        await self._outbox.flush()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        listeners = [self._ears.aclose(), *([self._perceiver.aclose()] if self._perceiver else [])]
        await _all(*listeners, self._thinker.aclose())
        ends = [self._recording.aclose()] if self._recording else []
        await _all(self._room.close(reason), self._apis.aclose(), *ends)
        self._log.flush()
        self._ignored.summarize()


async def _all(*ends: Awaitable[None]) -> None:
    """Bring parts to their end; what one of them meets leaves no other open."""
    for error in await asyncio.gather(*ends, return_exceptions=True):
        if isinstance(error, Exception):
            log.error("a part of the conversation did not end well", exc_info=error)
