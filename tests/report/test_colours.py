"""Colours that a person can tell apart, the same for the same id everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.report.colours import (
    CARRIER,
    NOTHING,
    SURROUNDINGS,
    depth_ramp,
    depth_range_m,
    ink_on,
    instance_colour,
    paint_depth,
    paint_instances,
)


def test_the_first_forty_ids_differ_and_neighbours_differ_much() -> None:
    colours = np.array([instance_colour(key) for key in range(1, 41)], float)
    apart = np.linalg.norm(colours[:, None] - colours[None], axis=-1) + 1e3 * np.eye(40)
    assert apart.min() > 5
    assert np.diag(apart, 1).min() > 80


def test_text_reads_on_every_plate() -> None:
    for key in range(1, 60):
        colour = instance_colour(key)
        luma = np.array([0.2126, 0.7152, 0.0722])
        assert abs(luma @ colour - luma @ ink_on(colour)) > 80


def test_near_is_light_and_far_is_dark() -> None:
    lightness = depth_ramp().astype(float) @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(lightness) < 1).all()
    assert lightness[0] - lightness[-1] > 150


def test_depth_is_painted_between_its_ends_and_nothing_is_grey() -> None:
    depth_m = np.array([[0.5, 1.0, 1.5, 9.0, np.nan]], np.float32)
    painted = paint_depth(depth_m, 0.5, 1.5)
    ramp = depth_ramp()
    assert painted[0, 0].tolist() == ramp[0].tolist()
    assert painted[0, 1].tolist() == ramp[127].tolist()
    assert painted[0, 2].tolist() == painted[0, 3].tolist() == ramp[255].tolist()
    assert tuple(painted[0, 4]) == NOTHING


def test_a_far_background_does_not_flatten_the_things() -> None:
    depth_m = np.full((20, 20), 80.0, np.float32)
    things = np.zeros((20, 20), bool)
    things[5:15, 5:15] = True
    depth_m[things] = 1.0
    assert depth_range_m(depth_m, things) == pytest.approx((1.0, 1.5))
    assert depth_range_m(depth_m, np.zeros_like(things)) == pytest.approx((1.0, 80.0))


def test_an_empty_depth_picture_has_a_range() -> None:
    assert depth_range_m(np.full((2, 2), np.nan, np.float32), np.zeros((2, 2), bool)) == (0.0, 1.0)


def test_things_have_their_colour_and_a_dark_outline() -> None:
    ids = np.zeros((9, 9), np.uint16)
    ids[2:7, 2:7], ids[8], ids[7] = 3, 1, 2
    painted = paint_instances(ids, frozenset({3}), frozenset({2}), None)
    assert tuple(painted[4, 4]) == instance_colour(3)
    assert tuple(painted[0, 0]) == NOTHING
    assert tuple(painted[8, 4]) == SURROUNDINGS
    assert tuple(painted[7, 4]) == CARRIER
    assert painted[6, 4].sum() < painted[4, 4].sum()
