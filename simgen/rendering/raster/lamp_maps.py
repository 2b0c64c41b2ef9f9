"""Depth maps of lamps: kept for as long as neither the lamp nor what it may shine on moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import atan, pi, radians, sqrt, tan

import moderngl
import numpy as np

from simgen.errors import RenderError
from simgen.geometry import FloatArray, invert_rigid
from simgen.rendering.raster.casters import Casters, Runs
from simgen.rendering.raster.context import GlContext
from simgen.rendering.raster.drawables import Drawable
from simgen.rendering.raster.lamp import NEAREST_BLOCKER_M, Lamp

MOST_SHADOWED = 8
TILE = 768  # of a lamp whose cone one perspective map can show
CUBE_TILE = 384  # of each side of a cube around a lamp that shines wider
_SLOT_WIDTH = 3 * CUBE_TILE
_MARGIN = 1.1  # a face shows this much more than its cone, for the widest search around a point, see `lamp_shadow.glsl`
_WIDEST_SINGLE_RAD = radians(76)  # a map that faces a plane has equal texels on it, however wide: assumed
_FACES = (
    (1, 2, 0),
    (2, 0, 1),
    (0, 1, 2),
)  # lamp axes that are right, up and ahead in the faces along x, y, z


@dataclass(frozen=True, slots=True, eq=False)
class LampGrid:
    """Where a lamp's depth map lies.

    Attributes:
        column: first of its slot in the atlas.
        is_cube: six faces of `CUBE_TILE`, or one of `TILE`.
        face_tan: tangent of half the opening of a face.
        near_m: distance ahead at depth 0.
        far_m: distance ahead at depth 1.
    """

    column: int
    is_cube: bool
    face_tan: float
    near_m: float
    far_m: float

    @property
    def side_px(self) -> int:
        """Texels along a face."""
        return CUBE_TILE if self.is_cube else TILE


@dataclass(slots=True, eq=False)
class _Slot:
    """What a slot of the atlas shows; `key` is what that depends on."""

    key: bytes = b""
    grid: LampGrid | None = None
    used: int = 0


@dataclass(slots=True, eq=False)
class _Atlas:
    depths: moderngl.Texture
    framebuffer: moderngl.Framebuffer
    slots: list[_Slot] = field(default_factory=list[_Slot])


class LampMaps:
    """The depth maps of a scene's lamps."""

    def __init__(self, context: GlContext, casters: Casters) -> None:
        self._context, self._gl, self._casters = context, context.gl, casters
        self._atlas: _Atlas | None = None
        self._clock = 0
        self._is_fresh = True
        self.plain = self._gl.sampler(
            filter=(moderngl.NEAREST, moderngl.NEAREST), repeat_x=False, repeat_y=False
        )

    def forget(self) -> None:
        """Let no map of the scene before pass for one of this scene's."""
        # Where a map lies decides the last bit of what is read from it: every scene begins with the same slots.
        self._is_fresh = True
        for slot in self._atlas.slots if self._atlas else ():
            slot.key, slot.used = b"", 0

    @property
    def is_made(self) -> bool:
        """Whether any lamp has asked for a map yet."""
        return self._atlas is not None

    @property
    def depths(self) -> moderngl.Texture:
        """The atlas."""
        if self._atlas is None:
            raise RenderError("a lamp's depth map was asked for before any was made")
        return self._atlas.depths

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the atlas."""
        return self.depths.size

    @property
    def texel(self) -> tuple[float, float]:
        """Size of a texel, as a share of the atlas."""
        return 1 / self.size[0], 1 / self.size[1]

    def update(
        self, lamps: Sequence[Lamp], drawables: Sequence[Drawable], T_world_objects: FloatArray
    ) -> list[LampGrid]:
        """Draw the maps that are not there yet and return where all of them lie.

        Args:
            lamps: at most `MOST_SHADOWED`.
            drawables: what stands in the world, and is in the casters' buffer.
        """
        atlas = self._atlas_for(len(lamps))
        self._clock += 1
        reached = [_reached(lamp, drawables, T_world_objects) for lamp in lamps]
        keys = [_key(lamp, ids, T_world_objects) for lamp, ids in zip(lamps, reached, strict=True)]
        by_key = {slot.key: slot for slot in atlas.slots}
        for key in keys:
            if key in by_key:
                by_key[key].used = self._clock
        grids: list[LampGrid] = []
        for lamp, ids, key in zip(lamps, reached, keys, strict=True):
            slot = by_key.get(key) or min(atlas.slots, key=lambda slot: slot.used)
            if slot.key != key or slot.grid is None:
                far = _farthest_m(lamp, [d for d in drawables if d.body.instance_id in ids], T_world_objects)
                slot.key, slot.grid = key, _grid(lamp, atlas.slots.index(slot) * _SLOT_WIDTH, far)
                self._draw(atlas, slot.grid, lamp, ids)
            slot.used = self._clock
            grids.append(slot.grid)
        self._gl.disable(moderngl.DEPTH_TEST)
        return grids

    def _atlas_for(self, count: int) -> _Atlas:
        known = 0 if self._atlas is None else len(self._atlas.slots)
        if self._atlas is None or known < count or (self._is_fresh and known != count):
            if self._atlas is not None:
                self._context.unbind()
                self._atlas.framebuffer.release()
                self._atlas.depths.release()
            depths = self._gl.depth_texture((_SLOT_WIDTH * count, TILE))
            depths.compare_func = ""
            self._atlas = _Atlas(depths, self._gl.framebuffer([], depths), [_Slot() for _ in range(count)])
        self._is_fresh = False
        return self._atlas

    def _draw(self, atlas: _Atlas, grid: LampGrid, lamp: Lamp, ids: Sequence[int]) -> None:
        target = atlas.framebuffer
        self._context.draw_into(target)
        target.scissor = (grid.column, 0, _SLOT_WIDTH, TILE)
        target.clear(depth=1.0)
        self._casters.begin()
        T_lamp_world = invert_rigid(lamp.T_world_lamp)
        runs = Runs.of([self._casters.solid[instance_id] for instance_id in ids])
        for face in range(6 if grid.is_cube else 1):
            axis, behind = face % 3, face >= 3
            if grid.is_cube and not _shows(lamp, axis, behind):
                continue
            column = grid.column + (axis * CUBE_TILE if grid.is_cube else 0)
            place = (column, CUBE_TILE if behind else 0, grid.side_px, grid.side_px)
            target.viewport = target.scissor = place
            clip = _face_clip(grid, axis, behind) @ T_lamp_world
            self._casters.draw(clip, runs, culled=False)


def shadowed(lamps: Sequence[Lamp], eye_m: FloatArray) -> list[Lamp]:
    """Return the lamps that cast shadows: those that could be brightest at the camera, at most `MOST_SHADOWED`.

    They are ranked by intensity along the axis over squared distance, whichever way they shine, so that turning the
    camera or the lamp changes nothing; equal ones keep their order.
    """
    able = [lamp for lamp in lamps if lamp.casts_shadows]
    return sorted(able, key=lambda lamp: -_brightness(lamp, eye_m))[:MOST_SHADOWED]


def _brightness(lamp: Lamp, eye_m: FloatArray) -> float:
    squared = float(((lamp.position_m - eye_m) ** 2).sum())
    return float(lamp.axis_rgb_cd.max()) / max(squared, NEAREST_BLOCKER_M**2)


def _reached(lamp: Lamp, drawables: Sequence[Drawable], T_world_objects: FloatArray) -> tuple[int, ...]:
    """Return the ids of the objects whose spheres touch the lamp's cone."""
    ids = [drawable.body.instance_id for drawable in drawables]
    if not ids:
        return ()
    centers = T_world_objects[np.array(ids) - 1][:, :3, 3] - lamp.position_m
    radii = np.array([drawable.radius_m for drawable in drawables])
    distances = np.maximum(np.linalg.norm(centers, axis=1), 1e-9)
    off_axis = np.arccos(np.clip(centers @ lamp.axis_world / distances, -1.0, 1.0))
    widths = np.where(radii < distances, np.arcsin(np.minimum(radii / distances, 1.0)), pi)
    return tuple(i for i, hit in zip(ids, off_axis - widths <= lamp.outer_rad, strict=True) if hit)


def _key(lamp: Lamp, ids: Sequence[int], T_world_objects: FloatArray) -> bytes:
    """Return all that a lamp's depth map depends on."""
    shape = np.array([lamp.outer_rad, *ids], float)
    places = T_world_objects[np.array(ids, int) - 1]
    return lamp.T_world_lamp.tobytes() + shape.tobytes() + places.tobytes()


def _farthest_m(lamp: Lamp, drawables: Sequence[Drawable], T_world_objects: FloatArray) -> float:
    ends = [
        float(np.linalg.norm(T_world_objects[d.body.instance_id - 1][:3, 3] - lamp.position_m)) + d.radius_m
        for d in drawables
    ]
    return max([4 * NEAREST_BLOCKER_M, *ends])


def _grid(lamp: Lamp, column: int, far_m: float) -> LampGrid:
    is_cube = lamp.outer_rad > _WIDEST_SINGLE_RAD
    face_tan = _MARGIN * (1.0 if is_cube else tan(lamp.outer_rad))
    return LampGrid(column, is_cube, face_tan, NEAREST_BLOCKER_M, far_m)


def _shows(lamp: Lamp, axis: int, behind: bool) -> bool:
    """Return whether the lamp shines through a side of the cube around it."""
    corner = atan(sqrt(2.0))  # between the middle of a side and its corners
    least_off_axis_rad = pi / 4 if axis else (pi - corner if behind else 0.0)
    return lamp.outer_rad > least_off_axis_rad


def _face_clip(grid: LampGrid, axis: int, behind: bool) -> FloatArray:
    """Return the (4, 4) matrix lamp frame -> clip space of one face; the faces behind are mirrored."""
    near, far = grid.near_m, grid.far_m
    right, up, ahead = _FACES[axis]
    sign = -1.0 if behind else 1.0
    clip = np.zeros((4, 4))
    clip[0, right] = clip[1, up] = 1 / grid.face_tan
    clip[2, ahead] = sign * (far + near) / (far - near)
    clip[2, 3] = -2 * far * near / (far - near)
    clip[3, ahead] = sign
    return clip
