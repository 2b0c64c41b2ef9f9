"""COCO's compressed run lengths of small tiles inside a large image, without ever making the large masks.

Runs go down the columns and begin with zeros; the string form is pycocotools'. `dataset.rle` reads it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from simgen.annotate.runs import Indices, Runs, Tile, runs_of_tiles
from simgen.records.annotation import Rle


def encode_runs(runs: Runs, width: int) -> list[Rle]:
    """Return the image masks (height, width) of runs, in their order."""
    numbers, sizes = _numbers(runs.joined(), width * runs.height)
    return [Rle((runs.height, width), text) for text in _texts(numbers, sizes)]


def encode_rles(tiles: Sequence[Tile], width: int, height: int) -> list[Rle]:
    """Return the image masks (height, width) of tiles, in their order.

    Raises:
        ValueError: a tile does not lie inside the image.
    """
    for tile in tiles:
        _check_inside(tile, width, height)
    return encode_runs(runs_of_tiles(tiles, height), width)


def _check_inside(tile: Tile, width: int, height: int) -> None:
    (rows, columns), x0, y0 = tile.mask.shape, tile.x0, tile.y0
    if x0 < 0 or y0 < 0 or x0 + columns > width or y0 + rows > height:
        raise ValueError(
            f"encode_rles: a {columns}x{rows} tile at ({x0}, {y0}) leaves the {width}x{height} image; clip it"
        )


def _numbers(runs: Runs, pixels: int) -> tuple[Indices, Indices]:
    """Return the lengths of zeros and ones in turn, as the code differences them, and how many each mask has.

    Args:
        runs: of ones.
        pixels: of the image; the lengths of a mask add up to it, zeros at its end left out where there are none.
    """
    edges, counts = runs.edges, runs.counts
    last = np.cumsum(counts)
    end = np.zeros(len(counts), np.int64)
    end[counts > 0] = edges[last[counts > 0] - 1, 1]
    sizes = 2 * counts + (end < pixels)
    first = np.cumsum(sizes) - sizes
    before = np.append(0, edges[:-1, 1])[: len(edges)]
    before[(last - counts)[counts > 0]] = 0
    at = np.arange(len(edges)) * 2 + np.repeat(first - 2 * (last - counts), counts)
    lengths = np.empty(int(sizes.sum()), np.int64)
    lengths[at], lengths[at + 1] = edges[:, 0] - before, edges[:, 1] - edges[:, 0]
    lengths[(first + sizes - 1)[end < pixels]] = (pixels - end)[end < pixels]
    place = np.arange(len(lengths)) - np.repeat(first, sizes)
    numbers, later = lengths.copy(), np.flatnonzero(place > 2)
    numbers[later] -= lengths[later - 2]
    return numbers, sizes


def _texts(numbers: Indices, sizes: Indices) -> list[str]:
    """Return the code of each mask's numbers (cocoapi, `maskApi.c`, rleToString).

    A character from '0' on carries five bits, low first; 0x20 says that more follow, 0x10 of the last is the sign.
    """
    most = 1 + int(np.abs(numbers).max(initial=0)).bit_length() // 5  # the sign takes a bit too
    characters = np.zeros((len(numbers), most), np.uint8)
    rest, left = numbers.astype(np.int32), np.arange(len(numbers))
    for place in range(most):
        bits, rest = rest & 0x1F, rest >> 5
        more = rest != -(bits >> 4)
        characters[left, place] = bits + 0x20 * more + ord("0")
        rest, left = rest[more], left[more]
    used = characters != 0
    text = characters[used].tobytes().decode("ascii")
    ends = np.append(0, np.cumsum(used.sum(axis=1)))[np.append(0, np.cumsum(sizes))].tolist()
    return [text[start:stop] for start, stop in pairwise(ends)]
