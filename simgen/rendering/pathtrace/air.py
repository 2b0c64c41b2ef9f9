"""Fog in a path-traced picture: the formulas of `rendering.fog` on samples of known distance, and lamps' glow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

import numpy as np

from simgen.geometry import FloatArray, invert_rigid
from simgen.records.asset import Float32Array
from simgen.records.light import Fog
from simgen.rendering.beams import share_of
from simgen.rendering.fog import (
    airlight,
    extinction_per_m,
    fogged,
    optical_depth,
    optical_depth_to_sky,
    scattered,
)
from simgen.rendering.lamps import Lights, PlacedPanel, PlacedSpot

_STEPS = 16  # points along a ray at which a lamp's glow is summed
_FARTHEST_VISIBILITIES = 3.0  # beyond, a lamp's glow is gone: exp(-9)
_FARTHEST_CLEAR_M = 1000.0  # as in the raster renderer
_NEAREST_M = 0.02  # a ray that passes a lamp nearer is taken to pass it so far: the lamp's own size


@dataclass(frozen=True, slots=True, eq=False)
class Air:
    """Foggy air in one view.

    Attributes:
        fog: how dense it is.
        mean_rgb: (3,) mean luminance of the surroundings, cd/m².
        lights: that shine in it.
    """

    fog: Fog
    mean_rgb: FloatArray
    lights: Lights

    def left(self, distance_m: Float32Array, directions: FloatArray, eye_m: FloatArray) -> Float32Array:
        """Return (h, w, 1) the share of light that comes through the air.

        Args:
            distance_m: (h, w) to the surface; infinite for the sky.
            directions: (h, w, 3) unit, world, away from the camera.
            eye_m: (h, w, 3) where the rays begin, world; (1, 1, 3) where all begin at one point.
        """
        return np.exp(-self._depth(distance_m, directions, eye_m))[..., None].astype(np.float32)

    def own(self, distance_m: Float32Array, directions: FloatArray, eye_m: FloatArray) -> Float32Array:
        """Return (h, w, 3) the light that the air itself sends of surroundings and suns; arguments as of `left`."""
        depth = self._depth(distance_m, directions, eye_m)
        air = airlight(self.mean_rgb, self.lights.suns, directions)
        return fogged(np.zeros(3), depth, air).astype(np.float32)

    def _depth(self, distance_m: Float32Array, directions: FloatArray, eye_m: FloatArray) -> FloatArray:
        """Return (h, w) the optical depth of the air before what is seen."""
        climb, z0 = directions[..., 2], eye_m[..., 2]
        far = np.isinf(distance_m)
        ahead = np.where(far, 0.0, distance_m).astype(float)
        depth = optical_depth(self.fog, z0, z0 + climb * ahead, ahead)
        return np.where(far, optical_depth_to_sky(self.fog, z0, climb), depth)

    def glow(self, distance_m: Float32Array, directions: FloatArray, eye_m: FloatArray) -> Float32Array:
        """Return (h, w, 3) what the air scatters of lamps and panels to the camera: once, bodies not blocking it."""
        farthest = min(_FARTHEST_VISIBILITIES * self.fog.visibility_m, _FARTHEST_CLEAR_M)
        end = np.minimum(distance_m.astype(float), farthest)
        total = np.zeros((*end.shape, 3))
        lamps: Sequence[PlacedSpot | PlacedPanel] = [*self.lights.spots, *self.lights.panels]
        for lamp in lamps:
            total += self._glow_of(lamp, end, directions, eye_m)[..., None] * _candela(lamp)
        return total.astype(np.float32)

    def reaching(self, distance_m: Float32Array, directions: FloatArray, eye_m: FloatArray) -> Float32Array:
        """Return (h, w, 1) the share of the lamps' light that the air lets reach what is seen.

        Of several lamps the mean is taken, each counted as bright as it would be there in clear air with nothing in
        the way; light that surfaces pass on is taken to have come as far as that which reaches them directly.
        """
        ahead = np.where(np.isinf(distance_m), 0.0, distance_m).astype(float)
        points = eye_m + directions * ahead[..., None]
        clear, dimmed = np.full(ahead.shape, 1e-12), np.full(ahead.shape, 1e-12)
        lamps: Sequence[PlacedSpot | PlacedPanel] = [*self.lights.spots, *self.lights.panels]
        for lamp in lamps:
            T_lamp_world = invert_rigid(lamp.T_world_light)
            local = points @ T_lamp_world[:3, :3].T + T_lamp_world[:3, 3]
            apart = np.maximum(np.linalg.norm(local, axis=-1), _NEAREST_M)
            lux = float(_candela(lamp).max()) * _level(local / apart[..., None], lamp) / apart**2
            depth = optical_depth(self.fog, np.asarray(lamp.T_world_light[2, 3]), points[..., 2], apart)
            clear += lux
            dimmed += lux * np.exp(-depth)
        return (dimmed / clear)[..., None].astype(np.float32)

    def _glow_of(
        self,
        lamp: PlacedSpot | PlacedPanel,
        end_m: FloatArray,
        directions: FloatArray,
        eye_m: FloatArray,
    ) -> FloatArray:
        """Return (h, w) the glow of a lamp of 1 cd, at points of equal angles as seen from it.

        Kulla and Fajardo, "Importance sampling techniques for path tracing in participating media", 2012.
        """
        T_lamp_world = invert_rigid(lamp.T_world_light)
        origin = eye_m @ T_lamp_world[:3, :3].T + T_lamp_world[:3, 3]
        towards = directions @ T_lamp_world[:3, :3].T
        middle = -(towards * origin).sum(axis=-1)
        off = np.maximum(np.linalg.norm(origin + towards * middle[..., None], axis=-1), _NEAREST_M)
        low = np.arctan2(-middle, off)
        step = (np.arctan2(end_m - middle, off) - low) / _STEPS
        total = np.zeros_like(end_m)
        for k in range(_STEPS):
            along = middle + off * np.tan(low + step * (k + 0.5))
            total += self._scattered_at(along, origin, towards, lamp, eye_m, directions)
        return total * step / off * extinction_per_m(self.fog)

    def _scattered_at(
        self,
        along_m: FloatArray,
        origin: FloatArray,
        towards: FloatArray,
        lamp: PlacedSpot | PlacedPanel,
        eye_m: FloatArray,
        directions: FloatArray,
    ) -> FloatArray:
        """Return (h, w) how much of a lamp's light goes on to the camera from points along the rays, per density 1."""
        points = origin + towards * along_m[..., None]
        apart = np.maximum(np.linalg.norm(points, axis=-1), 1e-3)
        z_eye, z_lamp = eye_m[..., 2], np.asarray(lamp.T_world_light[2, 3])
        z = z_eye + directions[..., 2] * along_m
        depth = optical_depth(self.fog, z_eye, z, along_m) + optical_depth(self.fog, z_lamp, z, apart)
        here = optical_depth(self.fog, z, z, np.ones_like(z)) / extinction_per_m(self.fog)
        turn = -(points * towards).sum(axis=-1) / apart
        return _level(points / apart[..., None], lamp) * here * np.exp(-depth) * scattered(turn)


def _candela(lamp: PlacedSpot | PlacedPanel) -> FloatArray:
    """Return (3,) the greatest intensity: along the axis, or where a beam is brightest."""
    if isinstance(lamp, PlacedPanel):
        return np.asarray(lamp.light.color_rgb) * lamp.light.flux_lm / pi
    return np.asarray(lamp.light.color_rgb) * lamp.light.intensity_cd


def _level(directions: FloatArray, lamp: PlacedSpot | PlacedPanel) -> FloatArray:
    """Return (...) the share of it along vectors (..., 3) of the lamp's frame, of at most unit length."""
    if isinstance(lamp, PlacedPanel):
        return np.maximum(directions[..., 0], 0.0)
    return share_of(lamp.light, directions)
