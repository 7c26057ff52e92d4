"""What has to be known of a server before its cases are run."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from visavis.errors import ApiUnreachable, ConfigurationError
from visavis.testing.conformance.cost import longest
from visavis.testing.conformance.daily_rooms import is_daily
from visavis.testing.conformance.seats import Join
from visavis.testing.conformance.session import Session, stretch
from visavis.testing.conformance.target import Target

SCOUT = "scout"
"""Stands for a case's id in the names of what is made to find out."""
CALL_SECONDS = 10.0
"""A server asks its language model as soon as somebody said something."""
NOT_CALLED = "the server does not call the suite's language model at {url} (--listen, --public-url)"


async def choose_replica(target: Target) -> None:
    """Have cases use the first replica that is complete, unless one was named.

    Raises:
        ApiUnreachable: the server does not answer at all.
        ConfigurationError: it refuses the key.
    """
    try:
        answer = await target.request("GET", "/replicas?limit=100")
    except httpx.TransportError as error:
        raise ApiUnreachable(f"no answer from {target.url}: {error or type(error).__name__}") from error
    if answer.status_code in (401, 403):
        raise ConfigurationError(f"{target.url} refuses the key: give another --api-key")
    if not target.replica_id and answer.is_success:
        target.replica_id = _first_complete(answer)


async def driver_for(target: Target) -> str:
    """The driver for the rooms of this server; a conversation in test mode tells, and costs nothing."""
    body: dict[str, Any] = {
        "conversation_name": f"{target.prefix}{SCOUT}",
        "test_mode": True,
        "properties": {"max_call_duration": longest(0), "participant_absent_timeout": longest(0)},
    }
    if target.replica_id:
        body["replica_id"] = target.replica_id
    if target.persona_id:
        body["persona_id"] = target.persona_id
    try:
        found = _json(await target.request("POST", "/conversations", case=SCOUT, json=body))
    except httpx.HTTPError:
        found = None  # the cases say what is wrong with it
    finally:
        await target.made.remove(SCOUT)
    url = found.get("conversation_url") if isinstance(found, dict) else None
    return "daily" if isinstance(url, str) and is_daily(url) else "webrtc"


async def listen_for_calls(target: Target, joins: Join, patience: float) -> None:
    """Find out whether the server reaches the suite's language model; if not, ``llm_url`` is taken back.

    A server in a container of this machine has a loopback of its own. Only a conversation that was held and
    in which the server asked nobody counts: whatever else goes wrong, the cases say better.
    """
    session = Session(target, SCOUT, joins, patience=patience)
    seconds = CALL_SECONDS * stretch(patience)
    try:
        async with asyncio.timeout(2 * patience + seconds):
            await session.create({"chat": True})
            await session.join()
            await session.send("respond", {"text": "say hello"})
            reached = await _set_within(target.called, seconds)
    except Exception:
        return
    finally:
        await session.leave()
        await target.made.remove(SCOUT)
    if not reached:
        target.why_not = NOT_CALLED.format(url=target.llm_url)
        target.llm_url = target.hook_url = ""


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
    return True


def _first_complete(answer: httpx.Response) -> str:
    found = _json(answer)
    rows = found.get("data") if isinstance(found, dict) else None
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and row.get("status") == "completed":
            return str(row.get("replica_id") or row.get("face_id") or "")
    return ""


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
