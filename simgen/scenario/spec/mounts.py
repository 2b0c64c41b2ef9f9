"""Fixing a camera or lamp to a body."""

from __future__ import annotations

from simgen.scenario.spec.base import BodyName, Model
from simgen.scenario.values import Angle, Vector3


class Mount(Model):
    """A pose in the frame of a body: x ahead (see `ActorSpec.forward`), y left, z up, from the middle of its underside.

    With all angles 0 it looks ahead and stands upright. `yaw` turns it left, then `pitch` up, then `roll` clockwise as
    seen from behind.
    """

    on: BodyName
    position: Vector3 = (0.0, 0.0, 0.0)
    yaw: Angle = 0.0
    pitch: Angle = 0.0
    roll: Angle = 0.0
