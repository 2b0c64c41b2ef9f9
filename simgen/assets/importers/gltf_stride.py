"""How far a body goes in one loop of its animation: what the animation itself goes, or what its feet say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray, invert_rigid

_LOW = 0.15  # share of the height in which feet are looked for (assumed)
_STANDING = 0.02  # of the body's length: less than this is no way
_LEVEL = np.array([0, 2])  # Y is up


class Bound(Protocol):
    """Vertices in the rest pose with the joints that move them."""

    @property
    def positions(self) -> FloatArray:
        """(n, 3)."""
        ...

    @property
    def joints(self) -> NDArray[np.uint8] | None:
        """(n, 4)."""
        ...

    @property
    def weights(self) -> NDArray[np.float32] | None:
        """(n, 4)."""
        ...


def without_drift(poses: FloatArray, parents: Sequence[int]) -> tuple[FloatArray, float]:
    """Return poses (keys, joints, 4, 4) that stay in place, and the level way that they went; 0 where they stood.

    The last of the given poses is at the end of the loop, and is left out.
    """
    roots = [k for k, parent in enumerate(parents) if parent < 0]
    way = np.zeros(3)
    way[_LEVEL] = (poses[-1, roots, :3, 3] - poses[0, roots, :3, 3]).mean(axis=0)[_LEVEL]
    extent = float(np.ptp(poses[0, :, :3, 3], axis=0).max())
    length = float(np.linalg.norm(way))
    kept = poses[:-1].copy()
    if length <= _STANDING * extent:
        return kept, 0.0
    kept[:, :, :3, 3] -= way * (np.arange(len(kept)) / len(kept))[:, None, None]
    return kept, length


def stride_of(pieces: Sequence[Bound], rest: FloatArray, poses: FloatArray) -> float:
    """Return the way of one loop, if the lowest point stands on the ground while the body passes over it.

    Where nothing moves along the ground, as in an animation of standing or flying, it is the body's length.
    """
    clouds = [_feet(piece, rest, poses) for piece in pieces]
    feet = np.concatenate([cloud for cloud in clouds if cloud is not None], axis=1)
    points = np.concatenate([piece.positions for piece in pieces])
    longest = float(np.ptp(points, axis=0).max())
    after = np.roll(feet, -1, axis=0)
    lowest = (feet[..., 1] + after[..., 1]).argmin(axis=1)
    keys = np.arange(len(feet))
    way = float(np.linalg.norm((after[keys, lowest] - feet[keys, lowest])[:, _LEVEL].sum(axis=0)))
    return way if way > _STANDING * longest else longest


def _feet(piece: Bound, rest: FloatArray, poses: FloatArray) -> FloatArray | None:
    """Return (keys, n, 3) the lowest part of a piece in every pose."""
    heights = piece.positions[:, 1]
    low = heights <= heights.min() + _LOW * np.ptp(heights)
    if piece.joints is None or piece.weights is None:
        return None
    moves = poses @ invert_rigid(rest)
    blend = np.einsum("nk,tnkij->tnij", piece.weights[low], moves[:, piece.joints[low], :3, :])
    return np.einsum("tnij,nj->tni", blend[..., :3], piece.positions[low]) + blend[..., 3]
