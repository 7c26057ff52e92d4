"""Makes JPEG files of frames, and knows which frames look as they did when they were last asked about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from visavis.layers.perception.base import Origin
from visavis.layers.perception.changes import Changes
from visavis.layers.perception.jpeg import jpeg
from visavis.layers.perception.pictures import picture
from visavis.layers.perception.vision.base import Photo, Shot

LONGEST_SIDE = 512
"""Pixels of what is sent."""

Source = tuple[str, Origin]


class Lens:
    """Of one conversation. Used by one thread at a time."""

    def __init__(self) -> None:
        self._asked: dict[Source, Changes] = {}

    def moved(self, shots: Iterable[Shot]) -> bool:
        """Whether one of them differs from what was last asked about; blocking, some milliseconds each.

        If so, they count as asked about from now on.
        """
        # Each has to be compared, also behind one that moved.
        return any([self._moved(shot) for shot in shots])

    def take(self, shots: Sequence[Shot]) -> tuple[Photo, ...]:
        """The files; blocking, some milliseconds each."""
        return tuple(Photo(shot, jpeg(shot.frame, LONGEST_SIDE)) for shot in shots)

    def forget(self, shots: Iterable[Shot]) -> None:
        """They were not answered: whatever comes next has moved."""
        for shot in shots:
            self._asked.pop(source(shot), None)

    def keep(self, shots: Iterable[Shot]) -> None:
        """Forget sources that are not among these: they are off."""
        on = {source(shot) for shot in shots}
        self._asked = {which: changes for which, changes in self._asked.items() if which in on}

    def _moved(self, shot: Shot) -> bool:
        changes = self._asked.setdefault(source(shot), Changes())
        return changes.moved(picture(shot.frame, shot.at, shot.origin).rgba)


def source(shot: Shot) -> Source:
    """What it was taken from."""
    return shot.participant_id, shot.origin
