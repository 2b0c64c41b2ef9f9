"""Collision shapes as PyBullet takes them: boxes and balls are listed, all other convex parts share one mesh file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from math import sqrt
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory

from simgen.errors import AssetError
from simgen.records.scene import SceneObject
from simgen.simulation.hull_file import hulls_to_obj
from simgen.simulation.pybullet_engine import pybullet
from simgen.simulation.shapes import Ball, BodyShape, Box, Hull, Part, vertices_of

# Assumed resistance to rolling, as a share of the half size: high enough that drops end on the table, and for
# boxes so low that they do not balance on an edge.
_ROLLING = {Ball: 0.1, Hull: 0.05, Box: 0.01}
_SPINNING = 0.01  # assumed: resistance to spinning on the spot, as a share of the half size
_MAX_LISTED_PARTS = 15  # Bullet takes 16 listed parts a shape; the rest go into the mesh file
_STILL = (0.0, 0.0, 0.0)
_LOOK_M = 0.01
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 (a folder of its own is made in it)
_LEAST_FREE_BYTES = 64 << 20  # assumed: hundreds of times what the meshes of a scene take
_Row = tuple[int, float, Sequence[float], str, Sequence[float]]  # kind, radius, half extents, file, centre


def contact_parameters(body: SceneObject, form: BodyShape) -> dict[str, float]:
    """Return Bullet's contact parameters; it multiplies those of a pair, and adds up rolling arms in metres."""
    half_size = sum(body.size_m) / 6
    arm = half_size * (body.motion == "dynamic")
    return {
        "lateralFriction": sqrt(body.friction),
        "restitution": sqrt(body.restitution),
        "rollingFriction": arm * max(_ROLLING[type(part)] for part in form.parts),
        "spinningFriction": arm * _SPINNING,
    }


def create_shape(form: BodyShape, body: SceneObject, mesh_path: Path, client: int | None) -> int:
    """Return the handle of a compound: boxes and balls are listed, all other parts share one mesh file."""
    rows, mesh = _listing(form, body.scale)
    if mesh:
        mesh_path.write_text(mesh)
        rows = (*rows, (pybullet.GEOM_MESH, 0.0, _STILL, str(mesh_path), _STILL))
    columns = [list(column) for column in zip(*rows, strict=True)] or [[]] * 5
    try:
        handle = pybullet.createCollisionShapeArray(
            shapeTypes=columns[0],
            radii=columns[1],
            halfExtents=columns[2],
            fileNames=columns[3],
            collisionFramePositions=columns[4],
            meshScales=[(1.0, 1.0, 1.0)] * len(rows),
            flags=[0] * len(rows),
            physicsClientId=client,
        )
    except pybullet.error:
        handle = -1
    if handle < 0:
        raise unusable(body, len(form.parts))
    return int(handle)


def mesh_folder() -> TemporaryDirectory[str]:
    """Return a folder for the mesh files of one world, removed at the end of a `with` block.

    It lies in memory where the system offers that: a disk that takes other files in keeps a scene waiting for 3 ms.
    """
    has_room = os.access(_IN_MEMORY, os.W_OK) and disk_usage(_IN_MEMORY).free > _LEAST_FREE_BYTES
    place = _IN_MEMORY if has_room else None
    return TemporaryDirectory(prefix="simgen-hulls-", dir=place)


def create_look(client: int | None) -> int:
    """Return the handle of what bodies look like to PyBullet: nobody looks, but without it each mesh is read twice."""
    half = (_LOOK_M, _LOOK_M, _LOOK_M)
    return int(pybullet.createVisualShape(pybullet.GEOM_BOX, halfExtents=half, physicsClientId=client))


def unusable(body: SceneObject, parts: int) -> AssetError:
    """Return the error that tells of a collision shape that PyBullet does not take."""
    return AssetError(
        f"'{body.name}': the collision shape of asset '{body.asset.asset_id}' ({parts} parts, "
        f"scale {body.scale:g}) cannot be used by the physics engine; import the asset again"
    )


@lru_cache(maxsize=512)
def _listing(form: BodyShape, scale: float) -> tuple[tuple[_Row, ...], str]:
    """Return the rows of the parts that are listed, and the mesh of the others, empty if there are none."""
    listed = [part for part in form.parts if not isinstance(part, Hull)][:_MAX_LISTED_PARTS]
    meshed = [part for part in form.parts if part not in listed]
    mesh = hulls_to_obj([vertices_of(part) * scale for part in meshed]) if meshed else ""
    return tuple(_listed_part(part, scale) for part in listed), mesh


def _listed_part(part: Part, scale: float) -> _Row:
    if isinstance(part, Box):
        half = (part.half_extents_m * scale).tolist()
        return (pybullet.GEOM_BOX, 0.0, half, "", (part.center_m * scale).tolist())
    if isinstance(part, Ball):
        return (pybullet.GEOM_SPHERE, part.radius_m * scale, _STILL, "", (part.center_m * scale).tolist())
    raise TypeError(f"not a box or ball: {part!r}")
