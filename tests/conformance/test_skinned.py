"""Labels of a bending tube: exact in the deformed pose, and the same under every renderer that draws meshes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from simgen.annotate.flow import hidden, optical_flow, scene_flow
from simgen.geometry import FloatArray, apply, invert_rigid, transform
from simgen.records.frame import Frame, Moment, View
from simgen.rendering import make_renderer
from simgen.rendering.protocol import Renderer
from simgen.skinning import MOST_JOINTS
from tests.conformance.conftest import QUICK
from tests.skinned import HALF_M, STRIDE_M, TubeLibrary, chain_model, gaits, tube_scene, upper_share
from tests.views import still_view

TUBE_ID = 2
NOW_M, NEXT_M = 0.15 * STRIDE_M, 0.19 * STRIDE_M  # the elbow at 66 and 81 degrees
SCENE = tube_scene()
LIBRARY = TubeLibrary()
Mask = NDArray[np.bool_]


def view_at(travelled_m: float) -> View:
    """The body on its way, the camera on another."""
    still = still_view(SCENE)
    step = (travelled_m - NOW_M) / STRIDE_M
    T = still.T_world_objects.copy()
    T[TUBE_ID - 1] = T[TUBE_ID - 1] @ transform((0.4 * step, 0.1 * step, 0.0), (1.0, 0.0, 0.0, 0.4 * step))
    camera = still.T_world_camera @ transform((0.5 * step, -0.2 * step, 0.1), (1.0, 0.0, 0.1 * step, 0.0))
    return replace(still, T_world_objects=T, T_world_camera=camera, gait=gaits(SCENE, travelled_m))


def moment_at(travelled_m: float) -> Moment:
    view = view_at(travelled_m)
    return Moment(view.T_world_camera, view.T_world_objects, view.gait)


NOW = replace(view_at(NOW_M), next=moment_at(NEXT_M), previous=moment_at(0.1 * STRIDE_M))
NEXT = replace(view_at(NEXT_M), frame_index=1, previous=moment_at(NOW_M))


@cache
def renderer(name: str) -> Renderer:
    return make_renderer(name, **QUICK.get(name, {}))


@cache
def frame(name: str, which: str) -> Frame:
    return render(name, {"now": NOW, "next": NEXT}[which])


def render(name: str, view: View) -> Frame:
    with renderer(name).open(SCENE, LIBRARY) as session:
        return session.render(view)


every_renderer = pytest.mark.parametrize("name", ["raster", "pathtrace"])


def tube_px(given: Frame, margin: int = 0) -> Mask:
    """Pixels of the tube, at least so far from any other thing."""
    mask = given.instance_id == TUBE_ID
    for _ in range(margin):
        inner = mask.copy()
        inner[1:-1, 1:-1] &= mask[:-2, 1:-1] & mask[2:, 1:-1] & mask[1:-1, :-2] & mask[1:-1, 2:]
        inner[[0, -1]] = inner[:, [0, -1]] = False
        mask = inner
    return mask


@every_renderer
def test_depth_is_that_of_the_blend_of_both_bones_at_the_coordinates_shown(name: str) -> None:
    given = frame(name, "now")
    shown = tube_px(given)
    rest = given.object_coordinates_m[shown].astype(float)
    assert np.count_nonzero(shown) > 500
    np.testing.assert_allclose(np.hypot(rest[:, 0], rest[:, 1]), 0.2, rtol=0, atol=0.002)
    angle, share = _elbow_rad(), upper_share(rest[:, 2])[:, None]
    bent = (1 - share) * rest + share * (rest @ _about_y(angle).T)
    points = given.view.intrinsics.unproject(given.depth_m)[shown]
    T_object_camera = invert_rigid(NOW.T_world_objects[TUBE_ID - 1]) @ NOW.T_world_camera
    # The blend bends within a triangle, which is flat: 41 rings leave 2 mm.
    np.testing.assert_allclose(apply(T_object_camera, points), bent, rtol=0, atol=0.002)


@every_renderer
def test_every_one_of_64_bones_moves_what_hangs_on_it(name: str) -> None:
    """A chain whose bones turn by 1.5 degrees each: the last by 96, seen where all turns together put it."""
    bend_rad, length_m = np.radians(1.5), 2 * HALF_M / MOST_JOINTS
    angles = bend_rad * np.arange(1, MOST_JOINTS + 1)
    turns = np.stack([_about_y(float(angle)) for angle in angles])
    steps = np.cumsum(turns[:-1, :, 2] * length_m, axis=0)
    joints = np.array([0.0, 0.0, -HALF_M]) + np.vstack([np.zeros(3), steps])
    scene = tube_scene(turned_rad=-1.2)
    view = replace(still_view(scene), gait=gaits(scene, 0.0))
    with renderer(name).open(scene, TubeLibrary(chain_model(MOST_JOINTS, float(bend_rad)))) as session:
        given = session.render(view)
    shown = tube_px(given)
    assert given.object_coordinates_m is not None
    rest = given.object_coordinates_m[shown].astype(float)
    ring = (rest[:, 2] + HALF_M) / (2 * HALF_M) * (MOST_JOINTS - 1)
    low = np.clip(np.floor(ring).astype(int), 0, MOST_JOINTS - 2)
    share = (ring - low)[:, None]
    assert len(set(low.tolist())) > 50
    ends = [
        joints[k]
        + np.einsum("nij,nj->ni", turns[k], rest - [0, 0, -HALF_M] - np.outer(k * length_m, [0, 0, 1]))
        for k in (low, low + 1)
    ]
    points = given.view.intrinsics.unproject(given.depth_m)[shown]
    T_object_camera = invert_rigid(view.T_world_objects[TUBE_ID - 1]) @ view.T_world_camera
    expected = (1 - share) * ends[0] + share * ends[1]
    np.testing.assert_allclose(apply(T_object_camera, points), expected, rtol=0, atol=0.003)


def _about_y(angle_rad: float) -> FloatArray:
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def _elbow_rad() -> float:
    """The turn of the upper bone in `NOW`: 0.6 of the way from the first to the second of four keys."""
    t = 4 * NOW_M / STRIDE_M
    shares = (
        np.array([2 * t**2 - t**3 - t, 3 * t**3 - 5 * t**2 + 2, 4 * t**2 - 3 * t**3 + t, t**3 - t**2]) / 2
    )
    keys = np.array([-np.pi / 2, 0.0, np.pi / 2, 0.0]) / 2
    return float(2 * np.arctan2(shares @ np.sin(keys), shares @ np.cos(keys)))


def test_both_renderers_give_the_same_labels() -> None:
    ours, theirs = frame("raster", "now"), frame("pathtrace", "now")
    inner = tube_px(ours, margin=1)
    assert (theirs.instance_id[inner] == TUBE_ID).all()
    for one, other, atol in (
        (ours.depth_m, theirs.depth_m, 1e-4),
        (ours.object_coordinates_m, theirs.object_coordinates_m, 1e-3),
        (ours.surface_next_m, theirs.surface_next_m, 1e-3),
        (ours.surface_previous_m, theirs.surface_previous_m, 1e-3),
    ):
        assert one is not None
        assert other is not None
        close = np.isclose(one[inner], other[inner], rtol=0, atol=atol)
        # Beside a crease a pixel may show the next triangle.
        assert np.mean(close) > 0.995
    cosine = (ours.normals_camera[inner] * theirs.normals_camera[inner]).sum(axis=1)
    assert np.mean(cosine > 0.9999) > 0.995
    mine, their_own = (each.silhouettes[TUBE_ID].total_px for each in (ours, theirs))
    assert abs(mine - their_own) <= 4


@every_renderer
def test_flow_and_the_flow_back_cancel(name: str) -> None:
    given, following = frame(name, "now"), frame(name, "next")
    assert NOW.next is not None
    assert NEXT.previous is not None
    forward, backward = optical_flow(given, NOW.next), optical_flow(following, NEXT.previous)
    inner = tube_px(given, margin=2) & ~hidden(given, forward, following)
    rows, columns = np.nonzero(inner)
    target = np.column_stack([columns, rows]) + forward.flow_px[inner]
    u, v = np.rint(target).astype(int).T
    kept = tube_px(following, margin=2)[v, u]
    rest = (forward.flow_px[inner] + backward.flow_px[v, u])[kept]
    assert len(rest) > 300
    # The nearest pixel is up to half a pixel away; flow changes little over that.
    assert np.percentile(np.abs(rest), 99) < 0.3


@every_renderer
def test_scene_flow_leads_to_the_projection_that_flow_names(name: str) -> None:
    given = frame(name, "now")
    assert NOW.next is not None
    shown = tube_px(given)
    camera = given.view.intrinsics
    points = camera.unproject(given.depth_m)[shown] + scene_flow(given, NOW.next)[shown]
    rows, columns = np.nonzero(shown)
    flow_px = camera.project(points) - np.column_stack([columns, rows])
    np.testing.assert_allclose(flow_px, optical_flow(given, NOW.next).flow_px[shown], rtol=0, atol=1e-3)


@every_renderer
def test_a_body_that_keeps_its_pose_moves_rigidly(name: str) -> None:
    same = moment_at(NOW_M)
    given = render(name, replace(NOW, next=same, previous=None))
    assert given.surface_next_m is None
    shown = tube_px(given)
    np.testing.assert_array_equal(optical_flow(given, same).flow_px[shown], 0.0)


@every_renderer
def test_what_turns_out_of_sight_is_hidden(name: str) -> None:
    """From behind the elbow's far side nothing that counts as visible is another side of the tube."""
    given, following = frame(name, "now"), frame(name, "next")
    assert NOW.next is not None
    flow = optical_flow(given, NOW.next)
    visible = tube_px(given) & ~hidden(given, flow, following)
    rows, columns = np.nonzero(visible)
    u, v = np.rint(np.column_stack([columns, rows]) + flow.flow_px[visible]).astype(int).T
    there = following.object_coordinates_m[v, u]
    off_m = np.linalg.norm(there - given.object_coordinates_m[visible], axis=1)
    pixel_m = following.depth_m[v, u] / NEXT.intrinsics.fx
    assert np.mean(off_m < 3 * pixel_m) > 0.98
