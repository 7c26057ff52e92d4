"""A conversation in somebody else's page: the plain iframe, the elements, their events and methods."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.test_daily_js import example
from tests.e2e.test_page import DESK, JOINED_MS, PHONE, assert_accessible, assert_no_overflow
from tests.e2e.test_readme import served
from visavis.testing.server_process import RunningServer

LASTING = {"custom_greeting": "", "properties": {"participant_left_timeout": 60}}

HOST = """<!doctype html><html lang="en"><title>A page with an element</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width">{head}
<style>body {{ margin: 16px; font-family: sans-serif; color-scheme: light dark }}</style>
<script>
  const told = []
  for (const family of ['tavus', 'visavis'])
    for (const name of ['ready', 'conversation-started', 'conversation-ended', 'state-change', 'mode-change',
      'error', 'tool-call', 'protocol-message'])
      document.addEventListener(`${{family}}:${{name}}`, ({{ type, detail }}) => {{
        told.push({{ type, detail }})
      }})
  const of = (type) => told.filter((one) => one.type === type).map((one) => one.detail)
</script>
<main><h1>A page with an element</h1>{body}</main>
{script}
</html>
"""
CLASSIC = '<script src="{server}/embed.js"></script>'
MODULE = """<script type="module">
  import {{ TavusIntegration }} from '{server}/embed.mjs'
  window.TavusIntegration = TavusIntegration
</script>"""


@asynccontextmanager
async def host(
    open_page: OpenPage,
    folder: Path,
    server: RunningServer,
    body: str,
    *,
    head: str = "",
    script: str = CLASSIC,
    **context: Any,
) -> AsyncIterator[Page]:
    """A page of another origin with this in it."""
    (folder / "index.html").write_text(
        HOST.format(head=head, body=body, script=script.format(server=server.url))
    )
    with served(folder) as url:
        async with open_page("about:blank", **context) as page:
            troubles: list[str] = []
            page.on("pageerror", lambda error: troubles.append(str(error)))
            await page.goto(url)
            yield page
            assert troubles == []


async def told(page: Page, event: str, condition: str = "true") -> Any:
    """The detail of the first such event of which the condition holds for `it`."""
    found = f"of({event!r}).find((it) => {condition})"
    try:
        await page.wait_for_function(f"{found} !== undefined", timeout=JOINED_MS)
    except Exception as error:
        raise AssertionError(await page.evaluate("JSON.stringify(told)")) from error
    return await page.evaluate(found)


@pytest.fixture
def starter(server: RunningServer) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An integrator's backend that holds the key and makes conversations: its URL, what it was asked for."""
    asked: list[dict[str, Any]] = []

    class Backend(BaseHTTPRequestHandler):
        def do_OPTIONS(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            asked.append(body)
            self._answer(
                server.create(**LASTING | {key: body[key] for key in body if key != "memory_stores"})
            )

        def _answer(self, body: object) -> None:
            self.send_response(200)
            for name in ("origin", "headers", "methods"):
                self.send_header(f"access-control-allow-{name}", "*")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the test says what it saw."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Backend) as backend:
        Thread(target=backend.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{backend.server_port}/start", asked
        backend.shutdown()


async def test_a_plain_iframe_joins(server: RunningServer, open_page: OpenPage, tmp_path: Path) -> None:
    url = server.create(custom_greeting="")["conversation_url"]
    allow = "camera; microphone; autoplay; display-capture"
    body = f'<iframe title="Call" src="{url}" allow="{allow}" height="600"></iframe>'
    async with host(open_page, tmp_path, server, body) as page:
        frame = page.frame_locator("iframe")
        await frame.get_by_test_id("join").click()
        await expect(frame.get_by_test_id("state")).to_have_text("Listening", timeout=JOINED_MS)
        await expect(frame.get_by_test_id("mute")).to_have_text("Mute")


async def test_an_iframe_without_leave_says_what_is_missing(
    server: RunningServer, open_page: OpenPage, tmp_path: Path
) -> None:
    url = server.create(custom_greeting="")["conversation_url"]
    # Another origin than the page's: one's own may use the devices without being given leave.
    async with host(open_page, tmp_path, server, f'<iframe title="Call" src="{url}"></iframe>') as page:
        error = page.frame_locator("iframe").get_by_test_id("error")
        await expect(error).to_contain_text('Its iframe needs allow="microphone; camera; autoplay"')


@pytest.mark.parametrize("name", ["visavis-call", "tavus-embed"])
async def test_an_element_holds_a_conversation(
    server: RunningServer, open_page: OpenPage, tmp_path: Path, name: str
) -> None:
    created = server.create(**LASTING)
    body = f'<{name} conversation-url="{created["conversation_url"]}" user-name="Ada"></{name}>'
    async with host(open_page, tmp_path, server, body, **DESK) as page:
        await told(page, "tavus:ready")
        await assert_accessible(page, "before")
        await page.get_by_test_id("start").press("Enter")
        started = await told(page, "tavus:conversation-started")
        assert started == {"conversationId": created["conversation_id"]}
        await page.evaluate(f"document.querySelector('{name}').tavus.echo('Said by the page around.')")
        spoken = "it.event_type === 'conversation.utterance' && it.properties.speech.includes('page around')"
        await told(page, "tavus:protocol-message", spoken)
        await told(
            page, "tavus:protocol-message", "it.event_type === 'conversation.replica.started_speaking'"
        )
        frame = page.frame_locator("iframe")
        await frame.get_by_text("Said by the page around.").first.wait_for()
        assert await frame.get_by_test_id("replica-video").evaluate("(video) => video.videoWidth > 0")
        await assert_accessible(page, "in the call")
        await page.evaluate(f"document.querySelector('{name}').visavis.endConversation()")
        await told(page, "tavus:conversation-ended", f"it.conversationId === {created['conversation_id']!r}")
        await assert_accessible(page, "after")
        await expect(page.get_by_role("button", name="Join again")).to_be_focused()
        await expect(page.locator("iframe")).to_have_count(0)
        states = [one["state"] for one in await page.evaluate("of('tavus:state-change')")]
        assert states == ["connecting", "connected", "ended"]
        modes = [one["mode"] for one in await page.evaluate("of('visavis:mode-change')")]
        assert modes == ["preview", "call", "ended"]
        assert await page.evaluate(
            "of('visavis:protocol-message').length === of('tavus:protocol-message').length"
        )
        assert await page.evaluate("of('tavus:error')") == []

        await page.get_by_role("button", name="Join again").click()
        await page.wait_for_function("of('tavus:conversation-started').length === 2", timeout=JOINED_MS)


async def test_the_example_as_printed(server: RunningServer, open_page: OpenPage, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(example("embed/index.html", server.create(**LASTING), server))
    with served(tmp_path) as url:
        async with open_page(url) as page:
            await page.get_by_test_id("start").click()
            await page.get_by_role("button", name="Have it say hello").click(timeout=JOINED_MS)
            await expect(page.get_by_text("replica: Hello from the page.")).to_be_visible(timeout=JOINED_MS)


async def test_an_element_starts_by_the_pages_own_backend(
    server: RunningServer, open_page: OpenPage, tmp_path: Path, starter: tuple[str, list[dict[str, Any]]]
) -> None:
    url, asked = starter
    body = f"""<tavus-embed start-url="{url}" conversational-context="The visitor looks at shoes."
      custom-greeting="Welcome to the shop." memory-stores="one, two"></tavus-embed>"""
    async with host(open_page, tmp_path, server, body, script=MODULE, **PHONE) as page:
        await page.wait_for_function(
            "window.TavusIntegration && document.querySelector('tavus-embed').tavus?.ready"
        )
        # As the hosted service's users do: made early, joined later, all through the helper.
        await page.evaluate("window.helper = new TavusIntegration('tavus-embed')")
        await page.evaluate(
            "new Promise((resolve) => helper.on('tavus:ready', resolve)).then(() => undefined)"
        )
        await page.evaluate("helper.createConversation()")
        await page.evaluate("helper.startConversation()")
        await told(page, "tavus:protocol-message", "it.properties?.speech === 'Welcome to the shop.'")
        assert asked == [
            {
                "conversational_context": "The visitor looks at shoes.",
                "custom_greeting": "Welcome to the shop.",
                "memory_stores": ["one", "two"],
            }
        ]
        await page.evaluate(
            "helper.sendMessage({ event_type: 'conversation.echo', properties: { text: 'By message.' } })"
        )
        await told(page, "tavus:protocol-message", "it.properties?.speech?.includes('By message.')")
        removed = await page.evaluate_handle("document.querySelector('tavus-embed')")
        await removed.evaluate("(element) => element.remove()")
        await page.wait_for_function("(element) => element.conversationId === ''", arg=removed)


async def test_what_keeps_an_element_from_starting_is_said(
    server: RunningServer, open_page: OpenPage, tmp_path: Path
) -> None:
    gone = server.create(custom_greeting="")["conversation_url"][:-32] + "0" * 32
    elements = {
        "deployment-unsupported": '<tavus-embed label="a" deployment-id="d1"></tavus-embed>',
        "no-conversation": '<visavis-call label="b"></visavis-call>',
        "bad-url": '<visavis-call label="c" conversation-url="javascript:alert(1)"></visavis-call>',
        "not-found": f'<visavis-call label="d" conversation-url="{gone}"></visavis-call>',
    }
    async with host(open_page, tmp_path, server, "".join(elements.values()), **DESK) as page:
        for code in elements:
            problem = await told(page, "tavus:error", f"it.code === {code!r}")
            await expect(page.get_by_text(problem["message"])).to_be_visible()
        await assert_accessible(page, "errors")


async def test_the_box_is_wide_or_upright_as_its_container_is(
    server: RunningServer, open_page: OpenPage, tmp_path: Path
) -> None:
    url = server.create(custom_greeting="")["conversation_url"]
    sizes = {"720px": 16 / 9, "320px": 9 / 16}
    body = "".join(
        f'<visavis-call label="{width}" style="width: {width}" conversation-url="{url}"></visavis-call>'
        for width in sizes
    )
    async with host(open_page, tmp_path, server, body, **DESK) as page:
        for width, ratio in sizes.items():
            box = await page.get_by_role("region", name=width).get_by_test_id("box").bounding_box()
            assert box is not None
            assert box["width"] / box["height"] == pytest.approx(ratio, rel=0.01)


async def test_an_element_is_as_dark_as_its_page(
    server: RunningServer, open_page: OpenPage, tmp_path: Path
) -> None:
    url = server.create(**LASTING)["conversation_url"]
    names = {
        "page": "",
        "theme": 'theme="light" style="color-scheme: dark"',
        "light": 'style="color-scheme: light"',
    }
    body = "".join(
        f'<visavis-call label="{label}" {more} conversation-url="{url}" camera="off"></visavis-call>'
        for label, more in names.items()
    )
    async with host(open_page, tmp_path, server, body, color_scheme="dark", **DESK) as page:
        await told(page, "tavus:ready")

        async def colour(label: str) -> str:
            box = page.get_by_role("region", name=label).get_by_test_id("box")
            return str(await box.evaluate("(box) => getComputedStyle(box).backgroundColor"))

        assert await colour("page") == "rgb(26, 26, 31)"
        assert await colour("theme") == await colour("light") == "rgb(255, 255, 255)"
        await page.get_by_role("region", name="theme").get_by_test_id("start").click()
        await told(page, "tavus:conversation-started")
        ground = page.frame_locator("iframe").locator("body")
        await expect(ground).to_have_css("background-color", "rgb(246, 246, 248)")
        await page.evaluate("document.querySelector('[label=theme]').setAttribute('theme', 'dark')")
        await expect(ground).to_have_css("background-color", "rgb(16, 16, 19)")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_a_widget_opens_and_closes_by_keyboard(
    server: RunningServer, open_page: OpenPage, tmp_path: Path, size: dict[str, Any]
) -> None:
    url = server.create(**LASTING)["conversation_url"]
    body = f'<p>Words of the page.</p><tavus-widget conversation-url="{url}"></tavus-widget>'
    # What docs/embeds.md asks of the page around, no styles, and what this test needs itself.
    allowed = {
        "script": f"{server.url} 'unsafe-inline' 'unsafe-eval'",
        "frame": server.url,
        "connect": server.url,
    }
    policy = "; ".join(f"{kind}-src {sources}" for kind, sources in {**allowed, "style": "'none'"}.items())
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    async with host(open_page, tmp_path, server, body, head=head, **size) as page:
        await told(page, "tavus:ready")
        await assert_accessible(page, "closed")
        launcher = page.get_by_test_id("launcher")
        corner = await launcher.bounding_box()
        assert corner is not None
        assert corner["x"] + corner["width"] == size["viewport"]["width"] - 16
        await page.keyboard.press("Tab")
        await expect(launcher).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await expect(page.get_by_test_id("start")).to_be_focused()
        await assert_accessible(page, "open")
        await assert_no_overflow(page)
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await expect(launcher).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")
        await told(page, "tavus:conversation-started")
        await assert_accessible(page, "in the call")
        await page.get_by_test_id("close").press("Enter")
        await expect(launcher).to_have_text("Back to the call")
        await expect(launcher).to_be_focused()
        await page.evaluate("document.querySelector('tavus-widget').tavus.endConversation()")
        await expect(launcher).to_have_text("Talk to us")
        modes = [one["mode"] for one in await page.evaluate("of('tavus:mode-change')")]
        assert modes == ["launcher", "preview", "launcher", "preview", "call", "launcher"]
