"""Writes PNG files (ISO/IEC 15948) with one filter for all rows and the quickest deflate.

A general encoder tries filters row by row and searches for repetitions in what mostly has none. Rendered colour
wants the mean of left and upper pixel, ids the difference to the row above. The deflate is libdeflate's: it takes
under half of zlib's time for smaller files, and its output depends on the input and its own version alone
(libdeflate issue 400); ISA-L's is quicker still, but was once seen to give other bytes for the same pixels.
"""

from __future__ import annotations

import struct
from typing import Any, Final

import deflate
import numpy as np
from numpy.typing import NDArray

from simgen.errors import DatasetError

DEFLATE_LEVEL: Final = 1  # levels above save a few hundredths of a picture for several times the time
_LEVELS = {1: 2, 3: DEFLATE_LEVEL}  # grey pictures are ids: runs, which a little more search finds sooner
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPES = {1: 0, 3: 2}  # samples a pixel -> grey, colour
_SAMPLE_BYTES = {1: (1, 2), 3: (1,)}
_UP, _AVERAGE = 2, 3


def encode_png(image: NDArray[np.uint8 | np.uint16]) -> bytes:
    """Return the file of (h, w) grey, 8 or 16 bit, or (h, w, 3) colour, 8 bit; the same pixels give the same bytes.

    Raises:
        DatasetError: the array is no such picture.
    """
    samples = image.shape[2] if image.ndim == 3 else 1
    known = samples in _COLOUR_TYPES and image.ndim in (2, 3) and image.size
    if not known or image.dtype.kind != "u" or image.dtype.itemsize not in _SAMPLE_BYTES[samples]:
        raise DatasetError(f"an array of shape {image.shape} and type {image.dtype} is no picture to write")
    rows = _bytes_of(image)
    filtered = _average(rows, samples) if samples == 3 else _up(rows)
    height, width = image.shape[:2]
    head = struct.pack(">IIBBBBB", width, height, 8 * image.dtype.itemsize, _COLOUR_TYPES[samples], 0, 0, 0)
    data = deflate.zlib_compress(filtered.reshape(-1).data, _LEVELS[samples])
    return b"".join((_SIGNATURE, *_chunk(b"IHDR", head), *_chunk(b"IDAT", data), *_chunk(b"IEND", b"")))


def _bytes_of(image: NDArray[Any]) -> NDArray[np.uint8]:
    """Return (h, bytes a row), most significant byte first."""
    ordered = np.ascontiguousarray(image, image.dtype.newbyteorder(">"))
    return ordered.view(np.uint8).reshape(len(image), -1)


def _up(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return rows, each led by the filter's number: bytes less those above."""
    filtered = np.empty((rows.shape[0], rows.shape[1] + 1), np.uint8)
    filtered[:, 0] = _UP
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    return filtered


def _average(rows: NDArray[np.uint8], step: int) -> NDArray[np.uint8]:
    """Return the same: bytes less the mean, rounded down, of that `step` before and that above."""
    filtered = np.empty((rows.shape[0], rows.shape[1] + 1), np.uint8)
    filtered[:, 0] = _AVERAGE
    plain, left, up = filtered[:, 1:], rows[:, :-step], rows[:-1]
    plain[0, :step] = rows[0, :step]
    plain[0, step:] = rows[0, step:] - (left[0] >> 1)
    plain[1:, :step] = rows[1:, :step] - (up[:, :step] >> 1)
    # (a + b) / 2 without a ninth bit: what both have, and half of what one has.
    mean = left[1:] ^ up[:, step:]
    mean >>= 1
    mean += left[1:] & up[:, step:]
    np.subtract(rows[1:, step:], mean, out=plain[1:, step:])
    return filtered


def _chunk(kind: bytes, data: bytes | bytearray) -> tuple[bytes, bytes, bytes | bytearray, bytes]:
    checksum = deflate.crc32(data, deflate.crc32(kind))
    return struct.pack(">I", len(data)), kind, data, struct.pack(">I", checksum)
