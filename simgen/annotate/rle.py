"""COCO's compressed run lengths of a small tile inside a large image, without ever making the large mask.

Runs go down the columns and begin with zeros; the string form is pycocotools'.
"""

from __future__ import annotations

import warnings
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco

from simgen.records.annotation import Rle


def encode_rle(tile: NDArray[np.bool_], x0: int, y0: int, width: int, height: int) -> Rle:
    """Return the mask (height, width) that is `tile` (h, w) with its first pixel at (x0, y0), zero elsewhere.

    Raises:
        ValueError: the tile does not lie inside the image.
    """
    rows, columns = tile.shape
    if x0 < 0 or y0 < 0 or x0 + columns > width or y0 + rows > height:
        raise ValueError(
            f"encode_rle: a {columns}x{rows} tile at ({x0}, {y0}) leaves the {width}x{height} image; clip it"
        )
    runs = {"size": [height, width], "counts": _runs(tile, x0, y0, width, height).tolist()}
    packed = cast("dict[str, Any]", coco.frPyObjects(cast("Any", runs), height, width))
    return Rle((height, width), packed["counts"].decode("ascii"))


def decode_rle(rle: Rle) -> NDArray[np.bool_]:
    """Return the mask (height, width)."""
    packed = {"size": list(rle.size), "counts": rle.counts.encode("ascii")}
    with warnings.catch_warnings():
        # pycocotools' mask type predates the copy argument that NumPy 2 passes; the copy it makes is right.
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        return np.asarray(coco.decode(cast("Any", packed)), np.bool_)


def _runs(tile: NDArray[np.bool_], x0: int, y0: int, width: int, height: int) -> NDArray[np.int64]:
    """Return alternating lengths of zeros and ones, starting with zeros, that add up to width * height."""
    tall = tile.shape[0] + 1  # a zero above each column ends the runs of the one before it
    padded = np.zeros(tile.shape[1] * tall + 1, np.uint8)
    if tile.size:  # OpenCV transposes large tiles in a tenth of NumPy's time
        padded[:-1].reshape(-1, tall)[:, 1:] = cv2.transpose(tile.view(np.uint8))
    column, row = np.divmod(np.flatnonzero(padded[1:] != padded[:-1]), tall)
    edges = (column + x0) * height + row + y0
    if tile.shape[0] == height:  # columns set from top to bottom run on into the next
        joined = np.flatnonzero(edges[1:-1:2] == edges[2::2]) * 2 + 1
        edges = np.delete(edges, np.concatenate([joined, joined + 1]))
    bounds = np.concatenate([[0], edges, [width * height]])
    runs = bounds[1:] - bounds[:-1]
    return runs if runs[-1] or len(runs) == 1 else runs[:-1]  # ones up to the last pixel end the runs
