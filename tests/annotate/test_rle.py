"""Our run lengths of a tile must be byte for byte what pycocotools makes of the whole mask."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from pycocotools import mask as coco

from simgen.annotate import decode_rle, encode_rle


def reference(
    tile: NDArray[np.bool_], x0: int, y0: int, width: int, height: int
) -> tuple[NDArray[np.bool_], str]:
    image = np.zeros((height, width), bool)
    image[y0 : y0 + tile.shape[0], x0 : x0 + tile.shape[1]] = tile
    return image, coco.encode(np.asfortranarray(image.astype(np.uint8)))["counts"].decode()


@st.composite
def placed_tiles(draw: st.DrawFn) -> tuple[NDArray[np.bool_], int, int, int, int]:
    width, height = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    rows, columns = draw(st.integers(0, height)), draw(st.integers(0, width))
    tile = draw(arrays(np.bool_, (rows, columns)))
    return tile, draw(st.integers(0, width - columns)), draw(st.integers(0, height - rows)), width, height


@given(placed_tiles())
def test_a_tile_encodes_as_the_whole_mask_does(case: tuple[NDArray[np.bool_], int, int, int, int]) -> None:
    image, counts = reference(*case)
    rle = encode_rle(*case)
    assert rle.size == image.shape
    assert rle.counts == counts
    np.testing.assert_array_equal(decode_rle(rle), image)


def test_full_columns_join_into_one_run() -> None:
    tile = np.ones((4, 3), bool)
    assert encode_rle(tile, 1, 0, 5, 4).counts == reference(tile, 1, 0, 5, 4)[1]


def test_pycocotools_measures_the_same_area_and_box() -> None:
    tile = np.ones((3, 5), bool)
    rle = encode_rle(tile, 7, 2, 20, 10)
    packed = {"size": list(rle.size), "counts": rle.counts.encode()}
    assert int(coco.area(packed)) == 15
    np.testing.assert_array_equal(coco.toBbox(packed), (7, 2, 5, 3))


@pytest.mark.parametrize(("x0", "y0"), [(-1, 0), (0, -1), (3, 0), (0, 2)])
def test_a_tile_outside_the_image_is_refused(x0: int, y0: int) -> None:
    with pytest.raises(ValueError, match=r"a 3x3 tile at \(.*\) leaves the 5x4 image"):
        encode_rle(np.ones((3, 3), bool), x0, y0, 5, 4)
