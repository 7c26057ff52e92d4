"""Any model behind an OpenAI-compatible ``/chat/completions`` endpoint.

Written on httpx: the official client library fills in keys, headers and addresses from ``OPENAI_*`` variables
it finds in the environment, and words must leave the machine only when the operator said so.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import httpx

from visavis.errors import InferenceFailed
from visavis.layers.llm.base import TextDelta, ToolCallDelta
from visavis.layers.llm.completion import Completion, kind
from visavis.layers.llm.fitting import Fitting
from visavis.net import is_loopback

ATTEMPTS = 2
"""Connections tried before the first token; a kept connection may have been closed at the other end."""
CONTEXT_ERRORS = ("context_length_exceeded", "exceed_context_size_error")
LONGEST_ERROR = 64 * 1024
END_OF_STREAM = 0.25
"""Seconds a complete answer's stream may take to end."""


class Endpoint(Protocol):
    """Where the model is; ``session.spec.LLMSpec`` has this shape."""

    base_url: str
    api_key: str
    model: str
    headers: dict[str, str]
    extra_body: dict[str, Any]
    default_query: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds."""

    connect: float = 5.0
    first_token: float = 30.0
    next_token: float = 20.0


class _TooLong(Exception):
    """The endpoint found the history longer than the model's context."""


class OpenAICompatible:
    """The one way to a language model, the embedded one included. One instance a conversation.

    A stream that breaks off before it was complete, silence beyond ``patience`` and every refusal raise
    ``InferenceFailed`` with a reason that holds no key and no prompt. A history longer than the model's
    context is sent again without its oldest messages.
    """

    def __init__(self, endpoint: Endpoint, patience: Patience | None = None) -> None:
        self._endpoint = endpoint
        self._patience = patience or Patience()
        self._url = endpoint.base_url.rstrip("/") + "/chat/completions"
        self._fitting = Fitting()
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(None, connect=self._patience.connect),
            verify=_tls() if self._url.startswith("https:") else False,
            trust_env=not is_loopback(self._url),
        )

    async def stream(
        self, messages: Sequence[dict[str, Any]], tools: Sequence[dict[str, Any]]
    ) -> AsyncGenerator[TextDelta | ToolCallDelta, None]:
        """One inference; closing the iterator closes the HTTP stream, which cancels it at the endpoint.

        Raises:
            InferenceFailed: with a reason fit for a client.
        """
        attempts = 0
        while True:
            attempts += 1
            completion = Completion(tool_names(tools))
            try:
                async with aclosing(self._ask(completion, self._fitting.fit(messages), tools)) as deltas:
                    async for delta in deltas:
                        yield delta
                return
            except _TooLong as error:
                if not self._fitting.shorten(messages):
                    raise InferenceFailed("the prompt is longer than the model's context") from error
                attempts = 0
            except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
                raise InferenceFailed("the LLM endpoint's base_url is not an HTTP URL") from error
            except httpx.TimeoutException as error:
                raise InferenceFailed("the LLM endpoint could not be reached in time") from error
            except httpx.TransportError as error:
                if completion.started:
                    raise InferenceFailed("the LLM endpoint broke off in the middle of its answer") from error
                if attempts == ATTEMPTS:
                    raise InferenceFailed("the LLM endpoint could not be reached") from error

    async def aclose(self) -> None:
        """Give connections back."""
        await self._client.aclose()

    async def _ask(
        self, completion: Completion, messages: list[dict[str, Any]], tools: Sequence[dict[str, Any]]
    ) -> AsyncGenerator[TextDelta | ToolCallDelta]:
        deadline = asyncio.get_running_loop().time() + self._patience.first_token
        request = self._request(messages, tools)
        try:
            async with asyncio.timeout_at(deadline):
                response = await self._client.send(request, stream=True)
        except TimeoutError as error:
            raise self._silent(completion) from error
        try:
            if response.status_code != httpx.codes.OK:
                await self._refused(response)
            if response.headers.get("content-type", "").startswith("application/json"):
                async with asyncio.timeout_at(deadline):
                    body = await response.aread()
                for delta in completion.body(body.decode(errors="replace")):
                    yield delta
            else:
                async with aclosing(self._lines(response, completion, deadline)) as lines:
                    async for line in lines:
                        for delta in completion.line(line):
                            yield delta
        except TimeoutError as error:
            raise self._silent(completion) from error
        finally:
            await response.aclose()
        for delta in completion.end():
            yield delta

    async def _lines(
        self, response: httpx.Response, completion: Completion, deadline: float
    ) -> AsyncGenerator[str]:
        """The lines of the answer. Comments that keep a connection alive are no sign of life.

        A complete answer is read to the end of its stream, if that comes at once: the connection then
        serves the next inference.
        """
        loop = asyncio.get_running_loop()
        lines = response.aiter_lines()
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    line = await anext(lines, None)
            except (TimeoutError, httpx.TransportError):
                if completion.finished:
                    return
                raise
            if line is None:
                return
            yield line
            if completion.finished:
                deadline = min(deadline, loop.time() + END_OF_STREAM)
            elif completion.started and line.startswith("data:"):
                deadline = loop.time() + self._patience.next_token

    def _request(self, messages: list[dict[str, Any]], tools: Sequence[dict[str, Any]]) -> httpx.Request:
        endpoint = self._endpoint
        body = {**endpoint.extra_body, "model": endpoint.model, "messages": messages, "stream": True}
        if tools:
            body["tools"] = list(tools)
        headers = {"Accept": "text/event-stream", "Content-Type": "application/json"}
        if endpoint.api_key:
            headers["Authorization"] = f"Bearer {endpoint.api_key}"
        return self._client.build_request(
            "POST",
            self._url,
            params=query(endpoint.default_query) or None,
            headers={**headers, **endpoint.headers},
            # A lone surrogate, which a client's JSON may hold, has no UTF-8.
            content=json.dumps(body, ensure_ascii=False).encode(errors="replace"),
        )

    async def _refused(self, response: httpx.Response) -> None:
        """Say why, in the status and the error's kind.

        Raises:
            InferenceFailed: always, but for
            _TooLong: when the history was the reason.
        """
        async with asyncio.timeout(self._patience.next_token):
            error = _error_in(await response.aread())
        if response.status_code in (400, 413, 422) and _is_too_long(error):
            raise _TooLong
        phrase = response.reason_phrase or "error"
        raise InferenceFailed(f"the LLM endpoint answered {response.status_code} {phrase}{kind(error)}")

    def _silent(self, completion: Completion) -> InferenceFailed:
        if completion.started:
            return InferenceFailed(
                f"the LLM endpoint broke off: nothing came for {self._patience.next_token:g} s"
            )
        return InferenceFailed(f"the LLM endpoint gave no answer within {self._patience.first_token:g} s")


def query(values: Mapping[str, Any]) -> dict[str, str]:
    """Query parameters as text; JSON's ``true`` rather than Python's ``True``."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


def tool_names(tools: Sequence[dict[str, Any]]) -> set[str]:
    """Names of OpenAI function definitions."""
    functions = (tool.get("function") for tool in tools)
    return {
        str(function["name"]) for function in functions if isinstance(function, dict) and "name" in function
    }


def _error_in(body: bytes) -> object:
    try:
        value = json.loads(body[:LONGEST_ERROR])
    except ValueError:
        return None
    return value.get("error") or value if isinstance(value, dict) else None


def _is_too_long(error: object) -> bool:
    if not isinstance(error, dict):
        return False
    if error.get("code") in CONTEXT_ERRORS or error.get("type") in CONTEXT_ERRORS:
        return True
    message = str(error.get("message", "")).lower()
    return "context" in message and any(word in message for word in ("length", "size", "window", "exceed"))


@cache
def _tls() -> ssl.SSLContext:
    """Loading the certificates takes some 20 ms: once a process, not once a conversation."""
    return ssl.create_default_context()
