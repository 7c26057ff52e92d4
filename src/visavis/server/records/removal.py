"""Removes conversations with all that was kept of them, and of old ones all."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from visavis.server.errors import Refusal
from visavis.server.postcall import PostCall
from visavis.server.recordings import Recordings
from visavis.server.records.recorder import Recorder
from visavis.server.store import Store
from visavis.server.store.models import now

AT_ONCE = 100
"""Old conversations that are looked for at a time."""
LOOK = 3600.0
"""Seconds between two looks for old conversations."""

log = structlog.get_logger(__name__)


class Removal:
    """What ``DELETE ?hard=true`` does to a conversation that is over."""

    def __init__(self, store: Store, recorder: Recorder, recordings: Recordings, post_call: PostCall) -> None:
        self._store, self._recorder = store, recorder
        self._recordings, self._post_call = recordings, post_call

    async def remove(self, conversation_id: str) -> None:
        """Remove a conversation: files first, since rows say where they are. Idempotent.

        Raises:
            StorageFailed: a storage kept a recording; the rows stay, and it can be tried again.
            Refusal: the database is away; likewise, though it may come about by itself.
        """
        await self._remove(conversation_id)
        await self._store.scrub()

    async def remove_older(self, age: timedelta) -> int:
        """Remove those that have been over for so long; how many these were."""
        removed, failed = 0, set[str]()
        while names := await self._store.conversations.ended_before(now() - age, AT_ONCE + len(failed)):
            if not (left := [name for name in names if name not in failed]):
                break
            for name in left:
                try:
                    await self._remove(name)
                    removed += 1
                except Exception as error:
                    failed.add(name)
                    log.warning("an old conversation could not be removed", error=type(error).__name__)
        if removed:
            await self._store.scrub()
        return removed

    async def _remove(self, conversation_id: str) -> None:
        await self._post_call.forget(conversation_id)
        await self._recordings.delete_files(conversation_id)
        await self._recorder.forget(conversation_id)
        if await self._store.conversations.get(conversation_id, deleted=True) is not None:
            raise Refusal(503, "the database did not remove the conversation in time; ask again")


async def expire(removal: Removal, days: int) -> None:
    """Remove conversations that have been over for so many days, every hour until cancelled; 0: never."""
    while days:
        try:
            if count := await removal.remove_older(timedelta(days=days)):
                log.info("old conversations removed", count=count)
        except Exception as error:
            log.warning("old conversations could not be looked for; trying again", exc_info=error)
        await asyncio.sleep(LOOK)
