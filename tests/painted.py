"""Bodies of the tests in materials of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from simgen.assets import AssetLibrary
from simgen.colour import LUMINANCE_RGB
from simgen.records.asset import Asset, AssetInfo, AssetRef, Material, Texture
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight

GREY_SKY = EnvironmentLight(map=None, illuminance_lux=1000.0)
SKY_LUMINANCE = 1000.0 / np.pi


class PaintedLibrary(AssetLibrary):
    """Assets of these references are of these materials.

    Args:
        planar: texture coordinates are the object's x and y, from 0 to 1 over a metre.
    """

    def __init__(self, materials: Mapping[AssetRef, Material], planar: bool = False) -> None:
        super().__init__()
        self._painted, self._planar = dict(materials), planar

    def describe(self, ref: AssetRef) -> AssetInfo:
        info = super().describe(ref)
        material = self._painted.get(ref)
        return info if material is None else replace(info, content_hash=f"{material!r} {info.content_hash}")

    def load(self, ref: AssetRef) -> Asset:
        asset = super().load(ref)
        if ref not in self._painted:
            return asset
        model = replace(asset.model, materials=(self._painted[ref],) * len(asset.model.materials))
        if self._planar:
            parts = [
                replace(part, uvs=(part.positions_m[:, :2] + 0.5).astype(np.float32))
                for part in model.lods[0]
            ]
            model = replace(model, lods=(tuple(parts),), lod_errors_m=(0.0,))
        return replace(asset, model=model, info=self.describe(ref))


def mean_of(frame: Frame, instance_id: int = 1) -> float:
    """The mean luminance of a body's pixels."""
    seen = frame.instance_id == instance_id
    return float((frame.radiance.astype(float) @ LUMINANCE_RGB)[seen].mean())


def noise_texture(height: int, width: int, channels: int, srgb: bool = True) -> Texture:
    """A texture of random codes, the same for every size."""
    pixels = np.random.default_rng(height * width).integers(0, 256, (height, width, channels), dtype=np.uint8)
    return Texture(pixels, srgb)
