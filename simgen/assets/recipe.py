"""How a file becomes an asset; together with the file's bytes it decides the result."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from typing import Literal

from simgen.geometry import Quat, Vec3

IMPORTER_VERSION = 8  # raise with every change of the importers or levels that changes their result
COLLISION_VERSION = 2  # likewise for collision shapes; then run `scripts/catalogue hulls`
CollisionMode = Literal["auto", "hull", "decompose"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to do to a file's model.

    Attributes:
        size_m: extent (x, y, z) to scale each axis to, after all rotations; None keeps the file's units.
        unit_m: metres per file unit where `size_m` is None.
        file_rotation: 3x3, row by row, applied first, in the file's own axes.
        up: rotation (w, x, y, z) applied last, in the Z-up frame, to the upright pose.
        collision: `hull` one convex hull, `decompose` several parts, `auto` the file's own collision shape if it
            has one, else whichever the shape needs.
        stride_m: way of a body with a skeleton in one loop of its animation; None keeps what the animation says.
    """

    size_m: Vec3 | None = None
    unit_m: float = 1.0
    file_rotation: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    up: Quat = (1.0, 0.0, 0.0, 0.0)
    collision: CollisionMode = "auto"
    stride_m: float | None = None

    def key(self, content_hash: str) -> str:
        """Return the SHA-256 (hex) that names the model this recipe makes from a source of that hash."""
        return self._key(IMPORTER_VERSION, content_hash)

    def collision_key(self, content_hash: str) -> str:
        """Return the SHA-256 (hex) that names the collision shape this recipe makes from a source of that hash."""
        return self._key(COLLISION_VERSION, content_hash)

    def _key(self, version: int, content_hash: str) -> str:
        text = json.dumps([version, content_hash, _plain(self)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@cache
def _plain(recipe: Recipe) -> dict[str, object]:
    fields = asdict(recipe)  # copies all: slow, and a few recipes serve thousands of models
    if recipe.stride_m is None:
        del fields["stride_m"]  # as before there were any
    return fields
