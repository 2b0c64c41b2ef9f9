"""Bounds of what lenses show: never too narrow, and narrow enough to be of use."""

from __future__ import annotations

from dataclasses import replace
from math import pi

import numpy as np
import pytest

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray, Pose, invert_rigid, quaternion_about_axis
from simgen.lens import Lens
from simgen.records.light import SpotLight
from simgen.rendering.lamps import lights_in
from simgen.rendering.raster.lamp import lamps_of
from simgen.rendering.raster.lens_bounds import EVERYWHERE, bounds_of
from simgen.rendering.raster.lens_detail import lens_cuts, lens_px_per_m
from simgen.rendering.raster.pyramids import tile_edges, tile_pyramids
from simgen.rendering.raster.tiles import tiles_of
from tests.builders import make_scene
from tests.views import still_view

WIDE = Intrinsics(320, 240, 250.0, 260.0, 158.0, 121.0)
LENSES = {
    "brown_conrady": replace(WIDE, lens=Lens("brown_conrady", (-0.28, 0.07, 0.004, -0.003, 0.01))),
    "pincushion": replace(WIDE, lens=Lens("brown_conrady", (0.2, 0.02))),
    "fisheye": replace(WIDE, fx=85.0, fy=87.0, lens=Lens("fisheye", (0.05, -0.01), widest_rad=1.8)),
    "brown_conrady_beside": replace(
        WIDE, lens=Lens("brown_conrady", (-0.28, 0.07, 0.004, -0.003, 0.01), beside=(0.06, -0.04))
    ),
    "fisheye_beside": replace(
        WIDE, fx=85.0, fy=87.0, lens=Lens("fisheye", (0.05, -0.01), widest_rad=1.8, beside=(-0.03, 0.05))
    ),
    "equirectangular": Intrinsics(
        320, 160, 320 / (2 * pi), 160 / pi, 159.5, 79.5, lens=Lens("equirectangular")
    ),
}


def inside(corners: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Points (n, 3) of a triangle, many of them on its edges."""
    weights = rng.dirichlet((0.4, 0.4, 0.4), 300)
    weights[:100, rng.integers(3)] = 0.0
    return (weights / weights.sum(axis=1, keepdims=True)) @ corners


@pytest.mark.parametrize("kind", LENSES)
def test_bounds_hold_all_that_is_shown_of_a_triangle(kind: str) -> None:
    camera, rng = LENSES[kind], np.random.default_rng(3)
    bounded = 0
    for size in np.geomspace(0.02, 3.0, 60):
        corners = rng.normal(size=(1, 3)) * 2 + rng.normal(size=(3, 3)) * size
        longest = max(float(np.linalg.norm(corners[i] - corners[i - 1])) for i in range(3))
        x0, y0, x1, y1 = bounds_of(camera, corners, longest)
        pixels = camera.project(inside(corners, rng))
        in_picture = (pixels > -0.5) & (pixels < (camera.width - 0.5, camera.height - 0.5))
        shown = pixels[in_picture.all(axis=1)]  # NaN is nowhere
        assert ((shown >= (x0, y0)) & (shown <= (x1, y1))).all()
        bounded += x1 - x0 < camera.width / 4
    assert bounded > 15


def test_bounds_of_small_things_are_tight() -> None:
    for camera in LENSES.values():
        corners = np.array([(0.1, 0.2, 2.0), (0.15, 0.2, 2.0), (0.1, 0.26, 2.02)])
        x0, y0, x1, y1 = bounds_of(camera, corners, 0.08)
        pixels = camera.project(corners)
        assert np.abs(np.array([x0, y0]) - pixels.min(axis=0)).max() < 1.5
        assert np.abs(np.array([x1, y1]) - pixels.max(axis=0)).max() < 1.5


def test_what_surrounds_the_camera_is_everywhere() -> None:
    corners = np.array([(-3.0, 1.0, -3.0), (3.0, 1.0, -3.0), (0.0, 1.0, 4.0)])
    assert all(bounds_of(camera, corners, 8.0) == EVERYWHERE for camera in LENSES.values())


@pytest.mark.parametrize("kind", LENSES)
def test_pyramids_hold_the_rays_of_their_tiles(kind: str) -> None:
    camera = LENSES[kind]
    sides, known = tile_pyramids(camera, 16, 12)
    rays = camera.rays()
    columns, rows = tile_edges(camera.width, 16), tile_edges(camera.height, 12)
    for tile in np.flatnonzero(known):
        y, x = divmod(int(tile), 16)
        part = rays[rows[y] : rows[y + 1], columns[x] : columns[x + 1]].reshape(-1, 3)
        part = part[np.isfinite(part[:, 0])]
        assert (part @ sides[tile].T > 0).all()
    assert known.mean() > 0.6  # of a panorama, the rows at the poles have none


@pytest.mark.parametrize("kind", [*LENSES, "orthographic"])
def test_a_lamp_is_drawn_wherever_its_cone_may_be_seen(kind: str) -> None:
    lens = Lens("orthographic")
    camera = replace(WIDE, fx=60.0, fy=60.0, lens=lens) if kind == "orthographic" else LENSES[kind]
    rng = np.random.default_rng(5)
    narrowed = 0
    for _ in range(20):
        turn = quaternion_about_axis(tuple(rng.normal(size=3)), float(rng.uniform(0, pi)))
        place = tuple(float(v) for v in rng.normal(size=3) * 2)
        lit_by = SpotLight("lamp", Pose(place, turn), "", 1000.0, outer_angle_rad=0.4)
        scene = make_scene(lights=(lit_by,))
        (lamp,) = lamps_of(lights_in(scene, still_view(scene)))
        tiles = tiles_of(lamp, lamp.T_world_lamp, 5.0, camera)
        narrowed += not tiles.all()
        angle, around, far = rng.uniform(0, 0.4, 200), rng.uniform(0, 2 * pi, 200), rng.uniform(0, 5.0, 200)
        axes = np.stack([np.cos(angle), np.sin(angle) * np.cos(around), np.sin(angle) * np.sin(around)])
        lit = (axes * far).T @ lamp.T_world_lamp[:3, :3].T + lamp.T_world_lamp[:3, 3]
        pixels = camera.project(lit)
        seen = pixels[((pixels > -0.5) & (pixels < (camera.width - 0.5, camera.height - 0.5))).all(axis=1)]
        across, down = (np.array(tile_edges(n, k)[1:]) for n, k in ((camera.width, 8), (camera.height, 6)))
        u, v = np.rint(seen).astype(int).T
        assert tiles[np.searchsorted(down, v, side="right"), np.searchsorted(across, u, side="right")].all()
    assert narrowed > 5


@pytest.mark.parametrize("kind", LENSES)
def test_a_metre_covers_no_more_pixels_than_said(kind: str) -> None:
    camera, rng = LENSES[kind], np.random.default_rng(7)
    for _ in range(50):
        center = rng.normal(size=3) * 2 + (0.0, 0.0, 2.0)
        most = lens_px_per_m(camera, center, 0.3)
        points = center + rng.normal(size=(100, 3)) * 0.05
        step = rng.normal(size=(100, 3))
        step *= 1e-4 / np.linalg.norm(step, axis=1, keepdims=True)
        pixels = camera.project(points)
        in_picture = ((pixels > -0.5) & (pixels < (camera.width - 0.5, camera.height - 0.5))).all(axis=1)
        size = np.hypot(*(camera.project(points + step) - pixels)[in_picture].T) / 1e-4
        size = size[size < 1e5]  # not across the seam
        assert (size <= 1.01 * most).all()


def test_a_camera_beside_a_flat_box_does_not_cut_it() -> None:
    T = invert_rigid(Pose((0.0, 0.0, 0.5)).matrix())
    half = np.array([4.0, 4.0, 0.1])
    for camera in LENSES.values():
        assert not lens_cuts(camera, T, half)
        assert lens_cuts(camera, invert_rigid(Pose((1.0, 0.0, 0.12)).matrix()), half)
