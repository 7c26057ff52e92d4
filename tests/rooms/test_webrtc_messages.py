"""Joining, leaving and app messages, on both engines."""

import asyncio

import pytest

from tests.rooms.webrtc_room import ENGINES, PATIENCE, REPLICA, first, stage
from visavis.errors import MessageTooLarge, SignallingError, UnknownConversation
from visavis.rooms.base import AppMessage, ParticipantJoined, ParticipantLeft

pytestmark = pytest.mark.parametrize("engine", ENGINES)


async def test_a_client_is_welcomed_with_everybody_in_the_room(engine: str) -> None:
    async with stage(engine) as room, room.join("Bob") as call:
        assert {person.user_name for person in call.participants} == {"Ada", "Bob"}
        assert call.replica == REPLICA
        (joined,) = await room.saw(ParticipantJoined)
        assert joined.participant.id == call.participant_id
        assert joined.participant.user_name == "Bob"


async def test_clients_see_each_other_come_and_go(engine: str) -> None:
    async with stage(engine) as room, room.join("Bob") as bob:
        async with room.join("Eve") as eve:
            arrival = await first(bob.arrivals())
            assert isinstance(arrival, ParticipantJoined)
            assert arrival.participant.user_name == "Eve"
            assert "Bob" in {person.user_name for person in eve.participants}
        departure = await first(bob.arrivals())
        assert isinstance(departure, ParticipantLeft)
        assert (departure.participant.user_name, departure.reason) == ("Eve", "left")
        assert "Eve" not in {person.user_name for person in bob.participants}
        (left,) = await room.saw(ParticipantLeft)
        assert left.reason == "left"


async def test_a_message_to_all_reaches_all_but_its_sender(engine: str) -> None:
    async with stage(engine) as room, room.join("Bob") as bob, room.join("Eve") as eve:
        await bob.send({"word": "hello"})
        received = await first(eve.messages())
        assert (received.sender_id, received.data) == (bob.participant_id, {"word": "hello"})
        (message,) = await room.saw(AppMessage)
        assert message == AppMessage(bob.participant_id, {"word": "hello"})
        await eve.send("back", to=bob.participant_id)
        assert (await first(bob.messages())).data == "back"


async def test_a_message_to_one_reaches_only_that_one(engine: str) -> None:
    async with stage(engine) as room, room.join("Bob") as bob, room.join("Eve") as eve:
        await bob.send("for Eve", to=eve.participant_id)
        await bob.send("for the replica", to=REPLICA.id)
        await bob.send("for all")
        assert (await first(eve.messages())).data == "for Eve"
        assert (await first(eve.messages())).data == "for all"
        assert [m.data for m in await room.saw(AppMessage, 2)] == ["for the replica", "for all"]


async def test_the_replica_sends_to_all_or_to_one(engine: str) -> None:
    async with stage(engine) as room, room.join("Bob") as bob, room.join("Eve") as eve:
        await room.room.send_app_message({"n": 1}, to=eve.participant_id)
        await room.room.send_app_message({"n": 2})
        assert (await first(eve.messages())).data == {"n": 1}
        assert (await first(eve.messages())).data == {"n": 2}
        received = await first(bob.messages())
        assert (received.sender_id, received.data) == (REPLICA.id, {"n": 2})


async def test_255_kib_pass_both_ways_and_one_byte_more_is_refused(engine: str) -> None:
    largest = "é" * (255 * 1024 // 2 - 1)
    async with stage(engine) as room, room.join("Bob") as bob:
        await bob.send(largest)
        (message,) = await room.saw(AppMessage)
        assert message.data == largest
        await room.room.send_app_message(largest)
        assert (await first(bob.messages())).data == largest
        with pytest.raises(MessageTooLarge):
            await bob.send(largest + "x")
        with pytest.raises(MessageTooLarge):
            await room.room.send_app_message(largest + "x")


async def test_many_messages_arrive_in_order(engine: str) -> None:
    async with stage(engine) as room, room.join("Bob") as bob:
        for n in range(300):
            await bob.send({"n": n, "audio": "A" * 1000})
        messages = await room.saw(AppMessage, 300)
        assert [message.data["n"] for message in messages] == list(range(300))


async def test_junk_on_both_channels_harms_nobody(engine: str) -> None:
    junk: list[str | bytes] = [
        "",
        "{",
        "null",
        "[]",
        b"\x00\xff",
        '{"to": 7, "data": 1}',
        '{"to": "nobody", "data": 1}',
        '{"data": NaN}',
        '{"data": 1e999}',
        '{"data": ' + "9" * 5000 + "}",
        '{"data": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"to": "*"}',
        "x" * 262_144,
        '{"type": "offer"}',
        '{"type": "offer", "sdp": "v=0"}',
        '{"type": "answer", "sdp": "v=0"}',
        '{"type": "ping", "n": {}}',
        '{"type": "welcome"}',
    ]
    async with stage(engine) as room, room.join("Bob") as bob:
        for frame in junk:
            bob._app.send(frame)
            bob._signal.send(frame)
        await bob.send({"data": "\ud800"})
        await bob.send("still here")
        messages = await room.saw(AppMessage, 2)
        assert [message.data for message in messages] == [{"data": "\ud800"}, "still here"]
        assert not bob.closed.is_set()


async def test_the_room_says_why_it_closes(engine: str) -> None:
    async with stage(engine) as room, room.join("Bob") as bob:
        await room.room.close("the hour is over")
        async with asyncio.timeout(PATIENCE):
            await bob.closed.wait()
        assert bob.closed_reason == "the hour is over"
        (left,) = await room.saw(ParticipantLeft)
        assert left.reason == "room closed"
        with pytest.raises(UnknownConversation):
            await room.room.accept("v=0\r\n")


async def test_delete_lets_a_client_go(engine: str) -> None:
    async with stage(engine) as room, room.join("Bob") as bob:
        await room.room.leave(bob.participant_id)
        (left,) = await room.saw(ParticipantLeft)
        assert left.reason == "left"
        async with asyncio.timeout(PATIENCE):
            await bob.closed.wait()
        with pytest.raises(SignallingError, match="no such participant"):
            await room.room.leave(bob.participant_id)


@pytest.mark.parametrize(
    "offer",
    [
        "",
        "hello",
        "v=0\r\n",
        "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
        "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n",
        "v=0\r\nm=application\r\n",
        "v=0\r\n" + "a=x\r\n" * 50_000,
    ],
    ids=["empty", "words", "no media", "no credentials", "no data channel", "cut off", "huge"],
)
async def test_an_offer_that_cannot_be_answered_is_refused_in_words(engine: str, offer: str) -> None:
    async with stage(engine) as room:
        with pytest.raises(SignallingError, match=r"offer|session description"):
            await room.room.accept(offer)
        assert room.room.participants() == [REPLICA]
