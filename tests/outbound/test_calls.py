"""What a tool's call becomes, on the wire and as a result."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.outbound.serving import Names, Received, Server, local_client, reply, serving
from visavis.errors import OutboundRefused
from visavis.outbound.calls import CallContext, ToolResponse, build_request, deliver
from visavis.outbound.client import GuardedClient
from visavis.outbound.delivery import ApiDelivery
from visavis.outbound.guard import Guard
from visavis.outbound.messages import parse
from visavis.outbound.tokens import Tokens

CONTEXT = CallContext("c123", "call_1", "book_table")
ARGUMENTS = {"city": "São Paulo/BR", "number": 2, "vip": True, "tags": ["a", "b"], "note": None}


def delivery(url: str = "https://api.example.com/v1", **fields: Any) -> ApiDelivery:
    return ApiDelivery.model_validate({"url": url, **fields})


async def sent(
    url_path: str = "/", answer: bytes = reply(200, b"done"), **fields: Any
) -> tuple[Received, ToolResponse]:
    async def handler(_: Received, __: asyncio.StreamWriter) -> bytes:
        return answer

    async with serving(handler) as server, local_client() as client:
        response = await deliver(
            client, Tokens(client), delivery(server.url + url_path, **fields), ARGUMENTS, CONTEXT
        )
    return server.received[0], response


async def test_arguments_are_the_json_body_by_default() -> None:
    received, response = await sent()
    assert json.loads(received.body) == ARGUMENTS
    assert received.headers["content-type"] == "application/json"
    assert (response.status, response.text, response.error) == (200, "done", None)


async def test_templates_keep_types_and_fill_in_text() -> None:
    received, _ = await sent(
        "/{city}/x?id={tavus_conversation_id}&absent={absent}",
        body_template={
            "n": "{number}",
            "list": ["{tags}", "{vip}", 7, None],
            "text": "{number} at {city}{absent}, {vip}",
            "absent": "{absent}",
            "note": "{note}",
            "braces": "{ city } {{city}}",
        },
        query_params={"q": "in {city}", "none": "{absent}", "fixed": ""},
    )
    assert received.path == "/S%C3%A3o%20Paulo%2FBR/x"
    assert received.query == {"id": ["c123"], "absent": [""], "q": ["in São Paulo/BR"], "fixed": [""]}
    assert json.loads(received.body) == {
        "n": 2,
        "list": [["a", "b"], True, 7, None],
        "text": "2 at São Paulo/BR, true",
        "absent": None,
        "note": None,
        "braces": "{ city } {São Paulo/BR}",
    }


async def test_methods_without_a_body_put_arguments_into_the_query() -> None:
    received, _ = await sent("/{city}?fixed=1", method="GET")
    assert received.query == {"fixed": ["1"], "number": ["2"], "vip": ["true"], "tags": ["a", "b"]}
    assert received.body == b""
    received, _ = await sent(method="DELETE", query_params={"n": "{number}"})
    assert received.query == {"n": ["2"]}


async def test_a_form() -> None:
    received, _ = await sent(content_type="application/x-www-form-urlencoded")
    assert parse_qs(received.body.decode()) == {
        "city": ["São Paulo/BR"],
        "number": ["2"],
        "vip": ["true"],
        "tags": ["a", "b"],
    }


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        ({"type": "bearer", "token": "t0ken"}, ("authorization", "Bearer t0ken")),
        ({"type": "basic", "username": "al", "password": "öpen"}, ("authorization", "Basic YWw6w7ZwZW4=")),
        ({"type": "api_key", "name": "X-Key", "value": "k"}, ("x-key", "k")),
        ({"type": "none"}, ("authorization", "theirs")),
    ],
)
async def test_credentials_in_headers(auth: dict[str, str], header: tuple[str, str]) -> None:
    received, _ = await sent(auth=auth, headers={"Authorization": "theirs", "X-KEY": "theirs"})
    assert received.headers[header[0]] == header[1]


async def test_a_key_in_the_query() -> None:
    received, _ = await sent(
        "/?a=1", auth={"type": "api_key", "name": "k", "value": "a&b", "location": "query"}
    )
    assert received.query == {"a": ["1"], "k": ["a&b"]}


async def test_hmac_signs_the_bytes_of_an_envelope() -> None:
    received, _ = await sent(auth={"type": "hmac", "secret": "s3cret"})
    expected = hmac.new(b"s3cret", received.body, hashlib.sha256).hexdigest()
    assert received.headers["x-tavus-signature"] == expected
    envelope = json.loads(received.body)
    assert json.loads(envelope.pop("arguments")) == ARGUMENTS
    assert envelope == {"name": "book_table", "tool_call_id": "call_1", "conversation_id": "c123"}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({}, "'city'"),
        ({"city": None}, "'city'"),
        ({"city": ""}, "'city'"),
        ({"city": ".."}, "another path"),
        ({"city": "\ud800"}, "UTF-8"),
        ({"city": "x", "number": float("nan")}, "JSON"),
    ],
)
def test_arguments_that_make_no_request(arguments: dict[str, Any], reason: str) -> None:
    with pytest.raises(OutboundRefused, match=reason):
        build_request(delivery("https://api.example.com/v1/{city}"), arguments, CONTEXT)


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_arguments_never_lead_to_another_host_or_path(in_path: str, in_query: str) -> None:
    try:
        request = build_request(
            delivery("https://api.example.com/v1/a-{x}/b?y={y}&z=1", method="GET"),
            {"x": in_path, "y": in_query},
            CONTEXT,
        )
    except OutboundRefused:
        return
    url = parse(request.url)
    assert (url.scheme, url.host, url.port, url.fragment) == ("https", "api.example.com", None, "")
    assert url.raw_path.split(b"?")[0].count(b"/") == 3
    assert url.path == f"/v1/a-{in_path}/b"
    assert sorted(url.params.multi_items()) == sorted([("y", in_query), ("z", "1")])


async def test_what_goes_wrong_is_a_response_too() -> None:
    _, response = await sent(answer=reply(503, b"busy"))
    assert (response.status, response.text, response.error) == (503, "busy", "the server answered 503")
    _, response = await sent(answer=reply(301, location="http://169.254.169.254/"))
    assert response.error == "the server answered 301; redirects are not followed"
    _, response = await sent(answer=reply(200, b"\x1f\x8b", content_encoding="gzip"))
    assert response.error and "compressed" in response.error
    _, response = await sent(answer=reply(200, b"x" * 20_000))
    assert len(response.text) == 16 * 1024
    _, response = await sent(
        answer=reply(200, "Grüße".encode("latin-1"), content_type="text/plain; charset=latin-1")
    )
    assert response.text == "Grüße"


async def test_a_server_that_is_not_to_be_reached() -> None:
    async def handler(_: Received, __: asyncio.StreamWriter) -> bytes:
        return reply()

    async def outcome(server: Server, client: GuardedClient, url: str) -> ToolResponse:
        async with client:
            return await deliver(client, Tokens(client), delivery(url, timeout=1), {"x": "s3cret"}, CONTEXT)

    async with serving(handler) as server:
        refused = await outcome(server, GuardedClient(Guard()), server.url + "/?k={x}")
        gone = await outcome(server, local_client(), "http://127.0.0.1:1/?k={x}")
    assert (refused.status, refused.refused, server.connections) == (None, True, 0)
    assert (gone.status, gone.refused, gone.error) == (None, False, "no connection: connection refused")
    assert "s3cret" not in f"{refused}{gone}"


async def test_plain_http_only_to_what_the_operator_names() -> None:
    names = Names.of(public_test=[["8.8.8.8"]])
    async with GuardedClient(Guard(), resolve=names) as client:
        response = await deliver(client, Tokens(client), delivery("http://public.test/"), {}, CONTEXT)
    assert (response.refused, response.error) == (True, "only https is allowed here")


def test_arguments_do_not_stand_in_for_what_the_server_fills_in() -> None:
    api = delivery("https://api.example.com/{tavus_conversation_id}")
    request = build_request(api, {"tavus_conversation_id": "other"}, CONTEXT)
    assert request.url == "https://api.example.com/c123"


async def test_the_timeout_of_a_tool() -> None:
    async def silence(_: Received, __: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async with serving(silence) as server, local_client() as client:
        response = await deliver(client, Tokens(client), delivery(server.url, timeout=1), {}, CONTEXT)
    assert response.error == "no complete answer within 1 s"
    assert 900 < response.milliseconds < 5000


def test_what_is_sent_shows_nothing_in_a_log() -> None:
    request = build_request(delivery(auth={"type": "bearer", "token": "s3cret"}), {"x": "s3cret"}, CONTEXT)
    assert "s3cret" not in repr(request)
