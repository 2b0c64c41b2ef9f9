"""Meshes for tests of preparation, collision and levels of detail."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import trimesh
from scipy.spatial import ConvexHull

from simgen import resources
from simgen.assets.importers.raw import RawModel, RawPart
from simgen.assets.importers.surfaces import creased_part
from simgen.geometry import FloatArray, Vec3
from simgen.records.asset import Material


def part(mesh: trimesh.Trimesh, material: int = 0) -> RawPart:
    return creased_part(np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64), material)


def model(*meshes: trimesh.Trimesh, up_axis: str = "z") -> RawModel:
    parts = tuple(part(mesh, i) for i, mesh in enumerate(meshes))
    materials = tuple(Material(name=f"m{i}") for i in range(len(meshes)))
    return RawModel(parts, materials, "y" if up_axis == "y" else "z")


def cup() -> trimesh.Trimesh:
    """A thick-walled open cup, 8 cm wide, 10 cm high, standing on z = 0."""
    profile = [[0, 0], [0.04, 0], [0.04, 0.1], [0.034, 0.1], [0.034, 0.006], [0, 0.006]]
    return trimesh.creation.revolve(np.array(profile), sections=48)


@pytest.fixture
def private_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty data and cache folders for one test."""
    monkeypatch.setenv("SIMGEN_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("SIMGEN_CACHE", str(tmp_path / "cache"))
    assert resources.data_folder() == tmp_path / "data"
    return tmp_path


def solid_at(hulls: Iterable[FloatArray], point: Vec3, tolerance_m: float = 1e-9) -> bool:
    """Whether a point lies in one of several hulls, given by their vertices."""
    equations = [ConvexHull(hull).equations for hull in hulls]
    return any(bool(np.all(e[:, :3] @ point + e[:, 3] <= tolerance_m)) for e in equations)
