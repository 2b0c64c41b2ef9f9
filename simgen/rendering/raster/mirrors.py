"""Wet roads and polished floors: the flat, smooth surroundings of a view, and the view as they mirror it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from simgen.geometry import FloatArray
from simgen.records.frame import View
from simgen.rendering.raster.drawables import Drawable, DrawItem

_SMOOTH = 0.3  # roughness below which a floor is taken for a mirror: assumed
_STEEPEST = 0.9  # z of the normals of what counts as a floor's upper side
_MOST_UNEVEN_M = 0.03
_CLEARANCE_M = 1e-3  # what lies in the plane itself is not mirrored


@dataclass(frozen=True, slots=True, eq=False)
class Mirror:
    """A plane that mirrors.

    Attributes:
        instance_id: of the body whose upper side it is.
        normal: (3,) unit, world, upwards.
        offset_m: `normal @ p` of its points.
    """

    instance_id: int
    normal: FloatArray
    offset_m: float

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

    def floor_in_camera(self, view: View) -> tuple[float, float, float, float]:
        """Return the normal in a view's frame and the instance id, as shaders tell the floor's pixels."""
        return (*self.in_camera(view)[:3], float(self.instance_id))


def find_mirror(items: Sequence[DrawItem], view: View) -> Mirror | None:
    """Return the largest floor of a view that mirrors; None where there is none."""
    found = [item for item in items if _may_mirror(item.drawable)]
    for item in sorted(found, key=lambda item: -item.drawable.radius_m):
        plane = _upper_side(item.drawable)
        if plane is None:
            continue
        T, scale = view.T_world_objects[item.instance_id - 1], item.drawable.body.scale
        normal = T[:3, :3] @ plane[1]
        offset = float(normal @ (T[:3, :3] @ plane[0] * scale + T[:3, 3]))
        if float(normal @ view.T_world_camera[:3, 3]) > offset:
            return Mirror(item.instance_id, normal, offset)
    return None


def _may_mirror(drawable: Drawable) -> bool:
    body = drawable.body
    if body.is_thing:
        return False
    own = body.material.roughness if body.material else None
    return (drawable.model.materials.roughest if own is None else own) < _SMOOTH


def _upper_side(drawable: Drawable) -> tuple[FloatArray, FloatArray] | None:
    """Return a point and the normal of the plane of all that faces up, object frame; None where it is not plane."""
    level = drawable.model.caster
    corners = level.positions_m[level.triangles.reshape(-1, 3)].astype(float)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    sizes = np.linalg.norm(normals, axis=1)
    up = normals[:, 2] > _STEEPEST * np.maximum(sizes, 1e-12)
    if not up.any():
        return None
    points = corners[up].reshape(-1, 3)
    middle = points.mean(axis=0)
    normal = np.linalg.svd(points - middle, full_matrices=False)[2][2]
    normal = normal * np.sign(normal[2] or 1.0)
    uneven = np.abs((points - middle) @ normal).max() * drawable.body.scale
    return (middle, normal) if uneven < _MOST_UNEVEN_M else None
