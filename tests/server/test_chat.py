"""Being in a conversation without WebRTC: real sockets on a server whose rooms are made of nothing."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
import websockets

from tests.server.conftest import KEY
from tests.server.fakes import FakeLLM, FakeRoom, TaskLauncher
from visavis.config import Settings
from visavis.errors import UnknownConversation
from visavis.rooms.base import Participant
from visavis.server import sse
from visavis.server.access.limits import Limit
from visavis.server.app import create_app
from visavis.server.services import Services
from visavis.server.serving import _uvicorn_config
from visavis.server.store import Store
from visavis.server.workers import relays
from visavis.server.workers.supervisor import Supervisor
from visavis.session import rpc


@dataclass
class Site:
    """A server with one conversation."""

    url: str
    name: str
    room: FakeRoom
    http: httpx.AsyncClient
    supervisor: Supervisor
    services: Services

    @property
    def chat(self) -> str:
        return f"{self.url}/{self.name}/chat"

    @property
    def ws(self) -> str:
        return self.chat.replace("http", "ws", 1)

    def people(self) -> list[str]:
        return [person.id for person in self.room.people.values() if person.kind == "person"]

    @asynccontextmanager
    async def stream(self) -> AsyncIterator[tuple[dict[str, Any], AsyncIterator[dict[str, Any]]]]:
        """A participant who reads a stream: the welcome, and what follows."""
        async with self.http.stream("GET", self.chat) as answer:
            assert answer.status_code == 200
            frames = (
                json.loads(line[6:]) async for line in answer.aiter_lines() if line.startswith("data: ")
            )
            yield await anext(frames), frames


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the other end of a socket
            await asyncio.sleep(0.01)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    settings = Settings(data_dir=tmp_path, api_keys=[KEY], workers=1, public_url="https://example.test/calls")
    launcher = TaskLauncher()
    supervisor = Supervisor(settings, launcher=launcher, llm=FakeLLM())
    app = create_app(settings, supervisor, Store.from_settings(settings))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(_uvicorn_config(app, settings))
        serving = asyncio.create_task(server.serve([listener]))
        await supervisor.wait_ready()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with httpx.AsyncClient(headers={"x-api-key": KEY}, trust_env=False) as http:
            name = (await http.post(f"{url}/v2/conversations", json={"chat": True})).json()["conversation_id"]
            yield Site(url, name, launcher.studio.made[name][0], http, supervisor, app.state.services)
        server.should_exit = True
        await serving


def here(address: str) -> str:
    """The path without the prefix that a proxy would take off."""
    return address.removeprefix("/calls")


async def test_a_stream_tells_its_reader_alone_where_to_send(site: Site) -> None:
    async with site.stream() as (welcome, frames):
        assert welcome["send_to"].startswith(f"/calls/{site.name}/chat/")
        assert welcome["participant_id"] not in welcome["send_to"]
        sent = await site.http.post(site.url + here(welcome["send_to"]), json={"data": "hello"})
        assert sent.status_code == 202
        assert await anext(frames) == {"from": welcome["participant_id"], "data": {"data": "hello"}}


async def test_the_public_id_of_a_participant_neither_sends_nor_leaves(site: Site) -> None:
    async with site.stream() as (welcome, _), websockets.connect(site.ws) as other:
        also = json.loads(await other.recv())
        for public in (welcome["participant_id"], also["participant_id"]):
            address = f"{site.chat}/{public}"
            assert (await site.http.post(address, json={"data": "forged"})).status_code == 404
            assert (await site.http.delete(address)).status_code == 404
        assert len(site.people()) == 2


async def test_an_address_to_send_to_is_good_for_its_conversation_and_its_stream_only(site: Site) -> None:
    async with site.stream() as (welcome, frames):
        secret = welcome["send_to"].rpartition("/")[2]
        elsewhere = f"{site.url}/c{'0' * 32}/chat/{secret}"
        assert (await site.http.post(elsewhere, json={"data": 1})).status_code == 404
        assert (await site.http.delete(f"{site.chat}/{secret}")).status_code == 204
        assert (await anext(frames))["type"] == "closed"
        assert (await site.http.post(f"{site.chat}/{secret}", json={"data": 1})).status_code == 404
    assert site.room.detached == {welcome["participant_id"]: False}


async def test_a_reader_who_goes_is_lost(site: Site) -> None:
    async with site.stream() as (welcome, _):
        pass
    await until(lambda: site.room.detached)
    assert site.room.detached == {welcome["participant_id"]: True}


async def test_a_binary_frame_is_answered_and_the_socket_lives(site: Site) -> None:
    async with websockets.connect(site.ws) as client:
        await client.recv()
        await client.send(b"\x00")
        assert json.loads(await client.recv())["type"] == "error"
        await client.send('{"data": "still here"}')
        assert json.loads(await client.recv())["data"] == {"data": "still here"}


async def test_a_frame_beyond_reason_ends_the_socket(site: Site) -> None:
    async with websockets.connect(site.ws) as client:
        await client.recv()
        await client.send("x" * 2_000_000)
        with pytest.raises(websockets.ConnectionClosed):
            await client.recv()
        assert client.close_code == 1009


@pytest.mark.parametrize("kind", ["websocket", "stream"])
async def test_a_client_that_does_not_read_is_dropped_at_once(
    site: Site, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "MOST_WAITING", 1_000_000)
    monkeypatch.setattr(sse, "LINGER", 0.1)
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", int(site.url.rpartition(":")[2])))
        upgrade = (
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            if kind == "websocket"
            else ""
        )
        slow.sendall(f"GET /{site.name}/chat HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n".encode())
        await until(lambda: site.room.deliver)
        (deliver,) = site.room.deliver.values()
        (who,) = site.room.deliver
        for _ in range(100):
            if site.room.detached:
                break
            deliver(json.dumps({"from": "x", "data": "x" * 200_000}))
            await asyncio.sleep(0.01)
        assert site.room.detached == {who: True}
        assert not site.supervisor.relays(site.name, who)


async def test_the_room_learns_what_has_been_read(site: Site) -> None:
    async with websockets.connect(site.ws) as client:
        who = json.loads(await client.recv())["participant_id"]
        for _ in range(3):
            site.room.deliver[who](json.dumps({"from": "é", "data": "x" * relays.ACKNOWLEDGED}))
            await client.recv()
        await until(lambda: site.room.taken[who] > 3 * relays.ACKNOWLEDGED)


async def test_joining_while_the_room_says_goodbye_is_a_404(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(participant: Participant, deliver: Callable[[str], None]) -> None:
        raise UnknownConversation("the conversation is over")

    monkeypatch.setattr(site.room, "attach", refuse)
    assert (await site.http.get(site.chat)).status_code == 404
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(site.ws)
    assert refused.value.response.status_code == 404


async def test_nobody_stays_whose_worker_let_them_in_too_late(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = rpc.Channel.call

    async def late(channel: rpc.Channel, method: str, *, timeout: float = 10.0, **params: Any) -> Any:
        return await call(channel, method, timeout=0.0 if method == "attach" else timeout, **params)

    monkeypatch.setattr(rpc.Channel, "call", late)
    assert (await site.http.get(site.chat)).status_code == 503
    await until(lambda: site.room.detached)
    assert site.people() == []


async def test_a_final_slash_does_no_harm_to_a_socket(site: Site) -> None:
    async with websockets.connect(f"{site.ws}/") as client:
        assert json.loads(await client.recv())["type"] == "welcome"


async def test_when_the_server_stops_everybody_is_told_why(site: Site) -> None:
    address = f"{site.url}/{site.name}/events"
    async with (
        websockets.connect(site.ws) as client,
        site.stream() as (_, frames),
        site.http.stream("GET", address, headers={"accept": "text/event-stream"}) as events,
    ):
        await client.recv()
        await site.supervisor.stop()
        await site.supervisor.stop()  # the second time it has nothing to do
        assert [json.loads(frame) async for frame in client] == [
            {"type": "closed", "reason": "server_shutdown"}
        ]
        assert client.close_code == 1000
        assert [frame["type"] async for frame in frames] == ["closed"]
        assert "system.shutdown" in (await events.aread()).decode()
        refused = await site.http.post(f"{site.url}/v2/conversations", json={})
        assert refused.status_code == 503


async def test_a_private_room_is_entered_by_a_socket_or_a_stream_with_a_token(site: Site) -> None:
    made = (
        await site.http.post(f"{site.url}/v2/conversations", json={"chat": True, "require_auth": True})
    ).json()
    http = f"{site.url}/{made['conversation_id']}/chat"
    ws = http.replace("http", "ws", 1)
    refused = await site.http.get(http)
    assert (refused.status_code, refused.json()["error"]) == (
        403,
        "You are not allowed to join this meeting.",
    )
    for query, headers in (("", {}), ("?t=a.b.c", {}), ("", {"Authorization": "Bearer a.b.c"})):
        with pytest.raises(websockets.InvalidStatus) as error:
            await websockets.connect(ws + query, additional_headers=headers)
        assert error.value.response.status_code == 403
    token = made["meeting_token"]
    async with websockets.connect(f"{ws}?t={token}&user_name=Ada") as socket_:
        resume = json.loads(await socket_.recv())["resume"]
        await socket_.close(3000)  # not a goodbye
    async with websockets.connect(ws, additional_headers={"Authorization": f"Bearer {resume}"}) as again:
        assert json.loads(await again.recv())["type"] == "welcome"
    bearer = {"Authorization": f"Bearer {token}"}
    async with site.http.stream("GET", http, headers=bearer) as answer:
        assert answer.status_code == 200
        lines = answer.aiter_lines()  # dropped, it would close the stream
        welcome = json.loads((await anext(lines))[6:])
        assert welcome["send_to"].endswith(welcome["resume"])
        address = site.url + here(welcome["send_to"])
        assert (await site.http.post(address, json={"data": 1})).status_code == 202


async def test_who_posts_more_frames_than_a_minute_takes_is_told_to_wait(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with site.stream() as (welcome, _), site.stream() as (other, _):
        limits_of = site.services.limits
        monkeypatch.setattr(limits_of, "frames", Limit("2/minute"))
        address = site.url + here(welcome["send_to"])
        found = [(await site.http.post(address, json={"data": n})).status_code for n in range(3)]
        assert found == [202, 202, 429]
        elsewhere = site.url + here(other["send_to"])
        assert (await site.http.post(elsewhere, json={"data": 1})).status_code == 202


async def test_guesses_at_the_address_of_a_stream_are_slowed_down(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with site.stream() as (welcome, _):
        monkeypatch.setattr(site.services.limits, "join", Limit("2/minute"))
        guesses = [await site.http.post(f"{site.chat}/guess{n}", json={"data": n}) for n in range(3)]
        assert [answer.status_code for answer in guesses] == [404, 404, 429]
        assert (await site.http.delete(f"{site.chat}/guess")).status_code == 429
        address = site.url + here(welcome["send_to"])
        assert (await site.http.post(address, json={"data": 1})).status_code == 202


async def test_a_look_at_the_address_of_streams_lets_nobody_in(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    came: list[str] = []
    attach = site.room.attach
    monkeypatch.setattr(site.room, "attach", lambda who, *more: (came.append(who.id), attach(who, *more)))
    looked = await site.http.head(site.chat)
    assert (looked.status_code, looked.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    await site.http.post(f"{site.url}/v2/conversations/{site.name}/end")
    assert (await site.http.head(site.chat)).status_code == 404
    assert not came


@pytest.mark.parametrize(("code", "back"), [(1000, False), (1001, False), (3000, True)])
async def test_who_closes_the_socket_of_a_private_room_comes_back_by_a_token_only(
    site: Site, code: int, back: bool
) -> None:
    body = {"chat": True, "require_auth": True}
    made = (await site.http.post(f"{site.url}/v2/conversations", json=body)).json()
    room = f"{site.url}/{made['conversation_id']}"
    socket_url = f"{room.replace('http', 'ws', 1)}/chat?t={made['meeting_token']}"
    async with websockets.connect(socket_url) as one:
        welcome = json.loads(await one.recv())
        secret, participant_id = welcome["resume"], welcome["participant_id"]
        await one.close(code)
    await until(lambda: not site.supervisor.relays(made["conversation_id"], participant_id))
    assert (await site.http.get(f"{room}/events?t={secret}")).status_code == (200 if back else 403)


async def test_who_stayed_to_the_end_of_a_private_room_may_read_it(site: Site) -> None:
    body = {"chat": True, "require_auth": True}
    made = (await site.http.post(f"{site.url}/v2/conversations", json=body)).json()
    room = f"{site.url}/{made['conversation_id']}"
    async with websockets.connect(f"{room.replace('http', 'ws', 1)}/chat?t={made['meeting_token']}") as one:
        secret = json.loads(await one.recv())["resume"]
        await site.http.post(f"{site.url}/v2/conversations/{made['conversation_id']}/end")
        async for _ in one:
            pass
    assert (await site.http.get(f"{room}/events?t={secret}")).status_code == 200
