"""What is known of one participant while they are here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from visavis.conversation.inputs import UserPerceived
from visavis.layers.perception.account import Account
from visavis.layers.perception.base import Sight
from visavis.layers.perception.conditions import Change
from visavis.layers.perception.summary import untold, visual_phrase
from visavis.rooms.base import Participant, VideoKind
from visavis.session.perceiving import words
from visavis.session.perceiving.calls import ToolCalls, signals
from visavis.session.perceiving.glances import Glances
from visavis.session.perceiving.voices import Turns
from visavis.session.spec import PerceptionSpec

_BLACK = 0.01
"""Mean brightness; a dark room's picture has more."""


@dataclass(slots=True)
class Described:
    """What somebody who can read pictures says of a participant, beside what is measured."""

    appearance: str = ""
    emotions: str = ""
    screenshare: str = ""


class Person:
    """One participant, seen and heard.

    Args:
        participant: who.
        spec: what is asked.
        elapsed: seconds since the conversation began.

    Attributes:
        account: what was seen.
        newest: the newest ``av.VideoFrame`` of what is shown now; nothing of what is not.
        taken: when that came, seconds.
        watching: the work on each source.
        blind: the engine failed on them again and again; they are looked at no more.
        covered: their camera sends black.
        described: what a vision-language model says.
        face_at: where the face is, as ``ReplicaRenderer.looking_at`` takes it; None when it is not seen.
    """

    def __init__(self, participant: Participant, spec: PerceptionSpec, elapsed: Callable[[], float]) -> None:
        self.participant = participant
        self.account = Account()
        self.newest: dict[VideoKind, Any] = {}
        self.taken: dict[VideoKind, float] = {}
        self.watching: dict[VideoKind, asyncio.Task[None]] = {}
        self.blind = self.covered = False
        self.described = Described()
        self.face_at: tuple[float, float] | None = None
        self.glances = Glances()
        self._spec, self._elapsed = spec, elapsed
        self._untold = untold(spec.emotion_recognition)
        self.calls = ToolCalls(spec.tools, self._untold)
        self.turns = Turns(lambda since, now: visual_phrase(self.account, since, now, self._untold))
        self.tone: tuple[str, ...] | None = None

    @property
    def id(self) -> str:
        """The participant's."""
        return self.participant.id

    def is_likely(self, other: Person) -> bool:
        """Whether both are the same user under another connection: by the application's id, else by name."""
        mine, theirs = self.participant, other.participant
        if mine.user_id or theirs.user_id:
            return mine.user_id == theirs.user_id
        return bool(mine.user_name) and mine.user_name == theirs.user_name

    def go_on(self, before: Person) -> None:
        """They have come back: what happened then is theirs."""
        self.account = before.account
        self.turns.spoken = before.turns.spoken

    def see(self, sight: Sight) -> list[Change]:
        """Take one picture's signals in; what changed by it."""
        changes = self.account.feed(sight)
        if sight.origin == "camera":
            self.glances.note(sight)
            if sight.faces:
                left, top, right, bottom = sight.faces[0].box
                self.face_at = (_inside(left + right - 1.0), _inside(1.0 - top - bottom))
            elif "present" not in self.account.now():
                self.face_at = None
        return changes

    def hidden(self, kind: VideoKind, at: float) -> list[Change]:
        """A source shows nothing any more."""
        self.newest.pop(kind, None)
        if kind == "screen":
            self.described.screenshare = ""
            return self.account.screen_off(at)
        self.glances.forget()
        self.face_at = None
        self.described.appearance = self.described.emotions = ""
        return self.account.camera_off(at)

    def perceived(self) -> UserPerceived:
        """How they are now."""
        account, now = self.account, self._elapsed()
        full = self._spec.emotion_recognition == "full"
        answered = words.answers(account, self._spec.visual_queries, self._untold, now)
        return UserPerceived(
            at=now,
            participant_id=self.id,
            appearance=_joined(
                words.appearance(account, self._untold, emotions_apart=full),
                answered,
                self.described.appearance,
            ),
            emotions=_joined(words.emotions(account, self._untold), self._heard(), self.described.emotions)
            if full
            else "",
            screenshare=_joined(words.screenshare(account), self.described.screenshare),
            smiling="smiling" in account.now() and "smiling" not in self._untold,
        )

    def _heard(self) -> str:
        """The answers to questions about the voice, by the last turn."""
        if self.tone is None:
            return ""
        heard = signals(self.tone)
        return " ".join(
            f"{words.question(query.text)} {words.in_a_turn(query, query.signal in heard)}"
            for query in self._spec.audio_queries
            if query.signal is not None and words.condition_of(query.signal) is None
        )


def covered(sight: Sight) -> bool:
    """Whether a camera shows nothing at all: browsers send black for one that is switched off."""
    black = sight.lighting is not None and sight.lighting.level < _BLACK
    return black and sight.origin == "camera" and not sight.faces


def _joined(*texts: str) -> str:
    return " ".join(filter(None, (text.strip() for text in texts)))


def _inside(value: float) -> float:
    return max(-1.0, min(1.0, value))
