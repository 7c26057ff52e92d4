"""All that is kept of a conversation in one ZIP file, made while it is sent."""

from __future__ import annotations

import asyncio
import json
import time
import zipfile
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import IO, Any

from visavis.conversation.figures import Figures
from visavis.protocol.webhooks import TranscriptEntry
from visavis.server.records.subtitles import as_srt, as_text, as_vtt
from visavis.server.records.transcripts import completed, transcriber_of
from visavis.server.store import Conversation, Store
from visavis.server.views import conversation_view

PIECE = 1024 * 1024
"""Bytes of a recording that are read at once."""


class Sink:
    """A file that is only written to; what was written is taken away piece by piece."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes, /) -> int:
        """Add it."""
        self._written += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def close(self) -> None:
        """What was written can still be taken."""

    def take(self) -> bytes:
        """All since the last time."""
        written, self._written = bytes(self._written), bytearray()
        return written


class Export:
    """One conversation's archive.

    Args:
        store: where it is kept.
        conversation: which.
        base_url: of the server.
        recordings: files to go along.
    """

    def __init__(
        self, store: Store, conversation: Conversation, base_url: str, recordings: Iterable[Path] = ()
    ) -> None:
        self._store, self._row, self._base_url = store, conversation, base_url
        self._recordings = list(recordings)
        self._sink = Sink()
        self._zip = zipfile.ZipFile(self._sink, "w", zipfile.ZIP_DEFLATED)

    async def stream(self) -> AsyncIterator[bytes]:
        """The archive, piece by piece; no more than a piece of it is in memory."""
        self._text("conversation.json", _json(self._about()))
        transcriber, figures = transcriber_of(self._row), Figures()
        with self._entry("events.jsonl") as entry:
            async for page in self._store.logs.event_pages(self._row.id):
                for _, event in page:
                    transcriber.event(event)
                    figures.event(event)
                entry.write("".join(f"{_line(event)}\n" for _, event in page).encode())
                yield self._sink.take()
        with self._entry("inputs.jsonl") as entry:
            async for stretch in self._store.logs.inputs(self._row.id):
                entry.write(f"{stretch}\n".encode())
                yield self._sink.take()
        self._write_transcript(await completed(transcriber, self._store, self._row))
        self._text("metrics.json", _json(figures.summary()))
        for path in self._recordings:
            async for piece in self._copy(path):
                yield piece
        self._zip.close()
        yield self._sink.take()

    def _about(self) -> dict[str, Any]:
        row = self._row
        return {
            **conversation_view(row, self._base_url),
            "replica_name": row.replica_name,
            "persona_name": row.persona_name,
            "audio_only": row.audio_only,
            "shutdown_reason": row.shutdown_reason,
        }

    def _write_transcript(self, entries: list[TranscriptEntry]) -> None:
        said = [entry.model_dump(mode="json", exclude_unset=True) for entry in entries]
        self._text("transcript.json", _json(said))
        name = self._row.persona_name
        for ending, written in (("txt", as_text), ("vtt", as_vtt), ("srt", as_srt)):
            self._text(f"transcript.{ending}", written(entries, name))

    async def _copy(self, path: Path) -> AsyncIterator[bytes]:
        """A recording, as it is: video does not shrink any more."""
        try:
            file = await asyncio.to_thread(path.open, "rb")
        except FileNotFoundError:
            return  # removed since it was listed
        with file, self._entry(f"recordings/{path.name}", compressed=False) as entry:
            while data := await asyncio.to_thread(file.read, PIECE):
                entry.write(data)
                yield self._sink.take()

    def _text(self, name: str, text: str) -> None:
        with self._entry(name) as entry:
            entry.write(text.encode())

    def _entry(self, name: str, compressed: bool = True) -> IO[bytes]:
        about = zipfile.ZipInfo(name, time.gmtime()[:6])
        about.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
        about.external_attr = 0o600 << 16
        opened: IO[bytes] = self._zip.open(about, "w", force_zip64=True)
        return opened


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _line(event: dict[str, Any]) -> str:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))
