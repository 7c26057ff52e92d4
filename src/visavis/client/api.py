"""The REST client: what a backend needs to make conversations and end them."""

from __future__ import annotations

import builtins
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

import httpx
from pydantic import ValidationError

from visavis.client.following import follow
from visavis.client.models import Answer, Conversation, Page, Persona, Replica
from visavis.client.words import words_of
from visavis.errors import ApiError, ApiUnreachable
from visavis.net import is_loopback

if TYPE_CHECKING:
    from visavis.client.call import Call
    from visavis.client.options import JoinOptions

DEFAULT_URL = "http://127.0.0.1:7600"
VERSION = "/v2"
SILENCE = 45.0
"""Seconds without a byte after which a stream counts as lost; the server sends a comment every 15."""

AnswerT = TypeVar("AnswerT", bound=Answer)


class Client:
    """A server's REST API (PROTOCOL 2). Use as an async context manager.

    Every method raises ``ApiError`` with the server's own words when it refuses, and ``ApiUnreachable`` when
    it does not answer.

    Args:
        base_url: with or without ``/v2``.
        api_key: sent as ``x-api-key``.
        timeout: seconds for one request.
        verify: whether the server's certificate must be valid.
        transport: for tests: an ASGI application in place of the network.

    Attributes:
        conversations: ``create``, ``get``, ``list``, ``events``, ``follow``, ``log``, ``transcript``,
            ``export``, ``token``, ``end``, ``delete``.
        personas: ``create``, ``get``, ``list``, ``delete``.
        replicas: ``get``, ``list``.
        objectives: ``create``, ``get``, ``list``, ``delete``.
        guardrails: likewise.
        interactions: ``send``.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_URL,
        api_key: str = "",
        *,
        timeout: float = 30.0,
        verify: bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/").removesuffix(VERSION)
        self._http = httpx.AsyncClient(
            base_url=self.base_url + VERSION,
            headers={"x-api-key": api_key} if api_key else {},
            timeout=timeout,
            verify=verify,
            transport=transport,
            trust_env=not is_loopback(base_url),
        )
        self.conversations = Conversations(self)
        self.personas = Personas(self)
        self.replicas = Replicas(self)
        self.objectives = Steering(self, "objectives")
        self.guardrails = Steering(self, "guardrails")
        self.interactions = Interactions(self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Give connections back."""
        await self._http.aclose()

    def join(
        self,
        conversation: Conversation | str,
        *,
        token: str | None = None,
        **options: Unpack[JoinOptions],
    ) -> AbstractAsyncContextManager[Call]:
        """Be in a conversation's call for the length of a ``with`` block.

        A ``conversation_url`` at Daily, as the hosted service gives, is joined by ``daily-python``.

        Args:
            conversation: one that was created, or its ``conversation_url``.
            token: a meeting token; that of the conversation if it came with one.
            options: see ``visavis.client.JoinOptions``.

        Raises:
            SignallingError: when the join is refused or does not come about.
            ConfigurationError: ``daily-python`` is needed and not installed.
        """
        from visavis.client.joining import join

        if isinstance(conversation, str):
            url = conversation
        else:
            url = conversation.conversation_url
            token = token or conversation.meeting_token
        return join(url, token=token, **options)

    def steer(self, conversation: Conversation | str, *, after: int = 0) -> AbstractAsyncContextManager[Call]:
        """Steer a conversation without being in its room, for the length of a ``with`` block.

        The same ``Call`` without media: events by the log, interactions by REST. Who steers is no
        participant: nobody is greeted, and the call does not go on for its sake. For backends that run tools.

        Args:
            conversation: one that was created, or its ``conversation_id``.
            after: the ``seq`` that was seen last: everything behind it is told, calls of tools among it.

        Raises:
            ApiError: there is no such conversation.
        """
        from visavis.client.call import Call
        from visavis.client.steering import Steering as Way

        name = conversation if isinstance(conversation, str) else conversation.conversation_id
        return Call.join_by(lambda: Way.begin(self, name, after))

    async def request(self, method: str, path: str, **options: Any) -> Any:
        """Any request, for routes that have no method here.

        Args:
            method: of HTTP.
            path: behind ``/v2``, e.g. ``/conversations``.
            options: as for ``httpx.AsyncClient.request``.

        Returns:
            The decoded body; None when there is none.
        """
        try:
            response = await self._http.request(method, path, **options)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            raise ApiUnreachable(f"no answer from {self.base_url}: {reason}") from error
        if not response.is_success:
            raise ApiError(response.status_code, words_of(response) or response.reason_phrase or "error")
        if not response.content:
            return None
        try:
            return response.json()
        except ValueError as error:
            raise ApiError(
                response.status_code, "the answer is not JSON; is this a visavis server?"
            ) from error

    @asynccontextmanager
    async def stream(self, method: str, path: str, **options: Any) -> AsyncIterator[httpx.Response]:
        """A request whose answer is read as it comes; it may take for ever, but not without a sign of life.

        Args:
            method: of HTTP.
            path: behind ``/v2``.
            options: as for ``httpx.AsyncClient.stream``.
        """
        patience = httpx.Timeout(self._http.timeout.connect, read=SILENCE)
        try:
            async with self._http.stream(method, path, timeout=patience, **options) as response:
                if not response.is_success:
                    await response.aread()
                    raise ApiError(
                        response.status_code, words_of(response) or response.reason_phrase or "error"
                    )
                yield response
        except (httpx.TransportError, httpx.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            raise ApiUnreachable(f"no answer from {self.base_url}: {reason}") from error

    async def fetch(self, model: type[AnswerT], method: str, path: str, **options: Any) -> AnswerT:
        """As ``request``, with the answer read into a model."""
        body = await self.request(method, path, **options)
        try:
            return model.model_validate(body)
        except ValidationError as error:
            raise ApiError(200, f"not the answer that was expected: {error.error_count()} fields") from error


class Conversations:
    """``/conversations``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def create(self, **body: Any) -> Conversation:
        """Begin one; the fields are those of PROTOCOL 2.1, e.g. ``persona_id``, ``custom_greeting``."""
        return await self._client.fetch(Conversation, "POST", "/conversations", json=body)

    async def get(self, conversation_id: str, *, verbose: bool = False) -> Conversation:
        """One of them; with ``verbose`` its events and how it ended."""
        params = {"verbose": "true"} if verbose else None
        return await self._client.fetch(
            Conversation, "GET", f"/conversations/{conversation_id}", params=params
        )

    async def list(self, *, limit: int = 10, page: int = 1, status: str | None = None) -> Page[Conversation]:
        """The newest first.

        Args:
            limit: how many a page.
            page: from 1.
            status: ``active`` or ``ended``; both if None.
        """
        params = {"limit": limit, "page": page, **({"status": status} if status else {})}
        return await self._client.fetch(Page[Conversation], "GET", "/conversations", params=params)

    async def events(
        self, conversation_id: str, *, after: int = 0, limit: int = 1000
    ) -> builtins.list[dict[str, Any]]:
        """What was broadcast, from a ``seq`` on, as it went out.

        Args:
            conversation_id: whose.
            after: the ``seq`` that was seen last.
            limit: how many at most.
        """
        params = {"after": after, "limit": limit}
        answer = await self._client.request("GET", f"/conversations/{conversation_id}/events", params=params)
        found: builtins.list[dict[str, Any]] = answer["data"]
        return found

    async def follow(self, conversation_id: str, *, after: int = 0) -> AsyncIterator[dict[str, Any]]:
        """Every event from a ``seq`` on, each once, until the call is over; lost connections are taken up.

        Args:
            conversation_id: whose.
            after: the ``seq`` that was seen last.

        Raises:
            ApiUnreachable: the server did not answer for half a minute.
        """
        async for _, event in follow(self._client, conversation_id, after):
            yield event

    async def log(self, conversation_id: str) -> str:
        """The log of inputs, JSON lines: what ``visavis replay`` reads."""
        async with self._client.stream("GET", f"/conversations/{conversation_id}/log") as response:
            return (await response.aread()).decode()

    async def transcript(self, conversation_id: str) -> builtins.list[dict[str, Any]]:
        """Who said what and when, so far or in all: entries as webhooks have them (PROTOCOL 3)."""
        answer = await self._client.request("GET", f"/conversations/{conversation_id}/transcript")
        found: builtins.list[dict[str, Any]] = answer["transcript"]
        return found

    async def export(self, conversation_id: str) -> AsyncIterator[bytes]:
        """A ZIP file of all that is kept of it, piece by piece."""
        async with self._client.stream("GET", f"/conversations/{conversation_id}/export") as response:
            async for piece in response.aiter_bytes():
                yield piece

    async def token(
        self, conversation_id: str, *, user_name: str = "", user_id: str = "", exp: int | None = None
    ) -> str:
        """A meeting token for one participant of a conversation that was made with ``require_auth``.

        Args:
            conversation_id: which room it opens.
            user_name: how others see them.
            user_id: the application's name for them.
            exp: Unix seconds after which nobody joins with it; in five minutes if None.
        """
        body = {"user_name": user_name, "user_id": user_id, "exp": exp}
        answer = await self._client.request("POST", f"/conversations/{conversation_id}/tokens", json=body)
        return str(answer["meeting_token"])

    async def end(self, conversation_id: str) -> None:
        """End the call; everybody in it is told."""
        await self._client.request("POST", f"/conversations/{conversation_id}/end")

    async def delete(self, conversation_id: str) -> None:
        """End it, if need be, and forget it."""
        await self._client.request("DELETE", f"/conversations/{conversation_id}")


class Personas:
    """``/personas``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def create(self, **body: Any) -> Persona:
        """Keep a persona; the fields are those of PROTOCOL 2.2, e.g. ``system_prompt``, ``layers``."""
        return await self._client.fetch(Persona, "POST", "/personas", json=body)

    async def get(self, persona_id: str) -> Persona:
        """One of them; keys in its layers are masked."""
        return await self._client.fetch(Persona, "GET", f"/personas/{persona_id}")

    async def list(self, *, limit: int = 10, page: int = 1) -> Page[Persona]:
        """Your own, the newest first, then the built-in ones."""
        params = {"limit": limit, "page": page}
        return await self._client.fetch(Page[Persona], "GET", "/personas", params=params)

    async def delete(self, persona_id: str) -> None:
        """Forget it; conversations that began with it go on."""
        await self._client.request("DELETE", f"/personas/{persona_id}")


class Replicas:
    """``/replicas``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def get(self, replica_id: str) -> Replica:
        """One of them."""
        return await self._client.fetch(Replica, "GET", f"/replicas/{replica_id}")

    async def list(self, *, limit: int = 10, page: int = 1) -> Page[Replica]:
        """All that can appear in a conversation."""
        params = {"limit": limit, "page": page}
        return await self._client.fetch(Page[Replica], "GET", "/replicas", params=params)


class Steering:
    """``/objectives`` or ``/guardrails``: what replicas work towards, and what they must not do."""

    def __init__(self, client: Client, name: str) -> None:
        self._client, self._path = client, f"/{name}"

    async def create(self, **body: Any) -> dict[str, Any]:
        """Keep one; the fields are those of PROTOCOL 2.5 and 2.6."""
        made: dict[str, Any] = await self._client.request("POST", self._path, json=body)
        return made

    async def get(self, name: str) -> dict[str, Any]:
        """The one of this id."""
        found: dict[str, Any] = await self._client.request("GET", f"{self._path}/{name}")
        return found

    async def list(self, *, limit: int = 10, page: int = 1) -> Page[dict[str, Any]]:
        """All of them, the newest first."""
        params = {"limit": limit, "page": page}
        return await self._client.fetch(Page[dict[str, Any]], "GET", self._path, params=params)

    async def delete(self, name: str) -> None:
        """Forget the one of this id."""
        await self._client.request("DELETE", f"{self._path}/{name}")


class Interactions:
    """``/interactions``."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def send(self, message: dict[str, Any]) -> None:
        """Send an interaction without being in the room; it must hold the ``conversation_id``."""
        await self._client.request("POST", "/interactions", json=message)
