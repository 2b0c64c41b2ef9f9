"""A closed corrugated carton with tape, print and wear."""

from __future__ import annotations

import numpy as np

from simgen.assets.procedural import finishes
from simgen.assets.procedural.boxes import FACES, box_bevel, box_face
from simgen.assets.procedural.carton_print import Face, edge_color, face_material
from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.meshes import Patch, merge
from simgen.assets.procedural.noise import rgb
from simgen.assets.procedural.params import Values, seed, size
from simgen.assets.procedural.solids import box_part
from simgen.geometry import Vec3
from simgen.records.asset import Material

_DENSITY_KG_M3 = 180.0  # of a packed parcel, assumed
_EDGE_M = 0.004  # folded board is about this round, assumed


def _outline(values: Values) -> Outline:
    extent = values.vector()
    return Outline(
        size_m=extent,
        center_m=(0.0, 0.0, 0.0),
        parts=(box_part(extent),),
        density_kg_m3=_DENSITY_KG_M3,
        friction=0.5,  # cardboard on cardboard, assumed
        restitution=0.05,
        tags=("stackable", "warehouse")
        if max(extent) > 0.4
        else ("graspable", "stackable", "tabletop", "warehouse"),
    )


def _paint(values: Values) -> Paint:
    extent, number = values.vector(), values.whole("seed")
    edge = min(_EDGE_M, min(extent) / 20)
    board = finishes.paper(rgb(edge_color(number)))
    faces = tuple(_face(face, extent, edge, number) for face in FACES)
    return (*faces, (merge(box_bevel(extent, edge, tile_m=0.3)), board))


def _face(face: str, extent: Vec3, edge_m: float, number: int) -> tuple[Patch, Material]:
    """Return one face; the print's long sides are those across the shorter horizontal side."""
    x, y, z = extent
    patch = box_face(face, extent, inset_m=edge_m, tile_m=None)
    if face[1] == "z":
        kind: Face = "top" if face == "+z" else "bottom"
        return (
            (patch, face_material(kind, number, x, y))
            if x >= y
            else (_rolled(patch), face_material(kind, number, y, x))
        )
    width = y if face[1] == "x" else x
    kind = "long" if (face[1] == "y") == (x >= y) else "short"
    return patch, face_material(kind, number, width, z)


def _rolled(patch: Patch) -> Patch:
    """Return the patch with its picture turned by a quarter, so that the tape runs along the longer side."""
    u, v = patch.uvs[:, 0], patch.uvs[:, 1]
    return Patch(patch.positions_m, patch.normals, np.column_stack([v, 1.0 - u]), patch.triangles)


FAMILY = Family("carton", "carton", (size((0.4, 0.3, 0.25), 0.02, 3.0), seed()), _outline, _paint)
