"""Lamps for tests, aimed by two points."""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np

from simgen.geometry import Pose, Vec3, look_at
from simgen.records.light import EnvironmentLight, PanelLight, SpotLight

DARK = EnvironmentLight(map=None, illuminance_lux=0.0, background_visible=False)
_FROM_CAMERA = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]])  # columns: ahead, left, up


def aimed(eye: Vec3, target: Vec3) -> Pose:
    """A pose whose +X points at the target, +Y level."""
    T = look_at(eye, target)
    T[:3, :3] = T[:3, :3] @ _FROM_CAMERA
    return Pose.from_matrix(T)


def spot(eye: Vec3, target: Vec3, intensity_cd: float = 1000.0, **fields: Any) -> SpotLight:
    """A white spot in the world."""
    return SpotLight(
        **({"name": "spot", "pose": aimed(eye, target), "mount": ""} | fields), intensity_cd=intensity_cd
    )


def point_lamp(eye: Vec3, intensity_cd: float = 1000.0, **fields: Any) -> SpotLight:
    """A lamp that shines everywhere alike."""
    below = (eye[0], eye[1], eye[2] - 1.0)
    return spot(eye, below, intensity_cd, **({"inner_angle_rad": 3.0, "outer_angle_rad": pi} | fields))


def panel(
    eye: Vec3, target: Vec3, flux_lm: float, width_m: float, height_m: float, **fields: Any
) -> PanelLight:
    """A white panel in the world."""
    defaults: dict[str, Any] = {"name": "panel", "pose": aimed(eye, target), "mount": ""}
    return PanelLight(**(defaults | fields), flux_lm=flux_lm, width_m=width_m, height_m=height_m)
