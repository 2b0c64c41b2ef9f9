"""Light of a scene, and the air that it passes: suns, surroundings, lamps, panels, fog. All photometric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simgen.geometry import Pose, Vec3
from simgen.records.asset import AssetRef

Beam = Literal["cone", "low", "high"]


@dataclass(frozen=True, slots=True)
class SunLight:
    """A directional light with a small disc, casting shadows.

    Attributes:
        direction_world: unit vector from the scene towards the sun.
        illuminance_lux: on a plane facing it.
        color_rgb: linear, scaled so that its luminance (Rec. 709 weights) is 1.
        angular_diameter_rad: 0.0093 for the sun; larger is softer.
    """

    name: str
    direction_world: Vec3
    illuminance_lux: float
    color_rgb: Vec3 = (1.0, 1.0, 1.0)
    angular_diameter_rad: float = 0.0093


@dataclass(frozen=True, slots=True)
class EnvironmentLight:
    """Light from all around, by a latitude-longitude map.

    Attributes:
        map: the map, or None for a uniform grey one.
        illuminance_lux: that the whole map gives on an upward-facing plane; the map is scaled to it.
        rotation_rad: about world +Z, right-handed.
        background_visible: whether cameras see the map behind the scene (black otherwise).
    """

    map: AssetRef | None
    illuminance_lux: float
    rotation_rad: float = 0.0
    background_visible: bool = True


@dataclass(frozen=True, slots=True)
class SpotLight:
    """A lamp that shines a cone, for example a headlight; it shines along +X of its own frame.

    Intensity is constant inside the inner cone and falls to 0 at the outer one as
    `smoothstep(cos(outer), cos(inner), cos(angle))`; illuminance at distance d is intensity / d². A low or a high beam
    has a pattern inside its cone, see `rendering.beams`.

    Attributes:
        pose: `T_mount_light` in the object frame of `mount`, `T_world_light` without one.
        mount: name of the body it is fixed to; empty: it stands in the world.
        intensity_cd: candela along the axis; of a beam at its brightest.
        color_rgb: linear, scaled so that its luminance (Rec. 709 weights) is 1.
        inner_angle_rad: from the axis; 0 to below `outer_angle_rad`.
        outer_angle_rad: from the axis; at most pi. Half the opening of the cone.
        on: at time 0.
        radius_m: of the lamp's disc, for soft shadows.
        casts_shadows: whether bodies block it. False leaves a shadow map out in the raster renderer; the path
            tracer, where light ends at bodies without more ado, draws the shadow all the same.
        beam: `cone`, or the pattern of a headlight: a `low` beam is cut off 0.57 degrees below its axis, rising by
            15 degrees on the near side; a `high` beam is brightest along its axis.
        near_side: side of the road that a low beam's cut-off rises to: right where traffic keeps right.
    """

    name: str
    pose: Pose
    mount: str
    intensity_cd: float
    color_rgb: Vec3 = (1.0, 1.0, 1.0)
    inner_angle_rad: float = 0.35
    outer_angle_rad: float = 0.7
    on: bool = True
    radius_m: float = 0.05
    casts_shadows: bool = True
    beam: Beam = "cone"
    near_side: Literal["right", "left"] = "right"


@dataclass(frozen=True, slots=True)
class PanelLight:
    """A rectangle that shines, for example a ceiling panel: along +X of its own frame, Lambertian, from one side.

    Its luminance is flux / (pi * width * height), the same from every direction in front of it.

    Attributes:
        pose: `T_mount_light` in the object frame of `mount`, `T_world_light` without one; the middle of the panel.
        mount: name of the body it is fixed to; empty: it stands in the world.
        flux_lm: lumen, all that it gives.
        width_m: along its Y axis.
        height_m: along its Z axis.
        color_rgb: linear, scaled so that its luminance (Rec. 709 weights) is 1.
        on: at time 0.
        casts_shadows: whether bodies block it. False leaves a shadow map out in the raster renderer; the path
            tracer, where light ends at bodies without more ado, draws the shadow all the same.
    """

    name: str
    pose: Pose
    mount: str
    flux_lm: float
    width_m: float
    height_m: float
    color_rgb: Vec3 = (1.0, 1.0, 1.0)
    on: bool = True
    casts_shadows: bool = True


@dataclass(frozen=True, slots=True)
class Fog:
    """Air that scatters: uniform, or thinning with height (ground fog).

    Extinction is ln(20) / visibility per metre at `base_m` and below (Koschmieder's law with the contrast threshold
    0.05 of the WMO's meteorological optical range), above it times exp(-(z - base) / scale height).

    Attributes:
        visibility_m: meteorological optical range at the ground.
        scale_height_m: height over which it thins to 1/e; 0: the same at every height.
        base_m: world z up to which it is densest.
    """

    visibility_m: float
    scale_height_m: float = 0.0
    base_m: float = 0.0
