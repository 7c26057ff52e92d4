"""A call over networks that lose, delay and limit, and over one that goes away (real Chromium)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, Route

from tests.e2e.conftest import OpenPage, open_page, server
from tests.network.calls import FRAMES, JOIN, SENTENCE, STOPPED, echo, events, is_said, spoken, told
from tests.network.link import Link, link, without_candidates
from visavis.testing.server_process import RunningServer

__all__ = ["open_page", "server"]  # fixtures


async def through(page: Page, way: Link) -> None:
    """Every join of this page leads through the link; while that is down, HTTP is, too."""

    async def reach(route: Route) -> None:
        if way.conditions.down:
            await route.abort()
        elif "/whip" in route.request.url and route.request.method in ("POST", "PATCH"):
            # The server must not learn of a way past the link.
            offer = without_candidates(route.request.post_data or "")
            answer = await route.fetch(post_data=offer)
            await route.fulfill(response=answer, body=await way.through(await answer.text()))
        else:
            await route.continue_()

    await page.route("**/*", reach)


@asynccontextmanager
async def call(server: RunningServer, open_page: OpenPage, way: Link) -> AsyncIterator[tuple[Page, str]]:
    """A page in a call that goes through the link; and the conversation's id."""
    made = server.create(custom_greeting="")
    async with open_page(f"{server.url}/healthz", bypass_csp=True) as page:
        await through(page, way)
        await page.evaluate(JOIN, made["conversation_url"])
        yield page, made["conversation_id"]


async def test_five_percent_loss_and_eighty_milliseconds(server: RunningServer, open_page: OpenPage) -> None:
    async with link(loss=0.05, delay=0.08) as way, call(server, open_page, way) as (page, name):
        echo(server, name)
        await told(page, lambda event: event["event_type"] == STOPPED)
        all_told = await events(page)
        assert spoken(all_told) == SENTENCE
        seqs = [event["seq"] for event in all_told]
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
        assert await page.evaluate(FRAMES, 5) > 5
        assert way.passed > 500, "the call did not go through the link"


async def test_a_bottleneck_of_400_kilobits(server: RunningServer, open_page: OpenPage) -> None:
    async with (
        link(bits_a_second=400_000, delay=0.02) as way,
        call(server, open_page, way) as (page, name),
    ):
        await asyncio.sleep(6)  # the video's bitrate finds its place
        echo(server, name)
        await told(page, lambda event: event["event_type"] == STOPPED)
        assert spoken(await events(page)) == SENTENCE
        assert await page.evaluate(FRAMES, 5) > 5


async def test_thirty_seconds_without_a_network_lose_nothing(
    server: RunningServer, open_page: OpenPage
) -> None:
    async with link() as way, call(server, open_page, way) as (page, name):
        way.conditions.down = True
        away = time.monotonic()
        echo(server, name, "Said while nobody could hear it.")
        await asyncio.sleep(30 - (time.monotonic() - away))
        assert "reconnecting" in await page.evaluate("() => window.states")
        way.conditions.down = False
        echo(server, name, "Said when you were back.")
        await told(page, is_said("Said while nobody could hear it."))
        await told(page, is_said("Said when you were back."))
        seqs = [event["seq"] for event in await events(page)]
        assert seqs == sorted(set(seqs)), "each event once and in order"
        kept = server.api("GET", f"/conversations/{name}/events").json()["data"]
        missed = {event["seq"] for event in kept if event["seq"] <= seqs[-1]} - set(seqs)
        assert not missed
        assert (await page.evaluate("() => window.states"))[-1] == "joined"


async def test_another_network_is_found_without_joining_anew(
    server: RunningServer, open_page: OpenPage
) -> None:
    async with link() as wifi, link() as mobile, call(server, open_page, wifi) as (page, name):
        await page.unroute_all()
        await through(page, mobile)
        wifi.conditions.down = True
        await page.evaluate("() => window.dispatchEvent(new Event('online'))")
        echo(server, name)
        await told(page, lambda event: event["event_type"] == STOPPED)
        assert await page.evaluate("() => window.states") == ["joining", "joined"]
        assert mobile.passed > 100


async def test_a_way_that_dies_is_left_for_another_and_the_room_stays_open(
    server: RunningServer, open_page: OpenPage
) -> None:
    """Media is cut while HTTP still works, and ICE cannot be restarted: the page joins anew."""
    async with link() as wifi, link() as mobile, call(server, open_page, wifi) as (page, name):
        await page.unroute_all()
        await through(page, mobile)
        await page.route("**/whip/*", refuse_restarts)
        wifi.conditions.down = True
        await until_state(page, "reconnecting")
        await until_state(page, "joined")
        echo(server, name)
        await told(page, lambda event: event["event_type"] == STOPPED)
        assert server.api("GET", f"/conversations/{name}").json()["status"] == "active"


async def refuse_restarts(route: Route) -> None:
    await (route.abort() if route.request.method == "PATCH" else route.fallback())


async def until_state(page: Page, state: str) -> None:
    await page.wait_for_function("(state) => window.states.at(-1) === state", arg=state, timeout=30_000)
