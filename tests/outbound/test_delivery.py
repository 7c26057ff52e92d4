"""What may stand in ``delivery.api``, and what is done with its secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from visavis.outbound.delivery import MASK, ApiDelivery, check_declared
from visavis.outbound.sealing import changed, kept, masked, secret_paths
from visavis.server.vault import Vault

URL = "https://api.example.com/v1"
HMAC = {"type": "hmac", "secret": "s3cret"}
OAUTH = {
    "type": "oauth2_client_credentials",
    "token_url": "https://auth.example.com/token",
    "client_id": "me",
    "client_secret": "s3cret",
}
BEARER = {"type": "bearer", "token": "s3cret"}


def document(**fields: Any) -> dict[str, Any]:
    return {"url": URL, **fields}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"auth": None, "headers": None, "body_template": None, "query_params": None, "content_type": None},
        {"method": "GET", "timeout": 60, "query_params": {"q": "{city}"}},
        {"url": "http://localhost:3000/tools/{name}?a={b}"},
        {"auth": HMAC},
        {"auth": OAUTH},
        {"auth": {"type": "none"}},
        {"auth": {"type": "api_key", "name": "X-Key", "value": "s3cret"}},
        {"auth": {"type": "api_key", "name": "key with spaces", "value": "é", "location": "query"}},
        {"headers": {"Accept": "application/json"}, "content_type": "application/vnd.api+json"},
    ],
)
def test_what_is_taken(fields: dict[str, Any]) -> None:
    assert ApiDelivery.model_validate(document(**fields))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"url": "ftp://example.com"}, "http"),
        ({"url": "https://me:s3cret@example.com"}, "user and password"),
        ({"url": "https://{host}.example.com/"}, "host"),
        ({"url": "https://[::1"}, "valid"),
        ({"timeout": 0}, "greater"),
        ({"timeout": 61}, "less"),
        ({"method": "TRACE"}, "method"),
        ({"body_templat": {}}, "body_templat"),
        ({"method": "GET", "body_template": {"a": "b"}}, "no body"),
        ({"method": "DELETE", "auth": HMAC}, "hmac signs a body"),
        ({"auth": HMAC, "query_params": {"a": "b"}}, "hmac"),
        ({"auth": HMAC, "url": URL + "/{x}"}, "hmac"),
        ({"auth": {"type": "bearer", "token": ""}}, "token"),
        ({"auth": {"type": "bearer", "token": "********"}}, "send the secret"),
        ({"auth": {"type": "digest", "token": "s3cret"}}, "auth"),
        ({"auth": {**OAUTH, "token_url": "gopher://x"}}, "token_url"),
        ({"auth": {"type": "api_key", "name": "Host", "value": "s3cret"}}, "header"),
        ({"headers": {"X-Key": "a\nb"}}, "X-Key"),
        ({"headers": {"X-Key": "********"}}, "send the secret"),
        ({"headers": {"Host": "other"}}, "Host"),
        ({"content_type": "multipart/form-data"}, "JSON type"),
    ],
)
def test_what_is_refused_and_that_the_reason_quotes_no_secret(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ApiDelivery.model_validate(document(**fields))
    assert reason in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_placeholders_must_be_parameters() -> None:
    delivery = ApiDelivery.model_validate(
        document(
            url=URL + "/{a}?c={tavus_conversation_id}",
            body_template={"x": ["{b}", {"y": "Hi {c}"}], "{not_one}": 1},
            query_params={"q": "{d}"},
        )
    )
    assert delivery.placeholders == {"a", "b", "c", "d", "tavus_conversation_id"}
    check_declared(delivery, {"properties": {name: {} for name in "abcd"}})
    with pytest.raises(ValueError, match="b, d, which"):
        check_declared(delivery, {"properties": {"a": {}, "c": {}}})
    with pytest.raises(ValueError, match="a, b, c, d"):
        check_declared(delivery, {})


FULL = document(auth=BEARER, headers={"X-Key": "k3y", "Accept": "application/json"})


def test_secrets_are_sealed_opened_and_masked() -> None:
    vault = Vault("k" * 32)
    assert secret_paths(FULL) == [("auth", "token"), ("headers", "X-Key")]
    sealed = changed(FULL, vault.seal)
    assert "s3cret" not in str(sealed) and "k3y" not in str(sealed)
    assert changed(sealed, vault.open) == FULL
    shown = masked(FULL)
    assert shown["auth"] == {"type": "bearer", "token": "********"}
    assert shown["headers"] == {"X-Key": "********", "Accept": "application/json"}
    assert FULL["auth"]["token"] == "s3cret"


@pytest.mark.parametrize(
    ("auth", "field"),
    [
        ({"type": "basic", "username": "me", "password": "s3cret"}, "password"),
        ({"type": "api_key", "name": "X-Key", "value": "s3cret"}, "value"),
        (HMAC, "secret"),
        (OAUTH, "client_secret"),
    ],
)
def test_the_secret_of_every_kind(auth: dict[str, str], field: str) -> None:
    assert masked(document(auth=auth))["auth"] == {**auth, field: "********"}


def test_an_update_keeps_secrets_that_it_does_not_know() -> None:
    assert kept(masked(FULL), FULL) == FULL
    assert kept(document(auth={"type": "bearer"}), FULL)["auth"] == BEARER
    moved = document(url=URL + "/other", auth={"type": "bearer", "token": "********"})
    assert kept(moved, FULL)["auth"] == BEARER
    assert kept(document(auth={"type": "bearer", "token": "new"}), FULL)["auth"]["token"] == "new"
    assert kept(document(headers={"x-key": "********"}), FULL)["headers"] == {"x-key": "k3y"}
    assert kept(document(), FULL) == document()


@pytest.mark.parametrize(
    ("update", "stored"),
    [
        ({**masked(FULL), "url": "https://evil.example/"}, FULL),
        ({**masked(FULL), "url": "http://api.example.com/v1"}, FULL),
        (
            document(auth={**OAUTH, "client_secret": "********", "token_url": "https://evil.example"}),
            document(auth=OAUTH),
        ),
        (document(auth={"type": "hmac", "secret": "********"}), FULL),
        (document(headers={"X-Other": "********"}), FULL),
    ],
)
def test_a_secret_goes_only_where_it_was_given_for(update: dict[str, Any], stored: dict[str, Any]) -> None:
    result = kept(update, stored)
    assert "s3cret" not in str(result) and "k3y" not in str(result)
    with pytest.raises(ValidationError, match="send the secret"):
        ApiDelivery.model_validate(result)


KEYED = document(
    url=f"{URL}?api-key=s3cret%20url&q={{q}}&page=2&sig={{sig}}#part",
    query_params={"key": "s3cret-query", "token": "{token}", "city": "Ghent"},
    body_template={"auth": {"apiKey": "s3cret-body", "token": "{t}"}, "list": [{"password": "s3cret-list"}]},
)


def test_what_is_named_like_a_key_is_a_secret_in_queries_and_bodies_too() -> None:
    vault = Vault("k" * 32)
    stored = changed(KEYED, vault.seal)
    assert "s3cret" not in json.dumps(stored) and changed(stored, vault.open) == KEYED
    shown = masked(stored)
    assert shown["url"] == f"{URL}?api-key={MASK}&q={{q}}&page=2&sig={{sig}}#part"
    assert shown["query_params"] == {**KEYED["query_params"], "key": MASK}
    assert shown["body_template"] == {"auth": {"apiKey": MASK, "token": "{t}"}, "list": [{"password": MASK}]}

    shown["query_params"]["city"] = "Gent"
    again = kept(shown, KEYED)
    assert again == {**KEYED, "query_params": {**KEYED["query_params"], "city": "Gent"}}
    elsewhere = kept({**shown, "url": shown["url"].replace("api.", "evil.")}, KEYED)
    assert "s3cret" not in json.dumps(elsewhere)


@pytest.mark.parametrize(
    "fields",
    [
        {"url": f"{URL}?a=b&key={MASK}"},
        {"query_params": {"key": MASK}},
        {"body_template": {"list": [{"token": MASK}]}},
    ],
)
def test_a_mask_that_stands_for_nothing_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="stands for a secret that is not known"):
        ApiDelivery.model_validate(document(**fields))
