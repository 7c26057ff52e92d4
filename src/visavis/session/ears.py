"""The replica's hearing: each participant's microphone through the conversational flow, into the core."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from visavis.conversation.inputs import (
    Input,
    UserSpeechStarted,
    UserSpeechStopped,
    UserTranscript,
    UserTurnEnded,
)
from visavis.layers.conversational_flow.flow import FlowSettings
from visavis.layers.conversational_flow.listener import STOP, Listener
from visavis.layers.conversational_flow.turns import TurnTaker
from visavis.layers.perception.base import Voice
from visavis.layers.stt.base import NO_HINTS, Hints
from visavis.protocol.interactions import Sensitivity_
from visavis.rooms.base import Room
from visavis.session.engines import Engines
from visavis.session.perceiving import Perceiver
from visavis.session.perceiving.hearing import Hearing
from visavis.session.perceiving.voices import UNPERCEIVED, Analyses
from visavis.session.spec import FlowSpec

log = structlog.get_logger(__name__)

MUTED_AFTER = 1.0
"""Seconds without audio from a microphone after which it counts as muted."""


class _Told:
    """Turns what one participant's ``TurnTaker`` says into inputs."""

    def __init__(
        self,
        participant_id: str,
        elapsed: Callable[[], float],
        feed: Callable[[Input], None],
        hearing: Hearing | None,
    ) -> None:
        self._participant_id = participant_id
        self._elapsed = elapsed
        self._feed = feed
        self._hearing = hearing

    def on_speech_started(self) -> None:
        if self._hearing:
            self._hearing.began()
        self._feed(UserSpeechStarted(at=self._elapsed(), participant_id=self._participant_id))

    def on_speech_stopped(self) -> None:
        self._feed(UserSpeechStopped(at=self._elapsed(), participant_id=self._participant_id, silence=STOP))

    def on_transcript(self, text: str, analyses: Sequence[Voice | None]) -> None:
        told = self._hearing.paused(text, analyses) if self._hearing else UNPERCEIVED
        self._feed(UserTranscript(**self._said(text, told)))

    def on_turn_ended(self, text: str, analyses: Sequence[Voice | None]) -> None:
        told = self._hearing.ended(text, analyses) if self._hearing else UNPERCEIVED
        self._feed(UserTurnEnded(**self._said(text, told)))

    def _said(self, text: str, told: Analyses) -> dict[str, Any]:
        return {
            "at": self._elapsed(),
            "participant_id": self._participant_id,
            "text": text,
            "audio_analysis": told.audio,
            "visual_analysis": told.visual,
        }


class Ears:
    """Listens to everybody in the room.

    Args:
        elapsed: seconds since the conversation began.
        feed: takes what users say.
        hints: for the speech to text.
        perceiver: follows how people speak; None: nobody does.
    """

    def __init__(
        self,
        engines: Engines,
        room: Room,
        flow: FlowSpec,
        elapsed: Callable[[], float],
        feed: Callable[[Input], None],
        hints: Hints = NO_HINTS,
        perceiver: Perceiver | None = None,
    ) -> None:
        self._perceiver = perceiver
        self._engines = engines
        self._hints = hints
        self._room = room
        self._persona = FlowSettings(flow.turn_taking_patience, flow.replica_interruptibility)
        self._elapsed = elapsed
        self._feed = feed
        self._turns: dict[str, TurnTaker[Voice]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._sensed: tuple[Sensitivity_ | None, Sensitivity_ | None] = (None, None)
        self._replica_speaking = False

    @property
    def replica_speaking(self) -> bool:
        """Whether the replica is heard now: then it takes more to count as speech."""
        return self._replica_speaking

    @replica_speaking.setter
    def replica_speaking(self, speaking: bool) -> None:
        self._replica_speaking = speaking
        for turns in self._turns.values():
            turns.replica_speaking = speaking

    def set_sensitivity(self, pause: Sensitivity_ | None, interrupt: Sensitivity_ | None) -> None:
        """Change turn-taking for everybody, from now on; None leaves a setting as it is."""
        self._sensed = (pause or self._sensed[0], interrupt or self._sensed[1])
        for turns in self._turns.values():
            turns.set_sensitivity(pause, interrupt)

    def listen(self, participant_id: str) -> None:
        """A participant's microphone has begun to send."""
        if participant_id not in self._tasks:
            task = asyncio.create_task(self._hear(participant_id), name="microphone")
            self._tasks[participant_id] = task
            task.add_done_callback(lambda _: self._tasks.pop(participant_id))

    def leave(self, participant_id: str) -> None:
        """The participant is gone."""
        if task := self._tasks.get(participant_id):
            task.cancel()

    async def aclose(self) -> None:
        """Listen to nobody any more."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _hear(self, participant_id: str) -> None:
        try:
            turns = self._turns[participant_id] = self._turn_taker(participant_id)
            try:
                await self._pass_on(participant_id, turns)
            finally:
                del self._turns[participant_id]
                await turns.aclose()
        except Exception:
            # A third-party VAD may raise anything: this microphone is lost, the call goes on.
            log.exception("a microphone can no longer be heard")

    async def _pass_on(self, participant_id: str, turns: TurnTaker[Voice]) -> None:
        """Feed the microphone until it ends; a pause in sending ends the turn that was open."""
        chunks = aiter(self._room.audio_in(participant_id))
        coming = asyncio.ensure_future(anext(chunks, None))
        try:
            while True:
                done, _ = await asyncio.wait([coming], timeout=MUTED_AFTER)
                if not done:
                    turns.flush()
                elif (chunk := coming.result()) is None:
                    return
                else:
                    turns.feed(chunk)
                    coming = asyncio.ensure_future(anext(chunks, None))
        finally:
            coming.cancel()

    def _turn_taker(self, participant_id: str) -> TurnTaker[Voice]:
        hearing = self._perceiver.hearing(participant_id) if self._perceiver else None
        turns: TurnTaker[Voice] = TurnTaker(
            Listener(self._engines.make_vad(), self._persona),
            self._engines.stt,
            self._engines.turn,
            transcribing=self._engines.listening,
            judging=self._engines.judging,
            output=_Told(participant_id, self._elapsed, self._feed, hearing),
            hints=self._hints,
            analyse=hearing.analyse if hearing else None,
            hold=hearing.hold if hearing else lambda: 0.0,
        )
        turns.set_sensitivity(*self._sensed)
        turns.replica_speaking = self._replica_speaking
        return turns
