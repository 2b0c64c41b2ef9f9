"""The bodies of a scene as Mitsuba meshes: surfaces made once, vertices moved to the world for every state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simgen.geometry import FloatArray
from simgen.records.asset import Material
from simgen.rendering.pathtrace.bodies import Body, Part, Shape, moved
from simgen.rendering.pathtrace.cards import APART_M, lifted
from simgen.rendering.pathtrace.engine import Engine
from simgen.rendering.pathtrace.looks import Look
from simgen.rendering.pathtrace.traced import Surface, TracedMesh


@dataclass(frozen=True, slots=True, eq=False)
class MeshPart:
    """Some triangles of one body with one surface; vertices are counted from the part's first.

    Attributes:
        is_one_sided: whether cameras see their outer side only.
        lift: see `cards.lifted`, object frame; None: vertices are where the model has them.
    """

    body: Body
    vertices: slice
    triangles: NDArray[np.uint32]
    surface: Surface
    is_one_sided: bool
    lift: FloatArray | None


class SurfaceMaker:
    """Surfaces by material, each made once: the fewer there are, the less is compiled where bodies have moved."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._made: dict[
            tuple[int, bool], tuple[Material, Surface]
        ] = {}  # with what was asked for: its id lasts

    def of(self, material: Material, mirrored: bool) -> Surface:
        """Return the surface of a material; see `Look.of`."""
        key = (id(material), mirrored)
        if key not in self._made:
            self._made[key] = (material, self._engine.surface(Look.of(material, mirrored)))
        return self._made[key][1]


class MeshMaker:
    """All parts of a scene's bodies."""

    def __init__(self, engine: Engine, bodies: Sequence[Body]) -> None:
        surfaces = SurfaceMaker(engine)
        self._parts = [
            made for body in bodies for part in body.shape.parts for made in _split(surfaces, body, part)
        ]

    def placed(
        self, bodies: Sequence[Body], T_world_objects: FloatArray, present: NDArray[np.bool_]
    ) -> list[TracedMesh]:
        """Return the meshes with the bodies at these poses (n, 4, 4), without those that are not present (n,).

        Args:
            bodies: those it was made for, with their vertices where they are now.
        """
        there = {body.instance_id: body for body in bodies if present[body.instance_id - 1]}
        points = {key: body.points(T_world_objects[key - 1]) for key, body in there.items()}
        parts = [part for part in self._parts if part.body.instance_id in there]
        return [self._placed(part, there[part.body.instance_id], points, T_world_objects) for part in parts]

    @staticmethod
    def _placed(
        part: MeshPart, body: Body, points: dict[int, FloatArray], T_world_objects: FloatArray
    ) -> TracedMesh:
        rotation = T_world_objects[body.instance_id - 1].copy()
        rotation[:3, 3] = 0.0
        normals = _known_normals(body.shape, part)
        places = points[body.instance_id][part.vertices]
        if part.lift is not None:
            places = places + moved(part.lift, rotation) * APART_M
        return TracedMesh(
            places.astype(np.float32),
            moved(normals, rotation).astype(np.float32),
            body.shape.uvs[part.vertices].astype(np.float32),
            part.triangles,
            part.surface,
            part.is_one_sided,
        )


def bounding_sphere(bodies: Sequence[Body], T_world_objects: FloatArray) -> tuple[FloatArray, float]:
    """Return centre (3,) and radius of a sphere around all bodies, world, metres."""
    if not bodies:
        return np.zeros(3), 1.0
    centers = np.array([T_world_objects[body.instance_id - 1][:3, 3] for body in bodies])
    radii = np.array([body.radius_m for body in bodies])
    low, high = (centers - radii[:, None]).min(axis=0), (centers + radii[:, None]).max(axis=0)
    return (low + high) / 2, float(np.linalg.norm(high - low)) / 2


def _split(surfaces: SurfaceMaker, body: Body, part: Part) -> list[MeshPart]:
    """Return a part, in two where a normal map lies mirrored on some of its triangles."""
    material = body.materials[part.material]
    triangles = body.shape.triangles[part.triangles] - part.vertices.start
    is_one_sided = bool(body.shape.one_sided[part.triangles.start])
    lift = lifted(body.shape.positions_m[part.vertices], triangles) if is_one_sided else None
    mirrored = np.zeros(len(triangles), np.bool_)
    if material.normal_map is not None:
        mirrored = _mirrored(body.shape.uvs[part.vertices], triangles)
    return [
        MeshPart(
            body,
            part.vertices,
            triangles[which].astype(np.uint32),
            surfaces.of(material, flipped),
            is_one_sided,
            lift,
        )
        for flipped, which in ((False, ~mirrored), (True, mirrored))
        if which.any()
    ]


def _mirrored(uvs: FloatArray, triangles: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return (m,) whether the texture runs the other way round than the triangle."""
    a, b, c = (uvs[triangles[:, k]] for k in range(3))
    return (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0] < 0


def _known_normals(shape: Shape, part: MeshPart) -> FloatArray:
    """Return the part's normals; where a vertex has none, that of a triangle at it."""
    normals = shape.normals[part.vertices]
    unknown = (normals == 0).all(axis=1)
    if not unknown.any():
        return normals
    positions = shape.positions_m[part.vertices]
    a, b, c = (positions[part.triangles[:, k]] for k in range(3))
    faces = np.cross(b - a, c - a)
    flat = np.zeros_like(normals)
    for corner in range(3):
        flat[part.triangles[:, corner]] = faces
    return np.where(
        unknown[:, None], flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-30), normals
    )
