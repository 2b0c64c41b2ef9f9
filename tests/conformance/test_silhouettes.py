"""Whole outlines of every back end against the oracle's, and against the frame's own ids."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from simgen.records.frame import Frame
from tests.conformance.oracle import off_silhouette, oracle, whole_mask
from tests.conformance.scenes import SCENES

Frames = Callable[[str], Frame]
every_scene = pytest.mark.parametrize("name", SCENES)


@every_scene
def test_the_same_objects_have_a_silhouette(frames: Frames, name: str) -> None:
    assert sorted(frames(name).silhouettes) == sorted(oracle(name).silhouettes)


@every_scene
def test_masks_are_those_of_the_oracle(frames: Frames, name: str) -> None:
    ours, truth = frames(name), oracle(name)
    for key, silhouette in truth.silhouettes.items():
        expected = whole_mask(silhouette, truth.depth_m.shape)
        given = whole_mask(ours.silhouettes[key], truth.depth_m.shape)
        sure = off_silhouette(expected.astype(np.uint16))
        assert (given[sure] == expected[sure]).mean() >= 0.999
        assert (given != expected)[~sure].sum() <= max(1, 0.01 * (~sure).sum())


@every_scene
def test_what_is_seen_lies_inside_the_silhouette(frames: Frames, name: str) -> None:
    frame = frames(name)
    for key, silhouette in frame.silhouettes.items():
        assert whole_mask(silhouette, frame.depth_m.shape)[frame.instance_id == key].all()


@every_scene
def test_an_object_alone_in_front_shows_all_of_its_silhouette(frames: Frames, name: str) -> None:
    frame = frames(name)
    if len(frame.silhouettes) == 1:
        ((key, silhouette),) = frame.silhouettes.items()
        np.testing.assert_array_equal(whole_mask(silhouette, frame.depth_m.shape), frame.instance_id == key)


@every_scene
def test_the_box_on_the_unbounded_plane_is_within_a_pixel(frames: Frames, name: str) -> None:
    ours, truth = frames(name), oracle(name)
    for key, silhouette in truth.silhouettes.items():
        given = np.array(ours.silhouettes[key].bbox_unclipped_xyxy)
        np.testing.assert_allclose(given, silhouette.bbox_unclipped_xyxy, atol=1.0, err_msg=f"object {key}")


@every_scene
def test_the_count_is_whole_inside_the_image_and_close_beyond_it(frames: Frames, name: str) -> None:
    ours, truth = frames(name), oracle(name)
    for key, silhouette in truth.silhouettes.items():
        given = ours.silhouettes[key]
        if silhouette.total_px == silhouette.mask.sum():
            assert given.total_px == given.mask.sum()
        outline_px = 4 * np.sqrt(silhouette.total_px)  # of a square of this area
        assert abs(given.total_px - silhouette.total_px) <= max(
            2.0, 0.1 * outline_px, 0.01 * silhouette.total_px
        )
