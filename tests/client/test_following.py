"""Following a conversation: nothing is lost, nothing comes twice."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from visavis.client import Client, following
from visavis.client.api import SILENCE
from visavis.errors import ApiError, ApiUnreachable
from visavis.server.sse import QUIET


def event(seq: int, kind: str = "conversation.utterance") -> str:
    return f"id: {seq}\nevent: {kind}\ndata: {json.dumps({'event_type': kind, 'seq': seq})}\n\n"


class Breaking(httpx.AsyncByteStream):
    """A stream that is cut off at its end."""

    def __init__(self, *chunks: str) -> None:
        self.chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            yield chunk.encode()
        raise httpx.ReadError("cut off")


class Server:
    """Answers with one after the other; keeps where each follower wanted to go on."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.after: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/events"):
            status = "active" if self.answers else "ended"
            return httpx.Response(200, json={"conversation_id": "c1", "status": status})
        self.after.append(request.headers["last-event-id"])
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "PAUSES", (0.0, 0.0))
    monkeypatch.setattr(following, "IDLE", 0.0)


def cut_off() -> httpx.Response:
    return httpx.Response(200, stream=Breaking(": hello\n\n"))


async def followed(server: Server, after: int = 0) -> list[int]:
    async with Client(transport=httpx.MockTransport(server)) as client:
        return [one["seq"] async for one in client.conversations.follow("c1", after=after)]


async def test_a_lost_connection_is_taken_up_behind_the_last_event() -> None:
    server = Server(
        httpx.Response(200, stream=Breaking(": hello\n\n", event(3), event(4))),
        httpx.ConnectError("away"),
        httpx.Response(200, text=event(5) + event(6, "system.shutdown") + event(7)),
    )
    assert await followed(server, after=2) == [3, 4, 5, 6]
    assert server.after == ["2", "4", "4"]


async def test_a_conversation_that_is_over_ends_the_stream_also_without_a_shutdown() -> None:
    assert await followed(Server(httpx.Response(200, text=""))) == []


async def test_a_server_that_stays_away_is_given_up() -> None:
    away = [httpx.ConnectError("away")] * 5
    with pytest.raises(ApiUnreachable, match="away"):
        await followed(Server(*away))


async def test_a_refusal_is_not_tried_again() -> None:
    refusal = httpx.Response(400, json={"message": "Invalid conversation_id"})
    with pytest.raises(ApiError, match="Invalid conversation_id"):
        await followed(Server(refusal))


async def test_a_call_in_which_nothing_happens_is_followed_for_as_long_as_it_takes() -> None:
    quiet = [httpx.Response(200, text=": still here\n\n") for _ in range(9)]
    assert await followed(Server(*quiet, httpx.Response(200, text=event(3, "system.shutdown")))) == [3]


async def test_a_server_that_goes_away_after_quiet_times_is_given_up_all_the_same() -> None:
    for quiet in range(6):
        answers = [httpx.Response(200, text=": still here\n\n") for _ in range(quiet)]
        server = Server(*answers, *[httpx.ConnectError("away")] * 9)
        with pytest.raises(ApiUnreachable):
            await followed(server)
        assert len(server.after) == quiet + 3, "the first failure and two more tries"


async def test_a_connection_begins_the_count_of_failures_anew() -> None:
    cut = [answer for _ in range(5) for answer in (httpx.ConnectError("away"), cut_off(), cut_off())]
    assert await followed(Server(*cut, httpx.Response(200, text=event(3, "system.shutdown")))) == [3]


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_server_that_is_not_there_yet_is_asked_again(status: int) -> None:
    server = Server(httpx.Response(status), httpx.Response(200, text=event(3, "system.shutdown")))
    assert await followed(server) == [3]
    with pytest.raises(ApiError):
        await followed(Server(*[httpx.Response(status) for _ in range(9)]))


async def test_what_splits_lines_elsewhere_splits_none_here() -> None:
    odd = event(3, "system.shutdown").replace('"seq"', '"x": "a\u2028b\x85c", "seq"')
    half = len(odd) // 2
    assert await followed(Server(httpx.Response(200, stream=Breaking(odd[:half], odd[half:])))) == [3]


async def test_a_silent_connection_counts_as_lost() -> None:
    seen: list[object] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.extensions["timeout"]["read"])
        return httpx.Response(200, text=event(3, "system.shutdown"))

    async with Client(transport=httpx.MockTransport(answer)) as client:
        assert [one["seq"] async for one in client.conversations.follow("c1")] == [3]
    assert seen == [SILENCE]
    assert SILENCE == 3 * QUIET
