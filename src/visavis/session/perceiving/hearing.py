"""Follows one participant's turns for perception, beside the conversational flow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import structlog

from visavis.layers.conversational_flow.listener import Audio
from visavis.layers.perception.asked import Tool
from visavis.layers.perception.base import SAMPLE_RATE, PerceptionEngine, Voice
from visavis.layers.perception.voice import combined
from visavis.session.engines import Lane
from visavis.session.perceiving.person import Person
from visavis.session.perceiving.retrying import Failures
from visavis.session.perceiving.voices import Analyses

LATEST = 0.3
"""Seconds after which an utterance goes without an analysis of its sound rather than wait for it.

It begins with the transcript, at a pause of 0.1 s; no turn ends within 0.2 s.
"""

log = structlog.get_logger(__name__)


class Told(Protocol):
    """Who wants to know; the ``Perceiver``."""

    def speaks(self, participant_id: str) -> None:
        """Somebody begins to speak."""
        ...

    def heard(self, participant_id: str) -> None:
        """A turn was heard to its end."""
        ...

    def call(self, participant_id: str, tool: Tool, arguments: dict[str, Any]) -> None:
        """A tool is to be called."""
        ...


class Hearing:
    """One participant's turns.

    Args:
        person: whose.
        engine: hears the tone of voice; None: it is not listened for.
        lane: where it works.
        elapsed: seconds since the conversation began.
        told: wants to know.
    """

    def __init__(
        self,
        person: Person,
        engine: PerceptionEngine | None,
        lane: Lane,
        elapsed: Callable[[], float],
        told: Told,
    ) -> None:
        self._person, self._engine, self._lane = person, engine, lane
        self._elapsed, self._told = elapsed, told
        self._failures, self._again = Failures(), 0.0

    def began(self) -> None:
        """Speech began, or went on."""
        self._person.turns.began(self._elapsed())
        self._told.speaks(self._person.id)

    async def analyse(self, audio: Audio, after: float = 0.0) -> Voice | None:
        """How a segment of speech sounded; None when that cannot be said in time. Never raises.

        Args:
            audio: the segment.
            after: seconds that have passed since its end.
        """
        engine = self._engine
        if engine is None or self._elapsed() < self._again:
            return None
        start = self._elapsed() - after - len(audio) / SAMPLE_RATE
        try:
            async with asyncio.timeout(LATEST):
                voice: Voice | None = await self._lane(engine.listen, audio, start)
            self._failures.succeeded(self._elapsed())
            return voice
        except TimeoutError:
            log.warning("the analysis of a voice took too long")
        except Exception as error:
            # A third party's engine may raise anything: this turn's tone is lost, the call goes on.
            self._failed(error)
        return None

    def _failed(self, error: Exception) -> None:
        pause = self._failures.failed(self._elapsed())
        if pause is None:
            log.error("a participant's tone of voice can no longer be heard", exc_info=error)
            self._engine = None
            return
        if self._failures.count == 1:
            log.warning("a participant's tone of voice cannot be heard for now", exc_info=error)
        self._again = self._elapsed() + pause

    def paused(self, text: str, voices: Sequence[Voice | None]) -> Analyses:
        """The words so far are known, and how their segments sounded."""
        return self._person.turns.paused(text, combined(voices), self._elapsed())

    def ended(self, text: str, voices: Sequence[Voice | None]) -> Analyses:
        """The turn is over."""
        analyses, heard, tone = self._person.turns.ended(text, combined(voices), self._elapsed())
        if text.strip():
            self._person.tone = None if heard is None else tone
        if heard is not None:
            for tool, arguments in self._person.calls.heard(heard, tone, self._elapsed()):
                self._told.call(self._person.id, tool, arguments)
        self._told.heard(self._person.id)
        return analyses

    def hold(self) -> float:
        """Seconds by which the end of the turn is to be held back: who looks away to think goes on."""
        return self._person.glances.hold(self._elapsed())
