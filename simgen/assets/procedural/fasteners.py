"""Hexagon bolt, hexagon nut and plain washer, in the proportions of ISO 4017, ISO 4032 and ISO 7089.

Upright they stand on the head, a hexagon face and a ring face. Proportions to the thread diameter d, rounded:
width across flats 1.5 d (M10 to M20: 1.5 to 1.6), head 0.64 d, nut 0.87 d, washer 2 d wide and 0.2 d thick.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simgen.assets.procedural import finishes
from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.meshes import Patch, band, disc, lathe, ring, wall
from simgen.assets.procedural.noise import (
    color_texture,
    fractal_noise,
    grid,
    normal_texture,
    rgb,
    roughness_texture,
)
from simgen.assets.procedural.params import Values, length, seed
from simgen.assets.procedural.solids import circle, frustum_part, prism_part, ring_parts
from simgen.geometry import FloatArray, Vec3
from simgen.records.asset import Material
from simgen.rng import keyed_generator

_STEEL_KG_M3 = 7850.0  # carbon steel, EN 1991-1-1 gives 77 to 78.5 kN/m3
_METALS: tuple[tuple[str, float], ...] = (
    ("c6c8ca", 0.3),
    ("d3bf86", 0.34),
    ("4a4a4c", 0.5),
    ("bfc3c8", 0.22),
)
_N = 48  # points around; a multiple of 24, so that corners and axes are hit
_TAGS = ("graspable", "industrial", "tabletop")
_THREADS_A_TILE = 4


def _steel(values: Values) -> Material:
    color, roughness = _METALS[values.whole("seed") % len(_METALS)]
    return finishes.bare_metal(rgb(color), roughness)


def _hexagon(across_flats_m: float) -> FloatArray:
    """Return a hexagon with corners on the x axis, as `_N` points."""
    angle = np.arange(_N) / _N * 2 * np.pi
    from_flat = (angle % (np.pi / 3)) - np.pi / 6
    radius = across_flats_m / 2 / np.cos(from_flat)
    return np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]


def _cut(outline: FloatArray, across_flats_m: float) -> FloatArray:
    """Return how far the 30 degree chamfer cone cuts the corners down, (n,)."""
    reach = np.linalg.norm(outline, axis=1) - 0.475 * across_flats_m
    return np.tan(np.radians(30.0)) * np.maximum(reach, 0.0)


def _hex_size(across_flats_m: float, height_m: float) -> Vec3:
    return (float(2 * across_flats_m / np.sqrt(3)), across_flats_m, height_m)


def _hex_corners(across_flats_m: float) -> FloatArray:
    return circle(float(across_flats_m / np.sqrt(3)), 6)


# -- bolt --------------------------------------------------------------------------------------------------------


def _bolt_sizes(values: Values) -> tuple[float, float, float, float]:
    """Return thread radius, width across flats, head height and whole height."""
    d = values.number("diameter_m")
    return d / 2, 1.5 * d, 0.64 * d, 0.64 * d + values.number("length_m")


def _bolt_outline(values: Values) -> Outline:
    r, flats, head, top = _bolt_sizes(values)
    tip = 0.3 * r
    parts = (
        prism_part(_hex_corners(flats), 0.0, head),
        prism_part(circle(r, 16), head, top - tip),
        frustum_part(circle(r, 16), circle(r - tip, 16), top - tip, top),
    )
    x, y, z = _hex_size(flats, top)
    return Outline((x, y, z), (0, 0, z / 2), parts, _STEEL_KG_M3, friction=0.3, restitution=0.25, tags=_TAGS)


def _bolt_paint(values: Values) -> Paint:
    r, flats, head, top = _bolt_sizes(values)
    steel = _steel(values)
    outline = _hexagon(flats)
    cut, tip = _cut(outline, flats), 0.3 * r
    pitch = 0.3 * r  # about that of the coarse series: M12 has 1.75 mm
    face = circle(0.475 * flats, _N)
    shank = lathe(
        [(r, head), (r, top - tip)], segments=_N, v_range=(0.0, (top - tip - head) / pitch / _THREADS_A_TILE)
    )
    return (
        (wall(outline, cut, head, tile_m=0.05), steel),
        (band(outline, cut, face, 0.0, up=False), steel),
        (disc(0.475 * flats, 0.0, up=False, tile_m=0.05), steel),
        (ring(outline, circle(r, _N), head, up=True, tile_m=0.05), steel),
        (shank, _thread(values.whole("seed") % len(_METALS))),
        (lathe([(r, top - tip), (r - tip, top), (0, top)], segments=_N), steel),
    )


@lru_cache(maxsize=8)
def _thread(variant: int) -> Material:
    """Return metal with a screw thread of four turns: one repeat around, the thread rising by one turn."""
    shape = (256, 128)
    u, v = grid(shape)
    turn = (v * _THREADS_A_TILE - u) % 1.0
    flank = 1.0 - np.abs(2.0 * turn - 1.0)
    relief = np.clip(1.25 * flank - 0.1, 0.0, 1.0)
    wear = fractal_noise(keyed_generator("thread", variant), shape, (8, 4), 4)
    color, roughness = _METALS[variant]
    return Material(
        name="thread",
        base_color_rgb=(1.0, 1.0, 1.0),
        metallic=1.0,
        roughness=1.0,
        base_color_map=color_texture(
            np.asarray(rgb(color)) * (0.42 + 0.58 * relief * (0.9 + 0.1 * wear))[..., None]
        ),
        normal_map=normal_texture(relief, 26.0),
        metallic_roughness_map=roughness_texture(roughness + 0.2 * (1 - relief) + 0.08 * wear, 1.0),
        double_sided=False,
    )


# -- nut and washer ----------------------------------------------------------------------------------------------


def _nut_outline(values: Values) -> Outline:
    d = values.number("diameter_m")
    flats, height = 1.5 * d, 0.87 * d
    hexagon = _hexagon(flats)[:: _N // 12]
    parts = ring_parts(hexagon, circle(d / 2, 12), 0.0, height)
    return Outline(
        _hex_size(flats, height),
        (0, 0, height / 2),
        parts,
        _STEEL_KG_M3,
        friction=0.3,
        restitution=0.25,
        tags=_TAGS,
    )


def _nut_paint(values: Values) -> Paint:
    d = values.number("diameter_m")
    flats, height, steel = 1.5 * d, 0.87 * d, _steel(values)
    outline, face, bore = _hexagon(flats), circle(0.475 * flats, _N), circle(0.54 * d, _N)
    cut, sink = _cut(outline, flats), 0.05 * d
    thread = wall(circle(d / 2, _N), sink, height - sink, outward=False)
    turns = (height - 2 * sink) / (0.15 * d) / _THREADS_A_TILE
    around = np.column_stack(
        [thread.uvs[:, 0] / (np.pi * d), (thread.uvs[:, 1] - sink) / (height - 2 * sink) * turns]
    )
    hole = Patch(thread.positions_m, thread.normals, around, thread.triangles)
    rim = circle(d / 2, _N)
    return (
        (wall(outline, cut, height - cut, tile_m=0.05), steel),
        (band(outline, cut, face, 0.0, up=False), steel),
        (band(outline, height - cut, face, height, up=True), steel),
        (ring(face, bore, 0.0, up=False, tile_m=0.05), steel),
        (ring(face, bore, height, up=True, tile_m=0.05), steel),
        (band(bore, 0.0, rim, sink, up=False), steel),
        (band(bore, height, rim, height - sink, up=True), steel),
        (hole, _thread(values.whole("seed") % len(_METALS))),
    )


def _washer_radii(values: Values) -> tuple[float, float, float]:
    d = values.number("diameter_m")
    return d, 0.54 * d, 0.2 * d


def _washer_outline(values: Values) -> Outline:
    outer, inner, height = _washer_radii(values)
    parts = ring_parts(circle(outer, 12), circle(inner, 12), 0.0, height)
    extent = (2 * outer, 2 * outer, height)
    return Outline(
        extent, (0, 0, height / 2), parts, _STEEL_KG_M3, friction=0.3, restitution=0.25, tags=_TAGS
    )


def _washer_paint(values: Values) -> Paint:
    outer, inner, height = _washer_radii(values)
    steel, edge = _steel(values), 0.12 * height
    profile = [
        (inner, 0),
        (outer - edge, 0),
        (outer, edge),
        (outer, height - edge),
        (outer - edge, height),
        (inner, height),
        (inner, 0),
    ]
    return ((lathe(profile, repeat_u=3.0), steel),)


BOLT = Family(
    "bolt", "bolt", (length("diameter_m", 0.012, 0.003, 0.1), length("length_m", 0.05, 0.005, 0.6), seed()),
    _bolt_outline, _bolt_paint,
)  # fmt: skip
NUT = Family("nut", "nut", (length("diameter_m", 0.012, 0.003, 0.1), seed()), _nut_outline, _nut_paint)
WASHER = Family(
    "washer", "washer", (length("diameter_m", 0.012, 0.003, 0.1), seed()), _washer_outline, _washer_paint
)
FAMILIES = (BOLT, NUT, WASHER)
