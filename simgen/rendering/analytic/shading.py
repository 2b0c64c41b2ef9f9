"""Lambert shading under point-like suns and lamps with hard shadows and a uniform, unoccluded environment.

Reflected luminance of a matt surface of albedo a under illuminance E is a E / pi (Lambert, 1760). A uniform
environment of luminance L gives pi L on a plane of any orientation. A lamp of intensity I at distance d gives
I cos(angle of incidence) / d²; what I is off the axis says `records.light.SpotLight`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.errors import RenderError
from simgen.geometry import FloatArray, invert_rigid
from simgen.records.frame import View
from simgen.records.scene import Scene, SceneObject
from simgen.rendering.analytic.solids import Solid
from simgen.rendering.beams import share_of
from simgen.rendering.lamps import PlacedSpot, lights_in

# Shadow rays start this far off the surface, relative to depth, so as not to hit their own start
_OFFSET = 1e-6
_FLOAT16_MAX = 65504.0


@dataclass(frozen=True, slots=True, eq=False)
class Lighting:
    """What all views of a scene share: its lights, and the albedo by instance id (row 0 is the background).

    Attributes:
        albedo_rgb: (n + 1, 3) linear.
    """

    scene: Scene
    albedo_rgb: FloatArray

    @staticmethod
    def of(scene: Scene, library: AssetLibrary) -> Lighting:
        """Return the lighting of a scene.

        Raises:
            RenderError: the environment is a map, or the scene has panels or fog.
        """
        if scene.environment.map is not None:
            raise RenderError(
                f"the analytic renderer cannot light with the map '{scene.environment.map.asset_id}'; "
                "give an environment without a map (uniform), suns and lamps"
            )
        if scene.panels or scene.fog is not None:
            what = f"panel '{scene.panels[0].name}'" if scene.panels else "fog"
            raise RenderError(f"the analytic renderer cannot draw {what}; use raster or pathtrace")
        albedo = [(0.0, 0.0, 0.0), *(_albedo(obj, library) for obj in scene.objects)]
        return Lighting(scene, np.array(albedo))

    def albedo(self, instance_id: NDArray[np.uint16]) -> NDArray[np.float32]:
        """Return (h, w, 3) the albedo of the object at each pixel, NaN where there is none."""
        shown = self.albedo_rgb[instance_id].astype(np.float32)
        shown[instance_id == 0] = np.nan
        return shown


def shade(
    lighting: Lighting,
    solids: list[Solid],
    view: View,
    points_camera: FloatArray,
    normals_camera: FloatArray,
    instance_id: NDArray[np.uint16],
) -> NDArray[np.float16]:
    """Return linear RGB luminance (h, w, 3) in cd/m² of surface points and normals, camera frame."""
    hit = instance_id > 0
    points, normals = points_camera[hit], normals_camera[hit]
    lights = lights_in(lighting.scene, view)
    illuminance = np.full((len(points), 3), lights.environment.illuminance_lux)
    start = points + normals * (_OFFSET * points[:, 2:])
    for sun in lights.suns:
        towards = np.asarray(sun.direction_world) @ view.T_world_camera[:3, :3]
        cosine = np.maximum(normals @ towards, 0.0)
        lit = cosine * ~_in_shadow(solids, start, towards)
        illuminance += np.outer(lit * sun.illuminance_lux, sun.color_rgb)
    T_camera_world = invert_rigid(view.T_world_camera)
    for spot in lights.spots:
        illuminance += _from_spot(spot, T_camera_world @ spot.T_world_light, solids, start, normals)
    background = lights.environment.illuminance_lux / pi if lights.environment.background_visible else 0.0
    luminance = np.full((*instance_id.shape, 3), background)
    luminance[hit] = lighting.albedo_rgb[instance_id[hit]] * illuminance / pi
    return np.minimum(luminance, _FLOAT16_MAX).astype(np.float16)


def _from_spot(
    spot: PlacedSpot,
    T_camera_light: FloatArray,
    solids: list[Solid],
    start_camera: FloatArray,
    normals_camera: FloatArray,
) -> FloatArray:
    """Return (n, 3) lux of a lamp on surface points, its disc taken as a point."""
    way = T_camera_light[:3, 3] - start_camera
    distance_m = np.linalg.norm(way, axis=1, keepdims=True)
    towards = way / distance_m
    candela = spot.light.intensity_cd * share_of(spot.light, -(towards @ T_camera_light[:3, :3]))
    lux = candela * np.maximum((normals_camera * towards).sum(axis=1), 0.0) / distance_m[:, 0] ** 2
    if spot.light.casts_shadows:
        lux = lux * ~_in_shadow(solids, start_camera, towards, distance_m[:, 0])
    return np.outer(lux, spot.light.color_rgb)


def _in_shadow(
    solids: list[Solid],
    start_camera: FloatArray,
    towards_camera: FloatArray,
    distance_m: FloatArray | float = np.inf,
) -> NDArray[np.bool_]:
    """Return (n,) whether a solid lies on the way to a light, (3,) or (n, 3) unit vectors and that far away."""
    shadowed = np.zeros(len(start_camera), np.bool_)
    directions = np.broadcast_to(towards_camera, start_camera.shape)
    for solid in solids:
        enter, leave = solid.spans(start_camera, directions)
        shadowed |= (leave > 0) & (enter <= leave) & (enter < distance_m)
    return shadowed


def _albedo(obj: SceneObject, library: AssetLibrary) -> FloatArray:
    color = np.array(library.load(obj.asset).model.materials[0].base_color_rgb)
    if obj.material and obj.material.base_color_rgb is not None:
        color = np.array(obj.material.base_color_rgb)
    if obj.material and obj.material.tint_rgb is not None:
        color = color * obj.material.tint_rgb
    return color
