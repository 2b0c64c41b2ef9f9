"""Rays of a lens against triangles: every meeting that a test of all rays with all triangles finds, and no other."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray
from simgen.lens import Lens
from simgen.records.frame import View
from simgen.rendering.frustum import sphere_in_view
from simgen.rendering.pathtrace.bodies import Body, Shape
from simgen.rendering.pathtrace.coverage import Grid, Triangles
from simgen.rendering.pathtrace.labels import label_view
from simgen.rendering.pathtrace.lens_coverage import LensTriangles, triangles_of
from tests.rendering.pathtrace.shapes import ball

LENSES = {
    "brown_conrady": Intrinsics(
        48, 36, 40.0, 42.0, 23.1, 17.9, lens=Lens("brown_conrady", (-0.2, 0.03, 0.002, -0.001))
    ),
    "fisheye": Intrinsics(
        48, 36, 14.0, 14.0, 23.5, 17.5, lens=Lens("fisheye", (0.02, -0.004), widest_rad=1.75)
    ),
    "equirectangular": Intrinsics(48, 24, 48 / (2 * pi), 24 / pi, 23.5, 11.5, lens=Lens("equirectangular")),
    "orthographic": Intrinsics(48, 36, 10.0, 12.0, 23.5, 17.5, lens=Lens("orthographic")),
}


def random_triangles(seed: int, count: int = 60) -> FloatArray:
    rng = np.random.default_rng(seed)
    middles = rng.normal(size=(count, 1, 3)) * 2.0
    return middles + rng.normal(size=(count, 3, 3)) * rng.uniform(0.05, 1.5, (count, 1, 1))


def met_by_all(camera: Intrinsics, corners: FloatArray) -> dict[tuple[int, int], float]:
    """Möller and Trumbore (1997), every ray with every triangle."""
    rays = camera.rays().reshape(-1, 3)
    starts = np.broadcast_to(camera.origins(), (camera.height, camera.width, 3)).reshape(-1, 3)
    found: dict[tuple[int, int], float] = {}
    for index, (a, b, c) in enumerate(corners):
        h = np.cross(rays, c - a)
        with np.errstate(divide="ignore", invalid="ignore"):
            f = 1 / (h @ (b - a))
            u = f * ((starts - a) * h).sum(axis=1)
            q = np.cross(starts - a, b - a)
            v = f * (rays * q).sum(axis=1)
            t = f * (q @ (c - a))
        hit = (u >= 0) & (v >= 0) & (u + v <= 1) & (t >= camera.near_m) & (t <= camera.far_m)
        found |= {(index, int(cell)): float(t[cell]) for cell in np.flatnonzero(hit)}
    return found


@pytest.mark.parametrize("kind", LENSES)
@pytest.mark.parametrize("seed", range(3))
def test_every_ray_meets_what_it_meets_when_all_are_tried(kind: str, seed: int) -> None:
    camera, corners = LENSES[kind], random_triangles(seed)
    truth = met_by_all(camera, corners)
    seen = triangles_of(corners, camera, np.zeros(len(corners), np.bool_))
    ours = {
        (int(t), int(cell)): float(depth)
        for part in seen.samples(Grid.of_image(camera))
        for t, cell, depth in zip(part.triangle, part.cell, part.depth_m, strict=True)
    }
    assert len(truth) > 200
    assert len(truth.keys() ^ ours.keys()) <= 1  # rounding, where a ray passes through an edge
    both = sorted(truth.keys() & ours.keys())
    np.testing.assert_allclose([ours[k] for k in both], [truth[k] for k in both], rtol=1e-7)


def test_a_lens_without_distortion_sees_what_a_pinhole_sees() -> None:
    pinhole = Intrinsics(48, 36, 40.0, 42.0, 23.1, 17.9)
    through = Intrinsics(48, 36, 40.0, 42.0, 23.1, 17.9, lens=Lens("brown_conrady"))
    corners, grid = random_triangles(5), Grid.of_image(pinhole)
    cells = [
        sorted((int(t), int(c)) for part in seen.samples(grid) for t, c in zip(part.triangle, part.cell, strict=True))
        for seen in (Triangles(corners, pinhole), LensTriangles(corners, through))
    ]  # fmt: skip
    assert cells[0] == cells[1]


@pytest.mark.parametrize("kind", LENSES)
def test_weights_give_back_the_point_that_a_pixel_shows(kind: str) -> None:
    camera, corners = LENSES[kind], random_triangles(7)
    seen = triangles_of(corners, camera, np.zeros(len(corners), np.bool_))
    for part in seen.samples(Grid.of_image(camera)):
        row, column = np.divmod(part.cell, camera.width)
        weights = seen.weights(part.triangle, column.astype(float), row.astype(float))
        at = (corners[part.triangle] * weights[..., None]).sum(axis=1)
        np.testing.assert_allclose(camera.project(at), np.column_stack([column, row]), atol=1e-5)
        np.testing.assert_allclose(camera.depth_of(at), part.depth_m, rtol=1e-6)


@pytest.mark.parametrize("kind", LENSES)
def test_one_sided_triangles_are_seen_from_one_side(kind: str) -> None:
    camera, corners = LENSES[kind], random_triangles(3)
    whole, front, back = (
        sum(len(part.cell) for part in triangles_of(c, camera, np.full(60, s)).samples(Grid.of_image(camera)))
        for c, s in ((corners, False), (corners, True), (corners[:, ::-1], True))
    )
    assert 0 < front < whole
    assert front + back == pytest.approx(whole, abs=1)


@pytest.mark.parametrize("kind", LENSES)
def test_a_ball_s_labels_are_what_the_formula_of_a_sphere_gives(kind: str) -> None:
    camera = LENSES[kind]
    center, radius = np.array([0.2, -0.1, 2.4]), 0.5
    T = np.eye(4)
    T[:3, 3] = center
    shape: Shape = ball(radius, 5)
    body = Body(1, shape, (), 1.0, radius, np.full(3, radius))
    view = View("camera", 0, 0.0, camera, np.eye(4), T[None], frozenset({"object_coordinates"}))
    labels, placed = label_view([body], view)
    assert len(placed) == 1
    rays, starts = camera.rays(), camera.origins()
    d2, along = (rays * rays).sum(axis=-1), ((center - starts) * rays).sum(axis=-1)
    rest = along**2 - d2 * (((center - starts) ** 2).sum(axis=-1) - radius**2)
    truth = (along - np.sqrt(np.where((rest > 0) & (along > 0), rest, np.nan))) / d2
    sure = np.abs(rest) > 0.02
    np.testing.assert_array_equal(labels.instance_id[sure] == 1, np.isfinite(truth)[sure])
    both = sure & np.isfinite(truth)
    np.testing.assert_allclose(labels.depth_m[both], truth[both], rtol=3e-3)
    points = camera.unproject(labels.depth_m)
    assert labels.object_coordinates_m is not None
    np.testing.assert_allclose(labels.object_coordinates_m[both], (points - center)[both], atol=1e-4)
    np.testing.assert_allclose(labels.normals_camera[both], ((points - center) / radius)[both], atol=0.02)
    outline = labels.silhouettes[1]
    assert outline.total_px == outline.mask.sum() == (labels.instance_id == 1).sum()


@pytest.mark.parametrize("kind", LENSES)
def test_nothing_that_is_seen_counts_as_out_of_view(kind: str) -> None:
    camera, rng = LENSES[kind], np.random.default_rng(1)
    points = camera.unproject(np.full((camera.height, camera.width), 3.0)).reshape(-1, 3)
    points = points[np.isfinite(points[:, 0])]
    for point in points[rng.integers(len(points), size=50)]:
        assert sphere_in_view(camera, point, 0.01)
