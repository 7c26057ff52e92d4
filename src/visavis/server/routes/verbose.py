"""The ``events`` of a verbose conversation: what was broadcast, and what is known once the call is over."""

from __future__ import annotations

from typing import Any

from visavis.protocol.shutdown import TEST_MODE
from visavis.server.records.recorder import SHUTDOWN, is_sketch
from visavis.server.records.transcripts import completed, transcriber_of
from visavis.server.routes.eventpages import EventList
from visavis.server.store import Conversation, Store
from visavis.server.store.conversations import TOLD
from visavis.server.views import event_view
from visavis.server.webhooks import hooks

ANALYSES = ("conversation.perception_analysis", "conversation.perception-analysis")


async def everything(store: Store, conversation: Conversation) -> EventList:
    """Events as they went out, without those that a later one contains; behind the end what webhooks tell.

    Those are the shutdown, if nobody could broadcast it, the transcript, and the visual analysis.
    """
    transcriber = transcriber_of(conversation)
    shut, analysis = False, ""

    def view(event: dict[str, Any]) -> dict[str, Any] | None:
        nonlocal shut, analysis
        transcriber.event(event)
        shut = shut or event["event_type"] == SHUTDOWN
        if event["event_type"] in ANALYSES:
            analysis = (event.get("properties") or {}).get("analysis") or analysis
        return None if is_sketch(event) else event_view(event)

    events = EventList(view)
    await events.read(store.logs.event_pages(conversation.id))
    if conversation.status == "ended" and conversation.shutdown_reason != TEST_MODE:
        entries = await completed(transcriber, store, conversation)
        told = hooks.after_the_end(conversation, entries, analysis)
        for body in told[1:] if shut else told:
            events.add(body)
    for body in conversation.details.get(TOLD, []):
        events.add(body)
    return events
