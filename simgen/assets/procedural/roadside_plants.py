"""What grows along a road, merged into few models: trees, bushes, tufts of grass, and the edge of a wood far off.

Plants are strewn by seed over a stretch of road, in the road's coordinates. Trees near the road are drawn finely, far
ones coarsely. How densely they stand is assumed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.foliage import grass_tuft, wood_edge
from simgen.assets.procedural.meshes import Patch, merge
from simgen.assets.procedural.params import Parameter, Values, length, number, seed
from simgen.assets.procedural.road import bounds
from simgen.assets.procedural.road_ground import LEVEL_M, hills
from simgen.assets.procedural.road_line import LINE_PARAMETERS, RoadLine, line_of
from simgen.assets.procedural.solids import Part, box_part, circle, hull_part, prism_part
from simgen.assets.procedural.tree_shapes import SHAPES, both_sides, plant
from simgen.geometry import FloatArray, Vec3, rotation_about_z
from simgen.records.asset import Material
from simgen.rng import keyed_generator

TREES_A_HECTARE = 42.0  # at density 1
TUFTS_A_M2 = 1.4  # of grass at density 1; chosen by eye
_NEAR_M = 24.0  # trees nearer to the border of the verge are drawn finely
_BANDS = ((0.0, 10.0, 0.35), (10.0, 45.0, 1.0), (45.0, 110.0, 1.25))  # from the verge, to, density
_SUNK_M = 0.05  # so that no foot hangs over a slope
_CROWN_SHARE = 0.55  # of a tree's height below which it is mostly trunk
_WOOD_HIGH_M, _WOOD_TILE_M = 15.0, 62.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where one plant stands.

    Attributes:
        kind: see `tree_shapes.KINDS`.
        fine: whether it is drawn finely.
        position_m: of its foot, road coordinates.
        turn_rad: about its trunk.
        scale: of the shape.
    """

    kind: str
    shape: int
    fine: bool
    position_m: Vec3
    turn_rad: float
    scale: float

    def patch(self, part: Patch) -> Patch:
        """Return a part of the plant where it stands."""
        turned = part.turned(rotation_about_z(self.turn_rad))
        return Patch(
            turned.positions_m * self.scale + self.position_m, turned.normals, turned.uvs, turned.triangles
        )

    @property
    def size_m(self) -> tuple[float, float]:
        """Radius of the trunk and height."""
        shape = plant(self.kind, self.shape, self.fine)
        return shape.trunk_m * self.scale, shape.height_m * self.scale


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of road and what grows along it.

    Attributes:
        start_m: along the line.
        end_m: along the line.
        verge_m: from the middle line to the outer border of the verge.
        outer_m: to the end of the ground.
        density: of the plants; 1 is usual.
        seed: of the whole road.
    """

    line: RoadLine
    start_m: float
    end_m: float
    verge_m: float
    outer_m: float
    density: float
    seed: int


@lru_cache(maxsize=32)
def plant_places(stretch: Stretch) -> tuple[Place, ...]:
    """Return the trees and bushes of a stretch, in a fixed order."""
    rng = keyed_generator("plants", stretch.seed, round(stretch.start_m))
    height = hills(stretch.seed, stretch.verge_m + LEVEL_M)
    places = list[Place]()
    for side in (-1.0, 1.0):
        for start, end, density in _BANDS:
            inner = stretch.verge_m + 1.5 + start
            outer = min(stretch.verge_m + end, stretch.outer_m - 4.0)
            area = max(outer - inner, 0.0) * (stretch.end_m - stretch.start_m)
            count = int(rng.poisson(TREES_A_HECTARE * area / 1e4 * density * stretch.density))
            count = max(count, 1) if not start else count  # a model must have something in it
            s, away = rng.uniform(stretch.start_m, stretch.end_m, count), rng.uniform(inner, outer, count)
            feet = stretch.line.points(s, side * away)
            feet[:, 2] += height(s, side * away) - _SUNK_M
            for foot, off, draw in zip(
                feet.tolist(), away.tolist(), rng.random((count, 4)).tolist(), strict=True
            ):
                places.append(_place(tuple(foot), off - stretch.verge_m, draw))
    return tuple(places)


def _place(foot_m: Vec3, off_m: float, draw: Sequence[float]) -> Place:
    """Return the plant of four draws in 0..1, `off_m` from the border of the verge."""
    what, shape, turn, size = draw
    kind = "bush" if what < 0.3 or off_m < 3.0 else ("spruce" if what < 0.52 else "broad")
    return Place(kind, int(shape * SHAPES), off_m < _NEAR_M, foot_m, 2 * np.pi * turn, 0.75 + 0.5 * size)


@lru_cache(maxsize=8)
def _plants(stretch: Stretch) -> tuple[tuple[Patch, Material], ...]:
    by_material: dict[int, tuple[Material, list[Patch]]] = {}
    for place in plant_places(stretch):
        shape = plant(place.kind, place.shape, place.fine)
        for part, look in ((shape.wood, shape.bark), (shape.crown, shape.leaf)):
            by_material.setdefault(id(look), (look, []))[1].append(place.patch(part))
    return tuple((merge(patches), look) for look, patches in by_material.values())


def _stretch(values: Values) -> Stretch:
    start, end = values.number("from_m"), values.number("to_m")
    values.require(start < end, f"from_m {start:g} must lie before to_m {end:g}")
    return Stretch(
        line_of(values), start, end, values.number("inner_m"), values.number("outer_m"), values.number("density"),
        values.whole("seed"),
    )  # fmt: skip


def _plants_outline(values: Values) -> Outline:
    stretch = _stretch(values)
    patches = _plants(stretch)
    size, middle = bounds(np.concatenate([patch.positions_m for patch, _ in patches]))
    parts = [part for place in plant_places(stretch) if place.fine for part in _solid(place)]
    far = plant_places(stretch)[0]
    return Outline(size, middle, tuple(parts or _solid(far)), 300.0, friction=0.7, tags=("plant",))


def _solid(place: Place) -> tuple[Part, ...]:
    """Return the trunk and, of a tree, a rough crown."""
    radius, high = place.size_m
    x, y, z = place.position_m
    if place.kind == "bush":
        return (hull_part(_ring((x, y), 0.35 * high, (z + 0.1 * high, z + 0.8 * high))),)
    trunk = prism_part(circle(radius, 6) + np.array([x, y]), z, z + _CROWN_SHARE * high)
    wide = 0.24 * high if place.kind == "broad" else 0.1 * high
    return trunk, hull_part(_ring((x, y), wide, (z + 0.4 * high, z + 0.85 * high)))


def _ring(middle: tuple[float, float], radius: float, heights: tuple[float, float]) -> FloatArray:
    rings = [np.column_stack([circle(radius, 8) + middle, np.full(8, z)]) for z in heights]
    return np.concatenate(rings)


# -- grass -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _tufts(stretch: Stretch, shoulder_m: float) -> tuple[tuple[Patch, Material], ...]:
    """Return cards of grass over the verges, higher towards their outer borders."""
    rng = keyed_generator("grass", stretch.seed, round(stretch.start_m))
    wide = stretch.verge_m + 2.0 - shoulder_m
    count = int(TUFTS_A_M2 * stretch.density * 2 * wide * (stretch.end_m - stretch.start_m))
    s = rng.uniform(stretch.start_m, stretch.end_m, count)
    share = np.sqrt(rng.random(count))
    lateral = np.where(rng.random(count) < 0.5, -1.0, 1.0) * (shoulder_m + 0.15 + (wide - 0.15) * share)
    foot = stretch.line.points(s, lateral)
    high = (0.1 + 0.3 * share**2) * rng.uniform(0.6, 1.4, count)
    kind = rng.integers(0, 2, count)
    turn = rng.uniform(0, 2 * np.pi, count)
    groups = list[tuple[Patch, Material]]()
    for k in range(2):
        mine = kind == k
        groups.append((both_sides(_cards(foot[mine], high[mine], turn[mine])), grass_tuft(k)))
    return tuple(groups)


def _cards(foot: FloatArray, high: FloatArray, turn: FloatArray) -> Patch:
    side = np.column_stack([np.cos(turn), np.sin(turn), np.zeros_like(turn)])
    face = np.column_stack([np.sin(turn), -np.cos(turn), np.zeros_like(turn)])
    half, up = side * high[:, None] * 0.9, high[:, None] * np.array([0.0, 0.0, 1.0])
    low = foot - np.array([0.0, 0.0, 0.02])
    corners = np.stack([low - half, low + half, low + half + up, low - half + up], axis=1)
    normals = np.repeat((np.array([0.0, 0.0, 0.95]) + 0.3 * face)[:, None], 4, axis=1)
    normals = normals / np.linalg.norm(normals, axis=-1, keepdims=True)
    uvs = np.tile([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]], (len(foot), 1))
    first = 4 * np.arange(len(foot))[:, None]
    triangles = np.concatenate([first + np.array([0, 1, 2]), first + np.array([0, 2, 3])])
    return Patch(corners.reshape(-1, 3), normals.reshape(-1, 3), uvs, triangles)


def _grass(values: Values) -> tuple[tuple[Patch, Material], ...]:
    stretch = _stretch(values)
    groups = _tufts(stretch, values.number("shoulder_m"))
    values.require(all(len(patch.triangles) for patch, _ in groups), "no grass grows here; raise density")
    return groups


def _grass_outline(values: Values) -> Outline:
    size, middle = bounds(np.concatenate([patch.positions_m for patch, _ in _grass(values)]))
    x, y, z = middle  # nothing pushes against grass: a thin plate at its foot, under the ground
    part = box_part((0.1, 0.1, 0.01), (x, y, z - size[2] / 2 + 0.005))
    return Outline(size, middle, (part,), 100.0, friction=0.7, tags=("plant",))


# -- edge of the wood --------------------------------------------------------------------------------------------


@lru_cache(maxsize=4)
def _wood(line: RoadLine, outer_m: float) -> tuple[Patch, ...]:
    """Return upright strips on both sides and across both ends of the ground."""
    rows = line.rows_m()[::6]
    strips = [
        _strip(line.points(rows, side * outer_m * share), side)
        for share in (0.98, 0.88)
        for side in (-1.0, 1.0)
    ]
    for s, side in ((line.rows_m()[0] + 3.0, -1.0), (line.rows_m()[-1] - 3.0, 1.0)):
        across = line.points(s, np.linspace(-outer_m, outer_m, 9))
        strips.append(_strip(across, side))
    return tuple(strips)


def _strip(foot: FloatArray, side: float) -> Patch:
    steps = np.linalg.norm(np.diff(foot, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    tangent = np.gradient(foot, axis=0)
    face = side * np.column_stack([tangent[:, 1], -tangent[:, 0], np.zeros(len(foot))])
    normals = face / np.linalg.norm(face, axis=1)[:, None] + np.array([0.0, 0.0, 0.8])
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    low, high = foot - np.array([0.0, 0.0, 2.0]), foot + np.array([0.0, 0.0, _WOOD_HIGH_M - 2.0])
    n = len(foot)
    uvs = np.concatenate([np.column_stack([along / _WOOD_TILE_M, np.full(n, v)]) for v in (0.0, 1.0)])
    a = np.arange(n - 1)
    triangles = np.concatenate(
        [np.column_stack([a, a + 1, a + n + 1]), np.column_stack([a, a + n + 1, a + n])]
    )
    triangles = triangles if side > 0 else triangles[:, ::-1]
    return both_sides(Patch(np.concatenate([low, high]), np.tile(normals, (2, 1)), uvs, triangles))


def _wood_values(values: Values) -> tuple[RoadLine, float]:
    return line_of(values), values.number("outer_m")


def _wood_outline(values: Values) -> Outline:
    strips = _wood(*_wood_values(values))
    size, middle = bounds(np.concatenate([strip.positions_m for strip in strips]))
    part = box_part((1.0, 1.0, 1.0), (middle[0], middle[1], middle[2] - size[2] / 2 + 0.5))
    return Outline(size, middle, (part,), 300.0, friction=0.7, tags=("plant",))


def _wood_paint(values: Values) -> Paint:
    return ((merge(_wood(*_wood_values(values))), wood_edge(values.whole("seed") % 2)),)


_STRETCH: tuple[Parameter, ...] = (
    *LINE_PARAMETERS, length("from_m", 0.0, -500.0, 3000.0), length("to_m", 100.0, -500.0, 3000.0),
    length("inner_m", 9.5, 2.0, 60.0), length("outer_m", 120.0, 20.0, 400.0), number("density", 1.0, 0.01, 20.0),
    seed(),
)  # fmt: skip
PLANTS = Family(
    "road_plants", "vegetation", _STRETCH, _plants_outline, lambda values: _plants(_stretch(values))
)
GRASS = Family(
    "road_grass", "vegetation", (*_STRETCH, length("shoulder_m", 5.5, 2.0, 30.0)), _grass_outline, _grass
)
WOOD = Family(
    "wood_edge",
    "vegetation",
    (*LINE_PARAMETERS, length("outer_m", 120.0, 20.0, 400.0), seed()),
    _wood_outline,
    _wood_paint,
)
FAMILIES = (PLANTS, GRASS, WOOD)
