"""A tool's call as an HTTP request, and its answer as a result."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from visavis.errors import OutboundError, OutboundFailed, OutboundRefused
from visavis.outbound.client import Answer, GuardedClient
from visavis.outbound.delivery import (
    BODYLESS,
    FORM,
    ApiDelivery,
    ApiKeyAuth,
    BasicAuth,
    BearerAuth,
    HmacAuth,
    OAuth2Auth,
)
from visavis.outbound.templates import filled, filled_text, filled_url, placeholders, text
from visavis.outbound.tokens import Tokens

SIGNATURE_HEADER = "x-tavus-signature"
RESULT_LIMIT = 16 * 1024
"""Bytes of an answer that are a tool's result; language models read little more."""


@dataclass(frozen=True)
class CallContext:
    """Which call of which tool; placeholders name these ``tavus_conversation_id`` and so on."""

    conversation_id: str
    tool_call_id: str
    tool_name: str

    @property
    def placeholders(self) -> dict[str, str]:
        """What the server fills in by itself."""
        return {
            "tavus_conversation_id": self.conversation_id,
            "tavus_tool_call_id": self.tool_call_id,
            "tavus_tool_name": self.tool_name,
        }


@dataclass(frozen=True)
class ToolRequest:
    """What is sent. Its URL, headers and body may hold secrets: none of it belongs into a log."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class ToolResponse:
    """What became of a call.

    Attributes:
        status: HTTP status; None if there was no answer.
        text: the answer's body, to a limit.
        error: what went wrong, without secrets; None if the status was 2xx.
        milliseconds: how long it took.
        refused: it will never work as it is.
        truncated: the answer's body was longer than the limit.
    """

    status: int | None
    text: str
    error: str | None
    milliseconds: int
    refused: bool = False
    truncated: bool = False


def build_request(
    delivery: ApiDelivery, arguments: Mapping[str, Any], context: CallContext, token: str = ""
) -> ToolRequest:
    """What is sent for a call.

    Without ``body_template`` POST, PUT and PATCH send the arguments as JSON (or as a form, if that is the
    ``content_type``). GET, HEAD and DELETE put those that the URL does not name into the query, unless there
    are ``query_params``.

    Args:
        delivery: of the tool.
        arguments: of the call.
        context: which call.
        token: the access token, if ``auth`` is OAuth 2.

    Raises:
        OutboundRefused: an argument is missing that the URL needs, or cannot be written.
    """
    try:
        return _built(delivery, arguments, context, token)
    except (TypeError, ValueError):
        # NaN, halves of surrogate pairs: what JSON and UTF-8 do not know.
        raise OutboundRefused("an argument cannot be written as JSON or UTF-8") from None


def _built(
    delivery: ApiDelivery, arguments: Mapping[str, Any], context: CallContext, token: str
) -> ToolRequest:
    values = {**arguments, **context.placeholders}
    headers = {name.lower(): value for name, value in (delivery.headers or {}).items()}
    query = _query(delivery, arguments, values)
    body = _body(delivery, arguments, values, context, headers)
    match delivery.auth:
        case BearerAuth(token=secret):
            headers["authorization"] = f"Bearer {secret}"
        case OAuth2Auth():
            headers["authorization"] = f"Bearer {token}"
        case BasicAuth(username=name, password=password):
            headers["authorization"] = "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
        case ApiKeyAuth(name=name, value=value, location="header"):
            headers[name.lower()] = value
        case ApiKeyAuth(name=name, value=value):
            query.append((name, value))
        case HmacAuth(secret=secret):
            headers[SIGNATURE_HEADER] = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return ToolRequest(delivery.method, _with_query(filled_url(delivery.url, values), query), headers, body)


async def deliver(
    client: GuardedClient,
    tokens: Tokens,
    delivery: ApiDelivery,
    arguments: Mapping[str, Any],
    context: CallContext,
    *,
    result_limit: int = RESULT_LIMIT,
) -> ToolResponse:
    """Send a call and wait for the answer; never raises for what the other side does.

    A token that is answered with 401 is fetched anew, once. Nothing else is sent twice: what a tool does may
    have been done.
    """
    clock = asyncio.get_running_loop().time
    began = clock()

    def left() -> float:
        remaining = began + delivery.timeout - clock()
        if remaining <= 0:
            raise OutboundFailed(f"no complete answer within {delivery.timeout:g} s")
        return remaining

    async def send(token: str) -> Answer:
        request = build_request(delivery, arguments, context, token)
        return await client.request(
            request.method,
            request.url,
            headers=request.headers,
            body=request.body,
            timeout=left(),
            answer_limit=result_limit,
            https_only=True,
        )

    try:
        if isinstance(delivery.auth, OAuth2Auth):
            token = await tokens.get(delivery.auth, left())
            answer = await send(token)
            if answer.status == 401:
                tokens.drop(delivery.auth, token)
                answer = await send(await tokens.get(delivery.auth, left()))
        else:
            answer = await send("")
    except OutboundError as error:
        took = round((clock() - began) * 1000)
        return ToolResponse(None, "", error.reason, took, isinstance(error, OutboundRefused))
    took = round((clock() - began) * 1000)
    return ToolResponse(answer.status, _text(answer), _fault(answer), took, truncated=answer.truncated)


def _query(
    delivery: ApiDelivery, arguments: Mapping[str, Any], values: Mapping[str, Any]
) -> list[tuple[str, str]]:
    if delivery.query_params is not None:
        rendered = {name: filled_text(value, values) for name, value in delivery.query_params.items()}
        # A parameter that is nothing but an absent argument is left out.
        return [
            (name, value)
            for name, value in rendered.items()
            if value or not placeholders(delivery.query_params[name])
        ]
    if delivery.method in BODYLESS:
        named = placeholders(delivery.url)
        return _pairs({name: value for name, value in arguments.items() if name not in named})
    return []


def _pairs(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Lists repeat their name; null is left out."""
    return [
        (name, text(item))
        for name, value in values.items()
        for item in (value if isinstance(value, list) else [value])
        if item is not None
    ]


def _body(
    delivery: ApiDelivery,
    arguments: Mapping[str, Any],
    values: Mapping[str, Any],
    context: CallContext,
    headers: dict[str, str],
) -> bytes:
    """The body; its type is set in the headers."""
    if delivery.method in BODYLESS:
        return b""
    kind = delivery.content_type or headers.get("content-type") or "application/json"
    content: Mapping[str, Any]
    if isinstance(delivery.auth, HmacAuth):
        kind = "application/json"
        content = {
            "name": context.tool_name,
            "arguments": json.dumps(dict(arguments), ensure_ascii=False, allow_nan=False),
            "tool_call_id": context.tool_call_id,
            "conversation_id": context.conversation_id,
        }
    elif delivery.body_template is not None:
        content = filled(delivery.body_template, values)
    else:
        content = dict(arguments)
    headers["content-type"] = kind
    if kind.partition(";")[0].strip().lower() == FORM:
        return urlencode(_pairs(content)).encode()
    return json.dumps(content, ensure_ascii=False, allow_nan=False).encode()


def _with_query(url: str, query: list[tuple[str, str]]) -> str:
    split = urlsplit(url)
    joined = "&".join(part for part in (split.query, urlencode(query)) if part)
    return split._replace(query=joined).geturl()


def _text(answer: Answer) -> str:
    charset = answer.headers.get("content-type", "").partition("charset=")[2].partition(";")[0].strip(' "')
    try:
        return answer.body.decode(charset or "utf-8", "replace")
    except LookupError:
        return answer.body.decode("utf-8", "replace")


def _fault(answer: Answer) -> str | None:
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        return "the answer is compressed, which was not asked for"
    if 300 <= answer.status < 400:
        return f"the server answered {answer.status}; redirects are not followed"
    return None if 200 <= answer.status < 300 else f"the server answered {answer.status}"
