"""Culling by spheres: what a picture can show is never left out, what lies far beside it always is."""

from __future__ import annotations

from dataclasses import replace
from math import pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray
from simgen.lens import Lens
from simgen.rendering.frustum import sphere_in_view

PINHOLE = Intrinsics(64, 48, 53.0, 56.0, 20.8, 29.9, near_m=0.1, far_m=30.0)
CAMERAS = {
    "pinhole": PINHOLE,
    "brown_conrady": replace(PINHOLE, lens=Lens("brown_conrady", (-0.2, 0.03, 0.004, -0.002))),
    "fisheye": replace(PINHOLE, fx=18.0, fy=18.6, lens=Lens("fisheye", (0.02, -0.004), widest_rad=1.75)),
    "equirectangular": Intrinsics(64, 32, 64 / (2 * pi), 32 / pi, 31.5, 15.5, lens=Lens("equirectangular")),
    "orthographic": replace(PINHOLE, fx=20.0, fy=21.0, lens=Lens("orthographic")),
}
lengths = st.floats(-12.0, 12.0)


def surface_points(center: FloatArray, radius_m: float) -> FloatArray:
    """Points (n, 3) spread over a sphere and its inside."""
    rng = np.random.default_rng(5)
    ways = rng.normal(size=(600, 3))
    ways *= rng.uniform(0.0, 1.0, (600, 1)) ** 0.1 / np.linalg.norm(ways, axis=1, keepdims=True)
    return center + radius_m * ways


@pytest.mark.parametrize("kind", CAMERAS)
@settings(max_examples=40, deadline=None)
@given(x=lengths, y=lengths, z=lengths, radius_m=st.floats(0.05, 4.0))
def test_a_sphere_of_which_a_point_is_in_the_picture_is_in_view(
    kind: str, x: float, y: float, z: float, radius_m: float
) -> None:
    camera, center = CAMERAS[kind], np.array([x, y, z])
    points = surface_points(center, radius_m)
    with np.errstate(divide="ignore", invalid="ignore"):
        u, v = camera.project(points).T
        depth = camera.depth_of(points)
    shown = (np.abs(u - (camera.width - 1) / 2) <= camera.width / 2) & (depth >= camera.near_m)
    shown &= (np.abs(v - (camera.height - 1) / 2) <= camera.height / 2) & (depth <= camera.far_m)
    if shown.any():
        assert sphere_in_view(camera, center, radius_m)


BESIDE = {
    "behind": (0.0, 0.0, -3.0),
    "left": (-6.0, 0.0, 3.0),
    "below": (0.0, 7.0, 3.0),
    "beyond far": (0.0, 0.0, 33.0),
}


@pytest.mark.parametrize("where", BESIDE)
def test_what_lies_beside_behind_or_beyond_is_left_out(where: str) -> None:
    assert not sphere_in_view(PINHOLE, np.array(BESIDE[where]), 1.0)


def test_a_wide_lens_leaves_out_what_lies_behind_it() -> None:
    camera = CAMERAS["fisheye"]  # sees up to 100 degrees off its axis at its widest
    assert sphere_in_view(camera, np.array([5.0, 0.0, -0.5]), 0.3)
    assert not sphere_in_view(camera, np.array([0.5, 0.0, -5.0]), 0.3)


def test_parallel_rays_leave_out_what_lies_beside_the_strip_that_they_sweep() -> None:
    camera = CAMERAS["orthographic"]
    assert sphere_in_view(camera, np.array([2.5, 0.0, 20.0]), 0.5)
    assert not sphere_in_view(camera, np.array([3.5, 0.0, 20.0]), 0.5)
