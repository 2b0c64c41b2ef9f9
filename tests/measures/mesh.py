"""Depth, normals and object coordinates against the mesh itself: every pixel's ray cast through every triangle.

Knows no renderer: Möller and Trumbore, "Fast, minimum storage ray/triangle intersection" (1997), in double precision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import pi

import numpy as np
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.camera import Intrinsics
from simgen.geometry import FloatArray, Pose, Quat, Vec3, apply, invert_rigid, look_at, quaternion_about_axis
from simgen.records.asset import AssetRef
from simgen.records.frame import Frame, View
from simgen.records.scene import CameraSensor, Scene, SceneObject
from tests.builders import box, floor, make_scene
from tests.measures.edges import Mask, inside

_CHUNK = 1 << 21  # rays times triangles at a time


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """What the rays of a picture meet first: (h, w, ...), NaN and 0 where nothing."""

    depth_m: FloatArray
    instance_id: NDArray[np.int64]
    object_coordinates_m: FloatArray
    normals_camera: FloatArray


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The largest differences between a frame and the mesh, of pixels inside surfaces.

    Attributes:
        depth: relative.
        coordinates_px: of object coordinates, in widths of a pixel there.
        normals_rad: angle.
        together_px: of object coordinates carried to the camera, from the point that depth says, in pixels.
        pixels: compared.
    """

    depth: float
    coordinates_px: float
    normals_rad: float
    together_px: float
    pixels: int


def mesh_scene() -> Scene:
    """Return bodies of few triangles, flat and smooth, scaled and turned, before a tilted camera."""
    turn = quaternion_about_axis((0.36, 0.48, 0.8), 1.1)
    things = [
        floor(),
        box((0.2, 0.1, 0.15), at=(0.1, 0.0, 0.075), quaternion_wxyz=quaternion_about_axis((0, 0, 1), 0.6)),
        _thing("sphere", (0.2, 0.14, 0.1), {"subdivisions": 3}, (-0.16, 0.1, 0.12), 1.3, turn),
        _thing("cylinder", (0.1, 0.1, 0.2), {"sections": 48}, (0.0, -0.2, 0.12), 0.9, turn),
        _thing("box", (0.1, 0.1, 0.1), {}, (0.25, -0.2, 0.1), 1.1, turn),
    ]
    eye = Pose.from_matrix(look_at((0.9, -0.7, 0.8), (0.0, 0.0, 0.08)))
    lens = Intrinsics(128, 96, 171.25, 168.5, 62.3, 47.9)
    return make_scene(things, [CameraSensor("tilted", lens, (eye,))])


def _thing(
    shape: str, size_m: Vec3, detail: dict[str, int], at: Vec3, scale: float, turn: Quat
) -> SceneObject:
    asset = AssetRef(f"procedural/{shape}", tuple(sorted([*detail.items(), ("size_m", size_m)])))
    body = box(at=at, quaternion_wxyz=turn, scale=scale)
    x, y, z = size_m
    return replace(body, asset=asset, size_m=(scale * x, scale * y, scale * z))


def cast_meshes(view: View, scene: Scene, library: AssetLibrary) -> Hits:
    """Return what the rays of a view meet of the finest meshes of a scene."""
    rays = view.intrinsics.rays().reshape(-1, 3)
    best, ids = np.full(len(rays), np.inf), np.zeros(len(rays), np.int64)
    coordinates, normals = np.full((len(rays), 3), np.nan), np.full((len(rays), 3), np.nan)
    for body, T_world_object in zip(scene.objects, view.T_world_objects, strict=True):
        T_object_camera = invert_rigid(T_world_object) @ view.T_world_camera
        eye, ahead = T_object_camera[:3, 3], rays @ T_object_camera[:3, :3].T
        for part in library.load(body.asset).model.lods[0]:
            corners = body.scale * part.positions_m.astype(float)[part.triangles]
            near = np.flatnonzero(_may_meet(eye, ahead, corners))
            depth, triangle, weights = _first_hits(eye, ahead[near], corners)
            nearer = depth < best[near]
            at = near[nearer]
            best[at], ids[at] = depth[nearer], body.instance_id
            coordinates[at] = eye + depth[nearer, None] * ahead[at]
            facing = part.normals.astype(float)[part.triangles[triangle[nearer]]]
            blended = np.einsum("nk,nkc->nc", weights[nearer], facing)
            blended /= np.linalg.norm(blended, axis=1, keepdims=True)
            normals[at] = blended @ T_object_camera[:3, :3]
    h, w = view.intrinsics.height, view.intrinsics.width
    towards = np.where(((normals * rays).sum(axis=1) > 0)[:, None], -normals, normals)
    depth_m = np.where(np.isfinite(best), best, np.nan)
    return Hits(
        depth_m.reshape(h, w), ids.reshape(h, w), coordinates.reshape(h, w, 3), towards.reshape(h, w, 3)
    )


def _may_meet(eye: FloatArray, ahead: FloatArray, corners: FloatArray) -> Mask:
    """Return which rays pass through the sphere around a mesh."""
    middle = (corners.min(axis=(0, 1)) + corners.max(axis=(0, 1))) / 2
    radius = np.linalg.norm(corners - middle, axis=2).max() * 1.001
    apart = np.linalg.norm(np.cross(middle - eye, ahead), axis=1) / np.linalg.norm(ahead, axis=1)
    return apart <= radius


def _first_hits(
    eye: FloatArray, ahead: FloatArray, corners: FloatArray
) -> tuple[FloatArray, NDArray[np.intp], FloatArray]:
    """Return, per ray: distance along it (infinite: none), triangle, and its barycentric weights (n, 3)."""
    depth, triangle = np.full(len(ahead), np.inf), np.zeros(len(ahead), np.intp)
    weights = np.zeros((len(ahead), 3))
    a, ab, ac = corners[:, 0], corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    normal, across = np.cross(ab, ac), eye - a
    step = max(1, _CHUNK // len(corners))
    for first in range(0, len(ahead), step):
        some = ahead[first : first + step]
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = -1.0 / (some @ normal.T)
            t = (across * normal).sum(axis=1) * scale
            turned = np.cross(across, some[:, None, :])
            u = (turned * ac).sum(axis=2) * scale
            v = -(turned * ab).sum(axis=2) * scale
        hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (t > 0)
        t = np.where(hit, t, np.inf)
        found = t.argmin(axis=1)
        row = np.arange(len(some))
        depth[first : first + step], triangle[first : first + step] = t[row, found], found
        u, v = u[row, found], v[row, found]
        weights[first : first + step] = np.column_stack([1 - u - v, u, v])
    return depth, triangle, weights


def disagreement(frame: Frame, truth: Hits) -> Disagreement:
    """Return how far a frame's buffers are from the meshes of its scene and from each other."""
    compared = _comparable(frame, truth)
    fx = frame.view.intrinsics.fx
    depth = truth.depth_m[compared]
    assert frame.object_coordinates_m is not None
    apart = frame.object_coordinates_m.astype(float)[compared] - truth.object_coordinates_m[compared]
    cosine = (frame.normals_camera.astype(float)[compared] * truth.normals_camera[compared]).sum(axis=1)
    return Disagreement(
        depth=float(np.abs(frame.depth_m[compared] / depth - 1).max()),
        coordinates_px=float((np.linalg.norm(apart, axis=1) * fx / depth).max()),
        normals_rad=float(np.arccos(np.clip(cosine, -1, 1)).max()),
        together_px=_together_px(frame, compared),
        pixels=int(compared.sum()),
    )


def _comparable(frame: Frame, truth: Hits) -> Mask:
    """Return pixels of one surface in both, no crease among their neighbours: there rounding picks the side."""
    same = inside(truth.instance_id, truth.depth_m) & (truth.instance_id > 0)
    turn = np.zeros(same.shape)
    for axis in (0, 1):
        for step in (-1, 1):
            beside = np.roll(truth.normals_camera, step, axis=axis)
            turn = np.fmax(turn, np.arccos(np.clip((beside * truth.normals_camera).sum(axis=-1), -1, 1)))
    return same & (turn < pi / 16) & (frame.instance_id == truth.instance_id)


def _together_px(frame: Frame, compared: Mask) -> float:
    assert frame.object_coordinates_m is not None
    points = frame.view.intrinsics.unproject(frame.depth_m)
    T_camera_world = invert_rigid(frame.view.T_world_camera)
    found = 0.0
    for index, T_world_object in enumerate(frame.view.T_world_objects):
        at = compared & (frame.instance_id == index + 1)
        carried = apply(T_camera_world @ T_world_object, frame.object_coordinates_m[at].astype(float))
        off = np.linalg.norm(carried - points[at], axis=1) * frame.view.intrinsics.fx / points[at][:, 2]
        found = max(found, float(off.max(initial=0.0)))
    return found
