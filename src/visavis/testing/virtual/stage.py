"""The core and the scripted world around it: what ``session.live`` is in a real conversation."""

from __future__ import annotations

from collections.abc import Callable

from visavis.conversation import effects as does
from visavis.conversation import inputs as happens
from visavis.conversation.core import Conversation
from visavis.layers.conversational_flow.flow import FlowSettings
from visavis.protocol.emotions import Emotion
from visavis.protocol.events import Event
from visavis.session.clips import Clips
from visavis.session.driver import Driver
from visavis.session.intake import Intake
from visavis.session.spec import ConversationSpec
from visavis.testing.virtual.clock import Appointment, Clock
from visavis.testing.virtual.hearing import Hearing
from visavis.testing.virtual.llm import ScriptedLLM
from visavis.testing.virtual.speaker import Speaker
from visavis.testing.virtual.thinker import Thinker
from visavis.testing.virtual.timeline import Ignored, Moment, Timeline
from visavis.testing.virtual.tts import ScriptedTTS


class Stage:
    """One conversation in virtual time.

    Args:
        epoch: Unix seconds at its beginning.
        broadcast: called with each event, before time goes on.
        ended: called with the reason when the call is over.

    Attributes:
        activity: what the replica is doing.
        emotion: what its face was last asked to show.
        analysis: what perception will say of the call at its end.
        end_reason: the ``shutdown_reason``; empty while the call goes on.
        last_input_at: when anything but a timer was last told to the core.
    """

    def __init__(
        self,
        spec: ConversationSpec,
        clock: Clock,
        llm: ScriptedLLM,
        tts: ScriptedTTS,
        epoch: float,
        broadcast: Callable[[Event], None],
        ended: Callable[[str], None],
    ) -> None:
        self.clock = clock
        self.timeline = Timeline()
        self.activity: does.Activity = "idle"
        self.emotion: Emotion | None = None
        self.analysis = ""
        self.end_reason = ""
        self.last_input_at = 0.0
        self._broadcast, self._ended = broadcast, ended
        self._timers: dict[str, Appointment] = {}
        self._driver = Driver(self._perform, self._record)
        self._clips = Clips()
        self._thinker = Thinker(llm, self.clock, self.feed)
        self._intake = Intake(self._clips, self.elapsed, self.feed, self._ignored)
        self.speaker = Speaker(tts, self._clips, self.clock, self.feed)
        flow = FlowSettings(spec.flow.turn_taking_patience, spec.flow.replica_interruptibility)
        self.hearing = Hearing(flow, self.clock, self.feed)
        self.feed(happens.Started(at=0.0, epoch=epoch, seed=spec.seed, config=spec.config()))

    @property
    def core(self) -> Conversation:
        """The real thing."""
        return self._driver.core

    def elapsed(self) -> float:
        """Seconds since the conversation began."""
        return self.clock.now

    def feed(self, happened: happens.Input) -> None:
        """Tell the core."""
        self._driver.feed(happened)

    def take(self, message: object, participant_id: str | None) -> None:
        """Take a client's message in."""
        self._intake.take(message, participant_id)

    def _record(self, happened: happens.Input) -> None:
        self.timeline.add(happened.at, happened)
        if isinstance(happened, happens.UserTurnEnded):
            self.clock.soon(self._thinker.turn_ended)
        if not isinstance(happened, happens.TimerFired):
            self.last_input_at = happened.at

    def _ignored(self, reason: str) -> None:
        self._note(Ignored(reason))

    def _note(self, moment: Moment) -> None:
        self.timeline.add(self.clock.now, moment)

    def _perform(self, effect: does.Effect) -> None:
        match effect:
            case does.Broadcast(event):
                self._note(event)
                self._broadcast(event)
            case does.StartInference():
                self._thinker.start(effect)
            case does.CancelInference(generation):
                self._thinker.cancel(generation)
            case does.Speak() | does.PlayAudio():
                self.speaker.say(effect)
            case does.DropClip(ref):
                self._clips.drop(ref)
            case does.StopPlayout(generation):
                left = self.speaker.stop(generation)
                self.feed(happens.PlayoutStopped(at=self.clock.now, generation=generation, samples=left))
            case does.SetTimer(name, at):
                self._set_timer(name, at)
            case does.CancelTimer(name):
                self._timers.pop(name).cancel()
            case does.SetActivity(activity):
                self.activity = activity
                self.hearing.replica_speaking = activity == "speaking"
            case does.SetEmotion(emotion):
                self.emotion = emotion
            case does.SetSensitivity(pause, interrupt):
                self.hearing.set_sensitivity(pause, interrupt)
            case does.ConcludePerception():
                self.feed(happens.PerceptionConcluded(at=self.clock.now, analysis=self.analysis))
            case does.CallBack():
                self._note(effect)
            case does.Ignore(reason):
                self._ignored(reason)
            case does.EndCall(reason):
                self._end(reason)

    def _set_timer(self, name: str, at: float) -> None:
        if name in self._timers:
            self._timers[name].cancel()

        def due() -> None:
            del self._timers[name]
            self.feed(happens.TimerFired(at=self.clock.now, name=name))

        self._timers[name] = self.clock.at(at, due, counts=False)

    def _end(self, reason: str) -> None:
        self.end_reason = reason
        self._thinker.cancel_all()
        self.hearing.leave_all()
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._ended(reason)
