"""Smoothed edges: pixels that a body covers in part are between it and what is behind, by how much it covers."""

from __future__ import annotations

from dataclasses import replace
from math import pi

import numpy as np
import pytest

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray, Pose, quaternion_about_axis
from simgen.records.light import EnvironmentLight
from simgen.records.scene import MaterialOverride, Scene
from simgen.rendering.raster import RasterRenderer
from tests.builders import box
from tests.measures.light import luminance
from tests.rendering.raster.conftest import Render
from tests.rendering.raster.test_glass import GlazedLibrary, pane
from tests.views import camera_scene, picture

CAMERA = Intrinsics(96, 72, 90.0, 90.0, 47.3, 35.8)
HALF_M, DEPTH_M = 0.25, 1.0
WHITE = MaterialOverride(base_color_rgb=(1.0, 1.0, 1.0), roughness=1.0, metallic=0.0)
SKY = EnvironmentLight(map=None, illuminance_lux=1000.0 * pi, background_visible=False)


def sheet(turn_rad: float) -> Scene:
    """A white sheet across the axis, turned about it, before black."""
    sides = (2 * HALF_M, 2 * HALF_M, 0.01)
    turned = quaternion_about_axis((0.0, 0.0, 1.0), turn_rad)
    body = box(sides, (0.0, 0.0, DEPTH_M + 0.005), quaternion_wxyz=turned, material=WHITE)
    return camera_scene([body], CAMERA, suns=[], environment=SKY)


def covered(turn_rad: float, split: int = 16) -> FloatArray:
    """The share (h, w) of each pixel that the sheet covers, by formula at 16 x 16 places."""
    steps = (np.arange(split) + 0.5) / split - 0.5
    u = (np.arange(CAMERA.width)[:, None] + steps).ravel()
    v = (np.arange(CAMERA.height)[:, None] + steps).ravel()
    x, y = np.meshgrid((u - CAMERA.cx) / CAMERA.fx * DEPTH_M, (v - CAMERA.cy) / CAMERA.fy * DEPTH_M)
    along, across = (
        np.cos(turn_rad) * x + np.sin(turn_rad) * y,
        np.cos(turn_rad) * y - np.sin(turn_rad) * x,
    )
    inside = (np.abs(along) <= HALF_M) & (np.abs(across) <= HALF_M)
    return inside.reshape(CAMERA.height, split, CAMERA.width, split).mean(axis=(1, 3))


def shown(render: Render, turn_rad: float) -> tuple[FloatArray, FloatArray]:
    """How bright pixels are as the eye sees them, 0 behind the sheet and 1 on it, and which are labelled with it.

    Edges are mixed tone-mapped, y / (y + white), and all light together makes a white sheet half of the brightest.
    """
    frame = render(sheet(turn_rad))
    y = luminance(frame).astype(float) / 1000.0
    return 2.0 * y / (y + 1.0), (frame.instance_id > 0).astype(float)


@pytest.mark.parametrize(
    ("turn_deg", "most"), [(4.0, 0.5), (11.0, 0.5), (20.0, 0.5), (33.0, 0.6), (45.0, 0.8)]
)
def test_a_slanted_edge_is_as_bright_as_it_covers(render: Render, turn_deg: float, most: float) -> None:
    """So much is left of the error of unsmoothed pixels: staircases with long steps are what is seen most."""
    turn = float(np.radians(turn_deg))
    share = covered(turn)
    smooth, hard = shown(render, turn)
    edge = (share > 0.0) & (share < 1.0)
    left, was = (float(np.sqrt(np.mean((each - share)[edge] ** 2))) for each in (smooth, hard))
    assert was > 0.2
    assert left < most * was


@pytest.mark.parametrize("turn_deg", [4.0, 11.0, 20.0])
def test_an_edge_behind_glass_is_smoothed_too(raster: RasterRenderer, turn_deg: float) -> None:
    """A pane fills the picture: its own depth has no edge there."""
    turn = float(np.radians(turn_deg))
    upright = quaternion_about_axis((1.0, 0.0, 0.0), pi / 2)
    glass = replace(pane(), instance_id=2, pose=Pose((0.0, 0.0, 0.5), upright))
    scene = sheet(turn)
    frame = picture(raster, replace(scene, objects=(*scene.objects, glass)), GlazedLibrary(0.3))
    assert (frame.instance_id == 2).all()
    y = luminance(frame).astype(float) / 1000.0
    tone = y / (y + 1.0)
    share = covered(turn)
    seen = (tone - np.median(tone[share == 0.0])) / np.ptp(
        [np.median(tone[share == end]) for end in (0.0, 1.0)]
    )
    edge = (share > 0.0) & (share < 1.0)
    left, was = (float(np.sqrt(np.mean((each - share)[edge] ** 2))) for each in (seen, np.round(share)))
    assert left < 0.6 * was


def test_what_lies_off_edges_is_left_alone(render: Render) -> None:
    share = covered(0.2)
    smooth, _ = shown(render, 0.2)
    grown = np.pad(share, 1, mode="edge")
    around = np.stack(
        [grown[i : i + share.shape[0], j : j + share.shape[1]] for i in range(3) for j in range(3)]
    )
    inside, outside = around.min(axis=0) == 1.0, around.max(axis=0) == 0.0
    assert smooth[outside].max() == 0.0
    assert np.ptp(smooth[inside]) < 0.01
