"""Who is in the room, and the timers that depend on it."""

from __future__ import annotations

from visavis.conversation.inputs import Config
from visavis.conversation.outbox import Outbox
from visavis.protocol import events

HEARTBEAT = "heartbeat"
HEARTBEAT_EVERY = 1.0
"""Seconds."""
RETURN_WITHIN = 60.0
"""Seconds that the call at least waits for people whose connection broke off: they reconnect."""
DEADLINES = ("max_call_duration", "participant_absent_timeout", "participant_left_timeout")
"""Timers that end the call, each with the reason "… reached" (PROTOCOL 3)."""


class Presence:
    """Announces the replica to those who come, and knows when nobody is there."""

    def __init__(self, out: Outbox, config: Config) -> None:
        self._out, self._config = out, config
        self._people: set[str] = set()
        self._beats = 0
        self._next_beat = 0.0
        self.met = False
        out.set_timer("max_call_duration", config.max_call_duration)
        out.set_timer("participant_absent_timeout", config.participant_absent_timeout)

    def __contains__(self, participant_id: str) -> bool:
        return participant_id in self._people

    @property
    def anyone(self) -> bool:
        """Whether the replica would be heard."""
        return bool(self._people)

    def joined(self, participant_id: str) -> bool:
        """Somebody came.

        Returns:
            Whether it is the first one ever.
        """
        if not self._people:
            self._out.cancel_timer("participant_left_timeout")
            self._beat_at(self._out.now + HEARTBEAT_EVERY)
        self._people.add(participant_id)
        self._out.cancel_timer("participant_absent_timeout")
        self._out.broadcast(events.ReplicaJoined, replica_id=self._config.replica_id)
        first, self.met = not self.met, True
        return first

    def left(self, participant_id: str, lost: bool) -> str | None:
        """Somebody went.

        Args:
            participant_id: who.
            lost: they did not say goodbye, so they may be on their way back.

        Returns:
            The reason to end the call at once, if there is one.
        """
        self._people.discard(participant_id)
        if self._people:
            return None
        self._out.cancel_timer(HEARTBEAT)
        wait = max(self._config.participant_left_timeout, RETURN_WITHIN if lost else 0.0)
        if wait <= 0:
            return "participant_left_timeout reached"
        self._out.set_timer("participant_left_timeout", self._out.now + wait)
        return None

    def beat(self) -> None:
        """The heartbeat's timer ran down."""
        self._beats += 1
        self._out.broadcast(events.ReplicaPresent, attempt=self._beats)
        following = self._next_beat + HEARTBEAT_EVERY
        self._beat_at(following if following > self._out.now else self._out.now + HEARTBEAT_EVERY)

    def _beat_at(self, at: float) -> None:
        self._next_beat = at
        self._out.set_timer(HEARTBEAT, at)
