"""What a frame holds when it is asked for, and how samples pass through when their neighbours matter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simgen.annotate import Completion, annotate, derive, extra_buffers, needs_motion, needs_neighbours
from simgen.assets import AssetLibrary
from simgen.geometry import look_at
from simgen.records.annotation import Sample
from simgen.records.frame import Frame, Moment
from simgen.records.scene import Scene
from simgen.rendering.analytic import AnalyticRenderer
from simgen.sensors.camera import develop
from tests.builders import box, camera, floor, make_scene, sphere
from tests.views import still_view

FLOW = ("flow_forward", "flow_backward", "flow_occlusion_forward", "flow_occlusion_backward", "scene_flow")
EYES = [(0.8, -0.6, 0.6), (0.82, -0.58, 0.6), (0.85, -0.56, 0.6)]


@pytest.fixture(scope="module")
def scene() -> Scene:
    bodies = [floor(), box((0.2, 0.2, 0.2), at=(0.0, 0.0, 0.1)), sphere(0.1, at=(0.25, 0.1, 0.1))]
    return make_scene(bodies, [camera(name=name, width=32, height=24) for name in ("left", "right")])


@pytest.fixture(scope="module")
def frames(scene: Scene) -> list[Frame]:
    """Three frames of a camera that moves, each knowing where the ones around it were taken."""
    still = still_view(scene)
    moments = [Moment(look_at(eye, (0.1, 0.0, 0.1)), still.T_world_objects) for eye in EYES]
    views = [
        replace(
            still,
            frame_index=index,
            T_world_camera=moment.T_world_camera,
            previous=moments[index - 1] if index else None,
            next=moments[index + 1] if index < 2 else None,
        )
        for index, moment in enumerate(moments)
    ]
    with AnalyticRenderer().open(scene, AssetLibrary()) as session:
        return [session.render(view) for view in views]


def samples(scene: Scene, frames: list[Frame]) -> list[Sample]:
    """Both cameras see the same; frame by frame, camera by camera."""
    return [
        Sample(0, named, develop(named, scene.cameras[0]), annotate(named, scene))
        for frame in frames
        for named in (replace(frame, view=replace(frame.view, sensor=name)) for name in ("left", "right"))
    ]


def test_a_frame_asked_for_nothing_is_the_frame_itself(frames: list[Frame]) -> None:
    assert derive(frames[0], ("rgb", "depth", "instance", "semantic", "normals")) is frames[0]


def test_distance_is_the_length_of_the_point(frames: list[Frame]) -> None:
    frame = derive(frames[0], ("distance",))
    points = frame.view.intrinsics.unproject(frame.depth_m)
    assert frame.distance_m is not None
    assert frame.distance_m.dtype == np.float32
    np.testing.assert_allclose(frame.distance_m, np.linalg.norm(points, axis=2), rtol=1e-6)


def test_world_normals_of_a_floor_point_up(frames: list[Frame]) -> None:
    frame = derive(frames[0], ("normals_world",))
    assert frame.normals_world is not None
    up = frame.normals_world[frame.instance_id == 1]
    np.testing.assert_allclose(up - (0.0, 0.0, 1.0), 0.0, atol=1e-6)
    assert np.isnan(frame.normals_world[frame.instance_id == 0]).all()


def test_only_what_is_asked_for_is_made(frames: list[Frame]) -> None:
    made = derive(frames[1], ("flow_forward",))
    assert made.flow_forward is not None
    names = ("flow_backward", "flow_occlusion_forward", "scene_flow_m", "distance_m", "normals_world")
    assert all(getattr(made, name) is None for name in names)


def test_what_a_renderer_and_a_view_must_provide_follows_from_the_outputs() -> None:
    assert extra_buffers(("rgb", "albedo", "part", "flow_forward")) == {"albedo", "part_id"}
    assert extra_buffers(("rgb", "depth")) == frozenset()
    assert [name for name in ("rgb", "albedo", *FLOW) if needs_motion((name,))] == list(FLOW)
    assert [name for name in ("rgb", *FLOW) if needs_neighbours((name,))] == [
        "flow_occlusion_forward",
        "flow_occlusion_backward",
    ]


def test_the_first_and_the_last_frame_have_no_flow_beyond_them(frames: list[Frame]) -> None:
    first, last = derive(frames[0], FLOW, None, frames[1]), derive(frames[2], FLOW, frames[1], None)
    assert first.flow_backward is not None and np.isnan(first.flow_backward).all()
    assert first.flow_occlusion_backward is not None and first.flow_occlusion_backward.all()
    assert last.flow_forward is not None and np.isnan(last.flow_forward).all()
    assert last.flow_occlusion_forward is not None and last.flow_occlusion_forward.all()
    assert last.scene_flow_m is not None and np.isnan(last.scene_flow_m).all()


def test_without_occlusion_samples_pass_at_once(scene: Scene, frames: list[Frame]) -> None:
    completion = Completion(("rgb", "flow_forward"))
    for sample in samples(scene, frames):
        (out,) = completion.push(sample)
        assert out.frame.view is sample.frame.view
        assert out.frame.flow_forward is not None
    assert completion.finish() == []


def test_with_occlusion_samples_wait_for_the_next_and_keep_their_order(
    scene: Scene, frames: list[Frame]
) -> None:
    completion, given = Completion(FLOW), samples(scene, frames)
    counts, out = [], []
    for sample in given:
        done = completion.push(sample)
        counts.append(len(done))
        out += done
    out += completion.finish()
    assert counts == [0, 0, 1, 1, 1, 1]
    keys = [(each.frame.view.frame_index, each.frame.view.sensor) for each in out]
    assert keys == [(index, name) for index in range(3) for name in ("left", "right")]


def test_samples_in_a_stream_get_what_their_neighbours_give(scene: Scene, frames: list[Frame]) -> None:
    completion = Completion(FLOW)
    out = [done for sample in samples(scene, frames) for done in completion.push(sample)]
    out += completion.finish()
    middle = derive(frames[1], FLOW, frames[0], frames[2])
    streamed = out[2].frame
    for name in ("flow_forward", "flow_backward", "flow_occlusion_forward", "flow_occlusion_backward"):
        np.testing.assert_array_equal(getattr(streamed, name), getattr(middle, name))
    assert streamed.flow_occlusion_forward is not None
    assert 0 < streamed.flow_occlusion_forward.mean() < 0.5
