"""Fog in a path-traced picture: the formulas of `rendering.fog` on samples of known distance, and lamps' glow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import pi

import numpy as np

from simgen.geometry import FloatArray, invert_rigid
from simgen.records.asset import Float32Array
from simgen.records.light import Fog, SpotLight
from simgen.rendering.beams import pattern_of, share_of, under_cut_deg
from simgen.rendering.fog import (
    airlight,
    extinction_per_m,
    fogged,
    optical_depth,
    optical_depth_to_sky,
    scattered,
)
from simgen.rendering.lamps import Lights, PlacedPanel, PlacedSpot

_STEPS = 16  # points along a ray at which a lamp's glow is summed; even
_HALVINGS = 10  # of the arc in which a beam's cut-off is looked for
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
        total = np.zeros_like(end_m)
        if isinstance(lamp, PlacedSpot) and lamp.light.beam != "cone":
            start, stop = _before_lamp(origin[..., 0], towards[..., 0], end_m)
            low, high = np.arctan2(start - middle, off), np.arctan2(stop - middle, off)
            arc = _Arc(origin, towards, middle, off, low, high)
            for angle, width in arc.steps(arc.peak(lamp.light)):
                along = middle + off * np.tan(angle)
                total += width * self._scattered_at(along, origin, towards, lamp, eye_m, directions)
            return total / off * extinction_per_m(self.fog)
        low = np.arctan2(-middle, off)
        step = (np.arctan2(end_m - middle, off) - low) / _STEPS
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


@dataclass(frozen=True, slots=True, eq=False)
class _Arc:
    """Rays as a lamp sees them: by the angle from where each comes nearest to it. All but vectors (h, w).

    Attributes:
        origin: (h, w, 3) where they begin, in the lamp's frame.
        towards: (h, w, 3) unit.
        middle: along each, where it is nearest to the lamp.
        off: how near that is.
        low: angle where it begins.
        high: angle where it ends.
    """

    origin: FloatArray
    towards: FloatArray
    middle: FloatArray
    off: FloatArray
    low: FloatArray
    high: FloatArray

    def steps(self, peak: FloatArray) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Yield (angle, width) of steps that grow from the peak to both ends: even ones would be coarser than beams.

        The distance from the peak is the square of what grows evenly.
        """
        for k in range(_STEPS // 2):
            u = (k + 0.5) * 2 / _STEPS
            for end in (self.low, self.high):
                yield peak + (end - peak) * u * u, np.abs(end - peak) * (4 * u / _STEPS)

    def peak(self, light: SpotLight) -> FloatArray:
        """Return where a beam is brightest, or nearly: nearest to its axis, or at the cut-off of a low one."""
        axis = self._nearest_to_axis()
        if light.beam != "low":
            return axis
        edge = self._at_cut_off(light)
        there = 2 * pattern_of(light, self._seen_at(edge))  # at the edge half of the light is left
        return np.where(there > pattern_of(light, self._seen_at(axis)), edge, axis)

    def _seen_at(self, angle: FloatArray) -> FloatArray:
        return self.origin + self.towards * (self.middle + self.off * np.tan(angle))[..., None]

    def _at_cut_off(self, light: SpotLight) -> FloatArray:
        """Return where the cut-off is crossed, by bisection; the end that is nearer to it where it is not."""
        first, last = (under_cut_deg(light, self._seen_at(angle)) for angle in (self.low, self.high))
        low, high = self.low, self.high
        for _ in range(_HALVINGS):
            between = (low + high) / 2
            before = under_cut_deg(light, self._seen_at(between)) * first > 0
            low, high = np.where(before, between, low), np.where(before, high, between)
        nearer = np.where(np.abs(first) < np.abs(last), self.low, self.high)
        return np.where(first * last < 0, (low + high) / 2, nearer)

    def _nearest_to_axis(self) -> FloatArray:
        (o, d), b = (self.origin, self.towards), (self.origin * self.towards).sum(axis=-1)
        across = o[..., 0] - d[..., 0] * b
        along = (d[..., 0] * (o * o).sum(axis=-1) - o[..., 0] * b) / np.where(across == 0, 1e-12, across)
        turning = np.clip(np.arctan2(along - self.middle, self.off), self.low, self.high)
        angles = np.stack([turning, self.low, self.high])  # it may be the farthest
        ahead = [(p := self._seen_at(angle))[..., 0] / np.linalg.norm(p, axis=-1) for angle in angles]
        return np.take_along_axis(angles, np.argmax(ahead, axis=0)[None], axis=0)[0]


def _before_lamp(x: FloatArray, dx: FloatArray, end_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return between which two places (h, w) of rays that begin at `x` and go by `dx` ahead of a lamp it may shine."""
    level = np.maximum(-x / np.where(dx == 0, 1e-12, dx), 0.0)
    start, stop = np.where(dx > 0, level, 0.0), np.where(dx > 0, end_m, np.where(x > 0, level, 0.0))
    return np.minimum(start, end_m), np.maximum(np.minimum(stop, end_m), np.minimum(start, end_m))


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
