"""What a light map means for shading: its suns, its soft remainder, and 32 directions that stand for it.

All in the map's own units and at zero rotation, so that one analysis serves every scene that uses the map;
`illuminate` then turns and scales it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from simgen.colour import LUMINANCE_RGB
from simgen.geometry import FloatArray, Vec3, rotation_about_z, vec3
from simgen.records.asset import Float32Array
from simgen.rendering.light_map import (
    METERED_WIDTH,
    mean_luminance_rgb,
    shrunk,
    sphere_grid,
    upward_illuminance,
)

DIRECTION_COUNT = 32

_COARSE_WIDTH = 128
_SUN_TIMES_MEAN = 12.0  # assumed: a texel this much brighter than the sphere's mean may belong to a sun
_SUN_LEAST_SHARE = 0.05  # of all light; weaker lamps stay in the soft part
_SUN_WIDEST_RAD = 0.35  # wider lamps cast shadows so soft that the 32 directions carry them better
_SUN_NARROWEST_RAD = 0.0093
_MOST_SUNS = 2


@dataclass(frozen=True, slots=True, eq=False)
class MapSun:
    """A compact bright spot of a map.

    Attributes:
        direction: unit, map frame, towards the spot.
        illuminance_rgb: on a plane facing it, map units.
        angular_diameter_rad: of the uniform disc with the same spread.
    """

    direction: FloatArray
    illuminance_rgb: FloatArray
    angular_diameter_rad: float


@dataclass(frozen=True, slots=True, eq=False)
class MapAnalysis:
    """A light map split into suns and a soft remainder.

    Attributes:
        upward_illuminance: luminance-weighted, of the whole map on an upward-facing plane, map units.
        mean_rgb: (3,) of the whole map over all directions.
        soft: (256, 512, 3) or smaller, the map without its suns.
        directions: (32, 3) unit, map frame; regions of equal energy of `soft`.
        energies_rgb: (32, 3) radiance times solid angle of each region.
        solid_angles: (32,) of each region.
    """

    upward_illuminance: float
    mean_rgb: FloatArray
    suns: tuple[MapSun, ...]
    soft: Float32Array
    directions: FloatArray
    energies_rgb: FloatArray
    solid_angles: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Illumination:
    """A map's soft light in a scene, world frame, cd/m² and lux.

    Attributes:
        irradiance_sh: (9, 3) irradiance / pi as polynomial coefficients in the order of `shade.frag`.
        directions: (32, 3) unit.
        energies_rgb: (32, 3) lux on a plane facing each.
        solid_angles: (32,) of the region behind each.
        map_scale: map units -> cd/m².
    """

    irradiance_sh: FloatArray
    directions: FloatArray
    energies_rgb: FloatArray
    solid_angles: FloatArray
    map_scale: float

    def irradiance(self, normals: FloatArray) -> FloatArray:
        """Return (n, 3) irradiance / pi on planes of these unit normals (n, 3), nothing in the way."""
        return np.maximum(_sh_basis(normals) @ self.irradiance_sh, 0.0)


def analyse(radiance: Float32Array) -> MapAnalysis:
    """Split a latitude-longitude map (h, w, 3); row 0 straight up, see `records.asset.EnvironmentMap`."""
    fine = shrunk(radiance, METERED_WIDTH)  # suns are looked for at 0.7 degrees
    directions, solid_angles = sphere_grid(fine.shape[1], fine.shape[0])
    luminance = np.asarray(fine @ LUMINANCE_RGB, dtype=float)
    suns, soft = _extract_suns(fine, luminance, directions, solid_angles)
    coarse = shrunk(soft, _COARSE_WIDTH)
    return MapAnalysis(upward_illuminance(fine), mean_luminance_rgb(fine), suns, soft, *_median_cut(coarse))


def uniform_map() -> Float32Array:
    """Return the map of a scene without one: grey all around."""
    return np.ones((_COARSE_WIDTH // 2, _COARSE_WIDTH, 3), np.float32)


def illuminate(analysis: MapAnalysis, illuminance_lux: float, rotation_rad: float) -> Illumination:
    """Return a map's soft light, scaled so that the whole map gives `illuminance_lux` on an upward plane."""
    scale = illuminance_lux / analysis.upward_illuminance if analysis.upward_illuminance > 0 else 0.0
    turn = rotation_about_z(rotation_rad)
    coefficients = _harmonics(shrunk(analysis.soft, _COARSE_WIDTH), turn) * scale
    towards = analysis.directions @ turn.T
    return Illumination(coefficients, towards, analysis.energies_rgb * scale, analysis.solid_angles, scale)


def illumination_of(around: Float32Array, map_scale: float) -> Illumination:
    """Return the light of a picture of all around (64, 128, 3), world, cd/m², `map_scale` being that of the map."""
    return Illumination(_harmonics(around, np.eye(3)), *_median_cut(around), map_scale)


def sky_around(analysis: MapAnalysis, scale: float, rotation_rad: float) -> FloatArray:
    """Return a map's soft light as a picture of all around (64, 128, 3), world, cd/m²."""
    size = (_COARSE_WIDTH, _COARSE_WIDTH // 2)
    coarse = np.asarray(cv2.resize(analysis.soft, size, interpolation=cv2.INTER_AREA), dtype=float) * scale
    columns, part = divmod(rotation_rad / (2 * np.pi) * _COARSE_WIDTH, 1.0)
    turned = np.roll(coarse, int(columns), axis=1)
    return turned * (1 - part) + np.roll(turned, 1, axis=1) * part


def _harmonics(coarse: Float32Array, turn: FloatArray) -> FloatArray:
    """Return (9, 3) the coefficients of irradiance / pi of a map that is turned."""
    directions, solid_angles = sphere_grid(coarse.shape[1], coarse.shape[0])
    basis = _sh_basis(directions.reshape(-1, 3) @ turn.T)
    weighted = (coarse * solid_angles[..., None]).reshape(-1, 3).astype(float)
    return _SH_COSINE[:, None] * (basis.T @ weighted)


# Polynomials of the real spherical harmonics up to order 2, and what turns a projection on them into irradiance / pi:
# squared normalisation times the cosine lobe's 1, 2/3, 1/4 (Ramamoorthi and Hanrahan, SIGGRAPH 2001).
_SH_COSINE = np.array(
    [
        1 / (4 * np.pi),
        *[3 / (4 * np.pi) * 2 / 3] * 3,
        15 / (4 * np.pi) / 4,
        15 / (4 * np.pi) / 4,
        5 / (16 * np.pi) / 4,
        15 / (4 * np.pi) / 4,
        15 / (16 * np.pi) / 4,
    ]
)


def _sh_basis(d: FloatArray) -> FloatArray:
    x, y, z = d[:, 0], d[:, 1], d[:, 2]
    return np.column_stack([np.ones_like(x), y, z, x, x * y, y * z, 3 * z * z - 1, x * z, x * x - y * y])


def _extract_suns(
    fine: Float32Array, luminance: FloatArray, directions: FloatArray, solid_angles: FloatArray
) -> tuple[tuple[MapSun, ...], Float32Array]:
    from scipy import ndimage  # here: maps come prepared from the cache, without SciPy

    flux = float((luminance * solid_angles).sum())
    threshold = _SUN_TIMES_MEAN * flux / (4 * np.pi)
    regions = np.zeros(luminance.shape, np.int32)
    ndimage.label(luminance > threshold, structure=np.ones((3, 3)), output=regions)
    _join_at_seam(regions)
    excess_share = np.where(luminance > threshold, 1 - threshold / np.maximum(luminance, 1e-30), 0.0)
    soft = fine.copy()
    found: list[MapSun] = []
    for region in range(1, int(regions.max()) + 1):
        here = regions == region
        if not here.any():
            continue
        energy = fine[here] * (excess_share * solid_angles)[here][:, None]
        sun = _sun(energy.astype(float), directions[here])
        enough = float(energy.sum(axis=0) @ LUMINANCE_RGB) > _SUN_LEAST_SHARE * flux
        if enough and sun.angular_diameter_rad < _SUN_WIDEST_RAD:
            found.append(sun)
    found = sorted(found, key=lambda sun: -float(sun.illuminance_rgb @ LUMINANCE_RGB))[:_MOST_SUNS]
    for sun in found:
        region = int(regions.flat[int(np.argmax(directions.reshape(-1, 3) @ sun.direction))])
        here = (regions == region) & (region > 0)
        soft[here] *= (1 - excess_share[here])[:, None]
    return tuple(found), soft


def _join_at_seam(regions: NDArray[np.int32]) -> None:
    """Give regions that meet across the map's left and right border one label, in place."""
    for left, right in zip(regions[:, 0], regions[:, -1], strict=True):
        if left and right and left != right:
            regions[regions == right] = left


def _sun(energy_rgb: FloatArray, directions: FloatArray) -> MapSun:
    weights = energy_rgb @ LUMINANCE_RGB
    mean = weights @ directions / weights.sum()
    direction = mean / np.linalg.norm(mean)
    spread = np.sqrt(weights @ (1 - (directions @ direction).clip(-1, 1) ** 2) / weights.sum())
    # A uniform disc of radius r has a root mean square distance of r / sqrt(2) from its centre.
    diameter = float(np.clip(2 * np.sqrt(2) * spread, _SUN_NARROWEST_RAD, np.pi))
    return MapSun(direction, energy_rgb.sum(axis=0), diameter)


def _median_cut(coarse: Float32Array) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return directions, energies and solid angles of 32 regions of equal energy (Debevec, 2005, median cut)."""
    directions, solid_angles = sphere_grid(coarse.shape[1], coarse.shape[0])
    energy = coarse.astype(float) * solid_angles[..., None]
    # A floor under the weights keeps dark parts of the map represented.
    weights = energy @ LUMINANCE_RGB
    weights = weights + 0.1 * max(float(weights.sum()), 1e-30) * solid_angles / (4 * np.pi)
    regions = [(0, coarse.shape[0], 0, coarse.shape[1])]
    while len(regions) < DIRECTION_COUNT:
        regions = [half for region in regions for half in _halves(region, weights)]
    centres = np.empty((DIRECTION_COUNT, 3))
    energies = np.empty((DIRECTION_COUNT, 3))
    sizes = np.empty(DIRECTION_COUNT)
    for index, (y0, y1, x0, x1) in enumerate(regions):
        inside = weights[y0:y1, x0:x1, None]
        centre = (directions[y0:y1, x0:x1] * inside).sum(axis=(0, 1))
        centres[index] = centre / np.linalg.norm(centre)
        energies[index] = energy[y0:y1, x0:x1].sum(axis=(0, 1))
        sizes[index] = solid_angles[y0:y1, x0:x1].sum()
    return centres, energies, sizes


def _halves(region: tuple[int, int, int, int], weights: FloatArray) -> list[tuple[int, int, int, int]]:
    """Cut a region across its longer side (seen on the sphere) where both parts hold equal energy."""
    y0, y1, x0, x1 = region
    inside = weights[y0:y1, x0:x1]
    shortening = np.sin(np.pi * (y0 + y1) / 2 / weights.shape[0])
    across = (x1 - x0) * shortening > (y1 - y0) or y1 - y0 == 1
    if across and x1 - x0 > 1:
        cut = x0 + _middle(inside.sum(axis=0))
        return [(y0, y1, x0, cut), (y0, y1, cut, x1)]
    cut = y0 + _middle(inside.sum(axis=1))
    return [(y0, cut, x0, x1), (cut, y1, x0, x1)]


def _middle(sums: FloatArray) -> int:
    running = np.cumsum(sums)
    return int(np.clip(np.searchsorted(running, running[-1] / 2) + 1, 1, len(sums) - 1))


def sun_in_scene(sun: MapSun, scale: float, rotation_rad: float) -> tuple[Vec3, FloatArray]:
    """Return a map sun's direction in the world and its illuminance (lux, linear RGB) on a facing plane."""
    return vec3(rotation_about_z(rotation_rad) @ sun.direction), sun.illuminance_rgb * scale
