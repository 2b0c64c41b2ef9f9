from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from simgen.assets.importers import images
from simgen.assets.importers.images import alpha_of, decode_image, with_alpha
from simgen.errors import AssetError
from tests.assets.importers.sources import picture


def test_a_progressive_jpeg_is_decoded() -> None:
    color = np.full((16, 16, 3), (200, 40, 90))
    pixels = decode_image(picture(color, "JPEG", progressive=True, quality=95), "p.jpg")
    assert np.abs(pixels.astype(int) - color).max() <= 4


def test_grey_pictures_become_colour_and_opaque_alpha_is_dropped() -> None:
    assert decode_image(picture(np.full((2, 3), 7)), "g.png").tolist() == [[[7, 7, 7]] * 3] * 2
    assert decode_image(picture(np.full((2, 3, 4), 255)), "o.png").shape == (2, 3, 3)


def test_sixteen_bit_greys_are_scaled() -> None:
    from io import BytesIO

    out = BytesIO()
    Image.fromarray(np.array([[0, 32768, 65535]], np.uint16)).save(out, "PNG")
    assert decode_image(out.getvalue(), "16.png")[0, :, 0].tolist() == [0, 128, 255]


def test_a_large_picture_is_bounded_with_its_shape_kept() -> None:
    assert decode_image(picture(np.zeros((300, 1500, 3))), "l.png").shape == (205, 1024, 3)


def test_a_picture_of_too_many_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_SOURCE_PX", 99)
    with pytest.raises(AssetError, match=r"image 'b\.png' is 10x10; at most 99 pixels are read"):
        decode_image(picture(np.zeros((10, 10, 3))), "b.png")


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(AssetError, match=r"image 'x\.jpg' cannot be decoded"):
        decode_image(b"GIF89a but not really", "x.jpg")


def test_alpha_comes_from_the_channel_or_else_from_brightness() -> None:
    assert alpha_of(np.array([[[0, 0, 0, 9]]], np.uint8)).tolist() == [[9]]
    assert alpha_of(np.array([[[30, 60, 90]]], np.uint8)).tolist() == [[60]]
    joined = with_alpha(np.zeros((4, 4, 3), np.uint8), np.full((2, 2), 50, np.uint8))
    assert joined.shape == (4, 4, 4)
    assert np.all(joined[..., 3] == 50)
