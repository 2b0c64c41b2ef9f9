"""Box, sphere and cylinder: the shapes whose labels have closed forms."""

from __future__ import annotations

import hashlib

import numpy as np
import trimesh

from simgen.errors import AssetError, did_you_mean
from simgen.geometry import Vec3
from simgen.records.asset import Asset, AssetInfo, AssetRef, Collision, Material, Model, Submesh

_SHAPES = ("box", "sphere", "cylinder")
_DENSITY_KG_M3 = 500.0  # assumed: between softwood and water


def describe(ref: AssetRef) -> AssetInfo:
    """Return the entry of a primitive; its mass is at an assumed 500 kg/m³."""
    shape, size = _parse(ref)
    fill = {"box": 1.0, "sphere": np.pi / 6, "cylinder": np.pi / 4}[shape]
    return AssetInfo(
        asset_id=ref.asset_id,
        name=shape,
        category=shape,
        size_m=size,
        mass_kg=float(_DENSITY_KG_M3 * fill * np.prod(size)),
        friction=0.5,
        restitution=0.1,
        pack="procedural",
        licence="CC0-1.0",
        author="simgen",
        source="simgen",
        content_hash=hashlib.sha256(repr(ref).encode()).hexdigest(),
        params=ref.params,
    )


def build(ref: AssetRef) -> Asset:
    """Return a primitive centred at the origin, with smooth normals where the shape is round."""
    shape, size = _parse(ref)
    mesh = _mesh(shape, size)
    submesh = Submesh(
        positions_m=np.asarray(mesh.vertices, np.float32),
        normals=np.asarray(mesh.vertex_normals, np.float32),
        uvs=np.zeros((len(mesh.vertices), 2), np.float32),
        triangles=np.asarray(mesh.faces, np.uint32),
        material=0,
    )
    hull = np.asarray(trimesh.Trimesh(mesh.vertices, mesh.faces).convex_hull.vertices, float)
    return Asset(
        info=describe(ref),
        model=Model(lods=((submesh,),), materials=(Material(),), size_m=size),
        collision=Collision((hull,), (0.0, 0.0, 0.0), float(abs(mesh.volume))),
    )


def _mesh(shape: str, size: Vec3) -> trimesh.Trimesh:
    if shape == "box":
        box = trimesh.creation.box(extents=size)
        box.unmerge_vertices()
        return box
    if shape == "sphere":
        ball = trimesh.creation.icosphere(subdivisions=4, radius=0.5)
        ball.apply_scale(size)
        return ball
    mesh = trimesh.creation.cylinder(radius=0.5, height=1.0, sections=64)
    mesh.apply_scale(size)
    mesh.unmerge_vertices()
    return mesh


def _parse(ref: AssetRef) -> tuple[str, Vec3]:
    shape = ref.asset_id.removeprefix("procedural/")
    if shape not in _SHAPES:
        raise AssetError(f"no procedural model '{shape}';{did_you_mean(shape, _SHAPES)} known: {', '.join(_SHAPES)}")
    params = dict(ref.params)
    size = params.get("size_m", (0.1, 0.1, 0.1))
    if not (isinstance(size, tuple) and len(size) == 3 and all(s > 0 for s in size)):
        raise AssetError(f"{ref.asset_id}: size_m must be three positive metres, got {size!r}")
    return shape, (float(size[0]), float(size[1]), float(size[2]))
