"""Depth, ids, normals and object coordinates of every back end against the oracle, pixel by pixel."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from simgen.geometry import apply, invert_rigid
from simgen.records.frame import Frame
from tests.conformance.oracle import comparable, off_crease, off_silhouette, oracle
from tests.conformance.scenes import SCENES

Frames = Callable[[str], Frame]
every_scene = pytest.mark.parametrize("name", SCENES)


@every_scene
def test_shapes_types_and_what_background_holds(frames: Frames, name: str) -> None:
    frame = frames(name)
    size = (frame.view.intrinsics.height, frame.view.intrinsics.width)
    assert (frame.depth_m.shape, frame.depth_m.dtype) == (size, np.float32)
    assert (frame.instance_id.shape, frame.instance_id.dtype) == (size, np.uint16)
    assert (frame.radiance.shape, frame.radiance.dtype) == ((*size, 3), np.float16)
    for vectors in (frame.normals_camera, frame.object_coordinates_m):
        assert (vectors.shape, vectors.dtype) == ((*size, 3), np.float32)
    light = frame.radiance.astype(float)
    assert np.isfinite(light).all()
    assert (light >= 0).all()
    hit = frame.instance_id > 0
    for buffer in (frame.depth_m, frame.normals_camera, frame.object_coordinates_m):
        assert np.isfinite(buffer[hit]).all()
        assert np.isnan(buffer[~hit]).all()


@every_scene
def test_ids_are_those_of_the_oracle_off_the_silhouettes(frames: Frames, name: str) -> None:
    truth = oracle(name)
    sure = off_silhouette(truth.instance_id)
    same = frames(name).instance_id[sure] == truth.instance_id[sure]
    assert same.mean() >= 0.999


@every_scene
def test_few_pixels_differ_even_on_the_silhouettes(frames: Frames, name: str) -> None:
    """A shift of half a pixel changes an eighth of these; rounding and chords change a few in a thousand."""
    truth = oracle(name)
    edge = ~off_silhouette(truth.instance_id)
    assert (frames(name).instance_id[edge] == truth.instance_id[edge]).mean() >= 0.99


@every_scene
def test_depth_is_that_of_the_oracle(frames: Frames, name: str) -> None:
    ours, truth = frames(name), oracle(name)
    both = comparable(ours, truth)
    np.testing.assert_allclose(ours.depth_m[both], truth.depth_m[both], rtol=1e-4)


@every_scene
def test_normals_are_those_of_the_oracle(frames: Frames, name: str) -> None:
    """1e-3 on flat faces; on round ones the interpolated normal of a chord is within 5e-3."""
    ours, truth = frames(name), oracle(name)
    both = off_crease(truth, comparable(ours, truth))
    np.testing.assert_allclose(np.linalg.norm(ours.normals_camera[both], axis=1), 1.0, atol=1e-3)
    error = np.linalg.norm(ours.normals_camera - truth.normals_camera, axis=2)
    flat = np.isin(
        truth.instance_id, [each.instance_id for each in SCENES[name]().objects if each.category == "box"]
    )
    assert error[both & flat].max(initial=0.0) <= 1e-3
    assert error[both & ~flat].max(initial=0.0) <= 5e-3


@every_scene
def test_object_coordinates_are_the_depth_seen_from_the_object(frames: Frames, name: str) -> None:
    """T_camera_object @ coordinates = unproject(depth), of the frame's own buffers.

    On a silhouette a rasteriser interpolates over triangles seen edge-on, which costs digits.
    """
    frame = frames(name)
    points = frame.view.intrinsics.unproject(frame.depth_m)
    inner = off_silhouette(frame.instance_id)
    T_camera_world = invert_rigid(frame.view.T_world_camera)
    for index, T_world_object in enumerate(frame.view.T_world_objects):
        hit = frame.instance_id == index + 1
        expected = apply(T_camera_world @ T_world_object, frame.object_coordinates_m[hit])
        error = np.linalg.norm(expected - points[hit], axis=1) / np.linalg.norm(points[hit], axis=1)
        assert error[inner[hit]].max(initial=0.0) <= 2e-5
        assert error.max(initial=0.0) <= 1e-3


@every_scene
def test_object_coordinates_are_those_of_the_oracle(frames: Frames, name: str) -> None:
    ours, truth = frames(name), oracle(name)
    both = comparable(ours, truth)
    error = np.linalg.norm(ours.object_coordinates_m - truth.object_coordinates_m, axis=2)[both]
    assert (
        error <= 2e-4 * np.linalg.norm(truth.view.intrinsics.unproject(truth.depth_m), axis=2)[both]
    ).all()
