"""What stands around the things of a scene: walls, floors, ceilings, the sides of a bin. Found once a scene.

Only bodies that never move count, at the places that the scene gives them, so that every frame finds the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from simgen.geometry import FloatArray, spread_directions
from simgen.rendering.raster.drawables import Drawable
from simgen.rendering.raster.furniture import Boxes, boxes_of
from simgen.rendering.raster.ray_casts import NO_TRIANGLE, Hits, Mesh

_RAYS, _LEVEL_RAYS = 256, 32
# Assumed: what is a tenth as thick as wide is a wall or a floor, if it is wide against what is spread between them.
_FLAT, _WIDE = 0.1, 0.3
_MOST_REACH_M = 60.0  # things spread farther stand in the open: few probes say little of so wide a place
_RISES = 0.1  # how high above the things' middle something must reach to close anything, against how far they spread
_AROUND = 0.75  # of level rays that a body must meet to stand around all things by itself
# Of the upper half of directions; what is more open than that lets light pass as in the open
_LEAST_CLOSED = 0.25
_MOST_TRIANGLES, _MOST_OF_A_BODY = 400, 1200  # a wood is no wall
_THIN_M2 = 1e-8
# Share of light that a surface of no colour of its own mirrors: about 4 %, more at grazing angles
_SHEEN = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Shell:
    """Surfaces that light may meet on its way to the things.

    Attributes:
        mesh: triangles, world, without those whose backs are all that can be seen.
        albedo_rgb: (t, 3) share of light that each sends on.
        members: ids of the bodies they belong to.
    """

    mesh: Mesh
    albedo_rgb: FloatArray
    members: frozenset[int]


@dataclass(frozen=True, slots=True, eq=False)
class Enclosure:
    """A space that is closed in part, with the things somewhere in it.

    Attributes:
        middle_m: (3,) world, among the things.
        low_m: (3,) corner of the box around what can be seen from the middle.
        high_m: (3,) the opposite corner.
        furniture: boxes of the largest things in it that never move.
    """

    shell: Shell
    middle_m: FloatArray
    low_m: FloatArray
    high_m: FloatArray
    furniture: Boxes

    @property
    def corners_m(self) -> FloatArray:
        """(8, 3) of the box."""
        low, high = self.low_m, self.high_m
        return np.array(
            [[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])]
        )


def find_enclosure(drawables: Sequence[Drawable]) -> Enclosure | None:
    """Return what stands around the things of a scene; None where they stand in the open."""
    still = [drawable for drawable in drawables if _is_still(drawable)]
    flat = [drawable for drawable in still if _is_flat(drawable)]
    inside = [drawable for drawable in drawables if drawable.body.is_thing and drawable not in flat]
    if not inside:
        return None
    middle = _middle_m(inside)
    reach = float(np.sort(np.ptp([drawable.body.pose.position_m for drawable in inside], axis=0))[1])
    if reach > _MOST_REACH_M:
        return None
    bodies = [drawable for drawable in flat if _second(drawable) >= _WIDE * reach]
    # A cup alone does not stand around itself: only what holds things that move can.
    moves = any(drawable.body.motion != "static" for drawable in inside)
    hollow = [drawable for drawable in still if drawable not in flat] if moves else []
    around = [drawable for drawable in hollow if _stands_around(drawable, middle)]
    if not around and all(_top_m(drawable) < middle[2] + _RISES * reach for drawable in bodies):
        return None  # a road has floors alone
    shell = _shell([*bodies, *around])
    if shell is None:
        return None
    return _enclosure(shell, middle, boxes_of(_furniture(drawables, shell)))


def seen_alone(shell: Shell, hits: Hits) -> tuple[Shell, Hits]:
    """Return a shell without triangles that none of some rays met, and what the rays met of it."""
    seen = np.unique(hits.triangle[hits.triangle != NO_TRIANGLE])
    if len(seen) == 0:
        return shell, hits
    place = np.append(
        np.searchsorted(seen, np.arange(len(shell.albedo_rgb))), NO_TRIANGLE
    )  # the last one: of none
    rest = Shell(Mesh(shell.mesh.corners_m[seen]), shell.albedo_rgb[seen], shell.members)
    return rest, Hits(hits.distance_m, place[hits.triangle], hits.outside)


def _enclosure(shell: Shell, middle: FloatArray, furniture: Boxes) -> Enclosure | None:
    level = _level_directions()
    directions = np.concatenate([spread_directions(_RAYS), level])
    hits = shell.mesh.cast(middle, directions)
    met = hits.outside
    if float(met[:_RAYS][directions[:_RAYS, 2] > 0].mean()) < _LEAST_CLOSED:
        return None
    points = middle + directions[met] * hits.distance_m[met, None]
    low, high = points.min(axis=0), points.max(axis=0)
    # Rays end below the top of a wall; its corners tell where that is.
    tops = shell.mesh.corners_m[hits.triangle[met]].reshape(-1, 3)[:, 2]
    high[2] = min(float(tops.max()), 2 * high[2] - middle[2])
    whole = Enclosure(shell, middle, low, high, furniture)
    return replace(whole, shell=_facing(shell, whole.corners_m))


def _furniture(drawables: Sequence[Drawable], shell: Shell) -> list[Drawable]:
    """Return the things that never move, however many triangles they have."""
    return [
        drawable
        for drawable in drawables
        if drawable.body.is_thing and _stays(drawable) and drawable.body.instance_id not in shell.members
    ]


def _facing(shell: Shell, corners_m: FloatArray) -> Shell:
    """Return a shell without triangles that turn their backs to all of a box, which has these corners (8, 3)."""
    mesh = shell.mesh
    ahead = corners_m @ mesh.normals.T - (mesh.normals * mesh.corners_m[:, 0]).sum(axis=1)
    kept = ahead.max(axis=0) > 1e-3 * float(np.ptp(corners_m, axis=0).max())
    return Shell(Mesh(mesh.corners_m[kept]), shell.albedo_rgb[kept], shell.members)


def _shell(bodies: Sequence[Drawable]) -> Shell | None:
    corners, albedos = [np.zeros((0, 3, 3))], [np.zeros((0, 3))]
    for drawable in bodies:
        T = _place(drawable)
        for part, albedo in zip(drawable.model.caster_submeshes, _albedos(drawable), strict=True):
            points = part.positions_m[part.triangles] @ (T[:3, :3].T * drawable.body.scale) + T[:3, 3]
            corners.append(points.astype(float))
            albedos.append(np.broadcast_to(albedo, (len(points), 3)))
    triangles, colours = np.concatenate(corners), np.concatenate(albedos)
    across = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    areas = np.linalg.norm(across, axis=1) / 2
    largest = np.sort(np.argsort(-areas, kind="stable")[:_MOST_TRIANGLES])
    kept = largest[areas[largest] > _THIN_M2]
    if len(kept) == 0:
        return None
    members = frozenset(drawable.body.instance_id for drawable in bodies)
    return Shell(Mesh(triangles[kept]), colours[kept], members)


def _albedos(drawable: Drawable) -> list[FloatArray]:
    """Return (3,) for each part of a model, as the scene changes its colours."""
    change = drawable.body.material
    found: list[FloatArray] = []
    for part in drawable.model.caster_submeshes:
        colour = drawable.model.materials.mean_rgb(part.material)
        if change is not None and change.base_color_rgb is not None:
            colour = np.asarray(change.base_color_rgb, dtype=float)
        if change is not None and change.tint_rgb is not None:
            colour = colour * np.asarray(change.tint_rgb)
        found.append(np.clip(colour, 0.0, 1.0) * (1 - _SHEEN) + _SHEEN)
    return found


def _stands_around(drawable: Drawable, middle: FloatArray) -> bool:
    """Return whether a body by itself stands around a point, as a bin does."""
    T = _place(drawable)
    half = drawable.model.half_size_m * drawable.body.scale
    if (np.abs((middle - T[:3, 3]) @ T[:3, :3]) >= half).any():
        return False
    shell = _shell([drawable])
    return shell is not None and float(shell.mesh.cast(middle, _level_directions()).outside.mean()) >= _AROUND


def _level_directions() -> FloatArray:
    around = np.arange(_LEVEL_RAYS) * (2 * np.pi / _LEVEL_RAYS)
    return np.column_stack([np.cos(around), np.sin(around), np.zeros(_LEVEL_RAYS)])


def _middle_m(inside: Sequence[Drawable]) -> FloatArray:
    """Return a point low among the things that move, or among all where none does."""
    moving = [drawable for drawable in inside if drawable.body.motion != "static"] or inside
    places = np.array([drawable.body.pose.position_m for drawable in moving])
    return np.array([*places[:, :2].mean(axis=0), float(np.quantile(places[:, 2], 0.25))])


def _is_still(drawable: Drawable) -> bool:
    return (
        _stays(drawable)
        and sum(len(part.triangles) for part in drawable.model.caster_submeshes) <= _MOST_OF_A_BODY
    )


def _stays(drawable: Drawable) -> bool:
    return drawable.body.motion == "static" and drawable.body.present


def _is_flat(drawable: Drawable) -> bool:
    thinnest, second = np.sort(drawable.model.half_size_m)[:2]
    return bool(thinnest <= _FLAT * second)


def _second(drawable: Drawable) -> float:
    return float(np.sort(drawable.model.half_size_m)[1]) * 2 * drawable.body.scale


def _top_m(drawable: Drawable) -> float:
    T, half = _place(drawable), drawable.model.half_size_m * drawable.body.scale
    return float(T[2, 3] + np.abs(T[2, :3]) @ half)


def _place(drawable: Drawable) -> FloatArray:
    return drawable.body.pose.matrix()
