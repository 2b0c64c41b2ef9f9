"""What stands wholly in the shadow of something flat casts no shadow of its own, and need not be drawn into depth maps.

Walls hide a room from a low sun, a table top hides what stands on it from the light of the floor. The maps stay what
they are, texel by texel: only what lies behind the nearest surface everywhere is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray
from simgen.rendering.raster.drawables import Drawable
from simgen.rendering.raster.shadow_grids import corners_of

_MOST_FACES = 12  # the largest: of a room's four walls two count each
_STEEP = 1e-3  # cosine: a face that is seen from its edge hides nothing


def hidden(
    drawables: Sequence[Drawable],
    before: Sequence[Drawable],
    T_world_objects: FloatArray,
    directions: FloatArray,
    margin_m: float,
) -> NDArray[np.bool_]:
    """Return (d, n) which of n objects nothing can be seen of from a direction.

    Args:
        before: those whose flat faces may hide them.
        directions: (d, 3) unit, towards the light.
        margin_m: how far inside of a face's outline an object must be: a texel.
    """
    faces = _faces(before, T_world_objects)
    if 0 in (len(faces), len(drawables), len(directions)):
        return np.zeros((len(directions), len(drawables)), np.bool_)
    planes, shifts = _shadows_of(faces, directions, margin_m)
    centers = _poses(drawables, T_world_objects)[:, :3, 3]
    # Of the faces that hide an object's middle, the one nearest to the light is most likely to hide all of it.
    ahead = (planes.reshape(-1, 3) @ centers.T).reshape(*planes.shape[:3], -1) - shifts[..., None]
    depth = np.where((ahead > 0).all(axis=2), ahead[:, :, 4], 0.0)  # (d, f, n)
    best = depth.argmax(axis=1)
    rows = np.arange(len(directions))[:, None]
    corners = corners_of(drawables, T_world_objects).reshape(-1, 8, 3).transpose(0, 2, 1)
    inside = (planes[rows, best] @ corners > shifts[rows, best][..., None]).all(axis=(2, 3))
    is_rigid = np.array([drawable.model.is_rigid for drawable in drawables])
    return inside & (depth.max(axis=1) > 0) & is_rigid


def _faces(before: Sequence[Drawable], T_world_objects: FloatArray) -> FloatArray:
    """Return the largest faces (f, 4, 3), world."""
    able = [drawable for drawable in before if len(drawable.model.flat_faces_m)]
    if not able:
        return np.zeros((0, 4, 3))
    placed = [
        (drawable.model.flat_faces_m * drawable.body.scale) @ T[:3, :3].T + T[:3, 3]
        for drawable, T in zip(able, _poses(able, T_world_objects), strict=True)
    ]
    faces = np.concatenate(placed)
    areas = np.linalg.norm(np.cross(faces[:, 2] - faces[:, 0], faces[:, 3] - faces[:, 1]), axis=1)
    return faces[np.argsort(-areas, kind="stable")[:_MOST_FACES]]


def _shadows_of(faces: FloatArray, directions: FloatArray, margin_m: float) -> tuple[FloatArray, FloatArray]:
    """Return planes (d, f, 5, 3) and where they lie (d, f, 5): ahead of all five, a point is in the shadow of a face.

    The first four are those of its outline, the last one is its own.
    """
    edges = np.roll(faces, -1, axis=1) - faces
    normals = np.cross(edges[:, 0], edges[:, 1])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    towards = directions @ normals.T
    turn = np.where(towards > 0, 1.0, -1.0)[:, :, None, None]
    inwards = np.cross(directions[:, None, None], edges[None]) * turn
    inwards /= np.maximum(np.linalg.norm(inwards, axis=3, keepdims=True), 1e-12)
    planes = np.concatenate([inwards, -normals[None, :, None] * turn], axis=2)
    shifts = (planes * np.concatenate([faces, faces[:, :1]], axis=1)).sum(axis=3)
    shifts[:, :, :4] += margin_m
    shifts[np.abs(towards) < _STEEP] = np.inf
    return planes, shifts


def _poses(drawables: Sequence[Drawable], T_world_objects: FloatArray) -> FloatArray:
    return T_world_objects[[drawable.body.instance_id - 1 for drawable in drawables]]
