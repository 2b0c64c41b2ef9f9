from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray

from simgen.assets import lod
from simgen.assets.collapse_geometry import distances_to_triangles
from simgen.assets.importers.polygons import face_vectors
from simgen.assets.importers.raw import RawPart
from simgen.assets.lod import Level, levels_of_detail
from tests.assets.shapes import part


def area(level: Level) -> float:
    return sum(
        float(
            np.linalg.norm(face_vectors(s.positions_m.astype(float), s.triangles.astype(int)), axis=1).sum()
        )
        / 2
        for s in level.submeshes
    )


def joined(level: Level) -> trimesh.Trimesh:
    points = np.concatenate([s.positions_m[s.triangles].reshape(-1, 3) for s in level.submeshes])
    whole = trimesh.Trimesh(points, np.arange(len(points)).reshape(-1, 3), process=False)
    whole.merge_vertices(merge_norm=True, merge_tex=True)
    return whole


def distances(points: NDArray[np.float64], level: Level) -> NDArray[np.float64]:
    """Distance of each point to the nearest triangle of a level."""
    corners = np.concatenate([s.positions_m[s.triangles].astype(float) for s in level.submeshes])
    one_by_one = np.repeat(points, len(corners), axis=0)
    apart = distances_to_triangles(one_by_one, np.tile(corners, (len(points), 1, 1)))
    return apart.reshape(len(points), -1).min(axis=1)


def mapped_ball() -> list[RawPart]:
    """A unit ball of two materials that meet at z = 0, with texture coordinates (x, y) / 2 + 1/2."""
    ball = trimesh.creation.icosphere(subdivisions=3)
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


def bars(number: int) -> RawPart:
    """Thin bars side by side, each a closed box divided along its length, that touch nothing else."""
    bar = trimesh.creation.box((1.0, 0.004, 0.004)).subdivide().subdivide()
    points = np.concatenate([bar.vertices + np.array([0, 0.05 * index, 0]) for index in range(number)])
    faces = np.concatenate([bar.faces + len(bar.vertices) * index for index in range(number)])
    return part(trimesh.Trimesh(points, faces, process=False))


def panel(side: int) -> RawPart:
    """A flat open square of side 1 in a regular grid."""
    axis = np.linspace(0, 1, side + 1)
    points = np.stack([*np.meshgrid(axis, axis), np.zeros((side + 1, side + 1))], axis=-1).reshape(-1, 3)
    low = (np.arange(side)[:, None] * (side + 1) + np.arange(side)).reshape(-1)
    faces = [[low, low + 1, low + side + 2], [low, low + side + 2, low + side + 1]]
    return part(trimesh.Trimesh(points, np.concatenate([np.column_stack(f) for f in faces]), process=False))


def test_the_first_level_is_the_model_itself() -> None:
    parts = mapped_ball()
    level = levels_of_detail(parts)[0]
    assert level.error_m == 0
    for submesh, source in zip(level.submeshes, parts, strict=True):
        assert submesh.positions_m.tobytes() == source.positions.astype(np.float32).tobytes()
        assert submesh.triangles.tobytes() == source.triangles.astype(np.uint32).tobytes()


def test_levels_become_coarser_and_say_by_how_much() -> None:
    levels = levels_of_detail(mapped_ball())
    counts = [level.triangle_count for level in levels]
    errors = [level.error_m for level in levels]
    assert len(levels) >= 3
    assert all(after < 0.75 * before for before, after in itertools.pairwise(counts))
    assert errors == sorted(set(errors))
    assert errors[-1] <= 0.025 * np.sqrt(12)


@pytest.mark.parametrize("source", [mapped_ball, lambda: [bars(5)]], ids=["ball", "bars"])
def test_every_vertex_stays_within_the_error_of_its_level(source: Callable[[], list[RawPart]]) -> None:
    parts = source()
    points = np.unique(np.concatenate([p.positions for p in parts]), axis=0)[::7]
    for level in levels_of_detail(parts)[1:]:
        assert distances(points, level).max() <= level.error_m * 1.001 + 1e-6


def test_no_part_of_a_model_vanishes() -> None:
    level = levels_of_detail([bars(20)])[-1]
    assert level.triangle_count < 20 * 192 / 4
    pieces = joined(level).split(only_watertight=False)
    assert len(pieces) == 20
    np.testing.assert_allclose([piece.extents[0] for piece in pieces], 1.0, atol=0.02)


def test_a_flat_panel_becomes_few_triangles_and_keeps_its_corners() -> None:
    level = levels_of_detail([panel(20)])[1]
    assert level.triangle_count <= 10
    np.testing.assert_allclose(area(level), 1.0, rtol=1e-6)


def test_coarser_levels_keep_shape_materials_normals_and_texture_coordinates() -> None:
    for level in levels_of_detail(mapped_ball(), textured=(0, 1))[1:]:
        assert [submesh.material for submesh in level.submeshes] == [0, 1]
        for submesh, side in zip(level.submeshes, (1, -1), strict=True):
            p = submesh.positions_m.astype(float)
            np.testing.assert_allclose(np.linalg.norm(p, axis=1), 1.0, atol=1e-6)
            assert np.all(side * p[:, 2] > -0.2)
            assert np.einsum("ij,ij->i", submesh.normals, p).min() > 0.99
            np.testing.assert_allclose(submesh.uvs, p[:, :2] / 2 + 0.5, atol=1e-6)


def test_no_crack_opens_between_materials() -> None:
    assert all(joined(level).is_watertight for level in levels_of_detail(mapped_ball()))


def test_a_small_model_has_one_level() -> None:
    assert len(levels_of_detail([part(trimesh.creation.box())])) == 1


def test_a_huge_model_is_capped_and_keeps_its_box(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lod, "MAX_TRIANGLES", 1000)
    parts = mapped_ball()
    top = levels_of_detail(parts)[0]
    assert 700 < top.triangle_count <= 1000
    points = np.concatenate([submesh.positions_m for submesh in top.submeshes])
    np.testing.assert_allclose([points.min(axis=0), points.max(axis=0)], [[-1] * 3, [1] * 3], atol=1e-3)


def test_foliage_is_thinned_where_leaves_are_small_and_those_left_grow() -> None:
    full, *thinned = levels_of_detail([leaves(1000)])
    assert full.triangle_count == 2000
    # A leaf is 0.8 % of the diagonal: at an error of 0.4 % a leaf in four is left, twice as wide.
    assert 480 < thinned[0].triangle_count < 520
    np.testing.assert_allclose(area(thinned[0]) / area(full), 1.0, atol=0.03)
    for level in thinned:
        assert middles_of_leaves(level) <= middles_of_leaves(full)


def middles_of_leaves(level: Level) -> set[tuple[float, ...]]:
    """Where the leaves of a level are, to a millimetre: a leaf is two triangles, one after the other."""
    corners = np.concatenate([s.positions_m[s.triangles] for s in level.submeshes]).reshape(-1, 6, 3)
    return {tuple(row) for row in ((corners.min(axis=1) + corners.max(axis=1)) / 2).round(3).tolist()}


def test_levels_are_the_same_every_time() -> None:
    first, second = (levels_of_detail(mapped_ball()) for _ in range(2))
    assert [s.positions_m.tobytes() for level in first for s in level.submeshes] == [
        s.positions_m.tobytes() for level in second for s in level.submeshes
    ]
