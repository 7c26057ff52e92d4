"""A real TURN server between a browser and the room, with credentials made from a shared secret."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aioice import stun, turn

from tests.e2e.conftest import OpenPage, open_page
from tests.network.calls import JOIN, STOPPED, echo, told
from visavis.cli.ice_checks import ice_server
from visavis.client.call import Call
from visavis.client.whip import Whip
from visavis.ice import IceServerSetting
from visavis.testing.server_process import free_port, running_server

__all__ = ["open_page"]  # a fixture

SECRET = "shared-with-the-turn-server"
RELAY_ONLY = """
(() => {
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration) {
      super({...configuration, iceTransportPolicy: 'relay'});
      window.connection = this;
    }
  };
})()
"""
LOCAL_CANDIDATE = """
async () => {
  const stats = [...(await window.connection.getStats()).values()];
  const pair = stats.find((one) => one.type === 'candidate-pair' && one.nominated);
  return stats.find((one) => one.id === pair?.localCandidateId)?.candidateType;
}
"""


@contextmanager
def turn_server(folder: Path) -> Iterator[int]:
    """coturn on loopback; its port."""
    found = shutil.which("turnserver")
    assert found, "no TURN server found: sudo apt-get install -y coturn"
    port = free_port()
    process = subprocess.Popen(
        [
            *(found, "-n", "--listening-ip", "127.0.0.1", "--relay-ip", "127.0.0.1"),
            *("--listening-port", str(port), "--allow-loopback-peers", "--no-cli", "--no-tls", "--no-dtls"),
            *("--use-auth-secret", "--static-auth-secret", SECRET, "--realm", "visavis.test"),
            *("--log-file", str(folder / "turn.log"), "--simple-log", "--pidfile", str(folder / "turn.pid")),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield port
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def turn_port(tmp_path: Path) -> Iterator[int]:
    with turn_server(tmp_path) as port:
        yield port


def named(port: int, **more: str) -> dict[str, Any]:
    return {"url": f"turn:127.0.0.1:{port}?transport=udp", **(more or {"secret": SECRET})}


async def test_a_browser_that_reaches_nothing_but_the_turn_server_holds_a_call(
    turn_port: int, tmp_path: Path, open_page: OpenPage
) -> None:
    with running_server(tmp_path, workers=1, ice_servers=[named(turn_port)]) as server:
        made = server.create(custom_greeting="")
        async with open_page("about:blank", bypass_csp=True) as page:
            await page.add_init_script(RELAY_ONLY)
            await page.goto(f"{server.url}/healthz")
            await page.evaluate(JOIN, made["conversation_url"])
            echo(server, made["conversation_id"])
            await told(page, lambda event: event["event_type"] == STOPPED)
            assert await page.evaluate(LOCAL_CANDIDATE) == "relay"


async def test_a_program_learns_of_the_turn_server_and_takes_an_address_of_it(
    turn_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_server(tmp_path, workers=1, ice_servers=[named(turn_port)]) as server:
        url = server.create(custom_greeting="")["conversation_url"]
        offers: list[str] = []
        send = Whip.offer

        async def seen(whip: Whip, sdp: str) -> str:
            offers.append(sdp)
            return await send(whip, sdp)

        monkeypatch.setattr(Whip, "offer", seen)
        async with Call.join(url, receive_video=False) as call:
            assert (await call.echo("Hello.")).speech == "Hello."
        assert "typ relay" in offers[0]


async def test_the_doctor_gets_an_address_of_a_turn_server(turn_port: int) -> None:
    await _until_it_answers(turn_port)
    assert (await ice_server(IceServerSetting.model_validate(named(turn_port)))).state == "ok"


async def test_the_doctor_says_what_is_wrong_with_one(turn_port: int) -> None:
    await _until_it_answers(turn_port)
    stranger = named(turn_port, username="ann", credential="guessed")
    refused = await ice_server(IceServerSetting.model_validate(stranger))
    assert refused.state == "missing"
    assert "credentials" in refused.detail
    silent = await ice_server(IceServerSetting.model_validate(named(free_port())))
    assert silent.state == "missing"
    assert "no answer" in silent.detail


async def _until_it_answers(port: int) -> None:
    issued = IceServerSetting.model_validate(named(port)).issue(2e9)
    for _ in range(50):
        try:
            transport, _protocol = await turn.create_turn_endpoint(
                asyncio.DatagramProtocol,
                ("127.0.0.1", port),
                username=issued.username,
                password=issued.credential,
            )
        except (OSError, stun.TransactionError):
            await asyncio.sleep(0.1)
        else:
            transport.close()
            return
    raise AssertionError("the TURN server did not come up")
