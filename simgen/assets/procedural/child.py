"""A child of seven who runs, walks or stands; the front points along +x.

When it runs or walks it has a skeleton: its limbs move with the way that it goes, and it stands where it stands still.

About 1.15 m tall when standing, as the child target of Euro NCAP's tests (EPTc, "Test protocol AEB/LSS VRU systems").
Poses, clothes and colours are assumed.
"""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np

from simgen.assets.procedural import finishes
from simgen.assets.procedural.child_gait import ARMS, HEAD, HIPS, JOINTS, LEGS, PACES, TRUNK, skeleton
from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.gaits import along, only
from simgen.assets.procedural.limbs import Limb, ball
from simgen.assets.procedural.meshes import Patch, merge
from simgen.assets.procedural.noise import color_texture, fractal_noise, grid, rgb, value_noise
from simgen.assets.procedural.params import Values, choice, seed
from simgen.assets.procedural.rigs import room_of, weighted
from simgen.assets.procedural.road import bounds
from simgen.records.asset import Material, Skin
from simgen.rng import keyed_generator

Line = tuple[tuple[float, float, float], ...]
POSES = ("run", "walk", "stand")
_MASS_KG = 23.0  # a child of seven (WHO growth reference, median)
_SKINS, _HAIRS = ("e0ac8b", "c68863", "8d5a3b", "f0c8a8"), ("3a2618", "7a5230", "1d1613", "a87c45")
_SHIRTS = ("c8352f", "2f6fb5", "e3b23c", "3f8f55", "d96fa0", "e8e6df")
_TROUSERS = ("2b3a55", "4a4a4e", "6b5a3f", "223a2c")
# Joints (x, z) of leg (hip, knee, ankle) and arm (shoulder, elbow, hand).
_LEG = ((0.0, 0.56), (0.01, 0.3), (-0.01, 0.05))
_ARM = ((0.0, 0.87), (-0.02, 0.69), (0.03, 0.53))
_SIDES = (1.0, -1.0)
_HEAD_M = np.array([0.01, 0.0, 1.045])


def _arms() -> tuple[Line, Line]:
    left, right = (_line(_ARM, (0.13 * side, 0.165 * side, 0.13 * side)) for side in _SIDES)
    return left, right


def _legs() -> tuple[Line, Line]:
    left, right = (_line(_LEG, (0.065 * side, 0.065 * side, 0.065 * side)) for side in _SIDES)
    return left, right


def _line(joints: tuple[tuple[float, float], ...], sides: tuple[float, ...]) -> Line:
    return tuple((x, y, z) for (x, z), y in zip(joints, sides, strict=True))


@lru_cache(maxsize=1)
def _body() -> dict[str, tuple[tuple[Limb, tuple[int, ...]], ...]]:
    """Return the limbs by what covers them, each with the joints of its stretches."""
    legs = tuple(
        (Limb(line, (0.075, 0.055, 0.042), turns_sharply=True), (first, first + 1))
        for line, first in zip(_legs(), LEGS, strict=True)
    )
    sleeves = tuple(
        (Limb(line[:2], (0.045, 0.035), turns_sharply=True), (first,))
        for line, first in zip(_arms(), ARMS, strict=True)
    )
    forearms = tuple(
        (Limb(line[1:], (0.032, 0.024), turns_sharply=True), (first + 1,))
        for line, first in zip(_arms(), ARMS, strict=True)
    )
    hips = Limb(((0.0, 0.0, 0.53), (0.0, 0.0, 0.62)), (0.085, 0.088), 1.3)
    trunk = Limb(((0.0, 0.0, 0.6), (0.0, 0.0, 0.74), (0.0, 0.0, 0.88)), (0.09, 0.098, 0.075), 1.35)
    neck = Limb(((0.0, 0.0, 0.9), (0.0, 0.0, 0.97)), (0.04, 0.038))
    shoes = tuple((_shoe(_LEG, 0.065 * side), (first + 2,)) for side, first in zip(_SIDES, LEGS, strict=True))
    return {
        "trousers": (*legs, (hips, (HIPS,))),
        "shirt": ((trunk, (TRUNK, TRUNK)), *sleeves),
        "skin": (*forearms, (neck, (HEAD,))),
        "shoes": shoes,
    }


def _shoe(joints: tuple[tuple[float, float], ...], side: float) -> Limb:
    (kx, kz), (x, z) = joints[1:]
    shin = np.array([x - kx, z - kz]) / np.hypot(x - kx, z - kz)
    toe = np.array([-shin[1], shin[0]])  # at a right angle to the shin, ahead
    heel, tip = np.array([x, z]) + 0.02 * shin - 0.03 * toe, np.array([x, z]) + 0.025 * shin + 0.1 * toe
    return Limb(((heel[0], side, heel[1]), (tip[0], side, tip[1])), (0.034, 0.03), 1.1)


@lru_cache(maxsize=1)
def _surface() -> tuple[Patch, ...]:
    """Return trousers, shirt, skin, shoes and hair of a standing child, with the weights of its joints."""
    head = _HEAD_M
    covered = [[_moved_by(limb, joints) for limb, joints in limbs] for limbs in _body().values()]
    covered[2] += [
        _of_head(ball(head, (0.088, 0.076, 0.108), 18)),
        _of_head(ball(head + np.array([0.09, 0.0, -0.012]), (0.016, 0.012, 0.016), 8)),
    ]
    hair = [
        ball(head + np.array([-0.018, 0.0, 0.022]), (0.088, 0.083, 0.1), 18),
        ball(head + np.array([0.03, 0.0, 0.075]), (0.06, 0.07, 0.04), 12),
    ]
    eyes = [ball(head + np.array([0.079, side * 0.03, 0.008]), (0.008, 0.011, 0.008), 8) for side in (1, -1)]
    return (
        *(merge(patches) for patches in covered),
        merge([_of_head(patch) for patch in (*hair, *eyes)]),
    )


def _moved_by(limb: Limb, joints: tuple[int, ...]) -> Patch:
    line = np.asarray(limb.points_m)
    return weighted(limb.patch(12, 4), partial(along, line_m=line, joints=joints, count=JOINTS))


def _of_head(patch: Patch) -> Patch:
    return weighted(patch, partial(only, joint=HEAD, count=JOINTS))


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
    surface, skin, head = _surface(), _rig(values), _HEAD_M
    size, middle = bounds(np.concatenate([patch.positions_m for patch in surface]))
    tags = ("person",)
    if skin is not None:
        (size, middle), tags = room_of(surface, skin), ("person", "skinned")
    skull = Limb(((head[0], 0.0, head[2] - 0.03), (head[0], 0.0, head[2] + 0.03)), (0.075, 0.075)).part()
    limbs = (*_body()["trousers"], *_body()["shirt"])
    parts = (*(limb.part() for limb, _ in limbs), skull)
    density = _MASS_KG / sum(part.volume_m3 for part in parts)
    return Outline(size, middle, parts, density, friction=0.6, restitution=0.1, tags=tags)


def _rig(values: Values) -> Skin | None:
    pose = values.word("pose")
    return skeleton(pose, _arms(), _legs()) if pose in PACES else None


def _paint(values: Values) -> Paint:
    number = values.whole("seed")
    trousers, shirt, skin, shoes, hair = _surface()
    return (
        (trousers, _cloth("trousers", _TROUSERS[number // 2 % len(_TROUSERS)], False)),
        (shirt, _cloth("shirt", _SHIRTS[number % len(_SHIRTS)], number % 3 == 1)),
        (skin, finishes.plastic(rgb(_SKINS[number // 3 % len(_SKINS)]), 0.55)),
        (shoes, finishes.plastic(rgb(("d8d8d4", "23252b", "b03a34")[number % 3]), 0.5)),
        (hair, finishes.paper(rgb(_HAIRS[number // 5 % len(_HAIRS)]))),
    )


FAMILY = Family("child", "person", (choice("pose", "run", POSES), seed()), _outline, _paint, _rig)
