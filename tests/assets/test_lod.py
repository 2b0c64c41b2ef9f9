from __future__ import annotations

import numpy as np
import pytest
import trimesh

from simgen.assets import lod
from simgen.assets.importers.polygons import face_vectors
from simgen.assets.importers.raw import RawPart
from simgen.assets.lod import levels_of_detail
from simgen.records.asset import Submesh
from tests.assets.shapes import part


def count(level: tuple[Submesh, ...]) -> int:
    return sum(len(submesh.triangles) for submesh in level)


def area(level: tuple[Submesh, ...]) -> float:
    return sum(
        float(
            np.linalg.norm(face_vectors(s.positions_m.astype(float), s.triangles.astype(int)), axis=1).sum()
        )
        / 2
        for s in level
    )


def mapped_ball() -> list[RawPart]:
    """A unit ball of two materials that meet at z = 0, with texture coordinates (x, y) / 2 + 1/2."""
    ball = trimesh.creation.icosphere(subdivisions=4)
    upper = ball.triangles_center[:, 2] > 0
    parts: list[RawPart] = []
    for material, chosen in enumerate((upper, ~upper)):
        piece = part(trimesh.Trimesh(ball.vertices, ball.faces[chosen], process=False), material)
        uvs = (piece.positions[:, :2] / 2 + 0.5).astype(np.float32)
        parts.append(RawPart(piece.positions, piece.normals, uvs, piece.triangles, material))
    return parts


def leaves(number: int) -> RawPart:
    """Loose squares of side 0.1, spread over a unit cube, two triangles each."""
    low = np.stack(np.meshgrid(*[np.linspace(0, 1, round(number ** (1 / 3)))] * 3), axis=-1).reshape(-1, 3)
    square = np.array([[0, 0, 0], [0.1, 0, 0], [0.1, 0.1, 0], [0, 0.1, 0]])
    points = (low[:, None] * 10 + square).reshape(-1, 3)
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    triangles = (np.arange(len(low))[:, None, None] * 4 + faces).reshape(-1, 3)
    return part(trimesh.Trimesh(points, triangles, process=False))


def test_the_first_level_is_the_model_itself() -> None:
    parts = mapped_ball()
    level = levels_of_detail(parts)[0]
    for submesh, source in zip(level, parts, strict=True):
        assert submesh.positions_m.tobytes() == source.positions.astype(np.float32).tobytes()
        assert submesh.triangles.tobytes() == source.triangles.astype(np.uint32).tobytes()


def test_coarser_levels_have_about_half_and_a_sixth_of_the_triangles() -> None:
    levels = levels_of_detail(mapped_ball())
    shares = [count(level) / count(levels[0]) for level in levels]
    np.testing.assert_allclose(shares, [1.0, 0.5, 0.15], atol=0.02)


def test_coarser_levels_keep_shape_materials_normals_and_texture_coordinates() -> None:
    for level in levels_of_detail(mapped_ball())[1:]:
        assert [submesh.material for submesh in level] == [0, 1]
        for submesh, side in zip(level, (1, -1), strict=True):
            p = submesh.positions_m.astype(float)
            radius = np.linalg.norm(p, axis=1, keepdims=True)
            np.testing.assert_allclose(radius, 1.0, atol=0.05)
            assert np.all(side * p[:, 2] > -0.2)
            assert np.einsum("ij,ij->i", submesh.normals, p / radius).min() > 0.97
            np.testing.assert_allclose(submesh.uvs, p[:, :2] / 2 + 0.5, atol=0.08)


def test_no_crack_opens_between_materials() -> None:
    coarse = levels_of_detail(mapped_ball())[-1]
    meshes = [trimesh.Trimesh(s.positions_m, s.triangles, process=False) for s in coarse]
    joined = trimesh.util.concatenate(meshes)
    joined.merge_vertices(merge_norm=True, merge_tex=True)
    assert joined.is_watertight


def test_a_small_model_has_one_level() -> None:
    assert len(levels_of_detail([part(trimesh.creation.box())])) == 1


def test_a_huge_model_is_capped_and_keeps_its_box(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lod, "MAX_TRIANGLES", 1000)
    parts = mapped_ball()
    top = levels_of_detail(parts)[0]
    assert 900 < count(top) <= 1000
    points = np.concatenate([submesh.positions_m for submesh in top])
    np.testing.assert_allclose([points.min(axis=0), points.max(axis=0)], [[-1] * 3, [1] * 3], atol=1e-3)


def test_foliage_is_thinned_and_its_leaves_grow() -> None:
    levels = levels_of_detail([leaves(1000)])
    assert [count(level) for level in levels[:2]] == [2000, 1000]
    np.testing.assert_allclose(area(levels[1]) / area(levels[0]), 1.0, atol=0.02)


def test_levels_are_the_same_every_time() -> None:
    first, second = (levels_of_detail(mapped_ball()) for _ in range(2))
    assert [s.positions_m.tobytes() for level in first for s in level] == [
        s.positions_m.tobytes() for level in second for s in level
    ]
