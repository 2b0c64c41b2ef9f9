"""The library of the format reads the values that were given, in bytes that depend on nothing else."""

from __future__ import annotations

import io

import numpy as np
import OpenEXR
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from simgen.dataset.exr import encode_exr
from simgen.errors import DatasetError

# Taller than two chunks of 16 rows, odd widths too.
SHAPES = array_shapes(min_dims=2, max_dims=2, max_side=40)
VALUES = st.floats(width=16)


def _read(data: bytes) -> OpenEXR.File:
    return OpenEXR.File(io.BytesIO(data), separate_channels=True)


@settings(max_examples=40)
@given(st.sampled_from([np.float16, np.float32]).flatmap(lambda kind: arrays(kind, SHAPES, elements=VALUES)))
def test_openexr_reads_the_values_back(values: np.ndarray) -> None:
    pixels = _read(encode_exr({"Z": values})).channels()["Z"].pixels
    assert pixels.dtype == values.dtype
    assert np.array_equal(pixels, values, equal_nan=True)


def test_channels_of_two_types_keep_their_names() -> None:
    random = np.random.default_rng(1)
    given_channels = {
        "Y": random.random((50, 31)).astype(np.float32),
        "A": random.random((50, 31)).astype(np.float16),
        "X": np.zeros((50, 31), np.float32),
    }
    read = _read(encode_exr(given_channels)).channels()
    assert sorted(read) == ["A", "X", "Y"]
    for name, values in given_channels.items():
        assert np.array_equal(read[name].pixels, values)


def test_noise_is_kept_as_it_is_and_smooth_values_are_packed() -> None:
    noise = np.random.default_rng(2).integers(0, 2**32, (64, 64), dtype=np.uint32).view(np.float32)
    slope = np.add.outer(np.arange(64), np.arange(64)).astype(np.float32)
    packed = encode_exr({"Z": noise})
    assert noise.nbytes < len(packed) < noise.nbytes + 500
    assert np.array_equal(_read(packed).channels()["Z"].pixels.view(np.uint32), noise.view(np.uint32))
    assert len(encode_exr({"Z": slope})) < slope.nbytes / 5


def test_the_header_says_what_the_file_holds() -> None:
    header = _read(encode_exr({"Z": np.ones((20, 30), np.float32)})).header()
    assert header["compression"] == OpenEXR.ZIP_COMPRESSION
    assert header["type"] == OpenEXR.scanlineimage
    assert [int(v) for corner in header["dataWindow"] for v in corner] == [0, 0, 29, 19]


def test_slices_and_orders_of_channels_give_the_same_file() -> None:
    values = np.random.default_rng(3).random((40, 60)).astype(np.float32)
    part = values[::2, ::3]
    assert encode_exr({"X": part, "Y": 2 * part}) == encode_exr({"Y": 2 * part, "X": part.copy(order="F")})


@pytest.mark.parametrize(
    "channels",
    [
        {},
        {"Z": np.zeros((4, 4), np.float64)},
        {"Z": np.zeros((0, 4), np.float32)},
        {"X": np.zeros((4, 4), np.float32), "Y": np.zeros((4, 5), np.float32)},
        {"Z": np.zeros(4, np.float32)},
    ],
)
def test_what_is_no_picture_is_refused(channels: dict[str, np.ndarray]) -> None:
    with pytest.raises(DatasetError, match="no picture to write"):
        encode_exr(channels)
