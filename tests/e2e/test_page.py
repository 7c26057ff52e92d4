"""The page itself: nobody is shut out, keys are enough, and what goes wrong is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import OpenPage
from visavis.testing.server_process import RunningServer

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
VIOLATIONS = """
() => axe.run(document, {resultTypes: ['violations']}).then(({violations}) =>
  violations.map(({id, nodes}) => [id, nodes.map((node) => node.target.join(' '))]))
"""
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 640}}
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
JOINED_MS = 30_000


async def assert_accessible(page: Page, where: str) -> None:
    """Axe finds nothing on what is shown now."""
    await page.evaluate(AXE.read_text())
    assert await page.evaluate(VIOLATIONS) == [], where


async def assert_no_overflow(page: Page) -> None:
    """Nothing is wider than the screen."""
    assert await page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_lobby_call_and_end_are_accessible(
    server: RunningServer, open_page: OpenPage, size: dict[str, Any], scheme: str
) -> None:
    url = server.create(custom_greeting="")["conversation_url"]
    async with open_page(url, color_scheme=scheme, **size) as page:
        await expect(page.get_by_test_id("join")).to_be_enabled()
        sign = page.get_by_test_id("perception")
        await expect(sign).to_have_text("Vera will see you and hear how you sound")
        await expect(sign).to_be_in_viewport(ratio=1)
        await sign.click()
        await assert_accessible(page, "lobby")
        await page.get_by_test_id("join").click()
        await expect(page.get_by_test_id("state")).to_have_text("Listening", timeout=JOINED_MS)
        await assert_no_overflow(page)
        await assert_accessible(page, "call")
        await sign.click()
        await assert_no_overflow(page)
        await assert_accessible(page, "notice")
        await page.keyboard.press("Escape")
        await expect(sign).to_be_focused()
        await page.get_by_test_id("devices").click()
        await assert_accessible(page, "devices")
        await page.keyboard.press("Escape")
        await page.keyboard.press("p")
        for name in ("Events", "Transcript", "Timing"):
            await page.get_by_role("tab", name=name).click()
            await assert_accessible(page, name)
        await page.get_by_role("button", name="Close the panel").click()
        await page.get_by_test_id("leave").click()
        await expect(page.get_by_test_id("state")).to_have_text("Ended")
        await assert_accessible(page, "end")


async def test_a_wrong_link_is_said_to_be_wrong(server: RunningServer, open_page: OpenPage) -> None:
    url = server.create(custom_greeting="")["conversation_url"]
    async with open_page(url[:-32] + "0" * 32) as page:
        await expect(page.get_by_test_id("error")).to_contain_text("no conversation at this address")


async def test_keys_alone_are_enough(server: RunningServer, open_page: OpenPage) -> None:
    url = server.create(custom_greeting="")["conversation_url"]
    async with open_page(f"{url}?join=1") as page:
        await expect(page.get_by_test_id("state")).to_have_text("Listening", timeout=JOINED_MS)
        await expect(page.get_by_test_id("mute")).to_have_text("Mute")
        sign = page.get_by_test_id("perception")
        await expect(sign).to_have_text("Vera sees you and hears how you sound")
        await page.keyboard.press("m")
        await expect(page.get_by_test_id("mute")).to_have_text("Unmute")
        await expect(sign).to_have_text("Vera sees you")
        await page.keyboard.press("v")
        await expect(page.get_by_test_id("self-video")).to_have_count(0)
        await expect(sign).to_have_text("Vera does not see you")
        await page.keyboard.press("t")
        await expect(page.get_by_test_id("message")).to_have_count(0)
        await page.keyboard.press("t")
        await expect(page.get_by_test_id("message")).to_be_focused()
