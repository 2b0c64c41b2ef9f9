"""Collision shapes as PyBullet takes them: boxes and balls are listed, all other convex parts share one mesh file."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from pathlib import Path

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


def create_shape(parts: Sequence[Part], body: SceneObject, mesh_path: Path, client: int | None) -> int:
    """Return the handle of a compound: boxes and balls are listed, all other parts share one mesh file."""
    listed = [part for part in parts if not isinstance(part, Hull)][:_MAX_LISTED_PARTS]
    meshed = [part for part in parts if part not in listed]
    rows = [_listed_part(part, body.scale) for part in listed]
    if meshed:
        mesh_path.write_text(hulls_to_obj([vertices_of(part) * body.scale for part in meshed]))
        rows.append((pybullet.GEOM_MESH, 0.0, _STILL, str(mesh_path), _STILL))
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
        raise unusable(body, len(parts))
    return int(handle)


def unusable(body: SceneObject, parts: int) -> AssetError:
    """Return the error that tells of a collision shape that PyBullet does not take."""
    return AssetError(
        f"'{body.name}': the collision shape of asset '{body.asset.asset_id}' ({parts} parts, "
        f"scale {body.scale:g}) cannot be used by the physics engine; import the asset again"
    )


def _listed_part(part: Part, scale: float) -> tuple[int, float, Sequence[float], str, Sequence[float]]:
    if isinstance(part, Box):
        half = (part.half_extents_m * scale).tolist()
        return (pybullet.GEOM_BOX, 0.0, half, "", (part.center_m * scale).tolist())
    if isinstance(part, Ball):
        return (pybullet.GEOM_SPHERE, part.radius_m * scale, _STILL, "", (part.center_m * scale).tolist())
    raise TypeError(f"not a box or ball: {part!r}")
