"""Body shapes of catalogued models, kept in the cache: hulls of hulls take milliseconds a model, and SciPy to start.

Shapes of procedural models are found each time: most are boxes, and there is no end of them.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simgen.assets.cache import cached_result
from simgen.assets.library import PROCEDURAL
from simgen.assets.packed import pack_arrays, unpack_arrays
from simgen.records.asset import AssetRef, Collision
from simgen.simulation.shapes import Ball, BodyShape, Box, Hull, Part, body_shape

_MAGIC = b"SIMGENB2"  # another number when `body_shape` finds other parts or masses


def known_shape(asset: AssetRef, collision: Collision) -> BodyShape:
    """Return `body_shape` of an asset's collision shape, from the cache where it was found before."""
    if asset.asset_id.startswith(f"{PROCEDURAL}/"):
        return body_shape(collision)
    return _kept(collision)


@lru_cache(maxsize=1024)
def _kept(collision: Collision) -> BodyShape:
    return cached_result(
        ("bodies", "body"), _key(collision), lambda: body_shape(collision), pack_shape, unpack_shape
    )


def _key(collision: Collision) -> str:
    digest = sha256(_MAGIC + repr(collision.center_of_mass_m).encode())
    for hull in collision.hulls_m:
        digest.update(f"{hull.dtype.str}{hull.shape}".encode())
        digest.update(np.ascontiguousarray(hull).tobytes())
    return digest.hexdigest()


def pack_shape(shape: BodyShape) -> bytes:
    """Return a shape as bytes; the same shape gives the same bytes."""
    arrays: dict[str, NDArray[Any]] = {
        "center_of_mass_m": shape.center_of_mass_m,
        "inertia_per_kg_m2": shape.inertia_per_kg_m2,
    }
    kinds: list[str] = []
    for index, part in enumerate(shape.parts):
        kinds.append(type(part).__name__)
        if isinstance(part, Hull):
            arrays[f"{index}"] = part.vertices_m
        else:
            size = part.half_extents_m if isinstance(part, Box) else np.full(3, part.radius_m)
            arrays[f"{index}"] = np.stack([part.center_m, size])
    header = {"kinds": kinds, "principal_quaternion_wxyz": shape.principal_quaternion_wxyz}
    return pack_arrays(_MAGIC, header, arrays)


def unpack_shape(data: bytes) -> BodyShape:
    """Return the shape that `pack_shape` wrote.

    Raises:
        ValueError: the bytes are damaged, cut short or of another version.
    """
    header, arrays = unpack_arrays(_MAGIC, data)
    parts = tuple(_part(kind, arrays[f"{index}"]) for index, kind in enumerate(header["kinds"]))
    w, x, y, z = header["principal_quaternion_wxyz"]
    return BodyShape(parts, arrays["center_of_mass_m"], (w, x, y, z), arrays["inertia_per_kg_m2"])


def _part(kind: str, values: NDArray[np.float64]) -> Part:
    if kind == "Hull":
        return Hull(values)
    center_m, size_m = values
    return Box(center_m, size_m) if kind == "Box" else Ball(center_m, float(size_m[0]))
