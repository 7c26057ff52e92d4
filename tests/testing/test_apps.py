"""Asynchronous programs in a conversation's time."""

from __future__ import annotations

import asyncio
import gc
import inspect
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from visavis.client.call import Call
from visavis.errors import CallEnded
from visavis.rooms.base import ParticipantJoined, ParticipantLeft
from visavis.rooms.webrtc.wire import MessageTooLarge
from visavis.testing import ScriptedCall, ScriptedConversation

MakeConversation = Callable[..., ScriptedConversation]


def test_sleeping_in_an_app_takes_no_real_time(conversation: MakeConversation) -> None:
    woke: list[float] = []

    async def app(call: ScriptedCall) -> None:
        await asyncio.sleep(1800)
        woke.append(asyncio.get_running_loop().time())

    talk = conversation(app=app)
    began = time.monotonic()
    talk.run(1799)
    assert woke == []
    talk.run(2)
    assert woke == [1800.0]
    assert time.monotonic() - began < 10


def test_a_timeout_in_an_app_runs_down_in_virtual_time(conversation: MakeConversation) -> None:
    given_up: list[float] = []

    async def app(call: ScriptedCall) -> None:
        try:
            await asyncio.wait_for(asyncio.Event().wait(), 45)
        except TimeoutError:
            given_up.append(asyncio.get_running_loop().time())

    conversation(app=app).run(60)
    assert given_up == [45.0]


def test_a_timeout_that_is_not_needed_any_more_holds_up_nothing(conversation: MakeConversation) -> None:
    async def app(call: ScriptedCall) -> None:
        await asyncio.wait_for(asyncio.sleep(1), 1000)

    talk = conversation(app=app)
    talk.run_until_idle()
    assert talk.now < 10


def test_a_timer_that_an_app_cancels_does_nothing(conversation: MakeConversation) -> None:
    done: list[str] = []

    async def app(call: ScriptedCall) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(1, done.append, "cancelled").cancel()
        loop.call_later(1, done.append, "kept")
        await asyncio.sleep(2)

    conversation(app=app).run(3)
    assert done == ["kept"]


def test_a_thread_is_waited_for_while_the_clock_stands_still(conversation: MakeConversation) -> None:
    seen: list[float] = []
    main = threading.get_ident()

    async def app(call: ScriptedCall) -> None:
        await asyncio.sleep(5)
        seen.append(await asyncio.to_thread(work))
        seen.append(asyncio.get_running_loop().time())

    def work() -> float:
        assert threading.get_ident() != main
        time.sleep(0.05)
        return talk.now

    talk = conversation(app=app)
    talk.run(5)
    assert seen == [5.0, 5.0]


def test_an_error_in_an_app_comes_out_where_time_passes(conversation: MakeConversation) -> None:
    async def app(call: ScriptedCall) -> None:
        await asyncio.sleep(3)
        raise LookupError("a mistake in the program")

    talk = conversation(app=app)
    talk.run(2)
    with pytest.raises(LookupError, match="a mistake in the program"):
        talk.run(2)
    assert talk.now == 3.0
    talk.run(2)


def test_an_app_that_ends_leaves_the_room(conversation: MakeConversation) -> None:
    async def app(call: ScriptedCall) -> str:
        await asyncio.sleep(1)
        return "done"

    talk = conversation()
    task = talk.run_app(app, user_name="helper")
    talk.run(2)
    assert task.result() == "done"
    assert "helper left" in talk.timeline()
    assert not talk.ended, "the user is still there"


def test_an_app_that_fails_leaves_the_room_too(conversation: MakeConversation) -> None:
    async def app(call: ScriptedCall) -> None:
        raise LookupError

    talk = conversation(user=None, app=app)
    with pytest.raises(LookupError):
        talk.run(1)
    assert talk.end_reason == "participant_left_timeout reached"


def test_apps_are_cancelled_at_the_close() -> None:
    seen: list[str] = []

    async def app(call: ScriptedCall) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    talk = ScriptedConversation(app=app)
    talk.run(1)
    talk.close()
    assert seen == ["cancelled"]
    talk.close()


def test_a_conversation_whose_app_has_ended_can_be_closed() -> None:
    async def app(call: ScriptedCall) -> None:
        pass

    talk = ScriptedConversation(app=app)
    talk.run(1)
    talk.close()


@pytest.mark.timeout(20)
def test_an_app_may_sleep_while_it_cleans_up() -> None:
    seen: list[str] = []

    async def app(call: ScriptedCall) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(10)
            seen.append("clean")

    talk = ScriptedConversation(app=app)
    talk.run(1)
    gc.collect()  # what nobody holds would be gone
    talk.close()
    assert seen == ["clean"]


def test_an_error_while_an_app_cleans_up_is_not_lost() -> None:
    async def app(call: ScriptedCall) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise LookupError("not cleaned up")

    talk = ScriptedConversation(app=app)
    talk.run(1)
    with pytest.raises(LookupError, match="not cleaned up"):
        talk.close()


def test_letting_time_pass_from_inside_is_refused_with_a_way_out(conversation: MakeConversation) -> None:
    talk = conversation()
    talk.after(1, lambda: talk.run(1))
    with pytest.raises(RuntimeError, match="starts_saying, send or after"):
        talk.run(2)


def test_an_app_reads_the_events_and_steers_the_replica(conversation: MakeConversation) -> None:
    read: list[str] = []

    async def app(call: ScriptedCall) -> None:
        await call.echo("Welcome.")
        await call.respond("Who are you?")
        async for message in call.messages():
            assert message.sender_id == "replica"
            read.append(message.data["event_type"])

    talk = conversation(app=app, llm={"who are you": "I am Vera."})
    talk.run_until_idle()
    assert talk.heard == ["Welcome.", "I am Vera."]
    assert read == [event.event_type for event in talk.events]


def test_an_app_can_interrupt(conversation: MakeConversation) -> None:
    async def app(call: ScriptedCall) -> None:
        echo = asyncio.create_task(call.echo("one two three four five six seven eight nine ten"))
        await asyncio.sleep(2)
        await call.interrupt()
        cut.append((await echo).speech)

    cut: list[str] = []
    talk = conversation(app=app)
    talk.run_until_idle()
    assert talk.heard == cut == ["one two three four"]


def test_apps_see_who_comes_and_goes_and_why(conversation: MakeConversation) -> None:
    seen: list[tuple[str, str]] = []

    async def app(call: ScriptedCall) -> None:
        assert [person.id for person in call.participants] == ["replica", "app", "user"]
        assert call.replica is not None
        assert "tavus-replica" in call.replica.user_id
        call.on(ParticipantJoined, lambda joined: seen.append((joined.participant.user_name, "joined")))
        call.on(ParticipantLeft, lambda left: seen.append((left.participant.user_name, left.reason)))
        await call.closed.wait()

    talk = conversation(app=app)
    talk.run(1)
    talk.join("bob")
    talk.leave("bob", lost=True)
    talk.leave("user")
    talk.run(1)
    assert seen == [("bob", "joined"), ("bob", "connection lost"), ("user", "left")]


def test_a_message_reaches_those_it_is_for(conversation: MakeConversation) -> None:
    received: list[tuple[str, Any]] = []

    async def listener(call: ScriptedCall) -> None:
        async for message in call.messages():
            if message.sender_id != "replica":
                received.append((message.sender_id, message.data))

    async def sender(call: ScriptedCall) -> None:
        await call.send({"hello": "you"}, to="listener")
        await call.send({"hello": "nobody"}, to="user")
        await call.send({"hello": "all"})

    talk = conversation()
    talk.run_app(listener, user_name="listener")
    talk.run_app(sender, user_name="sender")
    talk.run(1)
    assert received == [("sender", {"hello": "you"}), ("sender", {"hello": "all"})]
    assert talk.ignored == ["no event_type"]


def test_an_app_may_send_an_interaction_as_json_text(conversation: MakeConversation) -> None:
    async def app(call: ScriptedCall) -> None:
        await call.send('{"event_type": "conversation.echo", "properties": {"text": "As text."}}')

    talk = conversation(app=app)
    talk.run_until_idle()
    assert talk.heard == ["As text."]


def test_the_end_of_the_call_ends_what_an_app_reads_and_refuses_what_it_sends(
    conversation: MakeConversation,
) -> None:
    seen: list[str] = []

    async def app(call: ScriptedCall) -> None:
        seen.extend([message.data["event_type"] async for message in call.messages()][-1:])
        seen.append(call.closed_reason)
        assert [chunk async for chunk in call.audio()] == []
        assert [picture async for picture in call.video()] == []
        with pytest.raises(CallEnded, match="end_conversation_endpoint_hit"):
            await call.echo("Too late.")

    talk = conversation(app=app)
    talk.run(1)
    talk.end()
    talk.run(1)
    assert seen == ["system.shutdown", "end_conversation_endpoint_hit"]


def test_a_message_that_is_too_large_is_refused_as_in_a_real_call(conversation: MakeConversation) -> None:
    async def app(call: ScriptedCall) -> None:
        await call.send({"text": "x" * 300_000})

    with pytest.raises(MessageTooLarge):
        conversation(app=app).run(1)


def test_a_call_has_the_methods_of_a_real_one() -> None:
    names = {name for name in vars(Call) if not name.startswith("_")} - {"join", "join_by"}
    assert Call.__bases__ == ScriptedCall.__bases__  # the rest is the same code
    assert names <= set(vars(ScriptedCall))
    for name in names:
        real, ours = getattr(Call, name), getattr(ScriptedCall, name)
        assert isinstance(real, property) == isinstance(ours, property)
        if not isinstance(real, property):
            assert inspect.signature(real) == inspect.signature(ours)


def test_nobody_comes_twice_and_nobody_goes_who_is_not_there(conversation: MakeConversation) -> None:
    talk = conversation()
    with pytest.raises(ValueError, match="user is in the room already"):
        talk.join("user")
    with pytest.raises(ValueError, match="bob is not in the room"):
        talk.leave("bob")
