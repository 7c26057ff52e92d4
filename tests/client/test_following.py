"""Following a conversation: nothing is lost, nothing comes twice."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from visavis.client import Client, following
from visavis.errors import ApiError, ApiUnreachable


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
            return httpx.Response(200, json={"conversation_id": "c1", "status": "ended"})
        self.after.append(request.headers["last-event-id"])
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "PAUSES", (0.0, 0.0))


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
