"""Patterns for domain randomisation and for made surfaces: noise, brick, asphalt, print on cartons.

Drawn like `surface_recipes`, from seamless noise and steps alone: nothing but sums, products and square roots decides a
pixel, so that it is the same on every machine. Bricks are of the German module (4 stretchers and 12 courses a metre,
DIN 4172); other sizes, and all colours, are assumed.
"""

from __future__ import annotations

import numpy as np

from simgen.assets.procedural.noise import fractal_noise, grid, mix, rgb, smoothstep, value_noise
from simgen.assets.procedural.surface_recipes import Layers, Recipe
from simgen.geometry import FloatArray, Vec3, vec3

_SHAPE = (512, 512)


def noise(rng: np.random.Generator, variant: int) -> Layers:
    """Blotches of three colours, of any hue, size and sharpness; glossy or dull."""
    colors = [_any_color(rng) for _ in range(3)]
    cells = int(2 + rng.integers(11))
    wild = fractal_noise(rng, _SHAPE, (cells, cells), int(1 + rng.integers(6)), 0.35 + 0.35 * rng.random())
    other = fractal_noise(rng, _SHAPE, (cells, cells), 3)
    sharp = 0.02 + 0.4 * rng.random() ** 2
    color = mix(colors[0], colors[1], smoothstep(0.5 - sharp, 0.5 + sharp, wild))
    color = mix(color, colors[2], 0.9 * smoothstep(0.62 - sharp, 0.62 + sharp, other))
    gloss = 0.15 + 0.7 * rng.random()
    return Layers(color, 2e-4 * wild, np.clip(gloss + 0.2 * (other - 0.5), 0.06, 1.0), 0.4)


_BRICKS = (
    ("9c4a36", "7c3527"),  # red
    ("b5674a", "8d4630"),  # orange
    ("c9a27a", "a8805a"),  # yellow
    ("5d4a44", "403330"),  # burnt
    ("d9d4cb", "bdb6aa"),  # whitewashed
    ("8a6a5c", "6d4c40"),  # brown
)


def brick(rng: np.random.Generator, variant: int) -> Layers:
    """A wall in stretcher bond, 240 by 71 mm stones; mortar of 10 mm, a little deeper than the faces."""
    across, courses, u, v = 4, 12, *grid(_SHAPE)
    row = np.minimum((v * courses).astype(int), courses - 1)
    along = (u * across + 0.5 * (row % 2)) % across
    column = np.minimum(along.astype(int), across - 1)
    stone = row * across + column
    tone, mixed = rng.random(courses * across)[stone], rng.random(courses * across)[stone]
    wobble = 0.02 * (fractal_noise(rng, _SHAPE, (24, 24), 3) - 0.5)
    side = np.abs(along - column - 0.5) + wobble
    bed = np.abs(v * courses - row - 0.5) + 3.0 * wobble
    joint = np.maximum(smoothstep(0.476, 0.486, side), smoothstep(0.425, 0.455, bed))
    grit, cloud = value_noise(rng, _SHAPE, (200, 200)), fractal_noise(rng, _SHAPE, (5, 5), 5, 0.6)
    light, dark = (rgb(color) for color in _BRICKS[variant % len(_BRICKS)])
    face = mix(light, dark, np.clip(0.65 * mixed + 0.35 * cloud, 0.0, 1.0))
    face = face * (0.78 + 0.3 * tone + 0.16 * (grit - 0.5))[..., None]
    mortar = np.asarray(rgb(("b9b2a6", "a39c92", "cfc9bd")[variant % 3])) * (0.82 + 0.25 * grit[..., None])
    color = np.clip(mix(face, mortar, joint), 0.0, 1.0)
    height = 1.2e-3 * grit * (1.0 - 0.5 * joint) + 6e-4 * tone - 6e-3 * joint
    return Layers(color, height, 0.82 + 0.12 * joint + 0.04 * (grit - 0.5), 1.0)


def asphalt(rng: np.random.Generator, variant: int) -> Layers:
    """A worn road or yard without markings: stones in bitumen, cracks, a few patches of sealing and oil."""
    stones, bitumen = value_noise(rng, _SHAPE, (256, 256)), value_noise(rng, _SHAPE, (150, 150))
    cloud, wild = fractal_noise(rng, _SHAPE, (4, 4), 6, 0.6), fractal_noise(rng, _SHAPE, (4, 4), 6, 0.6)
    age = ((variant % 4) + rng.random()) / 4
    crack = smoothstep(0.010, 0.003, np.abs(wild - np.median(wild))) * smoothstep(0.5, 0.75, cloud) * age
    seal = smoothstep(0.74, 0.78, fractal_noise(rng, _SHAPE, (3, 3), 4)) * (1.0 - age)
    oil = 0.6 * smoothstep(0.82, 0.95, fractal_noise(rng, _SHAPE, (6, 6), 4))
    level = (
        0.25 + 0.14 * age + 0.06 * (cloud - 0.5) + (0.1 + 0.1 * age) * (stones - 0.5) + 0.06 * (bitumen - 0.5)
    )
    level = (level + 0.1 * age * smoothstep(0.8, 0.95, stones)) * (1.0 - 0.45 * seal) * (1.0 - 0.35 * oil)
    color = np.clip(level * (1.0 - 0.6 * crack), 0.04, 1.0)[..., None] * np.array([1.0, 0.985, 0.965])
    height = 2.2e-3 * stones + 8e-4 * bitumen - 5e-3 * crack
    return Layers(color, height * (1.0 - 0.7 * seal), 0.86 - 0.3 * seal - 0.35 * oil, 3.0)


_BOARDS = ("b98f62", "dcd8cf", "c39d70", "e9e6df", "f2d24b", "2f6ea5", "c23b2e", "e8e2d2")
_INKS = ("2b2a2a", "1f3f77", "8e1f24", "1d5b3a", "c4531a", "6a2d7a", "e0b020", "f4f2ec")


def carton_print(rng: np.random.Generator, variant: int) -> Layers:
    """Print as on cartons: bands, discs, blocks, lines of lettering and a bar code, in two inks on board."""
    board = np.asarray(rgb(_BOARDS[variant % len(_BOARDS)]))
    first = int(rng.integers(len(_INKS)))
    second = (first + 1 + int(rng.integers(len(_INKS) - 1))) % len(_INKS)
    fibres = 0.5 * value_noise(rng, _SHAPE, (100, 300)) + 0.5 * value_noise(rng, _SHAPE, (300, 60))
    color = board * (0.93 + 0.09 * (fibres[..., None] - 0.5))
    ink = np.zeros(_SHAPE)
    for code, shapes in ((second, _blocks(rng)), (first, _lettering(rng))):
        worn = shapes * (0.9 + 0.1 * fibres)
        color = mix(color, rgb(_INKS[code]), worn)
        ink = np.maximum(ink, worn)
    return Layers(np.clip(color, 0, 1), 5e-5 * fibres, 0.8 - 0.35 * ink + 0.08 * (fibres - 0.5), 0.5)


def _blocks(rng: np.random.Generator) -> FloatArray:
    """Return bands, discs and rectangles, 1 where there is ink."""
    u, v = grid(_SHAPE)
    ink = np.zeros(_SHAPE)
    for _ in range(int(2 + rng.integers(3))):
        kind, x, y = int(rng.integers(3)), 0.15 + 0.7 * rng.random(), 0.15 + 0.7 * rng.random()
        if kind == 0:
            shape = smoothstep(0.004, 0.0, np.abs(v - y) - 0.02 - 0.06 * rng.random())
        elif kind == 1:
            shape = smoothstep(0.004, 0.0, np.sqrt((u - x) ** 2 + (v - y) ** 2) - 0.05 - 0.1 * rng.random())
        else:
            wide, high = 0.05 + 0.13 * rng.random(), 0.04 + 0.1 * rng.random()
            shape = smoothstep(0.004, 0.0, np.maximum(np.abs(u - x) - wide, np.abs(v - y) - high))
        ink = np.where(rng.random() < 0.3, ink * (1.0 - shape), np.maximum(ink, shape))
    return ink


def _lettering(rng: np.random.Generator) -> FloatArray:
    """Return lines of strokes as wide as letters, and a bar code below them."""
    ink = np.zeros(_SHAPE)
    top = int(30 + rng.integers(60))
    for _ in range(int(3 + rng.integers(4))):
        high, left = int(8 + rng.integers(30)), int(24 + rng.integers(60))
        line = _strokes(rng, high, int(120 + rng.integers(300)))
        right = min(left + line.shape[1], _SHAPE[1] - 16)
        if top + high > _SHAPE[0] - 110:
            break
        ink[top : top + high, left:right] = np.maximum(
            ink[top : top + high, left:right], line[:, : right - left]
        )
        top += high + int(8 + rng.integers(20))
    code = np.repeat((rng.random(64) < 0.5).astype(float), 2)
    left = int(40 + rng.integers(_SHAPE[1] - 40 - len(code) - 40))
    ink[-90:-40, left - 8 : left + len(code) + 8] = 0.0
    ink[-86:-44, left : left + len(code)] = code
    return ink


def _strokes(rng: np.random.Generator, high: int, wide: int) -> FloatArray:
    """Return a line (high, wide) of letter-like shapes: uprights and bars with gaps between words."""
    line = np.zeros((high, wide))
    letter, stroke, x = max(high * 2 // 3, 4), max(high // 6, 1), 0
    while x + letter < wide:
        if rng.random() > 0.16:
            if rng.random() < 0.8:
                line[:, x : x + stroke] = 1.0
            if rng.random() < 0.5:
                line[:, x + letter - 2 * stroke : x + letter - stroke] = 1.0
            for y in (0, (high - stroke) // 2, high - stroke):
                if rng.random() < 0.6:
                    line[y : y + stroke, x : x + letter - stroke] = 1.0
        x += letter + stroke
    return line


def _any_color(rng: np.random.Generator) -> Vec3:
    """Return an sRGB colour of any hue, seldom quite dark or quite bright."""
    return vec3(0.08 + 0.87 * rng.random(3))


PATTERNS: dict[str, Recipe] = {
    "noise": noise,
    "brick": brick,
    "asphalt": asphalt,
    "print": carton_print,
}
