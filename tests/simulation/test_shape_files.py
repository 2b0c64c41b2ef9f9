"""A body shape from the cache is the one that was computed, to the last bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from simgen.records.asset import AssetRef, Collision
from simgen.simulation import shape_files
from simgen.simulation.shape_files import known_shape, pack_shape, unpack_shape
from simgen.simulation.shapes import Ball, BodyShape, Box, Hull, body_shape
from tests.assets.shapes import private_folders

__all__ = ["private_folders"]

CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)


def _wedge(seed: int = 1) -> Collision:
    """A box, a ball and a rough lump."""
    random = np.random.default_rng(seed)
    directions = random.normal(size=(200, 3))
    sphere = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    ball = np.concatenate([sphere, np.eye(3), -np.eye(3)]) * 0.3
    return Collision((CORNERS, ball, random.random((30, 3))), (0.1, 0.2, 0.3), 1.0)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[Collision]:
    """The shapes that were computed."""
    made: list[Collision] = []

    def count(collision: Collision) -> BodyShape:
        made.append(collision)
        return body_shape(collision)

    monkeypatch.setattr(shape_files, "body_shape", count)
    return made


def test_packing_keeps_every_bit() -> None:
    shape = body_shape(_wedge())
    assert {type(part) for part in shape.parts} == {Box, Ball, Hull}
    back = unpack_shape(pack_shape(shape))
    assert [type(part) for part in back.parts] == [type(part) for part in shape.parts]
    assert pack_shape(back) == pack_shape(shape)
    for part, twin in zip(shape.parts, back.parts, strict=True):
        for name in part.__dataclass_fields__:
            assert np.array_equal(getattr(part, name), getattr(twin, name))
    assert back.principal_quaternion_wxyz == shape.principal_quaternion_wxyz
    assert np.array_equal(back.inertia_per_kg_m2, shape.inertia_per_kg_m2)
    assert np.array_equal(back.center_of_mass_m, shape.center_of_mass_m)


def test_a_catalogued_shape_is_computed_once_for_all_processes(
    private_folders: Path, counted: list[Collision]
) -> None:
    known_shape(AssetRef("pack/mug"), _wedge(2))
    shape_files._kept.cache_clear()  # as in another process
    known_shape(AssetRef("pack/mug"), _wedge(2))
    known_shape(AssetRef("pack/jug"), _wedge(3))
    assert len(counted) == 2
    assert len(list(private_folders.rglob("*.body"))) == 2


def test_procedural_shapes_leave_no_files(private_folders: Path, counted: list[Collision]) -> None:
    known_shape(AssetRef("procedural/carton"), _wedge(4))
    assert len(counted) == 1
    assert not list(private_folders.rglob("*.body"))
