"""Lights as Mitsuba objects."""

from __future__ import annotations

from math import degrees
from typing import Any

import numpy as np

from simgen.geometry import FloatArray, rotation_about_z
from simgen.rendering.pathtrace.lamps import Cone, Projected, Rectangle
from simgen.rendering.pathtrace.lights import SunDisc, Surroundings

# Mitsuba's map is about +Y and runs clockwise seen from above: ours mirrored, with our (x, y, z) as its (z, x, y).
# Its lamps shine along +Z, ours along +X: the same turn.
_OURS_FROM_ITS = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
_NARROWEST_RAD = 1e-4  # of a cone's border: Mitsuba divides by it


class Emitters:
    """Makes Mitsuba's lights.

    Args:
        mitsuba: the module, its variant set.
    """

    def __init__(self, mitsuba: Any) -> None:
        self._mi = mitsuba

    def sun(self, sun: SunDisc, weight: float = 1.0) -> Any:
        """Return a disc that shines; by its weight it is chosen among lights."""
        mi = self._mi
        up = [1.0, 0.0, 0.0] if abs(sun.direction[2]) > 0.9 else [0.0, 0.0, 1.0]
        target = sun.center_m - sun.direction
        place = mi.ScalarTransform4f().look_at(sun.center_m.tolist(), target.tolist(), up)
        return mi.load_dict(
            {
                "type": "disk",
                "to_world": place @ mi.ScalarTransform4f().scale(sun.radius_m),
                "light": {
                    "type": "area",
                    "radiance": _rgb(sun.luminance_rgb),
                    "sampling_weight": weight,
                },
            }
        )

    def around(self, light: Surroundings) -> Any:
        """Return surroundings; None where they are dark."""
        if light.luminance <= 0:
            return None
        if light.radiance is None:
            return self._mi.load_dict({"type": "constant", "radiance": _rgb([light.luminance] * 3)})
        turn = np.eye(4)
        turn[:3, :3] = rotation_about_z(light.rotation_rad) @ _OURS_FROM_ITS
        mirrored = np.ascontiguousarray(light.radiance[:, ::-1], np.float32)
        return self._mi.load_dict(
            {
                "type": "envmap",
                "bitmap": self._mi.Bitmap(mirrored),
                "scale": light.luminance,
                "to_world": self._mi.ScalarTransform4f(turn),
            }
        )

    def cone(self, cone: Cone) -> Any:
        """Return a point that shines into a cone."""
        full = min(cone.full_rad, cone.end_rad - _NARROWEST_RAD)
        return self._mi.load_dict(
            {
                "type": "spot",
                "to_world": self._mi.ScalarTransform4f(_shining_along_x(cone.T_world_cone)),
                "intensity": _rgb(cone.intensity_rgb),
                "cutoff_angle": degrees(cone.end_rad),
                "beam_width": degrees(max(full, 0.0)),
                "sampling_weight": cone.share,
            }
        )

    def projected(self, beam: Projected) -> Any:
        """Return a point that shines into a pattern."""
        pattern = self._mi.Bitmap(np.ascontiguousarray(beam.pattern[..., None]))
        return self._mi.load_dict(
            {
                "type": "spot",
                "to_world": self._mi.ScalarTransform4f(_shining_along_x(beam.T_world_lamp)),
                "intensity": _rgb(beam.intensity_rgb),
                "cutoff_angle": degrees(beam.half_rad),
                "beam_width": degrees(beam.half_rad - _NARROWEST_RAD),
                "texture": {"type": "bitmap", "bitmap": pattern, "raw": True, "wrap_mode": "clamp"},
                "sampling_weight": beam.share,
            }
        )

    def rectangle(self, panel: Rectangle) -> Any:
        """Return a rectangle that shines to one side; seen from behind it is not there."""
        width, height = panel.size_m
        place = _shining_along_x(panel.T_world_panel) @ np.diag([width / 2, height / 2, 1.0, 1.0])
        return self._mi.load_dict(
            {
                "type": "rectangle",
                "to_world": self._mi.ScalarTransform4f(place),
                "bsdf": {"type": "null"},
                "light": {"type": "area", "radiance": _rgb(panel.luminance_rgb)},
            }
        )


def _shining_along_x(T_world_light: FloatArray) -> FloatArray:
    turn = np.eye(4)
    turn[:3, :3] = _OURS_FROM_ITS
    return T_world_light @ turn


def _rgb(value: Any) -> dict[str, Any]:
    return {"type": "rgb", "value": list(value)}
