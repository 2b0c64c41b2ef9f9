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
from simgen.rendering.raster.casters import Casters
from simgen.rendering.raster.context import GlContext
from simgen.rendering.raster.drawables import Drawable
from simgen.rendering.raster.environment import DIRECTION_COUNT
from simgen.rendering.raster.gl_calls import Box
from simgen.rendering.raster.hiding import hidden
from simgen.rendering.raster.layers import DepthMaps, LayeredAtlas, Stamps, stamps_of
from simgen.rendering.raster.shadow_grids import (
    SOFT_TILE,
    SUN_TILE,
    SunGrid,
    SunLevel,
    corners_of,
    level_around,
    level_from_world,
    nearest_depth_m,
    slice_of_view,
    soft_blockers,
    soft_clips,
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
_MARGIN = 1.2  # texels that what is hidden stays inside of the outline that hides it
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
        places: (n,) instance id - 1 of `drawables`.
        centers_m: (n, 3) of the spheres around them, world.
        radii_m: (n,)
        lit: (suns, n) which of `drawables` are not hidden behind others from each sun, see `hiding.py`.
        is_soft: (ids,) what blocks soft light.
        open_to_soft: (32, ids) what of it is not hidden from each direction.
    """

    drawables: Sequence[Drawable]
    T_world_objects: FloatArray
    soft_directions: FloatArray
    places: NDArray[np.intp]
    centers_m: FloatArray
    radii_m: FloatArray
    lit: NDArray[np.bool_]
    is_soft: NDArray[np.bool_]
    open_to_soft: NDArray[np.bool_]

    @property
    def soft(self) -> list[Drawable]:
        """What blocks soft light."""
        return [each for each, at in zip(self.drawables, self.places, strict=True) if self.is_soft[at]]


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
        self._gl = context.gl
        self.casters = Casters(context)
        self._suns = LayeredAtlas(context, self.casters, _atlas_size(1))
        soft_size = (_TILES_ACROSS * SOFT_TILE, _TILES_DOWN * SOFT_TILE)
        self._softs = LayeredAtlas(context, self.casters, soft_size)
        self.plain = self._gl.sampler(
            filter=(moderngl.NEAREST, moderngl.NEAREST), repeat_x=False, repeat_y=False
        )
        self.is_wide = False
        self.finer = 0
        self.grids: list[SunGrid] = []
        self.levels: list[tuple[SunLevel, ...]] = []

    @property
    def sun_depths(self) -> moderngl.Texture:
        """The maps of all suns, side by side."""
        return self._suns.depths

    @property
    def soft_depths(self) -> moderngl.Texture:
        """The maps of the soft directions, 8 x 4."""
        return self._softs.depths

    def draw(
        self,
        drawables: Sequence[Drawable],
        T_world_objects: FloatArray,
        suns: Sequence[DirectionalLight],
        soft_directions: FloatArray,
        walls: Walls,
    ) -> None:
        """Take a state of the bodies, and draw its maps unless they depend on the camera: `fit` does then.

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
        # As wide as this scene needs: where texels are read is rounded to a share of the width.
        self._suns.resize(_atlas_size(max(len(suns) * (1 + self.finer), 1)))
        self.grids = [sun_grid(sun.direction_world, whole, everything, is_far=self.is_wide) for sun in suns]
        spread_m = float(np.linalg.norm(np.ptp(near, axis=0)))
        self._state = self._state_of(drawables, blockers, T_world_objects, suns, soft_directions, spread_m)
        self._whole = self._whole_maps(rough_things=walled and not self.is_wide)
        self.levels = []
        if not self.is_wide:
            self._draw_suns([(level_around(grid, near),) for grid in self.grids] if self.finer else [])
            self.soft = soft_grid(
                soft_directions, corners_of(things, T_world_objects), corners_of(blockers, T_world_objects)
            )
            self._draw_soft(self._state.soft)
            self._gl.disable(moderngl.DEPTH_TEST)

    def fit(self, view: View) -> None:
        """Draw the maps of a wide scene for a view."""
        state = self._state
        near = nearest_depth_m(view, state.centers_m, state.radii_m)
        depth = max(_NEAR_M, _NEAR_SHARE * near)
        reaches = [_NEXT**level for level in range(NEAR_LEVELS)]
        spheres = [slice_of_view(view, near, near + depth * reach) for reach in reaches]
        self._draw_suns([tuple(sun_level(grid, *sphere) for sphere in spheres) for grid in self.grids])
        self._fit_soft(slice_of_view(view, near, near + depth * _SOFT))
        self._gl.disable(moderngl.DEPTH_TEST)

    def column(self, sun: int, level: int) -> float:
        """Return the first column of a level's tile as a share of the atlas; the last level is the whole scene."""
        tile = sun if level == self.finer else self._level_tile(sun, level)
        return sun_column(tile) / self.sun_depths.width

    def _level_tile(self, sun: int, level: int) -> int:
        return len(self.grids) + sun * self.finer + level

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
        unseen = hidden(drawables, drawables, T_world_objects, towards, _MARGIN * texel_m)
        dark = hidden(blockers, blockers, T_world_objects, soft_directions, _MARGIN * spread_m / SOFT_TILE)
        ids = [drawable.body.instance_id - 1 for drawable in blockers]
        is_soft = np.zeros(len(T_world_objects), np.bool_)
        is_soft[ids] = True
        dark_by_id = np.zeros((len(soft_directions), len(T_world_objects)), np.bool_)
        dark_by_id[:, ids] = dark
        return _State(
            drawables,
            T_world_objects,
            soft_directions,
            np.array([drawable.body.instance_id - 1 for drawable in drawables], np.intp),
            *_spheres(drawables, T_world_objects),
            ~unseen,
            is_soft,
            ~dark_by_id,
        )

    def _whole_maps(self, rough_things: bool) -> DepthMaps:
        """Return the map of each sun that shows the whole scene; things roughly, where finer maps show them besides."""
        state = self._state
        rough = np.zeros(len(self.casters.stamps), np.bool_)
        if rough_things:
            things = [drawable.body.is_thing for drawable in state.drawables]
            rough[state.places[things]] = state.is_soft[state.places[things]]
        return DepthMaps(
            np.array([_sun_box(index) for index in range(len(self.grids))], np.int64).reshape(-1, 4),
            np.array([_TO_CLIP @ grid.tile_from_world for grid in self.grids]).reshape(-1, 4, 4),
            self._seen(state.lit, stamps_of(self.casters, rough)),
        )

    def _seen(self, shown: NDArray[np.bool_], stamps: Stamps) -> Stamps:
        """Return the stamps (m, ids) of those drawables (m, n) that are shown in each of some maps."""
        found = np.zeros((len(shown), len(stamps)), np.int64)
        places = self._state.places
        found[:, places] = np.where(shown, stamps[places], 0)
        return found

    def _draw_suns(self, levels: list[tuple[SunLevel, ...]]) -> None:
        self.levels = levels
        finer = [self._level_map(i, place) for i in range(len(levels)) for place in range(len(levels[i]))]
        self._suns.draw(DepthMaps.joined([self._whole, *finer]))

    def _level_map(self, sun: int, place: int) -> DepthMaps:
        """Return a finer map of a sun: what it sees of all that reaches into its square."""
        state, grid, level = self._state, self.grids[sun], self.levels[sun][place]
        off = np.abs(state.centers_m @ grid.sides.T - level.center_m).max(axis=1)
        inside = state.lit[sun] & (off < level.width_m / 2 + state.radii_m)
        sharp = stamps_of(self.casters, np.zeros(len(self.casters.stamps), np.bool_))
        return DepthMaps(
            np.array([_sun_box(self._level_tile(sun, place))]),
            (_TO_CLIP @ level_from_world(grid, level))[None],
            self._seen(inside[None], sharp),
        )

    def _fit_soft(self, sphere: tuple[FloatArray, float]) -> None:
        """Draw the soft maps of the things in a sphere and what lies below them."""
        state, (center, radius) = self._state, sphere
        reached = np.linalg.norm(state.centers_m - center, axis=1) < radius + state.radii_m
        near_by = [
            drawable
            for drawable, place, hit in zip(state.drawables, state.places, reached, strict=True)
            if hit and state.is_soft[place]
        ]
        corners = corners_of([each for each in near_by if each.body.is_thing], state.T_world_objects)
        # No wider than the sphere: a thing may be long.
        boxed = np.clip(corners, center - radius, center + radius)
        self.soft = soft_grid(state.soft_directions, boxed, corners_of(near_by, state.T_world_objects))
        self._draw_soft(near_by)

    def _draw_soft(self, blockers: Sequence[Drawable]) -> None:
        """Draw the maps of the soft directions."""
        state, soft = self._state, self.soft
        shown = np.zeros(len(self.casters.stamps), np.bool_)
        is_thing = np.zeros_like(shown)
        for drawable in blockers if soft.radius_m > 0 else ():
            shown[drawable.body.instance_id - 1] = True
            is_thing[drawable.body.instance_id - 1] = drawable.body.is_thing
        # From below the supports hide all things: their own triangles are enough.
        below = (shown & ~is_thing).any() & (soft.directions[:, 2] < 0)
        seen = shown & state.open_to_soft & ~(below[:, None] & is_thing)
        index = np.arange(DIRECTION_COUNT)
        at = (
            np.column_stack([index % _TILES_ACROSS, index // _TILES_ACROSS, index >= 0, index >= 0])
            * SOFT_TILE
        )
        rough = np.ones_like(shown)
        stamps = np.where(seen, stamps_of(self.casters, rough), 0)
        self._softs.draw(DepthMaps(at, soft_clips(soft), stamps))


_TO_CLIP = np.array(
    [[1.0, 0, 0, 0], [0, 1.0, 0, 0], [0, 0, 2.0, -1.0], [0, 0, 0, 1.0]]
)  # depth 0..1 -> -1..1


def _atlas_size(tiles: int) -> tuple[int, int]:
    return tiles * (SUN_TILE + _GAP), SUN_TILE


def sun_column(index: int) -> int:
    """Return the first column of a tile in the atlas."""
    return index * (SUN_TILE + _GAP) + _GAP // 2


def _sun_box(index: int) -> Box:
    """Return a tile's place in the atlas."""
    return sun_column(index), 0, SUN_TILE, SUN_TILE


def _spheres(drawables: Sequence[Drawable], T_world_objects: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return centres (n, 3) and radii (n,) of the spheres around all objects, world."""
    centers = [T_world_objects[drawable.body.instance_id - 1][:3, 3] for drawable in drawables]
    return np.reshape(centers, (-1, 3)), np.array([drawable.radius_m for drawable in drawables])
