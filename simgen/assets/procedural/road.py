"""The carriageway of a two-lane country road and the paint on it, as one surface cut without gaps.

Cross section as RQ 11 of the German guidelines for country roads (RAL 2012): lanes of 3.50 m, edge strips of 0.50 m.
Paint by RMS-1 (1993), roads outside of towns: narrow lines of 0.12 m, a solid one along each edge, and a centre line of
4 m dashes with gaps of 8 m, solid where overtaking is forbidden.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.meshes import Patch, merge
from simgen.assets.procedural.params import Parameter, Values, choice, length, number, seed
from simgen.assets.procedural.road_line import LINE_PARAMETERS, ROW_M, RoadLine, line_of
from simgen.assets.procedural.road_surfaces import (
    ASPHALT_TILE_M,
    PAINT_TILE_M,
    VARIANTS,
    asphalt,
    paint,
    repair,
)
from simgen.assets.procedural.solids import hull_part
from simgen.assets.procedural.strips import cells, end_faces, ground_parts, swept
from simgen.assets.procedural.wetness import wetted
from simgen.geometry import FloatArray, Vec3
from simgen.rng import keyed_generator

LINE_WIDTH_M = 0.12  # assumed: a narrow line of rural roads in Germany
_DASH_ROWS, _PERIOD_ROWS = 1, 3  # dash and gap, in rows of 4 m
_DEPTH_M = 0.3  # of the pavement
_REPAIRS_A_KM = 16.0  # assumed
_SLIPPERY = 0.3  # of its friction that a road under water loses: assumed
_LANES = (length("lane_width_m", 3.5, 2.5, 5.0), length("edge_m", 0.5, 0.2, 2.0))
_ASPHALT, _REPAIR, _PAINT = 0, 1, 2


def bounds(positions: FloatArray) -> tuple[Vec3, Vec3]:
    """Return extent and middle of the box around points (n, 3)."""
    low, high = positions.min(axis=0), positions.max(axis=0)
    (w, d, h), (x, y, z) = (high - low).tolist(), ((low + high) / 2).tolist()
    return (w, d, h), (x, y, z)


def _columns(lane_m: float, edge_m: float) -> FloatArray:
    """Return lateral places: borders of the paint, and of the halves of the lanes between."""
    half_line = LINE_WIDTH_M / 2
    right = [-lane_m - edge_m, -lane_m - LINE_WIDTH_M, -lane_m, -lane_m / 2, -half_line]
    return np.array([*right, *(-y for y in reversed(right))])


def _kinds(line: RoadLine, seed_: int, centre: str) -> NDArray[np.int64]:
    """Return what every cell (rows, columns) of the surface is made of."""
    rows = len(line.rows_m()) - 1
    kinds = np.full((rows, 9), _ASPHALT)
    rng = keyed_generator("road repairs", seed_)
    for _ in range(int(_REPAIRS_A_KM * rows * ROW_M / 1000)):
        start, long = int(rng.integers(rows - 4)), int(rng.integers(1, 4))
        left = int(rng.choice([2, 3, 5, 6]))
        kinds[start : start + long, left : left + int(rng.integers(1, 3))] = _REPAIR
    kinds[:, [1, 7]] = _PAINT
    kinds[:, 4] = _ASPHALT
    first = round(float(line.rows_m()[0]) / ROW_M)
    dashed = (np.arange(rows) + first) % _PERIOD_ROWS < _DASH_ROWS
    kinds[dashed | (centre == "solid"), 4] = _PAINT
    return kinds


@lru_cache(maxsize=8)
def _surface(line: RoadLine, lane_m: float, edge_m: float, seed_: int, centre: str) -> tuple[Patch, ...]:
    """Return the cells of each kind."""
    width = 2 * (lane_m + edge_m)
    grid = swept(line, line.rows_m(), _columns(lane_m, edge_m), (width, ASPHALT_TILE_M))
    kinds = _kinds(line, seed_, centre)
    road, fixed, painted = (cells(grid, kinds == kind) for kind in (_ASPHALT, _REPAIR, _PAINT))
    ends = end_faces(line, line.rows_m(), lane_m + edge_m, -lane_m - edge_m, _DEPTH_M)
    edges = [_scaled(end_faces(line, line.rows_m(), y + LINE_WIDTH_M, y, 0.02), 1 / PAINT_TILE_M)
             for y in (lane_m, -lane_m - LINE_WIDTH_M)]  # fmt: skip
    meters = (width / PAINT_TILE_M, ASPHALT_TILE_M / PAINT_TILE_M)
    repaired = Patch(
        fixed.positions_m, fixed.normals, fixed.uvs * (width / 4.0, ASPHALT_TILE_M / 4.0), fixed.triangles
    )
    lines = Patch(painted.positions_m, painted.normals, painted.uvs * meters, painted.triangles)
    return merge([_shifted(road), ends]), repaired, merge([lines, *edges])


def _shifted(road: Patch) -> Patch:
    """Put the middle of the picture on the middle line."""
    return Patch(road.positions_m, road.normals, road.uvs + np.array([0.5, 0.0]), road.triangles)


def _scaled(patch: Patch, factor: float) -> Patch:
    return Patch(patch.positions_m, patch.normals, patch.uvs * factor, patch.triangles)


def _asked(values: Values) -> tuple[RoadLine, float, float, int, str]:
    line, lane, edge = line_of(values), values.number("lane_width_m"), values.number("edge_m")
    values.require(edge > LINE_WIDTH_M, f"edge_m must hold a line of {LINE_WIDTH_M} m, got {edge:g}")
    values.require(line.radius_m > 4 * (lane + edge), "the bend is too sharp for its length; lower bend_rad")
    return line, lane, edge, values.whole("seed"), values.word("centre")


def _road_outline(values: Values) -> Outline:
    line, lane, edge, _, _ = _asked(values)
    rows = line.rows_m()
    sides = line.points(rows[:, None], [-lane - edge, lane + edge]).reshape(-1, 3)
    ends = sides[[0, 1, -2, -1]] - (0.0, 0.0, _DEPTH_M)
    size, middle = bounds(np.concatenate([sides, ends]))
    parts = ground_parts(line, lane + edge, -lane - edge, _DEPTH_M, middle[2] - size[2] / 2)
    # A dry road grips tyres with about 0.7 to 0.9; of what slides on it, 0.6 is assumed.
    friction = 0.6 * (1.0 - _SLIPPERY * values.number("wet"))
    return Outline(size, middle, parts, 2400.0, friction=friction, restitution=0.05, tags=("road",))


def _road_paint(values: Values) -> Paint:
    line, lane, edge, chosen, centre = _asked(values)
    road, repaired, _ = _surface(line, lane, edge, chosen, centre)
    wet = values.number("wet")
    look = ((road, wetted(asphalt(chosen % VARIANTS, lane, edge), wet)),)
    if not len(repaired.triangles):
        return look
    return (*look, (repaired, wetted(repair(chosen % VARIANTS), wet)))


def _lines(values: Values) -> Patch:
    return _surface(*_asked(values))[_PAINT]


def _lines_outline(values: Values) -> Outline:
    line, lane, _, _, _ = _asked(values)
    size, middle = bounds(_lines(values).positions_m)
    s = float(
        line.rows_m()[0]
    )  # the road carries what lies on it: the paint only needs some body, far behind
    top = line.points([s, s, s + 1.0, s + 1.0], [lane, lane + LINE_WIDTH_M] * 2)
    part = hull_part(np.concatenate([top, top - (0.0, 0.0, 0.02)]))
    return Outline(size, middle, (part,), 2000.0, friction=0.5, tags=("road",))


def _lines_paint(values: Values) -> Paint:
    return ((_lines(values), wetted(paint(values.whole("seed") % VARIANTS), values.number("wet"))),)


_PARAMETERS: tuple[Parameter, ...] = (
    *LINE_PARAMETERS,
    *_LANES,
    choice("centre", "dashed", ("dashed", "solid")),
    number("wet", 0.0, 0.0, 1.0),
    seed(),
)
ROAD = Family("road", "road", _PARAMETERS, _road_outline, _road_paint)
MARKING = Family("road_marking", "road marking", _PARAMETERS, _lines_outline, _lines_paint)
FAMILIES = (ROAD, MARKING)
