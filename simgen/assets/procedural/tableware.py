"""Open glazed tableware: mug, bowl, plate; hollow for the eye and for physics."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simgen.assets.procedural import finishes
from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.meshes import lathe, tube
from simgen.assets.procedural.noise import (
    color_texture,
    fractal_noise,
    grid,
    mix,
    rgb,
    roughness_texture,
    smoothstep,
)
from simgen.assets.procedural.params import Parameter, Values, length, seed
from simgen.assets.procedural.solids import Part, circle, hull_part, prism_part, ring_parts
from simgen.geometry import FloatArray
from simgen.records.asset import Material
from simgen.rng import keyed_generator

_DENSITY_KG_M3 = 2300.0  # stoneware, assumed
_SECTORS = 16  # of the wall of a cup or bowl in its collision shape
_GLAZES = ("e9e5db", "2f4d6f", "8c3b2e", "56715a", "d9b25c", "3b3d42", "b8cfd6", "c98f78")
_TAGS = ("container", "graspable", "tabletop")


@lru_cache(maxsize=16)
def _glaze(variant: int) -> Material:
    """Return glaze with one of four decorations, once around and once from foot to rim."""
    shape = (128, 512)
    rng = keyed_generator("glaze", variant)
    u, v = grid(shape)
    base, second = rgb(_GLAZES[variant % 8]), rgb(_GLAZES[(variant + 3 + variant // 8) % 8])
    wobble = 0.015 * (fractal_noise(rng, (1, 512), (1, 6), 3) - 0.5)
    pattern = _patterns(u, v, wobble)[variant // 2 % 4]
    speckle = smoothstep(0.86, 0.94, fractal_noise(rng, shape, (64, 200), 2)) * (variant % 3 == 0)
    color = mix(base, second, np.clip(pattern, 0, 1)) * (1 - 0.35 * speckle)[..., None]
    return Material(
        name="glaze",
        base_color_rgb=(1.0, 1.0, 1.0),
        roughness=1.0,
        base_color_map=color_texture(color),
        metallic_roughness_map=roughness_texture(0.1 + 0.1 * fractal_noise(rng, shape, (3, 8), 4)),
        double_sided=False,
    )


def _patterns(u: FloatArray, v: FloatArray, wobble: FloatArray) -> tuple[FloatArray, ...]:
    """Return where the second colour lies, by decoration: nowhere, in two bands, above a line, in dots."""
    off_middle = np.hypot((u * 12) % 1.0 - 0.5, ((v + 0.02) * 3.4) % 1.0 - 0.5)
    return (
        np.zeros(u.shape),
        smoothstep(0.09, 0.08, np.abs(v - 0.62 + wobble)) + smoothstep(0.02, 0.014, np.abs(v - 0.45)),
        smoothstep(0.42, 0.44, v + 2 * wobble),
        smoothstep(0.34, 0.28, off_middle) * (v > 0.12) * (v < 0.95),
    )


def _colors(values: Values) -> tuple[Material, Material]:
    """Return the decorated outside and the plain inside."""
    variant = values.whole("seed") % 16
    return _glaze(variant), finishes.ceramic(rgb(_GLAZES[variant % 8]))


# -- mug ---------------------------------------------------------------------------------------------------------


def _handle(r: float, h: float) -> tuple[FloatArray, float]:
    """Return the centre line (n, 3) of the handle and its radius."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, 17)
    reach, tall = 0.34 * h, 0.27 * h
    x = r - 0.02 * h + reach * np.cos(angle) ** 0.8
    return np.column_stack([x, np.zeros_like(x), 0.5 * h + tall * np.sin(angle)]), 0.058 * h


def _mug_outline(values: Values) -> Outline:
    r, h, t = values.number("diameter_m") / 2, values.number("height_m"), values.number("wall_m")
    values.require(t < 0.6 * r and 2 * t < h, f"wall_m {t:g} leaves no room in a mug of {2 * r:g} x {h:g} m")
    path, thick = _handle(r, h)
    right = float(path[:, 0].max()) + thick
    grip = tuple(_chunk(path[k : k + 5], thick) for k in range(0, 16, 4))
    walls = ring_parts(circle(r, _SECTORS), circle(r - t, _SECTORS), 1.5 * t, h)
    return Outline(
        size_m=(r + right, 2 * r, h),
        center_m=((right - r) / 2, 0.0, h / 2),
        parts=(prism_part(circle(r, _SECTORS), 0.0, 1.5 * t), *walls, *grip),
        density_kg_m3=_DENSITY_KG_M3,
        friction=0.4,
        restitution=0.15,
        tags=_TAGS,
    )


def _chunk(path: FloatArray, radius: float) -> Part:
    return hull_part(tube(path, radius, segments=8).positions_m)


def _mug_paint(values: Values) -> Paint:
    r, h, t = values.number("diameter_m") / 2, values.number("height_m"), values.number("wall_m")
    outside, inside = _colors(values)
    path, thick = _handle(r, h)
    foot = [(0, 0.02 * h), (0.8 * r, 0.02 * h), (0.84 * r, 0), (0.92 * r, 0), (r, 0.06 * h)]
    rim = [(r, h - 0.5 * t), (r - 0.25 * t, h), (r - 0.75 * t, h), (r - t, h - 0.5 * t)]
    well = [(r - t, h - 0.5 * t), (r - t, 1.5 * t + 0.1 * r), (r - t - 0.1 * r, 1.5 * t), (0, 1.5 * t)]
    return (
        (lathe([(r, 0.06 * h), (r, h - 0.5 * t)]), outside),
        *((lathe(profile), inside) for profile in (foot, rim, well)),
        (tube(path, thick), inside),
    )


# -- bowl and plate ----------------------------------------------------------------------------------------------


def _bowl_wall(values: Values) -> tuple[FloatArray, FloatArray]:
    r, h = values.number("diameter_m") / 2, values.number("height_m")
    angle = np.linspace(0.0, np.pi / 2, 13)
    return 0.42 * r + 0.58 * r * np.sin(angle), 0.06 * h + 0.94 * h * (1 - np.cos(angle))


def _plate_wall(values: Values) -> tuple[FloatArray, FloatArray]:
    r, h = values.number("diameter_m") / 2, values.number("height_m")
    t = np.linspace(0.0, 1.0, 13)
    bend = t * t * (3 - 2 * t)
    return 0.6 * r + 0.4 * r * t, 0.12 * h + 0.88 * h * (0.55 * bend + 0.45 * t)


def _dish_outline(values: Values, radii: FloatArray, heights: FloatArray) -> Outline:
    r, h, t = values.number("diameter_m") / 2, values.number("height_m"), values.number("wall_m")
    values.require(
        t < 0.3 * r and t < 0.5 * h, f"wall_m {t:g} leaves no room in a dish of {2 * r:g} x {h:g} m"
    )
    floor = float(heights[0]) + t
    base = prism_part(circle(float(radii[0]), _SECTORS), 0.0, floor)
    parts = [part for a, b in ((0, 5), (5, 9), (9, 12)) for part in _band_parts(radii, heights, a, b, t)]
    return Outline(
        (2 * r, 2 * r, h),
        (0, 0, h / 2),
        (base, *parts),
        _DENSITY_KG_M3,
        friction=0.4,
        restitution=0.15,
        tags=_TAGS,
    )


def _band_parts(radii: FloatArray, heights: FloatArray, a: int, b: int, t: float) -> list[Part]:
    """Return one convex cell for every second sector of the wall between two levels."""
    inner = _inner(radii, heights, t)
    corners = [
        (radii[a], heights[a]),
        (radii[b], heights[b]),
        (inner[a, 0], inner[a, 1]),
        (inner[b, 0], inner[b, 1]),
    ]
    angle = np.arange(13) / 12 * 2 * np.pi
    return [
        hull_part([(r * np.cos(w), r * np.sin(w), z) for r, z in corners for w in (angle[k], angle[k + 1])])
        for k in range(12)
    ]


def _inner(radii: FloatArray, heights: FloatArray, t: float) -> FloatArray:
    """Return the inner wall: the outer one shifted by the wall thickness along its normal, the rim kept level."""
    steps = np.column_stack([np.gradient(radii), np.gradient(heights)])
    steps /= np.linalg.norm(steps, axis=1)[:, None]
    inner = np.column_stack([radii - t * steps[:, 1], heights + t * steps[:, 0]])
    inner[-1] = (radii[-1] - t, heights[-1])
    inner[:, 1] = np.minimum(inner[:, 1], heights[-1])
    return inner


def _dish_paint(values: Values, radii: FloatArray, heights: FloatArray) -> Paint:
    t = values.number("wall_m")
    outside, plain = _colors(values)
    wall = np.column_stack([radii, heights])
    inner = _inner(radii, heights, t)[::-1]
    foot = [
        (0, 0.4 * heights[0]),
        (0.86 * radii[0], 0.4 * heights[0]),
        (0.9 * radii[0], 0),
        (radii[0], 0),
        tuple(wall[0]),
    ]
    well = [*inner, (0.0, float(inner[-1, 1]))]
    return (
        (lathe(foot), plain),
        (lathe(wall), outside),
        (lathe([wall[-1], inner[0]]), plain),
        (lathe(well), plain),
    )


def _parameters(diameter_m: float, height_m: float, wall_m: float) -> tuple[Parameter, ...]:
    return (
        length("diameter_m", diameter_m, 0.03, 1.0),
        length("height_m", height_m, 0.01, 0.6),
        length("wall_m", wall_m, 0.0005, 0.05),
        seed(),
    )


MUG = Family("mug", "mug", _parameters(0.082, 0.095, 0.0045), _mug_outline, _mug_paint)
BOWL = Family(
    "bowl",
    "bowl",
    _parameters(0.16, 0.07, 0.005),
    lambda values: _dish_outline(values, *_bowl_wall(values)),
    lambda values: _dish_paint(values, *_bowl_wall(values)),
)
PLATE = Family(
    "plate",
    "plate",
    _parameters(0.26, 0.026, 0.005),
    lambda values: _dish_outline(values, *_plate_wall(values)),
    lambda values: _dish_paint(values, *_plate_wall(values)),
)
FAMILIES = (MUG, BOWL, PLATE)
