"""The drawn replica: behaviour and lips, painted, as video frames."""

from __future__ import annotations

from math import isfinite

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from visavis.errors import ConfigurationError
from visavis.layers.replica.base import Activity
from visavis.layers.replica.drawn.behaviour import Behaviour
from visavis.layers.replica.drawn.canvas import RGBA, skia
from visavis.layers.replica.drawn.expression import Feeling
from visavis.layers.replica.drawn.lips import LipMotion
from visavis.layers.replica.drawn.painter import Painter
from visavis.layers.replica.drawn.pose import Pose
from visavis.media.sounds import Mouth
from visavis.protocol.emotions import Emotion

_PORTRAIT = Pose(
    yaw=-2.5, roll=-1.5, shift=(0.0, 0.5), gaze=(0.12, 0.0), smile=0.85, brows=(0.1, 0.1), breath=0.5
)


class DrawnReplica:
    """An original vector character; implements :class:`visavis.layers.replica.base.ReplicaRenderer`.

    Args:
        width: of the frames, pixels, even.
        height: likewise; the picture fills it and is cut or widened at the sides.
        seed: of its blinks, glances and nods.

    Raises:
        ConfigurationError: for a size that I420 cannot hold.
    """

    def __init__(self, width: int = 640, height: int = 480, seed: int = 0) -> None:
        if width < 2 or height < 2 or width % 2 or height % 2:
            raise ConfigurationError(
                f"the replica's frame size must be even and positive, not {width}x{height}"
            )
        self.width, self.height = width, height
        self.emotion: Emotion = "neutral"
        self._behaviour = Behaviour(seed)
        self._lips = LipMotion()
        self._feeling = Feeling()
        self._painter = Painter(width, height)
        self._converter = VideoReformatter()

    @property
    def greenscreen(self) -> bool:
        """Whether the background is RGB 0, 255, 155, to be keyed out."""
        return self._painter.greenscreen

    @greenscreen.setter
    def greenscreen(self, green: bool) -> None:
        self._painter.greenscreen = green

    @property
    def looking_at(self) -> tuple[float, float] | None:
        """Where the user's face is, see :class:`visavis.layers.replica.base.ReplicaRenderer`."""
        return self._behaviour.looking_at

    @looking_at.setter
    def looking_at(self, where: tuple[float, float] | None) -> None:
        self._behaviour.looking_at = where

    def render(self, elapsed: float, activity: Activity, mouth: Mouth) -> NDArray[np.uint8]:
        """The next frame, see :meth:`visavis.layers.replica.base.ReplicaRenderer.render`.

        Colours are BT.601 in limited range, as WebRTC's codecs take them. A negative or endless
        ``elapsed`` counts as none.
        """
        return self._i420(self._painter.paint(self.pose(elapsed, activity, mouth)))

    def pose(self, elapsed: float, activity: Activity, mouth: Mouth) -> Pose:
        """Moves on by ``elapsed`` seconds and gives the pose of that frame, without drawing it."""
        passed = max(0.0, elapsed) if isfinite(elapsed) else 0.0
        pose = self._behaviour.step(passed, activity, mouth.loudness, self._lips.step(passed, mouth))
        self._feeling.step(passed, self.emotion)
        return self._feeling.show(pose)

    def _i420(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        frame = av.VideoFrame.from_numpy_buffer(pixels, "rgba")
        planar = self._converter.reformat(frame, format="yuv420p", interpolation=Interpolation.AREA)
        return np.asarray(planar.to_ndarray(), np.uint8)


def portrait(width: int = 640, height: int = 480) -> NDArray[np.uint8]:
    """A still of the replica, smiling: RGB, shape (height, width, 3)."""
    return Painter(width, height).paint(_PORTRAIT)[..., :3].copy()


def portrait_png(width: int = 640, height: int = 480) -> bytes:
    """The same still as a PNG file."""
    pixels = Painter(width, height).paint(_PORTRAIT)
    return bytes(
        skia.Image.fromarray(pixels, colorType=RGBA, alphaType=skia.kOpaque_AlphaType).encodeToData()
    )
