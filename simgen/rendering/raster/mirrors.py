"""Wet roads and polished floors: the flat, smooth surroundings of a view, and the view as they mirror it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from simgen.geometry import FloatArray
from simgen.records.frame import View
from simgen.rendering.raster.drawables import Drawable, DrawItem

_SMOOTH = 0.3  # roughness below which a floor is taken for a mirror: assumed
_STEEPEST = 0.99  # cosine of the angle between planes that are taken for one
_MOST_UNEVEN_M = 0.03
_FLUSH_M = 5e-3  # off the plane that the paint on a floor may lie: assumed
_MOST_FLUSH = 4  # as in `mirror.glsl`
_CLEARANCE_M = 1e-3  # what lies in the plane itself is not mirrored


@dataclass(frozen=True, slots=True, eq=False)
class Mirror:
    """A plane that mirrors.

    Attributes:
        instance_id: of the body whose upper side it is.
        normal: (3,) unit, world, upwards.
        offset_m: `normal @ p` of its points.
        flush: ids of other bodies in the same plane that mirror too, as the paint on a wet road does; at most four.
    """

    instance_id: int
    normal: FloatArray
    offset_m: float
    flush: tuple[int, ...] = ()

    @property
    def members(self) -> frozenset[int]:
        """Ids of all bodies in the plane, which see nothing of each other in it."""
        return frozenset((self.instance_id, *self.flush))

    def view(self, view: View) -> View:
        """Return the view of the camera's mirror image: it sees at each pixel what the mirror shows there."""
        reflection = np.eye(4)
        reflection[:3, :3] -= 2 * np.outer(self.normal, self.normal)
        reflection[:3, 3] = 2 * self.offset_m * self.normal
        return replace(view, T_world_camera=reflection @ view.T_world_camera, extra_buffers=frozenset())

    def in_camera(self, view: View) -> tuple[float, float, float, float]:
        """Return the plane in a view's frame: `n @ p + d` is above 0 on the side that is mirrored."""
        R, eye = view.T_world_camera[:3, :3], view.T_world_camera[:3, 3]
        a, b, c = (float(v) for v in self.normal @ R)
        return a, b, c, float(self.normal @ eye) - self.offset_m - _CLEARANCE_M

    def uniforms(self, view: View) -> dict[str, object]:
        """Return the uniforms of `mirror.glsl`, by which shaders tell the pixels of the floor and of what is flush."""
        ids = (*self.flush, *[self.instance_id] * (_MOST_FLUSH - len(self.flush)))
        return {
            "mirror_floor": (*self.in_camera(view)[:3], float(self.instance_id)),
            "mirror_flush": tuple(map(float, ids)),
        }


def find_mirror(items: Sequence[DrawItem], view: View) -> Mirror | None:
    """Return the largest floor of a view that mirrors; None where there is none."""
    found = sorted(
        (item for item in items if _may_mirror(item.drawable)), key=lambda item: -item.drawable.radius_m
    )
    for index, item in enumerate(found):
        plane = _plane_of(item, view)
        if plane is None:
            continue
        normal, offset = plane[0], float(plane[0] @ plane[1])
        if float(normal @ view.T_world_camera[:3, 3]) > offset:
            flush = [other.instance_id for other in found[index + 1 :] if _is_flush(other, view, plane)]
            return Mirror(item.instance_id, normal, offset, tuple(flush[:_MOST_FLUSH]))
    return None


def _plane_of(item: DrawItem, view: View) -> tuple[FloatArray, FloatArray] | None:
    """Return the normal and a point of the plane of an item's upper side, world; None where it is not plane."""
    plane, scale = item.drawable.model.upper_side, item.drawable.body.scale
    if plane is None or plane.uneven_m * scale >= _MOST_UNEVEN_M:
        return None
    T = view.T_world_objects[item.instance_id - 1]
    return T[:3, :3] @ plane.normal, T[:3, :3] @ plane.middle_m * scale + T[:3, 3]


def _is_flush(item: DrawItem, view: View, floor: tuple[FloatArray, FloatArray]) -> bool:
    """Return whether an item's upper side lies in the plane of a floor's."""
    plane = _plane_of(item, view)
    if plane is None or float(plane[0] @ floor[0]) < _STEEPEST:
        return False
    tilted_m = item.drawable.radius_m * float(np.linalg.norm(np.cross(plane[0], floor[0])))
    return abs(float(floor[0] @ (plane[1] - floor[1]))) + tilted_m < _FLUSH_M


def _may_mirror(drawable: Drawable) -> bool:
    body = drawable.body
    if body.is_thing:
        return False
    own = body.material.roughness if body.material else None
    return (drawable.model.materials.roughest if own is None else own) < _SMOOTH
