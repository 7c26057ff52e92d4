"""The control channel between the server and a worker: JSON lines over a socket pair, both ways.

A request is ``{"id", "method", "params"}``, its answer ``{"id", "result"}`` or ``{"id", "error": {"type",
"message"}}``; without an id it is a notification and nobody answers. The channel's end is the other
side's death.
"""

from __future__ import annotations

import asyncio
import inspect
import itertools
import json
import socket
from collections.abc import Callable, Mapping
from typing import Any, Self

import structlog

from visavis.errors import (
    CapacityExceeded,
    ConfigurationError,
    EngineMissing,
    MessageTooLarge,
    ModelUnavailable,
    RemoteError,
    SignallingError,
    UnknownConversation,
    UnknownParticipant,
    VisavisError,
    WorkerLost,
)

Handler = Callable[..., Any]
"""Gets a request's params by keyword. A plain function acts at once, in order of arrival; a coroutine
function runs beside the others."""

MAX_LINE = 8 * 1024 * 1024
"""Bytes of one message: a request body of the REST API with room to spare. The other side would take a longer
one for the channel's end, so none is sent."""

_RAISED: dict[str, type[VisavisError]] = {
    kind.__name__: kind
    for kind in (
        SignallingError,
        CapacityExceeded,
        ConfigurationError,
        UnknownConversation,
        UnknownParticipant,
    )
}
"""Errors that keep their class on the way; any other arrives as ``RemoteError``."""

_TOLD = (*_RAISED.values(), EngineMissing, ModelUnavailable)
"""Errors raised on purpose: the other side gets their words, and no traceback is logged."""

log = structlog.get_logger(__name__)


class Channel:
    """One side of a control channel."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handlers: Mapping[str, Handler]
    ) -> None:
        self._reader, self._writer, self._handlers = reader, writer, handlers
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._closed = False

    @classmethod
    async def over(cls, sock: socket.socket, handlers: Mapping[str, Handler]) -> Self:
        """Take over a connected socket."""
        reader, writer = await asyncio.open_connection(sock=sock, limit=MAX_LINE)
        return cls(reader, writer, handlers)

    async def call(self, method: str, *, timeout: float = 10.0, **params: Any) -> Any:
        """Ask the other side and wait for its answer.

        Args:
            method: the name of the other side's handler.
            timeout: seconds to wait.
            params: JSON values for it.

        Raises:
            WorkerLost: the other side is gone or does not answer.
            RemoteError: it failed; or the class of error it raised, when that one is part of the channel.
            MessageTooLarge: the request is longer than ``MAX_LINE``.
        """
        if self._closed:
            raise WorkerLost("the control channel is closed")
        request = next(self._ids)
        answer = self._waiting[request] = asyncio.get_running_loop().create_future()
        try:
            self._send({"id": request, "method": method, "params": params})
            async with asyncio.timeout(timeout):
                return await answer
        except TimeoutError as error:
            raise WorkerLost(f"no answer to {method!r} in {timeout:g} s") from error
        finally:
            del self._waiting[request]

    def notify(self, method: str, **params: Any) -> None:
        """Tell the other side; void once it is gone, or when there is more to tell than one message holds."""
        if self._closed:
            return
        try:
            self._send({"method": method, "params": params})
        except MessageTooLarge as error:
            log.error("control message not sent", method=method, reason=str(error))

    async def serve(self) -> None:
        """Read and act until the other side is gone or ``close`` is called."""
        try:
            while (message := await self._next_message()) is not None:
                self._receive(message)
        finally:
            self.close()
            for task in self._running:
                task.cancel()
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(WorkerLost("the control channel closed"))

    def close(self) -> None:
        """Hang up. Idempotent."""
        self._closed = True
        self._writer.close()

    async def _next_message(self) -> dict[str, Any] | None:
        """None at the end, and when what arrives makes no sense: then the other side is as good as gone."""
        try:
            line = await self._reader.readline()
            if not line.endswith(b"\n"):
                return None
            message: dict[str, Any] = json.loads(line)
        except (ConnectionError, ValueError) as error:
            log.error("control channel broken", error=type(error).__name__)
            return None
        return message

    def _send(self, message: dict[str, Any]) -> None:
        line = _encoded(message) + b"\n"
        if len(line) > MAX_LINE:
            raise MessageTooLarge(len(line), MAX_LINE)
        self._writer.write(line)

    def _receive(self, message: dict[str, Any]) -> None:
        if "method" not in message:
            self._settle(message)
            return
        request, method, params = message.get("id"), message["method"], message["params"]
        handler = self._handlers.get(method)
        if handler is None:
            self._refuse(request, method, RemoteError(f"unknown method {method!r}"))
        elif inspect.iscoroutinefunction(handler):
            task = asyncio.create_task(self._answer(request, method, handler, params))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        else:
            try:
                result = handler(**params)
            except Exception as error:
                self._refuse(request, method, error)
            else:
                self._reply(request, result)

    async def _answer(
        self, request: int | None, method: str, handler: Handler, params: dict[str, Any]
    ) -> None:
        try:
            result = await handler(**params)
        except Exception as error:
            self._refuse(request, method, error)
        else:
            self._reply(request, result)

    def _reply(self, request: int | None, result: Any) -> None:
        if request is not None and not self._closed:
            self._send({"id": request, "result": result})

    def _refuse(self, request: int | None, method: str, error: Exception) -> None:
        if not isinstance(error, _TOLD):
            log.error("control request failed", method=method, exc_info=error)
        if request is not None and not self._closed:
            words = str(error) if isinstance(error, VisavisError) else f"{method} failed"
            self._send({"id": request, "error": {"type": type(error).__name__, "message": words}})

    def _settle(self, message: dict[str, Any]) -> None:
        answer = self._waiting.get(message["id"])
        if answer is None or answer.done():
            return
        if error := message.get("error"):
            answer.set_exception(_RAISED.get(error["type"], RemoteError)(error["message"]))
        else:
            answer.set_result(message["result"])


def _encoded(message: dict[str, Any]) -> bytes:
    """As JSON, in the fewest bytes that can say it."""
    try:
        return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair, which only the escaped form can carry.
        return json.dumps(message, separators=(",", ":")).encode()
