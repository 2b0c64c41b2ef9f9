"""Masks decode as pycocotools encodes them; what is no mask is refused, never run over."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pycocotools import mask as coco

from simgen.dataset.rle import decode_rle
from simgen.errors import DatasetError
from simgen.records.annotation import Rle


@given(arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.booleans()))
def test_decodes_what_pycocotools_encodes(mask: np.ndarray) -> None:
    packed = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert np.array_equal(decode_rle(Rle(mask.shape, packed["counts"].decode())), mask)


def test_long_runs_and_negative_differences() -> None:
    mask = np.zeros((700, 900), np.bool_)
    mask[100:600, 10:890:7] = True
    mask[3, 4] = True
    packed = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert np.array_equal(decode_rle(Rle(mask.shape, packed["counts"].decode())), mask)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ("1", "add up to 1, not to 2 x 3"),
        ("", "add up to 0"),
        ("`", "ends in the middle"),
        ("2 4", "the character ' '"),
        ("7O", "add up to"),
    ],
)
def test_what_is_no_mask_is_refused(counts: str, words: str) -> None:
    with pytest.raises(DatasetError, match=words):
        decode_rle(Rle((2, 3), counts))
