"""Transcripts of conversations in the store."""

from __future__ import annotations

import json

from visavis.conversation.transcript import Transcriber, may_matter
from visavis.protocol.webhooks import TranscriptEntry
from visavis.server.store import Conversation, Store


async def transcript_of(store: Store, conversation: Conversation) -> list[TranscriptEntry]:
    """What was said in it so far, or in all; ``seconds_from_start`` counts from its creation."""
    return await completed(await _told(store, conversation), store, conversation)


async def words_of(store: Store, conversation: Conversation) -> list[TranscriptEntry]:
    """The same without the results of tools."""
    return (await _told(store, conversation)).entries()


async def _told(store: Store, conversation: Conversation) -> Transcriber:
    transcriber = transcriber_of(conversation)
    async for page in store.logs.event_pages(conversation.id):
        for _, event in page:
            transcriber.event(event)
    return transcriber


def transcriber_of(conversation: Conversation) -> Transcriber:
    """To be told the conversation's events."""
    return Transcriber(conversation.created_at.timestamp())


async def completed(
    transcriber: Transcriber, store: Store, conversation: Conversation
) -> list[TranscriptEntry]:
    """The entries, once it was told all events: results of tools are in the log of inputs alone."""
    if transcriber.awaits_results:
        async for stretch in store.logs.inputs(conversation.id):
            for line in stretch.split("\n"):
                if may_matter(line):
                    transcriber.input(json.loads(line))
    return transcriber.entries()
