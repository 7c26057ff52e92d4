"""What is left of a conversation: its transcript, and everything in one archive (extensions)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response, StreamingResponse

from visavis.protocol.webhooks import TranscriptEntry
from visavis.server.errors import Refusal
from visavis.server.records.export import Export
from visavis.server.records.subtitles import as_srt, as_text, as_vtt
from visavis.server.records.transcripts import transcript_of
from visavis.server.services import Injected, Services, StrictRoute
from visavis.server.store import Conversation

Format = Literal["json", "txt", "vtt", "srt"]

WRITTEN: dict[Format, tuple[str, Callable[[Sequence[TranscriptEntry], str], str]]] = {
    "txt": ("text/plain", as_text),
    "vtt": ("text/vtt", as_vtt),
    "srt": ("application/x-subrip", as_srt),
}

router = APIRouter(prefix="/v2/conversations", tags=["conversations"], route_class=StrictRoute)


@router.get(
    "/{conversation_id}/transcript",
    response_model=None,
    responses={200: {"content": {media_type: {} for media_type, _ in WRITTEN.values()}}},
)
async def transcript(conversation_id: str, services: Injected, format: Format = "json") -> Response:
    """Who said what and when, so far or in all: JSON, text, WebVTT or SubRip."""
    row = await _find(services, conversation_id)
    entries = await transcript_of(services.store, row)
    if format in WRITTEN:
        media_type, write = WRITTEN[format]
        return Response(write(entries, row.persona_name), media_type=f"{media_type}; charset=utf-8")
    said: list[dict[str, Any]] = [entry.model_dump(mode="json", exclude_unset=True) for entry in entries]
    return JSONResponse({"conversation_id": row.id, "status": row.status, "transcript": said})


@router.get(
    "/{conversation_id}/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}}},
)
async def export(conversation_id: str, services: Injected) -> Response:
    """A ZIP file: the conversation, its events, inputs, transcript, figures and recordings."""
    row = await _find(services, conversation_id)
    archive = Export(services.store, row, services.settings.base_url, await _recordings(services, row))
    return StreamingResponse(
        archive.stream(),
        media_type="application/zip",
        headers={"content-disposition": f'attachment; filename="{row.id}.zip"'},
    )


async def _recordings(services: Services, row: Conversation) -> list[Path]:
    """Its files on this machine, and none elsewhere."""
    folder = services.settings.data_dir.resolve()
    found = [
        (folder / recording.path).resolve()
        for recording in await services.store.recordings.of_conversation(row.id)
        if recording.path
    ]
    return [path for path in found if path.is_relative_to(folder) and path.is_file()]


async def _find(services: Services, conversation_id: str) -> Conversation:
    """The conversation, with all that was told of it so far."""
    await services.recorder.flush()
    row = await services.store.conversations.get(conversation_id)
    if row is None:
        raise Refusal(400, "Invalid conversation_id")
    return row
