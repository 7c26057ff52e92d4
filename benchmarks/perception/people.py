"""People rendered with known expressions, poses, gaze, distance and light: what is seen is what was asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import skia
from numpy.typing import NDArray

from benchmarks.perception import mesh
from benchmarks.perception.looks import Look
from benchmarks.perception.mesh import TILE, Floats
from benchmarks.perception.scenes import Scene, backdrop, camera

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
class _Part:
    """Triangles of one surface: vertices, texture coordinates in the atlas, and how near it counts."""

    corners: NDArray[np.int32]
    uv: Floats
    bias: float = 0.0
    tint: tuple[float, float, float] | None = None


class Person:
    """Somebody who can be photographed."""

    def __init__(self, look: Look) -> None:
        assets = mesh.assets()
        base = mesh.base()
        sex = look.shape.split("-")[1]
        age = look.shape.split("-")[2]
        rest = base.vertices + mesh.target(assets.macro(look.shape))
        rest += mesh.target(assets.macro(f"universal-{sex}-{age}-averagemuscle-averageweight"))
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
        self._brows = mesh.proxy(f"eyebrows/eyebrow{look.brows:03}/eyebrow{look.brows:03}.json")
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
            vertices += amount * mesh.movement(name)
        brows = mesh.placed(self._brows, vertices)
        balls = [mesh.ball(eye, scene.gaze) for eye in self._eyes]
        firsts = np.cumsum([len(vertices), len(brows), len(balls[0])])
        vertices = np.concatenate([vertices, brows, *balls])
        turned = (vertices - self._centre) @ mesh.turn(scene.yaw, scene.pitch, scene.roll).T
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
        _, corners, uv = mesh.globe()
        parts += [_Part(corners + first, uv) for first in firsts[1:]]
        corners = np.concatenate([part.corners for part in parts])
        uv = np.concatenate([part.uv for part in parts])
        bias = np.concatenate([np.full(len(part.corners), part.bias) for part in parts])
        normals = mesh.normals(turned, corners)
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
        area = mesh.area(points[corners])
        facing = area < 0  # y runs down in a picture
        order = np.argsort(-(depth[corners].mean(axis=1) - bias)[facing], kind="stable")
        chosen = np.flatnonzero(facing)[order]
        return points.astype(np.float32), corners[chosen], uv[chosen], colours[chosen].astype(np.float32)


def _atlas(look: Look) -> skia.Image:
    surface = skia.Surface(4 * TILE, TILE)
    canvas = surface.getCanvas()
    brows = f"proxies/eyebrows/eyebrow{look.brows:03}/textures/eyebrow{look.brows:03}.png"
    for tile, path in enumerate((f"skins/{look.skin}", brows)):
        image = skia.Image.MakeFromEncoded(skia.Data(mesh.assets().makehuman(path)))
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


def _packed(colours: Floats) -> list[int]:
    """Skia's ARGB."""
    levels = (colours * 255).astype(np.uint32)
    packed: list[int] = ((255 << 24) | (levels[:, 0] << 16) | (levels[:, 1] << 8) | levels[:, 2]).tolist()
    return packed
