"""``visavis keys``: API keys in the server's database, each with what it may do."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Column, Table

from visavis.cli import settings as settings_
from visavis.cli.output import err, out
from visavis.errors import ConfigurationError

if TYPE_CHECKING:
    from visavis.server.store import ApiKey, Store

SHOWN = 10
"""Characters of a key that are kept to recognise it by; 42 bits of its 256."""
SPAN = re.compile(r"^(\d{1,6})([hdw])$")
UNITS = {"h": "hours", "d": "days", "w": "weeks"}

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

app = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="What it is for; not secret.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="What it may do, several times if need be: conversations:read, conversations:write, "
            "resources:read, resources:write [default: everything]."
        ),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(help="12h, 30d, 8w from now, or a date such as 2030-01-31 (UTC).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print it, this once: only its hash is kept. A running server knows it at once."""
    from visavis.server.access.auth import digest_of
    from visavis.server.access.scopes import EVERYTHING, SCOPES
    from visavis.server.store import ApiKey

    if unknown := [one for one in scope or () if one not in SCOPES]:
        raise ConfigurationError(f"there is no scope {unknown[0]!r}; there are {', '.join(SCOPES)}")
    secret = f"vv_{secrets.token_urlsafe(32)}"
    key = ApiKey(
        id=f"k{secrets.token_hex(8)}",
        name=name,
        prefix=secret[:SHOWN],
        digest=digest_of(secret),
        scopes=sorted(set(scope or [EVERYTHING])),
        expires_at=_moment(expires) if expires else None,
    )
    asyncio.run(_add(key))
    if as_json:
        out.print_json(json.dumps({**_plain(key), "key": secret}))
        return
    out.print(secret)
    err.print(f"Keep it now: it is not shown again. It may do: {', '.join(key.scopes)}.", style="dim")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """Show all keys, revoked and expired ones included; the keys themselves are not kept."""
    keys = asyncio.run(_all())
    if as_json:
        out.print_json(json.dumps([_plain(key) for key in keys]))
        return
    columns = ("name", "begins with", "may do", "made", "used", "state")
    table = Table(Column("id", no_wrap=True), *columns, box=None, pad_edge=False)
    for key in keys:
        table.add_row(
            key.id,
            escape(key.name),
            f"{key.prefix}…",
            ", ".join(key.scopes),
            _day(key.created_at),
            _day(key.last_used_at) or "never",
            _state(key),
        )
    out.print(table)


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(help="Its id, or its name if no other key has it.")],
    as_json: AsJson = False,
) -> None:
    """Let a key open nothing any more: within two seconds also in servers that run."""
    revoked = asyncio.run(_revoke(key))
    if as_json:
        out.print_json(json.dumps(_plain(revoked)))
    else:
        out.print(f"revoked {revoked.id} ({escape(revoked.name)})")


@asynccontextmanager
async def _store() -> AsyncIterator[Store]:
    from visavis.server.store import Store

    store = Store.from_settings(settings_.load())
    try:
        await store.open()
        yield store
    finally:
        await store.close()


async def _add(key: ApiKey) -> None:
    async with _store() as store:
        await store.keys.add(key)


async def _all() -> Sequence[ApiKey]:
    async with _store() as store:
        return await store.keys.all()


async def _revoke(named: str) -> ApiKey:
    async with _store() as store:
        keys = [key for key in await store.keys.all() if key.revoked_at is None]
        found = [key for key in keys if key.id == named] or [key for key in keys if key.name == named]
        if len(found) != 1:
            problem = "several keys are" if found else "no key in use is"
            raise ConfigurationError(f"{problem} called {named!r}: visavis keys list shows their ids")
        await store.keys.revoke(found[0].id)
        return next(key for key in await store.keys.all() if key.id == found[0].id)


def _moment(text: str) -> datetime:
    """When a key expires.

    Raises:
        ConfigurationError: it is neither a span nor a date, or has passed.
    """
    if span := SPAN.match(text):
        return datetime.now(UTC) + timedelta(**{UNITS[span[2]]: int(span[1])})
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(f"--expires {text}: must look like 12h, 30d, 8w or 2030-01-31") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment <= datetime.now(UTC):
        raise ConfigurationError(f"--expires {text}: that has passed")
    return moment


def _state(key: ApiKey) -> str:
    from visavis.server.access.auth import usable

    if key.revoked_at:
        return "revoked"
    if not usable(key):
        return "expired"
    return f"until {_day(key.expires_at)}" if key.expires_at else "in use"


def _day(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if moment else ""


def _plain(key: ApiKey) -> dict[str, Any]:
    moments = ("created_at", "expires_at", "last_used_at", "revoked_at")
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "scopes": key.scopes,
        **{name: at.isoformat() if (at := getattr(key, name)) else None for name in moments},
    }
