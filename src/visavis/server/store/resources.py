"""Whatever users keep: personas, objectives, guardrails, tools, documents."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm.exc import StaleDataError

from visavis.server.store.engine import Sessions
from visavis.server.store.filters import Filter, tags_in_use
from visavis.server.store.models import Resource

EVERY = Filter()
AT_ONCE = 500
"""Rows that are read together where all are wanted."""
TRIES = 8
"""To change what others change at the same time."""


class Resources:
    """Rows of a kind, each with a document. Secrets in documents are the caller's to seal."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def add(self, resource: Resource) -> None:
        """Insert it."""
        async with self._sessions.begin() as session:
            session.add(resource)

    async def get(self, resource_id: str, *kinds: str) -> Resource | None:
        """One of these kinds."""
        async with self._sessions() as session:
            found = await session.get(Resource, resource_id)
            return found if found is not None and found.kind in kinds else None

    async def all(self, *kinds: str) -> Sequence[Resource]:
        """All of these kinds, the newest first."""
        wanted = select(Resource).where(Resource.kind.in_(kinds))
        async with self._sessions() as session:
            rows = await session.scalars(wanted.order_by(Resource.created_at.desc(), Resource.id))
            return rows.all()

    async def page(
        self, limit: int, offset: int, *kinds: str, wanted: Filter = EVERY
    ) -> tuple[Sequence[Resource], int]:
        """Some of these kinds, the newest first unless ``wanted`` says otherwise, and how many there are."""
        async with self._sessions() as session:
            where = [Resource.kind.in_(kinds), *wanted.conditions(session.get_bind().dialect)]
            total = await session.scalar(select(func.count(Resource.id)).where(*where))
            created = Resource.created_at.asc() if wanted.oldest_first else Resource.created_at.desc()
            rows = await session.scalars(
                select(Resource).where(*where).order_by(created, Resource.id).limit(limit).offset(offset)
            )
            return rows.all(), total or 0

    async def each(self, kind: str) -> AsyncIterator[Resource]:
        """All of a kind, some at a time; what is changed or removed meanwhile does no harm."""
        last = ""
        while True:
            wanted = select(Resource).where(Resource.kind == kind, Resource.id > last)
            async with self._sessions() as session:
                rows = (await session.scalars(wanted.order_by(Resource.id).limit(AT_ONCE))).all()
            for row in rows:
                yield row
            if len(rows) < AT_ONCE:
                return
            last = rows[-1].id

    async def missing(self, ids: Collection[str], kind: str) -> list[str]:
        """Which of these do not exist, in their order."""
        async with self._sessions() as session:
            there = await session.scalars(
                select(Resource.id).where(Resource.kind == kind, Resource.id.in_(ids))
            )
            known = set(there)
            return [name for name in ids if name not in known]

    async def tags(self, kind: str, name: str = "tags") -> list[str]:
        """Every text in a list of the documents of a kind, once, in order."""
        async with self._sessions() as session:
            used = await session.scalars(tags_in_use(kind, name, session.get_bind().dialect))
            return sorted(used)

    async def change(
        self, resource_id: str, kind: str, edit: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> Resource | None:
        """Replace a document by what ``edit`` makes of it, without losing what others change meanwhile.

        Args:
            resource_id: which.
            kind: of what kind.
            edit: takes the document as it is and returns the new one; it may be called again, and may raise.

        Returns:
            The resource as it is now; None if there is none.
        """
        for failed in range(1, TRIES + 1):
            try:
                async with self._sessions.begin() as session:
                    # Postgres has others wait for the row; SQLite takes one writer at a time.
                    found = await session.get(Resource, resource_id, with_for_update=True)
                    if found is None or found.kind != kind:
                        return None
                    edited = edit(found.document)
                    if edited != found.document:
                        found.document = edited
                return found
            except StaleDataError:  # another process on SQLite
                if failed == TRIES:
                    raise
        raise AssertionError("unreachable")

    async def delete(self, resource_id: str, *kinds: str) -> bool:
        """Remove one of these kinds; whether it was there."""
        async with self._sessions.begin() as session:
            gone = await session.execute(
                delete(Resource).where(Resource.id == resource_id, Resource.kind.in_(kinds))
            )
            return bool(gone.rowcount)  # type: ignore[attr-defined]
