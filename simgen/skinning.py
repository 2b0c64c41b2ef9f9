"""Skeletons: from how far a body has gone to where its joints and vertices are. The one home of these formulas.

A vertex is moved by linear blend skinning (Magnenat-Thalmann, Laperrière and Thalmann, "Joint-dependent local
deformations for hand animation and object grasping", 1988, as in glTF 2.0):

    p' = (sum_k w_k M_k) p,    M_k = T_object_joint(now) inv(T_object_joint(rest)).

Joints are rigid, so that normals take the same blend of rotations, made unit again: exact where one joint moves a
vertex, as usual where several do. All sums run in a fixed order, so that the same pose has the same bytes everywhere,
and vertices that are alike stay alike.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simgen.errors import AssetError
from simgen.geometry import FloatArray, invert_rigid, matrices_from_quaternions
from simgen.records.asset import Gait, Model, Skin, Submesh

MOST_JOINTS = 64
INFLUENCES = 4
_SUM = 1e-5  # weights are float32


def check_skin(model: Model, place: str) -> None:
    """Raise AssetError unless the skeleton of a model and the weights of its vertices fit each other."""
    skin = model.skin
    if skin is None:
        return
    count = len(skin.names)
    if not 1 <= count <= MOST_JOINTS:
        raise AssetError(f"{place}: a skeleton of {count} joints; it may have 1 to {MOST_JOINTS}")
    if len(model.lods) != 1:
        raise AssetError(f"{place}: {len(model.lods)} levels of detail; a model with a skeleton has one")
    late = [name for k, name in enumerate(skin.names) if not -1 <= skin.parents[k] < k]
    if late or len(skin.parents) != count:
        raise AssetError(f"{place}: joints {late} come before their parents; order them from the root")
    shapes = (skin.gait.rotations_wxyz.shape[1:], skin.gait.shifts_m.shape[1:], skin.T_object_joints.shape)
    if shapes != ((count, 4), (count, 3), (count, 4, 4)):
        raise AssetError(
            f"{place}: a skeleton of {count} joints with a gait and rest poses of shapes {shapes}"
        )
    for part in model.lods[0]:
        _check_weights(part, count, place)


def _check_weights(part: Submesh, count: int, place: str) -> None:
    expected = (len(part.positions_m), INFLUENCES)
    if part.joints is None or part.weights is None:
        raise AssetError(
            f"{place}: vertices of material {part.material} belong to no joint; give them weights"
        )
    if part.joints.shape != expected or part.weights.shape != expected:
        raise AssetError(f"{place}: joints and weights must be {expected}, are {part.joints.shape}")
    if part.joints.size and int(part.joints.max()) >= count:
        raise AssetError(f"{place}: a vertex names joint {int(part.joints.max())} of {count}")
    if not np.allclose(part.weights.sum(axis=1), 1.0, rtol=0, atol=_SUM):
        raise AssetError(f"{place}: the weights of a vertex must sum to 1")


def skinning_matrices(skin: Skin, gait: FloatArray | None = None, scale: float = 1.0) -> FloatArray:
    """Return (joints, 4, 4) what takes a vertex from its rest place to where it is, object frame before `scale`.

    Args:
        skin: the skeleton.
        gait: (2,) metres travelled and metres a second, as in `Trajectory.gait`; None or NaN: start of the gait, in
            full motion.
        scale: of the body; a larger one takes longer strides.
    """
    joints = joint_poses(skin, gait, scale)
    rest = invert_rigid(skin.T_object_joints)
    moved = np.zeros_like(joints)
    for k in range(4):  # a matrix product could sum in another order elsewhere
        moved += joints[:, :, k, None] * rest[:, k, None, :]
    return moved


def joint_poses(skin: Skin, gait: FloatArray | None = None, scale: float = 1.0) -> FloatArray:
    """Return (joints, 4, 4) the poses of the joints in the object frame; arguments as in `skinning_matrices`."""
    known = gait is not None and bool(np.isfinite(gait).all())
    travelled_m, speed_mps = (float(gait[0]), float(gait[1])) if known and gait is not None else (0.0, np.inf)
    turns, shifts = _local(skin.gait, travelled_m / scale, speed_mps)
    poses = np.zeros_like(skin.T_object_joints)
    for k, parent in enumerate(skin.parents):
        above = np.eye(4) if parent < 0 else poses[parent]
        rest_above = np.eye(4) if parent < 0 else skin.T_object_joints[parent]
        local = invert_rigid(rest_above) @ skin.T_object_joints[k]
        local[:3, 3] += shifts[k]
        local[:3, :3] = local[:3, :3] @ turns[k]
        poses[k] = above @ local
    return poses


def deformed(
    points: NDArray[np.float32] | FloatArray,
    joints: NDArray[np.uint8],
    weights: NDArray[np.float32],
    matrices: FloatArray,
) -> FloatArray:
    """Return vertices (n, 3) moved by skinning matrices; `joints` and `weights` are (n, 4)."""
    return _moved(points, _blend(joints, weights, matrices))


def deformed_with_normals(
    points: NDArray[np.float32] | FloatArray,
    normals: NDArray[np.float32] | FloatArray,
    joints: NDArray[np.uint8],
    weights: NDArray[np.float32],
    matrices: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return vertices (n, 3) as `deformed`, and their normals (n, 3), unit; zero ones stay zero."""
    blend = _blend(joints, weights, matrices)
    moved = _moved(points, blend)
    blend[:, :, 3] = 0.0
    mixed = _moved(normals, blend)
    return moved, mixed / np.maximum(np.sqrt((mixed * mixed).sum(axis=1, keepdims=True)), 1e-12)


def _moved(points: NDArray[np.float32] | FloatArray, blend: FloatArray) -> FloatArray:
    x, y, z = (points[:, k].astype(float)[:, None] for k in range(3))
    return blend[:, :, 0] * x + blend[:, :, 1] * y + blend[:, :, 2] * z + blend[:, :, 3]


def posed_positions(
    part: Submesh, skin: Skin | None, gait: FloatArray | None, scale: float
) -> NDArray[np.float32] | FloatArray:
    """Return the vertices (n, 3) of a submesh in a pose, object frame before `scale`; its own without a skeleton."""
    if skin is None or part.joints is None or part.weights is None:
        return part.positions_m
    return deformed(part.positions_m, part.joints, part.weights, skinning_matrices(skin, gait, scale))


def gait_of(gait: FloatArray | None, instance_id: int) -> FloatArray | None:
    """Return the row (2,) of one body in the `gait` of a view; None where there is none."""
    if gait is None or not np.isfinite(gait[instance_id - 1]).all():
        return None
    return gait[instance_id - 1]


def pose_changes(before: FloatArray | None, after: FloatArray | None, instance_id: int) -> bool:
    """Whether a body has another pose at another moment, by the `gait` (n, 2) of both."""
    here, there = gait_of(before, instance_id), gait_of(after, instance_id)
    return here is not None and there is not None and not np.array_equal(here, there)


def _blend(
    joints: NDArray[np.uint8], weights: NDArray[np.float32], matrices: FloatArray
) -> NDArray[np.float64]:
    """Return (n, 3, 4) the weighted sums of matrices."""
    rows, shares = matrices[:, :3, :], weights.astype(float)
    shares = shares / sum(shares[:, k, None] for k in range(INFLUENCES))
    blend = rows[joints[:, 0]] * shares[:, 0, None, None]
    for k in range(1, INFLUENCES):
        shared = np.flatnonzero(shares[:, k])  # most vertices belong to one joint
        blend[shared] += rows[joints[shared, k]] * shares[shared, k, None, None]
    return blend


def _local(gait: Gait, travelled_m: float, speed_mps: float) -> tuple[FloatArray, FloatArray]:
    """Return each joint's turn (joints, 3, 3) and shift (joints, 3), by a cyclic Catmull-Rom curve through the keys."""
    count = len(gait.rotations_wxyz)
    place = travelled_m / gait.stride_m % 1.0 * count
    first, t = int(place), place - int(place)
    shares = _catmull_rom(t)
    keys = [(first + step) % count for step in (-1, 0, 1, 2)]
    turns = sum((gait.rotations_wxyz[k] * s for k, s in zip(keys, shares, strict=True)), np.zeros(()))
    shifts = sum((gait.shifts_m[k] * s for k, s in zip(keys, shares, strict=True)), np.zeros(()))
    # By how much of the full motion, from rest.
    share = min(max(speed_mps / gait.full_speed_mps, 0.0), 1.0)
    share = share * share * (3.0 - 2.0 * share)
    turns = np.asarray(turns) * share + np.array([1.0 - share, 0.0, 0.0, 0.0])
    return matrices_from_quaternions(turns), np.asarray(shifts) * share


def _catmull_rom(t: float) -> tuple[float, float, float, float]:
    """Return the shares of four keys at a place between the middle two (Catmull and Rom, 1974)."""
    t2, t3 = t * t, t * t * t
    return (-t3 + 2 * t2 - t) / 2, (3 * t3 - 5 * t2 + 2) / 2, (-3 * t3 + 4 * t2 + t) / 2, (t3 - t2) / 2
