"""Cameras and where they stand."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from simgen.scenario.spec.apertures import ApertureSpec
from simgen.scenario.spec.base import Model, Target
from simgen.scenario.spec.lenses import LensSpec
from simgen.scenario.spec.mounts import Mount
from simgen.scenario.values import (
    Angle,
    Elevation,
    FieldOfView,
    ImageSide,
    NonNegativeLength,
    Plain,
    PositiveCount,
    PositiveLength,
    PositiveTime,
    Vector3,
)


class Orbit(Model):
    """Views spread around a target, each from its own draw.

    `spread: even` divides the azimuth range into as many equal sectors as there are frames, one view in each.
    """

    target: Target  # region, object or point looked at
    radius: PositiveLength
    elevation: Elevation
    azimuth: Angle | None = None  # None: all around
    target_jitter: NonNegativeLength = 0.0
    spread: Literal["even", "independent"] = "even"


class Fixed(Model):
    """A camera that stands still, or one pose drawn per frame where a value is a distribution."""

    position: Vector3
    look_at: Target
    roll: Angle = 0.0
    per_frame: bool = False  # a pose is drawn for every frame


def _exposure_tag(raw: Any) -> str:
    return "<auto>" if isinstance(raw, str) and "${" not in raw else "<ev100>"


Exposure = Annotated[
    Annotated[Plain, Tag("<ev100>")] | Annotated[Literal["auto"], Tag("<auto>")], Discriminator(_exposure_tag)
]


def _is_none(value: object) -> bool:
    return value is None


# Left out of the canonical form where it is not given: it names no more than it did before there was this field.
_UNLESS_NONE = Field(exclude_if=_is_none)


class CameraSpec(Model):
    """A pinhole camera, unless it has a lens: exactly one of `orbit`, `fixed` and `mount`.

    Without `shutter` a picture is of an instant, without `aperture` all of it is sharp.
    """

    kind: Literal["camera"] = "camera"
    width: ImageSide = 640
    height: ImageSide = 480
    fov: FieldOfView = 1.0472  # horizontal; lenses but `brown_conrady` have their own
    near: PositiveLength = 0.05  # nothing nearer is drawn, nothing farther than `far`
    far: PositiveLength = 200.0
    exposure: Exposure = "auto"  # EV at ISO 100; auto: metered frame by frame
    orbit: Orbit | None = None
    fixed: Fixed | None = None
    mount: Mount | None = None
    lens: LensSpec | None = None
    # Is open so long, half of it before the frame
    shutter: Annotated[PositiveTime | None, _UNLESS_NONE] = None
    aperture: Annotated[ApertureSpec | None, _UNLESS_NONE] = None
    # Sharp pictures in a blurred one, at most
    blur_samples: Annotated[PositiveCount | None, _UNLESS_NONE] = None
