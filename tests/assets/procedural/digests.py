"""One hash over all bytes of an asset, to compare assets made apart."""

from __future__ import annotations

import hashlib

import numpy as np

from simgen.records.asset import Asset


def digest(asset: Asset) -> str:
    sha = hashlib.sha256(repr(asset.info).encode())
    for submesh in asset.model.lods[0]:
        for array in (submesh.positions_m, submesh.normals, submesh.uvs, submesh.triangles):
            sha.update(np.ascontiguousarray(array).tobytes())
    for material in asset.model.materials:
        for texture in (material.base_color_map, material.normal_map, material.metallic_roughness_map):
            sha.update(texture.pixels.tobytes() if texture else b"-")
    for hull in asset.collision.hulls_m:
        sha.update(hull.tobytes())
    return sha.hexdigest()
