"""Lenses against OpenCV, and there and back again."""

from __future__ import annotations

import json
from math import pi

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simgen.camera import Intrinsics
from simgen.errors import UsageError
from simgen.geometry import FloatArray
from simgen.lens import Lens, widest_angle
from tests.strategies import numbers

K = {"fx": 60.0, "fy": 64.0, "cx": 31.2, "cy": 23.9}
DEPTHS = numbers(0.1, 50.0)
small = st.floats(-0.05, 0.05)
brown = st.builds(
    lambda *c: Lens("brown_conrady", c),
    st.floats(-0.3, 0.3), st.floats(-0.1, 0.1), st.floats(-0.005, 0.005), st.floats(-0.005, 0.005), small,
)  # fmt: skip
fisheye = st.builds(
    lambda *c: Lens("fisheye", c), small, small, st.floats(-0.01, 0.01), st.floats(-0.002, 0.002)
)
flat = st.builds(lambda: Lens("orthographic"))
around = st.builds(lambda: Lens("equirectangular"))


def seen_by(lens: Lens) -> Intrinsics:
    return Intrinsics(
        64, 48, lens=lens, **(K if lens.kind != "equirectangular" else {**K, "fx": 9.0, "fy": 14.0})
    )


def in_front(seed: int, widest_rad: float, count: int = 60) -> FloatArray:
    rng = np.random.default_rng(seed)
    angle, turn = rng.uniform(0, widest_rad, count), rng.uniform(-pi, pi, count)
    away = np.column_stack([np.sin(angle) * np.cos(turn), np.sin(angle) * np.sin(turn), np.cos(angle)])
    return away * rng.uniform(0.2, 20.0, (count, 1))


@given(brown, st.integers(0, 99))
def test_brown_conrady_is_opencv_s(lens: Lens, seed: int) -> None:
    camera, points = seen_by(lens), in_front(seed, 0.6)
    theirs = cv2.projectPoints(points, np.zeros(3), np.zeros(3), camera.K, np.array(lens.coefficients))[0]
    ours = camera.project(points)
    shown = np.isfinite(ours[:, 0])
    assert shown.any()
    np.testing.assert_allclose(ours[shown], theirs[shown, 0], atol=1e-9)


@given(fisheye, st.integers(0, 99))
def test_fisheye_is_opencv_s(lens: Lens, seed: int) -> None:
    """OpenCV's own stops short of a right angle."""
    camera, points = seen_by(lens), in_front(seed, 1.4)
    theirs = cv2.fisheye.projectPoints(
        points[:, None], np.zeros(3), np.zeros(3), camera.K, np.array(lens.coefficients)
    )[0]
    ours = camera.project(points)
    shown = np.isfinite(ours[:, 0])
    assert shown.any()
    np.testing.assert_allclose(ours[shown], theirs[shown, 0], atol=1e-8)


@given(brown | fisheye | flat | around, DEPTHS)
def test_what_is_unprojected_projects_to_its_pixel_and_has_its_depth(lens: Lens, depth_m: float) -> None:
    camera = seen_by(lens)
    points = camera.unproject(np.full((48, 64), depth_m)).reshape(-1, 3)
    shown = np.isfinite(points[:, 0])
    assert shown.mean() > 0.3
    u, v = np.meshgrid(np.arange(64.0), np.arange(48.0))
    pixels = np.column_stack([u.ravel(), v.ravel()])
    np.testing.assert_allclose(camera.project(points[shown]), pixels[shown], atol=1e-6)
    np.testing.assert_allclose(camera.depth_of(points[shown]), depth_m, rtol=1e-12)


@given(fisheye, st.integers(0, 99))
def test_a_fisheye_sees_past_a_right_angle(lens: Lens, seed: int) -> None:
    camera, points = seen_by(lens), in_front(seed, widest_angle(lens) - 0.01)
    pixels = camera.project(points)
    back = camera.directions(pixels[:, 0], pixels[:, 1])
    np.testing.assert_allclose(back, points / np.linalg.norm(points, axis=1, keepdims=True), atol=1e-6)


def test_without_coefficients_a_fisheye_s_radius_is_the_angle() -> None:
    angles = np.linspace(0.01, 3.1, 50)
    points = np.column_stack([np.sin(angles), 0 * angles, np.cos(angles)])
    pixels = seen_by(Lens("fisheye")).project(points)
    np.testing.assert_allclose(pixels[:, 0] - K["cx"], K["fx"] * angles, atol=1e-9)


def test_a_fisheye_shows_nothing_beyond_its_border() -> None:
    camera = seen_by(Lens("fisheye", widest_rad=0.4))
    shown = np.isfinite(camera.rays()[..., 0])
    u, v = np.meshgrid(np.arange(64.0), np.arange(48.0))
    np.testing.assert_array_equal(shown, np.hypot((u - K["cx"]) / K["fx"], (v - K["cy"]) / K["fy"]) <= 0.4)
    assert np.isnan(camera.project([(1.0, 0.0, 1.0)])).all()


def test_a_barrel_that_folds_back_shows_only_up_to_the_fold() -> None:
    """x = a - 0.3 a^3 turns round at a = 1.054."""
    camera = seen_by(Lens("brown_conrady", (-0.3,)))
    turn = float(np.sqrt(1 / 0.9))
    inside, beyond = camera.project([(turn - 1e-6, 0, 1), (turn + 1e-6, 0, 1)])
    assert np.isfinite(inside).all()
    assert np.isnan(beyond).all()


def test_an_equirectangular_picture_holds_all_directions() -> None:
    camera = Intrinsics(64, 32, 64 / (2 * pi), 32 / pi, 31.5, 15.5, lens=Lens("equirectangular"))
    rays = camera.rays()
    np.testing.assert_allclose(np.linalg.norm(rays, axis=-1), 1.0)
    assert np.allclose(rays.mean(axis=(0, 1)), 0.0, atol=1e-12)
    points = np.array([(0, 0, 2.0), (1.0, 0, 0), (0, 0, -1.0), (0, -3.0, 0)])
    np.testing.assert_allclose(camera.project(points)[:3, 0], [31.5, 47.5, 63.5])
    np.testing.assert_allclose(camera.project(points)[:, 1], [15.5, 15.5, 15.5, -0.5])


def test_orthographic_size_does_not_depend_on_depth() -> None:
    camera = Intrinsics(64, 48, 10.0, 10.0, 31.5, 23.5, lens=Lens("orthographic"))
    np.testing.assert_allclose(camera.project([(1.0, 0.5, 1.0), (1.0, 0.5, 9.0)]), [(41.5, 28.5)] * 2)
    np.testing.assert_allclose(camera.unproject(np.full((48, 64), 2.0))[0, 0], (-3.15, -2.35, 2.0))


@pytest.mark.parametrize("lens", [None, Lens("fisheye", (0.01,)), Lens("brown_conrady", (-0.1, 0.02))])
def test_finer_pixels_see_the_same_through_their_corners(lens: Lens | None) -> None:
    camera = Intrinsics(64, 48, lens=lens, **K)
    fine = camera.finer(3).rays()[1::3, 1::3]
    np.testing.assert_allclose(fine, camera.rays(), atol=1e-12)


@pytest.mark.parametrize("lens", [None, Lens("fisheye", (0.01, -0.02), 1.6), Lens("orthographic")])
def test_a_camera_comes_back_from_json(lens: Lens | None) -> None:
    camera = Intrinsics(64, 48, lens=lens, **K)
    assert Intrinsics.from_dict(json.loads(json.dumps(camera.to_dict()))) == camera
    assert ("lens" in camera.to_dict()) == (lens is not None)


def test_a_lens_that_bends_has_no_matrix() -> None:
    with pytest.raises(UsageError, match="no matrix can express a camera with a lens \\('fisheye'\\)"):
        seen_by(Lens("fisheye")).gl_projection()
