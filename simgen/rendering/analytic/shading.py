"""Lambert shading under point-like suns with hard shadows and a uniform, unoccluded environment.

Reflected luminance of a matt surface of albedo a under illuminance E is a E / pi (Lambert, 1760). A uniform
environment of luminance L gives pi L on a plane of any orientation.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.errors import RenderError
from simgen.geometry import FloatArray
from simgen.records.scene import Scene, SceneObject, SunLight
from simgen.rendering.analytic.solids import Solid

_OFFSET = (
    1e-6  # shadow rays start this far off the surface, relative to depth, so as not to hit their own start
)
_FLOAT16_MAX = 65504.0


@dataclass(frozen=True, slots=True, eq=False)
class Lighting:
    """Albedo by instance id (row 0 is the background), suns, and the environment.

    Attributes:
        albedo_rgb: (n + 1, 3) linear.
        environment_lux: on a plane of any orientation.
        background: luminance behind the scene, cd/m².
    """

    albedo_rgb: FloatArray
    suns: tuple[SunLight, ...]
    environment_lux: float
    background: float

    @staticmethod
    def of(scene: Scene, library: AssetLibrary) -> Lighting:
        """Return the lighting of a scene.

        Raises:
            RenderError: the environment is a map.
        """
        environment = scene.environment
        if environment.map is not None:
            raise RenderError(
                f"the analytic renderer cannot light with the map '{environment.map.asset_id}'; "
                "give an environment without a map (uniform) and suns"
            )
        albedo = [(0.0, 0.0, 0.0), *(_albedo(obj, library) for obj in scene.objects)]
        background = environment.illuminance_lux / pi if environment.background_visible else 0.0
        return Lighting(np.array(albedo), scene.suns, environment.illuminance_lux, background)

    def albedo(self, instance_id: NDArray[np.uint16]) -> NDArray[np.float32]:
        """Return (h, w, 3) the albedo of the object at each pixel, NaN where there is none."""
        shown = self.albedo_rgb[instance_id].astype(np.float32)
        shown[instance_id == 0] = np.nan
        return shown


def shade(
    lighting: Lighting,
    solids: list[Solid],
    T_world_camera: FloatArray,
    points_camera: FloatArray,
    normals_camera: FloatArray,
    instance_id: NDArray[np.uint16],
) -> NDArray[np.float16]:
    """Return linear RGB luminance (h, w, 3) in cd/m² of surface points and normals, camera frame."""
    hit = instance_id > 0
    points, normals = points_camera[hit], normals_camera[hit]
    illuminance = np.full((len(points), 3), lighting.environment_lux)
    for sun in lighting.suns:
        towards = np.asarray(sun.direction_world) @ T_world_camera[:3, :3]
        cosine = np.maximum(normals @ towards, 0.0)
        start = points + normals * (_OFFSET * points[:, 2:])
        lit = cosine * ~_in_shadow(solids, start, towards)
        illuminance += np.outer(lit * sun.illuminance_lux, sun.color_rgb)
    luminance = np.full((*instance_id.shape, 3), lighting.background)
    luminance[hit] = lighting.albedo_rgb[instance_id[hit]] * illuminance / pi
    return np.minimum(luminance, _FLOAT16_MAX).astype(np.float16)


def _in_shadow(
    solids: list[Solid], start_camera: FloatArray, towards_camera: FloatArray
) -> NDArray[np.bool_]:
    shadowed = np.zeros(len(start_camera), np.bool_)
    directions = np.broadcast_to(towards_camera, start_camera.shape)
    for solid in solids:
        enter, leave = solid.spans(start_camera, directions)
        shadowed |= (leave > 0) & (enter <= leave)
    return shadowed


def _albedo(obj: SceneObject, library: AssetLibrary) -> FloatArray:
    color = np.array(library.load(obj.asset).model.materials[0].base_color_rgb)
    if obj.material and obj.material.base_color_rgb is not None:
        color = np.array(obj.material.base_color_rgb)
    if obj.material and obj.material.tint_rgb is not None:
        color = color * obj.material.tint_rgb
    return color
