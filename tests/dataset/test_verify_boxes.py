"""3D boxes through lenses, which bend their edges: the rays through an outline must meet the box of its label."""

from __future__ import annotations

from dataclasses import replace
from math import pi

import numpy as np
import pytest

from simgen.annotate import Tile, encode_rles
from simgen.camera import Intrinsics
from simgen.dataset.labels import labels_of
from simgen.dataset.verify.boxes import solid_flaws
from simgen.dataset.verify.frame import CheckedFrame
from simgen.geometry import Vec3
from simgen.lens import Lens
from simgen.records.annotation import Annotation
from tests.dataset.samples import ball_scene, rendered, still

RADIUS_M = 0.3
CAMERAS = {
    "fisheye": Intrinsics(96, 80, 30.0, 30.0, 47.5, 39.5, lens=Lens("fisheye", (0.05,), widest_rad=2.0)),
    "brown_conrady": Intrinsics(96, 80, 60.0, 60.0, 47.5, 39.5, lens=Lens("brown_conrady", (-0.2, 0.05))),
    "equirectangular": Intrinsics(96, 48, 96 / (2 * pi), 48 / pi, 47.5, 23.5, lens=Lens("equirectangular")),
    "orthographic": Intrinsics(96, 80, 40.0, 40.0, 47.5, 39.5, lens=Lens("orthographic")),
}


def ball_seen_by(camera: Intrinsics, at: Vec3, size_m: float) -> CheckedFrame:
    """A frame of one ball whose mask is exact, by the distance of each ray to its middle, and whose box is `size_m`."""
    rays = camera.rays() / np.linalg.norm(camera.rays(), axis=2, keepdims=True)
    off = np.array(at) - camera.origins()
    along = (off * rays).sum(axis=2)
    mask = (along > 0) & (np.linalg.norm(off - along[..., None] * rays, axis=2) <= RADIUS_M)
    assert 30 < mask.sum() < mask.size / 2
    scene = ball_scene()
    labels = labels_of(rendered(scene)[0])
    [rle] = encode_rles([Tile(0, 0, mask)], camera.width, camera.height)
    T_camera_object = np.eye(4)
    T_camera_object[:3, 3] = at
    ball = replace(
        labels.annotation.objects[1], T_camera_object=T_camera_object, size_m=(size_m,) * 3, mask_amodal=rle
    )
    return CheckedFrame(
        labels=replace(labels, intrinsics=camera, annotation=Annotation((ball,))),
        scene=scene,
        trajectory=still(scene),
        taxonomy=(),
        masks={ball.instance_id: (mask, mask)},
        rgb=None,
        depth_m=None,
        instance_id=None,
        semantic=None,
        object_coordinates_m=None,
        others={},
    )


@pytest.mark.parametrize("kind", CAMERAS)
def test_the_outline_of_a_ball_lies_in_its_box_through_any_lens(kind: str) -> None:
    for at in ((0.1, -0.2, 1.0), (-0.5, 0.3, 1.2)):
        assert list(solid_flaws(ball_seen_by(CAMERAS[kind], at, 2 * RADIUS_M))) == []


@pytest.mark.parametrize("kind", CAMERAS)
def test_a_box_that_is_too_small_is_found_through_any_lens(kind: str) -> None:
    [(output, message)] = solid_flaws(ball_seen_by(CAMERAS[kind], (0.1, -0.2, 1.0), 0.7 * RADIUS_M))
    assert output == "labels"
    assert "rays through its silhouette miss its 3D box" in message


def test_a_box_behind_a_camera_that_sees_all_around_is_no_box_before_it() -> None:
    frame = ball_seen_by(CAMERAS["equirectangular"], (0.1, -0.2, 1.0), 2 * RADIUS_M)
    [ball] = frame.objects
    turned = ball.T_camera_object.copy()
    turned[:3, 3] *= -1
    labels = replace(frame.labels, annotation=Annotation((replace(ball, T_camera_object=turned),)))
    assert len(list(solid_flaws(replace(frame, labels=labels)))) == 1
