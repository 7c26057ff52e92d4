"""The stand-in for daily-js: the seed's page, and what applications do with a call object."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.e2e.conftest import OpenPage
from tests.e2e.test_readme import served
from tests.e2e.test_spoken import after_a_moment
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


PAGE = """<!doctype html><title>An application</title><link rel="icon" href="data:,">
<script type="module">
  import Daily from '{server}/daily-js.js'
  Object.assign(window, {{ Daily, told: [] }})
  window.make = (options = {{}}) => {{
    const call = Daily.createCallObject(options)
    const names = ['error', 'left-meeting', 'joined-meeting', 'camera-error', 'track-started', 'app-message',
      'active-speaker-change', 'local-audio-level', 'remote-participants-audio-level']
    for (const name of names) call.on(name, (event) => told.push(event))
    return (window.call = call)
  }}
  window.actions = () => told.map((event) => event.action)
  window.last = (action) => told.findLast((event) => event.action === action)
</script>
"""


@pytest.fixture
def application(server: RunningServer, tmp_path: Path) -> Iterator[str]:
    """An application of another origin that imports the stand-in from the server."""
    (tmp_path / "index.html").write_text(PAGE.format(server=server.url))
    with served(tmp_path) as url:
        yield url


@asynccontextmanager
async def opened(open_page: OpenPage, url: str, speech: Path | None = None) -> AsyncIterator[Page]:
    async with open_page(url, speech=speech) as page:
        await page.wait_for_function("window.make !== undefined")
        yield page


async def test_a_call_object(
    server: RunningServer, open_page: OpenPage, application: str, tmp_path: Path
) -> None:
    created = server.create(custom_greeting="", properties={"participant_left_timeout": 60})
    async with opened(open_page, application, after_a_moment(tmp_path)) as page:
        people = await page.evaluate(
            "(url) => make().join({ url, userName: 'Ada' })", created["conversation_url"]
        )
        (replica,) = [one for key, one in people.items() if key != "local"]
        assert replica["user_id"].startswith("tavus-replica")
        assert people["local"]["user_name"] == "Ada"
        assert await page.evaluate("told.every((event) => event.callClientId === call.callClientId)")

        # The replica's tracks and one's own are real ones.
        await page.wait_for_function("call.participants().local.tracks.audio.state === 'playable'")
        await page.wait_for_function("call.participants().local.tracks.video.state === 'playable'")
        kinds = await page.evaluate(
            "Object.values(call.participants())"
            ".flatMap(({ tracks }) => [tracks.audio.track?.kind, tracks.video.track?.kind])"
        )
        assert kinds == ["audio", "video", "audio", "video"]
        await page.evaluate("call.setLocalAudio(false)")
        assert await page.evaluate("call.participants().local.tracks.audio") | {"persistentTrack": 0} == {
            "subscribed": True,
            "state": "off",
            "off": {"byUser": True},
            "persistentTrack": 0,
        }
        await page.evaluate("call.setLocalAudio(true).setLocalVideo(false)")
        assert await page.evaluate("[call.localAudio(), call.localVideo()]") == [True, False]

        await page.evaluate("call.startLocalAudioLevelObserver(100)")
        await page.evaluate("call.startRemoteParticipantsAudioLevelObserver(100)")
        await page.evaluate(
            "call.sendAppMessage({ event_type: 'conversation.echo', properties: { text: 'Hello, all.' } })"
        )
        await page.wait_for_function(
            "(id) => last('active-speaker-change')?.activeSpeaker.peerId === id", arg=replica["session_id"]
        )
        await page.wait_for_function(
            "told.some((event) => Object.values(event.participantsAudioLevel ?? {}).some((one) => one > 0))"
        )
        await page.wait_for_function("told.some((event) => event.audioLevel > 0)")
        await page.wait_for_function(
            "call.getNetworkStats().then(({ stats }) => stats.latest?.recvBitsPerSecond > 10_000)"
        )

        await page.evaluate("call.leave()")
        actions = await page.evaluate("actions()")
        assert actions.index("joined-meeting") < actions.index("track-started")
        assert actions[-1] == "left-meeting"
        assert await page.evaluate("call.meetingState()") == "left-meeting"
        again = await page.evaluate("call.join().then(Object.keys)")
        assert "local" in again
        await page.evaluate("call.destroy()")
        assert await page.evaluate("[call.isDestroyed(), Daily.getCallInstance() ?? null]") == [True, None]


async def test_limits_and_duplicates(server: RunningServer, open_page: OpenPage, application: str) -> None:
    created = server.create(custom_greeting="", properties={"participant_left_timeout": 60})
    async with opened(open_page, application) as page:
        fails = "((act) => { try { act(); return '' } catch (error) { return error.message } })"
        await page.evaluate(
            "(url) => make({ url, startAudioOff: true, startVideoOff: true })", created["conversation_url"]
        )
        assert (
            await page.evaluate(f"{fails}(() => call.sendAppMessage({{}}))")
            == "sendAppMessage() only supported after join."
        )
        assert (
            await page.evaluate(f"{fails}(() => make())") == "Duplicate DailyIframe instances are not allowed"
        )
        await page.evaluate("call.join({ dailyConfig: {} })")
        long = f"{fails}(() => call.sendAppMessage('x'.repeat(5000)))"
        assert await page.evaluate(long) == "Message data too large. Max size is 4096"
        await page.evaluate("call.leave()")
        await page.evaluate("call.join({ dailyConfig: { maxAppMessageSize: 261120 } })")
        assert await page.evaluate(long) == ""

        # As React's StrictMode does: made, destroyed and made again, waiting for nothing.
        await page.evaluate(
            "call.destroy(); make(); call.destroy(); make({ allowMultipleCallInstances: true })"
        )
        assert await page.evaluate("Daily.getCallInstance(call.callClientId) === call")
        assert await page.evaluate("Daily.createCallObject({ allowMultipleCallInstances: true }) !== call")


NO_DEVICES = """() => {
  navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotFoundError') }
}"""


async def test_errors_are_daily_s(server: RunningServer, open_page: OpenPage, application: str) -> None:
    created = server.create(custom_greeting="", properties={"participant_left_timeout": 60})
    nowhere = f"{server.url}/c{'0' * 32}"
    async with opened(open_page, application) as page:
        await page.evaluate(NO_DEVICES)
        refused = await page.evaluate(
            "(url) => make().join({ url }).catch((error) => error.message)", nowhere
        )
        assert "no conversation" in refused
        assert (await page.evaluate("last('error').error"))["type"] == "no-room"
        assert await page.evaluate("call.meetingState()") == "error"
        await page.evaluate("call.join({ url: 'http://127.0.0.1:9/c1' }).catch(() => null)")
        error = await page.evaluate("last('error').error")
        assert (error["type"], error["details"]["on"]) == ("connection-error", "join")

        await page.evaluate("(url) => call.join({ url, token: 'a-token' })", created["conversation_url"])
        await page.wait_for_function("last('camera-error') !== undefined")
        camera = await page.evaluate("last('camera-error').error")
        assert (camera["type"], sorted(camera["missingMedia"])) == ("not-found", ["audio", "video"])
        server.api("POST", f"/conversations/{created['conversation_id']}/end")
        await page.wait_for_function("call.meetingState() === 'error'")
        assert (await page.evaluate("last('error')"))["errorMsg"] == "Meeting has ended"
        assert (await page.evaluate("last('error').error"))["type"] == "ejected"
        assert (await page.evaluate("actions()"))[-1] == "left-meeting"
        rejected = await page.evaluate("call.startDialOut({}).catch((error) => error.message)")
        assert "not supported" in rejected


async def test_a_frame(server: RunningServer, open_page: OpenPage, application: str) -> None:
    """The page in a frame takes its look and its orders from the page around it."""
    created = server.create(custom_greeting="", properties={"participant_left_timeout": 60})
    theme = "{ colors: { accent: 'rgb(1, 2, 3)' } }"
    style = "{ width: '700px', height: '500px', border: '0' }"
    options = f"{{ showLeaveButton: true, theme: {theme}, iframeStyle: {style} }}"
    async with opened(open_page, application) as page:
        await page.evaluate(f"window.call = Daily.createFrame({options}); 0")
        await page.evaluate(
            "document.body.append(Object.assign(document.createElement('main'), { id: 'place' }))"
        )
        await page.evaluate("place.append(call.iframe())")
        people = await page.evaluate(
            "(url) => call.join({ url, userName: 'Ada' })", created["conversation_url"]
        )
        assert len(people) == 2
        frame = page.frames[1]
        accent = "getComputedStyle(document.documentElement).getPropertyValue('--accent')"
        assert await frame.evaluate(accent) == "rgb(1, 2, 3)"
        assert await page.evaluate("call.iframe().getBoundingClientRect().width") == 700
        await page.wait_for_function("call.localAudio() && call.localVideo()")
        await page.evaluate("call.setLocalAudio(false)")
        await page.wait_for_function("!call.localAudio()")
        # Moved in its document, a frame loads anew: the call goes on.
        await page.evaluate("document.body.append(call.iframe())")
        await page.wait_for_function("Object.keys(call.participants()).length >= 2")
        await page.frame_locator("iframe").get_by_test_id("leave").click()
        await page.wait_for_function("call.meetingState() === 'left-meeting'")
        await page.evaluate("call.destroy()")
        assert await page.evaluate("document.querySelector('iframe')") is None


async def test_two_people_and_a_screen(server: RunningServer, open_page: OpenPage, application: str) -> None:
    """What one sends the other gets as tracks, as with Daily."""
    created = server.create(custom_greeting="")
    url = created["conversation_url"]
    other = "Object.values(call.participants()).find((one) => one.user_name === 'Bo')"
    async with opened(open_page, application) as ada, opened(open_page, application) as bo:
        await ada.evaluate("(url) => make().join({ url, userName: 'Ada', startVideoOff: true })", url)
        await bo.evaluate("(url) => make().join({ url, userName: 'Bo' })", url)
        await ada.wait_for_function(f"{other}?.tracks.video.track && {other}.tracks.audio.track")
        await bo.evaluate(SHARE)
        await ada.wait_for_function(f"{other}.tracks.screenVideo.state === 'playable'")
        await bo.evaluate("call.stopScreenShare()")
        await bo.evaluate("call.setLocalAudio(false)")
        await ada.wait_for_function(f"{other}.tracks.screenVideo.state === 'off'")
        await ada.wait_for_function(f"{other}.tracks.audio.state === 'off'")
        await bo.evaluate("call.leave()")
        await ada.wait_for_function(f"!{other}")


SHARE = """() => {
  const canvas = document.createElement('canvas')
  setInterval(() => canvas.getContext('2d').fillRect(0, 0, Math.random() * 90, 90), 100)
  call.startScreenShare({ mediaStream: canvas.captureStream(10) })
}"""
