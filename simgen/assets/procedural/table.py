"""A table: a top on four legs, with an apron beneath."""

from __future__ import annotations

from simgen.assets.procedural import finishes
from simgen.assets.procedural.boxes import box
from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.noise import rgb
from simgen.assets.procedural.params import Values, seed, size
from simgen.assets.procedural.solids import box_part
from simgen.assets.procedural.surfaces import finish, surface_parameter
from simgen.geometry import Vec3
from simgen.records.asset import Material

_DENSITY_KG_M3 = 650.0  # of beech and chipboard alike, assumed
_WOODEN = ("wood", "planks")
_LEG_COLORS = ("2c2d30", "d8d8d6", "8e9195")


def _top_m(extent: Vec3) -> float:
    return min(0.03, extent[2] / 5)


def _leg_m(extent: Vec3) -> float:
    return min(0.06, min(extent[:2]) / 6)


def _legs(extent: Vec3) -> list[tuple[Vec3, Vec3]]:
    """Return size and middle of the four legs."""
    x, y, z = extent
    leg, tall = _leg_m(extent), z - _top_m(extent)
    inset = 0.5 * leg + 0.02 * min(x, y)
    return [
        ((leg, leg, tall), (i * (x / 2 - inset), j * (y / 2 - inset), tall / 2))
        for i in (-1, 1)
        for j in (-1, 1)
    ]


def _outline(values: Values) -> Outline:
    extent = values.vector()
    top = _top_m(extent)
    board = box_part((extent[0], extent[1], top), (0, 0, extent[2] - top / 2))
    return Outline(
        size_m=extent,
        center_m=(0.0, 0.0, extent[2] / 2),
        parts=(board, *(box_part(leg, middle) for leg, middle in _legs(extent))),
        density_kg_m3=_DENSITY_KG_M3,
        friction=0.5,
        tags=("furniture", "support"),
    )


def _paint(values: Values) -> Paint:
    x, y, z = extent = values.vector()
    number = values.whole("seed")
    surface = finish(values.word("surface"), number)
    under, leg_tile = _under(values.word("surface"), number)
    top, leg = _top_m(extent), _leg_m(extent)
    board = box((x, y, top), (0, 0, z - top / 2), tile_m=surface.tile_m, chamfer_m=0.003)
    apron, drop = min(0.08, z / 6), 0.018
    inset = 0.5 * leg + 0.02 * min(x, y)
    reach, low = 2 * inset + leg, z - top - apron / 2
    rails = [
        *(box((x - reach, drop, apron), (0, s * (y / 2 - inset), low), tile_m=leg_tile) for s in (-1, 1)),
        *(
            box((drop, y - reach, apron), (s * (x / 2 - inset), 0, low), tile_m=leg_tile, grain=1)
            for s in (-1, 1)
        ),
    ]
    legs = [
        box(size_m, middle, tile_m=leg_tile, chamfer_m=0.004, grain=2, uv_shift=(0.3 * k, 0.17 * k))
        for k, (size_m, middle) in enumerate(_legs(extent))
    ]
    return ((board, surface.material), *((part, under) for part in (*rails, *legs)))


def _under(surface: str, number: int) -> tuple[Material, float]:
    if surface in _WOODEN:
        wood = finish("wood", number)
        return wood.material, wood.tile_m
    return finishes.painted_metal(rgb(_LEG_COLORS[number % len(_LEG_COLORS)])), 0.1


FAMILY = Family(
    "table",
    "table",
    (size((1.4, 0.9, 0.75), 0.1, 20.0), surface_parameter("wood"), seed()),
    _outline,
    _paint,
)
