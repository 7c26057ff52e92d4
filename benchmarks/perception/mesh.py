"""MakeHuman's base mesh: its surfaces, their movements, what hangs on it, and the eyes put into it."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.perception.assets import Assets

Floats = NDArray[Any]
TILE = 512
"""Pixels of a texture's side in the atlas: skin, brows, eye, one plain colour."""
_TONGUE, _TEETH = (0.62, 0.32, 0.32), (0.92, 0.89, 0.84)


@dataclass(frozen=True)
class Base:
    """What everybody has in common: vertices, which of them are skin and eyes, and the surfaces."""

    vertices: Floats
    body: NDArray[np.intp]
    eyes: dict[str, NDArray[np.int32]]
    parts: list[tuple[NDArray[np.int32], Floats, float, tuple[float, float, float] | None]]


@cache
def assets() -> Assets:
    return Assets()


@cache
def base() -> Base:
    """The base mesh: skin, eyes, teeth and tongue."""
    vertices: list[list[float]] = []
    texture: list[list[float]] = []
    groups: dict[str, list[list[tuple[int, int]]]] = {}
    group = ""
    for line in assets().mesh().splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            vertices.append([float(value) for value in rest.split()[:3]])
        elif kind == "vt":
            texture.append([float(value) for value in rest.split()[:2]])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            written = (corner.split("/") for corner in rest.split())
            groups.setdefault(group, []).append([(int(v) - 1, int(t) - 1) for v, t, *_ in written])
    coordinates = np.array(texture, np.float32)

    def triangles(name: str, tile: int) -> tuple[NDArray[np.int32], Floats]:
        corners, uv = [], []
        for face in groups[name]:
            for i in range(1, len(face) - 1):
                three = (face[0], face[i], face[i + 1])
                corners.append([v for v, _ in three])
                uv.append([coordinates[t] for _, t in three])
        return np.array(corners, np.int32), _in_atlas(np.array(uv, np.float32), tile)

    plain = 3
    parts: list[tuple[NDArray[np.int32], Floats, float, tuple[float, float, float] | None]] = [
        (*triangles("body", 0), 0.0, None)
    ]
    for name, tint in (
        ("helper-upper-teeth", _TEETH),
        ("helper-lower-teeth", _TEETH),
        ("helper-tongue", _TONGUE),
    ):
        corners, uv = triangles(name, plain)
        parts.append((corners, np.full_like(uv, plain * TILE + 10), 0.0, tint))
        parts[-1][1][..., 1] = 10
    eyes = {}
    for side in ("l", "r"):
        eyes[side] = np.unique(triangles(f"helper-{side}-eye", 2)[0])
    return Base(np.array(vertices, np.float32), np.unique(parts[0][0]), eyes, parts)


@cache
def movement(name: str) -> Floats:
    return target(assets().movement(name))


def target(text: str) -> Floats:
    """Displacements of all vertices."""
    moved = np.zeros_like(base().vertices)
    for line in text.splitlines():
        if line and not line.startswith("#"):
            vertex, x, y, z = line.split()
            moved[int(vertex)] = float(x), float(y), float(z)
    return moved


@cache
def proxy(path: str) -> dict[str, Any]:
    """A surface that follows the skin: three vertices it hangs on for each of its own, and its triangles."""
    data = json.loads(assets().makehuman(f"proxies/{path}"))
    uvs = np.array(data["uvs"][0], np.float32).reshape(-1, 2)
    corners, uv = [], []
    stream, at = data["faces"], 0
    while at < len(stream):
        kind = stream[at]
        count = 4 if kind & 1 else 3
        at += 1
        face = stream[at : at + count]
        at += count + (1 if kind & 2 else 0)
        spots = stream[at : at + count] if kind & 8 else [0] * count
        at += (count if kind & 8 else 0) + (1 if kind & 16 else 0) + (count if kind & 32 else 0)
        at += (1 if kind & 64 else 0) + (count if kind & 128 else 0)
        for i in range(1, count - 1):
            corners.append([face[0], face[i], face[i + 1]])
            uv.append([uvs[spots[0]], uvs[spots[i]], uvs[spots[i + 1]]])
    return {
        "refs": np.array(data["ref_vIdxs"]),
        "weights": np.array(data["weights"], np.float32),
        "offsets": np.array(data["offsets"], np.float32),
        "corners": np.array(corners, np.int32),
        "uv": _in_atlas(np.array(uv, np.float32), 1),
    }


def placed(proxy: dict[str, Any], vertices: Floats) -> Floats:
    held: Floats = (vertices[proxy["refs"]] * proxy["weights"][..., None]).sum(axis=1)
    held += 0.1 * proxy["offsets"]
    return held


@cache
def globe() -> tuple[Floats, NDArray[np.int32], Floats]:
    """The front of an eyeball that looks along +z: unit vertices, triangles, texture around the iris."""
    rings, around = 10, 24
    vertices, uv = [], []
    for ring in range(rings + 1):
        away = ring / rings * math.pi / 2
        for step in range(around):
            turn = step / around * 2 * math.pi
            x, y = math.cos(turn), math.sin(turn)
            vertices.append((x * math.sin(away), y * math.sin(away), math.cos(away)))
            r = away / (math.pi / 2) * (0.5 - 2 / TILE)
            uv.append(((2.5 + x * r) * TILE, (0.5 - y * r) * TILE))
    corners = []
    for ring in range(rings):
        for step in range(around):
            a, b = ring * around + step, ring * around + (step + 1) % around
            corners += [(a, a + around, b), (b, a + around, b + around)]
    index = np.array(corners, np.int32)
    return np.array(vertices, np.float32), index, np.array(uv, np.float32)[index]


def ball(eye: Floats, gaze: tuple[float, float]) -> Floats:
    """An eyeball in the place of the mesh's own."""
    pivot = (eye.max(axis=0) + eye.min(axis=0)) / 2
    radius = (eye[:, 1].max() - eye[:, 1].min()) / 2
    ball: Floats = (globe()[0] * radius) @ turn(*gaze, 0.0).T + pivot
    return ball


def _in_atlas(uv: Floats, tile: int) -> Floats:
    return np.stack([(uv[..., 0] + tile) * TILE, (1.0 - uv[..., 1]) * TILE], axis=-1).astype(np.float32)


def turn(yaw: float, pitch: float, roll: float) -> Floats:
    """Positive to the person's own left (the mesh looks along +z, its left is +x), and upwards."""
    y, p, r = (math.radians(angle) for angle in (yaw, -pitch, -roll))
    about_y = [[math.cos(y), 0, math.sin(y)], [0, 1, 0], [-math.sin(y), 0, math.cos(y)]]
    about_x = [[1, 0, 0], [0, math.cos(p), -math.sin(p)], [0, math.sin(p), math.cos(p)]]
    about_z = [[math.cos(r), -math.sin(r), 0], [math.sin(r), math.cos(r), 0], [0, 0, 1]]
    turned: Floats = np.array(about_z) @ np.array(about_y) @ np.array(about_x)
    return turned.astype(np.float32)


def normals(vertices: Floats, corners: NDArray[np.int32]) -> Floats:
    a, b, c = (vertices[corners[:, i]] for i in range(3))
    faces = np.cross(b - a, c - a)
    normals = np.zeros_like(vertices)
    for i in range(3):
        np.add.at(normals, corners[:, i], faces)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12
    return normals


def area(triangles: Floats) -> Floats:
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    area: Floats = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    return area
