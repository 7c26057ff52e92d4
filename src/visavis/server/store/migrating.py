"""Brings a database to the tables of this release, or back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, event, inspect
from sqlalchemy.engine.interfaces import DBAPIConnection

from visavis.errors import ConfigurationError
from visavis.server.store.engine import bare_engine, reach

Apply = Callable[[Config, str], None]
"""One of Alembic's commands."""
BEFORE_MIGRATIONS = "0001"
"""The tables that servers made before there were migrations."""
LOCK = 7600
"""Names our lock among those of a Postgres database."""


async def upgrade(url: str, to: str = "head") -> None:
    """Apply the migrations that are missing; all or none, and one process at a time.

    Raises:
        ConfigurationError: a newer release made the tables, or the database cannot be reached.
    """
    await _run(url, to, command.upgrade)


async def downgrade(url: str, to: str) -> None:
    """Undo migrations down to a revision, ``base`` for all; what later tables held is lost."""
    await _run(url, to, command.downgrade)


async def revision(url: str) -> str | None:
    """The database's revision; None before its first migration.

    Raises:
        ConfigurationError: the database cannot be reached.
    """
    await reach(url)
    engine = bare_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(lambda it: MigrationContext.configure(it).get_current_revision())
    finally:
        await engine.dispose()


def newest() -> str:
    """The revision of this release."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


async def _run(url: str, to: str, apply: Apply) -> None:
    await reach(url)
    # An engine of its own: with foreign keys on, SQLite empties the tables that refer to one it rebuilds.
    engine = bare_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _leave_transactions_to_us)
        event.listen(engine.sync_engine, "begin", _begin_at_once)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_migrate, to, apply)
    finally:
        await engine.dispose()


def _migrate(connection: Connection, to: str, apply: Apply) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    config = _config()
    config.attributes["connection"] = connection
    tables = inspect(connection).get_table_names()
    try:
        if "conversations" in tables and "alembic_version" not in tables:
            command.stamp(config, BEFORE_MIGRATIONS)
        apply(config, to)
    except CommandError as error:
        raise ConfigurationError(
            f"the database cannot be brought to revision {to}: {error}; a newer release may have made it"
        ) from None


def _leave_transactions_to_us(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None  # the driver would commit before each change of a table
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=30000")
    cursor.close()


def _begin_at_once(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
