"""Labels made from every back end's frames, against closed forms that know nothing of any renderer."""

from __future__ import annotations

from collections.abc import Callable
from math import pi

import numpy as np
import pytest
from numpy.typing import NDArray

from simgen.annotate import annotate
from simgen.dataset.rle import decode_rle
from simgen.geometry import invert_rigid
from simgen.records.frame import Frame
from simgen.records.scene import Scene
from simgen.rendering.analytic import box_bounds, box_outline_area_px, sphere_outline
from tests.builders import box, sphere
from tests.conformance.oracle import oracle
from tests.conformance.scenes import LENS, ODD_LENS, SCENES, TURN, fine
from tests.views import camera_scene

Frames = Callable[[str], Frame]
Render = Callable[[Scene], Frame]
every_scene = pytest.mark.parametrize("name", SCENES)


@every_scene
def test_fractions_and_boxes_are_those_of_the_oracle(frames: Frames, name: str) -> None:
    scene = SCENES[name]()
    ours, truth = annotate(frames(name), scene).objects, annotate(oracle(name), scene).objects
    for given, expected in zip(ours, truth, strict=True):
        assert given.name == expected.name
        np.testing.assert_allclose(given.bbox_amodal_xyxy, expected.bbox_amodal_xyxy, atol=1.0)
        assert (given.bbox_modal_xyxy is None) == (expected.bbox_modal_xyxy is None)
        if given.bbox_modal_xyxy and expected.bbox_modal_xyxy:
            np.testing.assert_allclose(given.bbox_modal_xyxy, expected.bbox_modal_xyxy, atol=1.0)
        # A tenth of the outline's pixels may fall either way.
        slack = min(1.0, 0.4 / np.sqrt(expected.amodal_px)) + 0.002
        assert given.unoccluded_fraction == pytest.approx(expected.unoccluded_fraction, abs=slack)
        assert given.in_frame_fraction == pytest.approx(expected.in_frame_fraction, abs=slack)


@every_scene
def test_poses_are_the_scene_s(frames: Frames, name: str) -> None:
    scene = SCENES[name]()
    T_camera_world = invert_rigid(scene.cameras[0].poses[0].matrix())
    for label in annotate(frames(name), scene).objects:
        body = scene.object(label.instance_id)
        np.testing.assert_allclose(label.T_camera_object, T_camera_world @ body.pose.matrix(), atol=1e-12)
        assert label.size_m == body.size_m


def pixel_grid_level(
    shape: tuple[float, float, float], center: tuple[float, float], size: tuple[int, int]
) -> NDArray[np.float64]:
    """Return y² of every pixel centre c + S^(1/2) y: below 1 inside the ellipse."""
    uu, uv, vv = shape
    v, u = np.mgrid[: size[0], : size[1]]
    offset = np.dstack([u, v]) - center
    level: NDArray[np.float64] = np.einsum(
        "hwi,ij,hwj->hw", offset, np.linalg.inv([[uu, uv], [uv, vv]]), offset
    )
    return level


@pytest.mark.parametrize("lens", [LENS, ODD_LENS], ids=["plain", "odd"])
@pytest.mark.parametrize("at", [(0.0, 0.0, 1.0), (0.11, -0.07, 0.9), (-0.12, 0.1, 1.4)])
def test_the_mask_of_a_sphere_is_its_ellipse(
    render: Render, lens: object, at: tuple[float, float, float]
) -> None:
    """Every pixel centre more than 0.05 px inside is in the mask, every one as far outside is not."""
    assert isinstance(lens, type(LENS))
    scene = camera_scene(fine([sphere(0.13, at=at)]), lens)
    (label,) = annotate(render(scene), scene).objects
    ellipse = sphere_outline(lens, np.array(at), 0.13)
    assert ellipse is not None
    level = np.sqrt(pixel_grid_level(ellipse.shape_px2, ellipse.center_px, (lens.height, lens.width)))
    margin = 0.05 / np.sqrt(min(ellipse.shape_px2[0], ellipse.shape_px2[2]))
    mask = decode_rle(label.mask_modal)
    assert mask[level < 1 - margin].all()
    assert not mask[level > 1 + margin].any()
    assert label.visible_px == pytest.approx(ellipse.area_px, abs=0.5 * pi * np.sqrt(ellipse.area_px))
    assert label.visible_fraction == 1.0
    low, high = np.array(ellipse.bounds_xyxy[:2]), np.array(ellipse.bounds_xyxy[2:])
    assert label.bbox_modal_xyxy is not None
    x0, y0, x1, y1 = label.bbox_modal_xyxy
    assert (np.abs(np.array([x0, y0]) - low) < 1.05).all()  # first pixel centre inside the tangents
    assert (np.abs(np.array([x1 - 1, y1 - 1]) - high) < 1.05).all()


@pytest.mark.parametrize("lens", [LENS, ODD_LENS], ids=["plain", "odd"])
@pytest.mark.parametrize("at", [(0.0, 0.0, 1.0), (0.09, -0.07, 0.9), (-0.12, 0.1, 1.4)])
def test_boxes_of_a_box_are_its_projected_corners(
    render: Render, lens: object, at: tuple[float, float, float]
) -> None:
    assert isinstance(lens, type(LENS))
    size = (0.2, 0.15, 0.25)
    scene = camera_scene([box(size, at=at, quaternion_wxyz=TURN)], lens)
    (label,) = annotate(render(scene), scene).objects
    T = scene.objects[0].pose.matrix()
    bounds = box_bounds(lens, T, np.array(size))
    assert bounds is not None and label.bbox_modal_xyxy is not None
    x0, y0, x1, y1 = label.bbox_modal_xyxy
    inward = np.array([x0 - bounds[0], y0 - bounds[1], bounds[2] - (x1 - 1), bounds[3] - (y1 - 1)])
    assert (inward >= -0.01).all()  # no pixel centre outside the outline
    assert (inward < 2.0).all()  # a corner's tip may pass between centres
    assert label.visible_px == pytest.approx(box_outline_area_px(lens, T, np.array(size)), rel=0.01)
    assert label.bbox_modal_xyxy == label.bbox_amodal_xyxy == label.bbox_unclipped_xyxy


@pytest.mark.parametrize(("u0", "u1"), [(20.5, 80.5), (-39.5, 60.5), (100.5, 200.5), (-20.5, 219.5)])
@pytest.mark.parametrize(("v0", "v1"), [(30.5, 90.5), (-29.5, 60.5)])
def test_the_share_in_frame_of_a_cut_card_is_a_ratio_of_whole_pixels(
    render: Render, u0: float, u1: float, v0: float, v1: float
) -> None:
    """A thin card before the camera: pixels in the image over pixels on the whole plane, both countable by hand."""
    x0, x1 = (u0 - LENS.cx) / LENS.fx, (u1 - LENS.cx) / LENS.fx
    y0, y1 = (v0 - LENS.cy) / LENS.fy, (v1 - LENS.cy) / LENS.fy
    scene = camera_scene([box((x1 - x0, y1 - y0, 1e-4), at=((x0 + x1) / 2, (y0 + y1) / 2, 1 + 5e-5))], LENS)
    (label,) = annotate(render(scene), scene).objects
    across = min(u1 + 0.5, LENS.width) - max(u0 + 0.5, 0)
    down = min(v1 + 0.5, LENS.height) - max(v0 + 0.5, 0)
    assert label.amodal_px == across * down
    assert label.in_frame_fraction == pytest.approx(across * down / ((u1 - u0) * (v1 - v0)), rel=1e-3)
    assert label.bbox_unclipped_xyxy == (u0 + 0.5, v0 + 0.5, u1 + 0.5, v1 + 0.5)
    assert label.unoccluded_fraction == 1.0
