"""Triangles of a cut-out material whose picture is soft there: painted gaps and shades that let the paint below show.

MTL does not say whether an opacity map cuts out or blends, so that a material is judged by its whole map (see
`mtl.with_alpha_mode`). But the map of a car has lamps and number plates, which are cut out, beside faint lines, which
cut at half their opacity would be broken black wedges. Triangles that show such lines only become a part that blends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from simgen.assets.importers.raw import RawPart
from simgen.records.asset import Material

_CLEAR, _SOLID = 32, 223  # of 255: what is nearly nothing, and nearly all, as in `mtl.with_alpha_mode`
_RIM = 2  # texels next to a solid one that are its smoothed edge; assumed
_SAMPLES = 24  # along each side of a triangle; assumed: lines are painted along triangles made for them
_MOSTLY = 0.5  # of what a triangle shows; assumed


def with_soft_prints(
    parts: Sequence[RawPart], materials: tuple[Material, ...]
) -> tuple[tuple[RawPart, ...], tuple[Material, ...]]:
    """Return parts and materials, soft triangles of cut-out materials as parts of blended ones, which come last."""
    hard, soft, more = list[RawPart](), list[RawPart](), list[Material]()
    for part in parts:
        material = materials[part.material]
        is_soft = _soft_triangles(part, material)
        if not is_soft.any():
            hard.append(part)
            continue
        if not is_soft.all():
            hard.append(_some(part, ~is_soft))
        soft.append(replace(_some(part, is_soft), material=len(materials) + len(more)))
        more.append(replace(material, alpha_mode="blend", alpha_cutoff=0.0))
    return (*hard, *soft), (*materials, *more)


def _soft_triangles(part: RawPart, material: Material) -> NDArray[np.bool_]:
    """Return (m,) whether what a triangle shows of its material's map is mostly soft."""
    none = np.zeros(len(part.triangles), np.bool_)
    if material.alpha_mode != "mask" or material.base_color_map is None:
        return none
    opacity = material.base_color_map.pixels[..., 3]
    soft = (opacity >= _CLEAR) & (opacity <= _SOLID) & ~_near(opacity > _SOLID)
    if not soft.any():
        return none
    height, width = opacity.shape
    uvs = np.einsum("sk,mkc->msc", _weights(), part.uvs[part.triangles].astype(float))
    column = np.floor(uvs[..., 0] * width).astype(np.int64) % width
    row = np.floor((1.0 - uvs[..., 1]) * height).astype(np.int64) % height
    seen = (opacity[row, column] >= _CLEAR).sum(axis=1)
    return soft[row, column].sum(axis=1) > _MOSTLY * seen


def _near(solid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return where a texel is within two rows and columns of a solid one, the picture repeating."""
    steps = range(-_RIM, _RIM + 1)
    rows = np.any([np.roll(solid, step, axis=0) for step in steps], axis=0)
    return np.any([np.roll(rows, step, axis=1) for step in steps], axis=0)


def _weights() -> NDArray[np.float64]:
    """Return the shares (s, 3) of a triangle's corners at points spread over it."""
    i, j = np.meshgrid(np.arange(_SAMPLES) + 0.5, np.arange(_SAMPLES) + 0.5, indexing="ij")
    inside = i + j < _SAMPLES
    return np.column_stack([i[inside], j[inside], (_SAMPLES - i - j)[inside]]) / _SAMPLES


def _some(part: RawPart, which: NDArray[np.bool_]) -> RawPart:
    """Return some triangles (m,) of a part of an unmoved model, and their vertices."""
    used, triangles = np.unique(part.triangles[which], return_inverse=True)
    return replace(
        part,
        positions=part.positions[used],
        normals=part.normals[used],
        uvs=part.uvs[used],
        triangles=triangles.reshape(-1, 3).astype(np.int64),
    )
