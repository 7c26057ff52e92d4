"""People rendered with known expressions, poses, gaze, distance and light: what is seen is what was asked."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import numpy as np
import skia
from numpy.typing import NDArray

from benchmarks.perception.assets import Assets

Floats = NDArray[Any]
TILE = 512
"""Pixels of a texture's side in the atlas: skin, brows, eye, one plain colour."""
_TONGUE, _TEETH = (0.62, 0.32, 0.32), (0.92, 0.89, 0.84)
_SCLERA = skia.Color(236, 230, 224)
IRISES = {
    "brown": skia.Color(72, 44, 26),
    "brownlight": skia.Color(120, 80, 45),
    "blue": skia.Color(90, 125, 160),
    "green": skia.Color(96, 116, 80),
    "grey": skia.Color(120, 128, 132),
}
_FOCAL = 0.95
"""Of the camera, in picture widths: an ordinary webcam's."""


@dataclass(frozen=True)
class Look:
    """Who it is.

    Attributes:
        shape: a name of MakeHuman's shapes.
        skin: a folder of its skins and a texture there.
        brows: number of its brows.
        eye: colour.
    """

    shape: str
    skin: str
    brows: int = 1
    eye: str = "brown"


def _look(shape: str, skin: str, brows: int, eye: str = "brown") -> Look:
    return Look(shape, skin, brows, eye)


LOOKS = {
    "african woman": _look(
        "african-female-young", "young_african_female/textures/young_darkskinned_female_diffuse.png", 2
    ),
    "african man": _look(
        "african-male-young", "young_african_male/textures/young_darkskinned_male_diffuse.png", 3
    ),
    "old african man": _look(
        "african-male-old", "old_african_male/textures/old_darkskinned_male_diffuse.png", 4
    ),
    "older african woman": _look(
        "african-female-young",
        "middleage_african_female/textures/middleage_darkskinned_female_diffuse.png",
        5,
    ),
    "asian woman": _look(
        "asian-female-young", "young_asian_female/textures/young_lightskinned_female_diffuse3.png", 2
    ),
    "asian man": _look(
        "asian-male-young", "young_asian_male/textures/young_lightskinned_male_diffuse3.png", 1
    ),
    "older asian woman": _look(
        "asian-female-young", "middleage_asian_female/textures/middleage_lightskinned_female_diffuse2.png", 4
    ),
    "old asian man": _look("asian-male-old", "old_asian_male/textures/old_lightskinned_male_diffuse2.png", 3),
    "european woman": _look(
        "caucasian-female-young",
        "young_caucasian_female/textures/young_lightskinned_female_diffuse.png",
        4,
        "blue",
    ),
    "european man": _look(
        "caucasian-male-young",
        "young_caucasian_male/textures/young_lightskinned_male_diffuse.png",
        5,
        "green",
    ),
    "old european woman": _look(
        "caucasian-female-old", "old_caucasian_female/textures/old_lightskinned_female_diffuse.png", 2, "grey"
    ),
    "older european man": _look(
        "caucasian-male-young",
        "middleage_caucasian_male/textures/middleage_lightskinned_male_diffuse.png",
        3,
        "brownlight",
    ),
}


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


@dataclass(frozen=True)
class _Part:
    """Triangles of one surface: vertices, texture coordinates in the atlas, and how near it counts."""

    corners: NDArray[np.int32]
    uv: Floats
    bias: float = 0.0
    tint: tuple[float, float, float] | None = None


class Person:
    """Somebody who can be photographed."""

    def __init__(self, look: Look) -> None:
        assets = _assets()
        base = _base()
        sex = look.shape.split("-")[1]
        age = look.shape.split("-")[2]
        rest = base.vertices + _target(assets.macro(look.shape))
        rest += _target(assets.macro(f"universal-{sex}-{age}-averagemuscle-averageweight"))
        self._rest = rest.astype(np.float32)
        top = float(rest[base.body, 1].max())
        head = rest[:, 1] > top - 3.2
        self._parts = [
            _Part(corners[keep], uv[keep], bias, tint)
            for corners, uv, bias, tint in base.parts
            for keep in [head[corners].all(axis=1)]
        ]
        self._eyes = [rest[base.eyes[side]] for side in ("l", "r")]
        self._centre = np.mean([eye.mean(axis=0) for eye in self._eyes], axis=0).astype(np.float32)
        self._brows = _proxy(f"eyebrows/eyebrow{look.brows:03}/eyebrow{look.brows:03}.json")
        sampling = skia.SamplingOptions(skia.FilterMode.kLinear)
        shader = _atlas(look).makeShader(skia.TileMode.kClamp, skia.TileMode.kClamp, sampling)
        self._paint = skia.Paint(Shader=shader, AntiAlias=False)

    def picture(self, scene: Scene, width: int = 640, height: int = 480) -> NDArray[np.uint8]:
        """Shape (height, width, 4), uint8."""
        return self.add(backdrop(scene, width, height), scene)

    def add(self, behind: NDArray[np.uint8], scene: Scene) -> NDArray[np.uint8]:
        """The person in front of what is there already."""
        height, width = behind.shape[:2]
        points, corners, uv, colours = self._surface(scene, width, height)
        out = np.ascontiguousarray(behind)
        canvas = skia.Canvas(out, skia.ColorType.kRGBA_8888_ColorType)
        at = points[corners].reshape(-1, 2).tolist()
        texture = uv.reshape(-1, 2).tolist()
        shades = _packed(colours.reshape(-1, 3))
        vertices = skia.Vertices(
            skia.Vertices.kTriangles_VertexMode,
            [skia.Point(*p) for p in at],
            [skia.Point(*p) for p in texture],
            shades,
        )
        canvas.drawVertices(vertices, self._paint, skia.BlendMode.kModulate)
        return camera(out, scene)

    def _surface(
        self, scene: Scene, width: int, height: int
    ) -> tuple[Floats, NDArray[np.int32], Floats, Floats]:
        """Points in the picture; triangles from back to front with texture and shade of their corners."""
        vertices = self._rest.copy()
        for name, amount in scene.movements.items():
            vertices += amount * _movement(name)
        brows = _placed(self._brows, vertices)
        balls = [_ball(eye, scene.gaze) for eye in self._eyes]
        firsts = np.cumsum([len(vertices), len(brows), len(balls[0])])
        vertices = np.concatenate([vertices, brows, *balls])
        turned = (vertices - self._centre) @ _turn(scene.yaw, scene.pitch, scene.roll).T
        turned /= 10.0  # decimetres to metres
        depth = scene.distance - turned[:, 2]
        scale = _FOCAL * width / depth
        points = np.stack(
            [
                width * (0.5 + scene.offset[0]) + turned[:, 0] * scale,
                height * (0.5 - scene.offset[1]) - turned[:, 1] * scale,
            ],
            axis=1,
        )
        parts = [*self._parts, _Part(self._brows["corners"] + firsts[0], self._brows["uv"], 0.006)]
        _, corners, uv = _globe()
        parts += [_Part(corners + first, uv) for first in firsts[1:]]
        corners = np.concatenate([part.corners for part in parts])
        uv = np.concatenate([part.uv for part in parts])
        bias = np.concatenate([np.full(len(part.corners), part.bias) for part in parts])
        normals = _normals(turned, corners)
        lamp = np.array([-0.5, 0.45, 0.75]) / np.linalg.norm([-0.5, 0.45, 0.75])
        lit = np.clip(normals @ lamp, 0, 1)
        shade = scene.light * (0.62 + 0.55 * lit) * (1.0 - scene.side * (1.0 - lit))
        tints = np.concatenate(
            [
                np.tile(np.array(part.tint or (1.0, 1.0, 1.0), np.float32), (len(part.corners), 1))
                for part in parts
            ]
        )
        colours = np.clip(shade[corners][..., None] * tints[:, None, :], 0, 1)
        area = _area(points[corners])
        facing = area < 0  # y runs down in a picture
        order = np.argsort(-(depth[corners].mean(axis=1) - bias)[facing], kind="stable")
        chosen = np.flatnonzero(facing)[order]
        return points.astype(np.float32), corners[chosen], uv[chosen], colours[chosen].astype(np.float32)


@dataclass(frozen=True)
class _Base:
    vertices: Floats
    body: NDArray[np.intp]
    eyes: dict[str, NDArray[np.int32]]
    parts: list[tuple[NDArray[np.int32], Floats, float, tuple[float, float, float] | None]]


@cache
def _assets() -> Assets:
    return Assets()


@cache
def _base() -> _Base:
    """The base mesh: skin, eyes, teeth and tongue."""
    vertices: list[list[float]] = []
    texture: list[list[float]] = []
    groups: dict[str, list[list[tuple[int, int]]]] = {}
    group = ""
    for line in _assets().mesh().splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            vertices.append([float(value) for value in rest.split()[:3]])
        elif kind == "vt":
            texture.append([float(value) for value in rest.split()[:2]])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            face = [tuple(int(i) - 1 for i in corner.split("/")[:2]) for corner in rest.split()]
            groups.setdefault(group, []).append(face)  # type: ignore[arg-type]
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
    return _Base(np.array(vertices, np.float32), np.unique(parts[0][0]), eyes, parts)


@cache
def _movement(name: str) -> Floats:
    return _target(_assets().movement(name))


def _target(text: str) -> Floats:
    """Displacements of all vertices."""
    moved = np.zeros_like(_base().vertices)
    for line in text.splitlines():
        if line and not line.startswith("#"):
            vertex, x, y, z = line.split()
            moved[int(vertex)] = float(x), float(y), float(z)
    return moved


@cache
def _proxy(path: str) -> dict[str, Any]:
    """A surface that follows the skin: three vertices it hangs on for each of its own, and its triangles."""
    data = json.loads(_assets().makehuman(f"proxies/{path}"))
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


def _placed(proxy: dict[str, Any], vertices: Floats) -> Floats:
    held: Floats = (vertices[proxy["refs"]] * proxy["weights"][..., None]).sum(axis=1)
    held += 0.1 * proxy["offsets"]
    return held


@cache
def _globe() -> tuple[Floats, NDArray[np.int32], Floats]:
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


def _ball(eye: Floats, gaze: tuple[float, float]) -> Floats:
    """An eyeball in the place of the mesh's own."""
    pivot = (eye.max(axis=0) + eye.min(axis=0)) / 2
    radius = (eye[:, 1].max() - eye[:, 1].min()) / 2
    ball: Floats = (_globe()[0] * radius) @ _turn(*gaze, 0.0).T + pivot
    return ball


def _in_atlas(uv: Floats, tile: int) -> Floats:
    return np.stack([(uv[..., 0] + tile) * TILE, (1.0 - uv[..., 1]) * TILE], axis=-1).astype(np.float32)


def _atlas(look: Look) -> skia.Image:
    surface = skia.Surface(4 * TILE, TILE)
    canvas = surface.getCanvas()
    brows = f"proxies/eyebrows/eyebrow{look.brows:03}/textures/eyebrow{look.brows:03}.png"
    for tile, path in enumerate((f"skins/{look.skin}", brows)):
        image = skia.Image.MakeFromEncoded(skia.Data(_assets().makehuman(path)))
        place = skia.Rect.MakeXYWH(tile * TILE, 0, TILE, TILE)
        canvas.drawImageRect(
            image, place, skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear)
        )
    canvas.drawRect(skia.Rect.MakeXYWH(2 * TILE, 0, 2 * TILE, TILE), skia.Paint(Color=skia.ColorWHITE))
    for degrees, colour in (
        (90, _SCLERA),
        (29, skia.ColorBLACK),
        (26, IRISES[look.eye]),
        (11, skia.ColorBLACK),
    ):
        disc = skia.Paint(Color=colour, AntiAlias=True)
        canvas.drawCircle(2.5 * TILE, 0.5 * TILE, degrees / 90 * (TILE / 2 - 2), disc)
    return surface.makeImageSnapshot().makeRasterImage()


def _turn(yaw: float, pitch: float, roll: float) -> Floats:
    """Positive to the person's own left (the mesh looks along +z, its left is +x), and upwards."""
    y, p, r = (math.radians(angle) for angle in (yaw, -pitch, -roll))
    about_y = [[math.cos(y), 0, math.sin(y)], [0, 1, 0], [-math.sin(y), 0, math.cos(y)]]
    about_x = [[1, 0, 0], [0, math.cos(p), -math.sin(p)], [0, math.sin(p), math.cos(p)]]
    about_z = [[math.cos(r), -math.sin(r), 0], [math.sin(r), math.cos(r), 0], [0, 0, 1]]
    turned: Floats = np.array(about_z) @ np.array(about_y) @ np.array(about_x)
    return turned.astype(np.float32)


def _normals(vertices: Floats, corners: NDArray[np.int32]) -> Floats:
    a, b, c = (vertices[corners[:, i]] for i in range(3))
    faces = np.cross(b - a, c - a)
    normals = np.zeros_like(vertices)
    for i in range(3):
        np.add.at(normals, corners[:, i], faces)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12
    return normals


def _area(triangles: Floats) -> Floats:
    a, b, c = triangles[:, 0], triangles[:, 1], triangles[:, 2]
    area: Floats = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    return area


def _packed(colours: Floats) -> list[int]:
    """Skia's ARGB."""
    levels = (colours * 255).astype(np.uint32)
    packed: list[int] = ((255 << 24) | (levels[:, 0] << 16) | (levels[:, 1] << 8) | levels[:, 2]).tolist()
    return packed


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
def _grain(height: int, width: int) -> Floats:
    return np.random.default_rng(0).normal(0, 1, (height, width)).astype(np.float32)
