"""What is known of each participant now. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from visavis.layers.perception.vision.base import FORGOTTEN, Observation
from visavis.layers.perception.vision.lens import Source


class Known:
    """The latest observation of each, as far as it still holds."""

    def __init__(self) -> None:
        self._latest: dict[str, Observation] = {}

    def learn(self, seen: Observation) -> None:
        """A new one takes the place of the one before."""
        self._latest[seen.participant_id] = seen

    def holds(self, participant_id: str, at: float) -> None:
        """A frame of then looks as the one that was answered."""
        if seen := self._latest.get(participant_id):
            self._latest[participant_id] = replace(seen, holds_at=at)

    def keep(self, on: Collection[Source]) -> set[str]:
        """Forget what was seen of sources that are not among these; of whom something was forgotten."""
        before = dict(self._latest)
        for participant_id, seen in list(self._latest.items()):
            camera, screen = ((participant_id, "camera") in on, (participant_id, "screen") in on)
            if not screen:
                seen = replace(seen, screenshare="")
            if not camera:
                seen = replace(seen, appearance="", emotions="", answers={})
            if camera or screen:
                self._latest[participant_id] = seen
            else:
                del self._latest[participant_id]
        return {who for who, seen in before.items() if self._latest.get(who) != seen}

    def of(self, participant_id: str, now: float) -> Observation | None:
        """None when nothing is known, or what is known is too old."""
        seen = self._latest.get(participant_id)
        return seen if seen is not None and seen.age(now) <= FORGOTTEN else None

    def age(self, now: float) -> float | None:
        """Seconds, of the oldest; None when nothing is known."""
        return max((seen.age(now) for seen in self._latest.values()), default=None)
