"""What is printed on a carton: board, tape, logo shapes, lines of text, handling marks, a label with a barcode."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw

from simgen.assets.procedural.noise import (
    color_texture,
    fractal_noise,
    grid,
    mix,
    normal_texture,
    rgb,
    roughness_texture,
    smoothstep,
    value_noise,
)
from simgen.geometry import FloatArray
from simgen.records.asset import Material
from simgen.rng import keyed_generator

Face = Literal["long", "short", "top", "bottom"]
VARIANTS = 16  # prints; further seeds repeat them, so that a stack of cartons shares its textures

_LONGEST_PX = 320  # of the longer side of a print
_ASPECTS = (0.35, 0.5, 0.71, 1.0, 1.41, 2.0, 2.83)
_KRAFT = ("b98f62", "ad8459", "c39d70", "b58a5e")
_WHITE_BOARD = "dcd8cf"
_INKS = ("2b2a2a", "1f3f77", "8e1f24", "1d5b3a", "3a2b22", "c4531a")
_SUPERSAMPLING = 2  # prints are drawn so many times as large


def face_material(face: Face, seed: int, width_m: float, height_m: float) -> Material:
    """Return the material of one face; its texture lies once over the face, upright.

    The print is made for the nearest of a few aspect ratios, so at most a fifth is lost to stretching.
    """
    aspect = min(_ASPECTS, key=lambda known: abs(np.log(width_m / height_m / known)))
    return _face(face, seed % VARIANTS, aspect)


@lru_cache(maxsize=160)
def _face(face: Face, variant: int, aspect: float) -> Material:
    rng = keyed_generator("carton", face, variant, round(aspect * 100))
    width = int(_LONGEST_PX * min(1.0, aspect))
    height = int(_LONGEST_PX * min(1.0, 1.0 / aspect))
    ink, paste = _printed(face, variant, (height, width))
    tape = _tape(face, (height, width))
    board, fibres = _board(rng, variant, (height, width))
    wear = _wear(rng, (height, width))
    printed = np.clip(ink * (0.86 + 0.2 * fibres) * (1.0 - 0.75 * wear), 0, 1)
    color = mix(board, np.asarray(rgb(_INKS[variant % len(_INKS)])), printed * 0.88)
    color = mix(color, paste[..., :3], paste[..., 3])
    color = mix(color, color * 0.55 + np.asarray(rgb("8a5220")) * 0.27, tape * 0.9)
    color = mix(color, np.asarray(rgb("d9bd97")), wear * 0.45)
    seam = _seam(face, (height, width))
    color *= (1.0 - 0.55 * seam * (1.0 - 0.6 * tape))[..., None]
    relief = 0.35 * fibres + 0.9 * tape - 1.6 * seam * (1 - tape) + 0.5 * paste[..., 3]
    roughness = 0.86 - 0.52 * tape - 0.28 * paste[..., 3] + 0.08 * (fibres - 0.5)
    return Material(
        name=f"carton {face}",
        base_color_rgb=(1.0, 1.0, 1.0),
        roughness=1.0,
        base_color_map=color_texture(color),
        normal_map=normal_texture(relief, 0.35),
        metallic_roughness_map=roughness_texture(roughness),
        double_sided=False,
    )


def edge_color(seed: int) -> str:
    """Return the board's colour as `rrggbb`, for the rounded edges between faces."""
    variant = seed % VARIANTS
    return _WHITE_BOARD if variant % 8 == 7 else _KRAFT[variant % len(_KRAFT)]


def _board(rng: np.random.Generator, variant: int, shape: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    base = np.asarray(rgb(edge_color(variant)))
    u, v = grid(shape)
    fibres = 0.5 * value_noise(rng, shape, (60, 160)) + 0.5 * value_noise(rng, shape, (160, 40))
    cloud = fractal_noise(rng, shape, (3, 3), 4)
    flutes = 0.5 + 0.5 * np.sin(2 * np.pi * u * 48)
    border = np.minimum(np.minimum(u, 1 - u), np.minimum(v, 1 - v))
    grime = 0.09 * smoothstep(0.08, 0.0, border) + 0.07 * smoothstep(0.25, 0.0, v) * cloud
    shade = 0.93 + 0.09 * (cloud - 0.5) + 0.1 * (fibres - 0.5) + 0.02 * (flutes - 0.5) - grime
    return base * shade[..., None], fibres


def _wear(rng: np.random.Generator, shape: tuple[int, int]) -> FloatArray:
    """Return how much of the surface is rubbed off, mostly along edges and in a few scratches."""
    u, v = grid(shape)
    border = np.minimum(np.minimum(u, 1 - u), np.minimum(v, 1 - v))
    patchy = fractal_noise(rng, shape, (7, 7), 4, 0.6)
    edges = smoothstep(0.035, 0.0, border) * smoothstep(0.45, 0.75, patchy)
    scratches = smoothstep(0.93, 0.99, fractal_noise(rng, shape, (40, 4), 2)) * smoothstep(0.5, 0.8, patchy)
    return np.clip(edges + 0.6 * scratches, 0.0, 1.0)


def _tape(face: Face, shape: tuple[int, int]) -> FloatArray:
    """Return 1 under the packing tape: along the middle of top and bottom, hanging down the short sides."""
    u, v = grid(shape)
    if face in ("top", "bottom"):
        return smoothstep(0.086, 0.080, np.abs(v - 0.5))
    if face == "short":
        hang = 0.74 + 0.012 * np.sign(np.sin(u * 260))
        return smoothstep(0.086, 0.080, np.abs(u - 0.5)) * (v > hang)
    return np.zeros(shape)


def _seam(face: Face, shape: tuple[int, int]) -> FloatArray:
    _, v = grid(shape)
    return smoothstep(0.007, 0.002, np.abs(v - 0.5)) if face in ("top", "bottom") else np.zeros(shape)


def _printed(face: Face, variant: int, shape: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    """Return the ink 0..1 (h, w) and pasted-on labels as colour and cover (h, w, 4)."""
    scale = _SUPERSAMPLING
    ink = Image.new("L", (shape[1] * scale, shape[0] * scale), 0)
    paste = Image.new("RGBA", ink.size, (0, 0, 0, 0))
    layout = keyed_generator("carton layout", variant)
    short = min(ink.size)
    if face == "long":
        draw, left = ImageDraw.Draw(ink), 0.09 * ink.width
        _logo(draw, layout, left, 0.12 * ink.height, 0.3 * short)
        _word(draw, layout, left, 0.12 * ink.height + 0.37 * short, 0.5 * ink.width, 0.13 * short)
        _lines(draw, layout, left, 0.72 * ink.height, 0.4 * ink.width, 0.036 * short)
        _marks(draw, layout, 0.94 * ink.width, 0.78 * ink.height, 0.16 * short)
    if face == "short":
        _marks(ImageDraw.Draw(ink), layout, 0.94 * ink.width, 0.72 * ink.height, 0.15 * short)
        _label(ImageDraw.Draw(paste), layout, 0.08 * ink.width, 0.40 * ink.height, 0.46 * short)
    if face == "top" and variant % 2 == 0:
        _label(ImageDraw.Draw(paste), layout, 0.62 * ink.width, 0.08 * ink.height, 0.36 * short)
    if face == "bottom":
        _lines(ImageDraw.Draw(ink), layout, 0.1 * ink.width, 0.14 * ink.height, 0.2 * ink.width, 0.03 * short)
    size = (shape[1], shape[0])
    smooth = Image.Resampling.BOX
    return np.asarray(ink.resize(size, smooth)) / 255.0, np.asarray(paste.resize(size, smooth)) / 255.0


def _logo(draw: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, y: float, s: float) -> None:
    shape = int(rng.integers(5))
    if shape == 0:
        draw.ellipse((x, y, x + s, y + s), fill=255)
        draw.ellipse((x + 0.28 * s, y + 0.28 * s, x + 0.72 * s, y + 0.72 * s), fill=0)
    elif shape == 1:
        draw.polygon([(x + s / 2, y), (x + s, y + s), (x, y + s)], fill=255)
        draw.rectangle((x + 0.3 * s, y + 0.72 * s, x + 0.7 * s, y + 0.82 * s), fill=0)
    elif shape == 2:
        for k in range(3):
            draw.rectangle((x + k * 0.36 * s, y + 0.2 * k * s, x + (k * 0.36 + 0.26) * s, y + s), fill=255)
    elif shape == 3:
        draw.rounded_rectangle((x, y, x + 1.6 * s, y + 0.9 * s), 0.2 * s, fill=255)
        draw.ellipse((x + 0.15 * s, y + 0.15 * s, x + 0.75 * s, y + 0.75 * s), fill=0)
        draw.rectangle((x + 0.9 * s, y + 0.35 * s, x + 1.4 * s, y + 0.52 * s), fill=0)
    else:
        for k in range(4):
            draw.arc((x + 0.12 * k * s, y + 0.12 * k * s, x + (1 - 0.12 * k) * s, y + (1 - 0.12 * k) * s),
                     90 * k, 90 * k + 250, fill=255, width=max(2, int(0.08 * s)))  # fmt: skip


def _word(
    draw: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, y: float, width: float, height: float
) -> None:
    """Draw blocks that read as letters from afar: stems, bars and bowls."""
    advance = 0.62 * height
    for k in range(max(1, int(width / advance))):
        left, right = x + k * advance, x + (k + 0.74) * advance
        stem = 0.2 * height
        kind = int(rng.integers(4))
        if kind == 0:
            draw.ellipse((left, y, right, y + height), outline=255, width=max(1, int(0.7 * stem)))
        elif kind == 1:
            draw.rectangle((left, y, left + stem, y + height), fill=255)
            draw.rectangle((left, y + height - stem, right, y + height), fill=255)
        elif kind == 2:
            draw.rectangle((left, y, left + stem, y + height), fill=255)
            draw.rectangle((right - stem, y, right, y + height), fill=255)
            draw.rectangle((left, y + 0.42 * height, right, y + 0.6 * height), fill=255)
        else:
            for level in (0.0, 0.42, 0.82):
                draw.rectangle((left, y + level * height, right, y + (level + 0.18) * height), fill=255)


def _lines(
    draw: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, y: float, width: float, pitch: float
) -> None:
    for k in range(4):
        _small_text(draw, rng, x, y + k * 1.5 * pitch, width * (0.55 + 0.45 * rng.random()), 0.75 * pitch)


def _small_text(
    draw: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, y: float, width: float, height: float,
    fill: int | tuple[int, int, int, int] = 235,
) -> None:  # fmt: skip
    at = x
    while at < x + width:
        word = height * (0.8 + 2.6 * float(rng.random()))
        letter = at
        while letter < min(at + word, x + width):
            drop = 0.22 * height * float(rng.random())
            draw.rectangle((letter, y + drop, letter + 0.34 * height, y + height), fill=fill)
            letter += 0.5 * height
        at += word + 0.6 * height


def _marks(draw: ImageDraw.ImageDraw, rng: np.random.Generator, right: float, y: float, s: float) -> None:
    """Draw two or three handling marks in frames, right-aligned: this way up, fragile, keep dry (ISO 780)."""
    drawers = [_mark_up, _mark_glass, _mark_umbrella]
    chosen = [drawers[0], drawers[1 + int(rng.integers(2))]] if rng.random() < 0.6 else drawers
    for k, drawer in enumerate(chosen):
        x = right - (len(chosen) - k) * 1.12 * s
        draw.rectangle((x, y, x + s, y + s), outline=255, width=max(1, int(0.045 * s)))
        drawer(draw, x, y, s)


def _mark_up(draw: ImageDraw.ImageDraw, x: float, y: float, s: float) -> None:
    for middle in (0.32, 0.68):
        draw.polygon([(x + middle * s, y + 0.14 * s), (x + (middle + 0.14) * s, y + 0.4 * s),
                      (x + (middle - 0.14) * s, y + 0.4 * s)], fill=255)  # fmt: skip
        draw.rectangle(
            (x + (middle - 0.05) * s, y + 0.4 * s, x + (middle + 0.05) * s, y + 0.74 * s), fill=255
        )
    draw.rectangle((x + 0.14 * s, y + 0.8 * s, x + 0.86 * s, y + 0.87 * s), fill=255)


def _mark_glass(draw: ImageDraw.ImageDraw, x: float, y: float, s: float) -> None:
    draw.pieslice((x + 0.26 * s, y - 0.16 * s, x + 0.74 * s, y + 0.56 * s), 0, 180, fill=255)
    draw.rectangle((x + 0.47 * s, y + 0.5 * s, x + 0.53 * s, y + 0.8 * s), fill=255)
    draw.rectangle((x + 0.32 * s, y + 0.8 * s, x + 0.68 * s, y + 0.87 * s), fill=255)
    draw.line(
        [(x + 0.56 * s, y + 0.2 * s), (x + 0.48 * s, y + 0.32 * s), (x + 0.56 * s, y + 0.42 * s)],
        fill=0,
        width=2,
    )


def _mark_umbrella(draw: ImageDraw.ImageDraw, x: float, y: float, s: float) -> None:
    draw.pieslice((x + 0.18 * s, y + 0.2 * s, x + 0.82 * s, y + 0.84 * s), 180, 360, fill=255)
    draw.rectangle((x + 0.48 * s, y + 0.5 * s, x + 0.52 * s, y + 0.82 * s), fill=255)
    for k in range(3):
        drop = x + (0.28 + 0.22 * k) * s
        draw.ellipse((drop, y + 0.07 * s, drop + 0.05 * s, y + 0.16 * s), fill=255)


def _label(draw: ImageDraw.ImageDraw, rng: np.random.Generator, x: float, y: float, s: float) -> None:
    """Draw a white sticker with an address block and a barcode."""
    paper, black = (240, 239, 233, 255), (28, 28, 30, 255)
    width, height = 1.25 * s, s
    draw.rectangle((x, y, x + width, y + height), fill=paper)
    for k in range(4):
        _small_text(
            draw,
            rng,
            x + 0.07 * s,
            y + (0.07 + 0.095 * k) * s,
            0.8 * s * (0.6 + 0.4 * rng.random()),
            0.055 * s,
            black,
        )
    draw.rectangle((x + 0.06 * s, y + 0.48 * s, x + width - 0.06 * s, y + 0.495 * s), fill=black)
    at = x + 0.12 * s
    while at < x + width - 0.14 * s:
        bar = s * 0.011 * float(rng.integers(1, 4))
        draw.rectangle((at, y + 0.55 * s, at + bar, y + 0.86 * s), fill=black)
        at += bar + s * 0.011 * float(rng.integers(1, 4))
    _small_text(draw, rng, x + 0.22 * s, y + 0.89 * s, 0.7 * s, 0.05 * s, black)
