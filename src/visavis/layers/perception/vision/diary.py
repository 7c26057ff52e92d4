"""What was seen over a call, thinned to what one last question can hold. Pure."""

from __future__ import annotations

from dataclasses import replace

from visavis.layers.perception.summary import clock
from visavis.layers.perception.vision.base import Observation

MOST = 60
"""Entries kept."""
LONGEST = 300
"""Characters of an entry's words."""


class Diary:
    """Of one conversation.

    What is seen again and again is one entry. When there are too many, the one goes whose going leaves the
    smallest gap, so that the whole call stays covered; the first and the latest stay.
    """

    def __init__(self) -> None:
        self._entries: list[Observation] = []
        self._people: dict[str, int] = {}

    def add(self, seen: Observation) -> None:
        """One more observation, later than all others; one that says nothing is left out."""
        number = self.number(seen.participant_id)
        if not _words(seen):
            return
        for place in range(len(self._entries) - 1, -1, -1):
            last = self._entries[place]
            if self._people[last.participant_id] == number:
                if _words(last) == _words(seen):
                    self._entries[place] = replace(last, holds_at=seen.holds_at)
                    return
                break
        self._entries.append(seen)
        if len(self._entries) > MOST:
            del self._entries[self._dispensable()]

    def number(self, participant_id: str) -> int:
        """Participants are numbered from 1: their ids are nobody else's business."""
        return self._people.setdefault(participant_id, len(set(self._people.values())) + 1)

    def came_back(self, before: str, now: str) -> None:
        """This id is from now on of the same participant."""
        self._people[now] = self.number(before)

    def lines(self) -> list[str]:
        """One entry a line, with its time."""
        return [self._line(entry) for entry in self._entries]

    def _dispensable(self) -> int:
        at = [entry.frame_at for entry in self._entries]
        return min(range(1, len(at) - 1), key=lambda place: at[place + 1] - at[place - 1])

    def _line(self, entry: Observation) -> str:
        until = f" to {clock(entry.holds_at)}" if entry.holds_at - entry.frame_at >= 1.0 else ""
        who = f"participant {self._people[entry.participant_id]}"
        return f"[{clock(entry.frame_at)}{until}] {who}: {_words(entry)[:LONGEST]}"


def _words(seen: Observation) -> str:
    told = [
        seen.appearance,
        seen.emotions,
        f"Shared screen: {seen.screenshare}" if seen.screenshare else "",
        *(f"Query {number}: {answer}" for number, answer in seen.answers.items()),
    ]
    return " ".join(filter(None, told))
