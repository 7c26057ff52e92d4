"""A whole conversation in memory: what a test holds in its hands."""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from visavis.conversation import inputs as happens
from visavis.conversation.effects import Activity
from visavis.conversation.history import Entry
from visavis.protocol import InteractionMessage
from visavis.protocol.emotions import Emotion
from visavis.protocol.events import (
    Event,
    PerceptionAnalysis,
    PerceptionToolCall,
    RagObservability,
    Utterance,
)
from visavis.protocol.interactions import Echo, EchoProperties, Interrupt, Respond, RespondProperties
from visavis.testing.virtual.call import ScriptedCall
from visavis.testing.virtual.clock import Clock
from visavis.testing.virtual.hearing import Manner, Speech
from visavis.testing.virtual.llm import Script, ScriptedLLM
from visavis.testing.virtual.passing import PATIENCE, Passing
from visavis.testing.virtual.persona import conversation_spec
from visavis.testing.virtual.room import REPLICA, AppMessageCallback, Room
from visavis.testing.virtual.stage import Stage
from visavis.testing.virtual.tts import ScriptedTTS

EPOCH = 1_767_225_600.0
"""Unix seconds at which conversations begin: 2026-01-01."""
App = Callable[[Any], Awaitable[Any]]
"""An asynchronous program: takes a call, as ``visavis.client.Call`` is one."""


class ScriptedConversation(Passing):
    """The real core in virtual time, with scripted layers around it.

    Nothing happens by itself: time passes in ``says``, ``ask``, ``run`` and the other methods that say so.
    The same test gives the same events, ids and times included.

    Args:
        persona: the body of ``POST /v2/personas``; a friendly one if absent.
        llm: what the language model answers (``ScriptedLLM``).
        tts: how the replica speaks.
        app: an asynchronous program that joins first (``run_app``).
        on_app_message: called with each event as it goes on the wire.
        user: the participant who is there from the beginning; None: nobody is.
        objectives: the ``data`` of ``POST /v2/objectives``.
        guardrails: each a body of ``POST /v2/guardrails``.
        seed: where ids come from.
        body: fields of ``POST /v2/conversations``, e.g. ``custom_greeting``, ``chat``; those of its
            ``properties`` may stand beside them, e.g. ``dialect``.

    Attributes:
        llm: what it was asked is in ``llm.asked``.
        events: everything that was broadcast.

    Raises:
        pydantic.ValidationError: the server would refuse the persona or the conversation.
        TypeError: a field that no conversation has.
    """

    def __init__(
        self,
        persona: Mapping[str, Any] | None = None,
        *,
        llm: Script | ScriptedLLM | None = None,
        tts: ScriptedTTS | None = None,
        app: App | None = None,
        on_app_message: AppMessageCallback | None = None,
        user: str | None = "user",
        objectives: Sequence[Mapping[str, Any]] = (),
        guardrails: Sequence[Mapping[str, Any]] = (),
        seed: int = 1,
        **body: Any,
    ) -> None:
        self._spec = conversation_spec(persona, body, objectives, guardrails, seed)
        self.llm = llm if isinstance(llm, ScriptedLLM) else ScriptedLLM(llm)
        super().__init__(Clock())
        self._room = Room(self._spec.replica_name, EPOCH)
        self._stage = Stage(
            self._spec,
            self._clock,
            self.llm,
            tts or ScriptedTTS(),
            EPOCH,
            self._broadcast,
            self._call_ended,
        )
        self._user = user or "user"
        if on_app_message is not None:
            self._room.callbacks.append(on_app_message)
        if app is not None:
            self.run_app(app)
        if user is not None:
            self.join(user)

    def run_until_heard(self, words: str, *, within: float = PATIENCE) -> None:
        """Let time pass until the replica has said these words, or written them: to the end of the last one.

        What it had finished saying before does not count.

        Raises:
            AssertionError: it did not.
        """
        first = len(self.heard) if self._spec.chat else self._stage.speaker.finished
        self.run_until(lambda: any(words in heard for heard in self.heard[first:]), within=within)

    # People

    def join(self, name: str = "user") -> None:
        """Somebody comes into the room."""
        self._enter(name, name, None)

    def leave(self, name: str = "user", *, lost: bool = False) -> None:
        """Somebody goes.

        Args:
            name: who.
            lost: their connection broke off.
        """
        self._do(lambda: self._leave(name, lost))

    def says(self, *parts: str | float, by: str | None = None, **manner: Any) -> None:
        """A user says something; time passes until the turn has ended.

        Args:
            parts: words, and between them seconds of silence: ``says("I want", 0.5, "a pizza.")``.
            by: who; the one who was there first if absent.
            manner: fields of ``Manner``: ``words_a_second``, ``complete``, ``audio_analysis``,
                ``visual_analysis``.

        Raises:
            ValueError: nobody can be heard: it is a chat, or an echo, or the user is not there.
        """
        self._finish(self.starts_saying(*parts, by=by, **manner))

    def starts_saying(self, *parts: str | float, by: str | None = None, **manner: Any) -> Speech:
        """As ``says``, but no time passes: for callbacks, and for people who speak at once."""
        who = self._speaker(by)
        return self._stage.hearing.begin(who, parts, Manner(**manner))

    def noise(self, seconds: float = 0.5, *, by: str | None = None) -> None:
        """A sound that is no speech; time passes until that is known."""
        self._finish(self._stage.hearing.noise(self._speaker(by), seconds))

    def ask(self, text: str, *, by: str | None = None) -> str:
        """A user says this, or writes it in a chat; time passes until all is idle again.

        Returns:
            What was heard, or read, of the replica since.
        """
        before = len(self.heard)
        if self._spec.chat:
            self.respond(text, by=by)
        else:
            self.says(text, by=by)
        self.run_until_idle()
        return " ".join(self.heard[before:])

    # Programs

    def on_app_message(self, callback: AppMessageCallback) -> None:
        """Call this with each event as it goes on the wire, from now on."""
        self._room.callbacks.append(callback)

    def run_app(self, app: App, *, user_name: str = "app") -> Any:
        """An asynchronous program joins as a participant; it runs while time passes, and leaves when it ends.

        Args:
            app: takes the call: it has the methods of ``visavis.client.Call``.
            user_name: how others see it; also its participant id.

        Returns:
            The ``asyncio.Task``. What it raises comes out of the method in which time passes.
        """
        call = ScriptedCall(user_name, self._room, self._clock, self._sent, self._runner.loop.start)
        self._enter(user_name, user_name, call)

        async def work() -> Any:
            try:
                return await app(call)
            finally:
                if user_name in self._room.people:
                    self._leave(user_name, lost=False)

        return self._runner.loop.start(work())

    def send(self, message: InteractionMessage | Mapping[str, Any] | str, *, by: str | None = None) -> None:
        """An interaction: a model, or anything JSON can say.

        Args:
            message: to the replica; other programs in the room see it, too.
            by: who; the one who was there first if absent.
        """
        wire = message.wire() if isinstance(message, InteractionMessage) else message
        data = json.loads(json.dumps(wire))
        self._do(lambda: self._sent(by or self._user, data, "*"))

    def echo(self, text: str, *, by: str | None = None) -> None:
        """Have the replica say exactly this."""
        self.send(Echo(properties=EchoProperties(modality="text", text=text, done=True)), by=by)

    def respond(self, text: str, *, by: str | None = None) -> None:
        """Have the replica answer this as if it had been said."""
        self.send(Respond(properties=RespondProperties(text=text)), by=by)

    def interrupt(self, *, by: str | None = None) -> None:
        """Stop the replica now."""
        self.send(Interrupt(), by=by)

    def end(self, reason: str = "end_conversation_endpoint_hit") -> None:
        """End the call from outside."""
        self._do(lambda: self._stage.feed(happens.EndRequested(at=self.now, reason=reason)))

    # Layers beside the dialogue

    def perceives(self, *, by: str | None = None, **looks: Any) -> None:
        """Perception finds that a user looks like this now.

        Args:
            by: which user; the one who was there first if absent.
            looks: fields of ``UserPerceived``: ``appearance``, ``emotions``, ``screenshare``, ``smiling``.
        """
        who = self._speaker(by)
        self._do(lambda: self._stage.feed(happens.UserPerceived(at=self.now, participant_id=who, **looks)))

    def concludes(self, analysis: str) -> None:
        """This is what perception will say of the call at its end."""
        self._stage.analysis = analysis

    def tells(
        self,
        event: PerceptionToolCall | PerceptionAnalysis | RagObservability,
        *,
        inference_id: str | None = None,
    ) -> None:
        """Perception or the knowledge base has something to tell everyone.

        Args:
            event: its envelope is filled in.
            inference_id: the inference it belongs to, if to one.
        """
        self._do(
            lambda: self._stage.feed(happens.LayerTold(at=self.now, event=event, inference_id=inference_id))
        )

    # What came of it

    @property
    def heard(self) -> list[str]:
        """The replica's utterances as far as they were heard, cut at the word; in a chat: as written."""
        if self._spec.chat:
            return [event.properties.speech for event in self.events.of(Utterance, role="replica")]
        return self._stage.speaker.heard

    @property
    def history(self) -> tuple[Entry, ...]:
        """What the LLM is told of the conversation."""
        return self._stage.core.history

    @property
    def activity(self) -> Activity:
        """What the replica is doing."""
        return self._stage.activity

    @property
    def emotion(self) -> Emotion | None:
        """What the replica's face was last asked to show."""
        return self._stage.emotion

    @property
    def ended(self) -> bool:
        """Whether the call is over."""
        return bool(self._stage.end_reason)

    @property
    def end_reason(self) -> str:
        """The ``shutdown_reason``; empty while the call goes on."""
        return self._stage.end_reason

    @property
    def ignored(self) -> list[str]:
        """Why messages and other inputs had no effect."""
        return self._stage.timeline.ignored

    def timeline(self, last: int | None = None) -> str:
        """What happened, one line each.

        Args:
            last: so many lines; all if None.
        """
        return self._stage.timeline.render(last)

    def save(self, path: str | Path) -> None:
        """Write the log of inputs, from which the same events can be made again (``visavis replay``)."""
        Path(path).write_text("".join(f"{line}\n" for line in self._stage.timeline.log_lines()))

    def close(self) -> None:
        """End the programs that still run. The fixture does it.

        Raises:
            BaseException: what a program raised and no method in which time passes has.
        """
        self._runner.close()

    # Inside

    def _broadcast(self, event: Event) -> None:
        self.events.append(event)
        if self._room.watched:
            wire = event.wire()
            self._clock.soon(lambda: self._room.broadcast(wire))

    def _call_ended(self, reason: str) -> None:
        self._clock.soon(lambda: self._room.close(reason))

    def _last_input_at(self) -> float:
        return self._stage.last_input_at

    def _do(self, action: Callable[[], None]) -> None:
        """At once; while time passes, as the next thing."""
        if self._runner.running:
            self._clock.soon(action)
        else:
            action()
            self.run(0)

    def _finish(self, speech: Speech) -> None:
        self.run_until(lambda: speech.over, within=math.inf)

    def _enter(self, name: str, user_name: str, call: ScriptedCall | None) -> None:
        self._room.enter(name, user_name, self.now, call)
        self._stage.feed(happens.ParticipantJoined(at=self.now, participant_id=name))

    def _leave(self, name: str, lost: bool) -> None:
        self._room.leave(name, lost)
        self._stage.hearing.leave(name)
        self._stage.feed(happens.ParticipantLeft(at=self.now, participant_id=name, lost=lost))

    def _sent(self, participant_id: str, data: Any, to: str) -> None:
        self._clock.soon(lambda: self._room.relay(participant_id, data, to))
        if to in ("*", REPLICA):
            self._stage.take(data, participant_id)

    def _speaker(self, name: str | None) -> str:
        if self._spec.chat or self._spec.pipeline_mode == "echo":
            raise ValueError(f"{'a chat' if self._spec.chat else 'pipeline_mode echo'} hears nobody")
        who = name or self._user
        if who not in self._room.people:
            raise ValueError(f"{who} is not in the room")
        return who
