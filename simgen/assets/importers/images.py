"""Decodes the images of model files into bounded 8-bit textures."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simgen.errors import AssetError

if TYPE_CHECKING:
    from PIL import Image

MAX_SIDE_PX = 1024  # of a texture; larger ones are made smaller: assumed to be enough for pictures
MAX_SOURCE_PX = 100_000_000  # of an image file; assumed: 400 MB unpacked


def decode_image(data: bytes, name: str, max_side_px: int = MAX_SIDE_PX) -> NDArray[np.uint8]:
    """Return an image as (height, width, 3 or 4) uint8, row 0 at the top, no side longer than `max_side_px`.

    Progressive and grey JPEGs, palettes and 16-bit PNGs are all understood; the fourth channel is alpha and is
    there only where some pixel is not opaque.

    Raises:
        AssetError: the bytes are no image that Pillow reads, or it has more than `MAX_SOURCE_PX` pixels.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd EXIF, palette transparency: harmless here
            with Image.open(io.BytesIO(data)) as image:
                _check_size(image, name)
                picture = _eight_bit(image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise AssetError(f"image '{name}' cannot be decoded: {error}") from error
    longest = max(picture.size)
    if longest > max_side_px:
        size = tuple(max(1, round(side * max_side_px / longest)) for side in picture.size)
        picture = picture.resize((size[0], size[1]), Image.Resampling.LANCZOS)
    pixels = np.asarray(picture, np.uint8)
    if pixels.shape[2] == 4 and bool(np.all(pixels[..., 3] == 255)):
        pixels = pixels[..., :3]
    return np.ascontiguousarray(pixels)


def with_alpha(color: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return `color` (h, w, 3 or 4) with `alpha` (any size, one channel) as its fourth channel."""
    from PIL import Image

    height, width = color.shape[:2]
    if alpha.shape != (height, width):
        alpha = np.asarray(
            image_from_array(alpha).resize((width, height), Image.Resampling.BILINEAR), np.uint8
        )
    return np.dstack([color[..., :3], alpha])


def alpha_of(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the opacity that an alpha map means: its alpha channel if it has one, else its brightness."""
    if pixels.shape[2] == 4:
        return pixels[..., 3]
    return pixels.mean(axis=2).round().astype(np.uint8)


def _check_size(image: Image.Image, name: str) -> None:
    if image.width * image.height > MAX_SOURCE_PX:
        raise AssetError(
            f"image '{name}' is {image.width}x{image.height}; at most {MAX_SOURCE_PX:,} pixels are read"
        )


def _eight_bit(image: Image.Image) -> Image.Image:
    """Return the image as RGB or RGBA; 16-bit greys are scaled, not clipped."""
    if image.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        values = np.asarray(image, float)
        top = 65535.0 if float(values.max(initial=0.0)) > 255 else 255.0
        image = image_from_array(np.clip(values / top * 255, 0, 255).round().astype(np.uint8))
    transparent = image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info
    return image.convert("RGBA" if transparent else "RGB")


def image_from_array(pixels: NDArray[np.uint8]) -> Image.Image:
    """Return a Pillow image of a uint8 array."""
    from PIL import Image as pillow  # noqa: N813

    return pillow.fromarray(pixels)
