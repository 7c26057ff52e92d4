"""A private room in a real browser: with the token of the link, without one, and by a call object."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.test_readme import served
from visavis.testing.server_process import RunningServer

LASTING = {"require_auth": True, "custom_greeting": "", "properties": {"participant_left_timeout": 60}}
NOT_ALLOWED = "You are not allowed to join this meeting."


async def test_the_link_with_a_token_opens_the_room_and_the_token_leaves_the_address_bar(
    server: RunningServer, open_page: OpenPage
) -> None:
    created = server.create(**LASTING)
    url = created["conversation_url"]
    async with open_page(f"{url}?t={created['meeting_token']}&join=1&camera=0") as page:
        await page.get_by_test_id("replica-video").wait_for()
        assert page.url == f"{url}?join=1&camera=0"
        await page.reload()
        await page.get_by_test_id("replica-video").wait_for()
        assert await page.evaluate(
            "performance.getEntriesByType('resource').every(({name}) => !/[?&]t=/.test(name))"
        )


async def test_without_a_token_the_page_says_that_one_is_not_allowed(
    server: RunningServer, open_page: OpenPage
) -> None:
    async with open_page(server.create(**LASTING)["conversation_url"]) as page:
        await expect(page.get_by_text(NOT_ALLOWED)).to_be_visible()
        assert await page.get_by_test_id("join").count() == 0


PAGE = """<!doctype html><title>An application</title><link rel="icon" href="data:,"><div id="here"></div>
<script src="{server}/embed.js"></script>
<script type="module">
  import Daily from '{server}/daily-js.js'
  Object.assign(window, {{ Daily }})
</script>"""


async def test_call_objects_frames_and_elements_join_with_the_token_only(
    server: RunningServer, open_page: OpenPage, tmp_path: Path
) -> None:
    created = server.create(**LASTING)
    url, token = created["conversation_url"], created["meeting_token"]
    (tmp_path / "index.html").write_text(PAGE.format(server=server.url))
    with served(tmp_path) as site:
        async with open_page(site) as page:
            await page.wait_for_function("window.Daily")
            refused = await page.evaluate(
                """async (url) => {
                  const call = Daily.createCallObject({ audioSource: false, videoSource: false })
                  const told = new Promise((done) => call.once('error', done))
                  await call.join({ url }).catch(() => undefined)
                  const { errorMsg, error } = await told
                  await call.destroy()
                  return [errorMsg, error.type, error.msg]
                }""",
                url,
            )
            assert refused == [NOT_ALLOWED, "not-allowed", NOT_ALLOWED]
            for make in ("createCallObject()", "createFrame(document.getElementById('here'))"):
                state = await page.evaluate(
                    f"""async ([url, token]) => {{
                      const call = Daily.{make}
                      await call.join({{ url, token, startAudioOff: true, startVideoOff: true }})
                      const state = call.meetingState()
                      await call.destroy()
                      return state
                    }}""",
                    [url, token],
                )
                assert state == "joined-meeting"
            await page.evaluate(
                """([url, token]) => {
                  const element = document.createElement('visavis-call')
                  const devices = { microphone: 'off', camera: 'off' }
                  const given = { 'conversation-url': url, token, ...devices, autostart: '' }
                  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value)
                  document.getElementById('here').append(element)
                }""",
                [url, token],
            )
            await page.frame_locator("iframe").get_by_test_id("replica-video").wait_for()
