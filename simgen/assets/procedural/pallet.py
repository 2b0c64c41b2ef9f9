"""The EUR pallet: deck boards, stringer boards, nine blocks and three bottom boards.

Board sizes follow the drawing of EN 13698-1 (1200 x 800 x 144 mm); another `size_m` scales them.
"""

from __future__ import annotations

import numpy as np

from simgen.assets.procedural.boxes import box
from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.meshes import Patch
from simgen.assets.procedural.params import Values, seed, size
from simgen.assets.procedural.solids import box_part
from simgen.assets.procedural.surfaces import finish
from simgen.geometry import Vec3, vec3
from simgen.records.asset import Material
from simgen.rng import keyed_generator

_SIZE_M: Vec3 = (1.2, 0.8, 0.144)
_DENSITY_KG_M3 = 550.0  # air-dry pine; gives the 25 kg of a EUR pallet within 10 %
_BOARD_M, _BLOCK_M = 0.022, 0.078

Board = tuple[Vec3, Vec3]  # size and middle, metres, z from the floor


def _boards() -> list[Board]:
    deck_z, stringer_z = 0.144 - _BOARD_M / 2, 0.144 - 1.5 * _BOARD_M
    block_z, bottom_z = _BOARD_M + _BLOCK_M / 2, _BOARD_M / 2
    rows = ((-0.35, 0.1), (0.0, 0.145), (0.35, 0.1))
    columns = (-0.5275, 0.0, 0.5275)
    decks = ((-0.3275, 0.145), (-0.165, 0.1), (0.0, 0.145), (0.165, 0.1), (0.3275, 0.145))
    return [
        *(((1.2, width, _BOARD_M), (0.0, y, deck_z)) for y, width in decks),
        *(((0.145, 0.8, _BOARD_M), (x, 0.0, stringer_z)) for x in columns),
        *(((0.145, width, _BLOCK_M), (x, y, block_z)) for x in columns for y, width in rows),
        *(((1.2, width, _BOARD_M), (0.0, y, bottom_z)) for y, width in rows),
    ]


def _scaled(extent: Vec3) -> list[Board]:
    factor = np.asarray(extent) / np.asarray(_SIZE_M)
    return [
        (vec3(np.asarray(board) * factor), vec3(np.asarray(middle) * factor)) for board, middle in _boards()
    ]


def _outline(values: Values) -> Outline:
    extent = values.vector()
    return Outline(
        size_m=extent,
        center_m=(0.0, 0.0, extent[2] / 2),
        parts=tuple(box_part(board, middle) for board, middle in _scaled(extent)),
        density_kg_m3=_DENSITY_KG_M3,
        friction=0.6,
        restitution=0.05,
        tags=("stackable", "support", "warehouse"),
    )


def _paint(values: Values) -> Paint:
    number = values.whole("seed")
    looks = [finish("rough_wood", number), finish("rough_wood", number + 1)]
    rng = keyed_generator("pallet", number)
    paint: list[tuple[Patch, Material]] = []
    for board, middle in _scaled(values.vector()):
        look = looks[int(rng.integers(2))]
        shift = (float(rng.random()), float(rng.random()))
        grain = 0 if board[0] >= board[1] else 1
        paint.append(
            (
                box(board, middle, tile_m=look.tile_m, chamfer_m=0.002, grain=grain, uv_shift=shift),
                look.material,
            )
        )
    return tuple(paint)


FAMILY = Family("pallet", "pallet", (size(_SIZE_M, 0.1, 3.0), seed()), _outline, _paint)
