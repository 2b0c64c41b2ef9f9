"""Light maps made by formula: softbox studio, overcast and clear sky, warehouse lamps, a sky for any place of the sun.

A map is 256 x 512, row 0 straight up, linear and in relative units: a scene scales it to its own illuminance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from simgen.assets.procedural.noise import mix, smoothstep
from simgen.assets.procedural.params import Parameter, Values, parse
from simgen.assets.procedural.sky import PARAMETERS as SKY_PARAMETERS
from simgen.assets.procedural.sky import natural_lux, sky_radiance
from simgen.errors import AssetError, did_you_mean
from simgen.geometry import FloatArray
from simgen.records.asset import AssetInfo, AssetRef, EnvironmentMap

_SHAPE = (256, 512)
_VERSION = 1  # raise when a map changes: it is part of every content hash


def _directions() -> FloatArray:
    """Return the unit vector (h, w, 3) to the world of every pixel centre, by the layout of `EnvironmentMap`."""
    polar = (np.arange(_SHAPE[0]) + 0.5) / _SHAPE[0] * np.pi
    azimuth = (np.arange(_SHAPE[1]) + 0.5) / _SHAPE[1] * 2 * np.pi - np.pi
    x = np.sin(polar)[:, None] * np.cos(azimuth)
    y = np.sin(polar)[:, None] * np.sin(azimuth)
    return np.stack([x, y, np.broadcast_to(np.cos(polar)[:, None], x.shape)], axis=-1)


def _softbox() -> FloatArray:
    """A pale room with three rectangular softboxes and a long strip, as product photographers set up."""
    d = _directions()
    room = mix((0.62, 0.6, 0.57), (0.36, 0.365, 0.38), smoothstep(-0.6, 0.7, d[..., 2]))
    lamps = (
        ((0.55, -0.45, 0.9), (0.55, 0.4), 15.0, (1.0, 0.97, 0.92)),  # key, high in front
        ((-0.9, -0.25, 0.5), (0.4, 0.5), 5.5, (0.93, 0.97, 1.0)),  # fill
        ((-0.25, 0.9, 0.65), (0.6, 0.22), 8.0, (1.0, 1.0, 1.0)),  # rim
        ((0.1, 0.15, 1.0), (0.9, 0.16), 6.0, (1.0, 0.99, 0.96)),  # strip overhead
    )
    light = sum((_panel(d, *lamp) for lamp in lamps), np.zeros((*_SHAPE, 3)))
    return room + light


def _panel(
    d: FloatArray, towards: ArrayLike, half_size: tuple[float, float], radiance: float, tint: ArrayLike
) -> FloatArray:
    """Return a soft-edged rectangle, `half_size` at unit distance (across, up), brighter in its middle."""
    axis = np.asarray(towards, float) / np.linalg.norm(towards)
    side = np.cross((0.0, 0.0, 1.0), axis)
    side = side / np.linalg.norm(side)
    depth = d @ axis
    ahead = np.maximum(depth, 1e-6)
    x, y = d @ side / ahead / half_size[0], d @ np.cross(axis, side) / ahead / half_size[1]
    edge = smoothstep(1.06, 0.94, np.abs(x)) * smoothstep(1.06, 0.94, np.abs(y)) * (depth > 0)
    falloff = 1.0 - 0.3 * np.clip(x * x + y * y, 0, 2) / 2
    return (radiance * edge * falloff)[..., None] * np.asarray(tint, float)


def _overcast() -> FloatArray:
    """The CIE standard overcast sky, L = Lz (1 + 2 sin h) / 3 (CIE S 011), over grey-brown ground."""
    up = _directions()[..., 2]
    sky = (1.0 + 2.0 * np.maximum(up, 0.0)) / 3.0
    colored = mix((0.92, 0.95, 1.0), (0.98, 0.99, 1.0), np.maximum(up, 0.0)) * sky[..., None]
    return mix(_ground(0.16), colored, smoothstep(-0.01, 0.01, up))


def _clear_sky() -> FloatArray:
    """A blue sky with a bright horizon and a glow around the sun at azimuth 45, elevation 40 degrees, no disc.

    The disc is left to a sun of the scene, which casts sharp shadows. Gradation and indicatrix as in type 12 of the
    CIE general sky (CIE S 011: a = -1, b = -0.32, c = 10, d = -3, e = 0.45); the colours are assumed.
    """
    d = _directions()
    up, sun = (
        d[..., 2],
        np.array([np.cos(0.698) * np.cos(0.785), np.cos(0.698) * np.sin(0.785), np.sin(0.698)]),
    )
    gamma = np.arccos(np.clip(d @ sun, -1, 1))
    gradation = 1.0 - np.exp(-0.32 / np.maximum(up, 0.01))
    indicatrix = 1.0 + 10.0 * (np.exp(-3.0 * gamma) - np.exp(-3.0 * np.pi / 2)) + 0.45 * np.cos(gamma) ** 2
    blue = mix((0.95, 0.97, 1.0), (0.36, 0.58, 1.0), smoothstep(0.0, 0.55, up))
    warm = mix(blue, (1.0, 0.96, 0.88), np.exp(-4.0 * gamma))
    sky = warm * (gradation * indicatrix * 0.5)[..., None]
    return mix(_ground(0.22), sky, smoothstep(-0.01, 0.01, up))


def _ground(albedo: float) -> FloatArray:
    return np.broadcast_to(np.array([1.0, 0.94, 0.85]) * albedo, (*_SHAPE, 3))


def _warehouse() -> FloatArray:
    """A hall 8 m high and 30 m wide: rows of lamps under a steel roof, pale walls, a concrete floor."""
    d = _directions()
    up, ahead = d[..., 2], np.maximum(np.abs(d[..., 2]), 1e-6)
    x, y = (
        d[..., 0] / ahead * 6.5,
        d[..., 1] / ahead * 6.5,
    )  # where the ray meets the roof, 6.5 m above the eye
    roof = mix((0.16, 0.17, 0.18), (0.22, 0.23, 0.24), 0.5 + 0.5 * np.sign(np.sin(2 * np.pi * x / 5.0)))
    across, along = np.abs((x + 100.0) % 5.0 - 2.5), np.abs((y + 102.0) % 4.0 - 2.0)
    far = smoothstep(34.0, 20.0, np.hypot(x, y))
    lamp = smoothstep(0.34, 0.26, across) * smoothstep(0.9, 0.8, along) * far
    ceiling = roof * (0.4 + 0.6 * far)[..., None] + (lamp * 36.0)[..., None] * np.array([1.0, 0.985, 0.95])
    level = np.arcsin(np.clip(up, -1, 1))
    walls = mix((0.2, 0.195, 0.185), (0.34, 0.345, 0.35), smoothstep(-0.25, 0.2, level))
    floor = mix((0.26, 0.255, 0.245), (0.2, 0.195, 0.185), smoothstep(-0.9, -0.2, up))
    under_roof = smoothstep(0.3, 0.34, level)
    return mix(mix(floor, walls, smoothstep(-0.16, -0.12, level)), ceiling, under_roof)


def _sky(values: Values) -> FloatArray:
    d = _directions()
    edges = np.cos(np.linspace(0.0, np.pi, _SHAPE[0] + 1))
    bands = (edges[:-1] - edges[1:]) * 2 * np.pi / _SHAPE[1]
    return sky_radiance(values, d, np.broadcast_to(bands[:, None], _SHAPE))


_MAPS: dict[str, Callable[[Values], FloatArray]] = {
    "softbox": lambda _: _softbox(),
    "overcast": lambda _: _overcast(),
    "warehouse": lambda _: _warehouse(),
    "clear_sky": lambda _: _clear_sky(),
    "sky": _sky,
}
_PARAMETERS: dict[str, tuple[Parameter, ...]] = {"sky": SKY_PARAMETERS}


def environment_names() -> tuple[str, ...]:
    """Return the names of all light maps, without the `procedural/` in front, sorted."""
    return tuple(sorted(_MAPS))


def environment_parameters(name: str) -> tuple[Parameter, ...]:
    """Return what a light map, named without the `procedural/` in front, can be told."""
    return _PARAMETERS.get(name, ())


@lru_cache(maxsize=8)
def build_environment(ref: AssetRef) -> EnvironmentMap:
    """Return a light map, made once a process.

    Raises:
        AssetError: no map is called so, or it has no such parameter, or not of this value.
    """
    name = ref.asset_id.removeprefix("procedural/")
    info = describe_environment(ref)
    radiance = np.maximum(_MAPS[name](parse(ref, environment_parameters(name))), 0.0).astype(np.float32)
    radiance.setflags(write=False)
    return EnvironmentMap(radiance, info)


def natural_environment_lux(ref: AssetRef) -> float | None:
    """Return what a map's sky gives on a level plane in nature; None for maps in relative units.

    Raises:
        AssetError: as in `build_environment`.
    """
    if ref.asset_id != "procedural/sky":
        return None
    return natural_lux(parse(ref, SKY_PARAMETERS))


def describe_environment(ref: AssetRef) -> AssetInfo:
    """Return the entry of a light map.

    Raises:
        AssetError: as in `build_environment`.
    """
    name = ref.asset_id.removeprefix("procedural/")
    if name not in _MAPS:
        hint = did_you_mean(name, _MAPS)
        raise AssetError(f"no light map '{ref.asset_id}';{hint} known: {', '.join(environment_names())}")
    values = parse(ref, environment_parameters(name))
    drawn = f" {sorted(values.values.items())!r}" if values.values else ""
    return AssetInfo(
        asset_id=ref.asset_id,
        name=name.replace("_", " "),
        category="environment",
        size_m=(0.0, 0.0, 0.0),
        mass_kg=0.0,
        friction=0.0,
        restitution=0.0,
        pack="procedural",
        licence="CC0-1.0",
        author="simgen",
        source="simgen",
        content_hash=hashlib.sha256(f"{_VERSION} light map {name}{drawn}".encode()).hexdigest(),
        tags=("indoor",) if name in ("softbox", "warehouse") else ("outdoor",),
        params=ref.params,
    )
