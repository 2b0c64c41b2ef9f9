"""The shipped collision shapes: those of every catalogued model, computed beforehand.

`assets/hulls/<pack>.npz` (written by `scripts/catalogue hulls`) holds the vertices of all convex parts one behind
the other. A shape is found by the key of its recipe, see `Recipe.collision_key`: a changed source or a changed
algorithm has another key and is computed anew. So the physics of a scene neither opens nor decomposes a mesh, and
is the same on every machine.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from simgen.errors import AssetError
from simgen.records.asset import Collision
from simgen.resources import shipped

_NAMES = ("keys", "first_part", "first_vertex", "vertices_m", "center_of_mass_m", "volume_m3")


@dataclass(frozen=True, slots=True, eq=False)
class HullTable:
    """Collision shapes by key.

    Attributes:
        rows: row of each key.
        first_part: (n + 1,) where the parts of each shape begin.
        first_vertex: (parts + 1,) where the vertices of each part begin.
        vertices_m: (vertices, 3) float32.
        center_of_mass_m: (n, 3) float64.
        volume_m3: (n,) float64.
    """

    rows: Mapping[str, int]
    first_part: NDArray[np.int64]
    first_vertex: NDArray[np.int64]
    vertices_m: NDArray[np.float32]
    center_of_mass_m: NDArray[np.float64]
    volume_m3: NDArray[np.float64]

    def get(self, key: str) -> Collision | None:
        """Return the shape of a key, None if it is not in here."""
        row = self.rows.get(key)
        if row is None:
            return None
        borders = self.first_vertex[self.first_part[row] : self.first_part[row + 1] + 1].tolist()
        x, y, z = self.center_of_mass_m[row].tolist()
        return Collision(
            hulls_m=tuple(self.vertices_m[a:b].astype(float) for a, b in pairwise(borders)),
            center_of_mass_m=(x, y, z),
            volume_m3=float(self.volume_m3[row]),
        )


@lru_cache(maxsize=8)
def shipped_hulls(pack: str) -> HullTable | None:
    """Return the shipped shapes of a pack, read once a process; None where there are none.

    Raises:
        AssetError: the file is damaged.
    """
    file = hull_file(shipped("assets"), pack)
    return read_hulls(file) if file.is_file() else None


def hull_file(folder: Path, pack: str) -> Path:
    """Return where the shapes of a pack lie in an `assets` folder."""
    return folder / "hulls" / f"{pack}.npz"


def read_hulls(file: Path) -> HullTable:
    """Return the shapes that `hulls_as_bytes` made.

    Raises:
        AssetError: the file is damaged.
    """
    try:
        with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as arrays:
            keys, first_part, first_vertex, vertices, centers, volumes = (arrays[name] for name in _NAMES)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise AssetError(
            f"{file}: not readable as collision shapes ({error}); install simgen again"
        ) from error
    rows = {bytes(key).hex(): row for row, key in enumerate(keys)}
    return HullTable(rows, first_part, first_vertex, vertices, centers, volumes)


def hulls_as_bytes(shapes: Mapping[str, Collision]) -> bytes:
    """Return shapes by key as the bytes of a file; equal shapes give equal bytes."""
    ordered = sorted(shapes.items())
    parts = [hull for _, shape in ordered for hull in shape.hulls_m]
    out = io.BytesIO()
    np.savez(  # stored, with a fixed date: equal arrays give equal bytes
        out,
        keys=np.array([list(bytes.fromhex(key)) for key, _ in ordered], np.uint8).reshape(-1, 32),
        first_part=np.cumsum([0, *(len(shape.hulls_m) for _, shape in ordered)]),
        first_vertex=np.cumsum([0, *(len(part) for part in parts)]),
        vertices_m=np.concatenate([np.zeros((0, 3)), *parts]).astype(np.float32),
        center_of_mass_m=np.array([shape.center_of_mass_m for _, shape in ordered]).reshape(-1, 3),
        volume_m3=np.array([shape.volume_m3 for _, shape in ordered], float),
    )
    return out.getvalue()
