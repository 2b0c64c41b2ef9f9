"""Where the nodes of a glTF file stand, at rest and in its animations (Khronos, glTF 2.0, sections 3.5 and 3.11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simgen.assets.importers.gltf_buffers import Buffers
from simgen.geometry import FloatArray, matrix_from_quaternion

Moved = Mapping[tuple[int, str], NDArray[np.float64]]  # (node, translation | rotation | scale): its value
_REST = {"translation": (0.0, 0.0, 0.0), "rotation": (0.0, 0.0, 0.0, 1.0), "scale": (1.0, 1.0, 1.0)}
_WALKS = ("walk", "run", "trot", "gallop", "jog")  # names of clips that are taken before others


def parents_of(tree: dict[str, Any]) -> list[int]:
    """Return the node above each node, -1 where there is none."""
    parents = [-1] * len(tree.get("nodes", []))
    for k, node in enumerate(tree.get("nodes", [])):
        for child in node.get("children", []):
            parents[child] = k
    return parents


def shown_nodes(tree: dict[str, Any]) -> list[int]:
    """Return the nodes of the default scene, sorted; all of a file without scenes."""
    nodes, scenes = tree.get("nodes", []), tree.get("scenes", [])
    if not scenes:
        return list(range(len(nodes)))
    waiting = list(scenes[tree.get("scene", 0)].get("nodes", []))
    found: set[int] = set()
    while waiting:
        node = waiting.pop()
        found.add(node)
        waiting.extend(nodes[node].get("children", []))
    return sorted(found)


def world_matrices(tree: dict[str, Any], moved: Moved | None = None) -> FloatArray:
    """Return (n, 4, 4) file coordinates of each node's own, with the values that an animation gives."""
    nodes, parents = tree.get("nodes", []), parents_of(tree)
    worlds: list[FloatArray | None] = [None] * len(nodes)
    for start in range(len(nodes)):
        way = [start]
        while worlds[way[-1]] is None and parents[way[-1]] >= 0:
            way.append(parents[way[-1]])
        for node in reversed(way):
            if worlds[node] is None:
                above = worlds[parents[node]] if parents[node] >= 0 else None
                local = _local(nodes[node], node, moved or {})
                worlds[node] = local if above is None else above @ local
    return np.array(worlds).reshape(-1, 4, 4)


def _local(node: dict[str, Any], index: int, moved: Moved) -> FloatArray:
    if "matrix" in node:
        return np.array(node["matrix"], float).reshape(4, 4).T
    t, r, s = (
        np.array(moved.get((index, name), node.get(name, rest)), float) for name, rest in _REST.items()
    )
    T = np.eye(4)
    x, y, z, w = (r / max(float(np.linalg.norm(r)), 1e-12)).tolist()
    T[:3, :3] = matrix_from_quaternion((w, x, y, z)) * s
    T[:3, 3] = t
    return T


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """How one property of one node changes.

    Attributes:
        times_s: (k,) growing.
        values: (k, 3 or 4); (3 k, ...) of cubic splines: tangent before, value, tangent after.
    """

    node: int
    path: str
    interpolation: str
    times_s: NDArray[np.float64]
    values: NDArray[np.float64]

    def at(self, time_s: float) -> NDArray[np.float64]:
        """Return the value at a time; before the first and after the last key that of the key."""
        times, spline = self.times_s, self.interpolation == "CUBICSPLINE"
        values = self.values[1::3] if spline else self.values
        k = int(np.clip(np.searchsorted(times, time_s, "right") - 1, 0, len(times) - 1))
        if k + 1 == len(times) or time_s <= times[0] or self.interpolation == "STEP":
            return values[k]
        span = float(times[k + 1] - times[k])
        u = (time_s - float(times[k])) / span
        if spline:
            after, before = self.values[3 * k + 2], self.values[3 * k + 3]
            return _hermite(u, values[k], span * after, values[k + 1], span * before)
        return (
            _slerp(u, values[k], values[k + 1]) if self.path == "rotation" else _mixed(u, *values[k : k + 2])
        )


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """One animation."""

    name: str
    duration_s: float
    channels: tuple[Channel, ...]

    def moved_at(self, time_s: float) -> Moved:
        """Return what it changes at a time."""
        return {(c.node, c.path): c.at(time_s) for c in self.channels}


def walking_clip(tree: dict[str, Any], buffers: Buffers) -> Clip | None:
    """Return the animation that is taken: the first whose name says that it walks, else the first; None without any.

    Raises:
        ValueError: it refers to what is not there.
    """
    rows = tree.get("animations", [])
    if not rows:
        return None
    names = [str(row.get("name", "")) for row in rows]
    walks = [k for word in _WALKS for k, name in enumerate(names) if word in name.casefold()]
    row = rows[walks[0] if walks else 0]
    channels = tuple(_channels(row, buffers))
    duration = max((float(c.times_s[-1]) for c in channels), default=0.0)
    return Clip(names[rows.index(row)], duration, channels) if duration > 0 else None


def _channels(row: dict[str, Any], buffers: Buffers) -> list[Channel]:
    channels: list[Channel] = []
    for entry in row["channels"]:
        target, sampler = entry["target"], row["samplers"][entry["sampler"]]
        if "node" not in target or target["path"] not in _REST:
            continue  # weights of morph targets
        kind = sampler.get("interpolation", "LINEAR")
        times = np.asarray(buffers.array(sampler["input"]), float)
        values = np.asarray(buffers.array(sampler["output"]), float)
        if len(values) != len(times) * (3 if kind == "CUBICSPLINE" else 1) or not len(times):
            raise ValueError(f"an animation of {len(times)} times and {len(values)} values")
        if not (np.isfinite(times).all() and np.isfinite(values).all()):
            raise ValueError("an animation holds numbers that are not finite")
        channels.append(Channel(int(target["node"]), str(target["path"]), kind, times, values))
    return channels


def _mixed(u: float, a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    return a + u * (b - a)


def _slerp(u: float, a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    cosine = float(a @ b)
    if cosine < 0:
        b, cosine = -b, -cosine
    if cosine > 0.9995:  # so near that the straight line is the arc
        return _mixed(u, a, b)
    angle = float(np.arccos(cosine))
    return (np.sin((1 - u) * angle) * a + np.sin(u * angle) * b) / np.sin(angle)


def _hermite(
    u: float,
    a: NDArray[np.float64],
    slope_a: NDArray[np.float64],
    b: NDArray[np.float64],
    slope_b: NDArray[np.float64],
) -> NDArray[np.float64]:
    u2, u3 = u * u, u * u * u
    return (
        (2 * u3 - 3 * u2 + 1) * a + (u3 - 2 * u2 + u) * slope_a + (3 * u2 - 2 * u3) * b + (u3 - u2) * slope_b
    )
