"""Parts for bin picking: an angle bracket with holes, a spur gear, a pipe elbow with sockets."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from simgen.assets.procedural import finishes
from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.meshes import Patch, merge, ring, tube, wall
from simgen.assets.procedural.noise import rgb
from simgen.assets.procedural.params import Values, count, length, seed, size
from simgen.assets.procedural.solids import box_part, circle, hull_part, ring_parts
from simgen.geometry import FloatArray
from simgen.records.asset import Material

_STEEL_KG_M3 = 7850.0  # carbon steel
_TAGS = ("graspable", "industrial", "tabletop")
_ABOUT_Y = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])  # turns +Z to +X


def _metal(values: Values) -> Material:
    color, roughness = (("b9bdc1", 0.36), ("c2b27c", 0.4), ("8d9196", 0.3), ("55575a", 0.52))[
        values.whole("seed") % 4
    ]
    return finishes.bare_metal(rgb(color), roughness)


# -- bracket -----------------------------------------------------------------------------------------------------


def _bracket_outline(values: Values) -> Outline:
    (x, y, z), t = values.vector(), values.number("thickness_m")
    values.require(t < 0.5 * min(x, z), f"thickness_m {t:g} is more than half a leg of size_m {(x, y, z)}")
    parts = (box_part((x, y, t), (x / 2, 0, t / 2)), box_part((t, y, z - t), (t / 2, 0, (z + t) / 2)))
    return Outline(
        (x, y, z), (x / 2, 0, z / 2), parts, _STEEL_KG_M3, friction=0.35, restitution=0.2, tags=_TAGS
    )


def _bracket_paint(values: Values) -> Paint:
    (x, y, z), t = values.vector(), values.number("thickness_m")
    steel = _metal(values)
    base = _drilled(x, y, t).moved((x / 2, 0, t / 2))
    upright = _drilled(z - t, y, t).turned(_ABOUT_Y).moved((t / 2, 0, (z + t) / 2))
    return ((base, steel), (upright, steel))


def _drilled(a: float, b: float, t: float) -> Patch:
    """Return a plate `a` x `b` x `t` about the origin with a hole in each half of its longer side."""
    holes = (-a / 4, a / 4) if a > 1.3 * b else (0.0,)
    cell = a / len(holes)
    radius = 0.22 * min(cell, b)
    patches: list[Patch] = []
    for middle in holes:
        outer = _rectangle(cell, b)
        angle = np.arctan2(outer[:, 1], outer[:, 0])
        inner = np.column_stack([np.cos(angle), np.sin(angle)]) * radius
        flat = [ring(outer, inner, s * t / 2, up=s > 0, tile_m=0.05) for s in (-1, 1)]
        patches += [
            patch.moved((middle, 0, 0))
            for patch in (*flat, wall(inner, -t / 2, t / 2, outward=False, tile_m=0.05))
        ]
    border = np.array([(-a / 2, -b / 2), (a / 2, -b / 2), (a / 2, b / 2), (-a / 2, b / 2)])
    return merge([*patches, wall(border, -t / 2, t / 2, tile_m=0.05)])


def _rectangle(a: float, b: float) -> FloatArray:
    """Return points around a rectangle, counter-clockwise, corners among them."""
    corner = float(np.arctan2(b, a))
    angle = np.unique(
        np.concatenate(
            [np.arange(32) / 32 * 2 * np.pi, [corner, np.pi - corner, np.pi + corner, 2 * np.pi - corner]]
        )
    )
    reach = np.minimum(
        a / 2 / np.maximum(np.abs(np.cos(angle)), 1e-12), b / 2 / np.maximum(np.abs(np.sin(angle)), 1e-12)
    )
    return np.column_stack([np.cos(angle), np.sin(angle)]) * reach[:, None]


# -- gear --------------------------------------------------------------------------------------------------------


def _teeth(values: Values) -> FloatArray:
    """Return the outline with trapezoid teeth: tip to root is 2.25 modules (ISO 53), module = d / (z + 2)."""
    z, r = values.whole("teeth"), values.number("diameter_m") / 2
    root = r - 2.25 * (2 * r / (z + 2))
    place = (np.arange(z)[:, None] + np.array([-0.11, 0.11, 0.24, 0.5, 0.76])).ravel() / z * 2 * np.pi
    radius = np.tile([r, r, root, root, root], z)
    return np.column_stack([np.cos(place), np.sin(place)]) * radius[:, None]


def _gear_outline(values: Values) -> Outline:
    r, h, bore = values.number("diameter_m") / 2, values.number("thickness_m"), values.number("bore_m") / 2
    outline = _teeth(values)
    values.require(
        bore < 0.8 * float(np.linalg.norm(outline, axis=1).min()),
        f"bore_m {2 * bore:g} cuts into the teeth of a gear of {2 * r:g} m",
    )
    low, high = outline.min(axis=0), outline.max(axis=0)
    x, y = (float(v) for v in high - low)
    middle = (low + high) / 2
    parts = ring_parts(circle(r, 16), circle(bore, 16), 0.0, h)
    center = (float(middle[0]), float(middle[1]), h / 2)
    return Outline((x, y, h), center, parts, _STEEL_KG_M3 * 0.8, friction=0.3, restitution=0.2, tags=_TAGS)


def _gear_paint(values: Values) -> Paint:
    h, bore = values.number("thickness_m"), values.number("bore_m") / 2
    steel, outline = _metal(values), _teeth(values)
    angle = np.arctan2(outline[:, 1], outline[:, 0])
    hole = np.column_stack([np.cos(angle), np.sin(angle)]) * bore
    root = float(np.linalg.norm(outline, axis=1).min())
    rim, hub = hole / bore * 0.86 * root, hole / bore * (0.45 * root + 0.55 * bore)
    web = 0.12 * h
    sides: list[Patch] = []
    for up in (False, True):
        face, sunk = (h, h - web) if up else (0.0, web)
        sides += [ring(outline, rim, face, up=up, tile_m=0.05), ring(rim, hub, sunk, up=up, tile_m=0.05),
                  ring(hub, hole, face, up=up, tile_m=0.05)]  # fmt: skip
        low, high = min(face, sunk), max(face, sunk)
        sides += [wall(rim, low, high, outward=False, tile_m=0.05), wall(hub, low, high, tile_m=0.05)]
    around = [wall(outline, 0.0, h, tile_m=0.05), wall(hole, 0.0, h, outward=False, tile_m=0.05)]
    return tuple((patch, steel) for patch in (*around, *sides))


# -- pipe elbow --------------------------------------------------------------------------------------------------

_SOCKET = 1.16  # radius of the sockets over that of the pipe


def _elbow(values: Values) -> tuple[FloatArray, float, float]:
    """Return the centre line from the socket facing -X to the one facing +Z, the bend radius and the leg."""
    r = values.number("diameter_m") / 2
    bend, leg = 2.4 * r, 1.5 * r
    angle = np.linspace(0.0, np.pi / 2, 13)
    arc = np.column_stack([bend * np.sin(angle), np.zeros(13), bend - bend * np.cos(angle)])
    return np.vstack([[(-leg, 0.0, 0.0)], arc, [(bend, 0.0, bend + leg)]]), bend, leg


def _pipe_outline(values: Values) -> Outline:
    r = values.number("diameter_m") / 2
    path, bend, leg = _elbow(values)
    wide = _SOCKET * r
    cuts = (0, 1, 4, 7, 10, 13, 14)
    parts = tuple(
        hull_part(tube(path[a : b + 1], wide if b == 1 or a == 13 else r, segments=12).positions_m)
        for a, b in pairwise(cuts)
    )
    extent = bend + leg + wide
    center = ((bend + wide - leg) / 2, 0.0, (bend + leg - wide) / 2)
    return Outline(
        (extent, 2 * wide, extent), center, parts, 3300.0, friction=0.35, restitution=0.2, tags=_TAGS
    )


def _pipe_paint(values: Values) -> Paint:
    r = values.number("diameter_m") / 2
    path, bend, leg = _elbow(values)
    wide, bore, n = _SOCKET * r, 0.86 * r, 32
    skin = _pipe_skin(values)
    long = 0.8 * leg
    ends = (
        np.array([(-leg, 0.0, 0.0), (long - leg, 0.0, 0.0)]),
        np.array([(bend, 0.0, bend + leg - long), (bend, 0.0, bend + leg)]),
    )
    front = ring(circle(wide, n), circle(bore, n), 0.0, up=True, tile_m=0.05)
    back = ring(circle(wide, n), circle(r, n), 0.0, up=False, tile_m=0.05)
    facing_minus_x = _ABOUT_Y.T
    patches = [
        tube(path, r, segments=n, tile_m=0.05),
        tube(path, bore, segments=n, tile_m=0.05, flip=True),
        *(tube(end, wide, segments=n, tile_m=0.05) for end in ends),
        front.turned(facing_minus_x).moved(ends[0][0]),
        back.turned(facing_minus_x).moved(ends[0][1]),
        back.moved(ends[1][0]),
        front.moved(ends[1][1]),
    ]
    return tuple((patch, skin) for patch in patches)


def _pipe_skin(values: Values) -> Material:
    kind = values.whole("seed") % 4
    if kind == 2:
        return finishes.plastic(rgb("80858a"), 0.4)
    color, roughness = {0: ("a9adb0", 0.42), 1: ("b87352", 0.3), 3: ("c2ab6b", 0.3)}[kind]
    return finishes.bare_metal(rgb(color), roughness)


BRACKET = Family(
    "bracket", "bracket", (size((0.06, 0.04, 0.06), 0.01, 1.0), length("thickness_m", 0.004, 0.0005, 0.1), seed()),
    _bracket_outline, _bracket_paint,
)  # fmt: skip
GEAR = Family(
    "gear",
    "gear",
    (
        length("diameter_m", 0.06, 0.01, 1.0),
        length("thickness_m", 0.012, 0.001, 0.3),
        length("bore_m", 0.012, 0.001, 0.5),
        count("teeth", 20, 8, 80),
        seed(),
    ),
    _gear_outline,
    _gear_paint,
)
PIPE = Family("pipe", "pipe", (length("diameter_m", 0.034, 0.01, 0.5), seed()), _pipe_outline, _pipe_paint)
FAMILIES = (BRACKET, GEAR, PIPE)
