"""A real server and a real browser."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from tests.server_process import RunningServer, running_server

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--allow-loopback-in-peer-connection",
]

OpenPage = Callable[..., AbstractAsyncContextManager[Page]]


def chromium() -> str:
    """Where the browser is; `make test` has checked that there is one."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise AssertionError("no Chromium found: sudo apt-get install -y chromium")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for all tests of this folder, with a small language model."""
    with running_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def open_page() -> OpenPage:
    """Opens a URL in a fresh headless Chromium whose microphone plays a WAV file once."""

    @asynccontextmanager
    async def opened(url: str, *, speech: Path | None = None, **context: object) -> AsyncIterator[Page]:
        flags = list(FLAGS)
        if speech:
            flags.append(f"--use-file-for-fake-audio-capture={speech}%noloop")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=flags)
            try:
                page = await (await browser.new_context(**context)).new_page()  # type: ignore[arg-type]
                await page.goto(url)
                yield page
            finally:
                await browser.close()

    return opened
