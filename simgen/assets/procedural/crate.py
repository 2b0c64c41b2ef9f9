"""A closed wooden crate: slats behind a frame of boards, with a diagonal brace on every side."""

from __future__ import annotations

import numpy as np

from simgen.assets.procedural.boxes import box
from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.meshes import Patch
from simgen.assets.procedural.params import Values, seed, size
from simgen.assets.procedural.solids import box_part
from simgen.assets.procedural.surfaces import finish
from simgen.geometry import FloatArray, rotation_about_z
from simgen.records.asset import Material
from simgen.rng import keyed_generator

_DENSITY_KG_M3 = 250.0  # of a packed crate, assumed
_SLAT_M = 0.11  # width of a slat; assumed


def _outline(values: Values) -> Outline:
    extent = values.vector()
    tags = (
        ("stackable", "warehouse")
        if max(extent) > 0.4
        else ("graspable", "stackable", "tabletop", "warehouse")
    )
    part = box_part(extent)
    return Outline(
        extent, (0.0, 0.0, 0.0), (part,), _DENSITY_KG_M3, friction=0.55, restitution=0.1, tags=tags
    )


def _paint(values: Values) -> Paint:
    x, y, z = values.vector()
    t = min(0.016, min(x, y, z) / 12)
    number = values.whole("seed")
    looks = (finish("rough_wood", number), finish("rough_wood", number + 1))
    rng = keyed_generator("crate", number)
    paint: list[tuple[Patch, Material]] = []
    sides = (
        (0, 1.0, y, z, x), (0, -1.0, y, z, x),
        (1, 1.0, x - 2 * t, z, y), (1, -1.0, x - 2 * t, z, y),
        (2, 1.0, x - 2 * t, y - 2 * t, z), (2, -1.0, x - 2 * t, y - 2 * t, z),
    )  # fmt: skip
    for axis, sign, a, b, depth in sides:
        frame = _frame_of_side(axis, sign)
        for board in _panel(a, b, t, rng, looks[0].tile_m):
            look = looks[int(rng.integers(2))]
            placed = board.moved((0, 0, depth / 2)).turned(frame)
            paint.append((placed, look.material))
    return tuple(paint)


def _frame_of_side(axis: int, sign: float) -> FloatArray:
    """Return the rotation that turns a panel facing +Z to face `sign` times `axis`."""
    normal = np.zeros(3)
    normal[axis] = sign
    across = np.array([0.0, 1.0, 0.0]) if axis == 0 else np.array([1.0, 0.0, 0.0])
    return np.column_stack([across, np.cross(normal, across), normal])


def _panel(a: float, b: float, t: float, rng: np.random.Generator, tile_m: float) -> list[Patch]:
    """Return slats and frame boards of a side `a` x `b`, facing +Z with its outer plane at z = 0."""
    slats = max(2, round(b / _SLAT_M))
    pitch = b / slats
    width = min(0.09, min(a, b) / 5)
    boards = [
        box((a, pitch - 0.004, t), (0, (k + 0.5) * pitch - b / 2, -1.5 * t), tile_m=tile_m, chamfer_m=0.0015,
            uv_shift=_anywhere(rng))
        for k in range(slats)
    ]  # fmt: skip
    for s in (-1, 1):
        upright = box((width, b, t), (s * (a - width) / 2, 0, -t / 2), tile_m=tile_m, chamfer_m=0.002, grain=1,
                      uv_shift=_anywhere(rng))  # fmt: skip
        level = box((a - 2 * width, width, t), (0, s * (b - width) / 2, -t / 2), tile_m=tile_m, chamfer_m=0.002,
                    uv_shift=_anywhere(rng))  # fmt: skip
        boards += [upright, level]
    return [*boards, _diagonal(a - 2 * width, b - 2 * width, width, t, tile_m)]


def _diagonal(a: float, b: float, width: float, t: float, tile_m: float) -> Patch:
    """Return a board from corner to corner of the opening `a` x `b`, kept inside the frame."""
    slope = float(np.arctan2(b, a))
    long = float(np.hypot(a, b)) - width * abs(float(np.sin(2 * slope)))
    board = box((long, 0.8 * width, 0.9 * t), (0, 0, -0.55 * t), tile_m=tile_m, chamfer_m=0.002)
    return board.turned(rotation_about_z(slope))


def _anywhere(rng: np.random.Generator) -> tuple[float, float]:
    return (float(rng.random()), float(rng.random()))


FAMILY = Family("crate", "crate", (size((0.6, 0.4, 0.4), 0.1, 4.0), seed()), _outline, _paint)
