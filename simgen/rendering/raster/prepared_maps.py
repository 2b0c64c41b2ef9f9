"""Light maps as they are uploaded, and their files: analysing and blurring one takes a tenth of a second."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simgen.assets.packed import pack_arrays, unpack_arrays
from simgen.rendering.raster.environment import MapAnalysis, MapSun

_MAGIC = b"SIMGENL1"  # another number when `analyse` or `prefilter.frag` gives other values


@dataclass(frozen=True, slots=True, eq=False)
class PreparedMap:
    """All that a map's radiance is needed for.

    Attributes:
        background: (h, w) uint32, the map as small floats, see `gl_calls.R11G11B10F`.
        tiles: (h, w, 4) float16, its blurred levels side by side.
        value_scale: what to multiply texels of both by to get the map's own units.
    """

    analysis: MapAnalysis
    background: NDArray[np.uint32]
    tiles: NDArray[np.float16]
    value_scale: float


def pack_map(prepared: PreparedMap) -> bytes:
    """Return a prepared map as bytes; the same map gives the same bytes."""
    analysis = prepared.analysis
    header = {
        "value_scale": prepared.value_scale,
        "upward_illuminance": analysis.upward_illuminance,
        "diameters_rad": [sun.angular_diameter_rad for sun in analysis.suns],
    }
    arrays = {
        "background": prepared.background,
        "tiles": prepared.tiles,
        "sun_directions": np.array([sun.direction for sun in analysis.suns]),
        "sun_illuminances": np.array([sun.illuminance_rgb for sun in analysis.suns]),
        "mean_rgb": analysis.mean_rgb,
        "soft": analysis.soft,
        "directions": analysis.directions,
        "energies_rgb": analysis.energies_rgb,
        "solid_angles": analysis.solid_angles,
    }
    return pack_arrays(_MAGIC, header, arrays)


def unpack_map(data: bytes) -> PreparedMap:
    """Return the map that `pack_map` wrote; what stays with a scene does not hold on to `data`.

    Raises:
        ValueError: the bytes are damaged, cut short or of another version.
    """
    header, arrays = unpack_arrays(_MAGIC, data)
    suns = zip(arrays["sun_directions"], arrays["sun_illuminances"], header["diameters_rad"], strict=True)
    kept = {
        name: arrays[name].copy()
        for name in ("mean_rgb", "soft", "directions", "energies_rgb", "solid_angles")
    }
    analysis = MapAnalysis(
        upward_illuminance=header["upward_illuminance"],
        suns=tuple(MapSun(direction.copy(), rgb.copy(), diameter) for direction, rgb, diameter in suns),
        **kept,
    )
    return PreparedMap(analysis, arrays["background"], arrays["tiles"], header["value_scale"])
