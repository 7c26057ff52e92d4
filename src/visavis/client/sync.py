"""The same without ``async``: for scripts, notebooks and programs of threads.

    from visavis.client.sync import Client

    with Client(url, key) as client, client.join(conversation) as call:
        print(call.echo("Hello!").speech)

An event loop runs in a thread of its own; every method waits for it. Methods have the names, arguments and
results of their counterparts in ``visavis.client``. Handlers and tools run in threads beside it, so they may
use the call.
"""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, Literal, ParamSpec, Self, TypeVar, Unpack

import httpx

from visavis.client import api
from visavis.client.call import Call as AsyncCall
from visavis.client.kinds import AnyEvent, State
from visavis.client.models import Conversation
from visavis.client.options import JoinOptions
from visavis.client.received import ReceivedAudio, ReceivedMessage, ReceivedPicture
from visavis.client.tools import Tools
from visavis.rooms.base import Participant

P = ParamSpec("P")
T = TypeVar("T")

__all__ = ["Call", "Client"]


class Loop:
    """An event loop in a thread."""

    def __init__(self) -> None:
        self.patience = threading.local()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="visavis", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for this, as long as ``patience.seconds`` of this thread says.

        Raises:
            TimeoutError: it took longer.
            RuntimeError: this thread is the loop's own: it would wait for itself.
        """
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("the call's own loop must not wait for itself; use visavis.client there")
        future: Future[T] = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(getattr(self.patience, "seconds", None))
        except BaseException:
            future.cancel()
            raise

    def blocking(self, method: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
        """The method, waiting for its result."""

        @functools.wraps(method)
        def wait(*arguments: P.args, **options: P.kwargs) -> T:
            return self.run(method(*arguments, **options))

        return wait

    def iterate(self, items: AsyncIterator[T]) -> Iterator[T]:
        """One after the other."""
        while True:
            try:
                yield self.run(_next(items))
            except StopAsyncIteration:
                return

    def close(self) -> None:
        """Stop it; nothing may run in it any more."""
        self.run(self._loop.shutdown_asyncgens())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _next(items: AsyncIterator[T]) -> T:
    return await anext(items)


async def _enter(way: AbstractAsyncContextManager[T]) -> T:
    return await way.__aenter__()


async def _leave(way: AbstractAsyncContextManager[Any]) -> None:
    await way.__aexit__(None, None, None)


class Call:
    """A place in a call; see ``visavis.client.Call``. Made by ``with client.join(…)``."""

    def __init__(self, call: AsyncCall, loop: Loop) -> None:
        """Use ``Client.join`` instead."""
        self._call, self._loop = call, loop
        self._handlers = ThreadPoolExecutor(1, "visavis-handlers")
        self.send = loop.blocking(call.send)
        self.echo = loop.blocking(call.echo)
        self.respond = loop.blocking(call.respond)
        self.interrupt = loop.blocking(call.interrupt)
        self.append_context = loop.blocking(call.append_context)
        self.overwrite_context = loop.blocking(call.overwrite_context)
        self.sensitivity = loop.blocking(call.sensitivity)
        self.set_emotion = loop.blocking(call.set_emotion)
        self.tool_result = loop.blocking(call.tool_result)
        self.confirm_objective = loop.blocking(call.confirm_objective)

    @property
    def participant_id(self) -> str:
        """Our own id in the room."""
        return self._call.participant_id

    @property
    def participants(self) -> list[Participant]:
        """Everyone in the room, ourselves and the replica included."""
        return self._call.participants

    @property
    def replica(self) -> Participant | None:
        """The replica; None once it left."""
        return self._call.replica

    @property
    def speaking(self) -> bool:
        """Whether the replica is heard now."""
        return self._call.speaking

    @property
    def state(self) -> State:
        """``connected``, ``reconnecting`` or ``closed``."""
        return self._call.state

    @property
    def closed_reason(self) -> str:
        """Why the call is over; empty before."""
        return self._call.closed_reason

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """In this block and thread, whatever is waited for may take so long.

        Raises:
            TimeoutError: something took longer; it is given up.
        """
        before = getattr(self._loop.patience, "seconds", None)
        self._loop.patience.seconds = seconds
        try:
            yield
        finally:
            self._loop.patience.seconds = before

    def wait_closed(self) -> str:
        """Wait until the call is over; why it is."""

        async def wait() -> str:
            await self._call.closed.wait()
            return self._call.closed_reason

        return self._loop.run(wait())

    def events(self) -> Iterator[AnyEvent]:
        """What the conversation tells, typed, each event once and in order, until the call is over."""
        return self._loop.iterate(self._call.events())

    def messages(self) -> Iterator[ReceivedMessage]:
        """App messages of everybody as they came."""
        return self._loop.iterate(self._call.messages())

    def audio(self, participant_id: str | None = None) -> Iterator[ReceivedAudio]:
        """The replica's voice, or somebody's microphone."""
        return self._loop.iterate(self._call.audio(participant_id))

    def video(
        self, participant_id: str | None = None, source: Literal["camera", "screen"] = "camera"
    ) -> Iterator[ReceivedPicture]:
        """The replica's picture, or somebody's."""
        return self._loop.iterate(self._call.video(participant_id, source))

    def on(self, kind: Any, handler: Callable[[Any], Any]) -> Callable[[], None]:
        """Call a function for everything of a kind: one after the other, in a thread for handlers."""

        async def handle(happening: Any) -> None:
            await asyncio.get_running_loop().run_in_executor(self._handlers, handler, happening)

        async def subscribe() -> Callable[[], None]:
            return self._call.on(kind, handle)

        return self._on_loop(self._loop.run(subscribe()))

    def use(self, tools: Tools) -> Callable[[], None]:
        """Run these functions when the replica calls them, each in a thread."""

        async def use() -> Callable[[], None]:
            return self._call._use(tools, self)

        return self._on_loop(self._loop.run(use()))

    def close(self) -> None:
        """For ``Client.join``: no more handlers."""
        self._handlers.shutdown(wait=False, cancel_futures=True)

    def _on_loop(self, undo: Callable[[], None]) -> Callable[[], None]:
        async def undone() -> None:
            undo()

        return lambda: self._loop.run(undone())


class Conversations:
    """``/conversations``."""

    def __init__(self, conversations: api.Conversations, loop: Loop) -> None:
        self._conversations, self._loop = conversations, loop
        self.create = loop.blocking(conversations.create)
        self.get = loop.blocking(conversations.get)
        self.list = loop.blocking(conversations.list)
        self.events = loop.blocking(conversations.events)
        self.log = loop.blocking(conversations.log)
        self.transcript = loop.blocking(conversations.transcript)
        self.token = loop.blocking(conversations.token)
        self.end = loop.blocking(conversations.end)
        self.delete = loop.blocking(conversations.delete)

    def export(self, conversation_id: str) -> Iterator[bytes]:
        """As ``client.Conversations.export``."""
        return self._loop.iterate(self._conversations.export(conversation_id))

    def follow(self, conversation_id: str, *, after: int = 0) -> Iterator[dict[str, Any]]:
        """Every event from a ``seq`` on, each once, until the call is over."""
        return self._loop.iterate(self._conversations.follow(conversation_id, after=after))


class Personas:
    """``/personas``."""

    def __init__(self, personas: api.Personas, loop: Loop) -> None:
        self.create = loop.blocking(personas.create)
        self.get = loop.blocking(personas.get)
        self.list = loop.blocking(personas.list)


class Replicas:
    """``/replicas``."""

    def __init__(self, replicas: api.Replicas, loop: Loop) -> None:
        self.get = loop.blocking(replicas.get)
        self.list = loop.blocking(replicas.list)


class Steering:
    """``/objectives`` or ``/guardrails``."""

    def __init__(self, steering: api.Steering, loop: Loop) -> None:
        self.create = loop.blocking(steering.create)
        self.get = loop.blocking(steering.get)
        self.list = loop.blocking(steering.list)
        self.delete = loop.blocking(steering.delete)


class Client:
    """A server's REST API, and the way into its calls; see ``visavis.client.Client``. A context manager.

    Args:
        base_url: with or without ``/v2``.
        api_key: sent as ``x-api-key``.
        timeout: seconds for one request.
        verify: whether the server's certificate must be valid.
        transport: for tests: in place of the network.
    """

    def __init__(
        self,
        base_url: str = api.DEFAULT_URL,
        api_key: str = "",
        *,
        timeout: float = 30.0,
        verify: bool = True,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._loop = Loop()
        self._client = api.Client(base_url, api_key, timeout=timeout, verify=verify, transport=transport)
        self.conversations = Conversations(self._client.conversations, self._loop)
        self.personas = Personas(self._client.personas, self._loop)
        self.replicas = Replicas(self._client.replicas, self._loop)
        self.objectives = Steering(self._client.objectives, self._loop)
        self.guardrails = Steering(self._client.guardrails, self._loop)
        self.request = self._loop.blocking(self._client.request)
        self.send_interaction = self._loop.blocking(self._client.interactions.send)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give connections back, and stop the thread."""
        self._loop.run(self._client.aclose())
        self._loop.close()

    @contextmanager
    def join(
        self, conversation: Conversation | str, *, token: str | None = None, **options: Unpack[JoinOptions]
    ) -> Iterator[Call]:
        """Be in a conversation's call for the length of a ``with`` block.

        Args:
            conversation: one that was created, or its ``conversation_url``.
            token: a meeting token; that of the conversation if it came with one.
            options: see ``visavis.client.JoinOptions``.
        """
        with self._hold(self._client.join(conversation, token=token, **options)) as call:
            yield call

    @contextmanager
    def steer(self, conversation: Conversation | str, *, after: int = 0) -> Iterator[Call]:
        """Steer a conversation without being in its room, for the length of a ``with`` block.

        Args:
            conversation: one that was created, or its ``conversation_id``.
            after: the ``seq`` that was seen last.
        """
        with self._hold(self._client.steer(conversation, after=after)) as call:
            yield call

    @contextmanager
    def _hold(self, way: AbstractAsyncContextManager[AsyncCall]) -> Iterator[Call]:
        call = Call(self._loop.run(_enter(way)), self._loop)
        try:
            yield call
        finally:
            self._loop.run(_leave(way))
            call.close()
