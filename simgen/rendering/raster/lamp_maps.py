"""Depth maps of lamps: kept for as long as neither the lamp nor what it may shine on moves.

Where some of that moves and the lamp does not, the rest is kept, see `layers.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan, ceil, log2, pi, radians, sqrt, tan

import moderngl
import numpy as np

from simgen.errors import RenderError
from simgen.geometry import FloatArray, invert_rigid
from simgen.rendering.raster.casters import Casters
from simgen.rendering.raster.context import GlContext
from simgen.rendering.raster.drawables import Drawable
from simgen.rendering.raster.lamp import NEAREST_BLOCKER_M, Lamp
from simgen.rendering.raster.layers import DepthMaps, LayeredAtlas, Stamps, stamps_of

MOST_SHADOWED = 8
TILE = 768  # of a lamp whose cone one perspective map can show
CUBE_TILE = 384  # of each side of a cube around a lamp that shines wider
_SLOT_WIDTH, _MAPS_OF_A_SLOT = 3 * CUBE_TILE, 6
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


class LampMaps:
    """The depth maps of a scene's lamps.

    Each lamp has its slot in the atlas, which depends on the scene and on which lamps have maps in a view, and on
    nothing before: where a map lies decides the last bit of what is read from it.
    """

    def __init__(self, context: GlContext, casters: Casters) -> None:
        self._context, self._casters = context, casters
        self._names: list[str] = []
        self._atlas: LayeredAtlas | None = None
        self.plain = context.gl.sampler(
            filter=(moderngl.NEAREST, moderngl.NEAREST), repeat_x=False, repeat_y=False
        )

    def set_lamps(self, names: Sequence[str]) -> None:
        """Take all lamps of a scene that may have maps, in its order."""
        self._names = list(names)

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
            lamps: of the scene, at most `MOST_SHADOWED`.
            drawables: what stands in the world, and is in the casters' buffer.
        """
        count = min(len(self._names), MOST_SHADOWED)
        size = (_SLOT_WIDTH * count, TILE)
        if self._atlas is None:
            self._atlas = LayeredAtlas(self._context, self._casters, size, of_lamps=True)
        self._atlas.resize(size)
        slots = slots_of([self._names.index(lamp.name) for lamp in lamps], count)
        grids: list[LampGrid] = []
        maps = [self._no_maps(slot) for slot in range(count)]
        stamps = stamps_of(self._casters, np.zeros(len(self._casters.stamps), np.bool_))
        for lamp, slot in zip(lamps, slots, strict=True):
            reached = _reached(lamp, drawables, T_world_objects)
            grid = _grid(lamp, slot * _SLOT_WIDTH, _farthest_m(lamp, reached, T_world_objects))
            shown = np.zeros(len(stamps), np.bool_)
            shown[[drawable.body.instance_id - 1 for drawable in reached]] = True
            maps[slot] = _maps(lamp, grid, np.where(shown, stamps, 0))
            grids.append(grid)
        self._atlas.draw(DepthMaps.joined(maps))
        self._context.gl.disable(moderngl.DEPTH_TEST)
        return grids

    def _no_maps(self, slot: int) -> DepthMaps:
        """Return the maps of a slot that no lamp has."""
        nothing = np.zeros((_MAPS_OF_A_SLOT, len(self._casters.stamps)), np.int64)
        return DepthMaps(
            np.zeros((_MAPS_OF_A_SLOT, 4), np.int64), np.tile(np.eye(4), (_MAPS_OF_A_SLOT, 1, 1)), nothing
        )


def slots_of(numbers: Sequence[int], count: int) -> list[int]:
    """Return which of `count` slots each of some lamps has, told by their numbers in the scene.

    It is the remainder of the number, or the next one that is free: lamps keep theirs as others come and go, all of
    them where there are slots enough for all of the scene.
    """
    taken: dict[int, int] = {}
    for number in sorted(numbers):
        slot = number % count
        while slot in taken.values():
            slot = (slot + 1) % count
        taken[number] = slot
    return [taken[number] for number in numbers]


def _maps(lamp: Lamp, grid: LampGrid, stamps: Stamps) -> DepthMaps:
    """Return the maps of a lamp: its faces, and the rest of its slot, which is empty."""
    T_lamp_world = invert_rigid(lamp.T_world_lamp)
    boxes, clips = np.zeros((_MAPS_OF_A_SLOT, 4), np.int64), np.tile(np.eye(4), (_MAPS_OF_A_SLOT, 1, 1))
    shown = np.zeros((_MAPS_OF_A_SLOT, len(stamps)), np.int64)
    if not grid.is_cube:
        boxes[:2] = (grid.column, 0, TILE, TILE), (grid.column + TILE, 0, _SLOT_WIDTH - TILE, TILE)
    for face in range(6 if grid.is_cube else 1):
        axis, behind = face % 3, face >= 3
        if grid.is_cube:
            boxes[face] = (grid.column + axis * CUBE_TILE, behind * CUBE_TILE, CUBE_TILE, CUBE_TILE)
        if not grid.is_cube or _shows(lamp, axis, behind):
            clips[face], shown[face] = _face_clip(grid, axis, behind) @ T_lamp_world, stamps
    return DepthMaps(boxes, clips, shown)


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


def _reached(lamp: Lamp, drawables: Sequence[Drawable], T_world_objects: FloatArray) -> list[Drawable]:
    """Return the objects whose spheres touch the lamp's cone."""
    if not drawables:
        return []
    places = [drawable.body.instance_id - 1 for drawable in drawables]
    centers = T_world_objects[places][:, :3, 3] - lamp.position_m
    radii = np.array([drawable.radius_m for drawable in drawables])
    distances = np.maximum(np.linalg.norm(centers, axis=1), 1e-9)
    off_axis = np.arccos(np.clip(centers @ lamp.axis_world / distances, -1.0, 1.0))
    widths = np.where(radii < distances, np.arcsin(np.minimum(radii / distances, 1.0)), pi)
    hits = off_axis - widths <= lamp.outer_rad
    return [drawable for drawable, hit in zip(drawables, hits, strict=True) if hit]


def _farthest_m(lamp: Lamp, drawables: Sequence[Drawable], T_world_objects: FloatArray) -> float:
    """Return a distance within which all of some objects are, in steps: little moves do not change it."""
    ends = [
        float(np.linalg.norm(T_world_objects[d.body.instance_id - 1][:3, 3] - lamp.position_m)) + d.radius_m
        for d in drawables
    ]
    return 2.0 ** ceil(log2(max([4 * NEAREST_BLOCKER_M, *ends])))


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
