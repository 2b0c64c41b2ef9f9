"""Pinhole projection, its inverse, and the OpenGL matrix that must agree with both to a fraction of a pixel."""

from __future__ import annotations

from math import atan, pi

import numpy as np
import pytest
from hypothesis import given

from simgen.camera import Intrinsics
from tests.strategies import cameras, numbers

SMALL = Intrinsics(width=64, height=48, fx=50.0, fy=55.0, cx=30.25, cy=20.75)


def test_a_point_on_the_axis_lands_on_the_principal_point() -> None:
    np.testing.assert_array_equal(SMALL.project([(0, 0, 3)]), [(30.25, 20.75)])


def test_projection_is_the_matrix_K() -> None:
    p = np.array([0.3, -0.2, 1.7])
    homogeneous = SMALL.K @ p
    np.testing.assert_allclose(SMALL.project([p])[0], homogeneous[:2] / homogeneous[2])


def test_points_at_or_behind_the_camera_have_no_pixel() -> None:
    assert np.isnan(SMALL.project([(0, 0, 0), (1, 1, -2)])).all()


@given(cameras(max_px=40), numbers(0.1, 50.0))
def test_unproject_then_project_gives_the_pixel_grid(camera: Intrinsics, depth_m: float) -> None:
    points = camera.unproject(np.full((camera.height, camera.width), depth_m))
    assert (points[..., 2] == depth_m).all()
    u, v = np.meshgrid(np.arange(camera.width), np.arange(camera.height))
    np.testing.assert_allclose(
        camera.project(points.reshape(-1, 3)), np.column_stack([u.ravel(), v.ravel()]), atol=1e-9
    )


@given(cameras(), numbers(-0.6, 0.6), numbers(-0.6, 0.6), numbers(0.06, 190.0))
def test_the_gl_matrix_puts_pixel_centres_half_a_pixel_inside(
    camera: Intrinsics, x_over_z: float, y_over_z: float, z: float
) -> None:
    """GL's window runs 0..width with the first pixel's centre at 0.5; ours has it at 0. Row 0 is at clip +1."""
    p = np.array([x_over_z * z, y_over_z * z, z])
    clip = camera.gl_projection() @ np.append(p, 1.0)
    assert clip[3] == pytest.approx(z)
    x, y = clip[:2] / clip[3]
    window = ((x + 1) / 2 * camera.width, (1 - y) / 2 * camera.height)
    np.testing.assert_allclose(np.array(window) - 0.5, camera.project([p])[0], atol=1e-7)


@given(cameras())
def test_near_and_far_are_the_ends_of_clip_depth(camera: Intrinsics) -> None:
    P = camera.gl_projection()
    for z, expected in ((camera.near_m, -1.0), (camera.far_m, 1.0)):
        clip = P @ (0, 0, z, 1)
        assert clip[2] / clip[3] == pytest.approx(expected)


def test_field_of_view_spans_the_outer_edges_of_the_pixels() -> None:
    camera = Intrinsics.from_fov(640, 480, pi / 2)
    assert (camera.cx, camera.cy) == (319.5, 239.5)
    left = (camera.cx + 0.5) / camera.fx
    right = (camera.width - 0.5 - camera.cx) / camera.fx
    assert atan(left) + atan(right) == pytest.approx(pi / 2)
    assert camera.fx == camera.fy


def test_rays_have_unit_depth() -> None:
    rays = SMALL.rays()
    assert rays.shape == (48, 64, 3)
    assert (rays[..., 2] == 1).all()
    np.testing.assert_allclose(rays[0, 0], ((0 - 30.25) / 50, (0 - 20.75) / 55, 1))
