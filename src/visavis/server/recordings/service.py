"""Looks after the recordings of calls that are over."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import random
import shutil
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import structlog

from visavis.config import Settings
from visavis.logs import short
from visavis.server.recordings import storage
from visavis.server.recordings.destinations import Destination, Destinations, Provider
from visavis.server.recordings.files import Found, found_in, in_thread, measure
from visavis.server.recordings.storage import StorageFailed
from visavis.server.recordings.webhooks import copy_failed, recording_ready
from visavis.server.store import Conversation, NewWebhook, Recording, Store
from visavis.session.bodies import CreateConversation, RecordingStorage
from visavis.session.spec import RecordingSpec

DETAIL = "recording_storage"
"""Of a conversation's row: the bucket it named."""
FOLDER = "recordings"
"""In the data directory."""
PAUSES = (2.0, 10.0, 60.0, 300.0, 900.0)
"""Seconds between tries while a storage is away; then the copy is given up, and the file stays here."""
COPIES = 2
"""At a time."""
QUIET = 10.0
"""Seconds without a change after which a file is whole whose writer did not say so."""
GONE = StorageFailed("SOURCE_NOT_FOUND", "the recording's file is gone")
GRACE = 1.0
"""Seconds that copies in progress have when the server stops."""

log = structlog.get_logger(__name__)


class Recordings:
    """Finds what workers recorded, brings it to its storage, and removes it again.

    Everything is told from the disk and the store, so that a server which crashed goes on where it was.

    Raises:
        ConfigurationError: the settings name a storage that cannot be used.
    """

    def __init__(
        self, settings: Settings, store: Store, settled: Callable[[], Coroutine[Any, Any, None]]
    ) -> None:
        """Make it.

        Args:
            settings: where recordings go.
            store: their rows, and the outbox.
            settled: waits until what was told of conversations is in the store.
        """
        self._data = settings.data_dir
        self._base_url = settings.base_url
        self._destinations = Destinations(settings)
        self._store, self._settled = store, settled
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._copying = asyncio.Semaphore(COPIES)

    # For the routes

    def refusal(self, storage_: RecordingStorage | None) -> str:
        """Why a new conversation may not be recorded there; empty if it may."""
        return self._destinations.refusal(storage_) if storage_ else ""

    def spec(self, conversation_id: str) -> RecordingSpec:
        """What the worker of a conversation that is to be recorded is told."""
        return RecordingSpec(folder=str(self._folder(conversation_id)))

    def local_file(self, recording: Recording) -> Path | None:
        """Its file on this machine; None if it is elsewhere."""
        if recording.path:
            return self._data / recording.path
        if recording.storage_provider == "local":
            return Path(recording.bucket_name, recording.s3_key + storage.SUFFIX)
        return None

    async def url(self, recording: Recording) -> str:
        """A URL that gives the file, for an hour.

        Raises:
            StorageFailed: the storage gives none.
        """
        conversation = await self._store.conversations.get(recording.conversation_id)
        destination = self._where(conversation, recording) if conversation else None
        if destination is None:
            raise GONE
        return await in_thread(storage.signed, destination, recording.s3_key)

    async def delete_files(self, conversation_id: str) -> None:
        """Remove a conversation's recordings wherever they are; none is as well. Rows stay.

        Raises:
            StorageFailed: the storage kept one; nothing is lost, and it can be tried again.
        """
        if task := self._tasks.get(conversation_id):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        conversation = await self._store.conversations.get(conversation_id, deleted=True)
        for row in await self._store.recordings.of_conversation(conversation_id):
            destination = self._where(conversation, row) if conversation else None
            if destination and row.state in ("copying", "ready"):
                await in_thread(storage.remove, destination, row.s3_key)
        folder = self._folder(conversation_id)
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        if await asyncio.to_thread(folder.exists):
            raise StorageFailed("SOURCE_NOT_REMOVED", "the recording's folder cannot be removed")

    # Life

    def ended(self, conversation_id: str) -> None:
        """A conversation is over: see to what was recorded of it."""
        self._begin(conversation_id, just_now=True)

    async def recover(self) -> None:
        """See to what an earlier server left behind; no conversation is in progress yet."""
        folders = await asyncio.to_thread(_names, self._data / FOLDER)
        unfinished = [row.conversation_id for row in await self._store.recordings.unfinished()]
        for name in {*folders, *unfinished}:
            self._begin(name, just_now=False)

    async def aclose(self) -> None:
        """Leave what is not done to the next start."""
        tasks = list(self._tasks.values())
        for _ in range(2):  # the second time it does not wait for its thread any more
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks, timeout=GRACE)

    # One conversation

    def _begin(self, conversation_id: str, just_now: bool) -> None:
        if conversation_id in self._tasks:
            return
        task = asyncio.create_task(self._see_to(conversation_id, just_now))
        self._tasks[conversation_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(conversation_id, None))

    async def _see_to(self, conversation_id: str, just_now: bool) -> None:
        folder = self._folder(conversation_id)
        try:
            files = await asyncio.to_thread(found_in, folder)
            if just_now and not files:
                return
            await _quiet(files)
            await self._settled()
            conversation = await self._store.conversations.get(conversation_id, deleted=True)
            if conversation is None and just_now:  # it was deleted while it was recorded
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            elif conversation is None:  # perhaps it is in another database
                log.warning("recordings of a conversation that is not in the database", count=len(files))
            if conversation is None:
                return
            for file in files:
                await self._bring(conversation, file)
            for row in await self._store.recordings.of_conversation(conversation_id):
                if row.state == "copying":
                    await self._give_up(conversation, row, GONE)
        except Exception as error:
            # The database was away, or the disk; the next start tries again.
            log.error("a recording is left as it is", conversation=short(conversation_id), exc_info=error)

    async def _bring(self, conversation: Conversation, file: Found) -> None:
        row = await self._row(conversation, file)
        if row is not None and row.state == "ready" and not row.path:  # a server was killed behind the copy
            await asyncio.to_thread(file.remove)
        if row is None or row.state != "copying":
            return
        destination = self._where(conversation, row)
        try:
            if destination is not None:
                await self._copy(destination, row.s3_key, file.path)
        except StorageFailed as error:
            await self._give_up(conversation, row, error)
            return
        path = row.path if destination is None else ""
        await self._store.recordings.update(
            row.id, *_told(conversation, recording_ready(conversation, row)), state="ready", path=path
        )
        if destination is not None:
            await asyncio.to_thread(file.remove)

    async def _give_up(self, conversation: Conversation, row: Recording, error: StorageFailed) -> None:
        log.error("a recording could not be stored", conversation=short(conversation.id), code=error.code)
        await self._store.recordings.update(
            row.id,
            *_told(conversation, copy_failed(conversation, row, error)),
            state="failed",
            error_code=error.code,
            error_message=str(error),
        )

    async def _row(self, conversation: Conversation, file: Found) -> Recording | None:
        """The recording's row; its id comes from the file, so that it is never told of twice.

        None if nothing is in the file: the process that wrote it was killed at once.
        """
        name = _recording_id(conversation.id, file.name)
        if row := await self._store.recordings.get(name):
            return row
        duration = await in_thread(measure, file.path)
        if not duration:
            log.warning("a recording with nothing in it is removed", conversation=short(conversation.id))
            await asyncio.to_thread(file.remove)
            return None
        destination = self._destination_of(conversation)
        key = f"{destination.prefix if destination else ''}tavus/{conversation.id}/{file.name}"
        local = destination is None or destination.provider == "local"
        uri = f"{self._base_url}/v2/conversations/{conversation.id}/recordings/{name}/file"
        row = Recording(
            id=name,
            conversation_id=conversation.id,
            state="copying",
            path=str(file.path.relative_to(self._data)),
            storage_provider=destination.provider if destination else "local",
            bucket_name=destination.bucket if destination else "",
            s3_key=key,
            storage_uri=uri if local or destination is None else destination.uri(key),
            duration=duration,
        )
        await self._store.recordings.add(row)
        return row

    async def _copy(self, destination: Destination, key: str, file: Path) -> None:
        """Copy it, patiently.

        Raises:
            StorageFailed: for good.
        """
        for pause in (*PAUSES, None):
            async with self._copying:
                try:
                    return await in_thread(storage.put, destination, key, file)
                except StorageFailed as error:
                    if not error.transient or pause is None:
                        raise
                    log.warning("a recording's storage is away; another try follows", code=error.code)
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))

    def _where(self, conversation: Conversation, row: Recording) -> Destination | None:
        """Where a recording is, or is to be, whatever the settings say by now; None: it stays here."""
        if not row.bucket_name:
            return None
        meant = self._destination_of(conversation)
        if meant is not None and meant.provider == row.storage_provider:
            return replace(meant, bucket=row.bucket_name)
        return Destination(cast(Provider, row.storage_provider), row.bucket_name)

    def _destination_of(self, conversation: Conversation) -> Destination | None:
        asked = conversation.details.get(DETAIL)
        return self._destinations.of(RecordingStorage.model_validate(asked) if asked else None)

    def _folder(self, conversation_id: str) -> Path:
        return self._data / FOLDER / conversation_id


async def _quiet(files: list[Found]) -> None:
    """Wait until nobody writes these any more: workers outlive a server that was killed by some seconds."""
    for file in files:
        if await asyncio.to_thread(file.whole):
            continue
        left = QUIET - await asyncio.to_thread(file.age)
        while left > 0:
            await asyncio.sleep(left)
            left = QUIET - await asyncio.to_thread(file.age)


def recording_details(body: CreateConversation) -> dict[str, Any]:
    """What a conversation's row must hold for its recordings to find their way."""
    asked = body.properties.recording_storage
    if asked is None or not body.properties.enable_recording:
        return {}
    return {DETAIL: asked.model_dump(include=set(RecordingStorage.model_fields), exclude_defaults=True)}


def _told(conversation: Conversation, webhook: NewWebhook) -> list[NewWebhook]:
    return [webhook] if conversation.callback_url else []


def _recording_id(conversation_id: str, name: str) -> str:
    return "rec" + hashlib.sha256(f"{conversation_id}/{name}".encode()).hexdigest()[:24]


def _names(folder: Path) -> list[str]:
    with contextlib.suppress(FileNotFoundError):
        return sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
    return []
