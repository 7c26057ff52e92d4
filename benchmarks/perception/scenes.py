"""A picture to take, and what is in it besides the person: a wall behind, a camera's blur and noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import numpy as np
import skia
from numpy.typing import NDArray


@dataclass(frozen=True)
class Scene:
    """One picture to take. Angles in degrees; positive to the person's own left, and upwards.

    Attributes:
        movements: amounts of ARKit's movements, 0 to 1.
        gaze: of the eyes within the head: sideways, up.
        distance: metres.
        offset: of the head from the picture's middle, in picture widths and heights.
        light: brightness; 1 is ordinary.
        side: how much darker one half of the face is, 0 to 1.
        background: grey level, 0 to 1.
        noise: of the camera, standard deviation in grey levels of 255.
        blur: of the optics, pixels.
        seed: of background and noise.
    """

    movements: Mapping[str, float] = field(default_factory=dict)
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)
    distance: float = 0.6
    offset: tuple[float, float] = (0.0, 0.05)
    light: float = 1.0
    side: float = 0.2
    background: float = 0.55
    noise: float = 2.0
    blur: float = 0.6
    seed: int = 0


def backdrop(scene: Scene, width: int, height: int) -> NDArray[np.uint8]:
    """A plain wall with a few boxes on it, the same for the same seed."""
    return _wall(scene.seed, round(scene.background, 3), width, height).copy()


@lru_cache(8)
def _wall(seed: int, level: float, width: int, height: int) -> NDArray[np.uint8]:
    random = np.random.default_rng(seed)
    wall = np.linspace(0.9, 1.1, height)[:, None, None] * np.array([1.0, 0.97, 0.93])
    out = np.broadcast_to(wall * level * 255, (height, width, 3)).copy()
    for _ in range(6):
        x, y = random.integers(0, width), random.integers(0, height)
        w, h = random.integers(20, width // 4), random.integers(20, height // 3)
        out[y : y + h, x : x + w] *= random.uniform(0.6, 1.3, 3)
    opaque = np.full((height, width, 1), 255.0)
    return np.concatenate([np.clip(out, 0, 255), opaque], axis=2).astype(np.uint8)


def camera(rgba: NDArray[np.uint8], scene: Scene) -> NDArray[np.uint8]:
    """Blur and noise."""
    out = np.zeros_like(rgba)
    canvas = skia.Canvas(out)
    blur = skia.ImageFilters.Blur(scene.blur, scene.blur)
    canvas.drawImage(skia.Image.fromarray(rgba), 0, 0, skia.SamplingOptions(), skia.Paint(ImageFilter=blur))
    grain = _grain(rgba.shape[0], rgba.shape[1])
    random = np.random.default_rng(
        (scene.seed, round(scene.yaw * 1e4) & 0xFFFF, round(scene.pitch * 1e4) & 0xFFFF)
    )
    grain = np.roll(grain, random.integers(0, min(rgba.shape[:2]), 2), axis=(0, 1))
    colours = out[..., :3].astype(np.int16) + (grain * scene.noise).astype(np.int16)[..., None]
    out[..., :3] = np.clip(colours, 0, 255)
    out[..., 3] = 255
    return out


@cache
def _grain(height: int, width: int) -> NDArray[Any]:
    return np.random.default_rng(0).normal(0, 1, (height, width)).astype(np.float32)
