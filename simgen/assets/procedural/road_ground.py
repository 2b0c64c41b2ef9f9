"""The ground beside a road: gravel shoulders, grass verges, and meadows that rise and fall out to the horizon.

Shoulder and verge are level with the road, so that whoever walks or parks there stands on what is seen. The meadow
begins to roll some metres behind the verge.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.meshes import Patch, merge
from simgen.assets.procedural.noise import smoothstep
from simgen.assets.procedural.params import Parameter, Values, length, number, seed
from simgen.assets.procedural.road import bounds
from simgen.assets.procedural.road_line import LINE_PARAMETERS, RoadLine, line_of
from simgen.assets.procedural.road_surfaces import (
    GRAVEL_TILE_M,
    MEADOW_TILE_M,
    VARIANTS,
    VERGE_TILE_M,
    gravel,
    meadow,
    verge,
)
from simgen.assets.procedural.strips import Heights, cells, end_faces, ground_parts, swept
from simgen.assets.procedural.wetness import wetted
from simgen.geometry import FloatArray
from simgen.rng import keyed_generator

LEVEL_M = 5.0  # behind the verge
_ROLL_M = 70.0  # over which the meadow comes to its full height
_EDGE_DEPTH_M = 3.0  # of the faces under the ends of the ground
_DEPTH_M = 1.0  # of the ground for physics
_HILLS = ((90.0, 1.6), (37.0, 0.5), (14.0, 0.12))  # wave length and height of the rolling, metres: assumed
_FIELD_ROWS = (12, 36)  # length of a field, in rows of 4 m
_SIDES = (1.0, -1.0)
# Water runs off and into gravel: as wet as this share of the road, so that no film mirrors: assumed
_SOAKED = 0.55


def hills(seed_: int, inner_m: float) -> Heights:
    """Return how much the ground rises over its line at (s, lateral); 0 up to `inner_m` from the line."""
    rng = keyed_generator("road hills", seed_)
    waves = [(2 * np.pi / long, high, rng.uniform(0, 2 * np.pi, 4)) for long, high in _HILLS]

    def height(s: FloatArray, lateral: FloatArray) -> FloatArray:
        wave = sum(
            (
                high
                * (
                    np.sin(k * s + p[0] + 0.7 * np.sin(0.6 * k * lateral + p[1]))
                    + np.sin(0.8 * k * lateral + p[2])
                )
                for k, high, p in waves
            ),
            np.zeros_like(s),
        )
        away = np.abs(lateral)
        return (wave + 0.02 * (away - inner_m)) * smoothstep(inner_m, inner_m + _ROLL_M, away)

    return height


def _shoulders(line: RoadLine, paved_m: float, shoulder_m: float) -> Patch:
    rows, patches = line.rows_m(), list[Patch]()
    for side in _SIDES:
        right, left = (float(y) for y in _span(side, paved_m, paved_m + shoulder_m))
        patches.append(swept(line, rows, np.array([right, left]), (GRAVEL_TILE_M, GRAVEL_TILE_M)))
        patches.append(end_faces(line, rows, left, right, 0.3))
    return merge(patches)


def _span(side: float, *away_m: float) -> FloatArray:
    """Return lateral places on one side, growing to the left."""
    return np.sort(side * np.array(away_m))


def _shoulder_values(values: Values) -> tuple[RoadLine, float, float]:
    return line_of(values), values.number("paved_m"), values.number("shoulder_m")


def _shoulder_outline(values: Values) -> Outline:
    line, paved, wide = _shoulder_values(values)
    size, middle = bounds(_shoulders(line, paved, wide).positions_m)
    lowest = middle[2] - size[2] / 2
    sides = [ground_parts(line, side * paved, side * (paved + wide), 0.3, lowest) for side in _SIDES]
    return Outline(size, middle, (*sides[0], *sides[1]), 1900.0, friction=0.6, tags=("road",))


def _shoulder_paint(values: Values) -> Paint:
    line, paved, wide = _shoulder_values(values)
    look = wetted(gravel(values.whole("seed") % VARIANTS), _SOAKED * values.number("wet"))
    return ((_shoulders(line, paved, wide), look),)


def meadow_places_m(inner_m: float, outer_m: float) -> FloatArray:
    """Return how far from the line the columns of the meadow lie, ever wider apart."""
    share = np.linspace(0.0, 1.0, 11)
    return inner_m + (outer_m - inner_m) * (0.25 * share + 0.75 * share**2.5)


@lru_cache(maxsize=4)
def _ground(
    line: RoadLine, inner_m: float, verge_m: float, outer_m: float, seed_: int
) -> tuple[Patch, tuple[Patch, ...]]:
    """Return verges and, per variant of meadow, the fields that have it (some variants may have none)."""
    rows, level = line.rows_m(), inner_m + verge_m
    height, rng = hills(seed_, level + LEVEL_M), keyed_generator("road fields", seed_)
    verges, fields = list[Patch](), list[list[Patch]]([[] for _ in range(VARIANTS)])
    for side in _SIDES:
        verges.append(
            swept(
                line, rows, _span(side, inner_m, inner_m + verge_m / 2, level), (VERGE_TILE_M, VERGE_TILE_M)
            )
        )
        places = _span(side, *meadow_places_m(level, outer_m))
        grid = swept(line, rows, places, (MEADOW_TILE_M, MEADOW_TILE_M), height)
        kinds = _fields(rng, len(rows) - 1, len(places) - 1)
        kinds = kinds[:, ::-1] if side < 0 else kinds
        for kind in range(VARIANTS):
            fields[kind].append(cells(grid, kinds == kind))
    ends = end_faces(line, rows, outer_m, -outer_m, _EDGE_DEPTH_M)
    fields[0].append(Patch(ends.positions_m, ends.normals, ends.uvs / MEADOW_TILE_M, ends.triangles))
    return merge(verges), tuple(merge(patches) for patches in fields)


def _fields(rng: np.random.Generator, rows: int, columns: int) -> NDArray[np.int64]:
    """Return the variant of meadow of every cell (rows, columns), the column next to the road first."""
    kinds, row = np.zeros((rows, columns), int), 0
    while row < rows:
        long = int(rng.integers(*_FIELD_ROWS))
        kinds[row : row + long, int(rng.integers(3, 6)) :] = int(rng.integers(VARIANTS))
        kinds[row : row + long, int(rng.integers(7, columns)) :] = int(rng.integers(VARIANTS))
        row += long
    return kinds


def _ground_values(values: Values) -> tuple[RoadLine, float, float, float, int]:
    line, inner = line_of(values), values.number("inner_m")
    wide, outer = values.number("verge_m"), values.number("outer_m")
    values.require(
        outer > inner + wide + 2 * LEVEL_M, f"outer_m {outer:g} leaves no meadow behind the verge; raise it"
    )
    values.require(
        line.radius_m > 1.1 * outer,
        f"a bend of radius {line.radius_m:.0f} m folds ground that reaches {outer:g} m; lower bend or outer_m",
    )
    return line, inner, wide, outer, values.whole("seed")


def _ground_outline(values: Values) -> Outline:
    line, inner, wide, _, _ = asked = _ground_values(values)
    verges, fields = _ground(*asked)
    size, middle = bounds(np.concatenate([patch.positions_m for patch in (verges, *fields)]))
    level = inner + wide + LEVEL_M
    lowest = middle[2] - size[2] / 2
    sides = [ground_parts(line, side * inner, side * level, _DEPTH_M, lowest) for side in _SIDES]
    return Outline(size, middle, (*sides[0], *sides[1]), 1700.0, friction=0.7, tags=("road",))


def _ground_paint(values: Values) -> Paint:
    verges, fields = _ground(*_ground_values(values))
    chosen = values.whole("seed")
    looks = [
        (field, meadow((chosen + kind) % VARIANTS))
        for kind, field in enumerate(fields)
        if len(field.triangles)
    ]
    return ((verges, verge(chosen % VARIANTS)), *looks)


SHOULDER_PARAMETERS: tuple[Parameter, ...] = (
    *LINE_PARAMETERS, length("paved_m", 4.0, 2.0, 12.0), length("shoulder_m", 1.5, 0.2, 10.0),
    number("wet", 0.0, 0.0, 1.0), seed(),
)  # fmt: skip
GROUND_PARAMETERS: tuple[Parameter, ...] = (
    *LINE_PARAMETERS, length("inner_m", 5.5, 2.0, 25.0), length("verge_m", 4.0, 0.5, 30.0),
    length("outer_m", 120.0, 20.0, 400.0), seed(),
)  # fmt: skip
SHOULDER = Family("road_shoulder", "road shoulder", SHOULDER_PARAMETERS, _shoulder_outline, _shoulder_paint)
GROUND = Family("road_ground", "terrain", GROUND_PARAMETERS, _ground_outline, _ground_paint)
FAMILIES = (SHOULDER, GROUND)
