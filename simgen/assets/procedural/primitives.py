"""Box, sphere and cylinder: the shapes whose labels have closed forms."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from simgen.assets.procedural.params import Values, count, parse, size
from simgen.records.asset import Asset, AssetInfo, AssetRef, Collision, Material, Model, Submesh

if TYPE_CHECKING:
    import trimesh

SHAPES = ("box", "sphere", "cylinder")
_SIZE = size((0.1, 0.1, 0.1), 1e-4, 1000.0)
# Round shapes are tessellated: an icosphere of level n has 20 * 4^n triangles.
PARAMETERS = {
    "box": (_SIZE,),
    "sphere": (_SIZE, count("subdivisions", 4, 0, 7)),
    "cylinder": (_SIZE, count("sections", 64, 3, 2048)),
}
_DENSITY_KG_M3 = 500.0  # assumed: between softwood and water


def describe(ref: AssetRef) -> AssetInfo:
    """Return the entry of a primitive; its mass is at an assumed 500 kg/m³."""
    shape, values = _parse(ref)
    extent = values.vector()
    fill = {"box": 1.0, "sphere": np.pi / 6, "cylinder": np.pi / 4}[shape]
    return AssetInfo(
        asset_id=ref.asset_id,
        name=shape,
        category=shape,
        size_m=extent,
        mass_kg=float(_DENSITY_KG_M3 * fill * np.prod(extent)),
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
    import trimesh  # here: most scenes start without it

    shape, values = _parse(ref)
    extent = values.vector()
    mesh = _mesh(shape, values)
    submesh = Submesh(
        positions_m=np.asarray(mesh.vertices, np.float32),
        normals=np.asarray(mesh.vertex_normals, np.float32),
        uvs=np.zeros((len(mesh.vertices), 2), np.float32),
        triangles=np.asarray(mesh.faces, np.uint32),
        material=0,
        closed_count=len(mesh.faces),
    )
    hull = np.asarray(trimesh.Trimesh(mesh.vertices, mesh.faces).convex_hull.vertices, float)
    return Asset(
        info=describe(ref),
        model=Model(lods=((submesh,),), materials=(Material(),), size_m=extent),
        collision=Collision((hull,), (0.0, 0.0, 0.0), float(abs(mesh.volume))),
    )


def _mesh(shape: str, values: Values) -> trimesh.Trimesh:
    import trimesh

    if shape == "box":
        box = trimesh.creation.box(extents=values.vector())
        box.unmerge_vertices()
        return box
    if shape == "sphere":
        ball = trimesh.creation.icosphere(subdivisions=values.whole("subdivisions"), radius=0.5)
        ball.apply_scale(values.vector())
        return ball
    mesh = trimesh.creation.cylinder(radius=0.5, height=1.0, sections=values.whole("sections"))
    mesh.apply_scale(values.vector())
    mesh.unmerge_vertices()
    return mesh


def _parse(ref: AssetRef) -> tuple[str, Values]:
    shape = ref.asset_id.removeprefix("procedural/")
    return shape, parse(ref, PARAMETERS[shape])
