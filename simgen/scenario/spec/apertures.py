"""Apertures of cameras: how wide a lens is open, and on what it is focused."""

from __future__ import annotations

from simgen.scenario.spec.base import BodyName, Model
from simgen.scenario.values import Positive, PositiveLength


class ApertureSpec(Model):
    """A round opening in a thin lens: what is nearer or farther than the focus is blurred.

    Exactly one of `f_number` and `diameter`, and one of `focus` and `focus_on`. It changes the sharpness, not the
    brightness: that is `exposure`.
    """

    f_number: Positive | None = None  # focal length / diameter
    diameter: PositiveLength | None = None  # of the entrance pupil
    sensor_width: PositiveLength = 0.036  # full frame; with the camera's fov it gives the focal length
    focal_length: PositiveLength | None = None  # in place of that
    focus: PositiveLength | None = None  # depth of the plane that is sharp
    focus_on: BodyName | None = None  # keeps the middle of this body sharp, frame by frame
