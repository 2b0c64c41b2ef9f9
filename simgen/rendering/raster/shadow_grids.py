"""Where the depth maps of suns and of the surroundings' light lie in the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray, Vec3, box_corners
from simgen.records.frame import View
from simgen.rendering.raster.drawables import Drawable

_PIECES = 8  # that the borders of a picture through a lens are cut into
_BULGE = 1.05  # how far beyond points on it such a picture may reach
SUN_TILE = 768
# Grids lie on steps of so many parts of a scene's width (to the next power of two below): bodies that move a little
# leave them where they are, so that maps of what rests stay what they are.
_WIDTH_STEPS, _DEPTH_STEPS, _SOFT_STEPS = 16, 2, 32
_WIDER = 1.02  # than what is on it: `shadow.glsl` reads nothing at the border
_HALF_STEPS = 16  # widths of soft tiles between one and its double
_VIEW_STEPS = 16  # parts of a level's width that its middle moves by
_LEVEL_INSIDE = 0.88  # of a level's width: nearer to its border `shadow.glsl` asks the next
SOFT_TILE = 160


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

    @property
    def sides(self) -> FloatArray:
        """(2, 3) unit, world: along x and y of the map."""
        rows = self.tile_from_world[:2, :3]
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@dataclass(frozen=True, slots=True, eq=False)
class SunLevel:
    """A square seen from a sun, in a finer depth map than that of the whole scene.

    Attributes:
        center_m: (2,) of it, along the two sides of the sun's grid.
        width_m: of it.
    """

    center_m: FloatArray
    width_m: float


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


def sun_grid(
    direction_world: Vec3, near_m: FloatArray, everything_m: FloatArray, *, is_far: bool = False
) -> SunGrid:
    """Return the grid of a sun: as wide as the near points, as deep as everything.

    Args:
        direction_world: unit, towards the light.
        near_m: (n, 3) points whose shadows must be sharp.
        everything_m: (m, 3) points that may cast one.
        is_far: whether what is near a camera has finer maps: then it stays longer where it is, as bodies move.
    """
    w = np.asarray(direction_world, dtype=float)
    u, v = _sides(w)
    low, high = _on_steps(near_m @ np.column_stack([u, v]), _WIDTH_STEPS // 2 if is_far else _WIDTH_STEPS)
    width = float((high - low).max())
    center, half = _square_around(low, high) + width / 2, width / 2 * _WIDER
    bottom, top = (float(end[0]) for end in _on_steps((everything_m @ w)[:, None], _DEPTH_STEPS))
    T = np.eye(4)
    T[0, :3], T[1, :3], T[2, :3] = u / half, v / half, -w / (top - bottom)
    T[:2, 3] = -center / half
    T[2, 3] = top / (top - bottom)
    return SunGrid(T, 2 * half / SUN_TILE, top - bottom)


def _square_around(low: FloatArray, high: FloatArray) -> FloatArray:
    """Return the lowest corner (k,) of the smallest square around a box.

    Along sides of the box that are shorter the square has room: there it lies on steps as wide as that.
    """
    room = (high - low).max() - (high - low)
    steps = 2.0 ** np.floor(np.log2(np.maximum(room, 1e-9)))
    return np.where(room > 0, np.floor(low / steps) * steps, low)


def _on_steps(points: FloatArray, steps: int) -> tuple[FloatArray, FloatArray]:
    """Return the lowest and highest corner (k,) of a box around points (n, k) whose sides lie on even steps."""
    low, high = points.min(axis=0), points.max(axis=0)
    step = 2.0 ** np.floor(np.log2(max(float((high - low).max()), 1e-3))) / steps
    # A point on a step is a hair inside: where it is rounded to must not decide.
    return np.floor(low / step - 1e-3) * step, np.ceil(high / step + 1e-3) * step


def sun_level(grid: SunGrid, center_m: FloatArray, radius_m: float) -> SunLevel:
    """Return the level around a sphere (world).

    Its middle moves by whole texels, so that shadows stand still as cameras move, and by many at once.
    """
    width = 2 * radius_m
    step = width / _VIEW_STEPS
    return SunLevel(np.round(grid.sides @ center_m / step) * step, width)


def level_around(grid: SunGrid, points_m: FloatArray) -> SunLevel:
    """Return the level around points (n, 3), world."""
    low, high = _on_steps(points_m @ grid.sides.T, _WIDTH_STEPS)
    width = float((high - low).max())
    return SunLevel(_square_around(low, high) + width / 2, width * _WIDER / _LEVEL_INSIDE)


def level_from_world(grid: SunGrid, level: SunLevel) -> FloatArray:
    """Return the (4, 4) matrix world -> x, y in -1..1 in a level, z as in the grid."""
    T = grid.tile_from_world.copy()
    T[:2, :3] = grid.sides * (2 / level.width_m)
    T[:2, 3] = level.center_m * (-2 / level.width_m)
    return T


def slice_of_view(view: View, near_m: float, far_m: float) -> tuple[FloatArray, float]:
    """Return centre (3,) and radius of the sphere around what a camera sees between two depths, world frame."""
    corners = _points_seen(view.intrinsics, near_m, far_m)
    center = corners.mean(axis=0)
    radius = float(np.linalg.norm(corners - center, axis=1).max())
    return view.T_world_camera[:3, :3] @ center + view.T_world_camera[:3, 3], radius


def _points_seen(camera: Intrinsics, near_m: float, far_m: float) -> FloatArray:
    """Return (n, 3) points at two depths around all that a camera sees between them, camera frame."""
    pieces = 2 if camera.lens is None else _PIECES + 1
    far_m *= 1.0 if camera.lens is None else _BULGE
    across, down = (np.linspace(-0.5, size - 0.5, pieces) for size in (camera.width, camera.height))
    u, v = np.repeat(across, pieces), np.tile(down, pieces)
    rays = camera.directions(u, v)
    known = np.isfinite(rays[:, 0])
    starts = camera.starts(u, v)[known]
    return np.concatenate([starts + rays[known] * depth for depth in (near_m, far_m)])


def nearest_depth_m(view: View, centers_m: FloatArray, radii_m: FloatArray) -> float:
    """Return a depth before which no sphere (n, 3), (n,) begins that the camera may see: 0, 4, 8, 16 and so on.

    Steps keep it the same from one frame to the next.
    """
    centers = (centers_m - view.T_world_camera[:3, 3]) @ view.T_world_camera[:3, :3]
    ahead = view.intrinsics.depth_of(centers)
    seen = ahead + radii_m > 0
    nearest = float((ahead - radii_m)[seen].min()) if seen.any() else 0.0
    return 2.0 ** np.floor(np.log2(nearest)) if nearest >= 4 else 0.0


def soft_blockers(
    drawables: Sequence[Drawable], T_world_objects: FloatArray, enclosing: frozenset[int] = frozenset()
) -> list[Drawable]:
    """Return what blocks the surroundings' light: things, and surroundings that lie below them (floor, table).

    Walls and ceilings do not, and none of the bodies with these ids, between which light is known: see `rooms.py`.
    """
    drawables = [drawable for drawable in drawables if drawable.body.instance_id not in enclosing]
    things = corners_of([drawable for drawable in drawables if drawable.body.is_thing], T_world_objects)
    if len(things) == 0:
        return []
    middle = float(things[:, 2].mean())
    return [
        drawable
        for drawable in drawables
        if drawable.body.is_thing or float(corners_of([drawable], T_world_objects)[:, 2].max()) < middle
    ]


def soft_grid(directions: FloatArray, things_m: FloatArray, blockers_m: FloatArray) -> SoftGrid:
    """Return the grids of the soft directions (32, 3): as wide as the things, as deep as all blockers.

    Args:
        directions: unit, towards the light.
        things_m: (n, 3) corners of the things.
        blockers_m: (m, 3) corners of all that blocks.
    """
    if len(things_m) == 0 or len(blockers_m) == 0:
        nothing = np.zeros((len(directions), 4))
        return SoftGrid(directions, np.zeros(3), 0.0, 0.0, nothing, nothing)
    low, high = _on_steps(things_m, _SOFT_STEPS)
    center = (low + high) / 2
    radius = float(np.linalg.norm(things_m - center, axis=1).max()) * (1 + 4 / SOFT_TILE)
    depth = float(_up(np.linalg.norm(blockers_m - center, axis=1).max() * 1.001, 2))
    sides = np.stack(_sides(directions), axis=1)
    # Each tile is as narrow as what it shows: things on a table are wide but low.
    reach = np.abs((things_m - center) @ sides.transpose(0, 2, 1)).max(axis=1)
    half = _up(np.maximum(reach * (1 + 2 / SOFT_TILE), 1e-3), _HALF_STEPS)
    u, v = (sides[:, side] / half[:, side, None] for side in (0, 1))
    return SoftGrid(
        directions,
        center,
        radius,
        depth,
        np.column_stack([u, -u @ center]),
        np.column_stack([v, -v @ center]),
    )


def _up(lengths: FloatArray, steps: int) -> FloatArray:
    """Return the next greater powers of 2 ** (1 / steps)."""
    return 2.0 ** (np.ceil(np.log2(lengths) * steps) / steps)


def soft_clips(grid: SoftGrid) -> FloatArray:
    """Return the (32, 4, 4) matrices world -> clip space of the maps; without casters, those of nothing."""
    toward = -grid.directions / (grid.depth_m or 1.0)
    away = np.column_stack([toward, -toward @ grid.center_m])
    last = np.broadcast_to((0.0, 0.0, 0.0, 1.0), away.shape)
    return np.stack([grid.side_u, grid.side_v, away, last], axis=1)


def _sides(w: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return two unit vectors (..., 3) that span the planes across unit vectors (..., 3)."""
    helper = np.where(np.abs(w[..., 2:]) < 0.9, (0.0, 0.0, 1.0), (1.0, 0.0, 0.0))
    across: FloatArray = np.cross(helper, w)
    u: FloatArray = across / np.linalg.norm(across, axis=-1, keepdims=True)
    return u, np.cross(w, u)


def corners_of(drawables: Sequence[Drawable], T_world_objects: FloatArray) -> FloatArray:
    """Return the corners of all boxes (8 n, 3), world."""
    if not drawables:
        return np.zeros((0, 3))
    half = np.array([drawable.model.half_size_m * drawable.body.scale for drawable in drawables])
    T = T_world_objects[[drawable.body.instance_id - 1 for drawable in drawables]]
    boxes = box_corners(np.full(3, 2.0)) * half[:, None]
    return (boxes @ T[:, :3, :3].transpose(0, 2, 1) + T[:, None, :3, 3]).reshape(-1, 3)
