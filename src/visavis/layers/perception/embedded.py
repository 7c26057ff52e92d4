"""The default engine: MediaPipe's face landmarker on the CPU, offline. Pictures are not kept."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visavis import weights
from visavis.layers.perception import voice
from visavis.layers.perception.base import Face, Picture, Reading, Sight, Voice
from visavis.layers.perception.baseline import Baseline
from visavis.layers.perception.blendshapes import Blendshapes
from visavis.layers.perception.changes import Changes
from visavis.layers.perception.crop import Canvas, Square
from visavis.layers.perception.detector import Detector, Find
from visavis.layers.perception.expressions import RESTING, expressions, of_both_sides
from visavis.layers.perception.gaze import at_screen, direction
from visavis.layers.perception.lighting import lighting
from visavis.layers.perception.mesh import Mesh, Mesher
from visavis.layers.perception.pose import Pose, pose
from visavis.layers.perception.runtime import MODEL
from visavis.layers.perception.search import Search

MOST_FACES = 3
"""More are not looked at closely."""
_FACE = 0.5
"""Score of the landmark network from which there is a face indeed."""
_READABLE = 70.0
"""Pixels of a face's width from which its expression is read with full confidence."""
_TURNED = 45.0
"""Degrees at which a turned head's expression can be read no more."""
_BROWS_TURNED = 32.0
"""Likewise for what the brows do."""
_FRONTAL = 20.0
_WIDE_OPEN = 0.4
_SAME = 0.3
_GLANCES = 60
"""Pictures from which the height of somebody's gaze at rest is known, a quarter of a minute."""
_MOST_TILT = 12.0
"""Degrees that the gaze at rest may lie above or below the camera."""


class EmbeddedPerception:
    """``PerceptionEngine``.

    Args:
        bundle: the face landmarker's file; default: the store's.

    Raises:
        ModelUnavailable: no path was given and the store has none.
    """

    def __init__(self, bundle: Path | None = None) -> None:
        path = bundle or weights.find(MODEL)
        self.detector = Detector(path)
        self.mesher = Mesher(path)
        self.blendshapes = Blendshapes(path)

    def eyes(self) -> EmbeddedEyes:
        """For one source of one participant."""
        return EmbeddedEyes(self)

    def listen(self, audio: NDArray[np.float32], start: float, words: int | None = None) -> Voice | None:
        """How a stretch of speech sounded; about 3 ms a second of it."""
        return voice.voice(audio, start, words)


class EmbeddedEyes:
    """``Eyes``. Remembers where faces were, how the first one rests, and in coarse cells how light it was."""

    def __init__(self, engine: EmbeddedPerception) -> None:
        self._engine = engine
        self._changes = Changes()
        self._last = Sight(float("-inf"), "camera")
        self._places: list[Square] = []
        self._search = Search()
        self._rest = Baseline(RESTING)
        self._heights: deque[float] = deque(maxlen=_GLANCES)

    def look(self, picture: Picture) -> Sight:
        """About 10 ms with one face, 4 with none, 1 when nothing moved; a shared screen costs nothing."""
        if picture.origin == "screen":
            return Sight(picture.at, "screen")
        if not self._changes.moved(picture.rgba):
            self._last = replace(self._last, at=picture.at, still=True)
            return self._last
        canvas = Canvas(picture.rgba)
        meshes = self._meshes(canvas)
        self._places = [mesh.square for mesh in meshes]
        if meshes:
            self._search.seen(meshes[0].square)
        faces = tuple(self._face(mesh, canvas, picture.at, index == 0) for index, mesh in enumerate(meshes))
        self._last = Sight(picture.at, "camera", faces, lighting(picture.rgba))
        return self._last

    def _meshes(self, canvas: Canvas) -> list[Mesh]:
        """Faces in the picture, the largest first: those found, and known ones that turned away."""
        finds = self._engine.detector(canvas)
        if not finds and not self._places:
            # faces far away are too small for the detector in the whole picture
            finds = self._engine.detector(canvas, self._search.window(canvas))
        squares = [_tracked(find, self._places) for find in finds[:MOST_FACES]]
        squares += [
            place for place in self._places if all(_overlap(place, other) < _SAME for other in squares)
        ]
        meshes: list[Mesh] = []
        for square in squares[:MOST_FACES]:
            mesh = self._engine.mesher(canvas, square)
            if mesh.score >= _FACE and all(_overlap(mesh.square, other.square) < _SAME for other in meshes):
                meshes.append(mesh)
        return sorted(meshes, key=lambda mesh: -mesh.square.side)

    def _face(self, mesh: Mesh, canvas: Canvas, at: float, first: bool) -> Face:
        movements = self._engine.blendshapes(mesh)
        moves = of_both_sides(movements)
        turn = pose(mesh, canvas.width)
        rest = self._rest if first else Baseline(RESTING)
        if first and abs(turn.yaw) < _FRONTAL and moves["blink"] < 0.4:
            rest.learn(at, moves)
        seen = expressions(moves, rest)
        left, top, right, bottom = mesh.box
        size = min(1.0, (right - left) / _READABLE)
        sure = mesh.score * size
        turned = math.hypot(turn.yaw, turn.pitch)
        readable = sure * max(0.0, 1.0 - (turned / _TURNED) ** 2)
        known = sure * max(0.0, 1.0 - (turned / _BROWS_TURNED) ** 2) * max(0.0, 2.0 * rest.trust - 1.0)
        box = (left / canvas.width, top / canvas.height, right / canvas.width, bottom / canvas.height)
        return Face(
            box,
            mesh.score,
            turn.yaw,
            turn.pitch,
            turn.roll,
            turn.distance,
            self._looking(turn, movements, moves["blink"], sure, first),
            # with closed eyes a smile cannot be told from the grimace of weeping
            Reading(seen.smile, readable * (1.0 - seen.eyes_closed)),
            Reading(seen.surprise, known),
            Reading(seen.frown, known),
            Reading(seen.eyes_closed, readable),
            Reading(min(1.0, mesh.lips_apart / _WIDE_OPEN), readable),
        )

    def _looking(
        self, turn: Pose, movements: dict[str, float], blink: float, sure: float, first: bool
    ) -> Reading:
        """Heights are taken relative to the person's own: cameras stand above and below screens."""
        sideways, upwards = direction(turn, movements)
        if first and abs(sideways) < _FRONTAL and blink < 0.4:
            self._heights.append(upwards)
        usual = float(np.median(self._heights)) if len(self._heights) >= 8 else 0.0
        usual = max(-_MOST_TILT, min(_MOST_TILT, usual))
        # closed eyes look nowhere
        return Reading(at_screen(sideways, upwards - usual), sure * max(0.0, 1.0 - 1.5 * blink))


def _tracked(find: Find, places: list[Square]) -> Square:
    """Where the landmarks were a moment ago is a better cut than the detector's."""
    near = [place for place in places if _overlap(place, find.square) >= 0.5]
    return near[0] if near else find.square


def _overlap(a: Square, b: Square) -> float:
    """Intersection over union, as if both were upright."""
    width = min(a.x + a.side / 2, b.x + b.side / 2) - max(a.x - a.side / 2, b.x - b.side / 2)
    height = min(a.y + a.side / 2, b.y + b.side / 2) - max(a.y - a.side / 2, b.y - b.side / 2)
    common = max(0.0, width) * max(0.0, height)
    return common / (a.side**2 + b.side**2 - common)
