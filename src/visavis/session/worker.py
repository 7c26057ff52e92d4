"""A worker process: holds conversations for the server, which talks to it over an inherited socket.

Run by the server as ``python -m visavis.session.worker FD``. It loads its engines before it answers
``start``, and exits when the server does.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

import structlog

from visavis import logs
from visavis.config import Settings
from visavis.errors import WorkerLost
from visavis.protocol.shutdown import SERVER_CRASHED
from visavis.session.host import Host, Studio
from visavis.session.lag import LoopLag
from visavis.session.memory import keep
from visavis.session.rpc import Channel, Handler

StudioLoader = Callable[[Settings], Studio]
"""Makes the studio. Blocking; runs in a thread while the control channel is watched."""

log = structlog.get_logger(__name__)


def load_studio(settings: Settings) -> Studio:
    """The real studio; imported here so that the process can report what is missing."""
    from visavis.session.studio import WebRTCStudio

    return WebRTCStudio(settings)


class OverChannel:
    """Reports to the server over the control channel."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def event(self, conversation_id: str, seq: int, event: dict[str, Any]) -> None:
        """An event was broadcast."""
        self._channel.notify("event", conversation_id=conversation_id, seq=seq, event=event)

    def logged(self, conversation_id: str, lines: list[str]) -> None:
        """These inputs came."""
        self._channel.notify("logged", conversation_id=conversation_id, lines=lines)

    def called_back(self, conversation_id: str, kind: str, subject: str, body: dict[str, Any]) -> None:
        """Whoever keeps an objective or a guardrail is to be told."""
        self._channel.notify(
            "called_back", conversation_id=conversation_id, kind=kind, subject=subject, body=body
        )

    def relayed(self, conversation_id: str, participant_id: str, frame: str) -> None:
        """A frame for a participant whom the server connects."""
        self._channel.notify(
            "relayed", conversation_id=conversation_id, participant_id=participant_id, frame=frame
        )

    def ended(self, conversation_id: str, reason: str) -> None:
        """A conversation is over."""
        self._channel.notify("ended", conversation_id=conversation_id, reason=reason)


class Worker:
    """The worker's side of the control channel."""

    def __init__(self, load: StudioLoader = load_studio) -> None:
        self._load = load
        self._lag = LoopLag()
        self._host: Host | None = None
        self._channel: Channel | None = None

    async def serve(self, sock: socket.socket) -> None:
        """Do what the server asks until it hangs up."""
        self._channel = await Channel.over(
            sock, {"start": self._start, "stats": self._stats, **self._calls()}
        )
        watching = asyncio.create_task(self._lag.watch())
        try:
            await self._channel.serve()
        finally:
            watching.cancel()
            if self._host:
                await self._host.shutdown(SERVER_CRASHED)

    async def _start(self, settings: dict[str, Any]) -> None:
        """Load the engines; the answer means that a conversation can begin at once."""
        assert self._channel is not None
        channel = self._channel
        studio = await asyncio.to_thread(self._load, Settings.model_validate(settings))
        keep()
        self._host = Host(studio, OverChannel(channel))

    def _stats(self) -> dict[str, Any]:
        held = self._host.stats() if self._host else {}
        return {**held, "loop_lag": self._lag.take()}

    def _calls(self) -> dict[str, Handler]:
        """What is passed on to the host; ``start`` must have been answered before."""

        def host() -> Host:
            if self._host is None:
                raise WorkerLost("the worker is still loading its engines")
            return self._host

        async def create(**params: Any) -> None:
            await host().create(**params)

        async def join(**params: Any) -> Any:
            return await host().join(**params)

        async def add_candidate(**params: Any) -> Any:
            return await host().add_candidate(**params)

        async def leave(**params: Any) -> None:
            await host().leave(**params)

        async def shutdown(reason: str) -> None:
            await host().shutdown(reason)

        return {
            "create": create,
            "interact": lambda **params: host().interact(**params),
            "end": lambda **params: host().end(**params),
            "join": join,
            "add_candidate": add_candidate,
            "leave": leave,
            "attach": lambda **params: host().attach(**params),
            "relay": lambda **params: host().relay(**params),
            "read": lambda **params: host().read(**params),
            "detach": lambda **params: host().detach(**params),
            "shutdown": shutdown,
        }


def main(load: StudioLoader = load_studio) -> None:
    """The process: ``sys.argv[1]`` is the inherited socket's file descriptor."""
    # A terminal's Ctrl-C and a service manager's stop reach every process at once; the server alone decides
    # what follows, so that calls can end with a goodbye.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sock = socket.socket(fileno=int(sys.argv[1]))

    def load_logging(settings: Settings) -> Studio:
        logs.configure(settings.log_format, settings.log_level, worker=os.getpid())
        return load(settings)

    try:
        asyncio.run(Worker(load_logging).serve(sock))
    except BaseException:
        log.exception("worker failed")
        os._exit(1)
    # Threads of the engines must not keep a process alive whose server is gone.
    os._exit(0)


if __name__ == "__main__":
    main()
