"""Binds the address, serves until a signal, stops within seconds."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from errno import EADDRINUSE

import structlog
import uvicorn
from fastapi import FastAPI

from visavis.config import Settings
from visavis.errors import ConfigurationError
from visavis.server.access.auth import configured_keys, development_key_path, require_keys
from visavis.server.store import Store
from visavis.server.store.engine import database_url, reach
from visavis.server.workers.supervisor import Supervisor

GRACE = 2
"""Seconds that requests in progress have to finish."""

MAX_WEBSOCKET_FRAME = 1024 * 1024
"""Bytes. What is larger than a room takes gets an answer; what is larger than this ends the socket."""

MAX_HEADERS = 64 * 1024
"""Bytes of a request's first line and headers."""

log = structlog.get_logger(__name__)

AppFactory = Callable[[Settings, Supervisor, Store], FastAPI]
OnReady = Callable[[Settings], None]


class Server(uvicorn.Server):
    """Leaves signals to ``serve``: uvicorn would raise them again at the end, which is no clean exit."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def serve(settings: Settings, make_app: AppFactory, on_ready: OnReady | None) -> None:
    """Run the application until SIGTERM, SIGINT, or until it proves unable to hold conversations.

    Raises:
        ConfigurationError: see ``run``.
    """
    # Before anything listens.
    await reach(database_url(settings))
    await require_keys(settings)
    _check_certificate(settings)
    listener = bind(settings.host, settings.port)
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    supervisor = Supervisor(settings)
    app = make_app(settings, supervisor, Store.from_settings(settings))
    server = Server(_uvicorn_config(app, settings))
    stopping = Stopping(server, supervisor)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.begin)
    announcing = asyncio.create_task(_announce(settings, supervisor, server, on_ready))
    with listener:
        await server.serve(sockets=[listener])
    announcing.cancel()
    (outcome,) = await asyncio.gather(announcing, return_exceptions=True)
    if isinstance(outcome, Exception):
        raise outcome
    log.info("server stopped")


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one.

    Raises:
        ConfigurationError: the address is wrong or taken.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with contextlib.ExitStack() as undo:
            listener = undo.enter_context(socket.socket(family, kind, protocol))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            undo.pop_all()
    except OSError as error:
        remedy = "; --port or VISAVIS_PORT names another, 0 any free one" if error.errno == EADDRINUSE else ""
        raise ConfigurationError(f"cannot listen on {host}:{port}: {error.strerror}{remedy}") from error
    return listener


def _check_certificate(settings: Settings) -> None:
    for name in ("ssl_certfile", "ssl_keyfile"):
        path = getattr(settings, name)
        if path is not None and not path.is_file():
            raise ConfigurationError(f"{name}: there is no file {path}")
    if settings.ssl_keyfile and not settings.ssl_certfile:
        raise ConfigurationError("ssl_keyfile is of no use without ssl_certfile")


def _uvicorn_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # it would write paths, which hold conversation ids
        server_header=False,
        ssl_certfile=settings.ssl_certfile,
        ssl_keyfile=settings.ssl_keyfile,
        timeout_graceful_shutdown=GRACE,
        ws_max_size=MAX_WEBSOCKET_FRAME,
        forwarded_allow_ips=settings.trusted_proxies,
        http="h11",  # the faster one takes headers without end
        h11_max_incomplete_event_size=MAX_HEADERS,
    )


class Stopping:
    """From the signal to the server's exit: calls end first, then connections.

    Uvicorn by itself would close the connections first, and with them everybody's who is not on WebRTC.
    """

    def __init__(self, server: uvicorn.Server, supervisor: Supervisor) -> None:
        self._server, self._supervisor = server, supervisor
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Take no more work and let everybody know that calls are over; the second time, stop at once."""
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        else:
            self._server.should_exit = True

    async def _run(self) -> None:
        log.info("server stops", conversations=self._supervisor.conversations)
        try:
            await self._supervisor.stop()
            # Sockets and streams end by themselves when they have told why.
            if requests := set(self._server.server_state.tasks):
                await asyncio.wait(requests, timeout=GRACE)
        finally:
            self._server.should_exit = True


async def _announce(
    settings: Settings,
    supervisor: Supervisor,
    server: uvicorn.Server,
    on_ready: OnReady | None,
) -> None:
    """Tell when conversations can begin, or stop the server if they never can."""
    if not settings.api_keys and configured_keys(settings):
        log.info("development key in use (x-api-key)", kept_in=str(development_key_path(settings)))
    log.info("server listens; workers are starting", url=settings.base_url, workers=settings.workers)
    try:
        await supervisor.wait_ready()
        log.info("server ready", url=settings.base_url)
        if on_ready:
            await asyncio.to_thread(on_ready, settings)
    except Exception:
        server.should_exit = True
        raise
