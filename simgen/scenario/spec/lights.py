"""Light: from all around, from suns, from lamps."""

from __future__ import annotations

from typing import Literal

from simgen.scenario.spec.base import Model, Named, Target
from simgen.scenario.spec.mounts import Mount
from simgen.scenario.values import (
    Angle,
    AssetParam,
    ColorTemperature,
    Elevation,
    Flux,
    HalfAngle,
    Illuminance,
    Intensity,
    Length,
    NonNegativeLength,
    PositiveLength,
    Text,
    Turbidity,
    Vector3,
)


class EnvironmentSpec(Model):
    """Light from all around."""

    map: Text | None = None  # catalogue id of a light map, or `procedural/softbox`, `procedural/sky` ...
    params: Named[
        AssetParam
    ] = {}  # of a procedural map, for example the `sun_elevation_rad` of `procedural/sky`
    # On an upward-facing plane; default: 500, or what `procedural/sky` has
    illuminance: Illuminance | None = None
    rotation: Angle = 0.0  # of the map, about world Z
    background: bool = True  # seen behind everything; false: it only lights


class SunSpec(Model):
    """A directional light; azimuth from +X towards +Y, elevation above the horizon.

    Without `illuminance` it is the sun of a clear day, as bright as the air of this `turbidity` leaves it (none below
    the horizon) and, without `color_temperature`, as red.
    """

    azimuth: Angle
    elevation: Elevation
    illuminance: Illuminance | None = None  # on a plane facing it
    turbidity: Turbidity = 2.5  # 2 very clear, 10 hazy; only where `illuminance` is left out
    color_temperature: ColorTemperature | None = None  # kelvin, black body; default: 5800
    angular_diameter: Angle = 0.0093


class LampFixed(Model):
    """A lamp that stands in the world."""

    position: Vector3
    look_at: Target


class LightSpec(Model):
    """A lamp that shines a cone, for example a headlight or a street lamp: exactly one of `mount` and `fixed`."""

    mount: Mount | None = None
    fixed: LampFixed | None = None
    intensity: Intensity  # along its axis; of a low or high beam, where it is brightest
    color_temperature: ColorTemperature = 4000.0  # kelvin, black body
    inner: HalfAngle = 0.35  # from the axis: full intensity up to here ...
    outer: HalfAngle = 0.7  # ... and none from here on
    beam: Literal["cone", "low", "high"] = "cone"  # pattern inside the cone: low is cut off below its axis
    # To which the cut-off of a low beam rises: where traffic keeps right
    near_side: Literal["right", "left"] = "right"
    radius: NonNegativeLength = 0.05  # of the lamp's disc: larger is softer
    on: bool = True  # at the start
    shadows: bool = True


class PanelSpec(Model):
    """A rectangle that shines to one side, for example a ceiling panel: exactly one of `mount` and `fixed`."""

    mount: Mount | None = None
    fixed: LampFixed | None = None
    flux: Flux  # all the light that it gives
    width: PositiveLength  # level, where it looks ahead
    height: PositiveLength
    color_temperature: ColorTemperature = 4000.0  # kelvin, black body
    on: bool = True  # at the start
    shadows: bool = True


class FogSpec(Model):
    """Air that scatters light: everywhere the same, or thinning with height."""

    visibility: PositiveLength  # meteorological optical range: contrast falls to 5 % over it
    scale_height: NonNegativeLength = 0.0  # over which it thins to 1/e; 0: the same at every height
    base: Length = 0.0  # height up to which it is densest
