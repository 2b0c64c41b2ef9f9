"""Skeletons of glTF files: joints, the vertices they move, and one animation as a gait (glTF 2.0, section 3.7.3).

A file's animation runs with time, a gait with the way that a body goes: one loop of the animation is one stride. The
rest pose is the one that the skin is bound in. Joints are rigid: what an animation scales is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simgen.assets.importers.gltf_buffers import Buffers
from simgen.assets.importers.gltf_nodes import Clip, parents_of, walking_clip, world_matrices
from simgen.assets.importers.gltf_stride import stride_of, without_drift
from simgen.geometry import FloatArray, invert_rigid, quaternion_from_matrix, unit_rows
from simgen.records.asset import Gait, Skin
from simgen.skinning import INFLUENCES, MOST_JOINTS

KEYS = 32  # of a gait, evenly over the loop


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Vertices of one primitive at one node.

    Attributes:
        positions: (n, 3) as the primitive has them; in `Rigged` in the file's coordinates, in the rest pose.
        normals: (n, 3), likewise.
        attributes: accessors of the primitive by name.
        joints: (n, 4) indices into the skeleton; None without one.
        weights: (n, 4) summing to 1.
    """

    node: int
    positions: FloatArray
    normals: FloatArray
    attributes: dict[str, int]
    joints: NDArray[np.uint8] | None = None
    weights: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Rigged:
    """The pieces of a file in one pose, and what moves them.

    Attributes:
        skin: in the file's coordinates and units; None where no animation moves the file's skins.
        notes: what was left out, one line each.
    """

    pieces: tuple[Piece, ...]
    skin: Skin | None
    notes: tuple[str, ...] = ()


def rigged(tree: dict[str, Any], buffers: Buffers, pieces: Sequence[Piece]) -> Rigged:
    """Return the pieces of a file that has skins: moved by its animation, or as its nodes stand where it has none.

    Raises:
        ValueError: skin, weights or animation do not fit together.
    """
    clip = walking_clip(tree, buffers)
    joints = _Joints(tree, buffers, clip)
    bound = [joints.bind(piece) for piece in pieces]
    if clip is None:
        return Rigged(
            tuple(joints.standing(piece, *pair) for piece, pair in zip(pieces, bound, strict=True)), None
        )
    new_index, kept, notes = joints.chosen(bound)
    moved: list[Piece] = []
    for piece, (entries, weights) in zip(pieces, bound, strict=True):
        positions, normals = joints.at_rest(piece)
        most, shares = _largest(new_index[entries], weights)
        moved.append(Piece(piece.node, positions, normals, piece.attributes, most, shares))
    return Rigged(tuple(moved), joints.skin(kept, moved, clip), notes)


class _Joints:
    """Every joint of every skin of a file, and every node that a piece without skin stands at."""

    def __init__(self, tree: dict[str, Any], buffers: Buffers, clip: Clip | None) -> None:
        self._tree, self._buffers = tree, buffers
        self._parents = parents_of(tree)
        self._worlds = world_matrices(tree)
        ends = () if clip is None else np.arange(KEYS + 1) * clip.duration_s / KEYS
        self._moving = [world_matrices(tree, clip.moved_at(t)) for t in ends] if clip else []
        self._nodes: list[int] = []
        self._rest: list[FloatArray] = []
        self._unbind: list[FloatArray] = []  # from file coordinates at rest to the node's own
        self._of_skin: dict[int, tuple[FloatArray, NDArray[np.intp], FloatArray]] = {}
        self._of_node: dict[int, int] = {}

    def bind(self, piece: Piece) -> tuple[NDArray[np.intp], FloatArray]:
        """Return joints (n, k) of a piece's vertices and their weights (n, k)."""
        skin, sets = self._skin_of(piece), [n for n in range(8) if f"JOINTS_{n}" in piece.attributes]
        if skin is None:
            entry = self._node_entry(piece.node)
            shape = (len(piece.positions), 1)
            return np.full(shape, entry, np.intp), np.ones(shape)
        _, entries, _ = self._skin_entries(skin)
        named = np.hstack([self._per_vertex(piece, f"JOINTS_{n}").astype(np.intp) for n in sets])
        weights = np.hstack([self._per_vertex(piece, f"WEIGHTS_{n}").astype(float) for n in sets])
        if named.size and named.max() >= len(entries):
            raise ValueError(f"a vertex names joint {named.max()} of {len(entries)}")
        if not (np.isfinite(weights).all() and (weights >= 0).all() and (weights.sum(axis=1) > 0).all()):
            raise ValueError("a vertex has weights that are negative, not finite or all zero")
        return entries[named], weights / weights.sum(axis=1, keepdims=True)

    def _skin_of(self, piece: Piece) -> int | None:
        """Return the skin that a piece has weights for."""
        return self._tree["nodes"][piece.node].get("skin") if "JOINTS_0" in piece.attributes else None

    def _per_vertex(self, piece: Piece, name: str) -> NDArray[Any]:
        if name not in piece.attributes:
            raise ValueError(f"a primitive lacks {name}")
        values = self._buffers.array(piece.attributes[name])
        if values.shape != (len(piece.positions), 4):
            raise ValueError(f"{name} has the shape {values.shape}, not {(len(piece.positions), 4)}")
        return values

    def _skin_entries(self, skin: int) -> tuple[FloatArray, NDArray[np.intp], FloatArray]:
        """Return (file coordinates of what is bound, entry of each joint, inverse bind matrices) of a skin."""
        if skin not in self._of_skin:
            row = self._tree["skins"][skin]
            nodes = [int(node) for node in row["joints"]]
            if not nodes or not all(0 <= node < len(self._parents) for node in nodes):
                raise ValueError(f"skins[{skin}] names joints that are not there")
            unbind = np.tile(np.eye(4), (len(nodes), 1, 1))
            if "inverseBindMatrices" in row:
                unbind = np.asarray(self._buffers.array(row["inverseBindMatrices"]), float)
            if unbind.shape != (len(nodes), 4, 4) or not np.isfinite(unbind).all():
                raise ValueError(f"skins[{skin}] of {len(nodes)} joints has {len(unbind)} bind matrices")
            T_file_bound = self._worlds[nodes[0]] @ unbind[0]
            T_bound_file = np.linalg.inv(T_file_bound)
            entries = [
                self._add(node, _rigid(T_file_bound @ np.linalg.inv(inverse)), inverse @ T_bound_file)
                for node, inverse in zip(nodes, unbind, strict=True)
            ]
            self._of_skin[skin] = T_file_bound, np.array(entries, np.intp), unbind
        return self._of_skin[skin]

    def _node_entry(self, node: int) -> int:
        if node not in self._of_node:
            world = self._worlds[node]
            self._of_node[node] = self._add(node, _rigid(world), np.linalg.inv(world))
        return self._of_node[node]

    def _add(self, node: int, rest: FloatArray, unbind: FloatArray) -> int:
        for k, known in enumerate(self._nodes):
            if known == node and np.allclose(self._unbind[k], unbind, atol=1e-6):
                return k
        self._nodes.append(node)
        self._rest.append(rest)
        self._unbind.append(unbind)
        return len(self._nodes) - 1

    def at_rest(self, piece: Piece) -> tuple[FloatArray, FloatArray]:
        """Return positions and normals of a piece in the rest pose."""
        skin = self._skin_of(piece)
        T = self._worlds[piece.node] if skin is None else self._skin_entries(skin)[0]
        return piece.positions @ T[:3, :3].T + T[:3, 3], unit_rows(piece.normals @ np.linalg.inv(T[:3, :3]))

    def standing(self, piece: Piece, entries: NDArray[np.intp], weights: FloatArray) -> Piece:
        """Return a piece as the nodes of the file stand."""
        positions, normals = self.at_rest(piece)
        moves = np.array([self._worlds[n] @ u for n, u in zip(self._nodes, self._unbind, strict=True)])
        blend = np.einsum("nk,nkij->nij", weights, moves[entries][..., :3, :])
        positions = np.einsum("nij,nj->ni", blend[..., :3], positions) + blend[..., 3]
        return Piece(
            piece.node,
            positions,
            unit_rows(np.einsum("nij,nj->ni", blend[..., :3], normals)),
            piece.attributes,
        )

    def chosen(
        self, bound: Sequence[tuple[NDArray[np.intp], FloatArray]]
    ) -> tuple[NDArray[np.intp], list[int], tuple[str, ...]]:
        """Return (new index of each joint, the joints that are kept, parents first, notes)."""
        load = np.zeros(len(self._nodes))
        for entries, weights in bound:
            np.add.at(load, entries, weights)
        goes_to = np.arange(len(load))
        kept = sorted(np.flatnonzero(load > 0).tolist(), key=lambda k: (self._depth(self._nodes[k]), k))
        count = len(kept)
        while len(kept) > MOST_JOINTS:
            above = self._above(kept)
            leaves = [k for k in kept if k not in above.values() and above[k] >= 0]
            if not leaves:
                raise ValueError(
                    f"a skeleton of {count} joints that hang on nothing; at most {MOST_JOINTS} are read"
                )
            least = min(leaves, key=lambda k: (load[k], k))
            load[above[least]] += load[least]
            goes_to[goes_to == least] = above[least]
            kept.remove(least)
        place = {k: n for n, k in enumerate(kept)}
        new_index = np.array([place.get(int(k), 0) for k in goes_to], np.intp)
        note = f"of {count} joints {len(kept)} are kept; the outermost move with what they hang on"
        return new_index, kept, (note,) if count > len(kept) else ()

    def _depth(self, node: int) -> int:
        depth = 0
        while (node := self._parents[node]) >= 0:
            depth += 1
        return depth

    def _above(self, kept: Sequence[int]) -> dict[int, int]:
        """Return for each joint the nearest kept one above its node, -1 where there is none."""
        by_node: dict[int, int] = {}
        for k in kept:
            by_node.setdefault(self._nodes[k], k)
        above: dict[int, int] = {}
        for k in kept:
            node = self._parents[self._nodes[k]]
            while node >= 0 and node not in by_node:
                node = self._parents[node]
            above[k] = by_node[node] if node >= 0 else -1
        return above

    def skin(self, kept: list[int], pieces: Sequence[Piece], clip: Clip) -> Skin:
        """Return the skeleton, with the animation as its gait."""
        above = self._above(kept)
        parents = tuple(kept.index(above[k]) if above[k] >= 0 else -1 for k in kept)
        rest = np.array([self._rest[k] for k in kept])
        poses = np.array([[self._pose(worlds, k) for k in kept] for worlds in self._moving])
        poses, drift_m = without_drift(poses, parents)
        stride = drift_m or stride_of(pieces, rest, poses)
        turns, shifts = _local_moves(rest, poses, parents)
        names = [
            str(self._tree["nodes"][self._nodes[k]].get("name", f"joint_{n}")) for n, k in enumerate(kept)
        ]
        return Skin(tuple(names), parents, rest, Gait(stride, stride / clip.duration_s, turns, shifts))

    def _pose(self, worlds: FloatArray, k: int) -> FloatArray:
        return _rigid(worlds[self._nodes[k]] @ self._unbind[k] @ self._rest[k])


def _local_moves(
    rest: FloatArray, poses: FloatArray, parents: Sequence[int]
) -> tuple[FloatArray, FloatArray]:
    """Return turns (keys, joints, 4) wxyz and shifts (keys, joints, 3) of joints in their own rest frames."""
    turns, shifts = np.zeros((*poses.shape[:2], 4)), np.zeros((*poses.shape[:2], 3))
    for k, parent in enumerate(parents):
        still = rest[k] if parent < 0 else invert_rigid(rest[parent]) @ rest[k]
        last = np.array([1.0, 0.0, 0.0, 0.0])
        for key, pose in enumerate(poses):
            local = pose[k] if parent < 0 else invert_rigid(pose[parent]) @ pose[k]
            turn = np.array(quaternion_from_matrix(still[:3, :3].T @ local[:3, :3]))
            last = turn if turn @ last >= 0 else -turn  # the shorter way from key to key
            turns[key, k], shifts[key, k] = last, local[:3, 3] - still[:3, 3]
    return turns, shifts


def _rigid(T: FloatArray) -> FloatArray:
    """Return the rigid transform nearest to an affine one (polar decomposition)."""
    u, _, v = np.linalg.svd(T[:3, :3])
    rigid = np.eye(4)
    rigid[:3, :3] = (u * (1.0, 1.0, np.sign(np.linalg.det(u @ v)))) @ v
    rigid[:3, 3] = T[:3, 3]
    return rigid


def _largest(entries: NDArray[np.intp], weights: FloatArray) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return the four largest of each vertex's weights and their joints, summing to 1 again."""
    if weights.shape[1] < INFLUENCES:
        missing = ((0, 0), (0, INFLUENCES - weights.shape[1]))
        entries, weights = np.pad(entries, missing), np.pad(weights, missing)
    order = np.argsort(-weights, axis=1, kind="stable")[:, :INFLUENCES]
    shares = np.take_along_axis(weights, order, axis=1)
    shares = shares / shares.sum(axis=1, keepdims=True)
    return np.take_along_axis(entries, order, axis=1).astype(np.uint8), shares.astype(np.float32)
