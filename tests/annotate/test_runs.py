"""Runs of ids hold the same pixels, boxes and areas as a look at every pixel."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from simgen.annotate.runs import Runs, Tile, runs_of_ids, runs_of_tiles

pictures = arrays(np.uint16, array_shapes(min_dims=2, max_dims=2, max_side=7), elements=st.integers(0, 3))


def masks_of(runs: Runs, width: int) -> list[NDArray[np.bool_]]:
    down = np.zeros((len(runs.counts), width * runs.height), bool)
    for mask, (start, stop) in zip(
        np.repeat(np.arange(len(runs.counts)), runs.counts), runs.edges, strict=True
    ):
        down[mask, start:stop] = True
    return [mask.reshape(width, runs.height).T for mask in down]


@given(pictures)
def test_every_id_has_its_own_pixels_box_and_area(ids: NDArray[np.uint16]) -> None:
    keys, runs = runs_of_ids(ids)
    assert keys == [key for key in np.unique(ids) if key]
    masks = masks_of(runs, ids.shape[1])
    for key, mask in zip(keys, masks, strict=True):
        np.testing.assert_array_equal(mask, ids == key)
    if keys:
        assert runs.areas_px() == [int(mask.sum()) for mask in masks]
        rows, columns = ([np.flatnonzero(mask.any(axis=axis)) for mask in masks] for axis in (1, 0))
        assert runs.boxes_xyxy() == [
            (column[0], row[0], column[-1] + 1, row[-1] + 1)
            for row, column in zip(rows, columns, strict=True)
        ]


@given(pictures)
def test_joining_runs_keeps_the_pixels_and_leaves_none_that_meet(ids: NDArray[np.uint16]) -> None:
    keys, runs = runs_of_ids(ids)
    joined = runs.joined()
    for key, mask in zip(keys, masks_of(joined, ids.shape[1]), strict=True):
        np.testing.assert_array_equal(mask, ids == key)
    of_mask = np.repeat(np.arange(len(keys)), joined.counts)
    meet = (joined.edges[:-1, 1] == joined.edges[1:, 0]) & (of_mask[:-1] == of_mask[1:])
    assert not meet.any()


@given(pictures)
def test_tiles_have_the_runs_of_their_ids(ids: NDArray[np.uint16]) -> None:
    keys, runs = runs_of_ids(ids)
    tiles = [Tile(0, 0, ids == key) for key in keys]
    same = runs_of_tiles(tiles, ids.shape[0])
    np.testing.assert_array_equal(same.edges, runs.edges)
    np.testing.assert_array_equal(same.counts, runs.counts)


def test_no_tiles_have_no_runs() -> None:
    none = runs_of_tiles([], 4).joined()
    assert none.edges.shape == (0, 2)
    assert none.counts.shape == (0,)
