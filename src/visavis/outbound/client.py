"""An HTTP client for addresses that users name: guarded, bounded, and never led on by redirects."""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpcore
import httpx

from visavis.config import Settings
from visavis.errors import OutboundFailed, OutboundRefused
from visavis.net import port_of
from visavis.outbound.backend import GuardedBackend
from visavis.outbound.guard import Guard
from visavis.outbound.messages import header_lines, host_of, parse
from visavis.outbound.resolver import Resolve, Resolver, addresses_of

CONNECT_TIMEOUT = 5.0
TIMEOUT = 10.0
"""Seconds, for all of it: look-up, connection, request, answer."""
ANSWER_LIMIT = 64 * 1024
"""Bytes of an answer's body that are read, unless the caller says otherwise."""
BODY_LIMIT = 8 * 1024 * 1024
"""Bytes of a request's body."""
CONNECTIONS = 100
IDLE_SECONDS = 5.0


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        status: HTTP status; 3xx is an answer like any other.
        headers: names in lower case.
        body: its first bytes, as they came.
        truncated: there was more of it.
        seconds: how long it took.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool
    seconds: float


class GuardedClient:
    """Sends requests to public addresses, and to those the operator allows (``Guard``).

    Proxies of the environment are not used: they would do the look-up that is checked here. Certificates are
    checked against certifi's authorities or those of ``SSL_CERT_FILE``.

    Args:
        guard: where requests may go.
        resolve: names to addresses; the system's resolver by default.
        ssl_context: for other certificate authorities.
    """

    def __init__(
        self, guard: Guard, *, resolve: Resolve | None = None, ssl_context: ssl.SSLContext | None = None
    ) -> None:
        self.guard = guard
        self._resolver = Resolver()
        self._resolve: Resolve = resolve or self._resolver
        context = ssl_context or httpx.create_ssl_context()
        # Plain HTTP that only the operator's own addresses may have has connections of its own.
        self._any = self._pool(context, GuardedBackend(guard, self._resolve))
        self._allowed = self._pool(context, GuardedBackend(guard, self._resolve, only_allowed=True))

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """A client that goes where ``outbound_allow`` lets it."""
        return cls(Guard.from_settings(settings))

    @staticmethod
    def _pool(context: ssl.SSLContext, backend: GuardedBackend) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=backend,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._any.aclose()
        await self._allowed.aclose()
        self._resolver.close()

    async def check(self, url: str, *, https_only: bool = False) -> None:
        """Say now what ``request`` would say of the address; a host that does not resolve yet may later.

        Raises:
            OutboundRefused: no request to it will be sent.
        """
        parsed = parse(url)
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                addresses = await addresses_of(self._resolve, host_of(parsed), port_of(parsed))
        except (OutboundFailed, TimeoutError):
            return
        self.guard.check(host_of(parsed), addresses, only_allowed=https_only and parsed.scheme == "http")

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        timeout: float = TIMEOUT,
        answer_limit: int = ANSWER_LIMIT,
        body_limit: int = BODY_LIMIT,
        https_only: bool = False,
    ) -> Answer:
        """Send a request and read the answer, its body to a limit.

        Args:
            method: such as ``POST``.
            url: absolute, http or https, without user and password.
            headers: of the caller; how the message travels is not theirs to say.
            body: of the request.
            timeout: seconds for all of it.
            answer_limit: bytes of the answer's body that are read.
            body_limit: bytes that the request's body may have.
            https_only: plain HTTP goes only to addresses that the operator named.

        Raises:
            OutboundRefused: the address or the request is not allowed; it never will be.
            OutboundFailed: no answer; another time there may be one.
        """
        parsed = parse(url)
        if len(body) > body_limit:
            raise OutboundRefused(f"the body has {len(body)} bytes, more than {body_limit}")
        sent = header_lines(parsed, headers or {})
        pool = self._allowed if https_only and parsed.scheme == "http" else self._any
        connect = min(CONNECT_TIMEOUT, timeout)
        began = asyncio.get_running_loop().time()
        try:
            async with (
                asyncio.timeout(timeout),
                pool.stream(
                    method,
                    httpcore.URL(
                        scheme=parsed.raw_scheme,
                        host=parsed.raw_host,
                        port=parsed.port,
                        target=parsed.raw_path,
                    ),
                    headers=sent,
                    content=body or None,
                    extensions={
                        "timeout": {"connect": connect, "read": timeout, "write": timeout, "pool": timeout}
                    },
                ) as response,
            ):
                content, truncated = await _read(response, answer_limit)
        except httpcore.ConnectTimeout:
            raise OutboundFailed(f"no connection within {round(connect, 1):g} s") from None
        except (TimeoutError, httpcore.TimeoutException):
            raise OutboundFailed(f"no complete answer within {round(timeout, 1):g} s") from None
        except httpcore.ConnectError as error:
            raise OutboundFailed(_why_unconnected(error)) from None
        except httpcore.LocalProtocolError:
            raise OutboundRefused("the request is no valid HTTP") from None
        except httpcore.RemoteProtocolError:
            raise OutboundFailed("the answer is no valid HTTP, or was broken off") from None
        except (httpcore.NetworkError, OSError):
            raise OutboundFailed("the connection broke off") from None
        return Answer(
            response.status,
            {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers},
            content,
            truncated,
            asyncio.get_running_loop().time() - began,
        )


async def _read(response: httpcore.Response, limit: int) -> tuple[bytes, bool]:
    content = bytearray()
    async for chunk in response.aiter_stream():
        content += chunk
        if len(content) > limit:
            return bytes(content[:limit]), True
    return bytes(content), False


def _why_unconnected(error: BaseException) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"TLS: the certificate is not accepted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return "TLS: no secure connection came about"
        if isinstance(cause, OSError) and cause.errno is not None and cause.errno in errno.errorcode:
            return f"no connection: {os.strerror(cause.errno).lower()}"
        cause = cause.__cause__ or cause.__context__
    return "no connection"
