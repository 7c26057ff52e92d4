from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from visavis.errors import MessageTooLarge, RemoteError, SignallingError, WorkerLost
from visavis.session.rpc import MAX_LINE, Channel, Handler


@asynccontextmanager
async def channels(**handlers: Handler) -> AsyncIterator[tuple[Channel, Channel]]:
    """Two ends, both served; the second has the handlers."""
    ours, theirs = socket.socketpair()
    near, far = await Channel.over(ours, {}), await Channel.over(theirs, handlers)
    serving = [asyncio.create_task(channel.serve()) for channel in (near, far)]
    try:
        yield near, far
    finally:
        near.close()
        await asyncio.gather(*serving)


async def test_a_call_is_answered_with_the_handlers_result() -> None:
    async def slow(a: int, b: int) -> int:
        await asyncio.sleep(0)
        return a + b

    async with channels(slow=slow, quick=lambda text: {"said": text}) as (near, _):
        assert await near.call("slow", a=1, b=2) == 3
        assert await near.call("quick", text="né\n\"'") == {"said": "né\n\"'"}


async def test_plain_handlers_act_in_order_of_arrival() -> None:
    seen: list[int] = []
    async with channels(note=lambda n: seen.append(n), done=lambda: None) as (
        near,
        _,
    ):
        for n in range(50):
            near.notify("note", n=n)
        await near.call("done")
    assert seen == list(range(50))


async def test_errors_of_the_channel_keep_their_class_and_others_their_secrets() -> None:
    def refuse() -> None:
        raise SignallingError("no data channel")

    async def fail() -> None:
        raise ValueError("holds a user's words")

    async with channels(refuse=refuse, fail=fail) as (near, _):
        with pytest.raises(SignallingError, match="no data channel"):
            await near.call("refuse")
        with pytest.raises(RemoteError) as failed:
            await near.call("fail")
        assert "words" not in str(failed.value)
        with pytest.raises(RemoteError, match="unknown method"):
            await near.call("nothing")


async def test_what_is_longer_than_a_message_is_not_sent_and_the_channel_lives() -> None:
    seen: list[str] = []
    async with channels(note=lambda text: seen.append(text), done=lambda: None) as (near, _):
        near.notify("note", text="a" * MAX_LINE)
        with pytest.raises(MessageTooLarge):
            await near.call("done", text="a" * MAX_LINE)
        near.notify("note", text="b")
        await near.call("done")
    assert seen == ["b"]


async def test_when_the_other_side_goes_all_calls_fail() -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    async with channels(never=never) as (near, far):
        waiting = asyncio.create_task(near.call("never"))
        await asyncio.sleep(0)
        far.close()
        with pytest.raises(WorkerLost):
            await waiting
        with pytest.raises(WorkerLost):
            await near.call("never")
        near.notify("never")  # void


async def test_no_answer_in_time_counts_as_lost() -> None:
    async def never() -> None:
        await asyncio.Event().wait()

    async with channels(never=never) as (near, _):
        with pytest.raises(WorkerLost, match="no answer"):
            await near.call("never", timeout=0.01)


async def test_large_messages_pass() -> None:
    async with channels(size=len) as (near, _):
        with pytest.raises(RemoteError):
            await near.call("size", wrong="keyword")
    async with channels(size=lambda text: len(text)) as (near, _):
        assert await near.call("size", text="x" * 2_000_000) == 2_000_000


async def test_a_line_that_is_no_json_ends_the_channel() -> None:
    ours, theirs = socket.socketpair()
    near = await Channel.over(ours, {})
    with theirs:
        theirs.sendall(b"hello\n")
        await asyncio.wait_for(near.serve(), 5)
    with pytest.raises(WorkerLost):
        await near.call("anything")


async def test_text_takes_the_room_of_its_utf_8_and_any_string_passes() -> None:
    async with channels(same=lambda text: text) as (near, _):
        long = "é" * (MAX_LINE * 2 // 5)  # escaped it would be too long
        assert await near.call("same", text=long) == long
        assert await near.call("same", text="\ud800 \u2028 \n") == "\ud800 \u2028 \n"
