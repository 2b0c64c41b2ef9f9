"""Hulls as a Wavefront OBJ: the only way Bullet takes a compound of several convex hulls."""

from __future__ import annotations

from collections.abc import Sequence

from simgen.geometry import FloatArray
from simgen.simulation.shapes import drawn_in


def hulls_to_obj(hulls: Sequence[FloatArray]) -> str:
    """Return a Wavefront OBJ with one group a hull; Bullet takes the convex hull of the vertices its faces name."""
    lines: list[str] = []
    first = 1
    for index, hull in enumerate(hulls):
        lines.append(f"o hull{index}")
        lines.extend(f"v {x:.9g} {y:.9g} {z:.9g}" for x, y, z in drawn_in(hull).tolist())
        last = first + len(hull) - 1
        lines.extend(f"f {i} {min(i + 1, last)} {min(i + 2, last)}" for i in range(first, last + 1, 3))
        first = last + 1
    return "\n".join(lines) + "\n"
