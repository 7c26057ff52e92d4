"""Looks at the people of one conversation through a vision-language model, again and again."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from visavis.errors import InferenceFailed
from visavis.layers.perception.vision import asking
from visavis.layers.perception.vision.answers import read
from visavis.layers.perception.vision.base import (
    Frames,
    Observation,
    Photo,
    Shot,
    ToolCalled,
    VisionEndpoint,
    Wanted,
)
from visavis.layers.perception.vision.calls import Calls
from visavis.layers.perception.vision.diary import Diary, clock
from visavis.layers.perception.vision.known import Known
from visavis.layers.perception.vision.lens import Lens, source
from visavis.layers.perception.vision.model import Model, Reply
from visavis.layers.perception.vision.pace import Pace

log = structlog.get_logger(__name__)

PATIENCE = 30.0
"""Seconds for an answer; a later one would tell of another scene."""
STILL = 20.0
"""Seconds after which somebody is looked at again though nothing seems to have moved."""
TOKENS, TOKENS_A_QUERY, TOKENS_AT_THE_END = 250, 50, 1000
LONGEST_ANALYSIS = 10_000
"""Characters."""
MOST_LAST_PHOTOS = 4
"""Pictures in the last question."""


class Looker:
    """Asks about one participant at a time, the one who was asked about longest ago; one question at a time.

    Args:
        endpoint: the model, how often it may be asked, and how often in all.
        wanted: the persona's wishes.
        frames: the newest ones.
        clock: seconds of the conversation.
        observed: told each answer that says something.
        called: told each tool call, one for what lasts.
    """

    def __init__(
        self,
        endpoint: VisionEndpoint,
        wanted: Wanted,
        frames: Frames,
        clock: Callable[[], float],
        observed: Callable[[Observation], None] = lambda _: None,
        called: Callable[[ToolCalled], None] = lambda _: None,
    ) -> None:
        self._wanted, self._frames, self._clock = wanted, frames, clock
        self._observed, self._called = observed, called
        tools = asking.offered(wanted)
        self._functions = asking.functions(tools)
        self._instructions = asking.instructions(wanted, tools)
        self._wordless = asking.instructions(wanted, ())
        self._queries = len(asking.unanswered(wanted))
        self._model = Model(endpoint, TOKENS + TOKENS_A_QUERY * self._queries)
        self._last_model = Model(endpoint, TOKENS_AT_THE_END)
        self._pace = Pace(endpoint.interval, endpoint.max_requests)
        self._lens, self._known, self._diary, self._calls = Lens(), Known(), Diary(), Calls(tools)
        self._asked_at: dict[str, float] = {}
        self._words_missing: set[str] = set()
        self._forgotten: set[str] = set()
        self._unreadable: set[str] = set()
        self._said: set[str] = set()
        self._unused = 0
        self._answer_seconds = 0.0
        self._limited_at: float | None = None
        self._asking: asyncio.Task[None] | None = None
        self._over = False

    async def run(self) -> None:
        """Look until cancelled. Whatever the endpoint does, this neither ends nor raises."""
        try:
            while not self._over and (due := self._pace.due) is not None:
                await asyncio.sleep(max(0.0, due - self._clock()))
                if self._over:
                    break
                self._pace.looked(self._clock())
                self._asking = asyncio.create_task(self._look(), name="vision-question")
                await asyncio.wait((self._asking,))
            if not self._over:
                self._limited_at = self._clock()
                log.warning("vision-language model is asked no more", requests=self._pace.asked)
            await asyncio.get_running_loop().create_future()
        finally:
            await self._stop_asking()

    def seen(self, participant_id: str) -> Observation | None:
        """What is known of a participant now; None when that is nothing, too old, or they show nothing."""
        self._forgotten |= self._known.keep({source(shot) for shot in self._frames.newest()})
        return self._known.of(participant_id, self._clock())

    async def conclude(self, facts: str, deadline: float) -> str | None:
        """Look no more, and say in Markdown what was to be seen in the call.

        Args:
            facts: what the embedded engine measured; may be empty.
            deadline: when the answer must be there, seconds on the conversation's clock.

        Returns:
            None when nobody was to be seen, or the model did not answer in time.
        """
        self._over = True
        await self._stop_asking()
        try:
            return await self._conclude(facts, deadline)
        except InferenceFailed as error:
            self._pace.failed(self._clock())
            log.warning("vision-language model wrote no analysis", reason=str(error))
        except Exception:
            # Frames come from whatever decoder a room uses; the facts alone are an analysis, too.
            log.exception("vision-language model wrote no analysis")
        return None

    def number(self, participant_id: str) -> int:
        """What the model calls a participant; it never learns of ids and names."""
        return self._diary.number(participant_id)

    def came_back(self, before: str, now: str) -> None:
        """A participant who went has come back under another id: they keep their number."""
        self._diary.came_back(before, now)

    def stats(self) -> dict[str, Any]:
        """For metrics: how often it was asked and how old is what is known.

        ``vision_age`` is the seconds since the oldest current observation was known to hold, None without
        any; ``vision_answer_seconds`` what the latest answer took.
        """
        age = self._known.age(self._clock())
        limited = self._limited_at is not None
        return {
            "vision_state": "limit" if limited else "failing" if self._pace.failing else "looking",
            "vision_requests": self._pace.asked,
            "vision_failures": self._pace.failures,
            "vision_unused": self._unused,
            "vision_tool_calls": self._calls.passed,
            "vision_answer_seconds": round(self._answer_seconds, 2),
            "vision_age": None if age is None else round(age, 1),
        }

    async def aclose(self) -> None:
        """Stop, and give connections back."""
        self._over = True
        await self._stop_asking()
        await self._model.aclose()
        await self._last_model.aclose()

    # One look

    async def _look(self) -> None:
        shots = list(self._frames.newest())
        self._drop_what_is_off(shots)
        for participant_id in sorted({shot.participant_id for shot in shots}, key=self._waiting_since):
            if await self._looked(
                participant_id, [one for one in shots if one.participant_id == participant_id]
            ):
                return

    async def _looked(self, participant_id: str, shots: Sequence[Shot]) -> bool:
        """Look at one participant; False when nothing was asked, so that it is somebody else's turn."""
        asked = self._pace.asked
        try:
            if not await self._worth_asking(participant_id, shots):
                return False
            await self._ask(participant_id, shots)
        except Exception:
            # Frames come from whatever decoder a room uses; the call goes on without this look.
            if participant_id not in self._unreadable:
                self._unreadable.add(participant_id)
                log.exception("a look through the vision-language model failed")
            if self._pace.asked == asked:
                return False
            self._pace.failed(self._clock())
        else:
            self._unreadable.discard(participant_id)
        return True

    def _waiting_since(self, participant_id: str) -> tuple[float, str]:
        return self._asked_at.get(participant_id, -1.0), participant_id

    def _drop_what_is_off(self, shots: Sequence[Shot]) -> None:
        self._lens.keep(shots)
        self._forgotten |= self._known.keep({source(shot) for shot in shots})
        for participant_id in self._asked_at.keys() - {shot.participant_id for shot in shots}:
            del self._asked_at[participant_id]
            self._words_missing.discard(participant_id)
            self._forgotten.discard(participant_id)
            self._calls.forget(participant_id)
        self._unreadable &= {shot.participant_id for shot in shots}

    async def _worth_asking(self, participant_id: str, shots: Sequence[Shot]) -> bool:
        moved = await asyncio.to_thread(self._lens.moved, shots)
        if moved or participant_id in self._words_missing | self._forgotten:
            return True
        self._known.holds(participant_id, min(shot.at for shot in shots))
        return self._clock() - self._asked_at.get(participant_id, 0.0) >= STILL

    async def _ask(self, participant_id: str, shots: Sequence[Shot]) -> None:
        photos = await asyncio.to_thread(self._lens.take, shots)
        self._forgotten.discard(participant_id)
        words_only = participant_id in self._words_missing
        now = self._asked_at[participant_id] = self._clock()
        messages = asking.question(self._wordless if words_only else self._instructions, photos, now)
        self._pace.began()
        try:
            reply = await self._model.ask(messages, [] if words_only else self._functions, PATIENCE)
        except InferenceFailed as error:
            self._lens.forget(shots)
            if not self._pace.failing:
                log.warning("vision-language model does not answer", reason=str(error))
            self._pace.failed(self._clock())
            return
        if self._pace.failing:
            log.info("vision-language model answers again")
        self._pace.answered()
        self._take(reply, participant_id, photos, now, words_only)

    # One answer

    def _take(
        self, reply: Reply, participant_id: str, photos: tuple[Photo, ...], asked_at: float, words_only: bool
    ) -> None:
        now = self._clock()
        self._answer_seconds = now - asked_at
        frame_at = min(photo.shot.at for photo in photos)
        if not words_only:
            for name, arguments in self._calls.sift(participant_id, reply.calls, now):
                self._called(ToolCalled(participant_id, name, arguments, photos, frame_at, now))
            self._not_used(self._calls.dropped)
        if reply.calls and not reply.text.strip():
            # Many models call or speak, but do not do both: the next question offers nothing to call.
            self._words_missing.add(participant_id)
            return
        self._words_missing.discard(participant_id)
        screen = any(photo.shot.origin == "screen" for photo in photos)
        moods = self._wanted.emotion_recognition == "full"
        answer = read(reply.text, self._queries, moods, screen)
        self._not_used(answer.dropped)
        if answer.empty and answer.dropped:
            return
        seen = Observation(
            participant_id,
            frame_at,
            asked_at,
            now,
            frame_at,
            answer.appearance,
            answer.emotions,
            answer.screenshare,
            answer.answers,
        )
        self._known.learn(seen)
        self._diary.add(seen)
        self._observed(seen)

    def _not_used(self, reasons: Sequence[str]) -> None:
        self._unused += len(reasons)
        for reason in set(reasons) - self._said:
            self._said.add(reason)
            log.warning("part of a vision-language model's answer is not used", reason=reason)

    # The end

    async def _conclude(self, facts: str, deadline: float) -> str | None:
        if not self._pace.may_conclude or deadline <= self._clock():
            return None
        shots = list(self._frames.newest())[:MOST_LAST_PHOTOS]
        photos = await asyncio.to_thread(self._lens.take, shots)
        notes = self._diary.lines()
        if not notes and not photos:
            return None
        numbered = [(self._diary.number(photo.shot.participant_id), photo) for photo in photos]
        messages = asking.conclusion(self._wanted, notes, facts, numbered)
        self._pace.began()
        reply = await self._last_model.ask(messages, [], max(0.0, deadline - self._clock()))
        self._pace.answered()
        text = _inert(_unfenced(reply.text)[:LONGEST_ANALYSIS])
        if not text:
            raise InferenceFailed("the answer was empty")
        if self._limited_at is None:
            return text
        return f"{text}\n\n*The model looked until {clock(self._limited_at)} only: its limit was reached.*"

    async def _stop_asking(self) -> None:
        if self._asking is not None and not self._asking.done():
            self._asking.cancel()
            await asyncio.wait((self._asking,))


def _inert(markdown: str) -> str:
    """The same without HTML: a model may have read it on a shared screen, and pages show it to people."""
    return re.sub("<(?=[A-Za-z/!?])", "&lt;", markdown)


def _unfenced(text: str) -> str:
    """Markdown without the code fence that some models put around it."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```") and "\n" in text:
        text = text.partition("\n")[2].removesuffix("```").strip()
    return text
