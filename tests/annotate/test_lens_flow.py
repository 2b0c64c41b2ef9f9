"""Flow through lenses: where the same point of the body projects, found by its object coordinates."""

from __future__ import annotations

from dataclasses import replace
from math import pi

import numpy as np
import pytest

from simgen.annotate.derived import distance_m
from simgen.annotate.flow import hidden, optical_flow, scene_flow
from simgen.assets import AssetLibrary
from simgen.camera import Intrinsics
from simgen.geometry import Pose, apply, invert_rigid, look_at, quaternion_about_axis
from simgen.lens import Lens
from simgen.records.frame import Frame, Moment
from simgen.rendering.pathtrace import PathtraceRenderer
from tests.builders import box, floor, make_scene, sphere
from tests.views import still_view

LENSES = {
    "brown_conrady": Intrinsics(
        48, 36, 40.0, 42.0, 23.1, 17.9, lens=Lens("brown_conrady", (-0.2, 0.03, 0.002))
    ),
    "fisheye": Intrinsics(48, 36, 16.0, 16.0, 23.5, 17.5, lens=Lens("fisheye", (0.02,))),
    "equirectangular": Intrinsics(48, 24, 48 / (2 * pi), 24 / pi, 23.5, 11.5, lens=Lens("equirectangular")),
    "orthographic": Intrinsics(48, 36, 20.0, 20.0, 23.5, 17.5, lens=Lens("orthographic")),
}


@pytest.fixture(scope="module")
def tracer() -> PathtraceRenderer:
    return PathtraceRenderer(samples=1, denoise=False)


def two_frames(tracer: PathtraceRenderer, camera: Intrinsics) -> tuple[Frame, Frame]:
    """A camera that moves and turns, a box that moves and turns, a ball that stays, a floor."""
    cube = box((0.5, 0.4, 0.3), at=(0.1, 0.2, 0.4))
    scene = make_scene([floor(), cube, sphere(0.3, at=(-0.5, -0.4, 0.3))])
    first = replace(
        still_view(scene), intrinsics=camera, T_world_camera=look_at((1.2, -1.0, 1.0), (0.0, 0.0, 0.3))
    )
    moved = first.T_world_objects.copy()
    moved[1] = Pose((0.16, 0.15, 0.42), quaternion_about_axis((0.0, 0.6, 0.8), 0.2)).matrix()
    second = replace(
        first,
        frame_index=1,
        T_world_camera=look_at((1.1, -1.05, 1.02), (0.05, 0.0, 0.3)),
        T_world_objects=moved,
    )
    with tracer.open(scene, AssetLibrary()) as session:
        return session.render(first), session.render(second)


@pytest.mark.parametrize("kind", LENSES)
def test_flow_leads_to_where_the_same_point_of_the_body_projects(
    tracer: PathtraceRenderer, kind: str
) -> None:
    frame, other = two_frames(tracer, LENSES[kind])
    moment = Moment(other.view.T_world_camera, other.view.T_world_objects)
    flow, moved = optical_flow(frame, moment), scene_flow(frame, moment)
    T_camera_world = invert_rigid(moment.T_world_camera)
    for key in (1, 2, 3):
        rows, columns = np.nonzero(frame.instance_id == key)
        assert len(rows) > 2
        points = apply(
            T_camera_world @ moment.T_world_objects[key - 1], frame.object_coordinates_m[rows, columns]
        )
        truth = LENSES[kind].project(points) - np.column_stack([columns, rows])
        np.testing.assert_allclose(flow.flow_px[rows, columns], truth, atol=0.01)
        np.testing.assert_allclose(flow.depth_m[rows, columns], LENSES[kind].depth_of(points), rtol=1e-4)
        before = LENSES[kind].unproject(frame.depth_m)[rows, columns]
        np.testing.assert_allclose(moved[rows, columns], points - before, atol=1e-4)


@pytest.mark.parametrize("kind", LENSES)
def test_what_counts_as_visible_shows_the_same_point(tracer: PathtraceRenderer, kind: str) -> None:
    frame, other = two_frames(tracer, LENSES[kind])
    flow = optical_flow(frame, Moment(other.view.T_world_camera, other.view.T_world_objects))
    rows, columns = np.nonzero(~hidden(frame, flow, other) & (frame.instance_id > 1))
    u, v = np.rint(flow.flow_px[rows, columns] + np.column_stack([columns, rows])).astype(int).T
    np.testing.assert_array_equal(other.instance_id[v, u], frame.instance_id[rows, columns])
    apart = other.object_coordinates_m[v, u] - frame.object_coordinates_m[rows, columns]
    assert np.median(np.linalg.norm(apart, axis=1)) < 0.08  # half a pixel's width at a metre and a half


@pytest.mark.parametrize("kind", LENSES)
def test_distance_is_the_length_of_the_way_along_the_ray(tracer: PathtraceRenderer, kind: str) -> None:
    camera, (frame, _) = LENSES[kind], two_frames(tracer, LENSES[kind])
    way = np.linalg.norm(camera.unproject(frame.depth_m) - camera.origins(), axis=-1)
    np.testing.assert_allclose(distance_m(frame), way, rtol=1e-5)


def test_a_still_sky_does_not_flow(tracer: PathtraceRenderer) -> None:
    frame, _ = two_frames(tracer, LENSES["fisheye"])
    here = Moment(frame.view.T_world_camera, frame.view.T_world_objects)
    sky = (frame.instance_id == 0) & np.isfinite(LENSES["fisheye"].rays()[..., 0])
    assert sky.any()
    np.testing.assert_allclose(optical_flow(frame, here).flow_px[sky], 0.0, atol=1e-6)
