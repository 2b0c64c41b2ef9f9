"""Light inside an enclosure: of the sky through its openings, and of suns, lamps and sky from surface to surface.

Probes on a grid look in all directions once a scene. What they see is sky or a place on a wall; the wall sends on what
its nearest probe receives, again and again (after Majercik et al., "Dynamic diffuse global illumination with ray-traced
irradiance fields", JCGT 2019). Of things in the room only the boxes of those that never move count, as haze of one
colour (see `furniture`); how things shade each other is for soft shadows to say. All light is radiance of a white
sheet, cd/m².
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray, spread_directions
from simgen.rendering.light_map import sphere_grid
from simgen.rendering.raster.enclosures import Enclosure, seen_alone
from simgen.rendering.raster.lamp import Lamp
from simgen.rendering.raster.probe_grid import AXES, ProbeGrid, light_on, probe_grid
from simgen.rendering.raster.ray_casts import NO_TRIANGLE, Hits
from simgen.rendering.raster.shadows import DirectionalLight

_DIRECTIONS = 96
_THING_ALBEDO = 0.45  # assumed: cardboard, boards
# Of what boxes of things take from light on its last way, to the surface that is seen, the soft shadows of the same
# things take about half once more: assumed, right for a wall behind racks.
_LAST_WAY = 0.45
_BOUNCES = 4  # as many surfaces as the path tracer follows light over, before that which is seen
_IN_SOLID = 0.25  # of directions in which a probe sees backs of surfaces: it is inside of something
_OFF_M = 1e-4  # of a place before its surface, in sizes of the box
AROUND_WIDTH, _BIN_WIDTH = 128, 64  # of pictures of all around, half as high


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """What shines into an enclosure.

    Attributes:
        sky: (64, 128, 3) without suns, world, directions as of `light_map.sphere_grid`.
        lamps: those that do not move.
    """

    sky: FloatArray
    suns: Sequence[DirectionalLight]
    lamps: Sequence[Lamp]


@dataclass(frozen=True, slots=True, eq=False)
class RoomField:
    """Light in an enclosure as it is now, see `probe_grid`.

    Attributes:
        probes: (p, 6, 3) at the points of the grid.
        outside: (6, 3) outside of the box, over a floor without end.
        middle: (6, 3) at the middle of the enclosure.
        around: (64, 128, 3) what is seen from the middle, as `Sources.sky`.
    """

    probes: FloatArray
    outside: FloatArray
    middle: FloatArray
    around: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Where rays end.

    Attributes:
        met: (n,) whether they end on the outer side of a surface.
        sky: (n,) whether they do not end.
        points_m: (m, 3) of those that are met, just before the surface.
        triangles: (m,) of the shell.
        probes: (m,) nearest to them.
    """

    met: NDArray[np.bool_]
    sky: NDArray[np.bool_]
    points_m: FloatArray
    triangles: NDArray[np.intp]
    probes: NDArray[np.intp]


class RoomLight:
    """All about light in an enclosure that does not depend on how brightly lights shine."""

    def __init__(self, enclosure: Enclosure) -> None:
        self.enclosure = enclosure
        self._shell = enclosure.shell
        self.grid: ProbeGrid = probe_grid(enclosure.low_m, enclosure.high_m)
        self._bins = _bins()
        directions = self._bins.directions
        points = self.grid.points_m
        looks = np.repeat(points, _DIRECTIONS, axis=0), np.tile(directions, (len(points), 1))
        hits = self._shell.mesh.cast(*looks)
        self._shell, hits = seen_alone(
            self._shell, hits
        )  # what no probe sees neither blocks nor sends on light
        self._seen = self._places(*looks, hits)
        passed = enclosure.furniture.passed(*looks, hits.distance_m.astype(float))
        self._passes = passed.reshape(-1, _DIRECTIONS, 1)
        self._passes_last = self._passes**_LAST_WAY
        backs = (~self._seen.met & ~self._seen.sky).reshape(-1, _DIRECTIONS).mean(axis=1)
        self._good = _nearest_good(points, backs < _IN_SOLID)
        looks = enclosure.middle_m, _all_around()
        self._panorama = self._places(*looks, self._shell.mesh.cast(*looks))
        self._sunlit: dict[tuple[int, tuple[float, ...]], FloatArray] = {}

    def field(self, sources: Sources) -> RoomField:
        """Return the light of some sources."""
        sky = self._bins.means(sources.sky)
        direct = self._direct(self._seen, sources)
        seen = np.tile(sky, (len(self._good), 1))
        seen[~self._seen.sky] = 0.0
        probes = before = np.zeros((len(self._good), 6, 3))
        for _ in range(_BOUNCES):
            seen[self._seen.met] = self._radiance(self._seen, direct, probes)
            before, probes = probes, self._gathered(seen, probes, self._passes)
        around = sources.sky.reshape(-1, 3).copy()
        around[~self._panorama.sky] = 0.0
        direct = self._direct(self._panorama, sources)
        around[self._panorama.met] = self._radiance(self._panorama, direct, probes)
        around = around.reshape(sources.sky.shape)
        middle = self._bins.lobes @ self._bins.means(around)
        shown = self._gathered(seen, before, self._passes_last)
        return RoomField(shown, self._bins.lobes @ self._open(sources, sky), middle, around)

    def lamplight(self, normals: FloatArray, lamps: Sequence[Lamp]) -> FloatArray:
        """Return (n, 3) the radiance of white sheets at the middle, unit normals (n, 3), in the light of lamps."""
        points = np.broadcast_to(self.enclosure.middle_m, normals.shape)
        nothing = np.zeros(normals.shape)
        return sum((self._of_lamp(points, normals, lamp) for lamp in lamps), nothing)

    def _gathered(self, seen: FloatArray, probes: FloatArray, passes: FloatArray) -> FloatArray:
        """Return (p, 6, 3) the light of what probes see (p d, 3) through boxes of things, which probes light."""
        things = probes.mean(axis=1)[:, None] * _THING_ALBEDO
        mixed = things + (seen.reshape(-1, _DIRECTIONS, 3) - things) * passes
        return (self._bins.lobes @ mixed)[self._good]

    def _places(self, origins_m: FloatArray, directions: FloatArray, hits: Hits) -> _Places:
        mesh = self._shell.mesh
        met, sky = hits.outside, hits.triangle == NO_TRIANGLE
        triangles = hits.triangle[met]
        starts = np.broadcast_to(origins_m, directions.shape)[met]
        off = _OFF_M * float((self.enclosure.high_m - self.enclosure.low_m).max())
        points = starts + directions[met] * hits.distance_m[met, None] + mesh.normals[triangles] * off
        return _Places(met, sky, points, triangles, self.grid.nearest(points))

    def _radiance(self, places: _Places, direct: FloatArray, probes: FloatArray) -> FloatArray:
        """Return (m, 3) what places send on of direct light and of that of probes."""
        on_each = light_on(probes, self._shell.mesh.normals)  # (p, t, 3)
        received = direct + on_each[places.probes, places.triangles]
        return received * self._shell.albedo_rgb[places.triangles]

    def _direct(self, places: _Places, sources: Sources) -> FloatArray:
        """Return (m, 3) light of suns and lamps on places."""
        normals = self._shell.mesh.normals
        total = np.zeros(places.points_m.shape)
        for sun in sources.suns:
            facing = np.maximum(normals @ np.asarray(sun.direction_world), 0.0)[places.triangles]
            facing *= self._lit(places, sun)
            total += facing[:, None] * (np.asarray(sun.illuminance_rgb) / np.pi)
        for lamp in sources.lamps:
            total += self._of_lamp(places.points_m, normals[places.triangles], lamp)
        return total

    def _lit(self, places: _Places, sun: DirectionalLight) -> FloatArray:
        """Return (m,) how much of a sun reaches places; it is asked again whenever lights change."""
        key = (id(places), sun.direction_world)
        if key not in self._sunlit:
            towards = np.asarray(sun.direction_world)
            facing = (self._shell.mesh.normals @ towards > 0)[places.triangles]
            lit, starts = np.zeros(len(facing)), places.points_m[facing]
            passed = self.enclosure.furniture.passed(starts, towards, np.inf)
            lit[facing] = ~self._shell.mesh.blocks(starts, towards) * passed
            self._sunlit[key] = lit
        return self._sunlit[key]

    def _of_lamp(self, points_m: FloatArray, normals: FloatArray, lamp: Lamp) -> FloatArray:
        """Return (m, 3) the light of a lamp, as of a point that is no nearer than its radius."""
        apart = lamp.position_m - points_m
        distance = np.maximum(np.linalg.norm(apart, axis=1), max(lamp.radius_m, 1e-3))
        facing = np.maximum((normals * apart).sum(axis=1) / distance, 0.0)
        sent = lamp.falloff(-apart @ lamp.T_world_lamp[:3, :3] / distance[:, None])
        strength = facing * sent / (np.pi * distance**2)
        shone_on = strength > 0
        hits = self._shell.mesh.cast(points_m[shone_on], apart[shone_on])
        strength[shone_on] *= hits.distance_m > 0.999
        return strength[:, None] * lamp.axis_rgb_cd

    def _open(self, sources: Sources, sky: FloatArray) -> FloatArray:
        """Return (96, 3) what is seen outside: the sky over a floor without end that suns and sky light."""
        shell, directions = self.enclosure.shell, self._bins.directions
        corners = shell.mesh.corners_m
        across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        level = np.maximum(across[:, 2], 0.0) * (shell.mesh.normals[:, 2] > 0.9)
        if level.sum() == 0:
            return sky
        up = self._bins.lobes[2] @ sky
        for sun in sources.suns:
            up = up + max(sun.direction_world[2], 0.0) * np.asarray(sun.illuminance_rgb) / np.pi
        floor = up * (level @ shell.albedo_rgb) / level.sum()
        return np.where(directions[:, 2:] > 0, sky, floor)


class _Bins:
    """Directions that stand for the solid angles around them.

    Attributes:
        directions: (d, 3) unit.
        lobes: (6, d) what each counts in the mean over the cosine lobe about an axis.
    """

    def __init__(self, directions: FloatArray) -> None:
        self.directions = directions
        texels, solid_angles = sphere_grid(_BIN_WIDTH, _BIN_WIDTH // 2)
        self._bin = (texels.reshape(-1, 3) @ directions.T).argmax(axis=1)
        self._weights = solid_angles.ravel()
        self._sizes = np.bincount(self._bin, self._weights, len(directions))
        lobes = np.maximum(AXES @ directions.T, 0.0) * self._sizes
        self.lobes: FloatArray = lobes / lobes.sum(axis=1, keepdims=True)

    def means(self, around: FloatArray) -> FloatArray:
        """Return (d, 3) the mean of a picture of all around (64, 128, 3) over each solid angle."""
        height, width = around.shape[0] // 2, around.shape[1] // 2
        texels = around.reshape(height, 2, width, 2, 3).mean(axis=(1, 3)).reshape(-1, 3)
        sums = [np.bincount(self._bin, self._weights * texels[:, c], len(self.directions)) for c in range(3)]
        return np.column_stack(sums) / self._sizes[:, None]


@cache
def _bins() -> _Bins:
    return _Bins(spread_directions(_DIRECTIONS))


@cache
def _all_around() -> FloatArray:
    directions, _ = sphere_grid(AROUND_WIDTH, AROUND_WIDTH // 2)
    return directions.reshape(-1, 3)


def _nearest_good(points_m: FloatArray, good: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return (p,) for each probe its own index if it is good, else that of the nearest that is."""
    if not good.any():
        return np.arange(len(points_m))
    apart = np.linalg.norm(points_m[:, None] - points_m[good][None], axis=2)
    return np.flatnonzero(good)[apart.argmin(axis=1)]
