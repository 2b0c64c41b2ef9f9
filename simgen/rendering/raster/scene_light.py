"""The lights of a scene that do not depend on bodies or camera: suns, surroundings, what shines, clear coats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simgen.colour import LUMINANCE_RGB
from simgen.errors import RenderError
from simgen.geometry import FloatArray, rotation_about_z
from simgen.records.scene import Scene
from simgen.rendering.lamps import dimmed_environment, dimmed_suns
from simgen.rendering.raster.drawables import Drawable, finish_tables
from simgen.rendering.raster.environment import Illumination, illuminate, sun_in_scene
from simgen.rendering.raster.prefilter import GpuMap, folded_directions
from simgen.rendering.raster.shadows import MOST_SUNS, DirectionalLight

# Share of light that a blocker sends on (as in `shade.frag`), and share of it that a blocker receives: assumed, middle
# grey in half shade.
_BLOCKER_ALBEDO = 0.4
_BLOCKER_OPENNESS = 0.6
IRRADIANCE_SIDE = 32  # as in `shade.frag`
BRIGHTEST = 65024.0  # of a half float, nearly


@dataclass(frozen=True, slots=True, eq=False)
class SceneLight:
    """The lights of one scene, independent of camera and bodies.

    Attributes:
        emissive: luminance by slot, see `drawables.finish_tables`.
        coats: coat and its roughness by slot.
        background_visible: whether cameras see the map.
        rotation_rad: of the map about world Z.
    """

    map: GpuMap
    illumination: Illumination
    suns: tuple[DirectionalLight, ...]
    emissive: bytes
    coats: bytes
    background_visible: bool
    rotation_rad: float


def scene_light(
    scene: Scene, factors: FloatArray, light_map: GpuMap, drawables: Sequence[Drawable]
) -> SceneLight:
    """Return the lights of a scene: its own suns, then those of its map, brightest first.

    Args:
        factors: (k,) on each of `Scene.light_names`.
    """
    sky = dimmed_environment(scene, factors)
    illumination = illuminate(light_map.analysis, sky.illuminance_lux, sky.rotation_rad)
    suns = [
        DirectionalLight(
            sun.direction_world, _times(sun.color_rgb, sun.illuminance_lux), sun.angular_diameter_rad
        )
        for sun in dimmed_suns(scene, factors)
        if sun.illuminance_lux > 0
    ]
    for sun in light_map.analysis.suns[: MOST_SUNS - len(suns)]:
        direction, lux = sun_in_scene(sun, illumination.map_scale, sky.rotation_rad)
        suns.append(DirectionalLight(direction, _times(tuple(lux), 1.0), sun.angular_diameter_rad))
    return SceneLight(
        light_map,
        illumination,
        tuple(suns),
        *finish_tables(drawables),
        sky.background_visible,
        sky.rotation_rad,
    )


def check_suns(scene: Scene) -> None:
    """Raise RenderError if the scene has more suns than shadow maps."""
    if len(scene.suns) > MOST_SUNS:
        raise RenderError(
            f"scene {scene.index}: {len(scene.suns)} suns, the raster renderer draws at most {MOST_SUNS}; remove some"
        )


def bounce_of(light: SceneLight, lamplight: FloatArray) -> FloatArray:
    """Return (32, 3) what a grey blocker in each soft direction sends back, as energy.

    Args:
        lamplight: (32, 3) what a white one sends of the light of lamps; they are known of in rooms alone.
    """
    towards_viewer = -light.illumination.directions
    received = light.illumination.irradiance(towards_viewer) + lamplight
    for sun in light.suns:
        facing = np.maximum(towards_viewer @ np.asarray(sun.direction_world), 0.0)
        received = received + facing[:, None] * np.asarray(sun.illuminance_rgb) / np.pi
    return _BLOCKER_ALBEDO * _BLOCKER_OPENNESS * received * light.illumination.solid_angles[:, None]


def irradiance_texels(light: SceneLight) -> bytes:
    """Return an octahedral map of irradiance / pi in the map's frame, as texels of four half floats."""
    in_world = folded_directions(IRRADIANCE_SIDE) @ rotation_about_z(light.rotation_rad).T
    texels = np.ones((len(in_world), 4))
    texels[:, :3] = np.minimum(light.illumination.irradiance(in_world), BRIGHTEST)
    return texels.astype(np.float16).tobytes()


def white_of(light: SceneLight) -> float:
    """Return the luminance of a white sheet under all lights of the scene: what a picture of it is exposed for."""
    up = light.illumination.irradiance(np.array([[0.0, 0.0, 1.0]]))[0]
    suns = sum(
        (np.asarray(sun.illuminance_rgb) * max(sun.direction_world[2], 0.0) for sun in light.suns), up * 0
    )
    return max(float((up + suns / np.pi) @ LUMINANCE_RGB), 1e-3)


def _times(rgb: Sequence[float], factor: float) -> tuple[float, float, float]:
    r, g, b = (float(v) * factor for v in rgb)
    return (r, g, b)
