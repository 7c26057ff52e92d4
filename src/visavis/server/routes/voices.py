"""``GET /v2/voices`` (PROTOCOL 2.3): the voices of the TTS engine in use."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter

from visavis.layers.registry import engine
from visavis.layers.tts.base import Voice
from visavis.server.description.replies import VoiceList, replies
from visavis.server.resources.catalogue import VERA
from visavis.server.routes.paging import Limit, Order, Page, Search, Tags, comma_list, listing, offset
from visavis.server.services import Injected

router = APIRouter(prefix="/v2/voices", tags=["voices"])


@router.get("", responses=replies(VoiceList))
async def list_(
    services: Injected,
    limit: Limit = 10,
    page: Page = 1,
    search: Search = "",
    tag: Tags = "",
    tags: Tags = "",
    sort: Order = None,
) -> dict[str, Any]:
    """Voices by their names. An engine that does not say which it has is one voice of its own name."""
    # An engine's module may take seconds to import.
    voices = await asyncio.to_thread(voices_of, services.settings.tts_engine)
    wanted = set(comma_list(tag) + comma_list(tags))
    found = [
        voice
        for voice in voices
        if search.casefold() in voice.name.casefold() and (not wanted or wanted & set(voice.tags))
    ]
    found.sort(key=lambda voice: voice.name, reverse=sort in ("descending", "desc"))
    start = offset(limit, page)
    return listing([view(one) for one in found[start : start + limit]], len(found), page=page, limit=limit)


def voices_of(name: str) -> tuple[Voice, ...]:
    """What an engine has."""
    return tuple(getattr(engine("tts", name), "voices", (Voice(name),)))


def view(voice: Voice) -> dict[str, Any]:
    """A voice as clients read it; there are no samples to be listened to."""
    return {
        "voice_name": voice.name,
        "replica_id": VERA.id,
        "audio_url": "",
        "tags": [{"tag_name": tag} for tag in voice.tags],
    }
