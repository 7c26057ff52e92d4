"""One case under way: its conversation, its participant, what was seen so far."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Callable, Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from visavis.protocol import specification
from visavis.testing.conformance.belongings import retry_after
from visavis.testing.conformance.cost import longest
from visavis.testing.conformance.match import mismatch
from visavis.testing.conformance.model import Need
from visavis.testing.conformance.seats import Invitation, Join, Seat
from visavis.testing.conformance.target import Target

T = TypeVar("T")

QUIET = {"perception": {"perception_model": "off"}}
"""What perception tells the language model would stand between the words of a case."""
PATIENCE = 20.0
SECONDS = 45.0
READY = ("system.replica_joined", "system.replica_present", "system.pal_present")
SPEAKS = "conversation.replica.started_speaking"
GRACE = 3.0
"""Seconds after which somebody else's presence is enough: servers may have no event for it."""
WAITS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds to wait for a server that has no room for another conversation, again and again."""
FULL = "maximum concurrent conversations"
VARIABLE = re.compile(r"\$\{([\w.]+)\}")
LEAVE_SECONDS = 40.0
"""Daily takes half a minute to leave a room whose connection broke off."""
ERROR_SHOWN = 500
"""Letters of an unexpected answer."""


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
        media: what the case needs.
        patience: seconds that an expected event may take, unless the case says otherwise.
        names: what the case has named, for ``${…}``.
        events: every event received, in order of arrival.
        arrived: when each did, ``time.monotonic`` seconds.
        cursor: how many of them ``expect`` has gone past.
        seconds: that the case may take.
        allowed: how many conversations it may make; None: any number.
        deadline: when it must be done; moved when the server had to be waited for.
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
    seconds: float = SECONDS
    allowed: int | None = None
    deadline: asyncio.Timeout | None = None
    _met: bool = False
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def scale(self) -> float:
        """By how much more time everything may take than usual."""
        return stretch(self.patience)

    async def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A REST call; ``path`` begins with a slash and is behind ``/v2``.

        A conversation always gets timers, and the replica that was chosen, unless it has its own. A server
        that has no room for another one is waited for.
        """
        creates = method == "POST" and path.strip("/") == "conversations"
        if creates and isinstance(options.get("json"), dict):
            options["json"] = self._bounded(options["json"])
            self._count()
        for pause in (*WAITS, None):
            answer = await self.target.request(method, path, case=self.case_id, **options)
            if pause is None or not _has_no_room(answer):
                break
            await self._wait(max(pause, retry_after(answer)))
        return answer

    async def make_persona(self, body: dict[str, Any]) -> dict[str, Any]:
        """A persona that the suite's language model speaks for, where the server can reach it."""
        thinks = body.get("pipeline_mode") != "echo"
        layers = {**(QUIET if thinks else {}), **body.get("layers", {})}
        if self.target.llm_url and thinks:
            own = {"model": "scripted", "base_url": self.target.llm_url, "api_key": "conformance"}
            layers["llm"] = {**own, "speculative_inference": False, **layers.get("llm", {})}
        full = {"persona_name": self._name(), "system_prompt": "You are being tested.", **body}
        if self.target.replica_id and "default_face_id" not in body:
            full.setdefault("default_replica_id", self.target.replica_id)
        answer = await self.request("POST", "/personas", json={**full, "layers": layers})
        persona: dict[str, Any] = _object(self.ok(answer), "persona_id")
        self.names["persona"] = persona
        return persona

    async def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """A conversation; with a persona of its own unless ``body`` or the command line names one."""
        named = {} if body.keys() & {"persona_id", "pal_id"} else {"persona_id": await self._persona_id()}
        answer = await self.request("POST", "/conversations", json={"custom_greeting": "", **named, **body})
        created: dict[str, Any] = _object(self.ok(answer), "conversation_id")
        self.names["created"] = created
        self.names["dialect"] = (body.get("properties") or {}).get("dialect", "")
        return created

    async def join(self) -> Seat:
        """Take a seat, and wait until the replica is there."""
        created = self.names["created"]
        invitation = Invitation(
            url=_object(created, "conversation_url")["conversation_url"],
            token=str(created.get("meeting_token") or ""),
            media=self.media,
            on_message=self.received,
            on_participant=self._meet,
        )
        since, self._met = len(self.events), False
        self.seat = await self.seats.enter_async_context(self.joins(invitation))
        await self._ready(since)
        return self.seat

    async def leave(self) -> None:
        """Give up all seats.

        Raises:
            Unmet: that does not come to an end.
        """
        self.seat = None
        try:
            async with asyncio.timeout(LEAVE_SECONDS):
                await self.seats.aclose()
        except TimeoutError:
            raise Unmet(f"the call could not be left within {LEAVE_SECONDS:g} s") from None

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
        within = self.patience if within is None else within * self.scale

        def matching() -> dict[str, Any] | None:
            for at in range(self.cursor, len(self.events)):
                if mismatch(wanted, self.events[at]) is None:
                    self.cursor = at + 1
                    return self.events[at]
            return None

        found = await self._until(matching, within)
        if found is None:
            raise Unmet(f"no {wanted} within {within:g} s; {self._nearest(wanted)}")
        return found

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
            asked = f"{answer.request.method} {answer.request.url.path}"
            raise Unmet(f"{asked}: {answer.status_code} {answer.text[:ERROR_SHOWN]}")
        return answer.json()

    async def _ready(self, since: int) -> None:
        """Any sign that clients take for a replica that is there (PROTOCOL 6).

        What the replica says is not gone past: the case may wait for it.
        """

        def heard() -> bool | None:
            for at in range(since, len(self.events)):
                kind = self.events[at]["event_type"]
                if kind in (*READY, SPEAKS):
                    self.cursor = max(self.cursor, at + (kind != SPEAKS))
                    return True
            return None

        grace = min(GRACE, self.patience)
        if await self._until(heard, grace) or await self._until(
            lambda: heard() or (self._met or None), self.patience - grace
        ):
            return
        raise Unmet(f"no replica was there within {self.patience:g} s; {self._nearest({})}")

    async def _until(self, look: Callable[[], T | None], within: float) -> T | None:
        """What ``look`` finds, asked again whenever something happened; None if nothing in time."""
        deadline = time.monotonic() + within
        while True:
            if (found := look()) is not None:
                return found
            if (left := deadline - time.monotonic()) <= 0:
                return None
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), left)

    async def _persona_id(self) -> str:
        """Of the case's own persona, which is made if need be, or of the one that the command line names."""
        if self.target.persona_id and "persona" not in self.names and "scripted_llm" not in self.media:
            return self.target.persona_id
        persona = self.names.get("persona") or await self.make_persona({})
        return str(persona["persona_id"])

    def _meet(self) -> None:
        self._met = True
        self._news.set()

    def _name(self) -> str:
        return f"{self.target.prefix}{self.case_id}"

    def _bounded(self, body: dict[str, Any]) -> dict[str, Any]:
        """A conversation's body with what makes it ours, and makes it end."""
        full = {"conversation_name": self._name(), **body}
        properties = body.get("properties") or {}
        if isinstance(properties, dict):
            timers = ("max_call_duration", "participant_absent_timeout")
            limit = longest(self.seconds * self.scale)
            full["properties"] = {**dict.fromkeys(timers, limit), **properties}
        if self.target.replica_id and "persona" not in self.names and "face_id" not in body:
            full.setdefault("replica_id", self.target.replica_id)
        return full

    def _count(self) -> None:
        if self.allowed is None:
            return
        if self.allowed == 0:
            raise Unmet("the case makes more conversations than were counted when the run began")
        self.allowed -= 1

    async def _wait(self, seconds: float) -> None:
        """Time that is the server's, not the case's."""
        when = self.deadline.when() if self.deadline is not None else None
        if self.deadline is not None and when is not None:
            self.deadline.reschedule(when + seconds)
        await asyncio.sleep(seconds)

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


def stretch(patience: float) -> float:
    """By how much more time everything may take than usual; less than usual is never given."""
    return max(1.0, patience / PATIENCE)


def _has_no_room(answer: httpx.Response) -> bool:
    return answer.status_code == 429 or (answer.status_code == 400 and FULL in answer.text.lower())


def _object(value: Any, key: str) -> dict[str, Any]:
    """An answer that must be an object with this text in it."""
    if not isinstance(value, dict) or not isinstance(value.get(key), str) or not value[key]:
        raise Unmet(f"the answer has no {key}: {str(value)[:ERROR_SHOWN]}")
    return value
