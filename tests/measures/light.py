"""Light against formula: a furnace, a grey card, lamps at a distance, a headlight on a wall, one that comes
towards the camera, walls in fog."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import atan2, cos, exp, hypot, pi, radians, sin, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simgen.colour import LUMINANCE_RGB, srgb_from_linear
from simgen.geometry import FloatArray, Pose, Quat, quaternion_about_axis
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight, Fog, SpotLight, SunLight
from simgen.records.scene import MaterialOverride, Scene
from simgen.sensors.camera import develop
from tests.builders import box, camera, floor, make_scene, sphere, static_box
from tests.lamps import spot

Render = Callable[[Scene], Frame]
DARK = EnvironmentLight(map=None, illuminance_lux=0.0, background_visible=False)
CARD = MaterialOverride(base_color_rgb=(0.5, 0.5, 0.5), roughness=1.0, metallic=0.0)
DOWN: Quat = quaternion_about_axis((0.0, 1.0, 0.0), pi / 2)  # +X becomes -Z
HEADLIGHT_CD, HEADLIGHT_M = 7500.0, 25.0
HEADLIGHT_LUX = 12.0  # UN Regulation 112, class B: at point 75R of a wall 25 m away
GREY_CODE = 255.0 * float(srgb_from_linear(0.18))  # of a metered card that sends back 18 %
# Koschmieder's law with the contrast threshold of the WMO's meteorological optical range
LEFT_AT_VISIBILITY = 0.05
_SKY_LUX = 1000.0
_SUN_LUX = 1000.0
_LAMP_M = 5.0
_GLARE_CD = 15_000.0
# How far away and how high: a camera behind a windscreen, a headlight that comes towards it
_EYE_M, _LAMP_AHEAD_M = (20.0, 1.5), (12.0, 0.66)


def luminance(frame: Frame) -> NDArray[np.float64]:
    """Return (h, w) cd/m²."""
    return frame.radiance.astype(float) @ LUMINANCE_RGB


def variance_px2(picture: NDArray[Any]) -> FloatArray:
    """Return the variances of the light of a picture (h, w, 3) along x and y, square pixels."""
    light = picture.astype(float).sum(axis=-1)
    axes = np.meshgrid(*(np.arange(n) for n in light.shape[::-1]))
    means = [np.average(axis, weights=light) for axis in axes]
    return np.array([np.average((a - m) ** 2, weights=light) for a, m in zip(axes, means, strict=True)])


def middle_level(frame: Frame) -> float:
    """Return the mean luminance of the picture's middle, 4 x 4 pixels."""
    h, w = frame.instance_id.shape
    return float(luminance(frame)[h // 2 - 2 : h // 2 + 2, w // 2 - 2 : w // 2 + 2].mean())


def overhead(height_m: float, fov_deg: float = 1.0) -> Scene:
    """Return a grey card on the floor, seen from straight above, and no light at all."""
    view = camera(
        eye=(0.0, 0.0, height_m), target=(0.0, 0.0, 0.0), width=33, height=33, fov_rad=radians(fov_deg)
    )
    return make_scene([floor(material=CARD)], [view], suns=[], environment=DARK)


def lamp_above(height_m: float, **fields: object) -> SpotLight:
    """Return a lamp of 1000 cd that shines straight down."""
    values: dict[str, object] = {"inner_angle_rad": 0.5, "outer_angle_rad": 0.8, "intensity_cd": 1000.0}
    return SpotLight("lamp", Pose((0.0, 0.0, height_m), DOWN), "", **(values | fields))  # pyright: ignore[reportArgumentType]


def illuminance_lux(render: Render, scene: Scene) -> float:
    """Return lux on the card of `overhead`: what it sends back, by what it sends back of a sun from above."""
    sun = SunLight("sun", (0.0, 0.0, 1.0), _SUN_LUX)
    sun_alone = replace(scene, lights=(), panels=(), suns=(sun,))
    return float(luminance(render(scene)).mean() / luminance(render(sun_alone)).mean()) * _SUN_LUX


def lamp_lux(render: Render, distance_m: float, intensity_cd: float = 1000.0) -> float:
    """Return lux straight below a lamp; by formula: candela over metres squared."""
    scene = replace(overhead(3.0), lights=(lamp_above(distance_m, intensity_cd=intensity_cd, radius_m=0.0),))
    return illuminance_lux(render, scene)


def headlight_lux(render: Render) -> float:
    """Return lux on a wall that a headlight of `HEADLIGHT_CD` shines at from `HEADLIGHT_M`; `HEADLIGHT_LUX`.

    What the wall sends back is taken by what it sends back of a sun in the lamp's place.
    """
    wall = static_box((0.2, 20.0, 20.0), (HEADLIGHT_M + 0.1, 0.0, 0.0), material=CARD)
    seen = camera(
        eye=(20.0, 0.0, 0.0), target=(HEADLIGHT_M, 0.0, 0.0), width=16, height=16, fov_rad=radians(3.0)
    )
    beam = SpotLight("beam", Pose(), "", HEADLIGHT_CD, radius_m=0.0)
    scene = make_scene([wall], [seen], suns=[], environment=DARK, lights=(beam,))
    sun = SunLight("sun", (-1.0, 0.0, 0.0), _SUN_LUX)
    by_sun = luminance(render(replace(scene, lights=(), suns=(sun,)))).mean()
    return float(luminance(render(scene)).mean() / by_sun) * _SUN_LUX


def furnace(render: Render, roughness: float, metallic: float = 0.0) -> NDArray[np.float64]:
    """Return the luminance of a white ball's pixels by that of the white surroundings it is in: 1, it vanishes."""
    white = MaterialOverride(base_color_rgb=(1.0, 1.0, 1.0), roughness=roughness, metallic=metallic)
    sky = EnvironmentLight(map=None, illuminance_lux=_SKY_LUX)
    seen = camera(eye=(0.0, 0.0, 3.0), target=(0.0, 0.0, 0.0), width=64, height=48)
    frame = render(make_scene([sphere(0.5, material=white)], [seen], suns=[], environment=sky))
    return luminance(frame)[frame.instance_id == 1] / (_SKY_LUX / pi)


def grey_card(render: Render, illuminance: float) -> NDArray[np.float64]:
    """Return mean 8-bit codes (3,) of a metered card of 18 % under white light: `GREY_CODE`, all three alike."""
    card = MaterialOverride(base_color_rgb=(0.18, 0.18, 0.18), roughness=1.0, metallic=0.0)
    seen = camera(
        eye=(0.0, 0.0, 1.0), target=(0.0, 0.0, 0.0), width=32, height=24, fov_rad=0.4, exposure_ev100=None
    )
    scene = make_scene(
        [static_box((4.0, 4.0, 0.1), material=card)],
        [seen],
        suns=[SunLight("sun", (0.0, 0.0, 1.0), illuminance)],
        environment=EnvironmentLight(None, illuminance / 10.0),
    )
    return develop(render(scene), seen).rgb.reshape(-1, 3).mean(axis=0, dtype=float)


def lit_wall(distance_m: float, grey: float, fog: Fog | None = None) -> Scene:
    """Return a wall across a narrow view in the dark, a lamp shining on its middle from `_LAMP_M` away."""
    color = MaterialOverride(base_color_rgb=(grey, grey, grey), roughness=1.0)
    board = box((0.2, 900.0, 900.0), at=(distance_m + 0.1, 0.0, 1.0), material=color)
    narrow = camera(eye=(0.0, 0.0, 1.0), target=(1.0, 0.0, 1.0), width=16, height=12, fov_rad=0.02)
    lamp = spot((distance_m - 3.0, 4.0, 1.0), (distance_m, 0.0, 1.0), 1e6)
    return make_scene([board], [narrow], suns=[], environment=DARK, fog=fog, lights=(lamp,))


def transmittance(render: Render, fog: Fog, distance_m: float) -> float:
    """Return what part of a wall's contrast gets through fog; 0.05 at the visibility range.

    The contrast is that between a white and a black wall under the same lamp, so that what fog and mirrors add is in
    neither; beside that of fog under a sky it would be as small as the steps of 16-bit floats.
    """
    levels = [
        [middle_level(render(lit_wall(distance_m, grey, air))) for grey in (1.0, 0.0)] for air in (None, fog)
    ]
    clear, seen = (white - black for white, black in levels)
    thinner = exp(-1.0 / fog.scale_height_m) if fog.scale_height_m else 1.0  # at the height of the lamp
    before_wall = LEFT_AT_VISIBILITY ** (thinner * _LAMP_M / fog.visibility_m)  # its own light passes fog too
    return seen / clear / before_wall


def back_scattered(render: Render, eye_rad: float, sun_rad: float) -> float:
    """Return what a rough grey card sends back, over what Lambert's law says, the sun behind the camera.

    Args:
        render: draws a scene.
        eye_rad: elevation of the camera above the card.
        sun_rad: elevation of the sun, in the same direction.
    """
    eye, sun = ((float(np.cos(angle)), 0.0, float(np.sin(angle))) for angle in (eye_rad, sun_rad))
    view = camera(
        (5 * eye[0], 0.0, 5 * eye[2]), target=(0.0, 0.0, 0.0), width=33, height=33, fov_rad=radians(1.0)
    )
    lights = [SunLight("sun", sun, _SUN_LUX)]
    scene = make_scene([floor(material=CARD)], [view], suns=lights, environment=DARK)
    return float(luminance(render(scene)).mean()) / (0.5 / pi * _SUN_LUX * sun[2])


def burley(eye_rad: float, sun_rad: float, roughness: float = 1.0) -> float:
    """Return the same by formula (Burley, "Physically based shading at Disney", SIGGRAPH 2012, section 5.3)."""
    v5, l5 = ((1.0 - float(np.sin(angle))) ** 5 for angle in (eye_rad, sun_rad))
    back = 2.0 * roughness * float(np.cos((sun_rad - eye_rad) / 2)) ** 2
    return (1 - v5 / 2) * (1 - l5 / 2) + back * (v5 + l5 + v5 * l5 * (back - 1))


def glare(render: Render, roughness: float) -> float:
    """Return cd/m² of a black floor between a camera and a lamp of `_GLARE_CD` that shines at it, both low."""
    seen = camera(eye=(-_EYE_M[0], 0.0, _EYE_M[1]), target=(0.0, 0.0, 0.0), width=16, height=16, fov_rad=2e-3)
    lamp = spot((_LAMP_AHEAD_M[0], 0.0, _LAMP_AHEAD_M[1]), (0.0, 0.0, 0.0), _GLARE_CD)
    black = MaterialOverride(base_color_rgb=(0.0, 0.0, 0.0), roughness=roughness, metallic=0.0)
    scene = make_scene([floor(material=black)], [seen], suns=[], environment=DARK, lights=(lamp,))
    return middle_level(render(scene))


def glare_by_formula(roughness: float) -> float:
    """Return the same by formula: GGX, Smith's shadowing and masking (Walter et al., EGSR 2007), Schlick's Fresnel."""
    eye, lamp = (atan2(height, away) for away, height in (_EYE_M, _LAMP_AHEAD_M))
    a2, n_v, n_l = roughness**4, sin(eye), sin(lamp)
    n_h, v_h = cos((eye - lamp) / 2), sin((eye + lamp) / 2)
    density = a2 / (pi * (n_h * n_h * (a2 - 1.0) + 1.0) ** 2)
    kept = [2.0 * each / (each + hypot(each, sqrt(a2) * sqrt(1.0 - each * each))) for each in (n_v, n_l)]
    fresnel = 0.04 + 0.96 * (1.0 - v_h) ** 5
    lux = _GLARE_CD * n_l / (_LAMP_AHEAD_M[0] ** 2 + _LAMP_AHEAD_M[1] ** 2)
    return density * kept[0] * kept[1] * fresnel / (4.0 * n_v * n_l) * lux
