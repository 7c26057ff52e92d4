"""Named conditions of one participant, with the moments they began and ended. Pure: sights in, changes out.

Tools and queries are matched to these. A condition begins only after it has held for a while with enough
confidence, and is over only after a while without it, so that one wavering picture calls nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from visavis.layers.perception.base import Face, Reading, Sight
from visavis.layers.perception.motion import Motion
from visavis.layers.perception.smoothing import Rule, Switch

Condition = Literal[
    "present",
    "left",
    "second person",
    "looking away",
    "smiling",
    "surprised",
    "frowning",
    "eyes closed",
    "talking",
    "nodding",
    "shaking head",
    "close to the camera",
    "far from the camera",
    "dark",
    "glaring light",
    "sharing the screen",
]
CONDITIONS: tuple[Condition, ...] = get_args(Condition)

RULES: dict[Condition, Rule] = {
    "present": Rule(0.5, 0.5, 0.4, 3.0),
    "second person": Rule(0.5, 0.5, 1.5, 3.0),
    "looking away": Rule(0.5, 0.35, 1.5, 0.7),
    "smiling": Rule(0.35, 0.2, 0.3, 0.7),
    "surprised": Rule(0.45, 0.25, 0.45, 0.7),
    "frowning": Rule(0.36, 0.2, 1.0, 1.0),
    "eyes closed": Rule(0.5, 0.35, 0.9, 0.45),
    "talking": Rule(0.72, 0.45, 0.7, 1.5),
    "nodding": Rule(0.5, 0.3, 0.2, 0.7),
    "shaking head": Rule(0.5, 0.3, 0.2, 0.7),
    "close to the camera": Rule(0.5, 0.5, 2.0, 2.0),
    "far from the camera": Rule(0.5, 0.5, 3.0, 3.0),
    "dark": Rule(0.5, 0.5, 3.0, 3.0),
    "glaring light": Rule(0.5, 0.5, 3.0, 3.0),
}
"""Amounts and seconds; found on half of the labelled set (benchmarks/perception), judged on the other."""
QUICK: tuple[Condition, ...] = ("smiling", "surprised")
"""What people expect to be noticed at once: it is worth looking twice as often while one of them begins."""
UNSURE = 0.35
"""A face seen with less confidence says nothing of its expression."""
CLOSE, FAR = 0.33, 1.4
"""Metres."""
_SMALL = 0.2
"""A second face counts from this share of the first one's size: those far behind are passers-by."""

_OF_A_FACE: tuple[Condition, ...] = (
    *("looking away", "smiling", "surprised", "frowning", "eyes closed", "talking"),
    *("nodding", "shaking head", "close to the camera", "far from the camera"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """A condition began or ended.

    Attributes:
        at: seconds, when it really did; it was noticed somewhat later.
        noticed: seconds.
        confidence: mean of what was seen meanwhile, 0 to 1.
    """

    condition: Condition
    began: bool
    at: float
    noticed: float
    confidence: float


@dataclass(slots=True)
class Conditions:
    """Follows one participant's camera and screen."""

    _switches: dict[Condition, Switch] = field(
        default_factory=lambda: {name: Switch(rule) for name, rule in RULES.items()}
    )
    _motion: Motion = field(default_factory=Motion)
    _at: float = 0.0
    _screen_at: float = 0.0
    _left: bool = False
    _sharing: bool = False

    def now(self) -> tuple[Condition, ...]:
        """Those that hold."""
        extra: list[Condition] = ["left"] if self._left else []
        extra += ["sharing the screen"] if self._sharing else []
        return (*(name for name, switch in self._switches.items() if switch.on), *extra)

    @property
    def pending(self) -> bool:
        """Whether one of ``QUICK`` is about to begin."""
        quick = (self._switches[name] for name in QUICK)
        return any(switch.pending(self._at) and not switch.on for switch in quick)

    def feed(self, sight: Sight) -> list[Change]:
        """Take one picture's signals in."""
        if sight.origin == "screen":
            return self._share(sight.at)
        self._at = sight.at
        changes: list[Change] = []
        face = sight.faces[0] if sight.faces else None
        self._switch(changes, "present", sight.at, float(face is not None), face.confidence if face else 0.9)
        self._note_leaving(changes, sight.at)
        others = [other for other in sight.faces[1:] if face and other.size >= _SMALL * face.size]
        self._switch(
            changes, "second person", sight.at, float(bool(others)), others[0].confidence if others else 0.8
        )
        if light := sight.lighting:
            self._switch(changes, "dark", sight.at, float(light.kind == "dark"), light.confidence)
            self._switch(changes, "glaring light", sight.at, float(light.kind == "bright"), light.confidence)
        if face is None:
            self._nobody(changes, sight.at)
        else:
            self._read(changes, sight.at, face)
        return changes

    def camera_off(self, at: float) -> list[Change]:
        """The camera sends nothing any more: nothing is known, which is not the same as nobody there.

        What held ends when it was seen last, which may be a while ago.
        """
        changes: list[Change] = []
        for name in self._switches:
            self._stop(changes, name, at)
        if self._left:
            self._left = False
            changes.append(Change("left", False, self._at, at, 1.0))
        self._motion.forget()
        return changes

    def screen_off(self, at: float) -> list[Change]:
        """The screen is shared no more."""
        if not self._sharing:
            return []
        self._sharing = False
        return [Change("sharing the screen", False, self._screen_at, at, 1.0)]

    def _share(self, at: float) -> list[Change]:
        self._screen_at = at
        if self._sharing:
            return []
        self._sharing = True
        return [Change("sharing the screen", True, at, at, 1.0)]

    def _note_leaving(self, changes: list[Change], at: float) -> None:
        for change in list(changes):
            if change.condition == "present" and change.began == self._left:
                self._left = not self._left
                changes.append(Change("left", self._left, change.at, at, change.confidence))

    def _nobody(self, changes: list[Change], at: float) -> None:
        """Pictures without the face say nothing of it; what held goes on until the person counts as gone."""
        self._motion.forget()
        if not self._switches["present"].on:
            for name in _OF_A_FACE:
                self._stop(changes, name, at)

    def _read(self, changes: list[Change], at: float, face: Face) -> None:
        # turned heads are read less surely, but that they are turned is sure
        self._switch(changes, "looking away", at, 1 - face.looking.value, face.looking.confidence)
        self._switch(changes, "close to the camera", at, float(face.distance < CLOSE), face.confidence)
        self._switch(changes, "far from the camera", at, float(face.distance > FAR), face.confidence)
        shown: dict[Condition, Reading] = {
            "smiling": face.smile,
            "surprised": face.surprise,
            "frowning": face.frown,
            "eyes closed": face.eyes_closed,
        }
        for name, reading in shown.items():
            self._judge(changes, name, at, reading.value, reading.confidence)
        self._motion.feed(at, face)
        moved: dict[Condition, Reading] = {
            "talking": self._motion.talking(),
            "nodding": self._motion.nodding(),
            "shaking head": self._motion.shaking(),
        }
        for name, reading in moved.items():
            sure = min(reading.confidence, face.mouth_open.confidence)
            self._judge(changes, name, at, reading.value, sure)

    def _judge(
        self, changes: list[Change], name: Condition, at: float, amount: float, confidence: float
    ) -> None:
        """Of a face that is not seen surely nothing is read; what it did then is soon known no more."""
        if confidence >= UNSURE:
            self._switch(changes, name, at, amount, confidence)
        elif self._switches[name].lapsed(at):
            self._stop(changes, name, at)

    def _switch(
        self, changes: list[Change], name: Condition, at: float, amount: float, confidence: float
    ) -> None:
        switch = self._switches[name]
        if switched := switch.feed(at, amount, confidence):
            changes.append(Change(name, switch.on, switched[0], at, switched[1]))

    def _stop(self, changes: list[Change], name: Condition, at: float) -> None:
        """It is known no more: it held for as long as it was seen."""
        if (seen := self._switches[name].end()) is not None:
            changes.append(Change(name, False, seen, at, 1.0))
