"""Skeletons of models made by code: from dense weights to those of a submesh, and how much room all poses take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simgen.assets.procedural.meshes import Patch
from simgen.geometry import FloatArray, Vec3, vec3
from simgen.records.asset import Skin
from simgen.skinning import INFLUENCES, deformed, skinning_matrices

_POSES = 48  # of a cycle, that the room is taken of


def influences(weights: FloatArray) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return joints and weights (n, 4) of the largest of dense weights (n, joints), summing to 1 again."""
    order = np.argsort(-weights, axis=1, kind="stable")[:, :INFLUENCES]
    kept = np.take_along_axis(weights, order, axis=1)
    kept = kept / kept.sum(axis=1, keepdims=True)
    return order.astype(np.uint8), kept.astype(np.float32)


def centred(skin: Skin, center_m: Vec3) -> Skin:
    """Return a skeleton in coordinates whose origin is at a point of its own."""
    rest = skin.T_object_joints.copy()
    rest[:, :3, 3] -= center_m
    return replace(skin, T_object_joints=rest)


def room_of(patches: Sequence[Patch], skin: Skin) -> tuple[Vec3, Vec3]:
    """Return extent and middle of the box around patches with weights, at rest and in all poses of their gait."""
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    speed = skin.gait.full_speed_mps
    poses = [(0.0, 0.0), *((k / _POSES * skin.gait.stride_m, speed) for k in range(_POSES))]
    for pose in poses:
        matrices = skinning_matrices(skin, np.array(pose))
        for patch in patches:
            weights = np.zeros((len(patch.positions_m), 1)) if patch.weights is None else patch.weights
            points = deformed(patch.positions_m, *influences(weights), matrices)
            low, high = np.minimum(low, points.min(axis=0)), np.maximum(high, points.max(axis=0))
    return vec3(high - low), vec3((low + high) / 2)


def weighted(patch: Patch, weights_of: Callable[[FloatArray], FloatArray]) -> Patch:
    """Return a patch with the dense weights (n, joints) that a function gives its vertices (n, 3)."""
    return replace(patch, weights=weights_of(patch.positions_m))
