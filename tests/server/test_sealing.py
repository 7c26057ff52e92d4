"""Secrets in documents: sealed at rest, masked when read, opened for use."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import token_hex

import pytest
from pydantic import ValidationError

from tests.server.conftest import Api
from visavis.config import Settings
from visavis.errors import ConfigurationError
from visavis.server.access.auth import development_key
from visavis.server.resources.sealing import MASK, ForgedSecret, masked, opened, sealed, unmasked
from visavis.server.vault import SEALED, Vault, kept_text

VAULT = Vault("k" * 32)
SCHEMA = {"type": "object", "properties": {"api_key": {"description": "a word"}, "headers": {"x": "y"}}}
DOCUMENT = {
    "persona_name": "token",
    "layers": {
        "llm": {
            "api_key": "sk-1",
            "headers": {"Authorization": "Bearer sk-2"},
            "tools": [{"function": {"parameters": SCHEMA}}],
        },
        "tts": {"api_key": ""},
    },
    "delivery": {"api": {"auth": {"type": "hmac", "secret": "s-3"}, "body_template": {"token": "{{name}}"}}},
}
WORDS = ("sk-1", "sk-2", "s-3")


def test_what_is_sealed_holds_no_secret_and_opens_again() -> None:
    kept = sealed(DOCUMENT, VAULT)
    assert not [word for word in WORDS if word in json.dumps(kept)]
    assert opened(kept, VAULT) == DOCUMENT
    assert sealed(kept, VAULT, kept) == kept


def test_what_is_shown_holds_no_secret_and_everything_else() -> None:
    shown = masked(sealed(DOCUMENT, VAULT))
    text = json.dumps(shown)
    assert not [word for word in (*WORDS, SEALED) if word in text]
    assert text.count(MASK) == 3
    assert shown["layers"]["llm"]["tools"] == DOCUMENT["layers"]["llm"]["tools"]
    assert shown["delivery"]["api"]["body_template"] == {"token": "{{name}}"}


def test_a_mask_that_comes_back_means_as_it_was() -> None:
    kept = sealed(DOCUMENT, VAULT)
    sent = masked(kept)
    sent["layers"]["llm"]["api_key"] = "sk-new"
    again = opened(sealed(unmasked(sent, kept), VAULT, kept), VAULT)
    assert again["layers"]["llm"] == {**DOCUMENT["layers"]["llm"], "api_key": "sk-new"}
    assert again["delivery"] == DOCUMENT["delivery"]


def test_what_was_sealed_elsewhere_is_not_taken_for_a_secret() -> None:
    stolen = VAULT.seal("somebody's")
    with pytest.raises(ForgedSecret):
        sealed({"layers": {"llm": {"api_key": stolen}}}, VAULT)


def test_the_key_of_an_api_is_a_secret_and_stays_with_its_server() -> None:
    auth = {"type": "api_key", "name": "X-Key", "value": "s-4"}
    document = {"delivery": {"api": {"url": "https://a.example/x", "auth": auth}}}
    kept = sealed(document, VAULT)
    assert "s-4" not in json.dumps(kept)
    shown = masked(kept)
    assert shown["delivery"]["api"]["auth"] == {**auth, "value": MASK}
    shown["delivery"]["api"]["url"] = "https://a.example/y"
    again = opened(sealed(unmasked(shown, kept), VAULT, kept), VAULT)
    assert again["delivery"]["api"] == {"url": "https://a.example/y", "auth": auth}
    shown["delivery"]["api"]["url"] = "https://b.example/x"
    assert unmasked(shown, kept)["delivery"]["api"]["auth"]["value"] == MASK, "which validation refuses"


def test_another_key_opens_nothing_and_says_so() -> None:
    with pytest.raises(ConfigurationError, match="secret_key"):
        opened(sealed(DOCUMENT, VAULT), Vault("l" * 32))


def test_keys_of_two_purposes_differ() -> None:
    assert VAULT.derive("one") != VAULT.derive("two")
    assert VAULT.derive("one") == Vault("k" * 32).derive("one")


async def test_a_personas_key_is_neither_stored_nor_shown_and_still_used(api: Api) -> None:
    layer = {"base_url": "http://127.0.0.1:9/v1", "api_key": "sk-1", "model": "m"}
    body = {"persona_name": "Ann", "system_prompt": "Be Ann.", "layers": {"llm": layer}}
    made = (await api.http.post("/v2/personas", json=body)).json()["persona_id"]
    row = await api.store.resources.get(made, "persona")
    assert row is not None and row.document["layers"]["llm"]["api_key"].startswith(SEALED)
    shown = (await api.http.get(f"/v2/personas/{made}")).json()
    assert shown["layers"]["llm"]["api_key"] == MASK
    conversation = await api.create(persona_id=made)
    _, live = api.held(conversation["conversation_id"])
    assert live.spec.llm is not None and live.spec.llm.api_key == "sk-1"


def test_a_secret_is_one_however_its_name_is_spelt_and_however_deep_it_lies() -> None:
    names = ("apiKey", "API_KEY", "x-api-key", "Authorization", "auth_token", "default_headers", "token")
    extra = {name: {"deep": [f"hidden {name}"]} if name in ("token", "default_headers") else f"hidden {name}"
             for name in names}  # fmt: skip
    document = {"layers": {"llm": {"extra_body": {**extra, "max_tokens": 5, "mode": "shown"}}}}
    kept = sealed(document, VAULT)
    assert "hidden" not in json.dumps(kept) and opened(kept, VAULT) == document
    shown = masked(document)
    assert "hidden" not in json.dumps(shown)
    assert shown["layers"]["llm"]["extra_body"]["mode"] == "shown"


def test_in_a_query_more_names_are_those_of_keys() -> None:
    query = {"key": "sk-1", "subscription-key": "sk-2", "api-version": "2026", "token": ["sk-3"], "n": 1}
    document = {"layers": {"llm": {"default_query": query, "extra_body": {"key": "C major"}}}}
    kept = sealed(document, VAULT)
    assert "sk-" not in json.dumps(kept) and opened(kept, VAULT) == document
    shown = masked(document)["layers"]["llm"]
    assert list(shown["default_query"].items()) == [
        ("key", MASK), ("subscription-key", MASK), ("api-version", "2026"), ("token", [MASK]), ("n", 1)
    ]  # fmt: skip
    assert shown["extra_body"] == {"key": "C major"}


def test_a_kept_key_is_made_anew_where_a_full_disk_left_none(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    for name in ("secret_key", "dev_key"):
        (tmp_path / name).touch()
    sealed_one = Vault.from_settings(settings).seal("word")
    assert Vault.from_settings(settings).open(sealed_one) == "word"
    key = development_key(settings)
    assert key.startswith("dev_") and development_key(settings) == key
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        "secret_key": 0o600,
        "dev_key": 0o600,
    }


def test_those_who_start_together_keep_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: kept_text(tmp_path / "key", lambda: token_hex(16)), range(32)))
    assert len(set(made)) == 1


@pytest.mark.parametrize("name", ["webhook_retention_days", "conversation_retention_days"])
def test_retention_ends_before_the_calendar_does(name: str) -> None:
    with pytest.raises(ValidationError, match=name):
        Settings(**{name: 1_000_000})
