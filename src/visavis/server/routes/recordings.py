"""``/v2/conversations/{id}/recordings``: an extension."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Response
from starlette.responses import FileResponse, RedirectResponse

from visavis.server.errors import Refusal
from visavis.server.recordings import StorageFailed
from visavis.server.recordings.storage import MEDIA_TYPE, SUFFIX
from visavis.server.routes.paging import listing
from visavis.server.services import Injected, StrictRoute
from visavis.server.views import recording_view

router = APIRouter(
    prefix="/v2/conversations/{conversation_id}/recordings", tags=["recordings"], route_class=StrictRoute
)

MOVIE: dict[str, Any] = {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}
FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The recording.", "content": MOVIE},
    206: {"description": "The part that was asked for.", "content": MOVIE},
    307: {"description": "It is in a bucket; the address is good for an hour."},
    416: {"description": "It has no such part."},
}


@router.get("")
async def list_(conversation_id: str, services: Injected) -> dict[str, Any]:
    """A conversation's recordings, the oldest first; they are there once it is over."""
    if await services.store.conversations.get(conversation_id) is None:
        raise Refusal(400, "Invalid conversation_id")
    rows = await services.store.recordings.of_conversation(conversation_id)
    return listing([recording_view(row, services.settings.base_url) for row in rows], len(rows))


@router.get("/{recording_id}/file", response_model=None, responses=FILE)
async def file(conversation_id: str, recording_id: str, services: Injected) -> Response:
    """The file, or whatever part of it ``Range`` asks for; from a bucket, a redirect to it."""
    row = await services.store.recordings.get(recording_id)
    conversation = await services.store.conversations.get(conversation_id)
    if row is None or conversation is None or row.conversation_id != conversation_id:
        raise Refusal(404, "no such recording")
    path = services.recordings.local_file(row)
    if path is None:
        try:
            return RedirectResponse(await services.recordings.url(row), 307)
        except StorageFailed as error:
            raise Refusal(404, f"the recording cannot be fetched from here: {error}") from None
    if not await asyncio.to_thread(path.is_file):
        raise Refusal(404, "the recording's file is gone")
    name = row.s3_key.rpartition("/")[2] + SUFFIX
    return FileResponse(path, media_type=MEDIA_TYPE, filename=name, content_disposition_type="inline")
