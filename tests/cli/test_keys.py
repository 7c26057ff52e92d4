"""`visavis keys`, and a server that reads the same database."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from visavis.cli import app
from visavis.config import Settings
from visavis.errors import ConfigurationError
from visavis.server.access.auth import Keyring
from visavis.server.store import Store


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("VISAVIS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    return Settings()


def keys(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["keys", *arguments], env={"COLUMNS": "120"}, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def plain(*arguments: str) -> Any:
    return json.loads(keys(*arguments, "--json"))


def scopes_of(settings: Settings, key: str) -> frozenset[str] | None:
    """What a server of these settings lets the key do."""

    async def find() -> frozenset[str] | None:
        store = Store.from_settings(settings)
        await store.open()
        try:
            caller = await Keyring([], store.keys).find(key)
            return caller.scopes if caller else None
        finally:
            await store.close()

    return asyncio.run(find())


def test_a_key_is_shown_once_kept_as_a_hash_and_opens_until_it_is_revoked(
    here: Settings, tmp_path: Path
) -> None:
    made = plain("create", "backend", "--scope", "conversations:write", "--expires", "30d")
    key = made["key"]
    assert key.startswith("vv_") and len(key) == 46
    assert datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC) > timedelta(days=29)
    assert key.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert scopes_of(here, key) == {"conversations:write"}

    (listed,) = plain("list")
    assert "key" not in listed and listed["last_used_at"]
    table = keys("list")
    assert "backend" in table and key not in table and made["id"] in table

    assert plain("revoke", "backend")["revoked_at"]
    assert scopes_of(here, key) is None
    assert "revoked" in keys("list")


def test_a_key_without_a_scope_may_do_everything(here: Settings) -> None:
    key = keys("create", "everything").strip()
    assert scopes_of(here, key) == {"*"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("create", "x", "--scope", "root"), "no scope 'root'"),
        (("create", "x", "--expires", "soon"), "must look like"),
        (("create", "x", "--expires", "2020-01-01"), "has passed"),
        (("revoke", "nobody"), "no key in use is called 'nobody'"),
    ],
)
def test_what_cannot_be_is_said_in_words(arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        keys(*arguments)


def test_of_two_keys_of_one_name_the_id_tells_which() -> None:
    first, _ = (plain("create", "twin") for _ in range(2))
    with pytest.raises(ConfigurationError, match="several"):
        keys("revoke", "twin")
    assert plain("revoke", first["id"])["id"] == first["id"]
