"""What a perception engine is given, and what it gives: pictures and sound in, typed signals out.

Signals are facts measured in one picture or one stretch of speech, each with its time and how sure it is.
What lasts (a smile that began and ended) is made of them in ``conditions``, words in ``summary``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
"""Hz of the audio a perception engine takes."""
RATE = 4.0
"""Pictures a second that an engine wants of one camera."""
LONGEST_SIDE = 640
"""Pixels; larger pictures are scaled down before an engine sees them."""

Origin = Literal["camera", "screen"]
Light = Literal["good", "dark", "bright"]


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame.

    Attributes:
        at: seconds on the conversation's clock.
        rgba: shape (height, width, 4), uint8; the longest side is ``LONGEST_SIDE`` at most.
        origin: a camera, or a shared screen.
    """

    at: float
    rgba: NDArray[np.uint8]
    origin: Origin = "camera"


@dataclass(frozen=True, slots=True)
class Reading:
    """A measured amount.

    Attributes:
        value: 0 (not at all) to 1 (fully), unless the field that holds it says otherwise.
        confidence: 0 to 1; small, turned away or badly lit faces give less.
    """

    value: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Face:
    """One face in one picture.

    Attributes:
        box: left, top, right, bottom as fractions of the picture.
        confidence: that it is a face.
        yaw: degrees the head is turned, positive to the person's own left.
        pitch: degrees, positive upwards.
        roll: degrees, positive towards the person's own left shoulder.
        distance: metres from the camera, roughly; an ordinary webcam is assumed.
        looking: at the screen.
        smile: how much of one.
        surprise: brows up and eyes wide or mouth open.
        frown: brows drawn together.
        eyes_closed: both.
        mouth_open: how far.
    """

    box: tuple[float, float, float, float]
    confidence: float
    yaw: float
    pitch: float
    roll: float
    distance: float
    looking: Reading
    smile: Reading
    surprise: Reading
    frown: Reading
    eyes_closed: Reading
    mouth_open: Reading

    @property
    def size(self) -> float:
        """Its share of the picture's area."""
        left, top, right, bottom = self.box
        return max(0.0, right - left) * max(0.0, bottom - top)


@dataclass(frozen=True, slots=True)
class Lighting:
    """How the scene is lit.

    Attributes:
        kind: in a word.
        level: mean brightness of the picture, 0 to 1.
        confidence: 0 to 1.
    """

    kind: Light
    level: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Sight:
    """What one picture shows.

    Attributes:
        at: seconds, the picture's.
        origin: the picture's. A shared screen has no faces here: those on it are not the participant's.
        faces: the largest first.
        lighting: None for a screen.
        still: nothing moved since the picture before, so nothing was measured anew.
    """

    at: float
    origin: Origin
    faces: tuple[Face, ...] = ()
    lighting: Lighting | None = None
    still: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """How a stretch of speech sounded.

    Attributes:
        start: seconds on the conversation's clock.
        end: likewise.
        voiced: seconds in which a pitch was heard.
        pitch: median, Hz; 0 when none was heard.
        pitch_range: between the 10th and the 90th percentile, semitones.
        pitch_slope: of its last half second, semitones a second; positive rises.
        level: of the speech, dBFS.
        level_range: between the 10th and the 90th percentile of the voiced parts, dB.
        pace: words a second, pauses included; None without words.
        pauses: lengths of silences within, seconds.
        confidence: 0 to 1; short or noisy stretches give less.
    """

    start: float
    end: float
    voiced: float
    pitch: float
    pitch_range: float
    pitch_slope: float
    level: float
    level_range: float
    pace: float | None
    pauses: tuple[float, ...]
    confidence: float


class Eyes(Protocol):
    """Watches one source of one participant; it has state. Called from one thread at a time."""

    def look(self, picture: Picture) -> Sight:
        """Blocking, some milliseconds. Pictures come in order of time; none is kept."""
        ...


class PerceptionEngine(Protocol):
    """One instance serves a worker; its eyes may be used from several threads, each from one at a time.

    It is listened with from another thread, while eyes look.
    """

    def eyes(self) -> Eyes:
        """For one source of one participant."""
        ...

    def listen(self, audio: NDArray[np.float32], start: float, words: int | None = None) -> Voice | None:
        """Blocking, some milliseconds a second of speech. How a stretch of speech sounded.

        Args:
            audio: mono, ``SAMPLE_RATE``, within -1 to 1; one turn of one speaker.
            start: when it began, seconds on the conversation's clock.
            words: how many were recognised in it, if known.

        Returns:
            None when there is no voice in it.
        """
        ...
