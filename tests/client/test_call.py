"""The Python peer: joining by HTTP, what it sends, how it ends."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from tests.rooms.webrtc_room import (
    ENGINES,
    PATIENCE,
    REPLICA,
    Stage,
    first,
    stage,
)
from visavis.client.call import Call
from visavis.client.whip import Pass, Whip
from visavis.errors import EngineMissing, MessageTooLarge, SignallingError, VisavisError
from visavis.rooms.base import AppMessage, ParticipantJoined, ParticipantLeft
from visavis.rooms.webrtc import engine as engines


def whip_app(room: Stage, seen: list[httpx.URL]) -> FastAPI:
    """The HTTP part of docs/signalling.md around one room."""
    app = FastAPI()

    @app.post("/c1/whip")
    async def post(request: Request) -> Response:
        assert request.headers["content-type"] == "application/sdp"
        seen.append(httpx.URL(str(request.url)))
        if request.query_params.get("user_name") == "Mallory":
            return Response("the room is full", 409)
        offer = (await request.body()).decode()
        joined = await room.room.accept(offer, user_name=request.query_params.get("user_name", ""))
        headers = {"Location": f"/c1/whip/{joined.participant_id}"}
        return Response(joined.answer_sdp, 201, headers, "application/sdp")

    @app.delete("/c1/whip/{participant_id}")
    async def delete(participant_id: str) -> Response:
        seen.append(httpx.URL(f"deleted:{participant_id}"))
        try:
            await room.room.leave(participant_id)
        except SignallingError:
            return Response(status_code=404)
        return Response()

    return app


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/c1"
        finally:
            server.should_exit = True
            await serving


@pytest.mark.parametrize("engine", ENGINES)
async def test_a_call_is_joined_and_left_by_http(engine: str) -> None:
    seen: list[httpx.URL] = []
    async with stage(engine) as room, served(whip_app(room, seen)) as url:
        async with Call.join(
            url + "?tenant=1", user_name="Bob Ö", engine=engine, receive_video=False
        ) as call:
            (joined,) = await room.saw(ParticipantJoined)
            assert joined.participant.user_name == "Bob Ö"
        (left,) = await room.saw(ParticipantLeft)
        assert left.reason == "left"
    assert seen[0].path == "/c1/whip"
    assert dict(seen[0].params) == {"tenant": "1", "user_name": "Bob Ö"}
    assert str(seen[1]) == f"deleted:{call.participant_id}"


async def test_a_refused_join_says_why() -> None:
    async with stage("aiortc") as room, served(whip_app(room, [])) as url:
        with pytest.raises(SignallingError, match=r"409.*the room is full"):
            async with Call.join(url, user_name="Mallory"):
                pytest.fail("joined")


async def test_a_server_that_is_not_there_is_a_signalling_error() -> None:
    with pytest.raises(SignallingError, match="did not answer"):
        await Whip("http://127.0.0.1:1/c1").offer("v=0")


async def test_an_engine_that_is_not_there_is_said_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engines.MODULES, "absent", "visavis.rooms.webrtc.no_such_engine")
    with pytest.raises(EngineMissing):
        async with Call.join("http://127.0.0.1:1/c1", engine="absent"):
            pytest.fail("joined")


async def test_an_option_that_there_is_not_is_named() -> None:
    with pytest.raises(TypeError, match="nickname"):
        async with Call.join("http://127.0.0.1:1/c1", nickname="Bob"):
            pass


async def test_interactions_are_sent_as_the_protocol_has_them() -> None:
    async with stage("wrtc") as room, served(whip_app(room, [])) as url, Call.join(url) as bob:
        works = (bob.echo("Say this."), bob.respond("What?"), bob.interrupt())
        asked = [asyncio.create_task(work) for work in works]
        sent = [message.data for message in await room.saw(AppMessage, 3)]
        for task in asked:
            task.cancel()
    assert [message["event_type"] for message in sent] == [
        "conversation.echo",
        "conversation.respond",
        "conversation.interrupt",
    ]
    name = sent[0]["event_id"]
    said = {"modality": "text", "text": "Say this.", "inference_id": name, "done": True}
    assert sent[0]["properties"] == said
    assert sent[1]["properties"] == {"text": "What?"}
    assert {message["message_type"] for message in sent} == {"conversation"}
    assert len({message["event_id"] for message in sent}) == 3


async def test_a_message_that_is_too_large_never_leaves() -> None:
    async with stage("wrtc") as room, room.join("Bob") as bob:
        with pytest.raises(MessageTooLarge):
            await bob.send("x" * 255 * 1024)


async def test_when_the_room_closes_everything_ends() -> None:
    async with stage("wrtc") as room, served(whip_app(room, [])) as url, Call.join(url) as bob:
        await room.room.send_app_message("last words")
        await room.room.close("the hour is over")
        async with asyncio.timeout(PATIENCE):
            await bob.closed.wait()
            assert [message.data async for message in bob.messages()] == ["last words"]
            assert [event async for event in bob.events()] == []
            assert [picture async for picture in bob.video()] == []
            async for _chunk in bob.audio():
                continue
        with pytest.raises(VisavisError, match="the hour is over"):
            await bob.send("too late")


async def test_junk_from_the_server_harms_nobody() -> None:
    async with stage("wrtc") as room, room.join("Bob") as bob:
        (peer,) = room.room._joined()
        for label in ("visavis.app", "visavis.signal"):
            for junk in ("{", "[]", b"\x00", '{"type": "participant-left"}', '{"type": "welcome"}'):
                peer._channels[label].send(junk)
        await room.room.send_app_message("still here")
        messages = bob.messages()
        while (await first(messages)).data != "still here":
            continue
        assert bob.replica == REPLICA


async def test_no_proxy_is_asked_for_a_server_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    async def offer(request: Request) -> Response:
        return Response("an answer", 201)

    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    app = FastAPI()
    app.add_api_route("/c1/whip", offer, methods=["POST"])
    async with served(app) as url:
        assert await Whip(url).offer("v=0") == "an answer"


async def test_a_private_room_is_shown_the_links_token_then_the_secret_of_the_session() -> None:
    shown: list[tuple[str, str | None, str | None]] = []
    app = FastAPI()

    @app.api_route("/c1/{rest:path}", methods=["GET", "POST", "DELETE"])
    async def any_(request: Request) -> Response:
        shown.append((request.method, request.headers.get("authorization"), request.query_params.get("t")))
        return Response("{}", 201, {"location": f"/c1/whip/secret-{len(shown)}"})

    async with served(app) as url:
        passed = Pass()
        desk, first_, second = (Whip(f"{url}?t=a.b.c", token=passed) for _ in range(3))
        await first_.offer("v=0")
        await desk.shutdown_reason()
        await second.offer("v=0")  # the first was lost
        await second.leave()  # but nothing came of the second either
        await desk.shutdown_reason()
    assert shown == [
        ("POST", "Bearer a.b.c", None),
        ("GET", "Bearer secret-1", None),
        ("POST", "Bearer secret-1", None),
        ("DELETE", None, None),
        ("GET", "Bearer secret-1", None),
    ]


async def test_a_refusal_is_told_in_the_servers_words() -> None:
    app = FastAPI()
    app.add_api_route("/c1/whip", lambda: JSONResponse({"message": "No."}, 403), methods=["POST"])
    async with served(app) as url:
        with pytest.raises(SignallingError, match=r"^the join was refused \(403\): No\.$"):
            await Whip(url).offer("v=0")


def test_what_is_no_url_is_refused_in_words() -> None:
    with pytest.raises(SignallingError, match="not a conversation_url"):
        Whip("http://[::")


@pytest.mark.parametrize("steps", (1, 4, 8))
async def test_leaving_while_a_closed_call_hangs_up_does_not_take_for_ever(steps: int) -> None:
    async with stage("aiortc") as room, asyncio.timeout(PATIENCE), room.join("Bob") as call:
        (peer,) = room.room._joined()
        peer.send_signal("closed", reason="over")
        await call.closed.wait()
        for _ in range(steps):  # each leaves the connection's closing at another point
            await asyncio.sleep(0)
