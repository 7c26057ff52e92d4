"""Whether somebody has just looked away to think: the raw looks of the last half minute. Pure."""

from __future__ import annotations

from collections import deque

from visavis.layers.conversational_flow.turns import LONGEST_HOLD
from visavis.layers.perception.base import Sight

REMEMBERED = 30.0
"""Seconds."""
USUALLY = 0.6
"""Share of the looks from which somebody usually looks at the screen."""
_KNOWN = 12
"""Looks, some three seconds, before which nothing is known of somebody's habit."""
_RECENT = 1.0
"""Seconds after which a look is old."""
_JUST = 4.0
"""Seconds that looking away may last and still be a thought's: longer is reading, or somebody else."""
_UNSURE = 0.35


class Glances:
    """One participant's."""

    def __init__(self) -> None:
        self._looks: deque[tuple[float, bool]] = deque()

    def note(self, sight: Sight) -> None:
        """Take one picture of the camera in; closed eyes and unsure faces look nowhere."""
        if sight.faces and (looking := sight.faces[0].looking).confidence >= _UNSURE:
            self._looks.append((sight.at, looking.value >= 0.5))
        while self._looks and self._looks[0][0] < sight.at - REMEMBERED:
            self._looks.popleft()

    def forget(self) -> None:
        """The camera is off."""
        self._looks.clear()

    def hold(self, now: float) -> float:
        """Seconds by which the end of their turn is to be held back."""
        return LONGEST_HOLD if self._thinks(now) else 0.0

    def _thinks(self, now: float) -> bool:
        if len(self._looks) < _KNOWN or now - self._looks[-1][0] > _RECENT:
            return False
        last_two = (self._looks[-1][1], self._looks[-2][1])
        usual = sum(at_screen for _, at_screen in self._looks) / len(self._looks)
        at_screen_last = max((at for at, at_screen in self._looks if at_screen), default=float("-inf"))
        return not any(last_two) and usual >= USUALLY and now - at_screen_last <= _JUST
