"""A deer in a gallop, at a walk or standing; its front points along +x.

In a gallop and at a walk it has a skeleton: its legs move with the way that it goes, and stand where it stands still.
Its model stands; where nothing is known of its way it is at the start of its gait.

Sizes are those of a white-tailed doe or young buck (about 0.9 m at the shoulder, 1.6 m long, 50 to 90 kg: Smithsonian
National Museum of Natural History, "Odocoileus virginianus"); poses and colours are assumed.
"""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np

from simgen.assets.procedural import finishes
from simgen.assets.procedural.deer_gait import (
    HEAD,
    PACES,
    PELVIS,
    TAIL,
    hoof_weights,
    leg_weights,
    neck_weights,
    rigid_weights,
    skeleton,
    torso_weights,
)
from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.limbs import Limb, ball, both
from simgen.assets.procedural.meshes import Patch, merge
from simgen.assets.procedural.noise import (
    color_texture,
    fractal_noise,
    grid,
    mix,
    rgb,
    smoothstep,
    value_noise,
)
from simgen.assets.procedural.params import Values, choice, seed
from simgen.assets.procedural.rigs import room_of, weighted
from simgen.assets.procedural.road import bounds
from simgen.records.asset import Material, Skin
from simgen.rng import keyed_generator

POSES = ("gallop", "walk", "stand")
_MASS_KG = 70.0
_COATS = (("7a4f2e", "c9b79c"), ("6b5138", "b8a88f"), ("8a5a33", "d2c3a8"), ("5d4a3a", "a89a86"))

_TORSO = Limb(
    ((-0.56, 0, 0.90), (-0.38, 0, 0.93), (-0.1, 0, 0.88), (0.2, 0, 0.88), (0.42, 0, 0.93), (0.52, 0, 1.0)),
    (0.12, 0.18, 0.18, 0.2, 0.19, 0.13),
    0.78,
)
_NECK = Limb(((0.42, 0, 0.98), (0.57, 0, 1.14), (0.66, 0, 1.3), (0.7, 0, 1.4)), (0.15, 0.1, 0.075, 0.07), 0.8)
_HEAD = Limb(
    ((0.66, 0, 1.41), (0.76, 0, 1.41), (0.88, 0, 1.35), (0.96, 0, 1.31)), (0.07, 0.082, 0.052, 0.034), 0.85
)
_EAR = Limb(((0.68, 0.06, 1.46), (0.66, 0.12, 1.53), (0.65, 0.17, 1.58)), (0.012, 0.034, 0.008), 0.5)
_TAIL = Limb(((-0.6, 0, 0.96), (-0.7, 0, 0.99), (-0.8, 0, 0.94)), (0.05, 0.05, 0.015), 1.3)
_ANTLER = (
    Limb(
        ((0.7, 0.03, 1.47), (0.66, 0.1, 1.6), (0.7, 0.17, 1.72), (0.8, 0.16, 1.8)),
        (0.016, 0.014, 0.011, 0.005),
    ),
    Limb(((0.67, 0.12, 1.63), (0.74, 0.13, 1.72)), (0.011, 0.004)),
    Limb(((0.69, 0.16, 1.69), (0.64, 0.19, 1.78)), (0.01, 0.004)),
)
_FORE_M, _HIND_M = (0.085, 0.05, 0.03, 0.026), (0.13, 0.075, 0.035, 0.026)
# Joints (x, z) of left fore, right fore, left hind and right hind leg: hip, knee, hock, hoof; of forelegs likewise.
_LEGS = (
    ((0.4, 0.86), (0.37, 0.58), (0.4, 0.34), (0.39, 0.035)),
    ((0.4, 0.86), (0.37, 0.58), (0.38, 0.34), (0.36, 0.035)),
    ((-0.42, 0.88), (-0.36, 0.62), (-0.52, 0.38), (-0.48, 0.035)),
    ((-0.42, 0.88), (-0.38, 0.62), (-0.54, 0.38), (-0.52, 0.035)),
)


def _legs() -> tuple[Limb, ...]:
    legs = list[Limb]()
    for k, joints in enumerate(_LEGS):
        side = 0.105 if k % 2 == 0 else -0.105
        inward = (1.0, 1.0, 0.9, 0.85)
        points = tuple((x, side * share, z) for (x, z), share in zip(joints, inward, strict=True))
        legs.append(Limb(points, _FORE_M if k < 2 else _HIND_M, 0.75, turns_sharply=True))
    return tuple(legs)


def _hoof(leg: Limb) -> Limb:
    knee, hoof = np.asarray(leg.points_m[-2]), np.asarray(leg.points_m[-1])
    way = (hoof - knee) / np.linalg.norm(hoof - knee)
    start, end = hoof - 0.02 * way, hoof + 0.008 * way
    return Limb(((start[0], start[1], start[2]), (end[0], end[1], end[2])), (0.03, 0.032), 0.8)


@lru_cache(maxsize=2)
def _surface(antlers: str) -> tuple[Patch, Patch, Patch, Patch]:
    """Return coat, pale parts, dark parts and antlers of a standing deer, with the weights of its joints."""
    legs = _legs()
    coat = merge([
        weighted(_TORSO.patch(16), torso_weights),
        weighted(_NECK.patch(12), lambda points: neck_weights(points, np.asarray(_NECK.points_m))),
        *(_of(HEAD, limb.patch(sides)) for limb, sides in ((_HEAD, 12), *((ear, 8) for ear in both((_EAR,))))),
        *(_leg(k, leg.patch(8, 4), leg) for k, leg in enumerate(legs)),
    ])  # fmt: skip
    pale = merge([
        _of(TAIL, _TAIL.patch(8)),
        _of(PELVIS, ball((-0.6, 0, 0.87), (0.06, 0.1, 0.12))),
        _of(HEAD, ball((0.79, 0, 1.335), (0.1, 0.045, 0.04))),
    ])  # fmt: skip
    eyes = [ball((0.79, side * 0.07, 1.425), (0.014, 0.01, 0.014), 8) for side in (1, -1)]
    muzzle = ball((0.99, 0, 1.315), (0.024, 0.026, 0.022), 8)
    hooves = [weighted(_hoof(leg).patch(8, 2), partial(hoof_weights, k=k)) for k, leg in enumerate(legs)]
    dark = merge([*(_of(HEAD, patch) for patch in (muzzle, *eyes)), *hooves])
    horns = both(_ANTLER) if antlers == "small" else ()
    horn = merge([_of(HEAD, limb.patch(6, 4)) for limb in horns]) if horns else dark
    return coat, pale, dark, horn


def _of(joint: int, patch: Patch) -> Patch:
    return weighted(patch, partial(rigid_weights, joint=joint))


def _leg(k: int, patch: Patch, leg: Limb) -> Patch:
    return weighted(patch, partial(leg_weights, k=k, line_m=np.asarray(leg.points_m)))


@lru_cache(maxsize=len(_COATS))
def _coat(kind: int) -> Material:
    """Return fur: dark along the back, pale under the belly (u = 0 is up, 0.5 down)."""
    shape = (256, 256)
    rng = keyed_generator("deer", kind)
    u, _ = grid(shape)
    down = 1.0 - np.abs(2 * u - 1.0)
    hair, cloud = value_noise(rng, shape, (60, 128)), fractal_noise(rng, shape, (6, 6), 4)
    back, belly = (rgb(color) for color in _COATS[kind % len(_COATS)])
    color = mix(back, belly, smoothstep(0.72, 0.95, down + 0.12 * (cloud - 0.5)))
    color = (
        color
        * (1.0 - 0.3 * smoothstep(0.16, 0.0, down)[..., None])
        * (0.78 + 0.3 * hair + 0.14 * cloud)[..., None]
    )
    return Material(
        name="coat",
        base_color_rgb=(1, 1, 1),
        roughness=0.85,
        base_color_map=color_texture(color),
        double_sided=False,
    )


def _outline(values: Values) -> Outline:
    surface, skin = _surface(values.word("antlers")), _rig(values)
    size, middle = bounds(np.concatenate([patch.positions_m for patch in surface]))
    tags = ("animal",)
    if skin is not None:
        (size, middle), tags = room_of(surface, skin), ("animal", "skinned")
    parts = tuple(limb.part() for limb in (_TORSO, _NECK, _HEAD, *_legs()))
    density = _MASS_KG / sum(part.volume_m3 for part in parts)
    return Outline(size, middle, parts, density, friction=0.6, restitution=0.1, tags=tags)


def _rig(values: Values) -> Skin | None:
    pose = values.word("pose")
    return skeleton(pose, tuple(leg.points_m for leg in _legs())) if pose in PACES else None


def _paint(values: Values) -> Paint:
    coat, pale, dark, horn = _surface(values.word("antlers"))
    fur = _coat(values.whole("seed") % len(_COATS))
    looks = ((coat, fur), (pale, finishes.paper(rgb("cfc4b2"))), (dark, finishes.plastic(rgb("1b1714"), 0.4)))
    horned = values.word("antlers") == "small"
    return (*looks, (horn, finishes.paper(rgb("6e5a42")))) if horned else looks


FAMILY = Family(
    "deer",
    "deer",
    (choice("pose", "gallop", POSES), choice("antlers", "none", ("none", "small")), seed()),
    _outline,
    _paint,
    _rig,
)
