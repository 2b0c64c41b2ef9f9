"""Labels against closed forms on boxes and spheres, and the invariants that hold for every frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simgen.annotate import annotate
from simgen.camera import Intrinsics
from simgen.dataset.rle import decode_rle
from simgen.errors import RenderError, UsageError
from simgen.geometry import Quat, Vec3, apply, invert_rigid
from simgen.records.scene import SceneObject
from simgen.rendering.analytic import box_bounds, box_outline_area_px, pixel_box, sphere_outline
from tests.builders import box, cylinder, floor, make_scene, primitive, sphere
from tests.strategies import numbers, quaternions
from tests.views import camera_scene, cast

LENS = Intrinsics(width=96, height=72, fx=120.0, fy=110.0, cx=45.0, cy=37.0)


def card(u0: float, u1: float, v0: float, v1: float, z: float) -> SceneObject:
    """A thin box whose front face at depth z spans these pixels; the sides stay within the face's outline."""
    x0, x1 = (u0 - LENS.cx) * z / LENS.fx, (u1 - LENS.cx) * z / LENS.fx
    y0, y1 = (v0 - LENS.cy) * z / LENS.fy, (v1 - LENS.cy) * z / LENS.fy
    return box((x1 - x0, y1 - y0, 1e-4), at=((x0 + x1) / 2, (y0 + y1) / 2, z + 5e-5))


def test_boxes_masks_and_fractions_of_overlapping_boxes() -> None:
    cards = [
        card(24.5, 65.5, 16.5, 57.5, 2.0),  # 41 x 41 pixels
        card(45.5, 66.5, 9.5, 64.5, 1.0),  # before its right part, past it above and below
        card(-32.5, 27.5, 48.5, 69.5, 1.0),  # before its lower left corner, cut by the image's edge
        card(40.5, 50.5, 30.5, 40.5, 3.0),  # behind it
    ]
    scene = camera_scene(cards, LENS)
    far, near, cut, hidden = annotate(cast(scene), scene).objects
    assert far.bbox_amodal_xyxy == (25, 17, 66, 58)
    assert far.amodal_px == 41 * 41
    assert near.bbox_modal_xyxy == near.bbox_amodal_xyxy == (46, 10, 67, 65)
    assert near.visible_fraction == 1.0
    assert far.bbox_modal_xyxy == (25, 17, 46, 58)
    assert far.visible_px == 41 * 41 - (66 - 46) * 41 - (28 - 25) * (58 - 49)
    assert far.in_frame_fraction == 1.0
    assert cut.bbox_unclipped_xyxy == (-32, 49, 28, 70)
    assert cut.bbox_amodal_xyxy == (0, 49, 28, 70)
    assert cut.in_frame_fraction == 28 / 60
    assert cut.unoccluded_fraction == 1.0
    assert cut.visible_fraction == 28 / 60
    assert hidden.bbox_modal_xyxy is None
    assert (hidden.visible_px, hidden.unoccluded_fraction, hidden.visible_fraction) == (0, 0.0, 0.0)
    assert not decode_rle(hidden.mask_modal).any()
    assert decode_rle(hidden.mask_amodal).sum() == hidden.amodal_px == 100


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(numbers(0.1, 0.6), numbers(0.1, 0.6), numbers(0.1, 0.6)),
    st.tuples(numbers(-1, 1), numbers(-0.8, 0.8), numbers(1.5, 4.0)),
    quaternions(),
)
def test_labels_of_a_lone_box_are_its_projection(size_m: Vec3, at: Vec3, q: Quat) -> None:
    scene = camera_scene([box(size_m, at=at, quaternion_wxyz=q)], LENS)
    frame = cast(scene)
    T = scene.objects[0].pose.matrix()
    bounds = box_bounds(LENS, T, np.array(size_m))
    assert bounds is not None
    for label in annotate(frame, scene).objects:
        expected = pixel_box(bounds)
        # The tip of a corner may fall between pixel centres: inside the bounds, by less than two pixels.
        inward = np.array(label.bbox_unclipped_xyxy) - expected
        assert (inward[:2] >= 0).all() and (inward[2:] <= 0).all() and np.abs(inward).max() <= 2
        area = box_outline_area_px(LENS, T, np.array(size_m))
        silhouette_px = label.amodal_px / label.in_frame_fraction
        perimeter = 2 * (bounds[2] - bounds[0] + bounds[3] - bounds[1])
        assert (
            abs(silhouette_px - area) <= perimeter
        )  # of a convex outline; each boundary pixel is off by < 1
        np.testing.assert_allclose(label.T_camera_object, T, atol=1e-12)
        assert label.size_m == size_m
        assert label.visible_fraction == pytest.approx(label.in_frame_fraction)


@settings(deadline=None, max_examples=60)
@given(st.tuples(numbers(-1, 1), numbers(-0.8, 0.8), numbers(1.0, 4.0)), numbers(0.1, 0.5))
def test_labels_of_a_lone_sphere_are_its_ellipse(at: Vec3, radius_m: float) -> None:
    scene = camera_scene([sphere(radius_m, at=at)], LENS)
    ellipse = sphere_outline(LENS, np.array(at), radius_m)
    assert ellipse is not None
    uu, uv, vv = ellipse.shape_px2
    u, v = np.meshgrid(np.arange(LENS.width), np.arange(LENS.height))
    offset = np.dstack([u, v]) - ellipse.center_px
    level = np.einsum("hwi,ij,hwj->hw", offset, np.linalg.inv([[uu, uv], [uv, vv]]), offset)
    labels = annotate(cast(scene), scene).objects
    if not (level <= 1).any():
        assert not labels
        return
    (label,) = labels
    sure = np.abs(level - 1) > 1e-6
    np.testing.assert_array_equal(decode_rle(label.mask_modal)[sure], (level <= 1)[sure])
    assert label.unoccluded_fraction == 1.0
    silhouette_px = label.amodal_px / label.in_frame_fraction
    x0, y0, x1, y1 = ellipse.bounds_xyxy
    assert abs(silhouette_px - ellipse.area_px) <= 2 * (x1 - x0 + y1 - y0)


things = st.lists(
    st.builds(
        primitive,
        st.sampled_from(["box", "sphere", "cylinder"]),
        st.tuples(numbers(0.1, 0.6), numbers(0.1, 0.6), numbers(0.1, 0.6)),
        st.tuples(numbers(-0.6, 0.6), numbers(-0.5, 0.5), numbers(0.8, 3.0)),
        quaternions(),
    ),
    min_size=1,
    max_size=6,
)


@settings(deadline=None, max_examples=30)
@given(things)
def test_what_holds_for_every_frame(objects: list[SceneObject]) -> None:
    scene = camera_scene(objects, LENS)
    frame = cast(scene)
    labels = annotate(frame, scene).objects
    assert [label.instance_id for label in labels] == sorted(frame.silhouettes)
    seen = np.zeros((LENS.height, LENS.width), int)
    for label in labels:
        modal, amodal = decode_rle(label.mask_modal), decode_rle(label.mask_amodal)
        seen += modal * label.instance_id
        assert not (modal & ~amodal).any()
        assert (modal.sum(), amodal.sum()) == (label.visible_px, label.amodal_px)
        assert label.bbox_amodal_xyxy == tight(amodal)
        assert label.bbox_modal_xyxy == (tight(modal) if modal.any() else None)
        for fraction in (label.in_frame_fraction, label.unoccluded_fraction, label.visible_fraction):
            assert 0.0 <= fraction <= 1.0
        assert label.visible_fraction == label.in_frame_fraction * label.unoccluded_fraction
    np.testing.assert_array_equal(seen, frame.instance_id)  # the masks partition the picture


def tight(mask: np.ndarray) -> tuple[float, float, float, float]:
    rows, columns = np.nonzero(mask)
    return (float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1))


def test_pose_labels_carry_a_surface_point_from_object_to_depth() -> None:
    """T_camera_object @ object coordinates = unproject(depth), with a camera that is not at the origin."""
    scene = make_scene([floor(), box((0.3, 0.2, 0.1), at=(0.1, 0, 0.05)), cylinder(at=(-0.3, 0.1, 0.05))])
    frame = cast(scene)
    points = frame.view.intrinsics.unproject(frame.depth_m)
    for label in annotate(frame, scene).objects:
        hit = frame.instance_id == label.instance_id
        on_object = frame.object_coordinates_m[hit]
        np.testing.assert_allclose(apply(label.T_camera_object, on_object), points[hit], atol=2e-6)
        T_world_object = frame.view.T_world_camera @ label.T_camera_object
        np.testing.assert_allclose(T_world_object, scene.object(label.instance_id).pose.matrix(), atol=1e-12)
        assert np.linalg.det(label.T_camera_object[:3, :3]) == pytest.approx(1.0)
        np.testing.assert_allclose(invert_rigid(T_world_object) @ T_world_object, np.eye(4), atol=1e-12)


def test_names_and_classes_come_from_the_scene() -> None:
    scene = make_scene([floor(), sphere(0.2, at=(0, 0, 0.2), name="balls[0]")])
    ground, ball = annotate(cast(scene), scene).objects
    assert (ground.category, ground.category_id, ground.is_thing) == ("box", 1, False)
    assert (ball.name, ball.category, ball.category_id, ball.is_thing) == ("balls[0]", "sphere", 2, True)


def test_an_outline_through_the_near_plane_has_no_unclipped_box_and_its_share_of_the_canvas() -> None:
    scene = make_scene([floor()])
    (ground,) = annotate(cast(scene), scene).objects
    assert ground.bbox_unclipped_xyxy is None
    assert 1 / 9 <= ground.in_frame_fraction <= 1.0
    assert ground.unoccluded_fraction == 1.0


def test_a_silhouette_that_misses_what_is_seen_is_refused() -> None:
    scene = camera_scene([box((0.2, 0.2, 0.2), at=(0, 0, 1.1))], LENS)
    frame = cast(scene)
    whole = frame.silhouettes[1]
    holed = whole.mask.copy()
    holed[3, 4] = False
    for short in (replace(whole, x0=whole.x0 + 1, mask=whole.mask[:, 1:]), replace(whole, mask=holed)):
        with pytest.raises(
            RenderError, match=r"object 1 is seen in \d+ pixels within .*, outside its silhouette"
        ):
            annotate(replace(frame, silhouettes={1: short}), scene)


def test_an_empty_border_of_a_silhouette_does_not_widen_the_box() -> None:
    scene = camera_scene([box((0.2, 0.2, 0.2), at=(0, 0, 1.1))], LENS)
    frame = cast(scene)
    whole = frame.silhouettes[1]
    loose = replace(whole, x0=whole.x0 - 2, y0=whole.y0 - 3, mask=np.pad(whole.mask, ((3, 1), (2, 4))))
    assert annotate(replace(frame, silhouettes={1: loose}), scene).objects[0].bbox_amodal_xyxy == tuple(
        annotate(frame, scene).objects[0].bbox_amodal_xyxy
    )


def test_a_frame_at_odds_with_itself_or_the_scene_is_refused() -> None:
    scene = camera_scene([box(at=(0, 0, 1)), sphere(0.05, at=(0.2, 0, 1))], LENS)
    frame = cast(scene)
    with pytest.raises(
        RenderError, match=r"camera 'camera', frame 0: visible ids \[1, 2\] and silhouettes \[1\]"
    ):
        annotate(replace(frame, silhouettes={1: frame.silhouettes[1]}), scene)
    with pytest.raises(RenderError, match=r"the 'analytic' renderer is at fault"):
        annotate(frame, replace(scene, objects=scene.objects[:1]))


def test_a_view_without_outlines_has_no_labels_of_whole_objects() -> None:
    scene = camera_scene([box((0.2, 0.2, 0.2), at=(0, 0, 1.1))], LENS)
    frame = cast(scene)
    bare = replace(frame, view=replace(frame.view, outlines=False), silhouettes={})
    with pytest.raises(UsageError, match=r"asked for no outlines.*render it with outlines=True"):
        annotate(bare, scene)
