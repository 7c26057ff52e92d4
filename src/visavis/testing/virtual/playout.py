"""The playout clock without audio: which sample has left is a matter of the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from visavis.conversation.inputs import SAMPLE_RATE, WordMark
from visavis.testing.virtual.clock import Appointment, Clock

FIRST_FRAME = SAMPLE_RATE // 50
"""Samples that have left when a real room says for the first time that any have: 20 ms."""
EVERY = SAMPLE_RATE // 2
"""Samples after which progress is told where no word ends."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A segment of speech.

    Attributes:
        start: samples of the generation before it.
    """

    text: str
    start: int
    samples: int
    words: tuple[WordMark, ...]


class Track:
    """What one generation has to say, and how much of it has left for the room.

    Args:
        told: called with the generation and its samples that have left, at each word's end.
    """

    def __init__(self, generation: int, clock: Clock, told: Callable[[int, int], None]) -> None:
        self.generation = generation
        self._clock, self._told = clock, told
        self._pieces: list[Piece] = []
        self._marks: list[int] = []
        self._passed = 0
        self._total = 0
        self._begun_at, self._begun_with = clock.now, 0
        self._stopped: int | None = None
        self._next: Appointment | None = None

    def write(self, text: str, samples: int, words: tuple[WordMark, ...] = ()) -> None:
        """Queue a segment behind the others."""
        if self.left == self._total:
            self._begun_at, self._begun_with = self._clock.now, self._total
        piece = Piece(text, self._total, samples, words)
        self._pieces.append(piece)
        self._marks += _marks(piece)
        self._total += samples
        if self._next is None:
            self._arrange()

    def stop(self) -> int:
        """Let nothing more leave.

        Returns:
            Samples that have left.
        """
        self._stopped = self.left
        if self._next is not None:
            self._next.cancel()
        return self._stopped

    @property
    def left(self) -> int:
        """Samples that have left."""
        if self._stopped is not None:
            return self._stopped
        # Rounded: what is due at this moment has left.
        since = round((self._clock.now - self._begun_at) * SAMPLE_RATE)
        return min(self._total, self._begun_with + since)

    @property
    def waiting(self) -> float:
        """Seconds that have not left yet."""
        return 0.0 if self._stopped is not None else (self._total - self.left) / SAMPLE_RATE

    @property
    def heard(self) -> str:
        """The words that have left whole."""
        left = self.left
        return " ".join(filter(None, (_heard(piece, left - piece.start) for piece in self._pieces)))

    def _arrange(self) -> None:
        self._next = None
        if self._passed < len(self._marks):
            seconds = (self._marks[self._passed] - self._begun_with) / SAMPLE_RATE
            self._next = self._clock.at(self._begun_at + seconds, self._reached)

    def _reached(self) -> None:
        mark = self._marks[self._passed]
        self._passed += 1
        self._arrange()
        self._told(self.generation, mark)


def _marks(piece: Piece) -> list[int]:
    """The samples at which something is to be told."""
    marks: list[int] = [] if piece.start or not piece.samples else [min(FIRST_FRAME, piece.samples)]
    reached = piece.start
    ends = [piece.start + word.sample_end for word in piece.words] + [piece.start + piece.samples]
    for end in ends:
        marks += range(reached + EVERY, end, EVERY)
        if end > max(reached, marks[-1] if marks else 0):
            marks.append(end)
        reached = end
    return marks


def _heard(piece: Piece, left: int) -> str:
    end = max((word.text_end for word in piece.words if word.sample_end <= left), default=0)
    return piece.text[:end]
