"""A worker whose conversations are made of nothing, so that the server can be tested by itself.

As a program (``python -m tests.server.fakes FD``) it is a worker process.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from visavis.config import Settings
from visavis.errors import SignallingError
from visavis.rooms.base import Participant
from visavis.session.host import Listener, Live, SignallingRoom
from visavis.session.spec import ConversationSpec, LLMSpec
from visavis.session.worker import Worker, main

GOOD_OFFER = "v=0\r\n"


@dataclass
class Joined:
    participant_id: str
    answer_sdp: str


class FakeRoom:
    """Knows who came and went."""

    def __init__(self, replica: Participant) -> None:
        self.people = {replica.id: replica}
        self.fragments: list[str] = []
        self.closed = ""
        self.deliver: dict[str, Callable[[str], None]] = {}
        self.detached: dict[str, bool] = {}
        self.taken: Counter[str] = Counter()

    def participants(self) -> list[Participant]:
        return list(self.people.values())

    async def accept(self, offer_sdp: str, *, user_id: str, user_name: str) -> Joined:
        if not offer_sdp.startswith("v=0"):
            raise SignallingError("the offer is not SDP")
        await asyncio.sleep(0)  # others may join meanwhile
        name = f"p{len(self.people)}"
        self.people[name] = Participant(name, user_id, user_name, "person", 0.0)
        return Joined(name, f"{offer_sdp}s={user_name}\r\n")

    async def add_candidate(self, participant_id: str, sdpfrag: str) -> None:
        if participant_id not in self.people:
            raise SignallingError("no such participant")
        self.fragments.append(sdpfrag)

    async def leave(self, participant_id: str) -> None:
        self.people.pop(participant_id, None)

    def attach(self, participant: Participant, deliver: Callable[[str], None]) -> None:
        self.people[participant.id] = participant
        self.deliver[participant.id] = deliver
        deliver(json.dumps({"type": "welcome", "participant_id": participant.id}))

    def relay(self, participant_id: str, frame: str | None) -> None:
        if participant_id not in self.deliver:
            raise SignallingError("no such participant")
        if frame is None:
            self.deliver[participant_id]('{"type":"error","message":"binary frame"}')
            return
        self.deliver[participant_id](json.dumps({"from": participant_id, "data": json.loads(frame)}))

    def read(self, participant_id: str, size: int) -> None:
        self.taken[participant_id] += size

    def detach(self, participant_id: str, lost: bool) -> None:
        self.people.pop(participant_id, None)
        self.detached[participant_id] = lost

    async def close(self, reason: str) -> None:
        self.closed = reason
        for deliver in self.deliver.values():
            deliver('{"type":"closed","reason":"' + reason + '"}')


class FakeLive:
    """Broadcasts what it is told, and crashes or ends when told so."""

    def __init__(self, spec: ConversationSpec, room: FakeRoom, listener: Listener) -> None:
        self.spec, self.room, self.listener = spec, room, listener
        self.heard: list[object] = []
        self.seq = 0
        self.over: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def run(self) -> str:
        self._tell("system.replica_joined", replica_id=self.spec.replica_id)
        self._tell("system.replica_present", attempt=1)
        reason = await self.over
        self._tell("system.shutdown", shutdown_reason=reason, reason=reason)
        return reason

    def interact(self, message: object) -> None:
        self.heard.append(message)
        assert isinstance(message, dict)
        text = message.get("properties", {}).get("text", "")
        if text == "crash":
            self.over.set_exception(RuntimeError("as told"))
        self._tell("conversation.utterance", role="user", speech=text)

    def end(self, reason: str) -> None:
        if not self.over.done():
            self.over.set_result(reason)

    def stats(self) -> dict[str, Any]:
        return {"participants": len(self.room.people) - 1, "activity": "idle"}

    def _tell(self, event_type: str, **properties: object) -> None:
        self.seq += 1
        self.listener.logged([json.dumps({"said": self.seq})])
        self.listener.event(
            self.seq,
            {
                "event_type": event_type,
                "seq": self.seq,
                "timestamp": 1746000000.123,
                "properties": properties,
            },
        )


@dataclass
class FakeStudio:
    """Remembers what it made."""

    made: dict[str, tuple[FakeRoom, FakeLive]] = field(default_factory=dict)

    async def open(
        self, spec: ConversationSpec, replica: Participant, listener: Listener
    ) -> tuple[SignallingRoom, Live]:
        room = FakeRoom(replica)
        live = FakeLive(spec, room, listener)
        self.made[spec.conversation_id] = (room, live)
        return room, live  # type: ignore[return-value]


class FakeLLM:
    """Ready at once, or when told."""

    def __init__(self, spec: LLMSpec | None = None) -> None:
        self.spec = spec or LLMSpec(base_url="http://default.test/v1", model="default-model")
        self.stopped = False

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        self.stopped = True


class TaskChild:
    """A worker that runs as a task of this process."""

    def __init__(self, sock: socket.socket, studio: FakeStudio) -> None:
        self.pid = os.getpid()
        self._task = asyncio.create_task(Worker(lambda _: studio).serve(sock.dup()))

    async def wait(self) -> int:
        await asyncio.wait([self._task])
        return 0

    def kill(self) -> None:
        self._task.cancel()


class TaskLauncher:
    """Starts workers as tasks; their conversations can be looked at."""

    def __init__(self) -> None:
        self.studio = FakeStudio()
        self.children: list[TaskChild] = []

    async def __call__(self, sock: socket.socket) -> TaskChild:
        child = TaskChild(sock, self.studio)
        self.children.append(child)
        return child


def load(settings: Settings) -> FakeStudio:
    return FakeStudio()


if __name__ == "__main__":
    main(load)
