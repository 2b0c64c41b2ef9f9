"""Pictures survive their files bit for bit, in bytes that do not depend on the day."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from simgen.dataset import encode
from simgen.errors import DatasetError

SHAPE = (6, 9)
DEPTHS = st.one_of(st.just(np.float32(np.nan)), st.floats(np.float32(1e-3), np.float32(1e4), width=32))


@given(arrays(np.uint8, (*SHAPE, 3)))
def test_colour_is_lossless(rgb: np.ndarray) -> None:
    assert np.array_equal(encode.decode_rgb(encode.encode_rgb(rgb)), rgb)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_ids_are_lossless_up_to_the_largest(kind: type) -> None:
    ids = np.zeros(SHAPE, kind)
    ids[2, 3], ids[5, 8] = np.iinfo(kind).max, 1
    assert np.array_equal(encode.decode_ids(encode.encode_ids(ids)), ids)


@given(arrays(np.float32, SHAPE, elements=DEPTHS))
def test_depth_is_lossless_and_nan_comes_back(depth_m: np.ndarray) -> None:
    back = encode.decode_depth(encode.encode_depth(depth_m))
    assert np.array_equal(
        back.view(np.uint32)[~np.isnan(depth_m)], depth_m.view(np.uint32)[~np.isnan(depth_m)]
    )
    assert np.array_equal(np.isnan(back), np.isnan(depth_m))


def test_invalid_depth_is_zero_in_the_file_that_other_tools_read(tmp_path) -> None:
    import OpenEXR

    depth_m = np.full(SHAPE, np.nan, np.float32)
    depth_m[0, 0] = 2.5
    (tmp_path / "depth.exr").write_bytes(encode.encode_depth(depth_m))
    pixels = OpenEXR.File(str(tmp_path / "depth.exr")).channels()["Z"].pixels
    assert pixels.dtype == np.float32
    assert pixels[0, 0] == 2.5
    assert not pixels.ravel()[1:].any()


def test_normals_keep_half_precision_and_nan() -> None:
    normals = np.random.default_rng(1).normal(size=(*SHAPE, 3)).astype(np.float32)
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    normals[1, 2] = np.nan
    back = encode.decode_normals(encode.encode_normals(normals))
    assert np.isnan(back[1, 2]).all()
    assert np.nanmax(np.abs(back - normals)) < 5e-4


def test_points_are_lossless_and_zero_is_a_point() -> None:
    points = np.random.default_rng(2).normal(size=(*SHAPE, 3)).astype(np.float32)
    points[0, 0], points[1, 1] = 0.0, np.nan
    back = encode.decode_vectors(encode.encode_vectors(points))
    assert np.array_equal(back, points, equal_nan=True)


def test_flow_is_lossless_in_both_directions_of_the_picture_and_keeps_nan() -> None:
    flow_px = np.random.default_rng(4).normal(scale=100, size=(*SHAPE, 2)).astype(np.float32)
    flow_px[0, 0], flow_px[1, 1] = 0.0, np.nan
    back = encode.decode_flow(encode.encode_flow(flow_px))
    assert back.dtype == np.float32
    assert np.array_equal(back, flow_px, equal_nan=True)


def test_albedo_is_off_by_less_than_a_sixteenth_of_an_eight_bit_step() -> None:
    albedo = np.random.default_rng(5).random((*SHAPE, 3)).astype(np.float32)
    albedo[0, 0], albedo[1, 1] = 0.0, np.nan
    back = encode.decode_vectors(encode.encode_albedo(albedo))
    assert np.nanmax(np.abs(back - albedo)) < 1 / 255 / 16
    assert not back[0, 0].any()
    assert np.isnan(back[1, 1]).all()


def test_masks_come_back() -> None:
    mask = np.random.default_rng(6).random(SHAPE) < 0.5
    np.testing.assert_array_equal(encode.decode_mask(encode.encode_mask(mask)), mask)


def test_the_same_array_gives_the_same_bytes() -> None:
    rgb = np.random.default_rng(3).integers(0, 255, (*SHAPE, 3), dtype=np.uint8)
    depth_m = rgb[..., 0].astype(np.float32)
    assert encode.encode_rgb(rgb) == encode.encode_rgb(np.asfortranarray(rgb))
    assert encode.encode_depth(depth_m) == encode.encode_depth(depth_m.copy(order="F"))


@pytest.mark.parametrize("data", [b"", b"no picture"])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    for decode in (encode.decode_rgb, encode.decode_ids, encode.decode_mask):
        with pytest.raises(DatasetError, match="not a readable PNG"):
            decode(data)
    for decode in (encode.decode_depth, encode.decode_normals, encode.decode_vectors, encode.decode_flow):
        with pytest.raises(DatasetError, match="not a readable OpenEXR"):
            decode(data)


def test_an_exr_file_without_the_channel_is_refused() -> None:
    normals = encode.encode_normals(np.ones((*SHAPE, 3), np.float32))
    with pytest.raises(DatasetError, match="without channel Z"):
        encode.decode_depth(normals)
