"""The room's small parts: keepalive, inbox, complaints, the choice of an engine."""

import asyncio

import pytest

from visavis.errors import ConfigurationError, EngineMissing
from visavis.ice import IceServer
from visavis.rooms import inbox as inboxes
from visavis.rooms.base import AppMessage, Participant, ParticipantJoined
from visavis.rooms.webrtc import WebRTCRoom, pace
from visavis.rooms.webrtc import engine as engines
from visavis.rooms.webrtc.complaints import Complaints
from visavis.rooms.webrtc.keepalive import Keepalive

REPLICA = Participant("r", "tavus-replica", "Ada", "replica", 0.0)


def test_a_peer_that_answers_late_lives_and_a_silent_one_dies_at_the_seventh_tick() -> None:
    keepalive = Keepalive()
    assert [keepalive.tick() for _ in range(3)] == [1, 2, 3]
    keepalive.heard()
    assert [keepalive.tick() for _ in range(7)] == [4, 5, 6, 7, 8, 9, None]


async def test_arrivals_always_fit_and_messages_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inboxes, "MAX_UNREAD_MESSAGES", 8)
    inbox = inboxes.Inbox()
    message = AppMessage("a", 1)
    assert [inbox.put_message(message, 10) for _ in range(3)] == [True, True, False]
    inbox.put(ParticipantJoined(REPLICA))
    events = inbox.events()
    assert await anext(events) == message
    assert inbox.put_message(message, 10)
    inbox.close()
    assert [event async for event in events] == [message, ParticipantJoined(REPLICA), message]


def test_who_floods_the_room_takes_nobody_elses_place_until_many_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inboxes, "MAX_UNREAD_MESSAGES", 40)
    inbox = inboxes.Inbox()
    taken = {who: sum(inbox.put_message(AppMessage(who, 1), 1) for _ in range(1000)) for who in "abcde"}
    assert taken == {"a": 10, "b": 10, "c": 10, "d": 10, "e": 0}


def test_unread_messages_are_bounded_in_bytes() -> None:
    inbox = inboxes.Inbox()
    share = inboxes.MAX_UNREAD_BYTES // inboxes.SHARE
    assert inbox.put_message(AppMessage("a", 1), share)
    assert not inbox.put_message(AppMessage("a", 1), 1)
    assert inbox.put_message(AppMessage("b", 1), share)


def test_a_flood_of_bad_input_is_logged_ever_more_rarely() -> None:
    complaints = Complaints("somebody")
    logged = [n for n in range(1, 1001) if complaints.ignored("not JSON")]
    assert logged == [1, 10, 100, 1000]
    assert complaints.ignored("another reason")


def test_a_pace_allows_a_burst_then_a_rate_and_tells_of_each_flood_once() -> None:
    now = [0.0]
    bound = pace.Pace(lambda: now[0])
    assert sum(bound.take() for _ in range(2 * pace.BURST)) == pace.BURST
    assert [bound.news(), bound.news()] == [True, False]
    now[0] += 1.0
    assert sum(bound.take() for _ in range(pace.BURST)) == pace.RATE
    assert not bound.news(), "it is the same flood"
    now[0] += 3600.0
    assert bound.take()
    assert sum(bound.take() for _ in range(2 * pace.BURST)) == pace.BURST - 1
    assert bound.news(), "another flood"


def test_an_engine_is_never_guessed() -> None:
    with pytest.raises(ConfigurationError, match="wrtc, aiortc"):
        WebRTCRoom(engine="", replica=REPLICA)


def test_a_missing_engine_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engines.MODULES, "absent", "visavis.rooms.webrtc.no_such_engine")
    with pytest.raises(EngineMissing, match="pip install 'absent'"):
        WebRTCRoom(engine="absent", replica=REPLICA)


@pytest.mark.parametrize("engine", list(engines.MODULES))
async def test_an_ice_server_that_is_none_is_a_configuration_error(engine: str) -> None:
    room = WebRTCRoom(engine=engine, replica=REPLICA, ice_servers=[IceServer("http://example.org")])
    with pytest.raises(ConfigurationError, match="ice_servers"):
        await room.accept("v=0\r\n")
    await room.close("over")


async def test_closing_an_empty_room_twice_ends_its_events_once() -> None:
    room = WebRTCRoom(engine="aiortc", replica=REPLICA)
    await asyncio.gather(room.close("over"), room.close("over again"))
    assert [event async for event in room.events()] == []
