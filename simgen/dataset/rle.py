"""Decodes COCO's compressed run lengths, refusing what is no valid code.

pycocotools' decoder writes past its buffer when the runs are longer than the mask, so that a damaged file could end the
process; this one checks first. The code (cocoapi, `maskApi.c`, rleFrString): characters from '0' carry 5 bits, low
first, bit 0x20 says that more follow, the last one's bit 0x10 is the sign; from the fourth run on a number is the
difference to the run two before it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simgen.errors import DatasetError
from simgen.records.annotation import Rle

_DATA_BITS, _MORE, _SIGN = 0x1F, 0x20, 0x10


def decode_rle(rle: Rle) -> NDArray[np.bool_]:
    """Return the mask (height, width).

    Raises:
        DatasetError: the runs do not add up to the picture, or the text is no such code.
    """
    height, width = rle.size
    runs = _runs(rle.counts)
    if min(runs, default=0) < 0 or sum(runs) != height * width:
        raise DatasetError(f"a mask's runs add up to {sum(runs)}, not to {height} x {width} pixels")
    values = np.arange(len(runs)) % 2 == 1
    return np.repeat(values, runs).reshape(width, height).T


def _runs(text: str) -> list[int]:
    """Return alternating lengths of zeros and ones, starting with zeros."""
    runs: list[int] = []
    value = shift = 0
    for character in text:
        bits = ord(character) - 48
        if not 0 <= bits <= (_MORE | _DATA_BITS):
            raise DatasetError(f"a mask's code holds the character {character!r}, which it cannot")
        value |= (bits & _DATA_BITS) << shift
        shift += 5
        if bits & _MORE:
            continue
        if bits & _SIGN:
            value -= 1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value = shift = 0
    if shift:
        raise DatasetError("a mask's code ends in the middle of a number")
    return runs
