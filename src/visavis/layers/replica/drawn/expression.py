"""Emotions of the drawn replica: what each adds to whatever it is doing."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from visavis.layers.replica.drawn.motion import ease
from visavis.layers.replica.drawn.pose import Pose
from visavis.protocol.emotions import Emotion

_EASING = 0.1
"""Seconds, time constant from one emotion to the next: 95 % in a third of a second."""


@dataclass(slots=True)
class Expression:
    """Added to a pose.

    Attributes:
        smile: of the corners of the mouth, negative down.
        brow: of both brows.
        lift: of one brow over the other.
        slope: of the brows, 1 inner ends up to -1 inner ends down.
        furrow: of the inner brows.
        lids: 1 wide to -1 narrow.
        jaw: dropped while the mouth rests.
        lip: upper lip raised.
        pitch: degrees of the head, positive down; likewise roll.
    """

    smile: float = 0.0
    brow: float = 0.0
    lift: float = 0.0
    slope: float = 0.0
    furrow: float = 0.0
    lids: float = 0.0
    jaw: float = 0.0
    lip: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0


EXPRESSIONS: dict[Emotion, Expression] = {
    "neutral": Expression(),
    "happy": Expression(smile=0.6, brow=0.2, lids=-0.15),
    "excited": Expression(smile=0.6, brow=0.6, lids=0.5, jaw=0.12, pitch=-1.5),
    "content": Expression(smile=0.35, lids=-0.4, roll=1.5),
    "sad": Expression(smile=-1.1, brow=-0.1, slope=1.1, furrow=0.2, lids=-0.4, pitch=4.0),
    "angry": Expression(smile=-0.8, brow=-0.6, slope=-1.5, furrow=0.8, lids=-0.25, pitch=1.5),
    "scared": Expression(smile=-0.9, brow=0.8, slope=0.9, furrow=0.3, lids=0.9, jaw=0.1, pitch=-2.0),
    "surprised": Expression(smile=-0.3, brow=1.2, lids=1.0, jaw=0.3, pitch=-2.0),
    "disgusted": Expression(smile=-1.0, brow=-0.5, slope=-0.7, furrow=0.7, lids=-0.6, lip=0.7, roll=-3.0),
    "contempt": Expression(smile=-0.45, brow=-0.2, lift=0.8, lids=-0.5, pitch=-3.0, roll=2.5),
}


class Feeling:
    """Goes from emotion to emotion without a jump."""

    def __init__(self) -> None:
        self._now = Expression()

    def step(self, elapsed: float, emotion: Emotion) -> None:
        """Time goes on towards ``emotion``."""
        target = EXPRESSIONS[emotion]
        for field in fields(Expression):
            name = field.name
            setattr(self._now, name, ease(getattr(self._now, name), getattr(target, name), elapsed, _EASING))

    def show(self, pose: Pose) -> Pose:
        """The pose with the emotion in it."""
        now, mouth = self._now, pose.mouth
        left, right = pose.brows
        return replace(
            pose,
            pitch=pose.pitch + now.pitch,
            roll=pose.roll + now.roll,
            brows=(left + now.brow, right + now.brow + now.lift),
            slope=now.slope,
            furrow=min(1.0, pose.furrow + now.furrow),
            lids=now.lids,
            smile=max(-1.0, min(1.0, pose.smile + now.smile)),
            mouth=replace(mouth, jaw=max(mouth.jaw, now.jaw), upper=min(1.0, mouth.upper + now.lip)),
        )
