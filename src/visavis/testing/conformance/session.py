"""One case under way: its conversation, its participant, what was seen so far."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx

from visavis.protocol import specification
from visavis.testing.conformance.drivers import Join, Seat
from visavis.testing.conformance.match import mismatch
from visavis.testing.conformance.model import Need
from visavis.testing.conformance.target import PREFIX, Target

PATIENCE = 20.0
READY = ("system.replica_joined", "system.replica_present", "system.pal_present")
VARIABLE = re.compile(r"\$\{([\w.]+)\}")


INTERACTIONS = {name for model in specification.interactions() for name in specification.event_types(model)}
"""What participants send; whoever receives it was not meant."""


class Unmet(AssertionError):
    """A demand of a case that the server does not meet."""


@dataclass(slots=True)
class Session:
    """A case under way.

    Attributes:
        target: the server.
        case_id: names what it makes.
        joins: the driver.
        media: what of it the case needs.
        patience: seconds that an expected event may take, unless the case says otherwise.
        names: what the case has named, for ``${…}``.
        events: every event received, in order of arrival.
        arrived: when each did, ``time.monotonic`` seconds.
        cursor: how many of them ``expect`` has gone past.
    """

    target: Target
    case_id: str
    joins: Join
    media: Collection[Need] = ()
    patience: float = PATIENCE
    names: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)
    cursor: int = 0
    seat: Seat | None = None
    seats: AsyncExitStack = field(default_factory=AsyncExitStack)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A REST call; ``path`` begins with a slash and is behind ``/v2``."""
        return await self.target.request(method, path, **options)

    async def make_persona(self, body: dict[str, Any]) -> dict[str, Any]:
        """A persona that the suite's language model speaks for, where the server can reach it."""
        layers = dict(body.get("layers", {}))
        if self.target.llm_url and body.get("pipeline_mode") != "echo":
            own = {"model": "scripted", "base_url": self.target.llm_url, "api_key": "conformance"}
            layers["llm"] = {**own, "speculative_inference": False, **layers.get("llm", {})}
        full = {"persona_name": f"{PREFIX}{self.case_id}", "system_prompt": "You are being tested.", **body}
        answer = await self.request("POST", "/personas", json={**full, "layers": layers})
        persona: dict[str, Any] = self.ok(answer)
        self.names["persona"] = persona
        return persona

    async def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """A conversation; with a persona of its own unless ``body`` names one."""
        if "persona" not in self.names and "persona_id" not in body:
            await self.make_persona({})
        chosen = {"persona_id": self.names["persona"]["persona_id"]} if "persona" in self.names else {}
        # Left chats would fill the server until the end of the run.
        waits = {"participant_absent_timeout": 60, "participant_left_timeout": 0}
        timeouts = {"max_call_duration": 120, **waits, **body.get("properties", {})}
        full = {
            "conversation_name": f"{PREFIX}{self.case_id}",
            "custom_greeting": "",
            **chosen,
            **body,
            "properties": timeouts,
        }
        answer = await self.request("POST", "/conversations", json=full)
        created: dict[str, Any] = self.ok(answer)
        self.names["created"] = created
        self.names["dialect"] = timeouts.get("dialect", "")
        return created

    async def join(self) -> Seat:
        """Take a seat, and wait until the replica is there."""
        url = self.names["created"]["conversation_url"]
        self.seat = await self.seats.enter_async_context(self.joins(url, self.received, self.media))
        await self.expect({"event_type": {"$any": list(READY)}})
        return self.seat

    async def leave(self) -> None:
        """Give up all seats."""
        await self.seats.aclose()
        self.seat = None

    async def send(self, event_type: str, properties: dict[str, Any] | None = None, **envelope: Any) -> None:
        """Send an interaction."""
        if self.seat is None:
            raise Unmet("the case sends before it joins")
        message: dict[str, Any] = {
            "message_type": "conversation",
            "event_type": f"conversation.{event_type.removeprefix('conversation.')}",
            "conversation_id": self.names["created"]["conversation_id"],
            **envelope,
        }
        if properties is not None:
            message["properties"] = properties
        await self.seat.send(message)

    def received(self, message: Any) -> None:
        """An app message came; what is no event of the replica's is another participant's."""
        kind = message.get("event_type") if isinstance(message, dict) else None
        if isinstance(kind, str) and kind not in INTERACTIONS:
            self.events.append(message)
            self.arrived.append(time.monotonic())
            self._news.set()

    async def expect(self, wanted: dict[str, Any], within: float | None = None) -> dict[str, Any]:
        """The next event that matches, behind those that ``expect`` has gone past.

        Args:
            wanted: what it must be like.
            within: seconds it may take.

        Raises:
            Unmet: none came in time.
        """
        within = self.patience if within is None else within
        deadline = time.monotonic() + within
        while True:
            for at in range(self.cursor, len(self.events)):
                if mismatch(wanted, self.events[at]) is None:
                    self.cursor = at + 1
                    return self.events[at]
            left = deadline - time.monotonic()
            if left <= 0:
                raise Unmet(f"no {wanted} within {within:g} s; {self._nearest(wanted)}")
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except TimeoutError:
                continue

    async def never(self, wanted: dict[str, Any], seconds: float) -> None:
        """No event behind the cursor matches, nor does one that comes within ``seconds``.

        Raises:
            Unmet: one did.
        """
        await asyncio.sleep(seconds)
        for event in self.events[self.cursor :]:
            if mismatch(wanted, event) is None:
                raise Unmet(f"{event['event_type']} came, and must not: {event.get('properties')}")

    def filled(self, value: Any) -> Any:
        """``value`` with every ``${name.key}`` replaced by what it names."""
        if isinstance(value, dict):
            return {key: self.filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if not isinstance(value, str):
            return value
        if whole := VARIABLE.fullmatch(value):
            return self._named(whole[1])
        return VARIABLE.sub(lambda found: str(self._named(found[1])), value)

    def find(self, test: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """Every event so far that passes."""
        return [event for event in self.events if test(event)]

    @staticmethod
    def ok(answer: httpx.Response) -> Any:
        """The body of an answer that must be a success."""
        if not answer.is_success:
            raise Unmet(
                f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}"
            )
        return answer.json()

    def _named(self, path: str) -> Any:
        found: Any = self.names
        for step in path.split("."):
            try:
                found = found[int(step)] if isinstance(found, list) else found[step]
            except (KeyError, IndexError, TypeError, ValueError):
                raise Unmet(f"${{{path}}}: there is no {step!r}") from None
        return found

    def _nearest(self, wanted: dict[str, Any]) -> str:
        kind = wanted.get("event_type")
        for event in reversed(self.events[self.cursor :]):
            if event["event_type"] == kind:
                return f"nearest: {mismatch(wanted, event)}"
        return f"seen: {', '.join(event['event_type'] for event in self.events[self.cursor :]) or 'nothing'}"
