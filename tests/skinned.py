"""A tube of two bones with an elbow, which a gait bends by 90 degrees to either side."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.geometry import FloatArray, Pose, Vec3, quaternion_about_axis, transform
from simgen.records.asset import (
    Asset,
    AssetInfo,
    AssetRef,
    Collision,
    Gait,
    Material,
    Model,
    Skin,
    Submesh,
)
from simgen.records.scene import Scene
from simgen.skinning import deformed_with_normals, skinning_matrices
from tests.builders import box, camera, floor, make_scene

TUBE = AssetRef("test/tube")
STRIDE_M = 4.0
RADIUS_M, HALF_M = 0.2, 1.0
_RINGS, _SIDES, _BLEND_M = 41, 24, 0.3
FEW = (9, 12)  # rings and sides of a tube of few triangles
_EXTENT_M = 2.5  # holds the tube in every pose


def bend(angles_rad: Sequence[float]) -> Gait:
    """A gait whose keys turn the upper bone about y by these angles, and nothing else."""
    turns = [[(1.0, 0.0, 0.0, 0.0), quaternion_about_axis((0.0, 1.0, 0.0), angle)] for angle in angles_rad]
    return Gait(STRIDE_M, 1.0, np.array(turns), np.zeros((len(angles_rad), 2, 3)))


def upper_share(z_m: FloatArray) -> FloatArray:
    """How much of a vertex at a height along the tube belongs to the upper bone."""
    return np.clip(z_m / (2 * _BLEND_M) + 0.5, 0.0, 1.0)


def tube_model(gait: Gait | None = None, size: tuple[int, int] = (_RINGS, _SIDES)) -> Model:
    """An open tube along z, its elbow at the origin: lower bone below, upper bone above.

    Args:
        size: rings and sides.
    """
    z, angle = np.linspace(-HALF_M, HALF_M, size[0]), np.arange(size[1]) * (2 * pi / size[1])
    rings, around = (values.ravel() for values in np.meshgrid(z, angle, indexing="ij"))
    outward = np.column_stack([np.cos(around), np.sin(around), np.zeros(len(rings))])
    positions = outward * RADIUS_M + rings[:, None] * np.array([0.0, 0.0, 1.0])
    share = upper_share(rings.astype(np.float32).astype(float))
    weights = np.zeros((len(rings), 4), np.float32)
    weights[:, 0], weights[:, 1] = 1.0 - share, share
    joints = np.zeros((len(rings), 4), np.uint8)
    joints[:, 1] = 1
    submesh = Submesh(
        positions.astype(np.float32),
        outward.astype(np.float32),
        np.column_stack([around / (2 * pi), rings]).astype(np.float32),
        _triangles(*size),
        0,
        joints=joints,
        weights=weights,
    )
    skin = Skin(
        ("lower", "upper"),
        (-1, 0),
        np.stack([transform((0.0, 0.0, -HALF_M), (1.0, 0, 0, 0)), np.eye(4)]),
        gait or bend((0.0, pi / 2, 0.0, -pi / 2)),
    )
    grey = Material(base_color_rgb=(0.5, 0.5, 0.5))
    return Model(((submesh,),), (grey,), (_EXTENT_M, _EXTENT_M, _EXTENT_M), skin=skin)


def chain_model(joint_count: int, bend_rad: float) -> Model:
    """A tube of so many bones one above the other, each bent by the same angle against the one below, as a finger is.

    Every ring belongs to one bone, so that it lies where that bone's turns, one after the other, put it.
    """
    tube, length_m = tube_model(size=(joint_count, 8)), 2 * HALF_M / joint_count
    part = tube.lods[0][0]
    bone = np.repeat(np.arange(joint_count), 8)
    joints, weights = np.zeros((len(bone), 4), np.uint8), np.zeros((len(bone), 4), np.float32)
    joints[:, 0], weights[:, 0] = bone, 1.0
    places = [transform((0.0, 0.0, -HALF_M + k * length_m), (1.0, 0, 0, 0)) for k in range(joint_count)]
    turn = quaternion_about_axis((0.0, 1.0, 0.0), bend_rad)
    gait = Gait(STRIDE_M, 1.0, np.tile(np.array(turn), (2, joint_count, 1)), np.zeros((2, joint_count, 3)))
    names = tuple(f"bone{k}" for k in range(joint_count))
    skin = Skin(names, tuple(range(-1, joint_count - 1)), np.stack(places), gait)
    return replace(tube, lods=((replace(part, joints=joints, weights=weights),),), skin=skin)


def _triangles(rings: int, sides: int) -> NDArray[np.uint32]:
    ring, side = (values.ravel() for values in np.meshgrid(range(rings - 1), range(sides), indexing="ij"))
    a, b = ring * sides + side, ring * sides + (side + 1) % sides
    c, d = b + sides, a + sides
    return np.concatenate([np.column_stack([a, b, c]), np.column_stack([a, c, d])]).astype(np.uint32)


def frozen(model: Model, gait: FloatArray) -> Model:
    """The same model without a skeleton, its vertices where a pose has put them."""
    assert model.skin is not None
    matrices = skinning_matrices(model.skin, gait)
    part = model.lods[0][0]
    assert part.joints is not None
    assert part.weights is not None
    positions, normals = deformed_with_normals(
        part.positions_m, part.normals, part.joints, part.weights, matrices
    )
    moved = replace(
        part,
        positions_m=positions.astype(np.float32),
        normals=normals.astype(np.float32),
        joints=None,
        weights=None,
    )
    return replace(model, lods=((moved,),), skin=None)


def tube_scene(tube_at: Vec3 = (0.0, 0.0, 1.0), turned_rad: float = 0.4, **fields: Any) -> Scene:
    """A tube over a floor, a box before a part of it, seen by a small camera; the tube has id 2."""
    pose = Pose(tube_at, quaternion_about_axis((0.0, 0.0, 1.0), turned_rad))
    tube = replace(box(), asset=TUBE, pose=pose, size_m=(_EXTENT_M, _EXTENT_M, _EXTENT_M))
    near = box((0.4, 0.4, 0.5), at=(0.9, -1.2, 0.25))
    return make_scene(
        [floor(size_m=8.0), tube, near], [camera(eye=(1.5, -4.0, 2.2), width=160, height=120)], **fields
    )


def gaits(scene: Scene, travelled_m: float, speed_mps: float = 1.0) -> FloatArray:
    """What a view says of the scene's gaits: the tube's, and that all else is rigid."""
    return np.array(
        [(travelled_m, speed_mps) if body.asset == TUBE else (np.nan, np.nan) for body in scene.objects]
    )


class TubeLibrary(AssetLibrary):
    """The library, and the tube in it."""

    def __init__(self, model: Model | None = None) -> None:
        super().__init__()
        self._model = model or tube_model()
        # By content: renderers keep what they have drawn, and an address is given to another model later.
        self._digest = sha256(pickle.dumps(self._model)).hexdigest()

    def describe(self, ref: AssetRef) -> AssetInfo:
        """Return the entry of the tube, or of an asset of the library."""
        if ref != TUBE:
            return super().describe(ref)
        base = super().describe(AssetRef("procedural/box"))
        return replace(
            base,
            asset_id=TUBE.asset_id,
            size_m=self._model.size_m,
            content_hash=f"tube {self._digest}",
            tags=("skinned",),
        )

    def load(self, ref: AssetRef) -> Asset:
        """Return the tube, or an asset of the library."""
        if ref != TUBE:
            return super().load(ref)
        return Asset(self.describe(ref), self._model, self.collision(ref))

    def collision(self, ref: AssetRef) -> Collision:
        """Return the collision shape of the tube's box, or of an asset of the library."""
        return super().collision(AssetRef("procedural/box") if ref == TUBE else ref)
