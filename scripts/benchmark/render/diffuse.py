"""Which pixels show diffuse surfaces: neither metal nor smooth, nothing that shines or is seen through."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.errors import RenderError
from simgen.records.asset import Material
from simgen.records.frame import Frame
from simgen.records.scene import MaterialOverride, Scene

_MOST_METALLIC, _LEAST_ROUGHNESS = 0.1, 0.4


def diffuse_pixels(frame: Frame, scene: Scene, library: AssetLibrary) -> NDArray[np.bool_]:
    """Return where a frame, made with part ids, shows diffuse surfaces."""
    if frame.part_id is None:
        raise RenderError("the renderer left out the part ids it was asked for")
    matte = np.zeros((len(scene.objects) + 1, int(frame.part_id.max(initial=0)) + 1), bool)
    for body in scene.objects:
        materials = library.load(body.asset).model.materials
        for index, material in enumerate(materials[: matte.shape[1] - 1]):
            matte[body.instance_id, index + 1] = is_diffuse(material, body.material)
    return matte[frame.instance_id, frame.part_id]


def is_diffuse(material: Material, change: MaterialOverride | None) -> bool:
    """Say whether a material, as a scene changes it, is neither metal nor smooth on average, nor shines."""
    change = change or MaterialOverride()
    metallic, roughness = material.metallic, material.roughness
    if material.metallic_roughness_map is not None:
        rough, metal = material.metallic_roughness_map.pixels[..., 1:].mean(axis=(0, 1)).tolist()
        metallic, roughness = metallic * metal / 255.0, roughness * rough / 255.0
    metallic = metallic if change.metallic is None else change.metallic
    roughness = roughness if change.roughness is None else change.roughness
    dull = metallic <= _MOST_METALLIC and roughness >= _LEAST_ROUGHNESS
    return dull and material.alpha_mode != "blend" and not any(material.emissive_rgb)
