"""A real server and a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from visavis.testing import chromium
from visavis.testing.server_process import RunningServer, running_server

OpenPage = Callable[..., AbstractAsyncContextManager[Page]]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server for all tests of this folder, with a small language model."""
    # Calls that tests leave behind wait for their people for a while; they must not fill the house.
    with running_server(tmp_path_factory.mktemp("server"), conversations_per_worker=32) as running:
        yield running


@pytest.fixture
def open_page() -> OpenPage:
    """Opens a URL in a fresh headless Chromium; a WAV file for its microphone, a film for its camera."""

    @asynccontextmanager
    async def opened(
        url: str, *, speech: Path | None = None, camera: Path | None = None, **context: object
    ) -> AsyncIterator[Page]:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium.executable(), args=chromium.flags(speech, camera)
            )
            try:
                page = await (await browser.new_context(**context)).new_page()  # type: ignore[arg-type]
                await page.goto(url)
                yield page
            finally:
                await browser.close()

    return opened
