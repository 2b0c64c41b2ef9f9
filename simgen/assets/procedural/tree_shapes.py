"""Trees and bushes as triangles: tapered trunks and limbs, and crowns of cut-out sprays of leaves.

A crown's sprays carry the normals of the round body they belong to, so that it is lit like one soft volume instead of a
heap of cards (a practice common in games). A tree of the roadside has about 450 triangles, a far one 90.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simgen.assets.procedural.foliage import LEAVES, bark, leaves, needles, spruce_side
from simgen.assets.procedural.meshes import Patch, merge
from simgen.geometry import FloatArray
from simgen.records.asset import Material
from simgen.rng import keyed_generator

SHAPES = 3  # of every kind; seeds beyond share one
KINDS = ("broad", "spruce", "bush")


@dataclass(frozen=True, slots=True, eq=False)
class Plant:
    """One plant, its foot at the origin, as high as it is.

    Attributes:
        wood: trunk and limbs.
        crown: sprays.
        bark: of the wood.
        leaf: of the crown.
        trunk_m: radius at the foot.
        height_m: of the whole plant.
    """

    wood: Patch
    crown: Patch
    bark: Material
    leaf: Material
    trunk_m: float
    height_m: float


@lru_cache(maxsize=2 * len(KINDS) * SHAPES)
def plant(kind: str, shape: int, fine: bool) -> Plant:
    """Return one of the shapes of a kind; `fine` for plants near the road."""
    rng = keyed_generator("plant", kind, shape)
    return {"broad": _broad, "spruce": _spruce, "bush": _bush}[kind](rng, shape, fine)


def _broad(rng: np.random.Generator, shape: int, fine: bool) -> Plant:
    """Return a broad-leaved tree: trunk and boughs that carry a crown of sprays; metres, foot at the origin."""
    high = float(rng.uniform(8.5, 12.5))
    trunk = 0.022 * high
    fork = np.array([*rng.normal(0, 0.25, 2), 0.3 * high])
    top = np.array([*rng.normal(0, 0.4, 2), 0.82 * high])
    middle, radii = np.array([*(0.5 * (fork + top)[:2]), 0.62 * high]), np.array([0.3, 0.3, 0.37]) * high
    spine = np.array([[0.0, 0.0, -0.1], fork / 2, fork, (fork + top) / 2, top])
    wood = [tapered(spine, np.array([1.35, 1.0, 0.85, 0.5, 0.2]) * trunk, 7 if fine else 4)]
    if fine:
        for _ in range(6):
            way = rng.normal(0, 1, 3) * (1, 1, 0.5)
            end = middle + 0.75 * radii * way / np.linalg.norm(way)
            wood.append(
                tapered(
                    np.array([fork, (fork + end) / 2 + (0, 0, 0.3), end]),
                    np.array([0.4, 0.25, 0.08]) * trunk,
                    4,
                )
            )
    crown = _sprays(rng, middle, radii, 120 if fine else 22, 0.2 * high if fine else 0.38 * high)
    return Plant(merge(wood), crown, bark(0), leaves(shape % len(LEAVES)), trunk, high)


def _bush(rng: np.random.Generator, shape: int, fine: bool) -> Plant:
    high = float(rng.uniform(1.4, 2.6))
    middle, radii = np.array([0.0, 0.0, 0.4 * high]), np.array([0.6, 0.6, 0.48]) * high
    crown = _sprays(rng, middle, radii, 40 if fine else 10, 0.5 * high if fine else 0.8 * high, -0.9)
    stem = tapered(np.array([[0.0, 0.0, -0.1], [0.0, 0.0, 0.6 * high]]), np.array([0.04, 0.02]), 4)
    return Plant(stem, crown, bark(0), leaves((shape + 1) % len(LEAVES)), 0.04, high)


def _spruce(rng: np.random.Generator, shape: int, fine: bool) -> Plant:
    """Return a spruce: rings of hanging boughs about a straight trunk, two crossed cards where it is not `fine`."""
    high = float(rng.uniform(10.0, 15.0))
    trunk = 0.016 * high
    wood = tapered(
        np.array([[0.0, 0.0, -0.1], [0.0, 0.0, 0.96 * high]]), np.array([trunk, 0.02]), 6 if fine else 4
    )
    if not fine:
        return Plant(wood, _crossed(high), bark(1), spruce_side(shape % 2), trunk, high)
    cards, rings = list[Patch](), 17
    for k in range(rings):
        share = (k / (rings - 1)) ** 0.85  # closer to each other towards the top, where boughs are short
        count = 8 - int(4 * share)
        for n in range(count):
            turn = 2 * np.pi * (n + 0.5 * (k % 2) + rng.uniform(-0.3, 0.3)) / count
            reach = (0.2 * (1 - share) + 0.035) * high * rng.uniform(0.75, 1.15)
            z = (0.12 + 0.85 * share) * high + 0.025 * high * rng.uniform(-1.0, 1.0) * (1 - share)
            cards.append(_bough(turn, z, reach, 0.5 + 0.35 * share))
    return Plant(wood, both_sides(merge(cards)), bark(1), needles(shape % 2), trunk, high)


def _crossed(high: float) -> Patch:
    """Return three upright cards through the trunk, each a picture of the whole tree."""
    cards = list[Patch]()
    for turn in np.arange(3) * np.pi / 3:
        side = 0.25 * high * np.array([np.cos(turn), np.sin(turn), 0.0])
        face, up = np.array([np.sin(turn), -np.cos(turn), 0.0]), np.array([0.0, 0.0, high])
        corners = np.array([-side, side, side + up, up - side])
        out = np.array([-1.0, 1.0, 1.0, -1.0])[:, None] * side / (0.25 * high)
        normals = 0.5 * face + 0.6 * out + np.array([0.0, 0.0, 0.5])
        normals /= np.linalg.norm(normals, axis=1)[:, None]
        uvs = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
        cards.append(_facing(Patch(corners, normals, uvs, np.array([[0, 1, 2], [0, 2, 3]]))))
    return both_sides(merge(cards))


def _bough(turn: float, z: float, reach: float, droop: float) -> Patch:
    """Return a branch of a spruce: a card that runs outwards and droops, roofed over its middle."""
    out, side = np.array([np.cos(turn), np.sin(turn), 0.0]), np.array([-np.sin(turn), np.cos(turn), 0.0])
    tip = np.array([0.0, 0.0, z - droop * reach]) + reach * out
    root, half = np.array([0.0, 0.0, z]), 0.48 * reach * side
    sag = np.array([0.0, 0.0, -0.3 * reach])
    corners = np.array(
        [root - half * 0.7 + sag, tip - half + sag, root, tip, root + half * 0.7 + sag, tip + half + sag]
    )
    uvs = np.array([[0, 0], [1, 0], [0, 0.5], [1, 0.5], [0, 1], [1, 1]], float)
    normal = np.array([0.0, 0.0, 0.75]) + 0.65 * out
    normals = np.array([normal - 0.45 * side] * 2 + [normal] * 2 + [normal + 0.45 * side] * 2)
    order = [0, 1, 3, 2, 2, 3, 5, 4]  # two halves, each with its own corners, for each has its own plane
    triangles = np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7]])
    normals = normals / np.linalg.norm(normals, axis=1)[:, None]
    return _facing(Patch(corners[order], normals[order], uvs[order], triangles))


def _sprays(
    rng: np.random.Generator,
    middle: FloatArray,
    radii: FloatArray,
    count: int,
    size: float,
    lowest: float = -0.55,
) -> Patch:
    """Return cards all over a rounded body, turned at random about its outward direction."""
    way = rng.normal(0, 1, (count, 3))
    way /= np.linalg.norm(way, axis=1)[:, None]
    way[:, 2] = np.where(way[:, 2] < lowest, -way[:, 2], way[:, 2])  # the crown of a tree is open underneath
    lumps = 0.86 + 0.2 * np.sin(3.1 * way[:, 0] + 2.3 * way[:, 1] + rng.uniform(0, 6)) * np.cos(
        2.7 * way[:, 2] + 1.0
    )
    depth = np.where(rng.random(count) < 0.7, rng.uniform(0.82, 1.0, count), rng.uniform(0.35, 0.8, count))
    centers = middle + way * radii * (depth * lumps)[:, None]
    facing = way + rng.normal(0, 0.55, (count, 3))
    facing /= np.linalg.norm(facing, axis=1)[:, None]
    spin = rng.normal(0, 1, (count, 3))
    side = np.cross(facing, spin)
    side /= np.linalg.norm(side, axis=1)[:, None]
    up = np.cross(facing, side)
    half = (size / 2 * rng.uniform(0.75, 1.2, count))[:, None]
    corners = np.stack(
        [centers + half * (u * side + v * up) for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1))], axis=1
    )
    soft = (corners - (middle - np.array([0, 0, 0.35]) * radii)) / radii
    soft /= np.linalg.norm(soft, axis=-1, keepdims=True)
    uvs = np.tile([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]], (count, 1))
    first = 4 * np.arange(count)[:, None]
    triangles = np.concatenate([first + np.array([0, 1, 2]), first + np.array([0, 2, 3])])
    return both_sides(_facing(Patch(corners.reshape(-1, 3), soft.reshape(-1, 3), uvs, triangles)))


def _facing(patch: Patch) -> Patch:
    """Return the patch with every triangle wound to the side its normals point to."""
    p, q, r = (patch.positions_m[patch.triangles[:, k]] for k in range(3))
    along = np.sum(np.cross(q - p, r - p) * patch.normals[patch.triangles].sum(axis=1), axis=1)
    triangles = np.where((along < 0)[:, None], patch.triangles[:, ::-1], patch.triangles)
    return Patch(patch.positions_m, patch.normals, patch.uvs, triangles)


def both_sides(front: Patch) -> Patch:
    """Return cards together with their backs, which are lit by normals mirrored in the plane of the card."""
    corners, normals = (
        front.positions_m[front.triangles],
        front.normals[front.triangles],
    )  # each triangle has its own
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    flat /= np.linalg.norm(flat, axis=1)[:, None]
    mirrored = normals - 2 * np.sum(normals * flat[:, None], axis=2, keepdims=True) * flat[:, None]
    triangles = np.arange(corners.shape[0] * 3).reshape(-1, 3)[:, ::-1]
    uvs = front.uvs[front.triangles].reshape(-1, 2)
    back = Patch(corners.reshape(-1, 3), mirrored.reshape(-1, 3), uvs, triangles)
    return merge([front, back])


def tapered(path_m: FloatArray, radii_m: FloatArray, sides: int) -> Patch:
    """Return an open round branch along a path (n, 3), with a radius at each of its points."""
    tangents = np.gradient(path_m, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1)[:, None]
    across = np.cross(tangents, (0.31, 0.87, 0.38))
    across /= np.linalg.norm(across, axis=1)[:, None]
    other = np.cross(tangents, across)
    angle = np.linspace(0.0, 2 * np.pi, sides + 1)
    normals = np.cos(angle)[None, :, None] * across[:, None] + np.sin(angle)[None, :, None] * other[:, None]
    normals[:, -1] = normals[:, 0]
    positions = path_m[:, None] + radii_m[:, None, None] * normals
    arc = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path_m, axis=0), axis=1))])
    uvs = np.stack(np.broadcast_arrays(angle[None] / (2 * np.pi), arc[:, None] / 1.5), axis=-1)
    n = sides + 1
    a = (np.arange(len(path_m) - 1)[:, None] * n + np.arange(sides)).ravel()
    triangles = np.concatenate(
        [np.column_stack([a, a + 1, a + n + 1]), np.column_stack([a, a + n + 1, a + n])]
    )
    return _facing(Patch(positions.reshape(-1, 3), normals.reshape(-1, 3), uvs.reshape(-1, 2), triangles))
