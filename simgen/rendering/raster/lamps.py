"""The lamp pass: light of spots and panels, a few lamps at a time, each only where in the image it can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import pi, tan

import moderngl
import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray, invert_rigid
from simgen.records.frame import View
from simgen.rendering.raster.casters import Casters
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.drawables import Drawable
from simgen.rendering.raster.environment import LUMINANCE_RGB
from simgen.rendering.raster.lamp import NEAREST_BLOCKER_M, Lamp
from simgen.rendering.raster.lamp_maps import CUBE_TILE, TILE, LampGrid, LampMaps, shadowed
from simgen.rendering.raster.targets import Targets
from simgen.rendering.raster.visibility import LightTargets, as_floats, ray_of_pixel

_AT_ONCE = (
    4  # lamps of one draw; more would make more variants to compile, fewer would read surfaces more often
)
_TILES_ACROSS, _TILES_DOWN = 8, 6  # of the image: lamps are left out tile by tile
_RIM = 8  # points that stand for the rim of a cone
_WIDEST_CONE_RAD = 1.4  # wider ones are taken to reach everywhere


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    """A lamp as the shader takes it.

    Attributes:
        numbers: rows of its uniform arrays, by name.
        tiles: (rows, columns) bool, where in the image it may be seen.
    """

    is_panel: bool
    has_map: bool
    numbers: dict[str, FloatArray]
    tiles: NDArray[np.bool_]

    @property
    def order(self) -> tuple[bool, bool]:
        """What lamps are sorted by, so that those of one program lie together."""
        return (self.is_panel, not self.has_map)


class LampPass:
    """Adds up the light of all lamps of a view."""

    def __init__(self, context: GlContext, casters: Casters) -> None:
        self._context = context
        self._maps = LampMaps(context, casters)

    def forget(self) -> None:
        """Begin another scene."""
        self._maps.forget()

    def draw(
        self,
        targets: Targets,
        coarse: LightTargets,
        view: View,
        lamps: Sequence[Lamp],
        drawables: Sequence[Drawable],
    ) -> None:
        """Fill `coarse.lamp_light` from the label targets.

        Args:
            drawables: what stands in the world, and is in the casters' buffer.
        """
        mapped = shadowed(lamps, view.T_world_camera[:3, 3])
        grids = self._maps.update(mapped, drawables, view.T_world_objects) if mapped else []
        grid_of = {id(lamp): grid for lamp, grid in zip(mapped, grids, strict=True)}
        reach_m = _reach_m(lamps, drawables, view.T_world_objects)
        placed = [self._placed(lamp, grid_of.get(id(lamp)), view, reach_m) for lamp in lamps]
        placed.sort(key=lambda lamp: lamp.order)
        coarse.lamp_light.use()
        coarse.lamp_light.clear()
        self._bind(targets, coarse)
        runs = _runs(placed)
        for (is_panel, no_map), group in groupby(range(len(placed)), key=lambda i: placed[i].order):
            members = frozenset(group)
            for box, seen in runs:
                inside = [placed[i] for i in seen if i in members]
                self._draw_run(targets, coarse, view, box, inside, is_panel, not no_map)
        self._unbind()

    def _draw_run(
        self,
        targets: Targets,
        coarse: LightTargets,
        view: View,
        box: tuple[int, int, int, int],
        lamps: Sequence[_Placed],
        is_panel: bool,
        has_map: bool,
    ) -> None:
        """Draw the lamps that can be seen in a run of tiles, a few at a time."""
        for start in range(0, len(lamps), _AT_ONCE):
            some = lamps[start : start + _AT_ONCE]
            kind = "PANELS" if is_panel else "SPOTS"
            defines = [f"COUNT {len(some)}", kind, *["SHADOWS"] * has_map]
            program = self._context.program("fullscreen.vert", "lamps.frag", defines)
            ray = ray_of_pixel(view.intrinsics)
            width, height = targets.size_px
            set_uniforms(
                program, normal_depth=0, albedo_slot=1, shading_surface=2, lamp_depths=3,
                texel=(1 / width, 1 / height), ray_of_pixel=ray, pixel_angle=ray[0] / 2,
                **{name: as_floats(np.array([lamp.numbers[name] for lamp in some])) for name in some[0].numbers},
            )  # fmt: skip
            if has_map:
                atlas = self._maps.size
                set_uniforms(program, lamp_texel=(1 / atlas[0], 1 / atlas[1]))
            coarse.lamp_light.scissor = _pixels(box, targets)
            self._context.fill(program)

    def _bind(self, targets: Targets, coarse: LightTargets) -> None:
        gl, labels = self._context.gl, targets.labels
        for unit, texture in enumerate((labels.normal_depth, labels.albedo_slot, labels.shading)):
            texture.use(unit)
        if self._maps.is_made:
            self._maps.depths.use(3)
            self._maps.plain.use(3)
        coarse.lamp_light.use()
        coarse.lamp_light.viewport = (0, 0, targets.width, targets.height)
        gl.enable(moderngl.DEPTH_TEST | moderngl.BLEND)
        gl.blend_func = (moderngl.ONE, moderngl.ONE)
        gl.depth_func = ">"

    def _unbind(self) -> None:
        gl = self._context.gl
        gl.depth_func = "<"
        gl.disable(moderngl.DEPTH_TEST | moderngl.BLEND)
        self._maps.plain.clear(3)

    def _placed(self, lamp: Lamp, grid: LampGrid | None, view: View, reach_m: float) -> _Placed:
        T_lamp_camera = invert_rigid(lamp.T_world_lamp) @ view.T_world_camera
        numbers: dict[str, FloatArray] = {
            "lamp_from_camera": T_lamp_camera.T,
            "lamp_rgb": np.array([*lamp.rgb, lamp.radius_m]),
            "lamp_shape": np.array([*_shape(lamp), 0.0, 0.0]),
        }
        if grid is not None:
            numbers |= _map_numbers(lamp, grid, self._maps.size)
        tiles = _tiles(view.intrinsics, _hull(lamp, invert_rigid(T_lamp_camera), reach_m))
        return _Placed(lamp.half_m is not None, grid is not None, numbers, tiles)


def typical_luminance(lamps: Sequence[Lamp], points_m: FloatArray) -> float:
    """Return the mean luminance of white sheets at points (n, 3) that face the lamps, nothing in the way."""
    total = np.zeros(max(len(points_m), 1))
    for lamp in lamps:
        apart = np.reshape(points_m, (-1, 3)) - lamp.position_m
        distances = np.maximum(np.linalg.norm(apart, axis=1), 1.0)
        cosines = apart @ lamp.axis_world / distances
        total[: len(apart)] += lamp.falloff(cosines) * float(lamp.axis_rgb_cd @ LUMINANCE_RGB) / distances**2
    return float(total.mean()) / pi


def _shape(lamp: Lamp) -> tuple[float, float]:
    if lamp.half_m is not None:
        return lamp.half_m
    scale = 1 / (lamp.inner_cos - lamp.outer_cos)
    return scale, -lamp.outer_cos * scale


def _map_numbers(lamp: Lamp, grid: LampGrid, atlas_px: tuple[int, int]) -> dict[str, FloatArray]:
    """Return the rows of the uniforms of `lamp_shadow.glsl`."""
    depth_at_far = grid.far_m / (grid.far_m - grid.near_m)
    slope = depth_at_far * grid.near_m
    side = CUBE_TILE if grid.is_cube else TILE
    spread = lamp.radius_m / (2 * grid.face_tan * slope)
    place = (grid.column / atlas_px[0], side / atlas_px[0], side / atlas_px[1], float(grid.is_cube))
    return {
        "lamp_grid": np.array([grid.face_tan, depth_at_far, slope, spread]),
        "lamp_slot": np.array(place),
    }


def _reach_m(lamps: Sequence[Lamp], drawables: Sequence[Drawable], T_world_objects: FloatArray) -> float:
    """Return a distance from any lamp within which everything lies."""
    if not drawables:
        return NEAREST_BLOCKER_M
    centers = np.array([T_world_objects[d.body.instance_id - 1][:3, 3] for d in drawables])
    radii = np.array([d.radius_m for d in drawables])
    return max(float((np.linalg.norm(centers - lamp.position_m, axis=1) + radii).max()) for lamp in lamps)


def _hull(lamp: Lamp, T_camera_lamp: FloatArray, reach_m: float) -> FloatArray | None:
    """Return points (n, 3) around all that a lamp lights, camera frame; None: everything."""
    if lamp.outer_rad > _WIDEST_CONE_RAD:
        return None
    rim = np.arange(_RIM) * (2 * pi / _RIM)
    out = reach_m * tan(lamp.outer_rad) / np.cos(pi / _RIM)
    points = np.zeros((_RIM + 1, 3))
    points[1:] = np.column_stack([np.full(_RIM, reach_m), out * np.cos(rim), out * np.sin(rim)])
    return points @ T_camera_lamp[:3, :3].T + T_camera_lamp[:3, 3]


def _tiles(camera: Intrinsics, hull: FloatArray | None) -> NDArray[np.bool_]:
    """Return which tiles (rows, columns) of the image a convex body of these corners can touch."""
    if hull is None:
        return np.ones((_TILES_DOWN, _TILES_ACROSS), bool)
    x, y, z = hull.T
    if z.max() <= 0:
        return np.zeros((_TILES_DOWN, _TILES_ACROSS), bool)
    columns = _spans(x, z, camera.width, _TILES_ACROSS, camera.fx, camera.cx)
    rows = _spans(y, z, camera.height, _TILES_DOWN, camera.fy, camera.cy)
    return rows[:, None] & columns[None, :]


def _spans(
    across: FloatArray, ahead: FloatArray, size_px: int, tiles: int, focal: float, middle: float
) -> NDArray[np.bool_]:
    """Return which of the slices of the view between planes through the eye a convex body touches."""
    edges = (np.array(_edges(size_px, tiles)) - 0.5 - middle) / focal
    beyond = (
        across[None, :] - edges[:, None] * ahead[None, :]
    )  # sign: which side of each plane a corner lies on
    return (beyond[:-1].max(axis=1) > 0) & (beyond[1:].min(axis=1) < 0)


def _edges(size_px: int, tiles: int) -> list[int]:
    return [size_px * i // tiles for i in range(tiles + 1)]


def _runs(placed: Sequence[_Placed]) -> list[tuple[tuple[int, int, int, int], tuple[int, ...]]]:
    """Return boxes of tiles (first column, first row, past the last of both) with the lamps seen in each."""
    if not placed:
        return []
    seen = np.array([lamp.tiles for lamp in placed])
    runs: list[tuple[tuple[int, int, int, int], tuple[int, ...]]] = []
    for row in range(_TILES_DOWN):
        lists = [tuple(np.flatnonzero(seen[:, row, column]).tolist()) for column in range(_TILES_ACROSS)]
        column = 0
        for lamps, group in groupby(lists):
            past = column + len(list(group))
            if lamps:
                _extend(runs, (column, row, past, row + 1), lamps)
            column = past
    return runs


def _extend(
    runs: list[tuple[tuple[int, int, int, int], tuple[int, ...]]],
    box: tuple[int, int, int, int],
    lamps: tuple[int, ...],
) -> None:
    """Add a run of one row, to the same run of the row above where there is one."""
    for index, (above, known) in enumerate(runs):
        if known == lamps and (above[0], above[2], above[3]) == (box[0], box[2], box[1]):
            runs[index] = ((above[0], above[1], box[2], box[3]), known)
            return
    runs.append((box, lamps))


def _pixels(box: tuple[int, int, int, int], targets: Targets) -> tuple[int, int, int, int]:
    columns, rows = _edges(targets.width, _TILES_ACROSS), _edges(targets.height, _TILES_DOWN)
    x0, y0, x1, y1 = columns[box[0]], rows[box[1]], columns[box[2]], rows[box[3]]
    return x0, y0, x1 - x0, y1 - y0
