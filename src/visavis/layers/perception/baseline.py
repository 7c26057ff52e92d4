"""What a face looks like when it does nothing: people differ more at rest than they move."""

from __future__ import annotations

from bisect import insort
from collections import deque

from visavis.layers.perception.blendshapes import Movements

_KEPT = 120
"""Values remembered of each movement: some four minutes."""
_AT_FIRST, _LATER = 0.5, 2.0
"""Seconds between two of them; later ones count less, or an expression that lasts would become rest."""
_QUANTILE = 0.35
_ENOUGH = 10
"""Values from which they are believed alone."""
_MOST = 0.75
"""More than this at rest would be a movement that never ends."""


class Baseline:
    """Learns how strong each movement is at rest, from one person's pictures.

    Attributes:
        trust: how far it knows this person, 0 to 1; until then it goes by people in general.
    """

    def __init__(self, prior: Movements) -> None:
        """``prior``: how strong they are in people at rest; also says which movements are followed."""
        self._prior = prior
        self._seen: dict[str, deque[float]] = {name: deque(maxlen=_KEPT) for name in prior}
        self._rest = dict(prior)
        self._fed = float("-inf")
        self.trust = 0.0

    def learn(self, at: float, movements: Movements) -> None:
        """Take one picture's movements in; ``at`` in seconds."""
        if at - self._fed < (_AT_FIRST if self.trust < 1.0 else _LATER):
            return
        self._fed = at
        for name, seen in self._seen.items():
            seen.append(movements[name])
            ordered: list[float] = []
            for value in seen:
                insort(ordered, value)
            own = ordered[int(_QUANTILE * (len(ordered) - 1))]
            self.trust = min(1.0, len(seen) / _ENOUGH)
            self._rest[name] = min(_MOST, self.trust * own + (1 - self.trust) * self._prior[name])

    def rest(self, name: str) -> float:
        """How strong a movement is at rest."""
        return self._rest[name]

    def beyond(self, name: str, value: float) -> float:
        """How much of a movement goes beyond rest, 0 to 1."""
        rest = self._rest[name]
        return max(0.0, (value - rest) / (1.0 - rest))
