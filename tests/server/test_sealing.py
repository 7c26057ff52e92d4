"""Secrets in documents: sealed at rest, masked when read, opened for use."""

from __future__ import annotations

import json

import pytest

from tests.server.conftest import Api
from visavis.errors import ConfigurationError
from visavis.server.resources.sealing import MASK, ForgedSecret, masked, opened, sealed, unmasked
from visavis.server.vault import SEALED, Vault

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
