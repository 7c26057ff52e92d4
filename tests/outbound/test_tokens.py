"""OAuth 2 client credentials, against a token server that checks them."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.outbound.serving import Names, Received, Server, local_client, reply, serving
from visavis.errors import OutboundError, OutboundFailed, OutboundRefused
from visavis.outbound.calls import CallContext, ToolResponse, deliver
from visavis.outbound.client import GuardedClient
from visavis.outbound.delivery import ApiDelivery, OAuth2Auth
from visavis.outbound.guard import Guard
from visavis.outbound.tokens import Tokens

CONTEXT = CallContext("c123", "call_1", "book_table")


@dataclass
class World:
    """A token server and an API that knows its tokens."""

    expires_in: Any = 3600
    header_only: bool = False
    revoked: bool = False
    """The API takes no token any more."""
    issued: int = 0
    good: set[str] = field(default_factory=set)
    forms: list[dict[str, list[str]]] = field(default_factory=list)
    delay: float = 0.0
    server: Server | None = None
    client: GuardedClient | None = None
    tokens: Tokens | None = None

    async def handle(self, received: Received, _: asyncio.StreamWriter) -> bytes:
        if received.path == "/token":
            await asyncio.sleep(self.delay)
            return self._issue(received)
        known = (
            not self.revoked
            and received.headers.get("authorization", "").removeprefix("Bearer ") in self.good
        )
        return reply(200, b"booked") if known else reply(401, b"who are you?")

    def _issue(self, received: Received) -> bytes:
        form = parse_qs(received.body.decode())
        self.forms.append(form)
        basic = "Basic " + base64.b64encode(b"me:s%3Acret").decode()
        inside = (form.get("client_id"), form.get("client_secret")) == (["me"], ["s:cret"])
        by_header = received.headers.get("authorization") == basic
        if form.get("grant_type") != ["client_credentials"] or not (
            by_header or (inside and not self.header_only)
        ):
            return reply(401, b'{"error": "invalid_client"}', content_type="application/json")
        self.issued += 1
        token = f"token-{self.issued}"
        self.good = {token}
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": self.expires_in}
        return reply(200, json.dumps({k: v for k, v in answer.items() if v is not None}).encode())

    def auth(self, **changes: str) -> OAuth2Auth:
        assert self.server
        fields = {"client_id": "me", "client_secret": "s:cret", "token_url": f"{self.server.url}/token"}
        return OAuth2Auth(**{**fields, **changes})

    async def call(self, **changes: str) -> ToolResponse:
        assert self.server and self.client and self.tokens
        api = ApiDelivery(url=f"{self.server.url}/book", auth=self.auth(**changes))
        return await deliver(self.client, self.tokens, api, {}, CONTEXT)


@contextlib.asynccontextmanager
async def running(**settings: Any) -> AsyncIterator[World]:
    world = World(**settings)
    async with serving(world.handle) as world.server, local_client() as world.client:
        world.tokens = Tokens(world.client)
        yield world


async def test_one_token_serves_many_calls() -> None:
    async with running(delay=0.1) as world:
        responses = await asyncio.gather(*(world.call(scope="book read") for _ in range(5)))
        responses.append(await world.call(scope="book read"))
    assert [response.text for response in responses] == ["booked"] * 6
    assert world.issued == 1
    assert world.forms[0]["scope"] == ["book read"]


async def test_other_credentials_or_scopes_have_tokens_of_their_own() -> None:
    async with running() as world:
        await world.call()
        await world.call(scope="other")
    assert world.issued == 2


async def test_a_token_that_is_refused_is_fetched_anew_once() -> None:
    async with running() as world:
        await world.call()
        world.good = set()
        assert (await world.call()).status == 200
        assert world.issued == 2
        world.revoked = True
        response = await world.call()
    assert response.error == "the server answered 401"
    assert world.issued == 3


async def test_a_late_refusal_does_not_drop_the_token_that_came_after() -> None:
    async with running() as world:
        assert world.tokens
        await world.tokens.get(world.auth(), 5)
        world.tokens.drop(world.auth(), "token-0")
        assert await world.tokens.get(world.auth(), 5) == "token-1"
        world.tokens.drop(world.auth(), "token-1")
        assert await world.tokens.get(world.auth(), 5) == "token-2"


@pytest.mark.parametrize(("expires_in", "kept"), [("3600", True), (None, True), ("soon", True), (0, False)])
async def test_how_long_a_token_is_kept(expires_in: Any, kept: bool) -> None:
    async with running(expires_in=expires_in) as world:
        await world.call()
        await world.call()
    assert world.issued == (1 if kept else 2)


async def test_a_token_is_renewed_before_it_expires() -> None:
    async with running(expires_in=100) as world:
        assert world.tokens
        await world.call()
        now = asyncio.get_running_loop().time()
        [entry] = world.tokens._entries.values()
        assert 60 < entry.until - now <= 90
        entry.until = now
        await world.call()
    assert world.issued == 2


async def test_a_server_that_reads_credentials_from_the_header_alone() -> None:
    async with running(header_only=True) as world:
        assert (await world.call()).text == "booked"
    assert "client_secret" not in world.forms[-1]


async def test_without_a_token_nothing_is_sent() -> None:
    async with running() as world:
        response = await world.call(client_secret="wrong")
        assert world.server
        assert [received.path for received in world.server.received] == ["/token"] * 2
    assert (response.status, response.error) == (None, "the token server answered 401")


async def test_a_token_server_that_is_private_is_refused() -> None:
    async with running() as world, GuardedClient(Guard()) as client:
        with pytest.raises(OutboundError, match="not public"):
            await Tokens(client).get(world.auth(), 5)
    assert world.issued == 0


async def test_credentials_are_not_sent_by_plain_http() -> None:
    auth = OAuth2Auth(token_url="http://public.test/", client_id="a", client_secret="b")
    async with GuardedClient(Guard(), resolve=Names.of(public_test=[["8.8.8.8"]])) as client:
        with pytest.raises(OutboundRefused, match="only https"):
            await Tokens(client).get(auth, 5)


async def test_a_token_server_that_is_slow_or_answers_nonsense() -> None:
    async def nonsense(_: Received, __: asyncio.StreamWriter) -> bytes:
        return reply(200, b'["access_token"]')

    async with serving(nonsense) as server, local_client() as client:
        auth = OAuth2Auth(token_url=server.url, client_id="a", client_secret="b")
        with pytest.raises(OutboundFailed, match="without a bearer token"):
            await Tokens(client).get(auth, 5)
    async with running(delay=20) as world:
        assert world.tokens
        with pytest.raises(OutboundFailed, match=r"in time|within 1 s"):
            await world.tokens.get(world.auth(), 1)
