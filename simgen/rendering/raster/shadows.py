"""Shadows of one state of a scene: depth maps of its suns and of 32 directions of the surroundings' light.

They depend on where the bodies are, not on the camera, so that all views of one state share them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import moderngl
import numpy as np

from simgen.geometry import FloatArray, Vec3, box_corners
from simgen.rendering.raster.casters import Casters
from simgen.rendering.raster.context import GlContext
from simgen.rendering.raster.drawables import Drawable
from simgen.rendering.raster.environment import DIRECTION_COUNT

MOST_SUNS = 4
SUN_TILE = 768
_GAP = SUN_TILE // 16 + 4  # between tiles, and never blocked: as wide as shadows are searched for
ATLAS_WIDTH = MOST_SUNS * (SUN_TILE + _GAP)
SOFT_TILE = 160
_TILES_ACROSS, _TILES_DOWN = 8, 4  # as in `visibility.frag`


@dataclass(frozen=True, slots=True)
class DirectionalLight:
    """A sun of the scene or of its map, ready for the light pass.

    Attributes:
        direction_world: unit, towards the light.
        illuminance_rgb: lux on a plane facing it, linear RGB.
    """

    direction_world: Vec3
    illuminance_rgb: Vec3
    angular_diameter_rad: float


@dataclass(frozen=True, slots=True, eq=False)
class SunGrid:
    """Where a sun's depth map lies in the world.

    Attributes:
        tile_from_world: (4, 4) world -> x, y in -1..1, z = depth 0..1 away from the light.
        texel_m: width of one texel.
        range_m: depth that 0..1 spans.
    """

    tile_from_world: FloatArray
    texel_m: float
    range_m: float


@dataclass(frozen=True, slots=True, eq=False)
class SoftGrid:
    """Where the 32 depth maps lie in the world.

    Attributes:
        directions: (32, 3) unit, towards the light.
        center_m: of the sphere around all things.
        radius_m: of that sphere; 0 without casters.
        depth_m: half of the depth that 0..1 spans.
        side_u: (32, 4) world -> tile x in -1..1.
        side_v: (32, 4) world -> tile y.
    """

    directions: FloatArray
    center_m: FloatArray
    radius_m: float
    depth_m: float
    side_u: FloatArray
    side_v: FloatArray

    @property
    def texel_m(self) -> float:
        """Width of one texel of the widest tile, at most."""
        return 2 * self.radius_m / SOFT_TILE


class ShadowMaps:
    """The depth maps of one scene, drawn anew when a body has moved."""

    def __init__(self, context: GlContext) -> None:
        self._context = context
        self.casters = Casters(context)
        gl = context.gl
        self.sun_depths = gl.depth_texture((ATLAS_WIDTH, SUN_TILE))
        self.soft_depths = gl.depth_texture((_TILES_ACROSS * SOFT_TILE, _TILES_DOWN * SOFT_TILE))
        self.sun_depths.compare_func = ""
        self._suns = gl.framebuffer([], self.sun_depths)
        self._softs = gl.framebuffer([], self.soft_depths)
        self.plain = gl.sampler(filter=(moderngl.NEAREST, moderngl.NEAREST), repeat_x=False, repeat_y=False)

    def draw(
        self,
        drawables: Sequence[Drawable],
        T_world_objects: FloatArray,
        suns: Sequence[DirectionalLight],
        soft_directions: FloatArray,
    ) -> tuple[list[SunGrid], SoftGrid]:
        """Draw all depth maps of one state and return where they lie.

        Suns are blocked by everything, the surroundings' light by `soft_blockers`.
        """
        things = [drawable for drawable in drawables if drawable.body.is_thing]
        blockers = soft_blockers(drawables, T_world_objects)
        self.casters.upload(drawables, blockers, T_world_objects)
        near = _corners(things or drawables, T_world_objects)
        everything = _corners(drawables, T_world_objects)
        if len(everything) == 0:
            near = everything = np.zeros((1, 3))  # an empty scene still has its suns
        self.casters.begin()
        grids = [sun_grid(sun.direction_world, near, everything) for sun in suns]
        self._clear(self._suns)
        for index, grid in enumerate(grids):
            to_clip = np.diag([1.0, 1.0, 2.0, 1.0])
            to_clip[2, 3] = -1.0
            self._suns.viewport = self._suns.scissor = (sun_column(index), 0, SUN_TILE, SUN_TILE)
            self.casters.draw(to_clip @ grid.tile_from_world, 0, self.casters.sharp_count)
        soft = soft_grid(
            soft_directions, _corners(things, T_world_objects), _corners(blockers, T_world_objects)
        )
        self._draw_soft(soft)
        self._context.gl.disable(moderngl.DEPTH_TEST)
        return grids, soft

    def _draw_soft(self, soft: SoftGrid) -> None:
        first, supports, all_soft = (
            self.casters.sharp_count,
            self.casters.support_count,
            self.casters.soft_count,
        )
        self._clear(self._softs)
        for index in range(DIRECTION_COUNT if all_soft else 0):
            at = (index % _TILES_ACROSS * SOFT_TILE, index // _TILES_ACROSS * SOFT_TILE)
            self._softs.viewport = self._softs.scissor = (*at, SOFT_TILE, SOFT_TILE)
            # From below the supports hide all things: their own triangles are enough.
            hidden = supports > 0 and soft.directions[index, 2] < 0
            clip = _soft_clip(soft, soft.directions[index], index)
            self.casters.draw(clip, first, supports if hidden else all_soft)

    def _clear(self, framebuffer: moderngl.Framebuffer) -> None:
        framebuffer.use()
        framebuffer.scissor = (0, 0, *framebuffer.size)
        framebuffer.clear(depth=1.0)


def sun_column(index: int) -> int:
    """Return the first column of a sun's tile in the atlas."""
    return index * (SUN_TILE + _GAP) + _GAP // 2


def sun_grid(direction_world: Vec3, near_m: FloatArray, everything_m: FloatArray) -> SunGrid:
    """Return the grid of a sun: as wide as the near points, as deep as everything.

    Args:
        direction_world: unit, towards the light.
        near_m: (n, 3) points whose shadows must be sharp.
        everything_m: (m, 3) points that may cast one.
    """
    w = np.asarray(direction_world, dtype=float)
    u, v = _sides(w)
    flat = near_m @ np.column_stack([u, v])
    low, high = flat.min(axis=0), flat.max(axis=0)
    half = max(float((high - low).max()) / 2 * 1.05, 1e-3)
    heights = everything_m @ w
    top, depth = float(heights.max()) + 1e-3, float(np.ptp(heights)) + 2e-3
    T = np.eye(4)
    T[0, :3], T[1, :3], T[2, :3] = u / half, v / half, -w / depth
    T[:2, 3] = -(low + high) / 2 / half
    T[2, 3] = top / depth
    return SunGrid(T, 2 * half / SUN_TILE, depth)


def soft_blockers(drawables: Sequence[Drawable], T_world_objects: FloatArray) -> list[Drawable]:
    """Return what blocks the surroundings' light: things, and surroundings that lie below them (floor, table).

    Walls and ceilings do not: the map already is what lies beyond them, and a closed room would be dark.
    """
    things = _corners([drawable for drawable in drawables if drawable.body.is_thing], T_world_objects)
    if len(things) == 0:
        return []
    middle = float(things[:, 2].mean())
    return [
        drawable
        for drawable in drawables
        if drawable.body.is_thing or float(_corners([drawable], T_world_objects)[:, 2].max()) < middle
    ]


def soft_grid(directions: FloatArray, things_m: FloatArray, blockers_m: FloatArray) -> SoftGrid:
    """Return the grids of the soft directions (32, 3): as wide as the things, as deep as all blockers.

    Args:
        directions: unit, towards the light.
        things_m: (n, 3) corners of the things.
        blockers_m: (m, 3) corners of all that blocks.
    """
    if len(things_m) == 0:
        nothing = np.zeros((len(directions), 4))
        return SoftGrid(directions, np.zeros(3), 0.0, 0.0, nothing, nothing)
    center = (things_m.min(axis=0) + things_m.max(axis=0)) / 2
    radius = float(np.linalg.norm(things_m - center, axis=1).max()) * (1 + 4 / SOFT_TILE)
    depth = float(np.linalg.norm(blockers_m - center, axis=1).max()) * 1.001
    sides = np.array([_sides(direction) for direction in directions])
    # Each tile is as narrow as what it shows: things on a table are wide but low.
    half = np.abs((things_m - center) @ sides.transpose(0, 2, 1)).max(axis=1) * (1 + 4 / SOFT_TILE)
    u, v = (sides[:, side] / half[:, side, None] for side in (0, 1))
    return SoftGrid(
        directions,
        center,
        radius,
        depth,
        np.column_stack([u, -u @ center]),
        np.column_stack([v, -v @ center]),
    )


def _soft_clip(grid: SoftGrid, direction: FloatArray, index: int) -> FloatArray:
    toward = -direction / grid.depth_m
    return np.array(
        [
            grid.side_u[index],
            grid.side_v[index],
            [*toward, -float(toward @ grid.center_m)],
            [0.0, 0.0, 0.0, 1.0],
        ]
    )


def _sides(w: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return two unit vectors that span the plane across a unit vector."""
    helper = np.array([0.0, 0.0, 1.0]) if abs(w[2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    u = np.cross(helper, w)
    u = u / np.linalg.norm(u)
    return u, np.cross(w, u)


def _corners(drawables: Sequence[Drawable], T_world_objects: FloatArray) -> FloatArray:
    """Return the corners of all boxes (8 n, 3), world."""
    boxes = [
        box_corners(drawable.model.half_size_m * 2 * drawable.body.scale)
        @ T_world_objects[drawable.body.instance_id - 1][:3, :3].T
        + T_world_objects[drawable.body.instance_id - 1][:3, 3]
        for drawable in drawables
    ]
    return np.concatenate(boxes) if boxes else np.zeros((0, 3))
