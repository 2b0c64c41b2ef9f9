"""A pallet rack: perforated uprights with braces, orange beams, chipboard decks.

Seen from its middle the rack runs along x; goods go in along y. Deck `k` of every bay has its top at
`deck_top_m(k, level_height_m)` above the floor, and is `bay_width_m` wide between the uprights.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from simgen.assets.procedural import finishes
from simgen.assets.procedural.boxes import box
from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.meshes import Patch
from simgen.assets.procedural.noise import rgb
from simgen.assets.procedural.params import Values, count, length, seed
from simgen.assets.procedural.perforated import perforated_steel
from simgen.assets.procedural.solids import box_part
from simgen.assets.procedural.surfaces import finish
from simgen.geometry import Vec3

POST_M = 0.09  # width of an upright, as common 90 mm frames
_POST_DEPTH_M, _BEAM_M, _BEAM_DEPTH_M, _DECK_M = 0.07, 0.11, 0.045, 0.018
_FIRST_DECK_M = 0.16  # height of the lowest deck; assumed
_DENSITY_KG_M3 = 1100.0  # of hollow steel profiles, taken as solid boxes: assumed
_BEAM_COLORS = ("d9641e", "d9641e", "c8502a")
_POST_COLORS = ("2c4f86", "7c8489", "2c4f86")

Bar = tuple[Vec3, Vec3]


def deck_top_m(level: int, level_height_m: float) -> float:
    """Return the height of a deck's upper side above the floor; level 0 is the lowest."""
    return _FIRST_DECK_M + level * level_height_m


def rack_size_m(bays: int, levels: int, bay_width_m: float, level_height_m: float, depth_m: float) -> Vec3:
    """Return the extent of a rack; its uprights stand 0.3 levels above the highest deck."""
    height = deck_top_m(levels - 1, level_height_m) + 0.3 * level_height_m
    return (bays * bay_width_m + (bays + 1) * POST_M, depth_m, height)


def bay_centers_m(bays: int, bay_width_m: float) -> tuple[float, ...]:
    """Return the x of the middle of every bay, from the middle of the rack."""
    pitch = bay_width_m + POST_M
    return tuple((k - (bays - 1) / 2) * pitch for k in range(bays))


def _extent(values: Values) -> Vec3:
    lengths = (values.number(name) for name in ("bay_width_m", "level_height_m", "depth_m"))
    return rack_size_m(values.whole("bays"), values.whole("levels"), *lengths)


def _post_places(values: Values) -> list[float]:
    bays, pitch = values.whole("bays"), values.number("bay_width_m") + POST_M
    return [(k - bays / 2) * pitch for k in range(bays + 1)]


def _posts(values: Values) -> list[Bar]:
    _, depth, height = _extent(values)
    y = (depth - _POST_DEPTH_M) / 2
    return [
        ((POST_M, _POST_DEPTH_M, height), (x, side * y, height / 2))
        for x in _post_places(values)
        for side in (-1, 1)
    ]


def _beams(values: Values) -> list[Bar]:
    _, depth, _ = _extent(values)
    width, level_height = values.number("bay_width_m"), values.number("level_height_m")
    y = (depth - _BEAM_DEPTH_M) / 2
    return [
        (
            (width, _BEAM_DEPTH_M, _BEAM_M),
            (x, side * y, deck_top_m(level, level_height) - _DECK_M - _BEAM_M / 2),
        )
        for x in bay_centers_m(values.whole("bays"), width)
        for level in range(values.whole("levels"))
        for side in (-1, 1)
    ]


def _decks(values: Values) -> list[Bar]:
    _, depth, _ = _extent(values)
    width, level_height = values.number("bay_width_m"), values.number("level_height_m")
    return [
        ((width, depth, _DECK_M), (x, 0.0, deck_top_m(level, level_height) - _DECK_M / 2))
        for x in bay_centers_m(values.whole("bays"), width)
        for level in range(values.whole("levels"))
    ]


def _outline(values: Values) -> Outline:
    extent = _extent(values)
    bars = [*_posts(values), *_beams(values), *_decks(values)]
    return Outline(
        size_m=extent,
        center_m=(0.0, 0.0, extent[2] / 2),
        parts=tuple(box_part(bar, middle) for bar, middle in bars),
        density_kg_m3=_DENSITY_KG_M3,
        friction=0.5,
        tags=("support", "warehouse"),
    )


def _paint(values: Values) -> Paint:
    number = values.whole("seed")
    post = perforated_steel(rgb(_POST_COLORS[number % len(_POST_COLORS)]))
    beam = finishes.painted_metal(rgb(_BEAM_COLORS[number % len(_BEAM_COLORS)]), 0.36)
    zinc = finishes.bare_metal()
    board = finish("chipboard", number)
    decks = [
        box(bar, at, tile_m=board.tile_m, uv_shift=(0.37 * k, 0.21 * k))
        for k, (bar, at) in enumerate(_decks(values))
    ]
    return (
        *((box(bar, at, tile_m=0.1, chamfer_m=0.004, grain=2), post) for bar, at in _posts(values)),
        *((box(bar, at, tile_m=0.1, chamfer_m=0.006), beam) for bar, at in _beams(values)),
        *((patch, board.material) for patch in decks),
        *((box(bar, at, tile_m=0.1, chamfer_m=0.002), beam) for bar, at in _connectors(values)),
        *((_brace(bar, slope, at), zinc) for bar, slope, at in _braces(values)),
    )


def _connectors(values: Values) -> list[Bar]:
    """Return the hooked end plates that hang the beams into the uprights."""
    plate, out = (0.006, _BEAM_DEPTH_M + 0.004, 0.19 - 0.02), values.number("bay_width_m") / 2 - 0.004
    return [
        (plate, (x + side * out, y - float(np.sign(y)) * 0.003, z))
        for (_, (x, y, z)) in _beams(values)
        for side in (-1, 1)
    ]


def _braces(values: Values) -> list[tuple[Vec3, float, Vec3]]:
    """Return size, slope and middle of the zigzag between the two posts of every frame."""
    _, depth, height = _extent(values)
    reach = depth - 2 * _POST_DEPTH_M
    steps = max(2, round((height - 0.3) / (0.8 * depth)))
    heights = np.linspace(0.12, height - 0.12, steps + 1)
    braces: list[tuple[Vec3, float, Vec3]] = []
    for x in _post_places(values):
        for k, (low, high) in enumerate(pairwise(heights)):
            slope = float(np.arctan2(high - low, reach)) * (1 if k % 2 == 0 else -1)
            long = float(np.hypot(reach, high - low))
            braces.append(((0.03, long, 0.03), slope, (x, 0.0, float(low + high) / 2)))
    return braces


def _brace(bar: Vec3, slope: float, at: Vec3) -> Patch:
    c, s = float(np.cos(slope)), float(np.sin(slope))
    return (
        box(bar, tile_m=0.1, grain=1).turned(np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]])).moved(at)
    )


FAMILY = Family(
    "rack",
    "rack",
    (
        count("bays", 2, 1, 40),
        count("levels", 3, 1, 12),
        length("bay_width_m", 2.7, 0.4, 6.0),
        length("level_height_m", 1.6, 0.25, 4.0),
        length("depth_m", 1.1, 0.25, 3.0),
        seed(),
    ),
    _outline,
    _paint,
)
