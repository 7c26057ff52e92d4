"""The SDK against the whole server: real HTTP, real WebRTC, scripted voices."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conformance.serving import KEY, serving
from visavis.client import Call, Client, StateChange, Tools
from visavis.client import call as calls_
from visavis.client.models import Conversation
from visavis.client.sync import Client as SyncClient
from visavis.errors import ApiError, CallEnded, ConfigurationError, InteractionDropped
from visavis.protocol.events import Ack, ReplicaStartedSpeaking, Shutdown, Utterance
from visavis.rooms.base import ParticipantJoined
from visavis.testing.openai_server import Reply, Request, ScriptedServer, say
from visavis.testing.openai_server import call as tool_call

PATIENCE = 40.0
SILENT = {"receive_audio": False, "receive_video": False}

tools = Tools()


@tools.tool
def weather(city: str) -> str:
    """Look the weather up."""
    return f"it rains in {city}"


def answer(request: Request) -> Reply:
    last = request.body["messages"][-1]
    if last["role"] == "tool":
        return say("They say ", f"{last['content']}.")
    return tool_call("weather", '{"city": "Oslo"}') if "weather" in last["content"] else say("Good morning.")


@asynccontextmanager
async def conversation(folder: Path, **body: Any) -> AsyncIterator[tuple[Client, Conversation]]:
    async with (
        ScriptedServer(answer=answer) as llm,
        serving(folder) as server,
        Client(server.url, KEY) as client,
        asyncio.timeout(PATIENCE),
    ):
        layers = {"llm": {"base_url": llm.base_url, "model": "m", "api_key": "k", "tools": tools.definitions}}
        persona = await client.personas.create(persona_name="V", system_prompt="Be brief.", layers=layers)
        made = await client.conversations.create(persona_id=persona.persona_id, custom_greeting="", **body)
        yield client, made


def cut(call: Call, silently: bool = False) -> None:
    """Pull the cable: the sockets below the connection are closed, or what goes through them vanishes."""
    peer = call._connection._connection  # type: ignore[union-attr]
    for protocol in peer.sctp.transport.transport._connection._protocols:
        if silently:
            protocol.datagram_received = lambda *_: None
            protocol.transport.sendto = lambda *_: None
        else:
            protocol.transport.abort()


@pytest.mark.parametrize("chat", (False, True))
async def test_what_is_asked_for_is_awaited(tmp_path: Path, chat: bool) -> None:
    async with conversation(tmp_path, chat=chat) as (client, made), client.join(made, **SILENT) as call:
        call.use(tools)
        echo = await call.echo("One two three.")
        assert (echo.speech, echo.interrupted) == ("One two three.", False)
        assert (await call.respond("Hello")).speech == "Good morning."
        assert (await call.respond("What is the weather?")).speech == "They say it rains in Oslo."
        assert await call.interrupt() is False


async def test_an_interrupt_ends_what_is_said_and_what_waits(tmp_path: Path) -> None:
    async with conversation(tmp_path) as (client, made), client.join(made, **SILENT) as call:
        long = asyncio.create_task(
            call.echo("One two three four five six seven eight nine ten eleven twelve.")
        )
        waits = asyncio.create_task(call.echo("Never."))
        speaks = asyncio.Event()
        call.on(ReplicaStartedSpeaking, lambda event: speaks.set())
        await speaks.wait()
        assert await call.interrupt()
        assert (await long).interrupted
        with pytest.raises(InteractionDropped):
            await waits


async def test_events_are_typed_and_people_come_and_go(tmp_path: Path) -> None:
    async with conversation(tmp_path) as (client, made), client.join(made, user_name="a", **SILENT) as call:
        people: list[tuple[str, str]] = []
        spoken: list[str] = []
        call.on(ParticipantJoined, lambda joined: people.append(("came", joined.participant.user_name)))
        call.on("participant_left", lambda left: people.append(("went", left.participant.user_name)))
        call.on(Utterance, lambda event: spoken.append(event.properties.speech))
        async with client.join(made, user_name="b", **SILENT) as other:
            assert {"a", "b"} < {person.user_name for person in other.participants}
            await other.echo("Hello.")
        await client.conversations.end(made.conversation_id)
        events = [event async for event in call.events()]
        assert people == [("came", "b"), ("went", "b")]
        assert spoken == ["Hello."]
        assert isinstance(events[-1], Shutdown)
        numbers = [event.seq for event in events]
        assert numbers == sorted(set(numbers))
        assert call.state == "closed"
        with pytest.raises(CallEnded, match="end_conversation"):
            await call.echo("Too late.")


async def test_a_voice_is_heard_and_a_face_is_seen(tmp_path: Path) -> None:
    async with conversation(tmp_path) as (client, made), client.join(made) as call:
        echo = asyncio.create_task(call.echo("One two three four five six seven eight nine ten."))
        async for picture in call.video():
            pixels = picture.to_ndarray("rgb24")
            assert pixels.ndim == 3 and pixels.shape[2] == 3
            break
        async for chunk in call.audio():
            assert chunk.samples.dtype == np.int16
            if np.abs(chunk.samples).max() > 1000:
                break
        assert (await echo).duration == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("silently", (False, True))
async def test_a_cut_connection_is_made_anew_and_nothing_is_missed(tmp_path: Path, silently: bool) -> None:
    async with conversation(tmp_path) as (client, made), client.join(made, user_name="cut", **SILENT) as call:
        states: list[str] = []
        people: list[str] = []
        call.on(ParticipantJoined, lambda joined: people.append(joined.participant.user_name))
        back = asyncio.Event()
        call.on(StateChange, lambda change: states.append(change.state))
        call.on("state", lambda change: back.set() if change.state == "connected" else None)
        first_id = call.participant_id
        await call.echo("Before.")

        cut(call, silently)
        lost = asyncio.create_task(call.respond("Hello"))  # goes into a connection that is dead
        late = client.join(made, user_name="late", **SILENT)
        await late.__aenter__()
        meanwhile = {"event_type": "conversation.echo", "properties": {"text": "Meanwhile."}}
        await client.interactions.send({**meanwhile, "conversation_id": made.conversation_id})

        assert (await lost).speech == "Good morning."
        await back.wait()
        assert (await call.echo("After.")).speech == "After."
        assert call.participant_id != first_id
        assert people == ["late"]
        await late.__aexit__(None, None, None)
        assert first_id not in {person.id for person in call.participants}

        await client.conversations.end(made.conversation_id)
        told = [event async for event in call.events()]
        logged = await client.conversations.events(made.conversation_id, after=told[0].seq - 1)
        seen = [event.seq for event in told]
        assert seen == sorted(set(seen))
        assert {event["seq"] for event in logged} <= set(seen)
        assert [event.properties.speech for event in told if isinstance(event, Utterance)] == [
            "Before.",
            "Meanwhile.",
            "Hello",
            "Good morning.",
            "After.",
        ]
        assert states == ["reconnecting", "connected", "closed"]


async def test_a_conversation_that_ended_meanwhile_says_why(tmp_path: Path) -> None:
    async with conversation(tmp_path) as (client, made), client.join(made, **SILENT) as call:
        await call.echo("Before.")
        cut(call)
        waits = asyncio.create_task(call.echo("Never."))
        await client.conversations.end(made.conversation_id)
        with pytest.raises(CallEnded, match="end_conversation_endpoint_hit"):
            await waits
        assert call.closed_reason == "end_conversation_endpoint_hit"
        events = [event async for event in call.events()]
        assert [type(event) for event in events].count(Shutdown) == 1


async def test_a_server_that_stays_away_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls_, "PAUSES", (0.0, 0.1))
    async with conversation(tmp_path) as (client, made):
        joined = client.join(made, **SILENT)
        call = await joined.__aenter__()
        assert isinstance(call, Call)
    await asyncio.wait_for(call.closed.wait(), PATIENCE)
    await joined.__aexit__(None, None, None)
    assert call.closed_reason


async def test_the_same_without_async(tmp_path: Path) -> None:
    def script(url: str, room: str) -> list[str]:
        said: list[str] = []
        with SyncClient(url, KEY) as client, client.join(room, **SILENT) as call:
            heard: list[Any] = []
            call.use(tools)

            def answer_back(event: Utterance) -> None:
                if event.properties.speech == "One.":
                    heard.append(call.echo("Two."))  # a handler may wait for the call

            call.on(Utterance, answer_back)
            said.append(call.echo("One.").speech)
            said.append(call.respond("What is the weather?").speech)
            assert call.replica is not None
            assert client.conversations.get(room.rsplit("/", 1)[1]).status == "active"
            with pytest.raises(TimeoutError), call.within(0.01):
                call.wait_closed()
            client.conversations.end(room.rsplit("/", 1)[1])
            kinds = [type(event) for event in call.events()]
            assert kinds[-1] is Shutdown and Ack in kinds
            assert call.wait_closed() == "end_conversation_endpoint_hit"
            said += [one.speech for one in heard]
        return said

    async with conversation(tmp_path) as (client, made):
        said = await asyncio.to_thread(script, client.base_url, made.conversation_url)
    assert sorted(said) == ["One.", "They say it rains in Oslo.", "Two."]


@pytest.mark.parametrize("chat", (False, True))
async def test_a_conversation_is_steered_from_outside_of_its_room(tmp_path: Path, chat: bool) -> None:
    at_once = {"participant_left_timeout": 0}
    made_so = conversation(tmp_path, chat=chat, properties=at_once)
    async with made_so as (client, made), client.steer(made) as steering:
        steering.use(tools)
        async with client.join(made, **SILENT) as call:
            assert len(call.participants) == 2
            assert (await call.respond("What is the weather?")).speech == "They say it rains in Oslo."
            assert (await steering.echo("From outside.")).speech == "From outside."
            with pytest.raises(ConfigurationError, match="join it"):
                await steering.send("not an interaction")
            await steering.append_context("It rains.")
        await steering.closed.wait()  # the last participant has left: nobody waits for who steers
        assert steering.closed_reason == "participant_left_timeout reached"
        seen = [event.seq async for event in steering.events()]
        assert seen == sorted(set(seen)) and len(seen) > 10
        with pytest.raises(CallEnded):
            await steering.echo("Too late.")


async def test_nobody_steers_what_is_not_there(tmp_path: Path) -> None:
    async with conversation(tmp_path) as (client, _):
        with pytest.raises(ApiError, match="Invalid conversation_id"):
            async with client.steer("c-nothing"):
                pytest.fail("steered")
