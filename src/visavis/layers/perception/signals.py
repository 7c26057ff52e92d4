"""What the embedded perception can tell.

Queries and tools are compared with the phrasings of these (``matching``). A phrasing says one of three things
about its signal: that it holds or begins, that it is over, or that its opposite holds.
"""

from __future__ import annotations

from visavis.layers.perception.conditions import CONDITIONS
from visavis.layers.perception.phrasings import Signal
from visavis.layers.perception.phrasings_heard import HEARD
from visavis.layers.perception.phrasings_seen import SEEN
from visavis.layers.perception.settings import EmotionRecognition
from visavis.layers.perception.summary import untold

SIGNALS: dict[str, Signal] = {**SEEN, **HEARD}
"""By the names of ``conditions.Condition``, and of ``tone.Usual.tone``, the plainer of two."""


def told(level: EmotionRecognition) -> frozenset[str]:
    """The signals that may be told at a level of ``layers.perception.emotion_recognition``."""
    if level == "full":
        return frozenset(SIGNALS)
    return frozenset(CONDITIONS) - untold(level)
