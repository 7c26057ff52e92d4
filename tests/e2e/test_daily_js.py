"""The stand-in for daily-js: the seed's page, and what applications do with a call object."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from tests.e2e.conftest import OpenPage
from tests.e2e.test_readme import served
from visavis.testing.server_process import RunningServer

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(path: str, created: dict[str, str], server: RunningServer) -> str:
    """An example as it is printed, but for the URL and the id."""
    text = (EXAMPLES / path).read_text()
    for printed, real in {
        "YOUR_CONVERSATION_URL": created["conversation_url"],
        "YOUR_CONVERSATION_ID": created["conversation_id"],
        "http://127.0.0.1:7600": server.url,
    }.items():
        text = text.replace(printed, real)
    return text


async def until(found: Callable[[], bool], what: object) -> None:
    for _ in range(300):
        if found():
            return
        await asyncio.sleep(0.1)
    raise AssertionError(what)


async def test_the_page_of_the_seed(server: RunningServer, open_page: OpenPage, tmp_path: Path) -> None:
    created = server.create(custom_greeting="")
    (tmp_path / "index.html").write_text(example("daily-js/index.html", created, server))
    with served(tmp_path) as url:
        async with open_page("about:blank") as page:
            said: list[str] = []
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(f"error {error}"))
            await page.goto(url)
            frame = page.frame_locator("iframe")
            await frame.get_by_test_id("replica-video").wait_for()
            await page.wait_for_function("call.meetingState() === 'joined-meeting'")
            await page.fill("#messageInput", "Spoken by the seed's page.")
            await page.click("text=Send Message")
            await until(lambda: any("Sent message" in line for line in said), said)
            await frame.get_by_text("Spoken by the seed's page.").first.wait_for()
            await until(lambda: any("app-message" in line for line in said), said)
            assert not [line for line in said if line.startswith("error")], said
            people = await page.evaluate("Object.values(call.participants()).map((one) => one.user_id)")
            assert any("tavus-replica" in user for user in people), people
            await page.evaluate("call.leave()")
            await page.wait_for_function("call.meetingState() === 'left-meeting'")

