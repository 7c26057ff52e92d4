"""The replica speaks first when nobody has for a while (PROTOCOL 4, 5.1 "idle_engagement")."""

from __future__ import annotations

from visavis.conversation.attention import Attention
from visavis.conversation.floor import Floor, Reply
from visavis.conversation.ids import Ids
from visavis.conversation.inputs import Config
from visavis.conversation.outbox import Outbox, Tie
from visavis.conversation.presence import Presence
from visavis.conversation.users import Users

ENGAGEMENT = "engagement"
"""The timer."""
AFTER = {"patient": 20.0, "eager": 8.0}
"""Seconds of silence."""
MOST_IN_A_ROW = 3
"""Times without a turn of a user; then it takes the hint."""


class Engagement:
    """Watches for silence. Off in a chat, where silence is nothing, and without an LLM."""

    def __init__(
        self,
        out: Outbox,
        ids: Ids,
        config: Config,
        floor: Floor,
        presence: Presence,
        users: Users,
        attention: Attention,
    ) -> None:
        self._out, self._ids, self._floor = out, ids, floor
        self._presence, self._users, self._attention = presence, users, attention
        off = config.chat or config.pipeline_mode == "echo"
        self._after = None if off else AFTER.get(config.idle_engagement)
        self._timed = False
        self._turn_idx = 0
        self._in_a_row = 0

    def watch(self) -> None:
        """After each input: the time of silence begins, goes on, or is over."""
        if self._after is None:
            return
        if self._floor.turn_idx != self._turn_idx:
            self._turn_idx, self._in_a_row = self._floor.turn_idx, 0
        silent = self._silent and self._in_a_row < MOST_IN_A_ROW
        if silent and not self._timed:
            self._out.set_timer(ENGAGEMENT, self._out.now + self._after)
        elif self._timed and not silent:
            self._out.cancel_timer(ENGAGEMENT)
        self._timed = silent

    def speak_first(self) -> None:
        """The silence has lasted."""
        self._timed = False
        self._in_a_row += 1
        self._floor.wait(Reply(Tie(self._ids.new(), self._floor.turn_idx), "silence"))

    @property
    def _silent(self) -> bool:
        listening = self._presence.anyone and self._attention.awake
        return listening and not self._users.forming and not self._floor.busy
