"""Hand-made collision shapes for physics tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from simgen.assets import AssetLibrary
from simgen.geometry import FloatArray, Vec3
from simgen.records.asset import Asset, AssetInfo, AssetRef, Collision
from simgen.records.scene import SceneObject
from tests.builders import box

UNIT_CUBE = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])


class HullLibrary(AssetLibrary):
    """The ordinary library, plus assets whose collision hulls a test wrote down."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, Asset] = {}

    def add(
        self, name: str, hulls_m: Sequence[FloatArray], center_of_mass_m: Vec3 = (0.0, 0.0, 0.0)
    ) -> AssetRef:
        like = super().load(AssetRef("procedural/box"))
        collision = Collision(tuple(np.asarray(hull, float) for hull in hulls_m), center_of_mass_m, 1.0)
        self._made[f"test/{name}"] = Asset(like.info, like.model, collision)
        return AssetRef(f"test/{name}")

    def describe(self, ref: AssetRef) -> AssetInfo:
        made = self._made.get(ref.asset_id)
        return super().describe(ref) if made is None else made.info

    def load(self, ref: AssetRef) -> Asset:
        return self._made.get(ref.asset_id) or super().load(ref)

    def collision(self, ref: AssetRef) -> Collision:
        made = self._made.get(ref.asset_id)
        return super().collision(ref) if made is None else made.collision


def body_of(asset: AssetRef, size_m: Vec3, at: Vec3, **fields: Any) -> SceneObject:
    """A dynamic body of 1 kg with a hand-made collision shape of extent `size_m`."""
    return box(size_m, at, asset=asset, **fields)


def prism(sides: int, radius_m: float = 0.5, height_m: float = 1.0) -> FloatArray:
    """Vertices of an upright regular prism, centred."""
    angle = 2 * np.pi * np.arange(sides) / sides
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * radius_m
    return np.concatenate([np.column_stack([ring, np.full(sides, z)]) for z in (-height_m / 2, height_m / 2)])


def ellipsoid(semi_axes_m: Vec3, rings: int = 5, sectors: int = 8) -> FloatArray:
    """Vertices on an ellipsoid, poles included."""
    polar = np.pi * np.arange(1, rings + 1) / (rings + 1)
    azimuth = 2 * np.pi * np.arange(sectors) / sectors
    p, a = (grid.ravel() for grid in np.meshgrid(polar, azimuth))
    ball = np.column_stack([np.sin(p) * np.cos(a), np.sin(p) * np.sin(a), np.cos(p)])
    return np.concatenate([ball, [[0, 0, 1], [0, 0, -1]]]) * np.asarray(semi_axes_m)


def moved(hull: FloatArray, by_m: Vec3) -> FloatArray:
    """The same hull elsewhere."""
    return hull + np.asarray(by_m)
