"""Latitude-longitude light maps: where each texel points, and how much light a map gives on a level plane.

Every back end scales its map by `upward_illuminance`, so that the same scene has the same light in all of them.
"""

from __future__ import annotations

import cv2
import numpy as np

from simgen.colour import LUMINANCE_RGB
from simgen.geometry import FloatArray
from simgen.records.asset import Float32Array

METERED_WIDTH = 512


def upward_illuminance(radiance: Float32Array) -> float:
    """Return the luminance-weighted illuminance of a map (h, w, 3) on an upward-facing plane, map units.

    It is summed at a width of 512 texels at most, for any map, so that all who ask get the same number.
    """
    metered = shrunk(radiance, METERED_WIDTH)
    directions, solid_angles = sphere_grid(metered.shape[1], metered.shape[0])
    luminance = np.asarray(metered @ LUMINANCE_RGB, dtype=float)
    return float((luminance * solid_angles * np.maximum(directions[..., 2], 0.0)).sum())


def mean_luminance_rgb(radiance: Float32Array) -> FloatArray:
    """Return (3,) the mean of a map (h, w, 3) over all directions, map units, at the width of `upward_illuminance`."""
    metered = shrunk(radiance, METERED_WIDTH)
    _, solid_angles = sphere_grid(metered.shape[1], metered.shape[0])
    return np.asarray((metered * solid_angles[..., None]).sum(axis=(0, 1)) / (4 * np.pi), dtype=float)


def sphere_grid(width: int, height: int) -> tuple[FloatArray, FloatArray]:
    """Return directions (h, w, 3) and solid angles (h, w) of a latitude-longitude map's texels."""
    azimuth = (np.arange(width) + 0.5) / width * 2 * np.pi - np.pi
    edges = np.linspace(0, np.pi, height + 1)
    polar = (edges[:-1] + edges[1:]) / 2
    directions = np.empty((height, width, 3))
    directions[..., 0] = np.sin(polar)[:, None] * np.cos(azimuth)
    directions[..., 1] = np.sin(polar)[:, None] * np.sin(azimuth)
    directions[..., 2] = np.cos(polar)[:, None]
    bands = (np.cos(edges[:-1]) - np.cos(edges[1:])) * 2 * np.pi / width
    return directions, np.repeat(bands[:, None], width, axis=1)


def shrunk(radiance: Float32Array, width: int) -> Float32Array:
    """Return a map averaged down to at most this width (energy is kept to within the texels' latitude)."""
    if radiance.shape[1] <= width:
        return np.ascontiguousarray(radiance, np.float32)
    small = cv2.resize(radiance, (width, width // 2), interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small, np.float32)
