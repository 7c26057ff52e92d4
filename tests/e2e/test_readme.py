"""The README's snippets, as printed but for the URL and the id."""

from __future__ import annotations

import asyncio
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.e2e.conftest import OpenPage
from visavis.testing.server_process import RunningServer

README = (Path(__file__).parents[2] / "README.md").read_text()


def snippet(language: str, holding: str, created: dict[str, str], server: RunningServer) -> str:
    """The code block of this language that holds these words."""
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    (block,) = [block for block in blocks if holding in block]
    for printed, real in {
        "YOUR_CONVERSATION_URL": created["conversation_url"],
        "YOUR_CONVERSATION_ID": created["conversation_id"],
        "http://127.0.0.1:7600": server.url,
        'api_key="…"': f'api_key="{server.key}"',
    }.items():
        block = block.replace(printed, real)
    return block


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder as another web site on this machine."""

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(folder))

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{site.server_port}/"
        site.shutdown()


async def test_the_page_of_ones_own(server: RunningServer, open_page: OpenPage, tmp_path: Path) -> None:
    created = server.create(custom_greeting="")
    html = snippet("html", "call.js", created, server)
    (tmp_path / "index.html").write_text(html)
    with served(tmp_path) as url:
        await _try_page(url, open_page)


async def _try_page(url: str, open_page: OpenPage) -> None:
    async with open_page("about:blank") as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        await page.goto(url)
        await page.wait_for_function("document.querySelector('#replica').videoWidth > 0")
        await page.fill("#messageInput", "From a page of my own.")
        await page.click("#send")
        await page.wait_for_function("document.querySelector('#replica').currentTime > 1")
        for _ in range(300):
            if any("app-message" in line for line in said) and any("Sent message" in line for line in said):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(said)


async def test_the_program_in_the_room(server: RunningServer) -> None:
    created = server.create(custom_greeting="")
    said = await _run(snippet("python", "join_room", created, server), "conversation.stopped_speaking")
    assert "Hello from a program." in said


async def test_the_program_that_makes_its_own_conversation(server: RunningServer) -> None:
    created = server.create(custom_greeting="", test_mode=True)
    said = await _run(snippet("python", "Client(", created, server), "I say exactly this.")
    assert "Hello!" in said, "the greeting comes first"


async def _run(code: str, until: str) -> str:
    """What the program prints, up to the words it is to print."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-c", code, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        async with asyncio.timeout(60):
            while not any(until in line for line in lines[-1:]):
                line = (await process.stdout.readline()).decode()
                assert line, "".join(lines)
                lines.append(line)
    finally:
        process.kill()
        await process.wait()
    return "".join(lines)
