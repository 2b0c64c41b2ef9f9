"""Bare triangle meshes: STL and PLY files, the primitive shapes of URDF, and what they share."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simgen.assets.importers.files import SourceFiles
from simgen.assets.importers.polygons import corner_normals, face_vectors, weld
from simgen.assets.importers.raw import RawModel, RawPart
from simgen.errors import AssetError
from simgen.geometry import unit_rows
from simgen.records.asset import Material

READ_ERRORS = (  # what trimesh raises on damaged files
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    NotImplementedError,
    AssertionError,
    OSError,
    MemoryError,
    struct.error,
)
_LEAST_VOLUME = 1e-30  # that a unit cube is scaled to
_STL_HEAD_BYTES, _STL_TRIANGLE_BYTES = 84, 50
_COS_CREASE = float(np.cos(np.radians(40.0)))  # assumed: bare meshes do not say where they are smooth


def reason(error: BaseException) -> str:
    """Return what an error of a reader says, with its kind where it would say little by itself."""
    text = str(error) or "its parts do not fit together"
    return text if isinstance(error, ValueError) else f"{type(error).__name__}: {text}"


def read_surface(files: SourceFiles, path: str) -> RawModel:
    """Return the model of an STL or PLY file; Z is up, one default material.

    Raises:
        AssetError: it is damaged or holds no triangles.
    """
    import trimesh

    place = f"{files.name}: {path}"
    suffix = PurePosixPath(path).suffix.lower().lstrip(".")
    data = files.read(path)
    try:
        if suffix == "stl":
            _check_stl(data)
        mesh = trimesh.load_mesh(BytesIO(data), file_type=suffix, process=False)
        positions = np.asarray(mesh.vertices, float).reshape(-1, 3)
        triangles = np.asarray(mesh.faces, np.int64).reshape(-1, 3)
    except READ_ERRORS as error:
        raise AssetError(f"{place}: not a readable {suffix.upper()} file ({reason(error)})") from error
    if len(triangles) == 0 or not np.isfinite(positions).all():
        raise AssetError(f"{place}: no triangles with finite corners; the file holds no surface to draw")
    if triangles.min() < 0 or triangles.max() >= len(positions):
        raise AssetError(f"{place}: a face names vertex {int(triangles.max())} of {len(positions)}")
    return RawModel(parts=(creased_part(positions, triangles, 0),), materials=(Material(),), up_axis="z")


def _check_stl(data: bytes) -> None:
    """Raise ValueError unless these are as many triangles as the head says, or text."""
    if len(data) >= _STL_HEAD_BYTES:
        (count,) = struct.unpack_from("<I", data, _STL_HEAD_BYTES - 4)
        if len(data) == _STL_HEAD_BYTES + count * _STL_TRIANGLE_BYTES:
            return
    if not data.lstrip().startswith(b"solid"):
        raise ValueError(f"{len(data)} bytes are neither text nor as many triangles as its head says")
    data.decode()  # Unicode, or it says where it is not


def creased_part(positions: NDArray[np.float64], triangles: NDArray[np.int64], material: int) -> RawPart:
    """Return triangles without texture coordinates, smooth where they turn by less than 40 degrees."""
    _, first, places = np.unique(weld(positions), return_index=True, return_inverse=True)
    positions, triangles = positions[first], places[triangles]
    triangles = triangles[np.linalg.norm(face_vectors(positions, triangles), axis=1) > 0]
    normals = corner_normals(positions, triangles, np.full(len(triangles), _COS_CREASE)).reshape(-1, 3)
    quantised = np.rint((normals + 1.0) * 511.5).astype(np.int64)
    keys = (triangles.reshape(-1) << 30) | (quantised[:, 0] << 20) | (quantised[:, 1] << 10) | quantised[:, 2]
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return RawPart(
        positions=positions[triangles.reshape(-1)[first]],
        normals=normals[first].astype(np.float32),
        uvs=np.zeros((len(first), 2), np.float32),
        triangles=inverse.reshape(-1, 3).astype(np.int64),
        material=material,
    )


def part_of(mesh: Any, T_file_mesh: NDArray[np.float64], uvs: Any, material: int, place: str) -> RawPart:
    """Return a trimesh mesh moved by a 4x4 affine transform, with its own normals where it has them.

    Raises:
        AssetError: a corner is not finite, a triangle names one that is not there, or the transform flattens it.
    """
    check_mesh(mesh, place)
    vertices, triangles = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    if not np.isfinite(T_file_mesh).all():
        raise AssetError(f"{place}: its place is not finite")
    if abs(np.linalg.det(T_file_mesh[:3, :3])) < _LEAST_VOLUME:
        raise AssetError(f"{place}: it is scaled to nothing along an axis")
    positions = vertices @ T_file_mesh[:3, :3].T + T_file_mesh[:3, 3]
    if np.linalg.det(T_file_mesh[:3, :3]) < 0:
        triangles = triangles[:, ::-1]
    if uvs is None and "vertex_normals" not in mesh._cache:
        return creased_part(positions, triangles, material)
    normals = np.asarray(mesh.vertex_normals @ np.linalg.inv(T_file_mesh[:3, :3]), float)
    coordinates = np.zeros((len(positions), 2)) if uvs is None else np.asarray(uvs, float)[:, :2]
    return RawPart(
        positions=positions,
        normals=unit_rows(normals).astype(np.float32),
        uvs=coordinates.astype(np.float32),
        triangles=triangles,
        material=material,
    )


def check_mesh(mesh: Any, place: str) -> None:
    """Raise AssetError where a corner of a trimesh mesh is not finite, or a triangle names one that is not there."""
    vertices, triangles = np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64)
    if triangles.min() < 0 or triangles.max() >= len(vertices):
        raise AssetError(f"{place}: a triangle names vertex {int(triangles.max())} of {len(vertices)}")
    if not np.isfinite(vertices).all():
        raise AssetError(f"{place}: a vertex is not finite")
