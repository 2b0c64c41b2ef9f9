from __future__ import annotations

import numpy as np
import pytest
import trimesh

from simgen.assets.importers.polygons import face_vectors
from simgen.assets.prepare import prepare
from simgen.assets.recipe import Recipe
from simgen.errors import AssetError
from simgen.geometry import quaternion_about_axis
from simgen.records.asset import Model
from tests.assets.shapes import model


def corner_of(prepared: Model) -> np.ndarray:
    return np.concatenate([s.positions_m for s in prepared.lods[0]])


def wedge() -> trimesh.Trimesh:
    """A tetrahedron that no rotation maps to itself: corners at 0, 1 x, 2 y, 3 z, off the origin."""
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 2, 0], [0, 0, 3]], float) + 10
    return trimesh.Trimesh(points, [[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]], process=False)


def places(prepared: Model) -> list[tuple[float, ...]]:
    """The distinct corners, with the box's low corner at 0."""
    points = corner_of(prepared) + np.asarray(prepared.size_m) / 2
    return sorted({tuple(p) for p in points.round(5).tolist()})


def test_the_box_is_centred_and_scaled_to_the_catalogue_size() -> None:
    prepared, _ = prepare(model(trimesh.creation.box(extents=(2, 4, 8))), Recipe(size_m=(0.1, 0.3, 0.2)))
    points = corner_of(prepared)
    assert prepared.size_m == (0.1, 0.3, 0.2)
    np.testing.assert_allclose(points.min(axis=0), [-0.05, -0.15, -0.1], atol=1e-7)
    np.testing.assert_allclose(points.max(axis=0), [0.05, 0.15, 0.1], atol=1e-7)


def test_without_a_size_the_unit_counts() -> None:
    prepared, _ = prepare(model(trimesh.creation.box(extents=(20, 40, 80))), Recipe(unit_m=0.001))
    assert prepared.size_m == pytest.approx((0.02, 0.04, 0.08))


def test_y_up_becomes_z_up_with_x_to_the_right() -> None:
    prepared, _ = prepare(model(wedge(), up_axis="y"), Recipe())
    assert prepared.size_m == pytest.approx((1, 3, 2))
    assert places(prepared) == [(0, 0, 0), (0, 3, 0), (0, 3, 2), (1, 3, 0)], "file +Z looks to -Y"


def test_the_upright_pose_turns_after_that() -> None:
    lying = Recipe(up=quaternion_about_axis((0, 0, 1), np.pi / 2))
    prepared, _ = prepare(model(wedge()), lying)
    assert prepared.size_m == pytest.approx((2, 1, 3))
    assert places(prepared) == [(0, 0, 0), (2, 0, 0), (2, 0, 3), (2, 1, 0)]


@pytest.mark.parametrize("mirror", [1.0, -1.0])
def test_faces_stay_outwards_and_normals_follow_uneven_scales(mirror: float) -> None:
    recipe = Recipe(size_m=(0.3, 0.1, 0.7), file_rotation=(mirror, 0, 0, 0, 1, 0, 0, 0, 1))
    prepared, _ = prepare(model(wedge()), recipe)
    submesh = prepared.lods[0][0]
    vectors = face_vectors(submesh.positions_m.astype(float), submesh.triangles.astype(np.int64))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(submesh.normals[submesh.triangles[:, 0]], vectors, atol=2e-3)
    centroid = submesh.positions_m.mean(axis=0)
    outwards = submesh.positions_m[submesh.triangles].mean(axis=1) - centroid
    assert np.all(np.einsum("ij,ij->i", vectors, outwards) > 0)


def test_a_flat_model_keeps_its_flatness_and_still_collides() -> None:
    sheet = trimesh.Trimesh(
        [[0, 0, 0], [2, 0, 0], [2, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 3]], process=False
    )
    prepared, collision = prepare(model(sheet), Recipe(size_m=(0.2, 0.1, 0.01)))
    assert prepared.size_m == pytest.approx((0.2, 0.1, 0.0))
    assert collision.volume_m3 == pytest.approx(0.2 * 0.1 * 0.001)


def test_a_model_without_extent_is_refused() -> None:
    point = trimesh.Trimesh([[1, 1, 1]] * 3, [[0, 1, 2]], process=False)
    raw = model(trimesh.creation.box())
    flat = np.full_like(raw.parts[0].positions, float(point.vertices[0, 0]))
    object.__setattr__(raw.parts[0], "positions", flat)
    with pytest.raises(AssetError, match="the model has no extent"):
        prepare(raw, Recipe())


def test_a_model_of_absurd_extent_is_refused() -> None:
    raw = model(trimesh.creation.box(extents=(2e9, 1e9, 1e9)))
    with pytest.raises(AssetError, match="the model is 2e\\+09 units long; at most 1e\\+09 are read"):
        prepare(raw, Recipe())


def test_a_recipe_key_depends_on_everything_it_says() -> None:
    base = Recipe(size_m=(1, 1, 1))
    others = [Recipe(size_m=(1, 1, 2)), Recipe(size_m=(1, 1, 1), collision="hull"), Recipe(unit_m=2.0)]
    keys = {recipe.key("a") for recipe in [base, *others]} | {base.key("b")}
    assert len(keys) == 5
    assert base.key("a") == Recipe(size_m=(1, 1, 1)).key("a")
