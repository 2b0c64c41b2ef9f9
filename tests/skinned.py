"""A tube of two bones with an elbow, which a gait bends by 90 degrees to either side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import pi

import numpy as np

from simgen.assets import AssetLibrary
from simgen.geometry import FloatArray, quaternion_about_axis, transform
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

TUBE = AssetRef("test/tube")
STRIDE_M = 4.0
RADIUS_M, HALF_M = 0.2, 1.0
_RINGS, _SIDES, _BLEND_M = 41, 24, 0.3
_EXTENT_M = 2.5  # holds the tube in every pose


def bend(angles_rad: Sequence[float]) -> Gait:
    """A gait whose keys turn the upper bone about y by these angles, and nothing else."""
    turns = [[(1.0, 0.0, 0.0, 0.0), quaternion_about_axis((0.0, 1.0, 0.0), angle)] for angle in angles_rad]
    return Gait(STRIDE_M, 1.0, np.array(turns), np.zeros((len(angles_rad), 2, 3)))


def upper_share(z_m: FloatArray) -> FloatArray:
    """How much of a vertex at a height along the tube belongs to the upper bone."""
    return np.clip(z_m / (2 * _BLEND_M) + 0.5, 0.0, 1.0)


def tube_model(gait: Gait | None = None) -> Model:
    """An open tube along z, its elbow at the origin: lower bone below, upper bone above."""
    z, angle = np.linspace(-HALF_M, HALF_M, _RINGS), np.arange(_SIDES) * (2 * pi / _SIDES)
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
        _triangles(),
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


def _triangles() -> np.ndarray:
    ring, side = (values.ravel() for values in np.meshgrid(range(_RINGS - 1), range(_SIDES), indexing="ij"))
    a, b = ring * _SIDES + side, ring * _SIDES + (side + 1) % _SIDES
    c, d = b + _SIDES, a + _SIDES
    return np.concatenate([np.column_stack([a, b, c]), np.column_stack([a, c, d])]).astype(np.uint32)


class TubeLibrary(AssetLibrary):
    """The library, and the tube in it."""

    def __init__(self, model: Model | None = None) -> None:
        super().__init__()
        self._model = model or tube_model()

    def describe(self, ref: AssetRef) -> AssetInfo:
        """Return the entry of the tube, or of an asset of the library."""
        if ref != TUBE:
            return super().describe(ref)
        base = super().describe(AssetRef("procedural/box"))
        return replace(
            base,
            asset_id=TUBE.asset_id,
            size_m=self._model.size_m,
            content_hash=f"tube {id(self._model)}",
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
