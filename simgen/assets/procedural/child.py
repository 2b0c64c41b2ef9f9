"""A child of seven who runs, walks or stands; the front points along +x.

About 1.15 m tall when standing, as the child target of Euro NCAP's tests (EPTc, "Test protocol AEB/LSS VRU systems").
Poses, clothes and colours are assumed.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from simgen.assets.procedural import finishes
from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.limbs import Limb, ball
from simgen.assets.procedural.meshes import Patch, merge
from simgen.assets.procedural.noise import color_texture, fractal_noise, grid, rgb, value_noise
from simgen.assets.procedural.params import Values, choice, seed
from simgen.assets.procedural.road import bounds
from simgen.geometry import FloatArray
from simgen.records.asset import Material
from simgen.rng import keyed_generator

POSES = ("run", "walk", "stand")
_MASS_KG = 23.0  # a child of seven (WHO growth reference, median)
_SKINS, _HAIRS = ("e0ac8b", "c68863", "8d5a3b", "f0c8a8"), ("3a2618", "7a5230", "1d1613", "a87c45")
_SHIRTS = ("c8352f", "2f6fb5", "e3b23c", "3f8f55", "d96fa0", "e8e6df")
_TROUSERS = ("2b3a55", "4a4a4e", "6b5a3f", "223a2c")
# Joints (x, z) of left and right leg (hip, knee, ankle), and of left and right arm (shoulder, elbow, hand).
_POSES = {
    "run": (
        ((0.0, 0.56), (0.2, 0.4), (0.07, 0.19)), ((-0.01, 0.56), (-0.07, 0.3), (-0.31, 0.17)),
        ((0.05, 0.86), (-0.12, 0.72), (-0.02, 0.56)), ((0.07, 0.86), (0.13, 0.67), (0.3, 0.75)), 0.09,
    ),
    "walk": (
        ((0.0, 0.56), (0.1, 0.32), (0.15, 0.05)), ((0.0, 0.56), (-0.03, 0.3), (-0.19, 0.09)),
        ((0.0, 0.87), (-0.09, 0.7), (-0.09, 0.53)), ((0.02, 0.87), (0.08, 0.69), (0.16, 0.55)), 0.03,
    ),
    "stand": (
        ((0.0, 0.56), (0.01, 0.3), (-0.01, 0.05)), ((0.0, 0.56), (0.01, 0.3), (-0.01, 0.05)),
        ((0.0, 0.87), (-0.02, 0.69), (0.03, 0.53)), ((0.0, 0.87), (-0.02, 0.69), (0.03, 0.53)), 0.0,
    ),
}  # fmt: skip


def _limb(
    joints: tuple[tuple[float, float], ...], sides: tuple[float, ...], radii: tuple[float, ...]
) -> Limb:
    points = tuple((x, y, z) for (x, z), y in zip(joints, sides, strict=True))
    return Limb(points, radii, turns_sharply=True)


def _body(pose: str) -> dict[str, tuple[Limb, ...]]:
    """Return the limbs by what covers them."""
    left_leg, right_leg, left_arm, right_arm, lean = _POSES[pose]
    legs = tuple(_limb(joints, (side, side, side), (0.075, 0.055, 0.042))
                 for joints, side in ((left_leg, 0.065), (right_leg, -0.065)))  # fmt: skip
    arms = tuple((joints, side) for joints, side in ((left_arm, 1.0), (right_arm, -1.0)))
    sleeves = tuple(_limb(joints[:2], (0.13 * side, 0.165 * side), (0.045, 0.035)) for joints, side in arms)
    forearms = tuple(_limb(joints[1:], (0.165 * side, 0.13 * side), (0.032, 0.024)) for joints, side in arms)
    hips = Limb(((0.0, 0.0, 0.53), (0.1 * lean, 0.0, 0.62)), (0.085, 0.088), 1.3)
    trunk = Limb(
        ((0.1 * lean, 0.0, 0.6), (0.5 * lean, 0.0, 0.74), (0.85 * lean, 0.0, 0.88)),
        (0.09, 0.098, 0.075),
        1.35,
    )
    neck = Limb(((lean, 0.0, 0.9), (1.2 * lean, 0.0, 0.97)), (0.04, 0.038))
    shoes = tuple(_shoe(joints, side) for joints, side in ((left_leg, 0.065), (right_leg, -0.065)))
    return {"trousers": (*legs, hips), "shirt": (trunk, *sleeves), "skin": (*forearms, neck), "shoes": shoes}


def _shoe(joints: tuple[tuple[float, float], ...], side: float) -> Limb:
    (kx, kz), (x, z) = joints[1:]
    shin = np.array([x - kx, z - kz]) / np.hypot(x - kx, z - kz)
    toe = np.array([-shin[1], shin[0]])  # at a right angle to the shin, ahead
    heel, tip = np.array([x, z]) + 0.02 * shin - 0.03 * toe, np.array([x, z]) + 0.025 * shin + 0.1 * toe
    return Limb(((heel[0], side, heel[1]), (tip[0], side, tip[1])), (0.034, 0.03), 1.1)


def _head(pose: str) -> FloatArray:
    return np.array([1.25 * _POSES[pose][4] + 0.01, 0.0, 1.045])


@lru_cache(maxsize=len(POSES))
def _surface(pose: str) -> tuple[Patch, ...]:
    """Return trousers, shirt, skin, shoes and hair."""
    body, head = _body(pose), _head(pose)
    covered = [[limb.patch(12, 4) for limb in limbs] for limbs in body.values()]
    covered[2] += [
        ball(head, (0.088, 0.076, 0.108), 18),
        ball(head + np.array([0.09, 0.0, -0.012]), (0.016, 0.012, 0.016), 8),
    ]
    hair = [
        ball(head + np.array([-0.018, 0.0, 0.022]), (0.088, 0.083, 0.1), 18),
        ball(head + np.array([0.03, 0.0, 0.075]), (0.06, 0.07, 0.04), 12),
    ]
    eyes = [ball(head + np.array([0.079, side * 0.03, 0.008]), (0.008, 0.011, 0.008), 8) for side in (1, -1)]
    return (*(merge(patches) for patches in covered), merge([*hair, *eyes]))


@lru_cache(maxsize=24)
def _cloth(name: str, color: str, striped: bool) -> Material:
    shape = (128, 128)
    rng = keyed_generator("cloth", name, color)
    _, v = grid(shape)
    fold, weave = fractal_noise(rng, shape, (5, 7), 4), value_noise(rng, shape, (64, 64))
    tone = 0.72 + 0.32 * fold + 0.08 * (weave - 0.5)
    picture = np.asarray(rgb(color)) * tone[..., None]
    if striped:
        picture = np.where(
            (np.floor(v * 9) % 2 == 0)[..., None], picture, picture * 0.35 + 0.55 * tone[..., None]
        )
    return Material(
        name=name,
        base_color_rgb=(1, 1, 1),
        roughness=0.9,
        base_color_map=color_texture(picture),
        double_sided=False,
    )


def _outline(values: Values) -> Outline:
    pose = values.word("pose")
    size, middle = bounds(np.concatenate([patch.positions_m for patch in _surface(pose)]))
    body, head = _body(pose), _head(pose)
    skull = Limb(((head[0], 0.0, head[2] - 0.03), (head[0], 0.0, head[2] + 0.03)), (0.075, 0.075)).part()
    parts = (*(limb.part() for limb in (*body["trousers"], *body["shirt"])), skull)
    density = _MASS_KG / sum(part.volume_m3 for part in parts)
    return Outline(size, middle, parts, density, friction=0.6, restitution=0.1, tags=("person",))


def _paint(values: Values) -> Paint:
    number = values.whole("seed")
    trousers, shirt, skin, shoes, hair = _surface(values.word("pose"))
    return (
        (trousers, _cloth("trousers", _TROUSERS[number // 2 % len(_TROUSERS)], False)),
        (shirt, _cloth("shirt", _SHIRTS[number % len(_SHIRTS)], number % 3 == 1)),
        (skin, finishes.plastic(rgb(_SKINS[number // 3 % len(_SKINS)]), 0.55)),
        (shoes, finishes.plastic(rgb(("d8d8d4", "23252b", "b03a34")[number % 3]), 0.5)),
        (hair, finishes.paper(rgb(_HAIRS[number // 5 % len(_HAIRS)]))),
    )


FAMILY = Family("child", "person", (choice("pose", "run", POSES), seed()), _outline, _paint)
