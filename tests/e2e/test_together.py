"""Several in one room: a browser and a program written against the signalling alone."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.e2e.conftest import OpenPage
from tests.e2e.events import is_a, seen, tap, wait_for
from visavis.client.call import Call
from visavis.testing.server_process import RunningServer, running_server

HEARTBEAT = "system.replica_present"


class Watcher:
    """Keeps what a Python peer receives."""

    def __init__(self, call: Call) -> None:
        self.events: list[dict[str, Any]] = []
        self._task = asyncio.create_task(self._keep(call))

    async def _keep(self, call: Call) -> None:
        async for message in call.messages():
            self.events.append(message.data)

    async def wait_for(self, event_type: str, count: int = 1) -> dict[str, Any]:
        return await self.first(lambda event: event["event_type"] == event_type, count)

    async def first(self, wanted: Callable[[dict[str, Any]], bool], count: int = 1) -> dict[str, Any]:
        deadline = time.monotonic() + 60
        while True:
            events = [event for event in self.events if "event_type" in event]
            found = [event for event in events if wanted({"properties": {}, **event})]
            if len(found) >= count:
                return found[count - 1]
            kinds = [event["event_type"] for event in events]
            assert time.monotonic() < deadline, f"not seen; seen were {kinds}"
            await asyncio.sleep(0.05)

    def stop(self) -> None:
        self._task.cancel()


async def test_a_program_sees_the_same_events_in_the_same_order_as_the_page(
    server: RunningServer, open_page: OpenPage
) -> None:
    url = server.create(custom_greeting="")["conversation_url"]
    async with open_page(url) as page:
        await tap(page)
        await page.goto(url + "?join=1&mic=0")
        await wait_for(page, is_a("system.replica_joined"))
        async with Call.join(url, user_name="program", receive_audio=False, receive_video=False) as call:
            watcher = Watcher(call)
            joined = await watcher.wait_for("system.replica_joined")
            await call.echo("One sentence for both of us.")
            await call.respond("And now an answer, please.")
            last = await watcher.wait_for("conversation.stopped_speaking", count=2)
            await wait_for(page, lambda event: event.get("seq") == last["seq"])
            watcher.stop()

            def shared(events: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
                return [
                    (event["seq"], event["event_type"], event.get("properties"))
                    for event in events
                    if joined["seq"] <= event.get("seq", -1) <= last["seq"]
                ]

            assert shared(watcher.events) == shared(await seen(page))
            assert len(shared(watcher.events)) > 10


async def test_a_message_to_one_reaches_that_one_only(server: RunningServer) -> None:
    url = server.create(custom_greeting="")["conversation_url"]
    async with (
        Call.join(url, user_name="a", receive_audio=False, receive_video=False) as first,
        Call.join(url, user_name="b", receive_audio=False, receive_video=False) as second,
        Call.join(url, user_name="c", receive_audio=False, receive_video=False) as third,
    ):
        watchers = [Watcher(call) for call in (first, second, third)]
        await first.send({"note": "for b"}, to=second.participant_id)
        await first.send({"note": "for all"})
        await asyncio.sleep(1)
        notes = [[e["note"] for e in watcher.events if "note" in e] for watcher in watchers]
        assert notes == [[], ["for b", "for all"], ["for all"]]
        for watcher in watchers:
            watcher.stop()


async def test_a_tab_that_closes_without_goodbye_is_noticed(
    server: RunningServer, open_page: OpenPage
) -> None:
    url = server.create(custom_greeting="", properties={"participant_left_timeout": 60})["conversation_url"]
    async with (
        Call.join(url, user_name="watcher", receive_audio=False, receive_video=False) as call,
        open_page(url) as page,
    ):
        await tap(page)
        await page.goto(url + "?join=1&mic=0")
        await wait_for(page, is_a("system.replica_joined"))
        assert len(call.participants) == 3
        kill_browsers()
        closed = time.monotonic()
        while len(call.participants) == 3:
            assert time.monotonic() - closed < 10, "the closed tab is still listed"
            await asyncio.sleep(0.1)


async def test_a_conversation_survives_ten_thousand_random_messages(server: RunningServer) -> None:
    url = server.create(custom_greeting="")["conversation_url"]
    rng = random.Random(7)
    kinds = ["echo", "respond", "interrupt", "sensitivity", "tool_result", "append_llm_context", "nothing"]

    def junk() -> object:
        return rng.choice(
            [
                None,
                rng.random(),
                "x" * rng.randrange(50),
                [1, 2],
                {"event_type": rng.choice([3, None, "conversation." + rng.choice(kinds)])},
                {
                    "event_type": "conversation." + rng.choice(kinds),
                    "properties": rng.choice(
                        [None, [], 4, {"text": 5}, {"audio": "%%%", "modality": "audio"}]
                    ),
                },
            ]
        )

    async with Call.join(url, user_name="fuzz", receive_audio=False, receive_video=False) as call:
        for index in range(10_000):
            await call.send(junk())
            if index % 200 == 0:
                await asyncio.sleep(0.02)
        await call.interrupt()
        heard = await call.echo("I am still here.")
        assert (heard.speech, heard.interrupted) == ("I am still here.", False)


async def test_a_killed_worker_ends_its_calls_and_nobody_elses(tmp_path: Path) -> None:
    # a server of its own: what other tests left behind decides which worker takes a call
    with running_server(tmp_path) as server:
        await _kill_a_worker(server)


async def _kill_a_worker(server: RunningServer) -> None:
    created = [server.create(custom_greeting="") for _ in range(2)]
    joined = [Call.join(one["conversation_url"], receive_audio=False, receive_video=False) for one in created]
    async with joined[0] as first, joined[1] as second:
        calls = [first, second]
        watchers = [Watcher(call) for call in calls]
        for watcher in watchers:
            await watcher.wait_for("system.replica_joined")
        next(child for child in children(server) if "visavis.session.worker" in child.cmdline()).kill()
        ended = [asyncio.create_task(call.closed.wait()) for call in calls]
        done, waiting = await asyncio.wait(ended, timeout=15, return_when=asyncio.FIRST_COMPLETED)
        assert len(done) == 1, "one worker held one call"
        lost, alive = (0, 1) if ended[0] in done else (1, 0)
        status = server.api("GET", f"/conversations/{created[lost]['conversation_id']}?verbose=true").json()
        assert status["status"] == "ended"
        assert "worker" in status["shutdown_reason"]
        assert "system.shutdown" in [event["event_type"] for event in status["events"]]
        told = await watchers[lost].wait_for("system.shutdown")
        assert told["properties"]["shutdown_reason"] == status["shutdown_reason"]
        assert (await calls[alive].echo("Nobody else notices.")).speech == "Nobody else notices."
        for task in waiting:
            task.cancel()
        for watcher in watchers:
            watcher.stop()
    async with httpx.AsyncClient() as client:
        deadline = time.monotonic() + 60
        while (await client.get(f"{server.url}/readyz")).status_code != 200:
            assert time.monotonic() < deadline, "no new worker came up"
            await asyncio.sleep(0.3)


def children(server: RunningServer) -> list[psutil.Process]:
    """The server's child processes."""
    return psutil.Process(server.process.pid).children(recursive=True)


def kill_browsers() -> None:
    """End the browsers this test process has started, at once and without a goodbye."""
    for child in psutil.Process().children(recursive=True):
        if "chrom" in child.name():
            child.kill()
