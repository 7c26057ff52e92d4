"""What a server keeps and tells outside the call: the event log, its streams, the specification."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urljoin

from visavis.testing.conformance.hooks.registry import hook
from visavis.testing.conformance.session import Session, Unmet


@hook
async def resume(session: Session) -> None:
    """What a dropped connection missed is read from the seq that was seen last."""
    await session.create({"chat": True, "properties": {"participant_left_timeout": 60}})
    await session.join()
    await session.send("respond", {"text": "say first"})
    seen = await session.expect(
        {"event_type": "conversation.utterance", "properties": {"speech": {"$re": "first"}}}
    )
    last = session.events[-1]["seq"]
    name = session.names["created"]["conversation_id"]
    await session.leave()
    message = {"conversation_id": name, "event_type": "conversation.append_llm_context", "event_id": "missed"}
    answer = await session.request("POST", "/interactions", json={**message, "properties": {"context": "x"}})
    Session.ok(answer)
    for _ in range(40):
        missed = Session.ok(await session.request("GET", f"/conversations/{name}/events?after={last}"))
        if any(event["event_type"] == "visavis.ack" for event in missed["data"]):
            break
        await asyncio.sleep(0.1)
    else:
        raise Unmet("the event log lacks what was missed")
    if any(event["seq"] <= max(last, seen["seq"]) for event in missed["data"]):
        raise Unmet("the event log repeats what was seen")


@hook
async def event_stream(session: Session) -> None:
    """The event log as Server-Sent Events: ids are seqs, and it ends with the call."""
    await session.create({"chat": True})
    await session.join()
    name = session.names["created"]["conversation_id"]
    seen: list[tuple[int, str]] = []

    async def follow() -> None:
        stream = session.target.http.stream(
            "GET", f"/conversations/{name}/events", headers={"accept": "text/event-stream"}
        )
        async with stream as answer:
            number = 0
            async for line in answer.aiter_lines():
                if line.startswith("id: "):
                    number = int(line[4:])
                elif line.startswith("data: "):
                    event = json.loads(line[6:])
                    seen.append((number, event["event_type"]))

    following = asyncio.create_task(follow())
    await asyncio.sleep(0.2)
    await session.send("respond", {"text": "say hello"})
    await session.expect({"event_type": "conversation.utterance", "properties": {"role": "replica"}})
    Session.ok(await session.request("POST", f"/conversations/{name}/end"))
    try:
        await asyncio.wait_for(following, 10)
    except TimeoutError:
        raise Unmet("the stream does not end with the call") from None
    numbers = [number for number, _ in seen]
    if numbers != sorted(set(numbers)):
        raise Unmet(f"ids were {numbers}")
    if not seen or seen[-1][1] != "system.shutdown":
        raise Unmet("the stream does not end with system.shutdown")


@hook
async def log_is_whole(session: Session) -> None:
    """All that was received but heartbeats, in order and as it was."""
    name = await _chat(session)
    logged: list[dict[str, Any]] = []
    for _ in range(40):
        after = logged[-1]["seq"] if logged else 0
        page = Session.ok(await session.request("GET", f"/conversations/{name}/events?after={after}"))
        logged += page["data"]
        if logged and logged[-1]["event_type"] == "system.shutdown":
            break
        await asyncio.sleep(0.05)
    for event in session.events:
        if event not in logged and not event["event_type"].endswith("_present"):
            raise Unmet(f"the event log lacks {event['event_type']}")
    numbers = [event["seq"] for event in logged]
    if numbers != sorted(set(numbers)):
        raise Unmet(f"the event log has the seqs {numbers}")


@hook
async def input_log(session: Session) -> None:
    """JSON lines, the first of which says what the conversation was made from."""
    name = await _chat(session)
    answer = await session.request("GET", f"/conversations/{name}/log")
    if not answer.is_success:
        raise Unmet(f"the log of inputs: {answer.status_code}")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    if len(lines) < 3 or not all(isinstance(line, dict) for line in lines):
        raise Unmet(f"the log of inputs has {len(lines)} lines")


@hook
async def specification(session: Session) -> None:
    """A JSON Schema of each event, and an AsyncAPI document, at addresses that stay."""
    base = f"{session.target.url}/spec/v1"
    document = Session.ok(await session.target.http.get(f"{base}/asyncapi.json"))
    if not str(document.get("asyncapi")).startswith("3."):
        raise Unmet(f"asyncapi is {document.get('asyncapi')!r}")
    schema = Session.ok(await session.target.http.get(f"{base}/schemas/conversation.utterance.json"))
    if "2020-12" not in schema.get("$schema", ""):
        raise Unmet(f"$schema is {schema.get('$schema')!r}")


@hook
async def chat_by_sse(session: Session) -> None:
    """Join by a stream, send by POST."""
    created = await session.create({"chat": True})
    address = f"{created['conversation_url']}/chat"
    async with session.target.http.stream("GET", address) as answer:
        lines = answer.aiter_lines()
        welcome = await _frame(lines)
        question = {"event_type": "conversation.respond", "properties": {"text": "say hello"}}
        public = await session.target.http.post(
            f"{address}/{welcome['participant_id']}", json={"to": "*", "data": question}
        )
        if public.status_code != 404:
            raise Unmet(f"sending by the public participant id: {public.status_code}")
        sent = await session.target.http.post(
            urljoin(address, welcome["send_to"]), json={"to": "*", "data": question}
        )
        if sent.status_code != 202:
            raise Unmet(f"sending: {sent.status_code} {sent.text}")
        while True:
            event = (await _frame(lines)).get("data", {})
            session.received(event)
            if (
                event.get("event_type") == "conversation.utterance"
                and event["properties"]["role"] == "replica"
            ):
                return


async def _frame(lines: AsyncIterator[str]) -> dict[str, Any]:
    """The next frame of a stream of Server-Sent Events."""
    async for line in lines:
        if line.startswith("data: "):
            frame: dict[str, Any] = json.loads(line[6:])
            return frame
    raise Unmet("the stream ended")


async def _chat(session: Session) -> str:
    """A chat of one turn that is over; its conversation's id."""
    await session.create({"chat": True})
    await session.join()
    await session.send("respond", {"text": "say hello"})
    await session.expect({"event_type": "conversation.utterance", "properties": {"role": "replica"}})
    name = session.names["created"]["conversation_id"]
    Session.ok(await session.request("POST", f"/conversations/{name}/end"))
    await session.expect({"event_type": "system.shutdown"})
    return str(name)
