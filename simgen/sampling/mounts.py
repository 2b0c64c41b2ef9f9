"""Cameras and lamps fixed to a body: from the body's front, left and top to its object frame."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simgen.geometry import FloatArray, matrix_from_quaternion, quaternion_about_axis, transform
from simgen.sampling.cast import Cast
from simgen.sampling.objects import Thing
from simgen.scenario import spec

# columns: right, down and forward of a camera in a frame with x ahead, y left, z up
_R_MOUNT_CAMERA = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])


def T_object_actor(thing: Thing) -> FloatArray:
    """Return the pose of a body's own x ahead, y left, z up, from the middle of its underside, in its object frame."""
    turn = quaternion_about_axis((0.0, 0.0, 1.0), thing.forward_rad)
    return transform((0.0, 0.0, -thing.size_m[2] / 2), turn)


def T_object_mount(cast: Cast, things: Mapping[str, Thing], mount: spec.Mount, path: str) -> FloatArray:
    """Return the drawn pose of a mount in the object frame of its body: x where it looks, y left, z up.

    Args:
        cast: what names stand for, and the random numbers.
        things: all bodies by name.
        mount: as written.
        path: where it stands, for example `sensors.front.mount`.

    Raises:
        ScenarioError: its body does not exist in this scene.
    """
    body = things[cast.body(mount.on, f"{path}.on")]
    yaw, pitch, roll = (
        cast.draws.number(getattr(mount, key), f"{path}.{key}") for key in ("yaw", "pitch", "roll")
    )
    T_actor_mount = np.eye(4)
    # upwards is a turn from x towards z: about -y by the right-hand rule
    T_actor_mount[:3, :3] = _about(2, yaw) @ _about(1, -pitch) @ _about(0, roll)
    T_actor_mount[:3, 3] = cast.draws.vector(mount.position, f"{path}.position")
    return T_object_actor(body) @ T_actor_mount


def camera_on(T_object_mount: FloatArray) -> FloatArray:
    """Return `T_object_camera` (right-down-forward) of a camera that looks along a mount's x, upright in it."""
    T = T_object_mount.copy()
    T[:3, :3] = T_object_mount[:3, :3] @ _R_MOUNT_CAMERA
    return T


def _about(axis: int, angle_rad: float) -> FloatArray:
    return matrix_from_quaternion(quaternion_about_axis(np.eye(3)[axis], angle_rad))
