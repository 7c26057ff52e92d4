"""Migrations, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from visavis.errors import ConfigurationError
from visavis.server.store import Store, migrating
from visavis.server.store.models import Base

MOMENT = datetime(2026, 6, 1, 12)
DATES = {"created_at": MOMENT, "updated_at": MOMENT}
OLD_ROWS: dict[str, dict[str, object]] = {
    "conversations": {
        **{"id": "c1", "name": "n", "status": "ended", "replica_id": "r", "replica_name": "R"},
        **{"persona_id": "p1", "persona_name": "Ann", "callback_url": "", "audio_only": False, **DATES},
    },
    "event_log": {"conversation_id": "c1", "seq": 1, "message": {"event_type": "system.shutdown"}},
    "personas": {"id": "p1", "document": {"persona_name": "Ann", "system_prompt": "Be Ann."}, **DATES},
}


async def rows(url: str, query: str) -> list[tuple[object, ...]]:
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            found = await connection.execute(text(query))
            return [tuple(row) for row in found] if found.returns_rows else []
    finally:
        await engine.dispose()


async def insert(url: str, tables: dict[str, dict[str, object]]) -> None:
    """One row into each, as it is in the database."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            for name, row in tables.items():
                columns = await connection.run_sync(
                    lambda it, name=name: Table(name, MetaData(), autoload_with=it)
                )
                await connection.execute(columns.insert().values(**row))
    finally:
        await engine.dispose()


async def look(url: str, function: object) -> object:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(function)
    finally:
        await engine.dispose()


async def test_the_migrations_make_the_tables_of_the_models(empty_database: str) -> None:
    await migrating.upgrade(empty_database)

    def differences(connection: Connection) -> list[object]:
        return compare_metadata(MigrationContext.configure(connection), Base.metadata)

    assert await look(empty_database, differences) == []
    assert await migrating.revision(empty_database) == migrating.newest()


async def test_every_migration_can_be_undone_and_done_again(empty_database: str) -> None:
    await migrating.upgrade(empty_database)
    await migrating.downgrade(empty_database, "base")
    tables = await look(empty_database, lambda connection: inspect(connection).get_table_names())
    assert tables == ["alembic_version"]
    await migrating.upgrade(empty_database)
    assert await migrating.revision(empty_database) == migrating.newest()


async def test_a_database_from_before_migrations_keeps_what_it_holds(empty_database: str) -> None:
    await migrating.upgrade(empty_database, "0001")
    await rows(empty_database, "DROP TABLE alembic_version")
    await insert(empty_database, OLD_ROWS)
    store = Store(empty_database)
    await store.open()
    try:
        conversation = await store.conversations.get("c1")
        assert conversation is not None and conversation.created_at == MOMENT.replace(tzinfo=UTC)
        assert (conversation.require_auth, conversation.details) == (False, {})
        assert [seq for seq, _ in await store.logs.events("c1")] == [1]
        found = await store.resources.get("p1", "persona")
        assert found is not None and found.document["persona_name"] == "Ann"
    finally:
        await store.close()
    await migrating.downgrade(empty_database, "0001")
    assert await rows(empty_database, "SELECT id FROM personas") == [("p1",)]
    assert await rows(empty_database, "SELECT seq FROM event_log") == [(1,)]


async def test_a_database_of_a_newer_release_is_refused_and_left_alone(empty_database: str) -> None:
    await migrating.upgrade(empty_database)
    await rows(empty_database, "UPDATE alembic_version SET version_num = '9999'")
    store = Store(empty_database)
    with pytest.raises(ConfigurationError, match="newer release"):
        await store.open()
    await store.close()
    assert await migrating.revision(empty_database) == "9999"
