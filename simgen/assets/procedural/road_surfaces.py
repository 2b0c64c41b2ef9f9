"""How a country road and its ground look: asphalt, repairs, paint, gravel, verge grass and meadow.

Asphalt of some years reflects about a tenth of the light (0.05 new to 0.15 old; Pomerantz et al., LBNL-43433, 1999).
Other colours and the sizes of cracks and stones are assumed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from simgen.assets.procedural.noise import fractal_noise, grid, mix, rgb, smoothstep, value_noise
from simgen.assets.procedural.surface_recipes import Layers
from simgen.assets.procedural.surfaces import kept, material_of
from simgen.geometry import FloatArray
from simgen.records.asset import Material, Surface
from simgen.rng import keyed_generator

VARIANTS = 3  # of each surface; seeds beyond share a picture
ASPHALT_TILE_M = 12.0  # along the road; across it the picture covers the carriageway once
GRAVEL_TILE_M, VERGE_TILE_M, MEADOW_TILE_M, PAINT_TILE_M = 2.0, 4.0, 24.0, 2.0
_FINE, _COARSE = (1024, 1024), (512, 512)
_TRACK_M, _TRACK_WIDTH_M = (
    0.78,
    0.32,
)  # of a wheel track from the middle of its lane; width (standard deviation)


def ridges(
    rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int], width: float
) -> FloatArray:
    """Return thin winding lines, 1 on them: where two noises cross their middles."""
    wild = fractal_noise(rng, shape, cells, 5, 0.6)
    return smoothstep(width, 0.35 * width, np.abs(wild - np.median(wild)))


@lru_cache(maxsize=1)
def asphalt(variant: int, lane_m: float, edge_m: float) -> Material:
    """Return worn asphalt for a carriageway of two lanes between edge strips; u runs across it."""
    return _kept(
        "asphalt", f"asphalt {variant} {lane_m!r} {edge_m!r}", lambda: _asphalt(variant, lane_m, edge_m)
    )


def _asphalt(variant: int, lane_m: float, edge_m: float) -> Layers:
    rng = keyed_generator("road", "asphalt", variant)
    u, _ = grid(_FINE)
    lateral = (u - 0.5) * 2 * (lane_m + edge_m)
    from_middle = np.abs(np.abs(lateral) - lane_m / 2)
    wander = 0.08 * (fractal_noise(rng, _FINE, (4, 2), 3) - 0.5)
    track = np.exp(-(((from_middle - _TRACK_M + wander) / _TRACK_WIDTH_M) ** 2))
    drip = np.exp(-((from_middle / 0.3) ** 2)) * (0.4 + 0.6 * fractal_noise(rng, _FINE, (24, 4), 4))
    stones, bitumen = value_noise(rng, _FINE, (700, 512)), value_noise(rng, _FINE, (512, 400))
    cloud = fractal_noise(rng, _FINE, (6, 4), 6, 0.62)
    edge = smoothstep(lane_m - 0.1, lane_m + edge_m, np.abs(lateral) + 0.5 * (cloud - 0.5))
    worn = ridges(rng, _FINE, (5, 6), 0.004) * (0.25 + 0.75 * edge) * smoothstep(0.45, 0.7, cloud)
    joint = smoothstep(0.016, 0.006, np.abs(lateral + 0.09 + 0.05 * (wander - 0.5)))
    crack = np.clip(worn + 0.55 * joint, 0.0, 1.0)
    color = 0.335 + 0.085 * (cloud - 0.5) + 0.15 * (stones - 0.5) + 0.1 * (bitumen - 0.5) ** 3
    color = color + 0.1 * smoothstep(0.86, 0.97, stones) + 0.045 * edge - 0.045 * track - 0.035 * drip
    color = np.clip(color, 0.05, 1.0) * (1.0 - 0.6 * crack)
    tinted = color[..., None] * np.array([1.0, 0.985, 0.96])
    height = 0.0016 * stones * (1.0 - 0.45 * track) + 0.0006 * bitumen - 0.004 * crack
    return Layers(tinted, height, 0.86 - 0.14 * track - 0.08 * drip, ASPHALT_TILE_M)


@lru_cache(maxsize=1)
def repair(variant: int) -> Material:
    """Return a younger, darker asphalt, as in patches."""
    return _kept("repair", f"repair {variant}", lambda: _repair(variant))


def _repair(variant: int) -> Layers:
    rng = keyed_generator("road", "repair", variant)
    stones, cloud = value_noise(rng, _COARSE, (300, 300)), fractal_noise(rng, _COARSE, (5, 5), 5)
    color = 0.235 + 0.11 * (stones - 0.5) + 0.05 * (cloud - 0.5)
    tinted = color[..., None] * np.array([0.99, 0.99, 1.0])
    return Layers(tinted, 0.0012 * stones, 0.84 - 0.06 * cloud, 4.0)


@lru_cache(maxsize=1)
def paint(variant: int) -> Material:
    """Return white road paint, worn through to the asphalt in places."""
    return _kept("paint", f"paint {variant}", lambda: _paint(variant))


def _paint(variant: int) -> Layers:
    rng = keyed_generator("road", "paint", variant)
    stones, cloud = value_noise(rng, _COARSE, (220, 220)), fractal_noise(rng, _COARSE, (5, 5), 6, 0.65)
    gone = smoothstep(0.66, 0.8, 0.62 * cloud + 0.38 * stones) + 0.8 * ridges(rng, _COARSE, (4, 4), 0.006)
    dirt = fractal_noise(rng, _COARSE, (3, 3), 5)
    white = np.asarray(rgb("dcdad2")) * (0.9 + 0.1 * stones[..., None]) * (0.84 + 0.16 * dirt[..., None])
    color = mix(white, (0.36, 0.355, 0.345), np.clip(0.85 * gone, 0.0, 1.0))
    return Layers(color, 0.0006 * stones, 0.6 + 0.25 * np.clip(gone, 0, 1), PAINT_TILE_M)


@lru_cache(maxsize=1)
def gravel(variant: int) -> Material:
    """Return packed gravel with a few weeds."""
    return _kept("gravel", f"gravel {variant}", lambda: _gravel(variant))


def _gravel(variant: int) -> Layers:
    rng = keyed_generator("road", "gravel", variant)
    big, small = value_noise(rng, _COARSE, (90, 90)), value_noise(rng, _COARSE, (230, 230))
    tone, cloud = value_noise(rng, _COARSE, (120, 120)), fractal_noise(rng, _COARSE, (4, 4), 5)
    pebble = np.maximum(smoothstep(0.35, 0.8, big), 0.8 * smoothstep(0.4, 0.8, small))
    stone = mix(rgb("8d857a"), rgb("b3aca0"), tone) * (0.82 + 0.36 * (tone[..., None] - 0.5))
    earth = mix(rgb("6b6256"), rgb("7d7365"), cloud)
    color = mix(earth, stone, pebble)
    weeds = smoothstep(0.62, 0.82, 0.7 * cloud + 0.3 * small)
    color = mix(color, mix(rgb("4d5a2c"), rgb("6d7440"), small), 0.7 * weeds)
    return Layers(color, 0.006 * pebble, np.full(_COARSE, 0.93), GRAVEL_TILE_M)


def _blades(rng: np.random.Generator, shape: tuple[int, int]) -> FloatArray:
    """Return a mat of short blades lying all ways, 0 between them."""
    lying = (
        value_noise(rng, shape, (shape[0] // 2, shape[1] // 7)),
        value_noise(rng, shape, (shape[0] // 7, shape[1] // 2)),
    )
    return np.maximum(*lying)


@lru_cache(maxsize=1)
def verge(variant: int) -> Material:
    """Return mown verge grass, dry in spots."""
    return _kept("verge grass", f"verge {variant}", lambda: _verge(variant))


def _verge(variant: int) -> Layers:
    rng = keyed_generator("road", "verge", variant)
    blade, cloud = _blades(rng, _COARSE), fractal_noise(rng, _COARSE, (4, 4), 6, 0.6)
    green = mix(rgb("3b4524"), rgb("707a48"), smoothstep(0.35, 0.95, blade))
    dry = mix(rgb("6a6136"), rgb("a39a63"), blade)
    color = mix(green, dry, 0.75 * smoothstep(0.5, 0.85, cloud))
    soil = smoothstep(0.3, 0.14, cloud) * smoothstep(0.7, 0.4, blade)
    color = mix(color, rgb("4a4030"), 0.7 * soil)
    return Layers(color, 0.02 * blade, np.full(_COARSE, 0.95), VERGE_TILE_M)


@lru_cache(maxsize=1)
def meadow(variant: int) -> Material:
    """Return a meadow as seen from afar."""
    return _kept("meadow", f"meadow {variant}", lambda: _meadow(variant))


def _meadow(variant: int) -> Layers:
    rng = keyed_generator("road", "meadow", variant)
    blade, cloud = _blades(rng, _COARSE), fractal_noise(rng, _COARSE, (3, 3), 7, 0.62)
    base = (("4b5530", "757f4c"), ("6b6a42", "9a9266"), ("434f2e", "66734a"))[variant % 3]
    color = mix(rgb(base[0]), rgb(base[1]), np.clip(0.25 + 0.5 * cloud + 0.45 * (blade - 0.5), 0.0, 1.0))
    return Layers(color, 0.05 * blade, np.full(_COARSE, 0.96), MEADOW_TILE_M)


def _kept(name: str, key: str, draw: Callable[[], Layers]) -> Material:
    """Return the material of a surface that is drawn once a machine."""

    def drawn() -> Surface:
        layers = draw()
        return Surface(material_of(name, layers), layers.tile_m)

    return kept(key, sys.modules[__name__], drawn).material
