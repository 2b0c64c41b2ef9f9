"""Boxes of one surface in real scale: floor, slab, wall, shelf, column, pedestal."""

from __future__ import annotations

from collections.abc import Callable

from simgen.assets.procedural.boxes import box
from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.params import Values, seed, size
from simgen.assets.procedural.solids import box_part
from simgen.assets.procedural.surfaces import finish, surface_parameter
from simgen.geometry import Vec3


def _family(
    name: str,
    category: str,
    default: Vec3,
    surface: str,
    *,
    density_kg_m3: float,
    chamfer_m: float,
    grain: int = 0,
) -> Family:
    parameters = (size(default, 0.001, 500.0), surface_parameter(surface), seed())
    return Family(name, category, parameters, _outline(density_kg_m3), _paint(chamfer_m, grain))


def _outline(density_kg_m3: float) -> Callable[[Values], Outline]:
    def outline(values: Values) -> Outline:
        extent = values.vector()
        part = box_part(extent)
        return Outline(extent, (0.0, 0.0, 0.0), (part,), density_kg_m3, friction=0.6, tags=("support",))

    return outline


def _paint(chamfer_m: float, grain: int) -> Callable[[Values], Paint]:
    def paint(values: Values) -> Paint:
        look = finish(values.word("surface"), values.whole("seed"))
        patch = box(values.vector(), tile_m=look.tile_m, chamfer_m=chamfer_m, grain=grain)
        return ((patch, look.material),)

    return paint


# Densities: reinforced concrete 2400 kg/m3 and masonry 1800 kg/m3 (EN 1991-1-1, table A.1 gives 25 and 17-19 kN/m3);
# chipboard 650 kg/m3, assumed.
FAMILIES = (
    _family("floor", "floor", (20.0, 20.0, 0.1), "concrete", density_kg_m3=2400.0, chamfer_m=0.0),
    _family("slab", "slab", (1.0, 1.0, 0.1), "concrete", density_kg_m3=2400.0, chamfer_m=0.004),
    _family("wall", "wall", (6.0, 0.2, 3.0), "plaster", density_kg_m3=1800.0, chamfer_m=0.0),
    _family("shelf", "shelf", (0.9, 0.3, 0.022), "wood", density_kg_m3=650.0, chamfer_m=0.0015),
    _family("column", "column", (0.4, 0.4, 4.0), "concrete", density_kg_m3=2400.0, chamfer_m=0.015, grain=2),
    _family("pedestal", "stand", (0.4, 0.4, 0.9), "laminate", density_kg_m3=650.0, chamfer_m=0.004, grain=2),
)
