"""Pictures of foliage, cut out by their alpha channel: leaf and needle sprays, grass, and a far edge of a wood.

Colours and shapes are assumed: common broad-leaved trees and spruces of central Europe in summer.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from simgen.assets.procedural.noise import (
    color_texture,
    fractal_noise,
    normal_texture,
    rgb,
    roughness_texture,
    smoothstep,
)
from simgen.geometry import FloatArray, Vec3
from simgen.records.asset import Material
from simgen.rng import keyed_generator

_SIZE = 256  # side of a texture, pixels
_SHIFT = 4  # fractional bits of drawn coordinates
LEAVES = (("2f4a1a", "6d8a3a"), ("3a4f1c", "8a9440"), ("26401c", "55753a"), ("44541f", "9aa04a"))
_NEEDLES = (("1c3320", "45663c"), ("22361f", "55704a"))


def cut_out(name: str, picture: FloatArray, cutoff: float = 0.4) -> Material:
    """Return a material of a picture (h, w, 4), sRGB and coverage; each side of a card is a card of its own."""
    return Material(
        name=name,
        base_color_rgb=(1.0, 1.0, 1.0),
        roughness=0.75,
        base_color_map=color_texture(picture),
        alpha_mode="mask",
        alpha_cutoff=cutoff,
        double_sided=False,
    )


def _canvas(base: Vec3, shape: tuple[int, int] = (_SIZE, _SIZE)) -> NDArray[np.float32]:
    """Return an empty picture whose hidden colour is that of the leaves, so that edges do not turn dark."""
    picture = np.zeros((*shape, 4), np.float32)
    picture[..., :3] = base
    return picture


def _leaf(
    picture: NDArray[np.float32], at: FloatArray, angle: float, long: float, wide: float, color: FloatArray
) -> None:
    t = np.linspace(0.0, 2 * np.pi, 13)[:-1]
    x, y = long / 2 * (1 + np.cos(t)), wide / 2 * np.sin(t) * (0.75 + 0.25 * np.cos(t + 2.2))
    c, s = np.cos(angle), np.sin(angle)
    points = np.column_stack([at[0] + c * x - s * y, at[1] + s * x + c * y])
    fixed = np.rint(points * (1 << _SHIFT)).astype(np.int32)
    cv2.fillPoly(picture, [fixed], [*color.tolist(), 1.0], cv2.LINE_8, _SHIFT)


def _stroke(picture: NDArray[np.float32], points: FloatArray, width: int, color: FloatArray) -> None:
    fixed = np.rint(points * (1 << _SHIFT)).astype(np.int32)
    cv2.polylines(picture, [fixed], False, [*color.tolist(), 1.0], width, cv2.LINE_8, _SHIFT)


@lru_cache(maxsize=len(LEAVES))
def leaves(kind: int) -> Material:
    """Return a spray of broad leaves on twigs, its stalk at the lower middle."""
    rng = keyed_generator("foliage", "leaves", kind)
    dark, light = (np.asarray(rgb(color)) for color in LEAVES[kind % len(LEAVES)])
    picture = _canvas(rgb(LEAVES[kind % len(LEAVES)][0]))
    brown = np.asarray(rgb("4a3b2a"))
    middle = np.array([_SIZE / 2, _SIZE / 2])
    for _ in range(9):
        tip = middle + rng.normal(0, 0.24, 2) * _SIZE
        _stroke(picture, np.array([[_SIZE / 2, _SIZE * 0.95], 0.6 * middle + 0.4 * tip, tip]), 2, brown)
    for k in range(190):
        away = np.sqrt(rng.random()) * 0.46 * _SIZE
        turn = rng.uniform(0, 2 * np.pi)
        at = middle + away * np.array([np.cos(turn), np.sin(turn)])
        shade = (0.15 + 0.85 * k / 190) * rng.uniform(0.5, 1.0)
        _leaf(
            picture,
            at,
            turn + rng.normal(0, 0.9),
            rng.uniform(17, 30),
            rng.uniform(9, 15),
            dark + (light - dark) * shade,
        )
    return cut_out("leaves", np.asarray(picture, float))


@lru_cache(maxsize=len(_NEEDLES))
def needles(kind: int) -> Material:
    """Return a hanging spruce branch seen from its side, its root at the left middle."""
    rng = keyed_generator("foliage", "needles", kind)
    dark, light = (np.asarray(rgb(color)) for color in _NEEDLES[kind % len(_NEEDLES)])
    picture = _canvas(rgb(_NEEDLES[kind % len(_NEEDLES)][0]))
    for side in np.linspace(-1.0, 1.0, 15):
        root = np.array([8.0 + 150 * (1 - abs(side)) ** 0.6 * rng.uniform(0.5, 1.0), _SIZE / 2])
        tip = np.array(
            [min(_SIZE - 6.0, root[0] + rng.uniform(70, 110)), _SIZE / 2 + side * 100 * rng.uniform(0.8, 1.1)]
        )
        path = root + (tip - root) * np.linspace(0, 1, 9)[:, None]
        _stroke(picture, path, 3, np.asarray(rgb("3c3024")))
        _brush(picture, path, rng, dark, light)
    spine = np.column_stack([np.linspace(2, _SIZE - 8, 9), np.full(9, _SIZE / 2)])
    _brush(picture, spine, rng, dark, light)
    return cut_out("needles", np.asarray(picture, float), 0.25)


def _brush(
    picture: NDArray[np.float32],
    path: FloatArray,
    rng: np.random.Generator,
    dark: FloatArray,
    light: FloatArray,
) -> None:
    """Draw needles to both sides along a twig."""
    along = path[-1] - path[0]
    heading = float(np.arctan2(along[1], along[0]))
    for k in range(90):
        at = path[0] + along * rng.random()
        turn = heading + rng.choice([-1, 1]) * rng.uniform(0.35, 1.0)
        end = at + rng.uniform(10, 21) * np.array([np.cos(turn), np.sin(turn)])
        _stroke(picture, np.array([at, end]), 2, dark + (light - dark) * rng.random() * k / 90)


@lru_cache(maxsize=2)
def spruce_side(kind: int) -> Material:
    """Return a whole spruce seen from its side."""
    rng = keyed_generator("foliage", "spruce", kind)
    dark, light = (np.asarray(rgb(color)) for color in _NEEDLES[kind % len(_NEEDLES)])
    picture = _canvas(rgb(_NEEDLES[kind % len(_NEEDLES)][0]), (_SIZE, _SIZE // 2))
    middle = _SIZE / 4
    for y in np.arange(_SIZE - 14, 6, -4.0):
        wide = (1.0 - (_SIZE - y) / _SIZE) ** 0.9 * 58 * rng.uniform(0.75, 1.1) + 3
        for side in (-1, 1):
            root = np.array([middle, y - 6.0])
            steps = np.array([[0.0, 0.0], [side * wide * 0.6, 5.0], [side * wide, 12.0 * rng.random()]])
            path = root + steps
            shade = dark + (light - dark) * rng.random() * 0.8
            _stroke(picture, path, 7, shade)
    return cut_out("spruce", np.asarray(picture, float), 0.35)


@lru_cache(maxsize=4)
def grass_tuft(kind: int) -> Material:
    """Return a tuft of grass, its foot at the lower border."""
    rng = keyed_generator("foliage", "grass", kind)
    dark, light = np.asarray(rgb("3d4c1e")), np.asarray(rgb("93a155"))
    dry = np.asarray(rgb("b3a56c"))
    picture = _canvas(rgb("4a5a26"), (128, _SIZE))
    for k in range(150):
        foot = np.array([rng.uniform(0.06, 0.94) * _SIZE, 130.0])
        tall = rng.uniform(0.35, 0.97) * 118 * (1 - 0.5 * abs(foot[0] / _SIZE - 0.5))
        lean = rng.normal(0, 22)
        tip = foot + np.array([lean, -tall])
        bend = (foot + tip) / 2 + np.array([-0.3 * lean, -0.1 * tall])
        shade = rng.random() * (0.3 + 0.7 * k / 150)
        color = dark + (light - dark) * shade
        color = dry * (0.75 + 0.25 * rng.random()) if rng.random() < 0.14 + 0.1 * (kind % 2) else color
        _stroke(picture, np.array([foot, bend, tip]), 2 if rng.random() < 0.7 else 3, color)
    return cut_out("grass", np.asarray(picture, float), 0.35)


@lru_cache(maxsize=2)
def wood_edge(kind: int) -> Material:
    """Return the edge of a wood as seen from afar: crowns side by side; it repeats along u."""
    rng = keyed_generator("foliage", "wood", kind)
    high, wide = 128, 512
    picture = _canvas(rgb("2c3a1c"), (high, wide))
    for row, tone in ((0.42, 0.72), (0.62, 0.95)):
        for x in np.arange(0, wide, 13):
            _crown(picture, rng, float(x + rng.uniform(-6, 6)), row * high * rng.uniform(0.75, 1.15), tone)
    speckle = fractal_noise(rng, (high, wide), (24, 96), 3, 0.7)
    ground = smoothstep(0.0, 0.5, 1.0 - np.arange(high)[:, None] / high)
    picture[..., :3] *= (0.62 + 0.7 * speckle * (0.45 + 0.55 * ground))[..., None].astype(np.float32)
    picture[int(0.8 * high) :, :, 3] = 1.0
    return cut_out("wood", np.asarray(picture, float))


def _crown(picture: NDArray[np.float32], rng: np.random.Generator, x: float, top: float, tone: float) -> None:
    """Draw one tree of the edge, and again where it passes the border of the picture."""
    high, wide = picture.shape[:2]
    conifer = rng.random() < 0.3
    base = (
        np.asarray(rgb("22331f" if conifer else ("3d5223", "4d6029", "36491f")[int(rng.integers(3))])) * tone
    )
    blobs = [(rng.normal(0, 9), rng.uniform(0, 40), rng.uniform(9, 17)) for _ in range(10)]
    for shift in (-wide, 0, wide):
        if conifer:
            spire = np.array([[x + shift, high - 1.25 * top], [x + shift + 13, high], [x + shift - 13, high]])
            cv2.fillPoly(
                picture, [np.rint(spire * 16).astype(np.int32)], [*base.tolist(), 1.0], cv2.LINE_8, _SHIFT
            )
            continue
        for dx, dy, r in blobs:
            center = (round(x + shift + dx), round(high - top + dy))
            cv2.circle(picture, center, round(r), [*(base * (1.15 - 0.008 * dy)).tolist(), 1.0], -1)


@lru_cache(maxsize=2)
def bark(kind: int) -> Material:
    """Return rough bark, cracks along v."""
    rng = keyed_generator("foliage", "bark", kind)
    shape = (_SIZE, _SIZE)
    crack = fractal_noise(rng, shape, (5, 22), 5, 0.6)
    dark, light = (np.asarray(rgb(c)) for c in (("3a3128", "7b6f60"), ("4a3528", "806350"))[kind % 2])
    color = dark + (light - dark) * crack[..., None]
    return Material(
        name="bark",
        base_color_rgb=(1.0, 1.0, 1.0),
        roughness=1.0,
        base_color_map=color_texture(color),
        metallic_roughness_map=roughness_texture(0.85 + 0.1 * crack),
        normal_map=normal_texture(crack, 2.5),
        double_sided=False,
    )
