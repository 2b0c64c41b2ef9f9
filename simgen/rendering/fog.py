"""Fog between a camera and what it sees: what gets through, and the light that the air sends instead.

The formulas here bind every back end; `raster/shaders/fog.glsl` is their copy. Lengths are along the ray.

Light that has gone through the air is `L exp(-d) + A (1 - exp(-d))` with the optical depth d (Koschmieder 1924). The
airlight A is the mean luminance of the surroundings, plus what the air scatters of each sun. Lamps glow by single
scattering. Fog particles absorb nothing of visible light.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log, pi

import numpy as np

from simgen.geometry import FloatArray
from simgen.records.frame import View
from simgen.records.light import Fog, SunLight

CONTRAST_THRESHOLD = 0.05  # WMO, Guide to Meteorological Instruments (WMO-No. 8), chapter 9
FORWARD = 0.75  # asymmetry of the scattering: assumed; 0.85 to 0.9 for one droplet, less after several
DIFFUSED = 0.5  # share that has been scattered so often that it comes from everywhere: assumed


def extinction_per_m(fog: Fog) -> float:
    """Return the extinction coefficient at `base_m` and below: what leaves 5 % of the light after the visibility."""
    return -log(CONTRAST_THRESHOLD) / fog.visibility_m


def optical_depth(fog: Fog, z0_m: FloatArray, z1_m: FloatArray, distance_m: FloatArray) -> FloatArray:
    """Return the optical depth of straight ways between two heights.

    Args:
        fog: the air.
        z0_m: (...) world z of one end.
        z1_m: (...) of the other.
        distance_m: (...) between them.
    """
    if fog.scale_height_m <= 0:
        return extinction_per_m(fog) * np.asarray(distance_m, dtype=float)
    low, high = _column_m(fog, z0_m), _column_m(fog, z1_m)
    rise = np.asarray(z1_m, dtype=float) - z0_m
    level = np.abs(rise) < 1e-3 * fog.scale_height_m
    mean = np.where(level, _density(fog, z0_m + rise / 2), (high - low) / np.where(level, 1.0, rise))
    return extinction_per_m(fog) * np.asarray(distance_m, dtype=float) * mean


def optical_depth_before(fog: Fog, view: View, p_camera: FloatArray) -> float:
    """Return the optical depth of the way from where a camera's ray begins to a point (3,), camera frame."""
    way, length_m = view.intrinsics.way_to(p_camera)
    up = view.T_world_camera[2, :3]
    z = float(up @ p_camera + view.T_world_camera[2, 3])
    start = z - length_m * float(up @ way)
    return float(optical_depth(fog, np.asarray(start), np.asarray(z), np.asarray(length_m)))


def optical_depth_to_sky(fog: Fog, z0_m: FloatArray | float, climb: FloatArray) -> FloatArray:
    """Return the optical depth of rays without an end; infinite unless the fog thins and they climb.

    Args:
        z0_m: (...) world z where they begin.
        climb: (...) world z of their unit directions.
    """
    climb = np.asarray(climb, dtype=float)
    if fog.scale_height_m <= 0:
        return np.full_like(climb, np.inf)
    above = fog.base_m + fog.scale_height_m - _column_m(fog, np.asarray(z0_m))
    rising = climb > 1e-6
    return np.where(rising, extinction_per_m(fog) * above / np.where(rising, climb, 1.0), np.inf)


def scattered(cosine: FloatArray) -> FloatArray:
    """Return the share of light, per steradian, that goes on at an angle of this cosine to where it went.

    Henyey and Greenstein's function (Astrophysical Journal 93, 1941) and an even part; it integrates to 1.
    """
    g = FORWARD
    forward = (1 - g * g) / (1 + g * g - 2 * g * np.asarray(cosine, dtype=float)) ** 1.5
    return (DIFFUSED + (1 - DIFFUSED) * forward) / (4 * pi)


def airlight(mean_rgb: FloatArray, suns: Sequence[SunLight], directions: FloatArray) -> FloatArray:
    """Return (..., 3) the luminance that endless fog has in directions (..., 3), unit, away from the camera.

    Args:
        mean_rgb: (3,) mean luminance of the surroundings over all directions, cd/m².
    """
    air = np.broadcast_to(mean_rgb, directions.shape).copy()
    for sun in suns:
        share = scattered(directions @ np.asarray(sun.direction_world, dtype=float))
        air += share[..., None] * (np.asarray(sun.color_rgb) * sun.illuminance_lux)
    return air


def fogged(radiance: FloatArray, depth: FloatArray, air: FloatArray) -> FloatArray:
    """Return what is seen of radiance (..., 3) through an optical depth (...) of air with this airlight (..., 3)."""
    through = np.exp(-depth)[..., None]
    return radiance * through + air * (1 - through)


def _density(fog: Fog, z_m: FloatArray) -> FloatArray:
    return np.exp(-np.maximum(np.asarray(z_m, dtype=float) - fog.base_m, 0.0) / fog.scale_height_m)


def _column_m(fog: Fog, z_m: FloatArray) -> FloatArray:
    """Return the integral of the density up to a height, less that up to z = 0 taken as all below the base."""
    z = np.asarray(z_m, dtype=float)
    above = fog.scale_height_m * (1 - _density(fog, z))
    return np.minimum(z, fog.base_m) + above
