from __future__ import annotations

import numpy as np
import pytest

from simgen.geometry import quaternion_about_axis
from simgen.records.scene import Capture, Physics
from simgen.simulation import simulate
from tests.builders import box, floor, make_scene, sphere
from tests.simulation.bodies import UNIT_CUBE, HullLibrary, body_of

KINEMATIC = Physics(engine="kinematic", gravity_mps2=(0.0, 0.0, -10.0))
SECOND = Capture("start", frame_count=5, frame_rate_hz=4)


def test_a_thrown_body_follows_the_parabola(library: HullLibrary):
    ball = sphere(at=(0, 0, 3), linear_velocity_mps=(1.0, -2.0, 2.0))
    run = simulate(
        make_scene([ball], physics=KINEMATIC, capture=SECOND, workspace_min_m=(-9, -9, -9)), library
    )
    t = np.array([0, 0.25, 0.5, 0.75, 1.0])
    assert run.times_s == pytest.approx(t)
    assert run.positions_m[:, 0] == pytest.approx(np.column_stack([t, -2 * t, 3 + 2 * t - 5 * t**2]))
    assert run.linear_velocities_mps[:, 0, 2] == pytest.approx(2 - 10 * t)


def test_a_spinning_body_turns_by_rate_times_time(library: HullLibrary):
    top = box(angular_velocity_radps=(0.0, 0.0, np.pi / 2))
    run = simulate(
        make_scene([top], physics=Physics(engine="kinematic", gravity_mps2=(0, 0, 0)), capture=SECOND),
        library,
    )
    assert run.quaternions_wxyz[4, 0] == pytest.approx(quaternion_about_axis((0, 0, 1), np.pi / 2))


def test_the_origin_circles_an_off_centre_mass(library: HullLibrary):
    asset = library.add("lopsided", [UNIT_CUBE * 0.1], center_of_mass_m=(0.03, 0.0, 0.0))
    body = body_of(
        asset,
        (0.1, 0.1, 0.1),
        (0, 0, 0),
        angular_velocity_radps=(0, 0, np.pi),
        linear_velocity_mps=(0, -0.03 * np.pi, 0),
    )
    run = simulate(
        make_scene([body], physics=Physics(engine="kinematic", gravity_mps2=(0, 0, 0)), capture=SECOND),
        library,
    )
    assert run.positions_m[4, 0] == pytest.approx([0.06, 0, 0], abs=1e-12)
    assert run.linear_velocities_mps[4, 0] == pytest.approx([0, 0.03 * np.pi, 0], abs=1e-12)


def test_static_bodies_stay_and_nothing_touches_or_rests(library: HullLibrary):
    run = simulate(
        make_scene([floor(), sphere(0.1, at=(0, 0, 0.1))], physics=KINEMATIC, capture=Capture("settled", 2)),
        library,
    )
    assert run.contacts == ()
    assert (run.settled, run.settle_time_s) == (False, 0.0)
    assert run.positions_m[:, 0].tolist() == [[0, 0, -0.1]] * 2
    assert run.positions_m[0].tolist() == run.positions_m[1].tolist()
