"""Looks as Mitsuba surfaces: metallic-roughness, clear coats over it, holes and glass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from simgen.colour import linear_from_srgb
from simgen.geometry import Vec3
from simgen.records.asset import Float32Array
from simgen.rendering.pathtrace.looks import Coat, Look, Picture

# Of the light paths at a coated surface, those that follow the coat's mirror image. Mitsuba mixes surfaces by shares
# that sum to 1, where coat and base overlay: so each is made as much stronger as its share is below 1.
_COAT_PATHS = 0.25
_PLAINEST = 1.001  # refractive index of what mirrors nothing; Mitsuba takes none of exactly 1
_COAT_INDEX = 1.5


class Surfaces:
    """Makes Mitsuba's scattering functions.

    Args:
        mitsuba: the module, its variant set.
    """

    def __init__(self, mitsuba: Any) -> None:
        self._mi = mitsuba

    def bsdf(self, look: Look) -> Any:
        """Return how a look scatters light, on both sides alike."""
        solid: dict[str, Any] = {"type": "twosided", "inner": self._solid(look)}
        if look.is_whole:
            return self._mi.load_dict(solid)
        opacity = self._number(look.opacity)
        if look.tint is None:
            return self._mi.load_dict({"type": "mask", "opacity": opacity, "inner": solid})
        return self._mi.load_dict(
            {"type": "blendbsdf", "weight": opacity, "clear": self._clear(look.tint), "own": solid}
        )

    def light(self, look: Look) -> Callable[[], Any] | None:
        """Return what makes the light of a look that shines, a new one for each mesh; None where it does not shine."""
        if np.max(look.emission) <= 0.0:
            return None
        is_plain = isinstance(look.emission, tuple)
        radiance = {"type": "rgb", "value": list(look.emission)} if is_plain else self._linear(look.emission)
        return lambda: self._mi.load_dict({"type": "area", "radiance": radiance})

    def _clear(self, tint: Vec3 | Float32Array) -> dict[str, Any]:
        """Return what only colours the light that passes: a polarising filter, which otherwise takes half of it."""
        return {"type": "polarizer", "transmittance": self._linear(2.0 * np.array(tint, np.float32, ndmin=3))}

    def _solid(self, look: Look) -> dict[str, Any]:
        if look.coat is None:
            return self._base(look, self._color(look.color), look.mirrored)
        stronger = look.coat.leaves / (1.0 - _COAT_PATHS)
        color = self._stronger(look.color, stronger)
        base = self._base(look, color, look.mirrored * stronger)
        return {
            "type": "blendbsdf",
            "weight": _COAT_PATHS,
            "base": base,
            "coat": self._coat(look.coat, 1.0 / _COAT_PATHS),
        }

    def _base(self, look: Look, color: dict[str, Any], mirrored: float) -> dict[str, Any]:
        bsdf: dict[str, Any] = {
            "type": "principled",
            "base_color": color,
            "roughness": self._number(look.roughness),
            "metallic": self._number(look.metallic),
            "eta": _index(mirrored),
        }
        if look.normal is None:
            return bsdf
        return {"type": "normalmap", "normalmap": self._texture(look.normal, raw=True), "inner": bsdf}

    def _coat(self, coat: Coat, stronger: float) -> dict[str, Any]:
        """Return the mirror image alone of a dielectric: a conductor that absorbs nothing inside has the same."""
        return {
            "type": "roughconductor",
            "distribution": "ggx",
            "alpha": coat.roughness**2,
            "eta": {"type": "rgb", "value": [_COAT_INDEX] * 3},
            "k": {"type": "rgb", "value": [0.0] * 3},
            "specular_reflectance": self._linear(np.full((1, 1, 3), coat.share * stronger)),
        }

    def _color(self, value: tuple[float, float, float] | Picture) -> dict[str, Any]:
        if isinstance(value, tuple):
            return {"type": "rgb", "value": list(value)}
        return self._texture(value, raw=False)

    def _stronger(self, value: tuple[float, float, float] | Picture, factor: float) -> dict[str, Any]:
        """Return a colour times a factor; above 1 only pictures of floats hold it."""
        if isinstance(value, tuple):
            return self._linear(np.reshape(value, (1, 1, 3)) * factor)
        table = linear_from_srgb(np.arange(256) / 255) * factor
        return self._linear(table[value])

    def _number(self, value: float | Picture) -> Any:
        return value if isinstance(value, float) else self._texture(np.expand_dims(value, -1), raw=True)

    def _texture(self, pixels: Picture, raw: bool) -> dict[str, Any]:
        # Mitsuba's first row is v = 0.
        bitmap = self._mi.Bitmap(np.ascontiguousarray(pixels[::-1]))
        bitmap.set_srgb_gamma(not raw)
        return {"type": "bitmap", "bitmap": bitmap, "raw": raw}

    def _linear(self, values: Any) -> dict[str, Any]:
        """Return a picture (h, w, 3) of linear numbers of any size."""
        bitmap = self._mi.Bitmap(np.ascontiguousarray(values[::-1], np.float32))
        return {"type": "bitmap", "bitmap": bitmap, "raw": True}


def _index(mirrored: float) -> float:
    """Return the refractive index of what reflects so much head-on (Fresnel)."""
    root = mirrored**0.5
    return max((1 + root) / (1 - root), _PLAINEST)
