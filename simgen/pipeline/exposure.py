"""Pictures that take time and an aperture: what a camera sees while its shutter is open.

Bodies and what is mounted on them go on from where they are at the frame's instant, mid-exposure, with the velocities
that they have then: a path right to the second order in the time the shutter is open. What gives light and what is
there stays as it is at that instant, and cameras that stand in the world stand still.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from simgen.geometry import FloatArray, invert_rigid, matrix_from_quaternion
from simgen.records.frame import Frame, View
from simgen.records.scene import Aperture, CameraSensor, Scene
from simgen.records.trajectory import Trajectory
from simgen.rendering.exposure import (
    confusion_px,
    instants,
    motion_px,
    places,
    samples_needed,
    seen_from,
)
from simgen.rendering.protocol import SceneRenderer

# Focal lengths: there an image is as large as the thing; a body nearer than that is not sharp
_NEAREST_FOCUS = 2.0


@dataclass(frozen=True, slots=True)
class Exposure:
    """The exposures of one scene's cameras."""

    scene: Scene
    trajectory: Trajectory

    def take(self, session: SceneRenderer, camera: CameraSensor, view: View) -> Frame:
        """Return the frame of a view: its labels of the instant and sharp, its light as the camera takes it in.

        Args:
            session: the scene, opened by a renderer.
            camera: whose view it is.
            view: at a capture frame, from wherever the camera is.
        """
        moves = camera.shutter_s > 0.0 and self._moves(view)
        if not moves and camera.aperture is None:
            return session.render(view)
        frame = session.render(view, lit=False)
        motion = self._motion_px(frame, camera, view) if moves else 0.0
        count = samples_needed(motion, self._confusion_px(frame, camera.aperture, view), camera.blur_samples)
        return replace(frame, radiance=session.light(self.views(camera, view, count)))

    def views(self, camera: CameraSensor, view: View, count: int) -> list[View]:
        """Return so many sharp views whose mean is the picture; of one, the view itself."""
        if count == 1:
            return [view]
        views = [self.at(camera, view, share * camera.shutter_s / 2) for share in instants(count)]
        if camera.aperture is None:
            return views
        focus_m, radius_m = self._focus_m(camera.aperture, view), camera.aperture.diameter_m / 2
        spots = zip(views, places(count) * radius_m, strict=True)
        return [seen_from(each, (float(x), float(y)), focus_m) for each, (x, y) in spots]

    def at(self, camera: CameraSensor, view: View, offset_s: float) -> View:
        """Return a view as it is a little before or after its capture frame, without what only labels need."""
        moves = self._moved(view, offset_s)
        T_world_camera = view.T_world_camera
        if camera.mount:
            mount = self.scene.instance_id(camera.mount) - 1
            carried = moves[mount] @ invert_rigid(view.T_world_objects[mount])
            T_world_camera = carried @ T_world_camera
        return replace(
            view,
            time_s=view.time_s + offset_s,
            T_world_camera=T_world_camera,
            T_world_objects=moves,
            extra_buffers=frozenset(),
            gait=self._gait(view, offset_s),
        )

    def _motion_px(self, frame: Frame, camera: CameraSensor, view: View) -> float:
        """Return how far what is seen moves in the picture while the shutter is open."""
        half_s = camera.shutter_s / 2
        return motion_px(frame, self.at(camera, view, -half_s), self.at(camera, view, half_s))

    def _confusion_px(self, frame: Frame, aperture: Aperture | None, view: View) -> float:
        """Return how large the circles of confusion of what is seen become; 0 without an aperture."""
        if aperture is None:
            return 0.0
        return confusion_px(frame, aperture.diameter_m, self._focus_m(aperture, view))

    def _moves(self, view: View) -> bool:
        """Return whether any body does at this instant."""
        velocities = (self.trajectory.linear_velocities_mps, self.trajectory.angular_velocities_radps)
        return any(np.any(each[view.frame_index]) for each in velocities)

    def _moved(self, view: View, offset_s: float) -> FloatArray:
        """Return (n, 4, 4) `T_world_objects` a little before or after."""
        linear = self.trajectory.linear_velocities_mps[view.frame_index]
        angular = self.trajectory.angular_velocities_radps[view.frame_index]
        T = view.T_world_objects.copy()
        T[:, :3, 3] += linear * offset_s
        turning = np.flatnonzero(np.any(angular, axis=1))
        T[turning, :3, :3] = _turns(angular[turning] * offset_s) @ T[turning, :3, :3]
        return T

    def _gait(self, view: View, offset_s: float) -> FloatArray | None:
        """Return the gait a little before or after; a body goes no farther than it is at the neighbouring frame."""
        if view.gait is None:
            return None
        gait, k = view.gait.copy(), view.frame_index
        gait[:, 0] += gait[:, 1] * offset_s
        neighbour = k + 1 if offset_s > 0 else k - 1
        if 0 <= neighbour < self.trajectory.frame_count:
            reached = self.trajectory.gait_at(neighbour)
            if reached is not None:
                limit = np.minimum if offset_s > 0 else np.maximum
                gait[:, 0] = limit(gait[:, 0], reached[:, 0])
        return gait

    def _focus_m(self, aperture: Aperture, view: View) -> float:
        """Return the depth of the plane in focus; infinite where the body in focus is behind the camera."""
        if not aperture.focus_on:
            return aperture.focus_m
        body = self.scene.instance_id(aperture.focus_on) - 1
        T_camera_world = invert_rigid(view.T_world_camera)
        p_camera = (T_camera_world @ view.T_world_objects[body])[:3, 3]
        depth_m = float(view.intrinsics.depth_of(p_camera[None])[0])
        return max(depth_m, _NEAREST_FOCUS * aperture.focal_length_m) if depth_m > 0 else inf


def _turns(rotation_vectors: FloatArray) -> FloatArray:
    """Return the rotations (n, 3, 3) about vectors (n, 3) by their lengths, radians, right-handed."""
    turns: Sequence[FloatArray] = [_turn(vector) for vector in rotation_vectors]
    return np.stack(turns) if turns else np.zeros((0, 3, 3))


def _turn(vector: FloatArray) -> FloatArray:
    angle = float(np.linalg.norm(vector))
    axis = vector / angle if angle > 0.0 else np.zeros(3)
    return matrix_from_quaternion([np.cos(angle / 2), *(np.sin(angle / 2) * axis)])
