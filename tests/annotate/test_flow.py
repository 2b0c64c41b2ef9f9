"""Flow against closed forms, cast by the analytic oracle: no rasteriser, no mesh, no tolerance but rounding."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from math import cos, sin, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from simgen.annotate.flow import Mask, hidden, optical_flow, scene_flow
from simgen.assets import AssetLibrary
from simgen.camera import Intrinsics
from simgen.geometry import (
    FloatArray,
    Vec3,
    apply,
    invert_rigid,
    quaternion_about_axis,
    transform,
)
from simgen.records.frame import Frame, Moment, View
from simgen.records.scene import Scene
from simgen.rendering.analytic import AnalyticRenderer
from tests.builders import box, cylinder, sphere
from tests.views import camera_scene, still_view

LENS = Intrinsics(96, 72, 90.0, 84.0, 46.2, 37.1)
HERE = np.eye(4)
ROUNDING_PX = 2e-5  # of float32 flow of some ten pixels


def moved(T_world_camera: FloatArray, T_world_objects: FloatArray | list[FloatArray]) -> Moment:
    return Moment(T_world_camera, np.array(T_world_objects, dtype=float).reshape(-1, 4, 4))


@cache
def library() -> AssetLibrary:
    return AssetLibrary()


def shown(scene: Scene, view: View) -> Frame:
    with AnalyticRenderer().open(scene, library()) as session:
        return session.render(view)


def pair(scene: Scene, moment: Moment) -> tuple[Frame, Frame]:
    """The frame of a still scene and the one at another moment."""
    view = still_view(scene)
    later = replace(view, T_world_camera=moment.T_world_camera, T_world_objects=moment.T_world_objects)
    return shown(scene, view), shown(scene, later)


def turned(axis: Vec3, angle_rad: float, at: Vec3 = (0.0, 0.0, 0.0)) -> FloatArray:
    return transform(at, quaternion_about_axis(axis, angle_rad))


def grid() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    u, v = np.meshgrid(np.arange(LENS.width, dtype=float), np.arange(LENS.height, dtype=float))
    return u, v


# -- motions with a formula ----------------------------------------------------------------------------------------


def test_what_stays_still_does_not_flow_at_all() -> None:
    scene = camera_scene([box((0.3, 0.3, 0.3), at=(0.0, 0.0, 1.0)), sphere(0.1, at=(0.2, 0.1, 0.7))], LENS)
    frame = shown(scene, still_view(scene))
    moment = moved(frame.view.T_world_camera, frame.view.T_world_objects)
    assert not optical_flow(frame, moment).flow_px.any()
    assert not scene_flow(frame, moment)[frame.instance_id > 0].any()


def test_a_wall_that_moves_sideways_flows_by_f_dx_over_z() -> None:
    scene = camera_scene([box((9.0, 9.0, 1.0), at=(0.0, 0.0, 2.5))], LENS)
    frame = shown(scene, still_view(scene))
    flow = optical_flow(frame, moved(HERE, [transform((0.11, -0.07, 2.5), (1, 0, 0, 0))])).flow_px
    np.testing.assert_allclose(flow[..., 0], LENS.fx * 0.11 / 2.0, atol=ROUNDING_PX)
    np.testing.assert_allclose(flow[..., 1], -LENS.fy * 0.07 / 2.0, atol=ROUNDING_PX)


def test_a_wall_that_comes_nearer_expands_from_the_principal_point() -> None:
    scene = camera_scene([box((9.0, 9.0, 1.0), at=(0.0, 0.0, 2.5))], LENS)
    frame = shown(scene, still_view(scene))
    flow = optical_flow(frame, moved(HERE, [transform((0.0, 0.0, 2.1), (1, 0, 0, 0))])).flow_px
    u, v = grid()
    growth = 2.0 / 1.6 - 1.0
    np.testing.assert_allclose(flow[..., 0], (u - LENS.cx) * growth, atol=ROUNDING_PX)
    np.testing.assert_allclose(flow[..., 1], (v - LENS.cy) * growth, atol=ROUNDING_PX)


def test_a_disc_that_spins_before_the_camera_turns_its_picture() -> None:
    lens = replace(LENS, fy=LENS.fx)
    scene = camera_scene([cylinder(2.0, 0.2, at=(0.0, 0.0, 1.1))], lens)
    frame = shown(scene, still_view(scene))
    angle = 0.3
    flow = optical_flow(frame, moved(HERE, [turned((0, 0, 1), angle, (0.0, 0.0, 1.1))])).flow_px
    u, v = grid()
    x, y = u - lens.cx, v - lens.cy
    np.testing.assert_allclose(flow[..., 0], cos(angle) * x - sin(angle) * y - x, atol=ROUNDING_PX)
    np.testing.assert_allclose(flow[..., 1], sin(angle) * x + cos(angle) * y - y, atol=ROUNDING_PX)


def test_a_camera_that_turns_moves_near_and_far_alike_and_the_sky_too() -> None:
    """A pan by a moves the column at angle t from the axis to f tan(t - a): no depth in it."""
    scene = camera_scene([box((0.5, 0.5, 0.5), at=(0.0, 0.0, 1.0)), sphere(0.3, at=(1.7, 0.0, 4.0))], LENS)
    view = still_view(scene)
    frame = shown(scene, view)
    assert set(np.unique(frame.instance_id)) == {0, 1, 2}
    pan = 0.05
    flow = optical_flow(frame, moved(turned((0, 1, 0), pan), view.T_world_objects)).flow_px
    u, v = grid()
    angle = np.arctan2(u - LENS.cx, LENS.fx)
    np.testing.assert_allclose(flow[..., 0], LENS.fx * np.tan(angle - pan) - (u - LENS.cx), atol=ROUNDING_PX)
    stretch = np.cos(angle) / np.cos(angle - pan) - 1.0
    np.testing.assert_allclose(flow[..., 1], (v - LENS.cy) * stretch, atol=ROUNDING_PX)


def test_a_camera_that_moves_sideways_leaves_the_sky_where_it_is() -> None:
    scene = camera_scene([box((0.5, 0.5, 0.5), at=(0.0, 0.0, 1.25))], LENS)
    view = still_view(scene)
    frame = shown(scene, view)
    there = transform((0.1, 0.0, 0.0), (1, 0, 0, 0))
    flow = optical_flow(frame, moved(there, view.T_world_objects)).flow_px
    sky = frame.instance_id == 0
    assert not flow[sky].any()
    np.testing.assert_allclose(flow[~sky][:, 0], -LENS.fx * 0.1, atol=ROUNDING_PX)


def test_flow_is_undefined_for_points_that_come_behind_the_camera() -> None:
    scene = camera_scene([box((0.5, 0.5, 0.5), at=(0.0, 0.0, 1.0))], LENS)
    view = still_view(scene)
    frame = shown(scene, view)
    past = transform((0.0, 0.0, 3.0), (1, 0, 0, 0))
    flow = optical_flow(frame, moved(past, view.T_world_objects))
    body = frame.instance_id == 1
    assert np.isnan(flow.flow_px[body]).all()
    assert np.isfinite(flow.flow_px[~body]).all()
    back = moved(turned((0, 1, 0), 3.14159), view.T_world_objects)
    assert np.isnan(optical_flow(frame, back).flow_px).all()


def test_points_nearly_beside_the_other_camera_keep_their_digits() -> None:
    """Depth there is what is left of metres that cancel: only float64 leaves enough of it."""
    scene = camera_scene([box((9.0, 9.0, 1.0), at=(0.0, 0.0, 2.8))], LENS)
    view = still_view(scene)
    frame = shown(scene, view)
    there = transform((0.0, 0.0, 2.3 - 1e-6), (1, 0, 0, 0))
    flow = optical_flow(frame, moved(there, view.T_world_objects)).flow_px
    u, v = grid()
    depth_m = frame.depth_m.astype(float)
    grown = depth_m / (depth_m - (2.3 - 1e-6)) - 1.0
    np.testing.assert_allclose(flow, np.dstack([u - LENS.cx, v - LENS.cy]) * grown[..., None], rtol=1e-6)


def test_scene_flow_of_a_body_that_moves_is_its_motion() -> None:
    scene = camera_scene([box((0.5, 0.5, 0.5), at=(0.0, 0.0, 1.0))], LENS)
    frame = shown(scene, still_view(scene))
    found = scene_flow(frame, moved(HERE, [transform((0.1, -0.2, 1.3), (1, 0, 0, 0))]))
    np.testing.assert_allclose(found[frame.instance_id == 1] - (0.1, -0.2, 0.3), 0.0, atol=1e-7)
    assert np.isnan(found[frame.instance_id == 0]).all()


def test_scene_flow_under_a_moving_camera_is_seen_from_that_camera() -> None:
    scene = camera_scene([box((0.5, 0.5, 0.5), at=(0.0, 0.0, 1.0))], LENS)
    view = still_view(scene)
    frame = shown(scene, view)
    found = scene_flow(frame, moved(transform((0.0, 0.0, 0.25), (1, 0, 0, 0)), view.T_world_objects))
    np.testing.assert_allclose(found[frame.instance_id == 1] - (0.0, 0.0, -0.25), 0.0, atol=1e-7)


# -- any motion ----------------------------------------------------------------------------------------------------

small = st.floats(-0.12, 0.12)
angles = st.floats(-0.25, 0.25)
directions = st.sampled_from([(1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0), (0.36, 0.48, 0.8)])
steps = st.builds(
    lambda axis, angle, x, y, z: turned(axis, angle, (x, y, z)), directions, angles, small, small, small
)


def busy() -> Scene:
    return camera_scene(
        [
            box((4.0, 4.0, 0.5), at=(0.0, 0.0, 2.5)),
            box(
                (0.3, 0.2, 0.25),
                at=(-0.25, 0.1, 1.0),
                quaternion_wxyz=quaternion_about_axis((0.36, 0.48, 0.8), 1),
            ),
            sphere(0.2, at=(0.2, -0.1, 1.2)),
            cylinder(0.1, 0.3, at=(0.1, 0.3, 1.1)),
        ],
        LENS,
    )


def any_moment(scene: Scene, camera_step: FloatArray, body_steps: list[FloatArray]) -> Moment:
    poses = [body.pose.matrix() @ step for body, step in zip(scene.objects, body_steps, strict=True)]
    return moved(camera_step, poses)


@settings(max_examples=25, deadline=None)
@given(steps, st.lists(steps, min_size=4, max_size=4))
def test_flow_is_where_the_object_coordinates_project(
    camera_step: FloatArray, bodies: list[FloatArray]
) -> None:
    """Object coordinates, ids, pose and K: what any user can redo from a dataset's files."""
    scene = busy()
    moment = any_moment(scene, camera_step, bodies)
    frame = shown(scene, still_view(scene))
    flow, motion = optical_flow(frame, moment), scene_flow(frame, moment)
    u, v = grid()
    for key, T_world_object in enumerate(moment.T_world_objects, start=1):
        hit = frame.instance_id == key
        points = apply(invert_rigid(moment.T_world_camera) @ T_world_object, frame.object_coordinates_m[hit])
        expected = LENS.project(points) - np.column_stack([u[hit], v[hit]])
        np.testing.assert_allclose(flow.flow_px[hit], expected, atol=2e-4)
        np.testing.assert_allclose(flow.depth_m[hit], points[:, 2], rtol=1e-6)
        before = LENS.unproject(frame.depth_m)[hit]
        np.testing.assert_allclose(motion[hit], points - before, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(steps, st.lists(steps, min_size=4, max_size=4))
def test_warping_the_other_frame_brings_back_the_object_coordinates(
    camera_step: FloatArray, bodies: list[FloatArray]
) -> None:
    """What the other frame shows at a point's new place is the same point of the body, to 0.01 px."""
    scene = busy()
    moment = any_moment(scene, camera_step, bodies)
    frame, other = pair(scene, moment)
    flow = optical_flow(frame, moment)
    seen = ~hidden(frame, flow, other)
    u, v = grid()
    checked = 0
    for key in range(1, 5):
        hit = seen & (frame.instance_id == key)
        at = flow.flow_px[hit].astype(float) + np.column_stack([u[hit], v[hit]])
        found, flat = sampled(other.object_coordinates_m, other, key, at)
        T_camera_object = invert_rigid(frame.view.T_world_camera) @ frame.view.T_world_objects[key - 1]
        back = LENS.project(apply(T_camera_object, found))
        error_px = np.linalg.norm(back - np.column_stack([u[hit], v[hit]]), axis=1)
        assert error_px[flat].max(initial=0.0) < 0.01
        checked += int(flat.sum())
    assert checked > 1000


def sampled(buffer: NDArray[np.float32], frame: Frame, key: int, at: FloatArray) -> tuple[FloatArray, Mask]:
    """Return a buffer's values (n, k) between pixels, and where they can be interpolated.

    On a plane what is affine on it is, over depth, affine in the picture (perspective-correct interpolation), so that
    sampling between the four pixels around is exact. Elsewhere the four must lie nearly in one plane: their normals
    agree.
    """
    h, w = frame.instance_id.shape
    x0 = np.clip(np.floor(at[:, 0]).astype(int), 0, w - 2)
    y0 = np.clip(np.floor(at[:, 1]).astype(int), 0, h - 2)
    a, b = at[:, 0] - x0, at[:, 1] - y0
    corners = [(y0, x0), (y0, x0 + 1), (y0 + 1, x0), (y0 + 1, x0 + 1)]
    weights = [(1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b]
    inside = (a >= 0) & (a <= 1) & (b >= 0) & (b <= 1)
    same = inside & np.logical_and.reduce([frame.instance_id[corner] == key for corner in corners])
    normals = np.stack([frame.normals_camera[corner] for corner in corners])
    with np.errstate(invalid="ignore"):
        same &= np.ptp(normals, axis=0).max(axis=1, initial=0.0) < 0.05
    shares = np.stack(
        [weight / frame.depth_m[corner] for weight, corner in zip(weights, corners, strict=True)], axis=1
    )
    values = np.stack([buffer[corner] for corner in corners], axis=1)
    return np.einsum("nc,nck->nk", shares / shares.sum(axis=1, keepdims=True), values), same


@settings(max_examples=15, deadline=None)
@given(steps, st.lists(steps, min_size=4, max_size=4))
def test_there_and_back_again(camera_step: FloatArray, bodies: list[FloatArray]) -> None:
    """Scene flow there, and scene flow back where optical flow leads, cancel on every surface that both frames show."""
    scene = busy()
    moment = any_moment(scene, camera_step, bodies)
    frame, other = pair(scene, moment)
    flow = optical_flow(frame, moment)
    there = scene_flow(frame, moment)
    back = scene_flow(other, moved(frame.view.T_world_camera, frame.view.T_world_objects))
    u, v = grid()
    for key in range(1, 5):
        hit = ~hidden(frame, flow, other) & (frame.instance_id == key)
        at = flow.flow_px[hit].astype(float) + np.column_stack([u[hit], v[hit]])
        returned, flat = sampled(back, other, key, at)
        missed_m = np.linalg.norm(there[hit] + returned, axis=1)
        assert missed_m[flat].max(initial=0.0) < 1e-4


# -- occlusion -----------------------------------------------------------------------------------------------------


def test_a_face_that_turns_away_is_hidden_however_near_its_edge_it_is() -> None:
    """A box that turns by a right angle: all that was seen of the face before the camera is beside it then."""
    scene = camera_scene([box((0.4, 0.4, 0.4), at=(0.0, 0.0, 1.0))], LENS)
    view = still_view(scene)
    _, mask = occlusion(scene, moved(HERE, [view.T_world_objects[0] @ turned((0, 1, 0), 1.9)]))
    assert mask[shown(scene, view).instance_id == 1].all()


def occlusion(scene: Scene, moment: Moment) -> tuple[Frame, Mask]:
    frame, other = pair(scene, moment)
    return frame, hidden(frame, optical_flow(frame, moment), other)


def test_nothing_is_hidden_where_nothing_moves() -> None:
    scene = busy()
    view = still_view(scene)
    _, mask = occlusion(scene, moved(view.T_world_camera, view.T_world_objects))
    assert not mask.any()


def test_a_card_that_slides_before_a_wall_hides_what_it_comes_to_cover() -> None:
    """The wall stands still: hidden are the wall's pixels that the card covers then, and no others."""
    card, step = (0.3013, 0.2017, 0.01), 0.1
    scene = camera_scene([box((9.0, 9.0, 1.0), at=(0.0, 0.0, 2.5)), box(card, at=(0.0, 0.0, 1.0))], LENS)
    poses = still_view(scene).T_world_objects.copy()
    poses[1, 0, 3] += step
    frame, other = pair(scene, moved(HERE, poses))
    mask = hidden(frame, optical_flow(frame, moved(HERE, poses)), other)
    newly = (frame.instance_id == 1) & (other.instance_id == 2)
    assert newly.any()
    np.testing.assert_array_equal(mask, newly)


def test_what_leaves_the_picture_is_hidden() -> None:
    scene = camera_scene([box((9.0, 9.0, 1.0), at=(0.0, 0.0, 2.5))], LENS)
    shift_px = 10.25
    moment = moved(HERE, [transform((shift_px * 2.0 / LENS.fx, 0.0, 2.5), (1, 0, 0, 0))])
    _, mask = occlusion(scene, moment)
    u, _ = grid()
    np.testing.assert_array_equal(mask, u + shift_px >= LENS.width - 0.5)


def test_the_far_side_of_a_ball_that_turns_is_hidden_by_the_ball_itself() -> None:
    """A point at angle t from the line of sight (in the plane of turning) is beyond the limb once turned past it."""
    radius, distance, angle = 0.3, 3.0, 0.6
    lens = Intrinsics(96, 72, 300.0, 300.0, 47.5, 35.5)
    scene = camera_scene([sphere(radius, at=(0.0, 0.0, distance))], lens)
    moment = moved(HERE, [turned((0, 1, 0), angle, (0.0, 0.0, distance))])
    frame, mask = occlusion(scene, moment)
    turned_points = frame.object_coordinates_m.astype(float) @ turned((0, 1, 0), angle)[:3, :3].T
    towards = np.array([0.0, 0.0, -distance]) - turned_points
    facing = (turned_points * towards).sum(axis=2) / (radius * np.linalg.norm(towards, axis=2))
    ball = frame.instance_id == 1
    # Within two pixels of the limb (cos = sqrt(2 k pixel / radius), k pixels from it) nothing is decided.
    pixel = distance / lens.fx
    edge = sqrt(2 * 2.2 * pixel / radius)
    assert mask[ball & (facing < -edge)].any()
    assert mask[ball & (facing < -edge)].all()
    assert not mask[ball & (facing > edge)].any()


def test_the_back_of_a_card_thinner_than_a_pixel_is_hidden_by_its_front() -> None:
    """It lies behind what is seen by a millimetre, where a pixel is two centimetres wide: only its normal tells."""
    scene = camera_scene([box((0.4, 0.4, 0.001), at=(0.0, 0.0, 2.0))], LENS)
    frame, mask = occlusion(scene, moved(HERE, [turned((0, 1, 0), np.pi, (0.0, 0.0, 2.0))]))
    np.testing.assert_array_equal(mask, frame.instance_id == 1)


def test_a_part_hides_another_part_of_the_same_body_that_faces_the_camera_too() -> None:
    """Two cards of one body, one before the other: neither id nor normal tells, but depth does."""
    cards = [box((0.2, 0.4, 0.01), at=(-0.4, 0.0, 1.0)), box((3.0, 3.0, 0.01), at=(0.0, 0.0, 2.0))]
    scene = camera_scene(cards, LENS)
    view = still_view(scene)
    step = transform((-0.2, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0))
    frame, other = pair(scene, moved(step, view.T_world_objects))
    apart = hidden(frame, optical_flow(frame, moved(step, view.T_world_objects)), other)
    # The same two pictures, of a scene in which both cards are of the body that stands still there.
    one, also = (replace(each, instance_id=np.minimum(each.instance_id, 1)) for each in (frame, other))
    together = hidden(one, optical_flow(one, moved(step, view.T_world_objects)), also)
    covered = (frame.instance_id == 2) & apart
    assert covered.any()
    assert together[covered].mean() > 0.9  # but for a pixel along the edge


def test_a_body_that_goes_away_hides_all_its_points() -> None:
    scene = camera_scene([box((0.4, 0.4, 0.4), at=(0.0, 0.0, 1.0))], LENS)
    frame, mask = occlusion(scene, moved(HERE, [transform((50.0, 0.0, 1.0), (1, 0, 0, 0))]))
    np.testing.assert_array_equal(mask, frame.instance_id == 1)


@pytest.mark.parametrize("z", [0.04, 250.0])
def test_what_is_drawn_no_more_is_hidden(z: float) -> None:
    """Before the near plane, and beyond the far one."""
    scene = camera_scene([box((400.0, 400.0, 0.02), at=(0.0, 0.0, 1.0))], LENS)
    _, mask = occlusion(scene, moved(HERE, [transform((0.0, 0.0, z), (1, 0, 0, 0))]))
    assert mask.all()
