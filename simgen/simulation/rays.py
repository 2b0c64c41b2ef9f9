"""What a camera could see of a body: lines from sample points to the camera against collision shapes.

Never a rendering: the same scene simulates the same whether or not anything is drawn. The body that carries the camera
does not block it.

Most convex parts of a scene lie far from the bundle of lines to one body. They are left out by their boxes, all at
once; the faces of a part are found when a bundle first comes near it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.geometry import FloatArray, apply, invert_rigid
from simgen.records.scene import CameraSensor, Scene
from simgen.simulation.parts import PartBoxes
from simgen.simulation.shapes import Ball, Box, Part

Bools = NDArray[np.bool_]
_AXIS = (-1.0, 0.0, 1.0)
_GRID = np.array([[x, y, z] for x in _AXIS for y in _AXIS for z in _AXIS if (x, y, z) != (0, 0, 0)])
_FLAT = 1e-12  # a line that turns to a face by less runs along it


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
    """Lines of sight in one scene."""

    def __init__(self, scene: Scene, library: AssetLibrary) -> None:
        self._boxes = PartBoxes(scene, library)
        self._solids: dict[int, _Convex | _Sphere] = {}
        self._half = np.array([body.size_m for body in scene.objects]).reshape(-1, 3) / 2
        self._T = np.array([body.pose.matrix() for body in scene.objects]).reshape(-1, 4, 4)
        self._present = np.ones(len(scene.objects), bool)
        self._rows = {body.name: row for row, body in enumerate(scene.objects)}

    def place(self, body: int, T_world_object: FloatArray, *, present: bool) -> None:
        """Say where the body with this instance id is now; all begin where the scene puts them."""
        row = body - 1
        self._T[row], self._present[row] = T_world_object, present
        self._boxes.place(row, T_world_object)

    def sight(self, camera: CameraSensor, body: int, frame_index: int = 0) -> Sight:
        """Return what a camera could see of the body with this instance id.

        Args:
            frame_index: chooses among the poses of a camera that has several.
        """
        row = body - 1
        mount = self._rows[camera.mount] if camera.mount else -1
        T_world_camera = camera.pose_at(frame_index).matrix()
        if mount >= 0:
            T_world_camera = self._T[mount] @ T_world_camera
        points = apply(self._T[row], _GRID * self._half[row])
        seen = points[_in_picture(points, T_world_camera, camera)]
        if not self._present[row] or not len(seen):
            return Sight(0, 0)
        return Sight(len(seen), int(self._blocked(T_world_camera[:3, 3], seen, (row, mount)).sum()))

    def _blocked(self, eye: FloatArray, points: FloatArray, free: tuple[int, int]) -> Bools:
        """Return which of the lines from the eye to points (n, 3) meet a body other than the two `free` ones."""
        low, high = np.minimum(points.min(axis=0), eye), np.maximum(points.max(axis=0), eye)
        near = self._boxes.meeting(low, high) & self._present[self._boxes.owners]
        blocked, placed = np.zeros(len(points), bool), -1
        start, ends = eye, points  # in the frame of the body `placed`
        for index in np.flatnonzero(near).tolist():
            owner = int(self._boxes.owners[index])
            if owner in free:
                continue
            if owner != placed:  # parts of one body lie side by side
                T, placed = self._T[owner], owner
                start, ends = (eye - T[:3, 3]) @ T[:3, :3], (points - T[:3, 3]) @ T[:3, :3]
            blocked |= self._solid(index).blocks(start, ends)
            if blocked.all():
                break
        return blocked

    def _solid(self, index: int) -> _Convex | _Sphere:
        if index not in self._solids:
            self._solids[index] = _solid(*self._boxes.parts[index])
        return self._solids[index]


def _in_picture(points: FloatArray, T_world_camera: FloatArray, camera: CameraSensor) -> Bools:
    k = camera.intrinsics
    p = apply(invert_rigid(T_world_camera), points)
    inside = (p[:, 2] > k.near_m) & (p[:, 2] < k.far_m)
    u, v = k.project(p).T
    with np.errstate(invalid="ignore"):
        inside &= (u >= -0.5) & (u < k.width - 0.5) & (v >= -0.5) & (v < k.height - 0.5)
    return inside


@dataclass(frozen=True, slots=True, eq=False)
class _Convex:
    """A convex part by its faces, object frame: inside where normals @ x <= offsets."""

    normals: FloatArray
    offsets: FloatArray

    def blocks(self, start: FloatArray, ends: FloatArray) -> Bools:
        """Return which lines from `start` to `ends` (n, 3) pass through it (Cyrus and Beck, 1978)."""
        over = self.offsets - self.normals @ start  # (faces,) how far the start lies inside each face
        slope = (ends - start) @ self.normals.T  # (lines, faces)
        along = np.abs(slope) < _FLAT
        crossing = over / np.where(along, 1.0, slope)
        enter = np.where(slope <= -_FLAT, crossing, 0.0).max(axis=1)
        leave = np.where(slope >= _FLAT, crossing, 1.0).min(axis=1)
        outside = (along & (over < 0.0)).any(axis=1)
        return ~outside & (np.maximum(enter, 0.0) < np.minimum(leave, 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class _Sphere:
    """A ball, object frame."""

    center_m: FloatArray
    radius_m: float

    def blocks(self, start: FloatArray, ends: FloatArray) -> Bools:
        """Return which lines from `start` to `ends` (n, 3) pass through it."""
        way = ends - start
        squares = np.maximum((way * way).sum(axis=1), _FLAT)
        along = np.clip(way @ (self.center_m - start) / squares, 0.0, 1.0)
        return np.linalg.norm(start + along[:, None] * way - self.center_m, axis=1) < self.radius_m


def _solid(part: Part, scale: float) -> _Convex | _Sphere:
    if isinstance(part, Ball):
        return _Sphere(part.center_m * scale, part.radius_m * scale)
    if isinstance(part, Box):
        normals = np.concatenate([np.eye(3), -np.eye(3)])
        return _Convex(normals, (normals @ part.center_m + np.tile(part.half_extents_m, 2)) * scale)
    from scipy.spatial import ConvexHull  # here: most scenes start without SciPy

    equations = ConvexHull(part.vertices_m).equations
    return _Convex(equations[:, :3], -equations[:, 3] * scale)
