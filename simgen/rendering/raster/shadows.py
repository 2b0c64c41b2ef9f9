"""Shadows of one state of a scene: depth maps of its suns and of 32 directions of the surroundings' light.

They depend on where the bodies are, not on the camera, so that all views of one state share them. Only where things are
spread over a wide place are there finer maps besides, of what is near the camera, drawn for every view.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import moderngl
import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray, Vec3
from simgen.records.frame import View
from simgen.rendering.raster.casters import Casters, Part, Runs
from simgen.rendering.raster.context import GlContext
from simgen.rendering.raster.drawables import Drawable
from simgen.rendering.raster.environment import DIRECTION_COUNT
from simgen.rendering.raster.hiding import hidden
from simgen.rendering.raster.shadow_grids import (
    SOFT_TILE,
    SUN_TILE,
    SoftGrid,
    SunGrid,
    SunLevel,
    corners_of,
    level_around,
    level_from_world,
    nearest_depth_m,
    slice_of_view,
    soft_blockers,
    soft_clip,
    soft_grid,
    sun_grid,
    sun_level,
)

MOST_SUNS = 4
NEAR_LEVELS = 3  # finer maps for each sun of a wide scene
_GAP = SUN_TILE // 16 + 4  # between tiles, and never blocked: as wide as shadows are searched for
_TILES_ACROSS, _TILES_DOWN = 8, 4  # as in `visibility.frag`
# Assumed: where one map for all has texels of 4 cm, finer ones show more than they cost.
_WIDE_M = 15.0
_NEAR_M, _NEAR_SHARE = 7.0, 0.35  # depth of the finest map: so much, or this share of the distance to it
_MARGIN = 1.1  # texels that what is hidden stays inside of the outline that hides it
_WORTH_A_DRAW = 600  # indices: drawing them takes as long as to begin another draw
_ALSO_WALLS = 1.2  # walls this many times as far apart as things have a map of their own
_NEXT, _SOFT = (
    3.0,
    2.3,
)  # depth of each map against that of the finer one, and of the soft maps against the finest


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
class Walls:
    """What encloses a scene, see `rooms.RoomPass`.

    Attributes:
        members: ids of the bodies, which do not block soft light.
        corners_m: (8, 3) of the space between them, where suns' shadows are looked for; (0, 3) in the open.
    """

    members: frozenset[int] = frozenset()
    corners_m: FloatArray = field(default_factory=lambda: np.zeros((0, 3)))


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """What stands in the world, and the lights that it blocks.

    Attributes:
        hidden_from_suns: (suns, n) which of `drawables` cast no shadow of their own, see `hiding.py`.
        hidden_from_soft: (32, b) which of `blockers` do not.
    """

    drawables: Sequence[Drawable]
    blockers: Sequence[Drawable]
    T_world_objects: FloatArray
    soft_directions: FloatArray
    centers_m: FloatArray
    radii_m: FloatArray
    hidden_from_suns: NDArray[np.bool_]
    hidden_from_soft: NDArray[np.bool_]


class ShadowMaps:
    """The depth maps of one scene.

    Attributes:
        casters: what they show.
        grids: where the suns' maps lie.
        levels: the finer ones of each sun, finest first; empty unless the scene is wide.
        soft: where the soft maps lie.
        is_wide: whether there are finer maps, for each view.
        finer: how many finer maps each sun has.
    """

    def __init__(self, context: GlContext) -> None:
        self._context, self._gl = context, context.gl
        self.casters = Casters(context)
        self.sun_depths, self._suns = self._sun_atlas(MOST_SUNS)
        self.soft_depths = self._gl.depth_texture((_TILES_ACROSS * SOFT_TILE, _TILES_DOWN * SOFT_TILE))
        self._softs = self._gl.framebuffer([], self.soft_depths)
        self.plain = self._gl.sampler(
            filter=(moderngl.NEAREST, moderngl.NEAREST), repeat_x=False, repeat_y=False
        )
        self.is_wide = False
        self.finer = 0
        self.grids: list[SunGrid] = []
        self.levels: list[tuple[SunLevel, ...]] = []

    def draw(
        self,
        drawables: Sequence[Drawable],
        T_world_objects: FloatArray,
        suns: Sequence[DirectionalLight],
        soft_directions: FloatArray,
        walls: Walls,
    ) -> None:
        """Draw the maps of one state that do not depend on the camera.

        Suns are blocked by everything, the surroundings' light by `soft_blockers`.
        """
        things = [drawable for drawable in drawables if drawable.body.is_thing]
        blockers = soft_blockers(drawables, T_world_objects, walls.members)
        self.casters.upload(drawables, blockers, T_world_objects)
        near, everything = (corners_of(some, T_world_objects) for some in (things or drawables, drawables))
        if len(everything) == 0:
            near = everything = np.zeros((1, 3))  # an empty scene still has its suns
        self.is_wide = len(things) > 0 and float(np.ptp(near, axis=0).max()) > 2 * _WIDE_M
        whole = np.concatenate([near, walls.corners_m])
        walled = bool((np.ptp(whole, axis=0) > _ALSO_WALLS * np.ptp(near, axis=0)).any())
        self.finer = NEAR_LEVELS if self.is_wide else int(walled)
        self._reserve(len(suns) * (1 + self.finer))
        self.casters.begin()
        self.grids = [sun_grid(sun.direction_world, whole, everything) for sun in suns]
        spread_m = float(np.linalg.norm(np.ptp(near, axis=0)))
        self._state = self._state_of(drawables, blockers, T_world_objects, suns, soft_directions, spread_m)
        self._draw_whole(drawables, rough_things=walled and not self.is_wide)
        self.levels = []
        if not self.is_wide:
            self._draw_finer([(level_around(grid, near),) for grid in self.grids] if self.finer else [])
            self.soft = soft_grid(
                soft_directions, corners_of(things, T_world_objects), corners_of(blockers, T_world_objects)
            )
            self._draw_soft(self.soft, blockers)
        self._gl.disable(moderngl.DEPTH_TEST)

    def _state_of(
        self,
        drawables: Sequence[Drawable],
        blockers: Sequence[Drawable],
        T_world_objects: FloatArray,
        suns: Sequence[DirectionalLight],
        soft_directions: FloatArray,
        spread_m: float,
    ) -> _State:
        """Return the state that is drawn, with what of it no light meets; the suns' grids are laid."""
        towards = np.reshape([sun.direction_world for sun in suns], (-1, 3))
        texel_m = max((grid.texel_m for grid in self.grids), default=0.0)
        return _State(
            drawables,
            blockers,
            T_world_objects,
            soft_directions,
            *_spheres(drawables, T_world_objects),
            hidden(drawables, drawables, T_world_objects, towards, _MARGIN * texel_m),
            hidden(blockers, blockers, T_world_objects, soft_directions, _MARGIN * spread_m / SOFT_TILE),
        )

    def _draw_whole(self, drawables: Sequence[Drawable], rough_things: bool) -> None:
        """Draw the map of each sun that shows the whole scene."""
        self._clear(self._suns)
        for index, grid in enumerate(self.grids):
            self._place(self._suns, (sun_column(index), 0), SUN_TILE)
            seen = Runs.of(self._seen_by(index, drawables, rough_things))
            self.casters.draw(_TO_CLIP @ grid.tile_from_world, seen)

    def fit(self, view: View) -> None:
        """Draw the finer maps for a view of a wide scene."""
        state = self._state
        self.casters.begin()
        near = nearest_depth_m(view, state.centers_m, state.radii_m)
        depth = max(_NEAR_M, _NEAR_SHARE * near)
        reaches = [_NEXT**level for level in range(NEAR_LEVELS)]
        spheres = [slice_of_view(view, near, near + depth * reach) for reach in reaches]
        self._draw_finer([tuple(sun_level(grid, *sphere) for sphere in spheres) for grid in self.grids])
        self._fit_soft(slice_of_view(view, near, near + depth * _SOFT))
        self._gl.disable(moderngl.DEPTH_TEST)

    def column(self, sun: int, level: int) -> float:
        """Return the first column of a level's tile as a share of the atlas; the last level is the whole scene."""
        tile = sun if level == self.finer else self._level_tile(sun, level)
        return sun_column(tile) / self.sun_depths.width

    def _level_tile(self, sun: int, level: int) -> int:
        return len(self.grids) + sun * self.finer + level

    def _seen_by(self, sun: int, drawables: Sequence[Drawable], rough_things: bool = False) -> list[Part]:
        """Return the indices of those objects that a sun sees; things roughly, where finer maps show them besides."""
        unseen = {
            d.body.instance_id
            for d, out in zip(self._state.drawables, self._state.hidden_from_suns[sun], strict=True)
            if out
        }
        found: list[Part] = []
        for body in (drawable.body for drawable in drawables):
            if body.instance_id not in unseen:
                rough = rough_things and body.is_thing and body.instance_id in self.casters.soft
                found.append((self.casters.soft if rough else self.casters.sharp)[body.instance_id])
        return found

    def _draw_finer(self, levels: list[tuple[SunLevel, ...]]) -> None:
        self.levels = levels
        for index, finer in enumerate(levels):
            for place, level in enumerate(finer):
                self._draw_level(index, level, sun_column(self._level_tile(index, place)))

    def _draw_level(self, sun: int, level: SunLevel, column: int) -> None:
        state, grid = self._state, self.grids[sun]
        self._context.draw_into(self._suns)
        self._place(self._suns, (column, 0), SUN_TILE)
        if self.is_wide:  # else all of the maps are new
            self._suns.clear(depth=1.0)
        off = np.abs(state.centers_m @ grid.sides.T - level.center_m).max(axis=1)
        inside = off < level.width_m / 2 + state.radii_m
        near_by = [drawable for drawable, reached in zip(state.drawables, inside, strict=True) if reached]
        clip = _TO_CLIP @ level_from_world(grid, level)
        self.casters.draw(clip, Runs.of(self._seen_by(sun, near_by)))

    def _fit_soft(self, sphere: tuple[FloatArray, float]) -> None:
        """Draw the soft maps of the things in a sphere and what lies below them."""
        state, (center, radius) = self._state, sphere
        reached = np.linalg.norm(state.centers_m - center, axis=1) < radius + state.radii_m
        near_by = [d for d, hit in zip(state.drawables, reached, strict=True) if hit and d in state.blockers]
        things = [drawable for drawable in near_by if drawable.body.is_thing]
        corners = corners_of(things, state.T_world_objects)
        # No wider than the sphere: a thing may be long.
        boxed = np.clip(corners, center - radius, center + radius)
        self.soft = soft_grid(state.soft_directions, boxed, corners_of(near_by, state.T_world_objects))
        self._draw_soft(self.soft, near_by)

    def _draw_soft(self, soft: SoftGrid, blockers: Sequence[Drawable]) -> None:
        state = self._state
        all_supports = any(not drawable.body.is_thing for drawable in blockers)
        # Supports come first in the buffer.
        ordered = sorted(blockers, key=lambda drawable: drawable.body.is_thing)
        at_all = {drawable.body.instance_id: place for place, drawable in enumerate(state.blockers)}
        # What is hidden may be drawn too, where that is quicker than another draw.
        between = _WORTH_A_DRAW if len(blockers) == len(state.blockers) else 0
        self._clear(self._softs)
        for index in range(DIRECTION_COUNT if soft.radius_m > 0 else 0):
            at = (index % _TILES_ACROSS * SOFT_TILE, index // _TILES_ACROSS * SOFT_TILE)
            self._place(self._softs, at, SOFT_TILE)
            # From below the supports hide all things: their own triangles are enough.
            below = all_supports and soft.directions[index, 2] < 0
            out = state.hidden_from_soft[index]
            seen = [
                drawable.body.instance_id
                for drawable in ordered
                if not (below and drawable.body.is_thing) and not out[at_all[drawable.body.instance_id]]
            ]
            clip = soft_clip(soft, index)
            self.casters.draw(clip, Runs.of([self.casters.soft[i] for i in seen], between))

    def _reserve(self, tiles: int) -> None:
        """Make the atlas as wide as this scene's tiles, at least as those of `MOST_SUNS`.

        Not wider, where the scene before had more: where texels are read is rounded to a share of the width.
        """
        if self.sun_depths.width != _atlas_width(max(tiles, MOST_SUNS)):
            self._context.unbind()
            self._suns.release()
            self.sun_depths.release()
            self.sun_depths, self._suns = self._sun_atlas(max(tiles, MOST_SUNS))

    def _sun_atlas(self, tiles: int) -> tuple[moderngl.Texture, moderngl.Framebuffer]:
        depths = self._gl.depth_texture((_atlas_width(tiles), SUN_TILE))
        depths.compare_func = ""
        return depths, self._gl.framebuffer([], depths)

    def _place(self, target: moderngl.Framebuffer, at: tuple[int, int], side: int) -> None:
        target.viewport = target.scissor = (*at, side, side)

    def _clear(self, framebuffer: moderngl.Framebuffer) -> None:
        self._context.draw_into(framebuffer)
        framebuffer.scissor = (0, 0, *framebuffer.size)
        framebuffer.clear(depth=1.0)


_TO_CLIP = np.array(
    [[1.0, 0, 0, 0], [0, 1.0, 0, 0], [0, 0, 2.0, -1.0], [0, 0, 0, 1.0]]
)  # depth 0..1 -> -1..1


def _atlas_width(tiles: int) -> int:
    return tiles * (SUN_TILE + _GAP)


def sun_column(index: int) -> int:
    """Return the first column of a tile in the atlas."""
    return index * (SUN_TILE + _GAP) + _GAP // 2


def _spheres(drawables: Sequence[Drawable], T_world_objects: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return centres (n, 3) and radii (n,) of the spheres around all objects, world."""
    centers = [T_world_objects[drawable.body.instance_id - 1][:3, 3] for drawable in drawables]
    return np.reshape(centers, (-1, 3)), np.array([drawable.radius_m for drawable in drawables])
