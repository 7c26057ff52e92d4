"""A participant without WebRTC: its frames go through another's socket (docs/signalling.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from visavis.errors import MessageTooLarge
from visavis.rooms.base import LeaveReason, Participant, Source
from visavis.rooms.webrtc import wire
from visavis.rooms.webrtc.complaints import Complaints
from visavis.rooms.webrtc.microphone import Microphone
from visavis.rooms.webrtc.outlet import Outlet
from visavis.rooms.webrtc.pace import ANSWER, REASON, Pace
from visavis.rooms.webrtc.peer import MAX_BUFFERED_FOR_ANSWERS, PeerOwner

Deliver = Callable[[str], None]
"""Takes a frame of JSON text for the participant."""


class RelayedPeer:
    """A client in the room whose two channels are one stream of frames, and which has no media.

    What an app channel would carry has ``data``, what a signal channel would carry has ``type``; a bare
    interaction, with an ``event_type``, is an app message to everybody.

    Attributes:
        joined: always: it is in from the start.
        backlog: bytes that were delivered and not read yet. Whoever owns the socket drops a client that
            leaves too much; the room gives it no more messages of others before.
        microphone: silent for ever.
    """

    joined = True

    def __init__(self, participant: Participant, owner: PeerOwner, deliver: Deliver, limit: int) -> None:
        """Make it; it has yet to be announced.

        Args:
            participant: who.
            owner: the room.
            deliver: where its frames go.
            limit: bytes that an app message may have.
        """
        self.participant = participant
        self.microphone = Microphone(lambda: None)
        self._owner, self._deliver, self._limit = owner, deliver, limit
        self._complaints = Complaints(participant.id)
        self._pace = Pace()
        self._gone = False
        self.backlog = 0

    def read(self, size: int) -> None:
        """The participant's socket took so many bytes of what was delivered."""
        self.backlog = max(0, self.backlog - size)

    def received(self, frame: str | None) -> None:
        """The participant sent this; None is a frame that is no text."""
        if not self._pace.take():
            if self._pace.news():
                self.ignored(REASON, answer=ANSWER)
            else:
                self._complaints.ignored(REASON)
            return
        try:
            message = wire.load(frame)
            if "type" in message and "data" not in message:
                self._signal(message)
            else:
                app: object = frame if "data" in message else wire.app_to("*", wire.dump(message))
                self._owner.peer_sent(self, wire.load_app(app, self._limit))
        except MessageTooLarge as error:
            self.ignored("relayed message too large", answer=str(error))
        except wire.BadFrame as error:
            self.ignored(f"relayed frame: {error}", answer=str(error))

    def leave(self, lost: bool) -> None:
        """Its socket is gone; ``lost`` if without a goodbye."""
        self._leave("connection lost" if lost else "left")

    def outlet(self, source: Source) -> Outlet | None:
        """It sends no media."""
        return None

    def hear(self, frame: Any) -> None:
        """It has no ears."""

    def tick(self) -> None:
        """Whoever owns the socket knows whether it lives."""

    def send_app(self, frame: str) -> None:
        """Send an app message's frame."""
        if not self._gone:
            self.backlog += wire.size(frame)
            self._deliver(frame)

    def send_signal(self, kind: str, **fields: Any) -> None:
        """Send a signal; behind ``closed`` nothing follows."""
        self.send_app(wire.dump({"type": kind, **fields}))
        if kind == "closed":
            self._leave("room closed")

    def ignored(self, reason: str, answer: str) -> None:
        """Log that something it sent had no effect, and tell it unless it does not read.

        Args:
            reason: for the log; one of few, and without words of users.
            answer: for the client.
        """
        self._complaints.ignored(reason)
        if self.backlog < MAX_BUFFERED_FOR_ANSWERS:
            self.send_signal("error", message=answer)

    async def close(self) -> None:
        """Let go of everything."""
        self._gone = True
        self.microphone.close()

    def _signal(self, signal: dict[str, Any]) -> None:
        kind = signal["type"]
        if kind == "ping":
            number = signal.get("n")
            self.send_signal("pong", n=number if isinstance(number, int) else 0)
        elif kind == "leave":
            self.send_app(wire.dump({"type": "closed", "reason": "left"}))
            self._leave("left")
        elif kind != "pong":
            raise wire.BadFrame("unknown signal type")

    def _leave(self, reason: LeaveReason) -> None:
        if not self._gone:
            self._gone = True
            self._owner.peer_gone(self, reason)
