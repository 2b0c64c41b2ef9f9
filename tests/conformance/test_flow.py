"""Flow made from every back end's frames is the oracle's: labels do not depend on what painted them."""

from __future__ import annotations

from collections.abc import Callable
from math import pi

import numpy as np
import pytest

from simgen.annotate.flow import optical_flow, scene_flow
from simgen.geometry import quaternion_about_axis, transform
from simgen.records.frame import Frame, Moment
from tests.conformance.oracle import comparable, oracle
from tests.conformance.scenes import SCENES

Frames = Callable[[str], Frame]
every_scene = pytest.mark.parametrize("name", SCENES)


def moved(frame: Frame) -> Moment:
    """The camera 2 % of the way to its first object and turned, every body turned its own way and shifted."""
    view = frame.view
    bodies = [
        T @ transform((0.002 * k, -0.003, 0.001), quaternion_about_axis((0.36, 0.48, 0.8), 0.03 * (k + 1)))
        for k, T in enumerate(view.T_world_objects)
    ]
    step = transform((0.01, -0.005, 0.004), quaternion_about_axis((0.0, 1.0, 0.0), pi / 200))
    return Moment(view.T_world_camera @ step, np.array(bodies))


@every_scene
def test_flow_is_that_of_the_oracle_to_a_hundredth_of_a_pixel(frames: Frames, name: str) -> None:
    ours, truth = frames(name), oracle(name)
    both = comparable(ours, truth)
    moment = moved(truth)
    given, expected = optical_flow(ours, moment).flow_px, optical_flow(truth, moment).flow_px
    known = both & np.isfinite(expected).all(axis=2)
    error_px = np.linalg.norm(given - expected, axis=2)[known]
    assert error_px.max(initial=0.0) < 0.01


@every_scene
def test_scene_flow_is_that_of_the_oracle(frames: Frames, name: str) -> None:
    ours, truth = frames(name), oracle(name)
    both = comparable(ours, truth)
    moment = moved(truth)
    given, expected = scene_flow(ours, moment)[both], scene_flow(truth, moment)[both]
    np.testing.assert_allclose(
        given, expected, rtol=0, atol=1e-5 * np.nanmax(truth.depth_m[both], initial=1.0)
    )
