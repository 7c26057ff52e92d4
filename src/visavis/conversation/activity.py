"""What the replica is seen to be doing."""

from __future__ import annotations

from visavis.conversation.effects import Activity, SetActivity
from visavis.conversation.outbox import Outbox
from visavis.conversation.presence import Presence
from visavis.conversation.replica import Replica
from visavis.conversation.users import Users
from visavis.conversation.writer import Writer

IDLE_AFTER = 15.0
"""Seconds of silence after which attention drifts."""
IDLE = "idle"
"""The timer."""


class Demeanour:
    """Derives the activity from who speaks, thinks and is there; says so when it changes."""

    def __init__(self, out: Outbox, presence: Presence, users: Users, replica: Replica | Writer) -> None:
        self._out, self._presence, self._users, self._replica = out, presence, users, replica
        self._shown: Activity | None = None
        self._attentive = False
        self._timed = False

    def woke(self) -> None:
        """Something happened that draws attention."""
        self._attentive = True
        self._timed = False

    def drifted(self) -> None:
        """The idle timer ran down."""
        self._attentive = False
        self._timed = False

    def show(self) -> None:
        """Say what has changed."""
        activity = self._activity()
        if activity in ("speaking", "thinking") or self._users.forming:
            self.woke()
        elif self._attentive and not self._timed:
            self._timed = True
            self._out.set_timer(IDLE, self._out.now + IDLE_AFTER)
        if activity != self._shown:
            self._shown = activity
            self._out.put(SetActivity(activity))

    def _activity(self) -> Activity:
        generation = self._replica.current
        if generation is not None and not generation.stopping:
            if generation.audible:
                return "speaking"
            if generation.kind == "reply":
                return "thinking"
        attentive = self._attentive or self._users.forming
        return "listening" if attentive and self._presence.anyone else "idle"
