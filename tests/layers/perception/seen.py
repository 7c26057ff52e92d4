"""Pictures of people for the engine, and a camera that shows them, with noise and a little drift."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

import numpy as np
import skia
from numpy.typing import NDArray
from platformdirs import user_cache_path

from visavis.layers.perception.base import Eyes, Picture
from visavis.layers.perception.conditions import Change, Conditions

Pixels = NDArray[np.uint8]
FPS = 4.0
PEOPLE = Path(__file__).parent / "people"
PORTRAIT = "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5"
"""Eileen Collins smiling at the camera, by NASA: public domain; in the wheel of scikit-image."""


@cache
def person(name: str) -> Pixels:
    """A rendered one, e.g. ``asian man smiling``; shape (480, 640, 4)."""
    return _decoded((PEOPLE / f"{name.replace(' ', '-')}.jpg").read_bytes())


@cache
def portrait() -> Pixels:
    """A photograph; shape (512, 512, 4)."""
    path = user_cache_path("visavis") / "test-material" / "astronaut.png"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
            subprocess.run([*command, "-d", folder, "scikit-image"], check=True)
            (wheel,) = Path(folder).glob("*.whl")
            content = zipfile.ZipFile(wheel).read("skimage/data/astronaut.png")
        assert sha256(content).hexdigest() == PORTRAIT
        path.write_bytes(content)
    return _decoded(path.read_bytes())


def _decoded(content: bytes) -> Pixels:
    image = skia.Image.MakeFromEncoded(skia.Data(content))
    return image.toarray(colorType=skia.ColorType.kRGBA_8888_ColorType)


def filmed(rgba: Pixels, at: float) -> Picture:
    """One frame of a camera."""
    random = np.random.default_rng(int(at * 1000))
    noisy = rgba.astype(np.int16) + random.normal(0, 2, rgba.shape[:2]).astype(np.int16)[..., None]
    drift = random.integers(-2, 3, 2)
    moved = np.roll(np.clip(noisy, 0, 255).astype(np.uint8), drift, axis=(0, 1))
    return Picture(at, moved)


def shown(eyes: Eyes, conditions: Conditions, *scenes: tuple[Pixels, float]) -> Iterator[Change]:
    """What changes while a camera shows each picture for so many seconds."""
    at = 0.0
    for rgba, seconds in scenes:
        for _ in range(round(seconds * FPS)):
            yield from conditions.feed(eyes.look(filmed(rgba, at)))
            at += 1 / FPS
