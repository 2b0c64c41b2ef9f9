"""Writes OpenEXR files: one part, scan lines, lossless ZIP.

The layout is that of "OpenEXR File Layout" (Academy Software Foundation). The library that reads them writes them too,
but cannot be asked for less effort.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

import deflate
import numpy as np
from numpy.typing import NDArray

from simgen.dataset.png import DEFLATE_LEVEL
from simgen.errors import DatasetError

_MAGIC, _VERSION = 20000630, 2
_PIXEL_TYPES = {"float16": 1, "float32": 2}
_ZIP, _ROWS_A_CHUNK = 3, 16
_INCREASING_Y = 0


def encode_exr(channels: Mapping[str, NDArray[np.float16] | NDArray[np.float32]]) -> bytes:
    """Return the file of channels (h, w) of one shape by name; the same values give the same bytes.

    Raises:
        DatasetError: there are no channels, or they differ in shape, or one is of another type.
    """
    named = dict(sorted(channels.items()))  # the order of the format, in the header and in each row
    height, width = _size(named)
    rows = np.concatenate([_bytes_of(pixels) for pixels in named.values()], axis=1)
    chunks = [_chunk(rows, y) for y in range(0, height, _ROWS_A_CHUNK)]
    head = _head({name: pixels.dtype.name for name, pixels in named.items()}, width, height)
    first = len(head) + 8 * len(chunks)
    offsets = list(accumulate((len(chunk) for chunk in chunks[:-1]), initial=first))
    return b"".join((head, struct.pack(f"<{len(offsets)}Q", *offsets), *chunks))


def _size(channels: Mapping[str, NDArray[Any]]) -> tuple[int, int]:
    shapes = sorted({pixels.shape for pixels in channels.values()})
    types = sorted({pixels.dtype.name for pixels in channels.values()})
    sound = len(shapes) == 1 and len(shapes[0]) == 2 and min(shapes[0]) > 0
    if not sound or not set(types).issubset(_PIXEL_TYPES):
        raise DatasetError(
            f"channels {list(channels)} of shapes {shapes} and types {types} are no picture to write"
        )
    return shapes[0]


def _bytes_of(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    ordered = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("<"))
    return ordered.view(np.uint8).reshape(len(pixels), -1)


def _head(types: Mapping[str, str], width: int, height: int) -> bytes:
    listed = [
        name.encode() + b"\0" + struct.pack("<iB3xii", _PIXEL_TYPES[kind], 0, 1, 1)
        for name, kind in types.items()
    ]
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    attributes = (
        ("channels", "chlist", b"".join(listed) + b"\0"),
        ("compression", "compression", bytes([_ZIP])),
        ("dataWindow", "box2i", window),
        ("displayWindow", "box2i", window),
        ("lineOrder", "lineOrder", bytes([_INCREASING_Y])),
        ("pixelAspectRatio", "float", struct.pack("<f", 1.0)),
        ("screenWindowCenter", "v2f", struct.pack("<2f", 0.0, 0.0)),
        ("screenWindowWidth", "float", struct.pack("<f", 1.0)),
    )
    packed = [
        f"{name}\0{kind}\0".encode() + struct.pack("<i", len(value)) + value
        for name, kind, value in attributes
    ]
    return struct.pack("<ii", _MAGIC, _VERSION) + b"".join(packed) + b"\0"


def _chunk(rows: NDArray[np.uint8], y: int) -> bytes:
    """Return the rows from `y` on; as they are where packing would not make them smaller."""
    plain = rows[y : y + _ROWS_A_CHUNK].reshape(-1)
    packed = deflate.zlib_compress(_predicted(plain).data, DEFLATE_LEVEL)
    data = packed if len(packed) < plain.size else plain.tobytes()
    return struct.pack("<ii", y, len(data)) + data


def _predicted(plain: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return all even bytes, then all odd ones, as differences to the one before (OpenEXR's ZIP predictor).

    A row has an even number of bytes. Narrowing 16-bit words parts the bytes faster than reading every other one.
    """
    words = plain.view("<u2")
    parted = np.empty(plain.size, np.uint8)
    parted[: words.size] = words & 0xFF
    parted[words.size :] = words >> 8
    differences = np.empty_like(parted)
    differences[0] = parted[0]
    np.subtract(parted[1:], parted[:-1], out=differences[1:])
    differences[1:] ^= 0x80  # + 128
    return differences
