"""Meshes of a glTF file spelled out: sparse accessors filled in, morph targets added at their weights at rest.

The scene reader takes the numbers of a sparse accessor for those it is built on, and knows no morph targets. So it is
given a file that has neither: the arrays lie in one more buffer (Khronos, "glTF 2.0 Specification", sections 3.6.2.3
and 3.7.2.2). What moves a weight in an animation is left out.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simgen.assets.importers.gltf_buffers import Buffers
from simgen.geometry import FloatArray, unit_rows

_MORPHED = ("POSITION", "NORMAL")  # of what targets may change; the rest stays
_FLOAT = 5126  # component type


def spelled_out(tree: dict[str, Any], buffers: Buffers) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the tree of a checked file that shows the same meshes without sparse accessors and morph targets.

    Accessors that there were keep their places. Notes say what of the morph targets is left out, one line each.

    Raises:
        ValueError: targets, weights or sparse values do not fit what they belong to.
    """
    sparse = [k for k, accessor in enumerate(tree.get("accessors", [])) if "sparse" in accessor]
    has_targets = any(p.get("targets") for mesh in tree.get("meshes", []) for p in mesh["primitives"])
    if not sparse and not has_targets:
        return tree, ()
    arrays = _MoreArrays(tree)
    for k in sparse:
        arrays.replace(k, buffers.stored(k))
    tree, notes = _at_rest(tree, buffers, arrays) if has_targets else (tree, ())
    return arrays.added_to(tree), notes


class _MoreArrays:
    """Accessors of a tree, some of which lie in a buffer that is added to it."""

    def __init__(self, tree: dict[str, Any]) -> None:
        self.accessors: list[dict[str, Any]] = list(tree["accessors"])
        self._view = len(tree.get("bufferViews", []))
        self._pieces: list[bytes] = []
        self._views: list[dict[str, Any]] = []

    def replace(self, accessor: int, values: NDArray[Any]) -> None:
        """Give an accessor other values of its own type."""
        kept = {k: v for k, v in self.accessors[accessor].items() if k not in ("sparse", "byteOffset")}
        self.accessors[accessor] = {**kept, "bufferView": self._lay_down(values)}

    def add(self, vectors: FloatArray) -> int:
        """Return the number of a new accessor of vectors (n, 3)."""
        view = self._lay_down(vectors.astype("<f4"))
        row = {"bufferView": view, "componentType": _FLOAT, "count": len(vectors), "type": "VEC3"}
        self.accessors.append(row)
        return len(self.accessors) - 1

    def added_to(self, tree: dict[str, Any]) -> dict[str, Any]:
        """Return the tree with these accessors and their buffer."""
        data = b"".join(self._pieces)
        uri = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
        buffers = tree.get("buffers", [])
        views = [{**view, "buffer": len(buffers)} for view in self._views]
        return {
            **tree,
            "accessors": self.accessors,
            "bufferViews": [*tree.get("bufferViews", []), *views],
            "buffers": [*buffers, {"uri": uri, "byteLength": len(data)}],
        }

    def _lay_down(self, values: NDArray[Any]) -> int:
        data = values.tobytes()
        start = sum(len(piece) for piece in self._pieces)
        self._views.append({"byteOffset": start, "byteLength": len(data)})
        self._pieces.append(data + bytes(-len(data) % 4))
        return self._view + len(self._views) - 1


def _at_rest(
    tree: dict[str, Any], buffers: Buffers, arrays: _MoreArrays
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the tree with each mesh as its weights at rest shape it, and notes.

    A node may have weights of its own, and then shows a mesh of its own.
    """
    meshes: list[dict[str, Any]] = list(tree["meshes"])
    nodes: list[dict[str, Any]] = [dict(node) for node in tree.get("nodes", [])]
    shown: dict[tuple[int, tuple[float, ...]], int] = {}
    for node in nodes:
        if "mesh" not in node or not any(
            p.get("targets") for p in tree["meshes"][node["mesh"]]["primitives"]
        ):
            continue
        k = int(node["mesh"])
        weights = _weights(node.pop("weights", meshes[k].get("weights")), tree["meshes"][k], f"meshes[{k}]")
        if (k, weights) not in shown:
            shown[k, weights] = len(meshes)
            meshes.append(_shaped(tree["meshes"][k], f"meshes[{k}]", weights, buffers, arrays))
        node["mesh"] = shown[k, weights]
    return {**tree, "meshes": meshes, "nodes": nodes}, tuple(_notes(tree))


def _weights(given: object, mesh: dict[str, Any], place: str) -> tuple[float, ...]:
    """Return the weight of each of a mesh's targets."""
    counts = {len(primitive.get("targets", [])) for primitive in mesh["primitives"]}
    if len(counts) != 1:
        raise ValueError(
            f"{place}: its primitives have {sorted(counts)} morph targets, all must have as many"
        )
    (count,) = counts
    weights = np.zeros(count) if given is None else np.asarray(given, float)
    if weights.shape != (count,) or not np.isfinite(weights).all():
        raise ValueError(f"{place}: {weights.size} weights for {count} morph targets, or one is not finite")
    return tuple(weights.tolist())


def _shaped(
    mesh: dict[str, Any], place: str, weights: Sequence[float], buffers: Buffers, arrays: _MoreArrays
) -> dict[str, Any]:
    primitives: list[dict[str, Any]] = []
    for n, primitive in enumerate(mesh["primitives"]):
        attributes = dict(primitive["attributes"])
        for name in _MORPHED:
            moves = [
                (weight, target[name])
                for weight, target in zip(weights, primitive["targets"], strict=True)
                if weight and name in target
            ]
            if name in attributes and moves:
                moved = _moved(buffers, attributes[name], moves, f"{place}.primitives[{n}].{name}")
                attributes[name] = arrays.add(unit_rows(moved) if name == "NORMAL" else moved)
        primitives.append({**primitive, "attributes": attributes, "targets": []})
    return {**mesh, "primitives": primitives, "weights": []}


def _moved(buffers: Buffers, base: int, moves: Sequence[tuple[float, int]], place: str) -> FloatArray:
    """Return vectors (n, 3) with targets added, each times its weight."""
    total = np.asarray(buffers.array(base), float)
    for weight, accessor in moves:
        by = np.asarray(buffers.array(accessor), float)
        if by.shape != total.shape:
            raise ValueError(f"{place}: a morph target of shape {by.shape} for vertices of {total.shape}")
        total = total + weight * by
    return total


def _notes(tree: dict[str, Any]) -> list[str]:
    """Return what of the morph targets is left out."""
    notes: list[str] = []
    for k, mesh in enumerate(tree["meshes"]):
        others = {name for p in mesh["primitives"] for target in p.get("targets", []) for name in target}
        if left := sorted(others - {*_MORPHED, "TANGENT"}):
            notes.append(f"meshes[{k}]: morph targets of {', '.join(left)} are left out")
    moving = sum(
        channel.get("target", {}).get("path") == "weights"
        for animation in tree.get("animations", [])
        for channel in animation.get("channels", [])
    )
    if moving:
        notes.append(f"animations of morph targets ({moving}) are left out; the meshes stay as at rest")
    return notes
