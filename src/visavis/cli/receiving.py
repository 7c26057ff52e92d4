"""A receiver of webhooks that shows what it gets: ``visavis webhooks listen``."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Sequence
from typing import Any

import httpx
import uvicorn
from rich.markup import escape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from visavis.cli.output import err, out
from visavis.errors import ConfigurationError, SignatureInvalid
from visavis.logs import short
from visavis.net import is_loopback
from visavis.outbound.signing import verify
from visavis.server.serving import Server, bind

LARGEST = 16 * 1024 * 1024
"""Bytes of a body; ours are smaller."""
PASSED_ON = ("content-type", "webhook-id", "webhook-timestamp", "webhook-signature")
PATIENCE = 14.0
"""Seconds for whom they are passed on to; the server waits 15."""


class Receiver:
    """Shows each webhook and answers it.

    Args:
        secrets: those it may be signed with (``whsec_…``).
        status: of the answer.
        forward: a URL that each is passed on to; its answer is ours. Empty for none.
        verbose: whether bodies are shown.

    Raises:
        ConfigurationError: a secret is none.
    """

    def __init__(
        self, secrets: Sequence[str], status: int = 200, forward: str = "", verbose: bool = False
    ) -> None:
        self._secrets, self._status, self._forward, self._verbose = secrets, status, forward, verbose
        self._trusted(b"", {})
        self.app = Starlette(routes=[Route("/{path:path}", self._receive, methods=["POST"])])

    async def _receive(self, request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                return PlainTextResponse("the body is too large", 413)
        answer = await self._pass_on(request, body) if self._forward else Response(status_code=self._status)
        self._show(request, body, answer.status_code)
        return answer

    async def _pass_on(self, request: Request, body: bytes) -> Response:
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        try:
            async with httpx.AsyncClient(timeout=PATIENCE, trust_env=not is_loopback(self._forward)) as http:
                answer = await http.post(self._forward, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            err.print(f"not passed on: {escape(str(error) or type(error).__name__)}", style="red")
            return Response(status_code=502)
        return Response(status_code=answer.status_code)

    def _show(self, request: Request, body: bytes, status: int) -> None:
        message = _decoded(body)
        about = message if isinstance(message, dict) else {}
        conversation = about.get("conversation_id")
        parts = (
            time.strftime("%H:%M:%S"),
            f"[bold]{escape(_kind(about))}[/]",
            escape(request.headers.get("webhook-id", "no webhook-id")),
            f"conversation {short(conversation)}" if isinstance(conversation, str) else "",
            self._trust(body, dict(request.headers)),
            f"answered {status}",
        )
        out.print("  ".join(filter(None, parts)))
        if self._verbose and message is not None:
            out.print_json(data=message)
        elif message is None:
            err.print("the body is not JSON", style="red")

    def _trust(self, body: bytes, headers: dict[str, str]) -> str:
        if "webhook-signature" not in headers:
            return "[yellow]not signed[/]"
        return "[green]signature verified[/]" if self._trusted(body, headers) else "[red]signature wrong[/]"

    def _trusted(self, body: bytes, headers: dict[str, str]) -> bool:
        for secret in self._secrets:
            try:
                verify(secret, headers, body)
            except SignatureInvalid:
                continue
            return True
        return False


async def serve(receiver: Receiver, host: str, port: int) -> None:
    """Receive until Ctrl-C.

    Raises:
        ConfigurationError: the address is wrong or taken.
    """
    try:
        listener = bind(host, port)
    except ConfigurationError as error:
        raise ConfigurationError(
            str(error).partition(";")[0] + "; --port names another, 0 any free one"
        ) from None
    config = uvicorn.Config(receiver.app, log_config=None, access_log=False, lifespan="off")
    server = Server(config)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, setattr, server, "should_exit", True)
    name = f"[{host}]" if ":" in host else host
    out.print(f"callback_url: http://{name}:{listener.getsockname()[1]}/")
    err.print("Waiting for webhooks; Ctrl-C ends.", style="dim")
    with listener:
        await server.serve(sockets=[listener])


def _decoded(body: bytes) -> Any:
    """None if it is not JSON."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def _kind(message: dict[str, Any]) -> str:
    """Callbacks of objectives and guardrails have no ``event_type``."""
    if isinstance(message.get("event_type"), str):
        return str(message["event_type"])
    if "objective_name" in message:
        return "callback of an objective"
    return "callback of a guardrail" if "properties" in message else "something else"
