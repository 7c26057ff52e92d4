"""Handlers and events, in virtual time; and what a handler's failure does in a real call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.client.test_call import served, whip_app
from tests.rooms.webrtc_room import PATIENCE, stage, until
from visavis.client import Call, StateChange
from visavis.protocol.events import EventMessage, ReplicaStoppedSpeaking, Utterance
from visavis.testing import ScriptedCall, ScriptedConversation

MakeConversation = Callable[..., ScriptedConversation]


def test_handlers_are_called_by_class_and_by_name_until_they_are_not_wanted(
    conversation: MakeConversation,
) -> None:
    seen: list[tuple[str, Any]] = []

    async def app(call: ScriptedCall) -> None:
        stop = call.on(Utterance, lambda event: seen.append(("class", event.properties.speech)))
        call.on("utterance", lambda event: seen.append(("short", event.properties.speech)))
        call.on("conversation.utterance", lambda event: seen.append(("long", event.properties.speech)))
        call.on(EventMessage, lambda event: seen.append(("all", event)) if type(event) is Utterance else None)
        await call.echo("One.")
        stop()
        stop()
        await call.echo("Two.")

    talk = conversation(app=app, custom_greeting="")
    talk.run_until_idle()
    assert [kind for kind, _ in seen] == ["class", "short", "long", "all", "short", "long", "all"]
    assert seen[0] == ("class", "One.")


def test_an_asynchronous_handler_keeps_no_event_waiting(conversation: MakeConversation) -> None:
    seen: list[str] = []

    async def slow(event: ReplicaStoppedSpeaking) -> None:
        await asyncio.sleep(60)
        seen.append("slow")

    async def app(call: ScriptedCall) -> None:
        call.on(ReplicaStoppedSpeaking, slow)
        await call.echo("One.")
        await call.echo("Two.")
        seen.append("heard")
        await call.closed.wait()

    talk = conversation(app=app, custom_greeting="")
    talk.run_until_idle()
    talk.run(120)
    assert seen == ["heard", "slow", "slow"]


@pytest.mark.parametrize("is_async", (False, True))
def test_what_a_handler_raises_fails_the_test(conversation: MakeConversation, is_async: bool) -> None:
    def wrong(event: Utterance) -> None:
        raise LookupError("as it should")

    async def also_wrong(event: Utterance) -> None:
        wrong(event)

    async def app(call: ScriptedCall) -> None:
        call.on(Utterance, also_wrong if is_async else wrong)
        await call.echo("One.")

    talk = conversation(app=app, custom_greeting="")
    with pytest.raises(LookupError, match="as it should"):
        talk.run_until_idle()


def test_a_second_loop_over_events_goes_on_where_the_first_was_left(conversation: MakeConversation) -> None:
    said: list[str] = []

    async def app(call: ScriptedCall) -> None:
        for _ in range(2):
            async for event in call.events():
                if isinstance(event, Utterance):
                    said.append(event.properties.speech)
                    break

    talk = conversation(app=app, custom_greeting="")
    talk.echo("One.")
    talk.echo("Two.")
    talk.run_until_idle()
    assert said == ["One.", "Two."]


def test_the_end_is_a_change_of_state(conversation: MakeConversation) -> None:
    seen: list[StateChange] = []

    async def app(call: ScriptedCall) -> None:
        assert call.state == "connected"
        call.on(StateChange, seen.append)
        await call.closed.wait()
        assert call.state == "closed"

    talk = conversation(app=app)
    talk.run(1)
    talk.end("closing time")
    talk.run(1)
    assert seen == [StateChange("closed", "closing time")]


async def test_a_handler_that_raises_harms_nobody_and_its_words_are_not_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    seen: list[int] = []

    def wrong(event: Utterance) -> None:
        raise LookupError(event.properties.speech)

    async with (
        stage("aiortc") as room,
        served(whip_app(room, [])) as url,
        Call.join(url, receive_audio=False, receive_video=False) as call,
    ):
        call.on(Utterance, wrong)
        call.on(EventMessage, lambda event: seen.append(event.seq or 0))
        for number in (1, 2, 2, 1, 3):
            event = {"event_type": "conversation.utterance", "seq": number}
            await room.room.send_app_message({**event, "properties": {"role": "user", "speech": "a secret"}})
        await until(lambda: seen[-1:] == [3])
    assert seen == [1, 2, 3]
    logged = capsys.readouterr().out
    assert "LookupError" in logged and "test_listening" in logged
    assert "a secret" not in logged


async def test_what_runs_when_the_call_is_left_is_cancelled() -> None:
    ended: list[str] = []

    async def endless(event: EventMessage) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    async with stage("aiortc") as room, served(whip_app(room, [])) as url, asyncio.timeout(PATIENCE):
        begun = asyncio.Event()
        async with Call.join(url, receive_audio=False, receive_video=False) as call:
            call.on(EventMessage, endless)
            call.on(EventMessage, lambda event: begun.set())
            await room.room.send_app_message({"event_type": "conversation.replica.started_speaking"})
            await begun.wait()
            await asyncio.sleep(0)
            assert call.speaking
        assert ended == ["cancelled"]
