"""The replica's looks."""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from visavis.media.sounds import Mouth
from visavis.protocol.emotions import Emotion

Activity = Literal["idle", "listening", "thinking", "speaking"]


class ReplicaRenderer(Protocol):
    """Draws one replica. One instance a conversation; it has state (blinks, gaze, breath).

    Attributes:
        width: of its frames, pixels.
        height: likewise.
        emotion: what the face shows; the session sets it, ``neutral`` at first.
        greenscreen: whether the background is RGB 0, 255, 155, to be keyed out (PROTOCOL 2.1); the session
            sets it before the first frame.
        looking_at: where the face is that the replica looks at, as the replica sees it: -1 to 1 to its own
            right, as in the camera's picture, and up; None if nobody knows. Whoever is in the left half of
            that picture sits to the right of the screen's middle as they see it, so there the eyes turn.
    """

    width: int
    height: int
    emotion: Emotion
    greenscreen: bool
    looking_at: tuple[float, float] | None

    def render(self, elapsed: float, activity: Activity, mouth: Mouth) -> NDArray[np.uint8]:
        """The next frame.

        Args:
            elapsed: seconds since the frame before (0.04 at 25 fps).
            activity: what the replica is doing.
            mouth: what it is saying.

        Returns:
            I420 planes as one array of shape (height * 3 // 2, width), not reused by later calls.
        """
        ...
