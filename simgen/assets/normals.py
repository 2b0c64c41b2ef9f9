"""Vertex normals that fit their triangles: found models come with some that do not, and are shaded dark there.

Some were exported turned against the model, some point to the other side of the triangle, and some are averages across
a sharp edge. A light path that takes such a normal for the surface's own leaves into the surface, and all its light is
lost; the raster renderer shades what it sees as if it lay slanted. What fits stays as its author made it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simgen.assets.importers.polygons import corner_normals, face_vectors
from simgen.assets.importers.raw import RawPart
from simgen.geometry import FloatArray, unit_rows

# Of a normal from its triangle's own, and of the edges that new ones are smooth over. Assumed: smooth surfaces of few
# triangles reach 45 degrees (four around a pole), and an edge of a cube is one of 90.
_MOST_DEG: Final = 60.0
_COS_MOST: Final = float(np.cos(np.radians(_MOST_DEG)))
# Of a part's area, with a normal behind the surface: with more of it, none of its normals are believed. Assumed: of
# those that were turned against the model it is 10 % and more, of surfaces that are merely rough 2 % and less.
_UNTRUSTED: Final = 0.05
_LEAST_LENGTH: Final = 0.5  # of a unit vector in single precision: a shorter one is none


def with_fitting_normals(parts: Sequence[RawPart]) -> list[RawPart]:
    """Return the parts of a model with every normal on its triangle's side, at most 60 degrees from the triangle's own.

    Where all three of a triangle point to its other side, they are turned over. Others that are further off, or not
    there at all, are made anew from the triangles around (see `polygons.corner_normals`), and their vertices split
    where neighbours keep theirs. Parts that have nothing wrong are returned as they are; positions, triangles and their
    order never change.
    """
    found = [_Corners.of(part) for part in parts]
    if not any(each.wrong.any() for each in found):
        return [_split(part, each.normals, each.turned) for part, each in zip(parts, found, strict=True)]
    new = _made_anew(parts)
    return [
        _split(part, np.where(each.wrong[..., None], made, each.normals), each.turned | each.wrong)
        for part, each, made in zip(parts, found, new, strict=True)
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Corners:
    """The normals of a part's corners.

    Attributes:
        normals: (m, 3, 3), those turned over where whole triangles were.
        turned: (m, 3) which of them were.
        wrong: (m, 3) which do not fit even so.
    """

    normals: FloatArray
    turned: NDArray[np.bool_]
    wrong: NDArray[np.bool_]

    @staticmethod
    def of(part: RawPart) -> _Corners:
        """Return what is wrong with a part's normals; triangles without area have no side to be on."""
        normals = np.nan_to_num(part.normals[part.triangles].astype(float), posinf=0.0, neginf=0.0)
        areas = face_vectors(part.positions, part.triangles)
        size = np.linalg.norm(areas, axis=1)
        there = np.linalg.norm(normals, axis=2) > _LEAST_LENGTH
        cosines = np.einsum("mki,mi->mk", normals, unit_rows(areas))
        solid = (size > 0)[:, None]
        turned = np.repeat((cosines <= -_COS_MOST).all(axis=1, keepdims=True) & solid, 3, axis=1)
        cosines = np.where(turned, -cosines, cosines)
        wrong = ~(there & (cosines >= _COS_MOST)) & solid
        if size[(cosines < 0).any(axis=1)].sum() > _UNTRUSTED * size.sum():
            wrong = np.broadcast_to(solid, wrong.shape)
        return _Corners(np.where(turned[..., None], -normals, normals), turned, wrong)


def _made_anew(parts: Sequence[RawPart]) -> list[FloatArray]:
    """Return for each part the normals (m, 3, 3) that its corners have by the triangles around, of all parts."""
    offsets = np.cumsum([0] + [len(part.positions) for part in parts])[:-1]
    triangles = np.concatenate([part.triangles + at for part, at in zip(parts, offsets, strict=True)])
    positions = np.concatenate([part.positions for part in parts])
    made = corner_normals(positions, triangles, np.full(len(triangles), _COS_MOST))
    return np.split(made, np.cumsum([len(part.triangles) for part in parts])[:-1])


def _split(part: RawPart, normals: FloatArray, changed: NDArray[np.bool_]) -> RawPart:
    """Return a part with these normals (m, 3, 3) at the corners (m, 3) where they changed, its vertices split for them.

    Normals that agree to a thousandth share a vertex, as vertices that a corner has do that changed nowhere.
    """
    if not changed.any():
        return part
    corners, here = part.triangles.reshape(-1), changed.reshape(-1)
    quantised = np.rint((normals.reshape(-1, 3) + 1.0) * 511.5).astype(np.int64)
    direction = 1 + ((quantised[:, 0] << 20) | (quantised[:, 1] << 10) | quantised[:, 2])
    keys = (corners << 31) | np.where(here, direction, 0)
    _, first, triangles = np.unique(keys, return_index=True, return_inverse=True)
    source = corners[first]
    kept = np.where(here[first, None], normals.reshape(-1, 3)[first], part.normals[source])
    return replace(
        part,
        positions=part.positions[source],
        normals=kept.astype(np.float32),
        uvs=part.uvs[source],
        triangles=triangles.reshape(-1, 3).astype(np.int64),
        joints=None if part.joints is None else part.joints[source],
        weights=None if part.weights is None else part.weights[source],
    )
