"""Wrap-around labels of cans, bottles and jars: colour fields, a badge, lines of text, a barcode."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from simgen.assets.procedural.noise import color_texture, fractal_noise, rgb, roughness_texture
from simgen.geometry import Vec3
from simgen.records.asset import Material
from simgen.rng import keyed_generator

VARIANTS = 16  # labels that there are: textures are shared between models
Ink = tuple[int, int, int]  # sRGB, 8 bit
_SIZE = (512, 192)  # width and height of the texture; it is drawn at twice that
_PALETTES = (
    ("b3202a", "f4efe2", "d9a441"), ("1d4e89", "ffffff", "f2b632"), ("2f6b3c", "f3f0dc", "c94f2f"),
    ("23262b", "d8b15a", "e9e6df"), ("e8e2d0", "7b3f2b", "4c6b3c"), ("d9772b", "fff4df", "5b2a1a"),
    ("5c3a78", "f0e6f4", "e2b13c"), ("efeeea", "2b5f8c", "c8323a"),
)  # fmt: skip


@lru_cache(maxsize=VARIANTS)
def _label(variant: int, metallic: float) -> Material:
    rng = keyed_generator("label", variant)
    ground, second, accent = (_bytes(color) for color in _PALETTES[variant % len(_PALETTES)])
    image = Image.new("RGB", (_SIZE[0] * 2, _SIZE[1] * 2), ground)
    draw = ImageDraw.Draw(image)
    for start in (0, image.width // 2):
        _front(draw, rng, start, image.height, second, accent)
    _back(draw, rng, image, second)
    pixels = np.asarray(image.resize(_SIZE, Image.Resampling.BOX)) / 255.0
    wear = fractal_noise(rng, (_SIZE[1], _SIZE[0]), (4, 8), 4)
    return Material(
        name="label",
        base_color_rgb=(1.0, 1.0, 1.0),
        metallic=metallic,
        roughness=1.0,
        base_color_map=color_texture(pixels * (0.95 + 0.06 * wear[..., None])),
        metallic_roughness_map=roughness_texture(0.3 + 0.16 * wear, metallic),
        double_sided=False,
    )


def label(seed: int, metallic: float = 0.0) -> Material:
    """Return the label of a seed; its texture lies once around and once from bottom to top.

    Args:
        seed: repeats after `VARIANTS`.
        metallic: 0 for paper and film, up to 1 for print on bare metal.
    """
    return _label(seed % VARIANTS, metallic)


def accent(seed: int) -> Vec3:
    """Return the sRGB colour that caps and lids share with the label."""
    return rgb(_PALETTES[seed % VARIANTS % len(_PALETTES)][2 if seed % 2 else 0])


def _bytes(hex_color: str) -> Ink:
    return (int(hex_color[0:2], 16), int(hex_color[2:4], 16), int(hex_color[4:6], 16))


def _front(
    draw: ImageDraw.ImageDraw, rng: np.random.Generator, x: int, h: int, second: Ink, accent_color: Ink
) -> None:
    """Draw emblem and name from `x` on; the generator is left as it was, so that every front is the same."""
    middle, state = x + 200, rng.bit_generator.state
    design = int(rng.integers(4))
    _emblem(draw, design, x, h, second, accent_color)
    _letters(draw, rng, middle - 120, 0.58 * h, 240, 44, second if design != 1 else accent_color)
    for k in range(2):
        _letters(draw, rng, middle - 90, 0.76 * h + 26 * k, 180, 14, second)
    rng.bit_generator.state = state


def _emblem(draw: ImageDraw.ImageDraw, design: int, x: int, h: int, second: Ink, accent_color: Ink) -> None:
    middle = x + 200
    if design == 0:
        draw.rectangle((x, 0.62 * h, x + 512, 0.74 * h), fill=accent_color)
        draw.ellipse((middle - 110, 0.1 * h, middle + 110, 0.1 * h + 220), fill=second)
        draw.ellipse((middle - 70, 0.1 * h + 40, middle + 70, 0.1 * h + 180), fill=accent_color)
    elif design == 1:
        draw.polygon([(x, 0.35 * h), (x + 512, 0.1 * h), (x + 512, 0.5 * h), (x, 0.75 * h)], fill=second)
        draw.polygon(
            [(x, 0.75 * h), (x + 512, 0.5 * h), (x + 512, 0.58 * h), (x, 0.83 * h)], fill=accent_color
        )
    elif design == 2:
        for k in range(3):
            left, top = middle - 130 + 70 * k, 0.2 * h + 18 * (k % 2)
            draw.ellipse((left, top, left + 120, top + 120), fill=(second, accent_color, second)[k])
        draw.rectangle((x, 0.86 * h, x + 512, h), fill=accent_color)
    else:
        draw.rounded_rectangle((middle - 165, 0.12 * h, middle + 165, 0.55 * h), 40, fill=second)
        draw.rectangle((x, 0, x + 512, 0.05 * h), fill=accent_color)
        draw.rectangle((x, 0.95 * h, x + 512, h), fill=accent_color)


def _letters(
    draw: ImageDraw.ImageDraw,
    rng: np.random.Generator,
    x: float,
    y: float,
    width: float,
    height: float,
    fill: Ink,
) -> None:
    step = 0.72 * height
    for k in range(int(width / step)):
        left = x + k * step
        if rng.random() < 0.12 and k:
            continue
        draw.rectangle((left, y, left + 0.18 * height, y + height), fill=fill)
        bar = y + height * float(rng.choice([0.0, 0.4, 0.8]))
        draw.rectangle((left, bar, left + 0.52 * height, bar + 0.2 * height), fill=fill)


def _back(draw: ImageDraw.ImageDraw, rng: np.random.Generator, image: Image.Image, second: Ink) -> None:
    left, h = image.width - 130, image.height
    draw.rectangle((left - 8, 0.55 * h, left + 112, 0.9 * h), fill=(246, 246, 242))
    at = float(left)
    while at < left + 100:
        bar = 2.0 * float(rng.integers(1, 4))
        draw.rectangle((at, 0.59 * h, at + bar, 0.83 * h), fill=(20, 20, 20))
        at += bar + 2.0 * float(rng.integers(1, 4))
    for k in range(7):
        draw.rectangle(
            (left - 4, (0.08 + 0.06 * k) * h, left + 40 + 60 * float(rng.random()), (0.105 + 0.06 * k) * h),
            fill=second,
        )
