"""Reads captured light maps (OpenEXR, Radiance) into the project's latitude-longitude layout.

Captured maps show the surroundings as seen from inside: looking at the middle column, what is to the left is
left. Seen from above that runs against the azimuth, so columns are reversed once, here; the middle of the
picture then looks along +X (as in Blender).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from simgen.errors import AssetError
from simgen.records.asset import AssetInfo, EnvironmentMap, Float32Array


def read_map(file: Path, info: AssetInfo) -> EnvironmentMap:
    """Return the light map of a file, in the layout of `EnvironmentMap`.

    Raises:
        AssetError: the file cannot be read, is not twice as wide as high, or holds values that are not light.
    """
    picture = _read_exr(file)
    height, width = picture.shape[:2]
    if width != 2 * height:
        raise AssetError(
            f"{file}: {width}x{height} is no latitude-longitude map; it must be twice as wide as high"
        )
    if not np.isfinite(picture).all():
        raise AssetError(f"{file}: holds values that are not finite")
    return EnvironmentMap(np.ascontiguousarray(np.maximum(picture[:, ::-1], 0.0), np.float32), info)


def _read_exr(file: Path) -> Float32Array:
    """Return the red, green and blue (h, w, 3) of an OpenEXR picture."""
    import OpenEXR

    if not file.is_file():
        raise AssetError(f"{file}: no such light map; reinstall its pack")
    try:
        with OpenEXR.File(str(file)) as image:
            channels = image.channels()
            if "RGB" in channels or "RGBA" in channels:
                pixels = channels.get("RGB", channels.get("RGBA")).pixels
            else:
                pixels = np.dstack([channels[name].pixels for name in "RGB"])
    except (RuntimeError, OSError, KeyError, TypeError, ValueError) as error:
        raise AssetError(
            f"{file}: not a readable OpenEXR picture with red, green and blue ({error})"
        ) from error
    return np.asarray(pixels[..., :3], np.float32)
