"""Our run lengths of a tile must be byte for byte what pycocotools makes of the whole mask."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from pycocotools import mask as coco

from simgen.annotate import Tile, encode_rles

Case = tuple[list[Tile], int, int]


def reference(tile: Tile, width: int, height: int) -> tuple[NDArray[np.bool_], str]:
    image = np.zeros((height, width), bool)
    rows, columns = tile.mask.shape
    image[tile.y0 : tile.y0 + rows, tile.x0 : tile.x0 + columns] = tile.mask
    return image, coco.encode(np.asfortranarray(image.astype(np.uint8)))["counts"].decode()


@st.composite
def placed_tiles(draw: st.DrawFn) -> Case:
    width, height = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    tiles: list[Tile] = []
    for _ in range(draw(st.integers(0, 4))):
        rows, columns = draw(st.integers(0, height)), draw(st.integers(0, width))
        x0, y0 = draw(st.integers(0, width - columns)), draw(st.integers(0, height - rows))
        tiles.append(Tile(x0, y0, draw(arrays(np.bool_, (rows, columns)))))
    return tiles, width, height


@given(placed_tiles())
def test_each_tile_encodes_as_its_whole_mask_does(case: Case) -> None:
    tiles, width, height = case
    rles = encode_rles(tiles, width, height)
    assert len(rles) == len(tiles)
    for tile, rle in zip(tiles, rles, strict=True):
        image, counts = reference(tile, width, height)
        assert rle.size == image.shape
        assert rle.counts == counts


def test_full_columns_join_into_one_run_but_not_with_those_of_the_next_tile() -> None:
    tiles = [Tile(3, 0, np.ones((4, 2), bool)), Tile(0, 0, np.ones((4, 2), bool))]
    assert [rle.counts for rle in encode_rles(tiles, 5, 4)] == [reference(tile, 5, 4)[1] for tile in tiles]


@pytest.mark.parametrize("side", [1, 15, 16, 31, 32, 511, 512, 4000])
def test_long_runs_take_as_many_characters_as_they_need(side: int) -> None:
    mask = np.zeros((side, 3), bool)
    mask[-1, 0] = mask[:, 2] = True
    tile = Tile(1, 0, mask)
    (rle,) = encode_rles([tile], 4, side + 1)
    assert rle.counts == reference(tile, 4, side + 1)[1]


def test_pycocotools_measures_the_same_area_and_box() -> None:
    (rle,) = encode_rles([Tile(7, 2, np.ones((3, 5), bool))], 20, 10)
    packed = {"size": list(rle.size), "counts": rle.counts.encode()}
    assert int(coco.area(packed)) == 15
    np.testing.assert_array_equal(coco.toBbox(packed), (7, 2, 5, 3))


@pytest.mark.parametrize(("x0", "y0"), [(-1, 0), (0, -1), (3, 0), (0, 2)])
def test_a_tile_outside_the_image_is_refused(x0: int, y0: int) -> None:
    with pytest.raises(ValueError, match=r"a 3x3 tile at \(.*\) leaves the 5x4 image"):
        encode_rles([Tile(x0, y0, np.ones((3, 3), bool))], 5, 4)
