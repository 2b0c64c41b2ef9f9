"""Where pictures of two renderers can be compared at all: away from silhouettes, those within a body included."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Mask = NDArray[np.bool_]
_JUMP = 0.005  # of inverse depth, relative


def off_silhouette(ids: NDArray[Any]) -> Mask:
    """Return where a pixel and its eight neighbours have one id: one pixel away from any silhouette."""
    return ndimage.maximum_filter(ids, 3) == ndimage.minimum_filter(ids, 3)


def inside(ids: NDArray[Any], depth_m: NDArray[Any]) -> Mask:
    """Return where a pixel and its eight neighbours show one surface: one id, and no jump of depth between them.

    A body has silhouettes within itself too: leaf before leaf, shelf before shelf. The inverse of depth is affine in
    the picture over a plane however steep, so a pixel's is the mean of any two opposite neighbours' unless one is
    elsewhere; half a hundredth apart is a jump.
    """
    near = np.where(np.isfinite(depth_m), 1.0 / np.asarray(depth_m, float), 0.0)
    padded = np.pad(near, 1, mode="reflect", reflect_type="odd")
    bent = np.zeros(near.shape, bool)
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        there, back = (_shifted(padded, y, x, near.shape) for y, x in ((dy, dx), (-dy, -dx)))
        bent |= np.abs(there + back - 2 * near) > 2 * _JUMP * near
    return off_silhouette(ids) & ~bent


def _shifted(padded: NDArray[np.float64], dy: int, dx: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
    return padded[1 + dy : 1 + dy + shape[0], 1 + dx : 1 + dx + shape[1]]
