"""An open stacking bin of moulded plastic: walls with ribs and a rim, as small load carriers have."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from simgen.assets.procedural import finishes
from simgen.assets.procedural.boxes import box
from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.meshes import Patch
from simgen.assets.procedural.noise import rgb
from simgen.assets.procedural.params import Values, length, seed, size
from simgen.assets.procedural.solids import Part, box_part

_DENSITY_KG_M3 = 905.0  # polypropylene, from the usual range 0.90-0.91 g/cm3
_COLORS = ("2f5d9b", "8d9297", "a33a32", "3c7a4f", "d0a23a", "45494f")


def _walls(values: Values) -> tuple[Part, ...]:
    (x, y, z), t = values.vector(), values.number("wall_m")
    return (
        box_part((x, y, t), (0, 0, t / 2)),
        *(box_part((x, t, z - t), (0, side * (y - t) / 2, (z + t) / 2)) for side in (-1, 1)),
        *(box_part((t, y - 2 * t, z - t), (side * (x - t) / 2, 0, (z + t) / 2)) for side in (-1, 1)),
    )


def _outline(values: Values) -> Outline:
    extent, t = values.vector(), values.number("wall_m")
    values.require(
        2 * t < min(extent[:2]) and t < extent[2], f"wall_m {t:g} leaves no room inside size_m {extent}"
    )
    return Outline(
        size_m=extent,
        center_m=(0.0, 0.0, extent[2] / 2),
        parts=_walls(values),
        density_kg_m3=_DENSITY_KG_M3,
        friction=0.35,  # plastic on plastic, assumed
        restitution=0.2,
        tags=("container", "open", "warehouse"),
    )


def _paint(values: Values) -> Paint:
    (x, y, z), t = values.vector(), values.number("wall_m")
    skin = finishes.plastic(rgb(_COLORS[values.whole("seed") % len(_COLORS)]), 0.5)
    patches = [box((x, y, t), (0, 0, t / 2), tile_m=0.1)]
    for side in (-1.0, 1.0):
        patches += [patch.moved((0, side * (y - t) / 2, 0)) for patch in _wall(x, t, z, outside=side)]
        quarter = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
        wall = _wall(y - 2 * t, t, z, outside=-side)
        patches += [patch.turned(quarter).moved((side * (x - t) / 2, 0, 0)) for patch in wall]
    return tuple((patch, skin) for patch in patches)


def _wall(length_m: float, t: float, z: float, *, outside: float) -> list[Patch]:
    """Return a wall along x in the middle of y: a thin sheet inside, rim, foot and ribs as thick as `t`."""
    sheet, rim, foot = 0.3 * t, min(0.12 * z, 0.03), min(0.06 * z, 0.012)
    inner = -outside * (t - sheet) / 2
    ribs = np.linspace(-length_m / 2, length_m / 2, max(3, round(length_m / 0.12)) + 1)
    bar = min(0.9 * t, length_m / 8)
    places = [ribs[0] + bar / 2, *ribs[1:-1], ribs[-1] - bar / 2]
    middle = t + foot + (z - t - rim - foot) / 2
    clear = z - t - rim - foot
    band = t + foot + 0.62 * clear
    return [
        box((length_m, sheet, clear), (0, inner, middle), tile_m=0.1),
        box((length_m, t, rim), (0, 0, z - rim / 2), tile_m=0.1),
        box((length_m, t, foot), (0, 0, t + foot / 2), tile_m=0.1),
        *(box((bar, t - sheet, clear), (p, outside * sheet / 2, middle), tile_m=0.1) for p in places),
        *(
            box((b - a - bar, t - sheet, 0.006), ((a + b) / 2, outside * sheet / 2, band), tile_m=0.1)
            for a, b in pairwise(places)
            if clear > 0.06
        ),
    ]


FAMILY = Family(
    "bin",
    "storage bin",
    (size((0.6, 0.4, 0.25), 0.05, 3.0), length("wall_m", 0.008, 0.001, 0.1), seed()),
    _outline,
    _paint,
)
