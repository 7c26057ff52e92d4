"""What is posted to the ``callback_url`` (PROTOCOL 3)."""

from __future__ import annotations

import asyncio
from typing import Any

from pydantic import ValidationError

from visavis.protocol.webhooks import WEBHOOK, TranscriptionProperties
from visavis.testing.conformance.hooks.registry import HOOKS, Hook
from visavis.testing.conformance.session import Session, Unmet

PATIENCE = 15.0
"""Seconds until a webhook has come; the transcript takes a moment."""
QUESTION = "say the lighthouse is blue"
ANSWER = "the lighthouse is blue"


def check_webhook(body: dict[str, Any], conversation_id: str, url: str, replica_id: str) -> None:
    """A webhook is as documented, and about this conversation.

    Args:
        body: as it was posted.
        conversation_id: whose it should be.
        url: where it was to be posted.
        replica_id: of the conversation.

    Raises:
        Unmet: it is not.
    """
    try:
        webhook = WEBHOOK.validate_python(body, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Unmet(f"{'.'.join(map(str, first['loc'][1:])) or 'the webhook'}: {first['msg']}") from None
    wanted = {"conversation_id": conversation_id, "webhook_url": url}
    for name, value in wanted.items():
        if getattr(webhook, name) != value:
            raise Unmet(f"{name} is {getattr(webhook, name)!r}, wanted {value!r}")
    if getattr(webhook.properties, "replica_id", replica_id) != replica_id:
        raise Unmet(f"replica_id is not {replica_id!r}")
    if isinstance(webhook.properties, TranscriptionProperties):
        _check_transcript(webhook.properties)


def _check_transcript(properties: TranscriptionProperties) -> None:
    """One question and its answer, by whoever said them."""
    for role, words in (("user", QUESTION), ("assistant", ANSWER)):
        said = [entry.content for entry in properties.transcript if entry.role == role]
        if not any(words in content for content in said):
            raise Unmet(f"the transcript has nothing like {words!r} of the {role}, but {said}")


def _webhook_case(event_type: str) -> Hook:
    async def case(session: Session) -> None:
        url = f"{session.target.hook_url}/{session.case_id}"
        created = await session.create({"callback_url": url})
        await session.join()
        await session.send("respond", {"text": QUESTION})
        answer = {"role": {"$not": "user"}, "speech": {"$has": ANSWER}}
        await session.expect({"event_type": "conversation.utterance", "properties": answer})
        await session.expect({"event_type": "conversation.replica.stopped_speaking"})
        name = created["conversation_id"]
        about = Session.ok(await session.request("GET", f"/conversations/{name}"))
        Session.ok(await session.request("POST", f"/conversations/{name}/end"))
        check_webhook(await _posted(session, event_type), name, url, about["replica_id"])

    return case


async def _posted(session: Session, event_type: str) -> dict[str, Any]:
    for _ in range(round(PATIENCE / 0.1)):
        for where, body in session.target.hooks:
            if where == f"/{session.case_id}" and body.get("event_type") == event_type:
                return body
        await asyncio.sleep(0.1)
    raise Unmet(f"no webhook {event_type} came within {PATIENCE:g} s")


for _name in ("system.replica_joined", "system.shutdown", "application.transcription_ready"):
    HOOKS[f"webhook_{_name.partition('.')[2]}"] = _webhook_case(_name)
