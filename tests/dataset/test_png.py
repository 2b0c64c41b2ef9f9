"""Every reader of PNG files sees the pixels that were given, in bytes that depend on nothing else."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from simgen.dataset.png import encode_png
from simgen.errors import DatasetError

GREY = array_shapes(min_dims=2, max_dims=2, max_side=20)
COLOUR = GREY.map(lambda shape: (*shape, 3))


def _by_pillow(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image)


@settings(max_examples=60)
@given(st.one_of(arrays(np.uint8, GREY), arrays(np.uint16, GREY), arrays(np.uint8, COLOUR)))
def test_pillow_and_opencv_read_the_pixels_back(image: np.ndarray) -> None:
    data = encode_png(image)
    by_opencv = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(_by_pillow(data), image)
    assert np.array_equal(by_opencv[..., ::-1] if image.ndim == 3 else by_opencv, image)
    assert by_opencv.dtype == image.dtype


def test_slices_and_other_byte_orders_give_the_same_file() -> None:
    ids = np.random.default_rng(1).integers(0, 60000, (40, 60), dtype=np.uint16)
    assert encode_png(ids.astype(">u2")) == encode_png(ids)
    assert encode_png(ids[::2, ::3]) == encode_png(ids[::2, ::3].copy())


def test_what_lay_in_memory_before_does_not_tell_on_the_file() -> None:
    rng = np.random.default_rng(3)
    picture = np.cumsum(rng.integers(-2, 3, (60, 80, 3)), axis=1).astype(np.uint8)
    first = encode_png(picture)
    for size in range(1, 60):
        soiled = rng.integers(0, 256, size * 5000, dtype=np.uint8)
        moved = np.empty(picture.size + size, np.uint8)[size:].reshape(picture.shape)
        moved[:] = picture
        del soiled
        assert encode_png(moved) == first


def test_smooth_colour_takes_a_fraction_of_its_bytes_and_ids_nearly_none() -> None:
    y, x = np.mgrid[:240, :320]
    colour = np.stack([x // 2, y // 2, (x + y) // 4], axis=-1).astype(np.uint8)
    ids = ((x // 50) * 7 + y // 60).astype(np.uint16)
    assert len(encode_png(colour)) < colour.nbytes / 10
    assert len(encode_png(ids)) < ids.nbytes / 100


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4), np.float32),
        np.zeros((4, 4, 2), np.uint8),
        np.zeros((0, 4), np.uint8),
        np.zeros(4, np.uint8),
    ],
)
def test_what_is_no_picture_is_refused(image: np.ndarray) -> None:
    with pytest.raises(DatasetError, match="no picture to write"):
        encode_png(image)
