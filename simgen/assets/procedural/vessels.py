"""Closed round packaging: can, bottle, jar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from simgen.assets.procedural import finishes
from simgen.assets.procedural.boxes import box
from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.label_print import accent, label
from simgen.assets.procedural.meshes import lathe
from simgen.assets.procedural.noise import rgb
from simgen.assets.procedural.params import Values, choice, length, seed
from simgen.assets.procedural.solids import circle, frustum_part, prism_part
from simgen.geometry import FloatArray

_ROUND = 24  # corners of a round collision part
_FILLED_KG_M3 = 1000.0  # of packed drink and food, about water: assumed
_GRASP = ("food", "graspable", "tabletop")


def _round(values: Values) -> tuple[float, float]:
    return values.number("diameter_m") / 2, values.number("height_m")


# -- can ---------------------------------------------------------------------------------------------------------


def _can_outline(values: Values) -> Outline:
    r, h = _round(values)
    part = prism_part(circle(r, _ROUND), 0.0, h)
    return Outline(
        (2 * r, 2 * r, h), (0, 0, h / 2), (part,), _FILLED_KG_M3, friction=0.35, restitution=0.2, tags=_GRASP
    )


def _can_paint(values: Values) -> Paint:
    r, h = _round(values)
    number = values.whole("seed")
    metal, print_ = finishes.bare_metal((0.8, 0.81, 0.82), 0.24), label(number)
    lip, step = min(0.06 * h, 0.12 * r), 0.08 * r
    foot = [(0, step), (0.8 * r, step), (0.86 * r, 0), (0.92 * r, 0), (r, lip)]
    top = [
        (r, h - lip),
        (0.94 * r, h - 0.3 * lip),
        (0.94 * r, h),
        (0.9 * r, h),
        (0.88 * r, h - step),
        (0, h - step),
    ]
    tab = box(
        (0.34 * r, 0.62 * r, 0.03 * r), (0, 0.16 * r, h - step + 0.015 * r), chamfer_m=0.01 * r, tile_m=0.05
    )
    return (
        (lathe(foot), metal),
        (lathe([(r, lip), (r, h - lip)]), print_),
        (lathe(top), metal),
        (tab, metal),
    )


# -- bottle ------------------------------------------------------------------------------------------------------

_DRINKS = ("27432a", "5a3416", "cfe0ea", "b4561f", "e8d9a6", "7a1d28")


def _bottle_shape(values: Values) -> tuple[float, float, float, float]:
    """Return relative heights of body and shoulder, relative neck radius, and roundness of the shoulder."""
    number = values.whole("seed")
    return (
        (0.56, 0.62, 0.5, 0.66)[number % 4],
        (0.82, 0.78, 0.84, 0.86)[number % 4],
        (0.36, 0.42, 0.32, 0.46)[number // 4 % 4],
        (1.0, 1.6, 0.8)[number % 3],
    )


def _bottle_outline(values: Values) -> Outline:
    r, h = _round(values)
    body, shoulder, neck, _ = _bottle_shape(values)
    parts = (
        prism_part(circle(r, _ROUND), 0.0, body * h),
        frustum_part(circle(r, _ROUND), circle(neck * r, _ROUND), body * h, shoulder * h),
        prism_part(circle(1.12 * neck * r, _ROUND), shoulder * h, h),
    )
    extent = (2 * r, 2 * r, h)
    return Outline(extent, (0, 0, h / 2), parts, _FILLED_KG_M3, friction=0.35, restitution=0.2, tags=_GRASP)


def _bottle_paint(values: Values) -> Paint:
    r, h = _round(values)
    body, shoulder, neck, bend = _bottle_shape(values)
    number = values.whole("seed")
    color, is_clear = rgb(_DRINKS[number % len(_DRINKS)]), values.word("glass") == "clear"
    skin = finishes.clear_glass(color) if is_clear else finishes.glass(color)
    print_ = replace(label(number), double_sided=is_clear)
    cap_foot = h - 0.55 * (1 - shoulder) * h
    low, high = 0.14 * h, (body - 0.05) * h
    foot = [(0, 0.02 * h), (0.6 * r, 0.012 * h), (0.8 * r, 0), (0.92 * r, 0.004 * h), (r, 0.03 * h), (r, low)]
    upper = [
        (r, high),
        (r, body * h),
        *_shoulder(r, neck * r, body * h, shoulder * h, bend),
        (neck * r, cap_foot),
    ]
    cap_r, rim = 1.12 * neck * r, 0.12 * neck * r
    cap = [(neck * r, cap_foot), (cap_r, cap_foot), (cap_r, h - rim), (cap_r - rim, h), (0, h)]
    return (
        (lathe(foot), skin),
        (lathe([(r, low), (r, high)]), print_),
        (lathe(upper), skin),
        (lathe(cap), finishes.plastic(accent(number), 0.36)),
    )


def _shoulder(r: float, neck: float, z0: float, z1: float, bend: float) -> FloatArray:
    """Return the points of a smooth S from the body to the neck, without its first."""
    t = np.linspace(0.0, 1.0, 11)[1:]
    s = (1 - np.cos(np.pi * t**bend)) / 2
    return np.column_stack([r + (neck - r) * s, z0 + (z1 - z0) * t])


# -- jar ---------------------------------------------------------------------------------------------------------

_FILLINGS = ("8d2330", "c98a2a", "5d3a1e", "d8c9a0", "4f6b2c", "b5481d")


def _jar_outline(values: Values) -> Outline:
    r, h = _round(values)
    parts = (prism_part(circle(r, _ROUND), 0.0, 0.82 * h), prism_part(circle(0.9 * r, _ROUND), 0.82 * h, h))
    extent = (2 * r, 2 * r, h)
    return Outline(extent, (0, 0, h / 2), parts, 1250.0, friction=0.35, restitution=0.15, tags=_GRASP)


def _jar_paint(values: Values) -> Paint:
    r, h = _round(values)
    number = values.whole("seed")
    filling = finishes.glass(rgb(_FILLINGS[number % len(_FILLINGS)]))
    foot = [(0, 0.015 * h), (0.75 * r, 0.015 * h), (0.82 * r, 0), (0.92 * r, 0), (r, 0.06 * h), (r, 0.2 * h)]
    upper = [(r, 0.62 * h), (r, 0.72 * h), (0.97 * r, 0.77 * h), (0.84 * r, 0.82 * h), (0.84 * r, 0.84 * h)]
    lid_r = 0.9 * r
    lid = [(0.84 * r, 0.84 * h), (lid_r, 0.84 * h), (lid_r, 0.975 * h), (lid_r - 0.02 * h, h), (0, h)]
    tin = finishes.painted_metal(accent(number), 0.28)
    return (
        (lathe(foot), filling),
        (lathe([(r, 0.2 * h), (r, 0.62 * h)]), label(number)),
        (lathe(upper), filling),
        (lathe(lid), tin),
    )


CAN = Family(
    "can",
    "can",
    (length("diameter_m", 0.066, 0.02, 0.6), length("height_m", 0.115, 0.02, 1.0), seed()),
    _can_outline,
    _can_paint,
)
BOTTLE = Family(
    "bottle",
    "bottle",
    (
        length("diameter_m", 0.072, 0.02, 0.4),
        length("height_m", 0.25, 0.05, 1.2),
        seed(),
        choice("glass", "filled", ("filled", "clear")),
    ),
    _bottle_outline,
    _bottle_paint,
)
JAR = Family(
    "jar",
    "jar",
    (length("diameter_m", 0.078, 0.02, 0.4), length("height_m", 0.11, 0.03, 0.6), seed()),
    _jar_outline,
    _jar_paint,
)
FAMILIES = (CAN, BOTTLE, JAR)
