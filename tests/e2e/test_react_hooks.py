"""The React hooks, in the example that is printed, under StrictMode."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlencode

from playwright.async_api import Request, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.test_page import JOINED_MS
from tests.e2e.test_readme import served
from visavis.testing.server_process import RunningServer

WEB = Path(__file__).parents[2] / "web"
APP = "packages/react/test-app"


def built(folder: Path) -> Path:
    """The example as its users develop it: React's StrictMode mounts twice in its development build only."""
    npx = shutil.which("npx")
    assert npx is not None
    command = [npx, "vite", "build", APP, "--config", f"{APP}/vite.config.ts", "--outDir", str(folder)]
    environment = {**os.environ, "NODE_ENV": "development"}
    subprocess.run(command, cwd=WEB, check=True, capture_output=True, timeout=120, env=environment)
    return folder


async def test_a_component_joins_once_and_leaves_when_it_goes(
    server: RunningServer, open_page: OpenPage, tmp_path: Path
) -> None:
    created = server.create(custom_greeting="", properties={"participant_left_timeout": 60})
    with served(built(tmp_path)) as site:
        async with open_page("about:blank") as page:
            troubles: list[str] = []
            asked: list[str] = []

            def note(request: Request) -> None:
                if request.method in ("POST", "DELETE"):
                    asked.append(request.method)

            page.on("pageerror", lambda error: troubles.append(str(error)))
            page.on("request", note)
            await page.goto(f"{site}?{urlencode({'url': created['conversation_url']})}")
            status = page.get_by_role("status")
            await expect(status).to_have_text("joined", timeout=JOINED_MS)
            await page.wait_for_function("document.querySelector('video').videoWidth > 0")
            await expect(page.get_by_role("button", name="Mute")).to_be_visible()

            await page.get_by_text("Have it say this").click()
            await expect(page.get_by_text("replica: I say exactly this.")).to_be_visible(timeout=JOINED_MS)
            await page.get_by_role("button", name="Mute").click()
            await expect(page.get_by_role("button", name="Unmute")).to_be_visible()
            assert asked == ["POST"], "StrictMode mounts twice and joins once"

            await page.get_by_role("button", name="Leave").click()
            await expect(status).to_have_text("You left the conversation.")
            await page.get_by_role("button", name="Join").click()
            await expect(status).to_have_text("joined", timeout=JOINED_MS)
            async with page.expect_request(lambda request: request.method == "DELETE"):
                await page.evaluate("unmount()")
            assert asked == ["POST", "DELETE", "POST", "DELETE"]
            assert troubles == []
