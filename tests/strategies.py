"""Hypothesis strategies for what the whole package speaks of: rotations, poses, cameras."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from simgen.camera import Intrinsics
from simgen.geometry import Pose, Quat, Vec3


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Finite floats in [low, high]."""
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


def vectors(bound: float = 10.0) -> st.SearchStrategy[Vec3]:
    """Vectors with every component in [-bound, bound]."""
    return st.tuples(numbers(-bound, bound), numbers(-bound, bound), numbers(-bound, bound))


def unit_vectors() -> st.SearchStrategy[Vec3]:
    """Directions, none near the zero vector before normalising."""
    return vectors(1.0).filter(lambda v: float(np.linalg.norm(v)) > 0.1).map(_unit)


def quaternions() -> st.SearchStrategy[Quat]:
    """Unit quaternions (w, x, y, z), of either sign."""
    part = numbers(-1.0, 1.0)
    drawn = st.tuples(part, part, part, part).filter(lambda q: float(np.linalg.norm(q)) > 0.1)
    return drawn.map(lambda q: tuple(float(c) for c in np.array(q) / np.linalg.norm(q)))


def poses(bound_m: float = 10.0) -> st.SearchStrategy[Pose]:
    """Rigid transforms with an origin inside a cube."""
    return st.builds(Pose, vectors(bound_m), quaternions())


@st.composite
def cameras(draw: st.DrawFn, max_px: int = 640) -> Intrinsics:
    """Pinholes with pixels that need not be square and a principal point that need not be central."""
    width, height = draw(st.integers(16, max_px)), draw(st.integers(16, max_px))
    fx = width * draw(numbers(0.5, 3.0))
    cx, cy = width * draw(numbers(0.2, 0.8)), height * draw(numbers(0.2, 0.8))
    return Intrinsics(width, height, fx, fx * draw(numbers(0.7, 1.4)), cx, cy)


def _unit(v: Vec3) -> Vec3:
    x, y, z = (float(c) for c in np.array(v) / np.linalg.norm(v))
    return (x, y, z)
