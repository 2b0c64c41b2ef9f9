"""What a camera could see of a body: lines from sample points to the camera against collision shapes.

Never a rendering: the same scene simulates the same whether or not anything is drawn. The body that carries the camera
does not block it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from simgen.assets import AssetLibrary
from simgen.geometry import FloatArray, Quat, Vec3, invert_rigid, transform
from simgen.records.scene import CameraSensor, Scene, SceneObject
from simgen.simulation.shapes import Ball, Box, Part, body_shape

Bools = NDArray[np.bool_]
_GRID = np.array(
    [[x, y, z] for x in (-1, 0, 1) for y in (-1, 0, 1) for z in (-1, 0, 1) if (x, y, z) != (0, 0, 0)], float
)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a camera could see of one body, by the 26 outer points of a 3 x 3 x 3 grid on its box.

    Attributes:
        in_picture: points inside the picture.
        blocked: those of them whose line to the camera meets another body.
    """

    in_picture: int
    blocked: int

    @property
    def visible_share(self) -> float:
        """Unblocked points inside the picture over all points."""
        return (self.in_picture - self.blocked) / len(_GRID)

    @property
    def hidden_share(self) -> float:
        """Blocked points over those inside the picture; 0 where none is."""
        return self.blocked / self.in_picture if self.in_picture else 0.0


class Rays:
    """Lines of sight in one scene; shapes are prepared when a line first comes near them."""

    def __init__(self, scene: Scene, library: AssetLibrary) -> None:
        self._scene, self._library = scene, library
        self._half = np.array([body.size_m for body in scene.objects], float).reshape(-1, 3) / 2
        self._reach = np.linalg.norm(self._half, axis=1)
        self._solids: dict[int, list[_Solid]] = {}
        self._T = np.zeros((len(scene.objects), 4, 4))
        self._present = np.ones(len(scene.objects), bool)
        for row, body in enumerate(scene.objects):
            self._T[row] = body.pose.matrix()
        self._ids = {body.name: body.instance_id for body in scene.objects}

    def place(self, body: int, position_m: Vec3, quaternion_wxyz: Quat, *, present: bool) -> None:
        """Say where a body is now; all begin where the scene puts them."""
        self._T[body - 1] = transform(position_m, quaternion_wxyz)
        self._present[body - 1] = present

    def sight(self, camera: CameraSensor, body: int, frame_index: int = 0) -> Sight:
        """Return what a camera could see of the body with this instance id.

        Args:
            frame_index: chooses among the poses of a camera that has several.
        """
        row = body - 1
        mount = self._ids[camera.mount] - 1 if camera.mount else -1
        T_world_camera = camera.pose_at(frame_index).matrix()
        if mount >= 0:
            T_world_camera = self._T[mount] @ T_world_camera
        points = (_GRID * self._half[row]) @ self._T[row][:3, :3].T + self._T[row][:3, 3]
        seen = points[_in_picture(points, T_world_camera, camera)]
        if not self._present[row] or not len(seen):
            return Sight(0, 0)
        eye = T_world_camera[:3, 3]
        blocked = np.zeros(len(seen), bool)
        for other in self._near(eye, seen):
            if other not in (row, mount):
                blocked |= self._blocked(other, eye, seen)
        return Sight(len(seen), int(blocked.sum()))

    def _near(self, eye: FloatArray, points: FloatArray) -> list[int]:
        """Return the bodies whose ball comes near the bundle of lines."""
        middle = points.mean(axis=0)
        spread = float(np.linalg.norm(points - middle, axis=1).max())
        way = middle - eye
        offset = self._T[:, :3, 3] - eye
        along = np.clip(offset @ way / max(float(way @ way), 1e-12), 0.0, 1.0)
        distance = np.linalg.norm(offset - along[:, None] * way, axis=1)
        return np.flatnonzero(self._present & (distance <= self._reach + spread)).tolist()

    def _blocked(self, row: int, eye: FloatArray, points: FloatArray) -> Bools:
        R, origin = self._T[row][:3, :3], self._T[row][:3, 3]
        start, ends = (eye - origin) @ R, (points - origin) @ R
        blocked = np.zeros(len(points), bool)
        for solid in self._solids_of(row):
            blocked |= solid(start, ends)
        return blocked

    def _solids_of(self, row: int) -> list[_Solid]:
        if row not in self._solids:
            body: SceneObject = self._scene.objects[row]
            parts = body_shape(self._library.collision(body.asset)).parts
            self._solids[row] = [_solid(part, body.scale) for part in parts]
        return self._solids[row]


_Solid = Callable[
    [FloatArray, FloatArray], Bools
]  # (start, ends) in the object frame -> which lines it blocks


def _in_picture(points: FloatArray, T_world_camera: FloatArray, camera: CameraSensor) -> Bools:
    k = camera.intrinsics
    p = points @ (R := invert_rigid(T_world_camera))[:3, :3].T + R[:3, 3]
    depth_m = k.depth_of(p)
    inside = (depth_m > k.near_m) & (depth_m < k.far_m)
    u, v = k.project(p).T
    with np.errstate(invalid="ignore"):
        inside &= (u >= -0.5) & (u < k.width - 0.5) & (v >= -0.5) & (v < k.height - 0.5)
    return inside


def _solid(part: Part, scale: float) -> _Solid:
    if isinstance(part, Ball):
        return _ball(part.center_m * scale, part.radius_m * scale)
    if isinstance(part, Box):
        normals = np.concatenate([np.eye(3), -np.eye(3)])
        half = np.tile(part.half_extents_m, 2)
        return _convex(normals, (normals @ part.center_m + half) * scale)
    equations = ConvexHull(part.vertices_m).equations
    return _convex(equations[:, :3], -equations[:, 3] * scale)


def _convex(normals: FloatArray, offsets: FloatArray) -> _Solid:
    """A convex part by its faces: inside where normals @ x <= offsets."""

    def blocks(start: FloatArray, ends: FloatArray) -> Bools:
        over = offsets - normals @ start  # (faces,) how far the start lies inside each face
        slope = (ends - start) @ normals.T  # (lines, faces)
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = over / slope
        enter = np.where(slope < 0, crossing, 0.0).max(axis=1)
        leave = np.where(slope > 0, crossing, 1.0).min(axis=1)
        outside = ((slope == 0) & (over < 0)).any(axis=1)
        return ~outside & (np.maximum(enter, 0.0) < np.minimum(leave, 1.0))

    return blocks


def _ball(center: FloatArray, radius_m: float) -> _Solid:
    def blocks(start: FloatArray, ends: FloatArray) -> Bools:
        way = ends - start
        along = np.clip((center - start) @ way.T / np.maximum((way * way).sum(axis=1), 1e-12), 0.0, 1.0)
        return np.linalg.norm(start + along[:, None] * way - center, axis=1) < radius_m

    return blocks
