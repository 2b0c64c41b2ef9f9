"""What road authorities put along a country road: delineator posts and guard rails.

Delineators by HLB, the German notes on them: 1 m high, half a metre from the pavement, every 50 m, with a slanting
black band and reflectors. Guard rail: a W-shaped beam 0.31 m high whose middle is 0.6 m over the road, posts every
4 m (as common steel systems).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np

from simgen.assets.procedural import finishes
from simgen.assets.procedural.boxes import box
from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.meshes import Patch, merge, quad
from simgen.assets.procedural.noise import color_texture, rgb
from simgen.assets.procedural.params import Parameter, Values, choice, length, seed
from simgen.assets.procedural.road import bounds
from simgen.assets.procedural.road_line import LINE_PARAMETERS, RoadLine, line_of
from simgen.assets.procedural.solids import Part, box_part, hull_part
from simgen.geometry import FloatArray
from simgen.records.asset import Material

POST_SPACING_M, POST_OFF_M = 50.0, 0.5
_POST_HIGH_M, _POST_WIDE_M = 1.0, 0.12
_RAIL_STEP_M, _RAIL_MIDDLE_M = 4.0, 0.6
# Half of a W beam from its lower lip to its middle: (out of the road, up from the middle), metres.
_W = np.array([(0.0, -0.155), (0.083, -0.12), (0.083, -0.075), (0.01, -0.04), (0.0, 0.0)])


# -- delineators -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _post_print() -> Material:
    """Return the faces of a post, v up: white with a slanting black band."""
    picture = np.full((256, 64, 3), rgb("e8e8e4"))
    band = np.array([[0, 52], [64, 26], [64, 90], [0, 116]], np.int32)
    cv2.fillPoly(picture, [band], rgb("1a1a1a"))
    cv2.rectangle(picture, (24, 54), (40, 88), rgb("f4f4ff"), -1)
    picture[-24:] *= 0.72  # splashed by the road
    return Material(
        name="post",
        base_color_rgb=(1, 1, 1),
        roughness=0.5,
        base_color_map=color_texture(picture),
        double_sided=False,
    )


def _post(foot: FloatArray, heading: float) -> Patch:
    """Return a post that faces both ways along the road."""
    half, up = _POST_WIDE_M / 2, np.array([0.0, 0.0, _POST_HIGH_M])
    ahead, left = (
        np.array([np.cos(heading), np.sin(heading), 0.0]),
        np.array([-np.sin(heading), np.cos(heading), 0.0]),
    )
    ring = [foot + half * (a * ahead + b * left) for a, b in ((-0.6, 1), (-0.6, -1), (0.6, -1), (0.6, 1))]
    sides = [(ring[k], ring[(k + 1) % 4]) for k in range(4)]
    uvs = [[0, 0], [1, 0], [1, 1], [0, 1]]
    walls = [quad(np.array([a, b, b + up, a + up]), uvs) for a, b in sides]
    return merge([*walls, quad(np.array([corner + up for corner in ring]), np.array(uvs) * 0.02 + 0.9)])


def post_places(line: RoadLine, paved_m: float) -> tuple[FloatArray, FloatArray]:
    """Return feet (n, 3) and headings (n,) of the posts of both sides."""
    rows = line.rows_m()
    s = np.arange(rows[0] + 20.0, rows[-1], POST_SPACING_M)
    sides = np.array([-1.0, 1.0]) * (paved_m + POST_OFF_M)
    places, offsets = np.repeat(s, 2), np.tile(sides, len(s))
    return line.points(places, offsets), line.heading_rad(places)


@lru_cache(maxsize=4)
def _posts(line: RoadLine, paved_m: float) -> Patch:
    feet, headings = post_places(line, paved_m)
    return merge([_post(foot, float(heading)) for foot, heading in zip(feet, headings, strict=True)])


def _posts_outline(values: Values) -> Outline:
    line, paved = line_of(values), values.number("paved_m")
    size, middle = bounds(_posts(line, paved).positions_m)
    feet, _ = post_places(line, paved)
    parts = [box_part((0.07, 0.07, _POST_HIGH_M), (x, y, z + _POST_HIGH_M / 2)) for x, y, z in feet.tolist()]
    return Outline(size, middle, tuple(parts), 400.0, tags=("road",))


def _posts_paint(values: Values) -> Paint:
    return ((_posts(line_of(values), values.number("paved_m")), _post_print()),)


# -- guard rail --------------------------------------------------------------------------------------------------


def _rail_rows(values: Values) -> FloatArray:
    return np.arange(values.number("from_m"), values.number("to_m") + 1e-6, _RAIL_STEP_M)


def _beam(line: RoadLine, rows: FloatArray, off_m: float, side: float) -> Patch:
    """Return the front of the beam, facing the road; its back is drawn by the same triangles, two-sided."""
    profile = np.concatenate([_W, _W[-2::-1] * (1.0, -1.0)])
    lateral = side * (off_m - profile[:, 0])
    points = line.points(rows[:, None], lateral[None])
    points[..., 2] += _RAIL_MIDDLE_M + profile[:, 1]
    along, across = np.gradient(points, axis=0), np.gradient(points, axis=1)
    normals = side * np.cross(across, along)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    uvs = np.stack(np.broadcast_arrays(rows[:, None] / 0.5, profile[None, :, 1] / 0.5), axis=-1)
    r, c = len(rows), len(profile)
    a = (np.arange(r - 1)[:, None] * c + np.arange(c - 1)).ravel()
    triangles = np.concatenate(
        [np.column_stack([a, a + 1, a + c + 1]), np.column_stack([a, a + c + 1, a + c])]
    )
    triangles = triangles if side > 0 else triangles[:, ::-1]
    return Patch(points.reshape(-1, 3), normals.reshape(-1, 3), uvs.reshape(-1, 2), triangles)


def _rail_posts(line: RoadLine, rows: FloatArray, off_m: float, side: float) -> list[Patch]:
    feet = line.points(rows, side * (off_m + 0.06))
    return [box((0.06, 0.1, 0.85), (x, y, z + 0.325), tile_m=0.3, grain=2) for x, y, z in feet.tolist()]


@lru_cache(maxsize=4)
def _rail(line: RoadLine, rows: tuple[float, ...], off_m: float, side: str) -> tuple[Patch, Patch]:
    sign, places = (1.0 if side == "left" else -1.0), np.asarray(rows)
    beam = _beam(line, places, off_m, sign)
    back = Patch(beam.positions_m, -beam.normals, beam.uvs, beam.triangles[:, ::-1])
    return merge([beam, back]), merge(_rail_posts(line, places, off_m, sign))


def _rail_of(values: Values) -> tuple[Patch, Patch]:
    rows = _rail_rows(values)
    values.require(len(rows) > 1, f"a guard rail needs {_RAIL_STEP_M:g} m; move from_m and to_m apart")
    return _rail(line_of(values), tuple(rows.tolist()), values.number("off_m"), values.word("side"))


def _rail_outline(values: Values) -> Outline:
    size, middle = bounds(np.concatenate([patch.positions_m for patch in _rail_of(values)]))
    line, rows = line_of(values), _rail_rows(values)[::4]
    sign = 1.0 if values.word("side") == "left" else -1.0
    parts = [_rail_part(line, a, b, sign * values.number("off_m")) for a, b in pairwise(rows)]
    last = _rail_rows(values)[-1]
    parts.append(_rail_part(line, float(last) - _RAIL_STEP_M, float(last), sign * values.number("off_m")))
    return Outline(size, middle, tuple(parts), 300.0, friction=0.4, tags=("road",))


def _rail_part(line: RoadLine, start: float, end: float, lateral: float) -> Part:
    inner = lateral * (1 - 0.06 / abs(lateral))
    edges = line.points([start, start, end, end], [lateral, inner, lateral, inner])
    return hull_part(np.concatenate([edges + np.array([0, 0, 0.45]), edges + np.array([0, 0, 0.75])]))


def _rail_paint(values: Values) -> Paint:
    beam, posts = _rail_of(values)
    return (
        (beam, finishes.bare_metal((0.62, 0.63, 0.64), 0.5)),
        (posts, finishes.bare_metal((0.5, 0.51, 0.52), 0.6)),
    )


_PAVED = length("paved_m", 4.0, 2.0, 12.0)
_RAIL: tuple[Parameter, ...] = (
    *LINE_PARAMETERS, choice("side", "right", ("left", "right")), length("off_m", 4.8, 2.0, 20.0),
    length("from_m", 0.0, -200.0, 3000.0), length("to_m", 100.0, -200.0, 3000.0), seed(),
)  # fmt: skip
POSTS = Family("road_posts", "pole", (*LINE_PARAMETERS, _PAVED, seed()), _posts_outline, _posts_paint)
RAIL = Family("guard_rail", "guard rail", _RAIL, _rail_outline, _rail_paint)
FAMILIES = (POSTS, RAIL)
