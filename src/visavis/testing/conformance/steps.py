"""The steps that YAML cases are made of. A step is an object whose first key says what is done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from visavis.testing.conformance import probes
from visavis.testing.conformance.match import mismatch
from visavis.testing.conformance.session import Session, Unmet

AGAIN = 0.25
"""Seconds between two looks at what takes a while."""

Step = Callable[[Session, Any, dict[str, Any]], Awaitable[Any]]


async def run(session: Session, step: dict[str, Any]) -> None:
    """Do one step; ``as`` names what it found.

    Raises:
        Unmet: the server does not do what the step demands.
        KeyError: there is no such step.
    """
    verb, subject = next(iter(step.items()))
    found = await STEPS[verb](session, session.filled(subject), session.filled(step))
    if "as" in step:
        session.names[step["as"]] = found


async def _persona(session: Session, body: Any, _: dict[str, Any]) -> Any:
    """``persona: {…}`` makes the persona that later conversations use."""
    return await session.make_persona(body or {})


async def _create(session: Session, body: Any, _: dict[str, Any]) -> Any:
    """``create: {…}`` makes the conversation; a chat, unless the case says ``chat: false``."""
    return await session.create({"chat": True, **(body or {})})


async def _talk(session: Session, body: Any, step: dict[str, Any]) -> Any:
    """``talk: {…}`` creates and joins."""
    created = await _create(session, body, step)
    await session.join()
    return created


async def _join(session: Session, _: Any, __: dict[str, Any]) -> None:
    """``join:`` takes a seat in the conversation."""
    await session.join()


async def _leave(session: Session, _: Any, __: dict[str, Any]) -> None:
    """``leave:`` gives up all seats."""
    await session.leave()


async def _send(session: Session, event_type: Any, step: dict[str, Any]) -> None:
    """``send: echo``, with ``properties`` and ``envelope`` (more keys of the message)."""
    await session.send(event_type, step.get("properties"), **step.get("envelope", {}))


async def _raw(session: Session, message: Any, _: dict[str, Any]) -> None:
    """``raw: …`` sends any JSON value as it is."""
    if session.seat is None:
        raise Unmet("the case sends before it joins")
    await session.seat.send(message)


async def _respond(session: Session, text: Any, step: dict[str, Any]) -> None:
    """``respond: text``."""
    await session.send("respond", {"text": text, **step.get("properties", {})})


async def _expect(session: Session, wanted: Any, step: dict[str, Any]) -> Any:
    """``expect: {…}`` waits for an event; a text is its ``event_type``."""
    return await session.expect(_event(wanted, step), step.get("within"))


async def _never(session: Session, wanted: Any, step: dict[str, Any]) -> None:
    """``never: {…}`` with ``for`` seconds."""
    await session.never(_event(wanted, step), step.get("for", 0.5))


async def _count(session: Session, wanted: Any, step: dict[str, Any]) -> int:
    """``count: {…}`` with ``is``: how many events so far match."""
    event = _event(wanted, step)
    found = sum(mismatch(event, one) is None for one in session.events)
    if problem := mismatch(step["is"], found):
        raise Unmet(f"count of {event}: {problem}")
    return found


async def _order(session: Session, wanted: Any, _: dict[str, Any]) -> None:
    """``order: […]``: these events came, in this order, others between them or not."""
    at = 0
    for one in wanted:
        event = _event(one, {})
        while at < len(session.events) and mismatch(event, session.events[at]) is not None:
            at += 1
        if at == len(session.events):
            seen = ", ".join(event["event_type"] for event in session.events)
            raise Unmet(f"{event} is not there in its place; the order was {seen}")
        at += 1


async def _rest(session: Session, request: Any, step: dict[str, Any]) -> Any:
    """``rest: GET /path`` with ``json``, ``headers``, ``status`` and ``body``.

    A header that is null is not sent. ``within`` seconds it is asked again until the answer is as wanted.
    """
    deadline = time.monotonic() + step.get("within", 0)
    while True:
        answer = await _ask(session, request, step)
        body = answer.json() if answer.content else None
        problem = mismatch(step.get("status", 200), answer.status_code, "status")
        if not problem and "body" in step:
            problem = mismatch(step["body"], body)
        if not problem:
            return body
        if time.monotonic() >= deadline:
            raise Unmet(f"{request}: {problem}; {answer.text[:200]}")
        await asyncio.sleep(AGAIN)


async def _ask(session: Session, request: str, step: dict[str, Any]) -> httpx.Response:
    method, _, path = request.partition(" ")
    options: dict[str, Any] = {key: step[key] for key in ("json", "headers", "params") if key in step}
    if "text" in step:
        options["content"] = step["text"]
    without = [name for name, value in (step.get("headers") or {}).items() if value is None]
    if not without:
        return await session.request(method, path, **options)
    options["headers"] = {name: value for name, value in step["headers"].items() if value is not None}
    bare = session.target.http.build_request(method, path, **options)
    for name in without:
        bare.headers.pop(name, None)
    return await session.target.http.send(bare)


async def _check(session: Session, value: Any, step: dict[str, Any]) -> None:
    """``check: ${…}`` with ``is``."""
    if problem := mismatch(step["is"], value):
        raise Unmet(problem)


async def _end(session: Session, _: Any, __: dict[str, Any]) -> None:
    """``end:`` ends the conversation by REST."""
    name = session.names["created"]["conversation_id"]
    Session.ok(await session.request("POST", f"/conversations/{name}/end"))


async def _wait(_: Session, seconds: Any, __: dict[str, Any]) -> None:
    """``wait: seconds``."""
    await asyncio.sleep(seconds)


async def _pass(session: Session, seconds: Any, __: dict[str, Any]) -> None:
    """``pass: seconds`` waits too, and goes past all that came meanwhile."""
    await asyncio.sleep(seconds)
    session.cursor = len(session.events)


async def _speak(session: Session, text: Any, _: dict[str, Any]) -> None:
    """``speak: text`` says it aloud, to the end."""
    if session.seat is None:
        raise Unmet("the case speaks before it joins")
    await session.seat.speak(await session.target.voice.say(text))


async def _hear(session: Session, what: Any, step: dict[str, Any]) -> None:
    """``hear: voice`` or ``silence``, ``within`` seconds; ``silence`` or ``nothing``, ``for`` seconds."""
    await probes.hear(session, what, step.get("within", 5.0), step.get("for", probes.SILENT_FOR))


def _event(wanted: Any, step: dict[str, Any]) -> dict[str, Any]:
    event: dict[str, Any] = {"event_type": wanted} if isinstance(wanted, str) else dict(wanted)
    kind = event.get("event_type")
    if isinstance(kind, str) and kind.partition(".")[0] not in ("conversation", "system", "visavis"):
        event["event_type"] = f"conversation.{kind}"
    if "properties" in step and "properties" not in event:
        event["properties"] = step["properties"]
    return event


STEPS: dict[str, Step] = {
    "persona": _persona,
    "create": _create,
    "talk": _talk,
    "join": _join,
    "leave": _leave,
    "send": _send,
    "raw": _raw,
    "respond": _respond,
    "expect": _expect,
    "never": _never,
    "count": _count,
    "order": _order,
    "rest": _rest,
    "check": _check,
    "end": _end,
    "wait": _wait,
    "pass": _pass,
    "speak": _speak,
    "hear": _hear,
}
"""By their first key."""
