"""daily-react from npm, unmodified, on the stand-in for daily-js."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.async_api import Page

from tests.e2e.conftest import OpenPage
from tests.e2e.test_readme import served
from visavis.testing.server_process import RunningServer

WEB = Path(__file__).parents[2] / "web"
APP = "packages/daily-js/test-app"

SHOWN_BY_OTHER_PAGES = {"useCallObject", "useCallFrame"}


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The test application, built as its users would build it."""
    folder = tmp_path_factory.mktemp("application")
    npx = shutil.which("npx")
    assert npx is not None
    command = [npx, "vite", "build", APP, "--config", f"{APP}/vite.config.ts", "--outDir", str(folder)]
    subprocess.run(command, cwd=WEB, check=True, capture_output=True, timeout=120)
    return folder


@pytest.fixture
def site(application: Path) -> Iterator[str]:
    with served(application) as url:
        yield url


async def shown(page: Page, condition: str, name: str) -> Any:
    """The value that the application shows under this name, once the condition holds for it as `it`."""
    try:
        await page.wait_for_function(
            f"(() => {{ const it = shown[{name!r}]; return {condition} }})()", timeout=15_000
        )
    except Exception as error:
        raise AssertionError(await page.evaluate("JSON.stringify(shown)")) from error
    return await page.evaluate(f"shown[{name!r}]")


async def test_every_hook(server: RunningServer, open_page: OpenPage, site: str) -> None:
    created = server.create(custom_greeting="")
    url = f"{site}?{urlencode({'url': created['conversation_url']})}"
    async with open_page("about:blank") as page:
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        await page.add_init_script(SCREEN)
        await page.goto(url)
        await shown(page, "it === 'joined-meeting'", "useMeetingState")
        await page.wait_for_function("document.querySelector('[data-testid=replica]')?.videoWidth > 0")
        assert (await shown(page, "it", "useParticipant")).startswith("tavus-replica")
        assert await shown(page, "it?.present === 2", "useParticipantCounts")
        assert await shown(page, "it === 'playable'", "useAudioTrack")
        assert await shown(page, "it === 'playable'", "useVideoTrack")
        assert await shown(page, "it === 'Ada'", "useLocalParticipant")
        assert await shown(page, "it === 'sfu'", "useMeetingSessionState")
        assert await shown(page, "it === 'playable'", "useMediaTrack")
        assert await shown(page, "it.mic === 'granted' && it.cam === 'granted'", "useDevices")
        conversation = created["conversation_id"]
        assert await shown(page, "it", "useRoom") == conversation
        assert await shown(page, "it", "useMeetingSessionSummary") == conversation

        await page.evaluate("act.echo('Every hook hears this sentence.')")
        await shown(page, "it?.event_type?.startsWith('conversation.')", "useAppMessage")
        await shown(page, "it > 0", "useAudioLevelObserver")
        speaker = await shown(page, "it", "useActiveSpeakerId")
        assert speaker in await page.evaluate("shown.useParticipantIds")

        await page.evaluate("act.quiet()")
        await shown(page, "it?.audio?.processor?.type === 'noise-cancellation'", "useInputSettings")
        await page.evaluate("act.send()")
        await shown(page, "it?.video === 'bandwidth-optimized'", "useSendSettings")
        await page.evaluate("act.lowest()")
        await page.evaluate("act.share()")
        await shown(page, "it?.sharing && it.screens === 1", "useScreenShare")
        await page.evaluate("act.stopSharing()")
        await shown(page, "!it.sharing", "useScreenShare")
        await page.evaluate("act.record(); act.transcribe(); act.stream()")
        assert not await shown(page, "it === false", "useRecording")
        await shown(page, "it === 'good'", "useDailyEvent")

        await page.evaluate("act.leave()")
        await shown(page, "it === 'left-meeting'", "useMeetingState")
        names = set(await page.evaluate("shown.hookNames"))
        told = set(await page.evaluate("Object.keys(shown)"))
        assert names - told - SHOWN_BY_OTHER_PAGES - {"useAudioLevel", "useThrottledDailyEvent"} == set()
        assert troubles == []


SCREEN = """
navigator.mediaDevices.getDisplayMedia = async () => {
  const canvas = document.createElement('canvas')
  canvas.getContext('2d').fillRect(0, 0, 10, 10)
  return canvas.captureStream(5)
}
"""


async def test_a_call_object_of_daily_react(server: RunningServer, open_page: OpenPage, site: str) -> None:
    created = server.create(custom_greeting="")
    url = f"{site}?{urlencode({'object': '1', 'url': created['conversation_url']})}"
    async with open_page(url) as page:
        await page.get_by_text("joined-meeting").wait_for()
        assert await page.evaluate("shown.useCallObject")


async def test_a_frame_of_daily_react(server: RunningServer, open_page: OpenPage, site: str) -> None:
    created = server.create(custom_greeting="")
    url = f"{site}?{urlencode({'frame': '1', 'url': created['conversation_url']})}"
    async with open_page(url) as page:
        await page.get_by_text("joined-meeting").wait_for()
        assert await page.evaluate("shown.useCallFrame")
        await page.frame_locator("iframe").get_by_test_id("leave").click()
        await page.get_by_text("left-meeting").wait_for()


async def test_the_component_of_the_seed(
    server: RunningServer, open_page: OpenPage, application: Path, tmp_path: Path
) -> None:
    created = server.create(custom_greeting="")
    site = tmp_path / "site"
    shutil.copytree(application, site)
    for script in site.glob("assets/*.js"):
        text = script.read_text()
        for name in ("conversation_url", "conversation_id"):
            text = text.replace(f"YOUR_{name.upper()}", created[name])
        script.write_text(text)
    with served(site) as url:
        async with open_page("about:blank") as page:
            said: list[str] = []
            page.on("console", lambda message: said.append(message.text))
            await page.goto(f"{url}?seed")
            frame = page.frame_locator("iframe")
            await frame.get_by_text("Listening").wait_for()
            await page.fill("input", "From the seed's component.")
            await page.click("text=Send Message")
            await frame.get_by_text("From the seed's component.").first.wait_for()
            assert any("app-message received" in line for line in said), said
