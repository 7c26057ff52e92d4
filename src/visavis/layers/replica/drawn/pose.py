"""What the rig can do: the numbers that one frame is drawn from."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MouthShape:
    """The lips, jaw and tongue; every value is 0 at rest and 1 at its strongest.

    Attributes:
        jaw: how far it is dropped.
        round: pursing.
        wide: spreading.
        upper: upper lip raised off the teeth.
        lower: lower lip drawn off the teeth.
        press: lips pressed together.
        tuck: lower lip under the upper teeth.
        tongue: tip raised to the teeth.
    """

    jaw: float = 0.0
    round: float = 0.0
    wide: float = 0.0
    upper: float = 0.0
    lower: float = 0.0
    press: float = 0.0
    tuck: float = 0.0
    tongue: float = 0.0


@dataclass(frozen=True, slots=True)
class Pose:
    """A frame's pose.

    Attributes:
        yaw: degrees, positive to the viewer's right.
        pitch: degrees, positive down.
        roll: degrees, positive clockwise.
        shift: pixels of a 480-line frame the upper body has leaned, right and down.
        breath: 0 out to 1 in.
        gaze: of the eyes in the head, right and down, -1 to 1.
        blink: 0 open to 1 shut.
        brows: left and right as the viewer sees them, -1 lowered to 1 raised.
        slope: of the brows, 1 inner ends up to -1 inner ends down.
        furrow: 0 to 1, inner brows drawn together.
        lids: 1 wide open to -1 narrow.
        smile: 1 to -1, which is its opposite.
        sway: of the hair, pixels at its tips, positive right.
        mouth: the lips.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    breath: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)
    blink: float = 0.0
    brows: tuple[float, float] = (0.0, 0.0)
    slope: float = 0.0
    furrow: float = 0.0
    lids: float = 0.0
    smile: float = 0.3
    sway: float = 0.0
    mouth: MouthShape = field(default_factory=MouthShape)
