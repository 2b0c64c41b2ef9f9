"""Pictures to bytes and back; the same array gives the same bytes in any process.

| output | file | invalid |
|---|---|---|
| rgb | PNG, 8 bit, sRGB | |
| depth | OpenEXR, channel Z, float32, lossless, metres | 0 |
| instance | PNG, 16 bit, 0 = background | |
| semantic | PNG, 8 bit (16 where the taxonomy has more than 255 classes), 0 = background | |
| normals | OpenEXR, channels R G B = x y z, float16 | 0 0 0 |
| object_coordinates, scene_flow | OpenEXR, channels R G B = x y z, float32, lossless, metres | NaN |
| distance | as depth | 0 |
| part | as instance | |
| normals_world | as normals | 0 0 0 |
| albedo | OpenEXR, channels R G B, float16 (11 significant bits), linear | NaN |
| flow_forward, flow_backward | OpenEXR, channels X Y, float32, lossless, pixels | NaN |
| flow_occlusion_forward, flow_occlusion_backward | PNG, 8 bit, 255 = True, 0 = False | |

Why these, measured in one run on a busy core at 640x480 on textured pictures of 20 objects: colour takes 5.6 ms and
393 KiB with the filter by mean and libdeflate's quickest level (zlib's 15.7 ms and 409 KiB). Ids are runs, equal to the
row above nearly everywhere: 1 ms and 7 KiB (zlib 1.5 ms). Depth takes 4.2 ms and 308 KiB (zlib 9.7 ms; of other forms,
on an idle core where zlib took 6.7 ms: PIZ 17 ms; TIFF with deflate 13 ms).
"""

from __future__ import annotations

import io
import struct
from typing import Any

import cv2
import numpy as np
import OpenEXR
from numpy.typing import NDArray

from simgen.dataset.exr import encode_exr
from simgen.dataset.png import encode_png
from simgen.errors import DatasetError

_PNG_HEAD = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"  # then width, height and five bytes
_PNG_HEAD_BYTES = len(_PNG_HEAD) + 13
_MOST_SIDE_PX = 8192  # as many as a camera can have


def encode_rgb(rgb: NDArray[np.uint8]) -> bytes:
    """Return a PNG of (h, w, 3) sRGB bytes."""
    return encode_png(rgb)


def decode_rgb(data: bytes) -> NDArray[np.uint8]:
    """Return (h, w, 3) sRGB bytes."""
    return np.asarray(cv2.cvtColor(_decode_png(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), dtype=np.uint8)


def encode_ids(ids: NDArray[np.uint8 | np.uint16]) -> bytes:
    """Return a grey PNG of (h, w) ids, 8 or 16 bit as the array is."""
    return encode_png(ids)


def decode_ids(data: bytes) -> NDArray[np.uint16]:
    """Return (h, w) ids."""
    return _decode_png(data, cv2.IMREAD_UNCHANGED).astype(np.uint16)


def encode_depth(depth_m: NDArray[np.float32]) -> bytes:
    """Return an OpenEXR file of (h, w) metres; NaN becomes 0."""
    return encode_exr({"Z": np.where(np.isnan(depth_m), np.float32(0), depth_m)})


def decode_depth(data: bytes) -> NDArray[np.float32]:
    """Return (h, w) metres, NaN where nothing was hit."""
    depth_m = np.array(_decode_exr(data, "Z"), dtype=np.float32)
    depth_m[depth_m == 0] = np.nan
    return depth_m


def encode_normals(normals: NDArray[np.float32]) -> bytes:
    """Return an OpenEXR file of (h, w, 3) unit vectors as float16 (error below 0.0005); NaN becomes 0 0 0."""
    return _vectors(np.nan_to_num(normals, nan=0.0).astype(np.float16))


def decode_normals(data: bytes) -> NDArray[np.float32]:
    """Return (h, w, 3) unit vectors, NaN where nothing was hit."""
    normals = np.array(_decode_exr(data, "RGB"), dtype=np.float32)
    normals[~normals.any(axis=-1)] = np.nan
    return normals


def encode_vectors(vectors: NDArray[np.float32]) -> bytes:
    """Return an OpenEXR file of (h, w, 3) values as they are, NaN kept: zero is a valid point."""
    return _vectors(vectors)


def decode_vectors(data: bytes) -> NDArray[np.float32]:
    """Return (h, w, 3) values, NaN where there are none."""
    return np.array(_decode_exr(data, "RGB"), dtype=np.float32)


def encode_albedo(albedo: NDArray[np.float32]) -> bytes:
    """Return an OpenEXR file of (h, w, 3) reflectances as float16 (error below 0.0003), NaN kept."""
    return _vectors(albedo.astype(np.float16))


def encode_flow(flow_px: NDArray[np.float32]) -> bytes:
    """Return an OpenEXR file of (h, w, 2) pixels as they are, NaN kept: zero is a valid flow."""
    return encode_exr({"X": flow_px[..., 0], "Y": flow_px[..., 1]})


def decode_flow(data: bytes) -> NDArray[np.float32]:
    """Return (h, w, 2) pixels, NaN where undefined."""
    channels = _decode_channels(data, ("X", "Y"))
    return np.stack([channels["X"], channels["Y"]], axis=-1).astype(np.float32, copy=False)


def encode_mask(mask: NDArray[np.bool_]) -> bytes:
    """Return a grey PNG of (h, w): 255 where True."""
    return encode_png(mask.astype(np.uint8) * np.uint8(255))


def decode_mask(data: bytes) -> NDArray[np.bool_]:
    """Return (h, w)."""
    return _decode_png(data, cv2.IMREAD_UNCHANGED) > 0


def _decode_png(data: bytes, flags: int) -> NDArray[Any]:
    if not data.startswith(_PNG_HEAD) or len(data) < _PNG_HEAD_BYTES:
        raise DatasetError("not a readable PNG file")
    width, height = struct.unpack_from(">II", data, len(_PNG_HEAD))
    if max(width, height) > _MOST_SIDE_PX:
        raise DatasetError(f"a PNG of {width} x {height} pixels; no side has more than {_MOST_SIDE_PX}")
    image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if image is None:
        raise DatasetError("not a readable PNG file")
    return image


def _vectors(values: NDArray[np.float16] | NDArray[np.float32]) -> bytes:
    return encode_exr({name: values[..., axis] for axis, name in enumerate("RGB")})


def _decode_exr(data: bytes, channel: str) -> NDArray[Any]:
    return _decode_channels(data, (channel,))[channel]


def _decode_channels(data: bytes, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    try:
        channels = OpenEXR.File(io.BytesIO(data), num_threads=1).channels()
    except (RuntimeError, ValueError, OSError) as error:
        raise DatasetError(f"not a readable OpenEXR file ({error})") from error
    missing = [name for name in names if name not in channels]
    if missing:
        raise DatasetError(f"an OpenEXR file without channel {missing[0]}; it has {sorted(channels)}")
    return {name: channels[name].pixels for name in names}
