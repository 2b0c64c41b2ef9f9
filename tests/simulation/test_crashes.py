"""Driven bodies push, crash, and are hit: momentum against the laws of impact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simgen.records.scene import Physics
from simgen.records.trajectory import Trajectory
from tests.builders import box, floor, sphere, static_box
from tests.simulation.acting import act, actor, car, deer, do, event, go, on, play, speeds, thing

WEIGHTLESS = Physics(gravity_mps2=(0.0, 0.0, 0.0))
EARTH = Physics()
ROAD = thing(floor(size_m=400.0, name="road"))


def momentum(run: Trajectory, masses: list[float], frame: int = -1) -> np.ndarray:
    return np.asarray(masses) @ run.linear_velocities_mps[frame]


@pytest.mark.parametrize("restitution", [0.0, 0.5])
@pytest.mark.parametrize("speed", [5.0, 30.0])
@pytest.mark.parametrize("steps_hz", [240, 480])
def test_two_that_crash_keep_their_momentum(restitution: float, speed: float, steps_hz: int) -> None:
    players = [
        car((0, 0, 0), go(speed), restitution=restitution),
        deer((10, 0, 0.2), go(2.0, 3.141592653589793), restitution=restitution, mass_kg=400.0),
    ]
    run = play(players, physics=replace(WEIGHTLESS, step_rate_hz=steps_hz), seconds=3.0)
    before = np.array([1500 * speed - 400 * 2.0, 0.0, 0.0])
    assert momentum(run, [1500.0, 400.0]) == pytest.approx(before, rel=1e-6, abs=1e-3)
    first = run.impacts[0]
    assert (first.a, first.b) == ("car", "deer")
    assert first.closing_speed_mps == pytest.approx(speed + 2.0, rel=0.02)
    assert first.start_s == pytest.approx((10 - 2.5) / (speed + 2), abs=2.1 / steps_hz)
    assert first.impulse_ns == pytest.approx((1 + restitution) * (speed + 2) / (1 / 1500 + 1 / 400), rel=0.25)


def test_a_head_on_crash_without_spring_ends_in_one_speed() -> None:
    wide = actor("block", (1.0, 2.0, 1.5), (10, 0, 0), go(-3.0), mass_kg=500.0)
    run = play([car(behaviour=go(10.0)), wide], physics=WEIGHTLESS, seconds=1.5)
    together = (1500 * 10 - 500 * 3) / 2000
    assert run.linear_velocities_mps[-1, :, 0] == pytest.approx([together, together], abs=0.02)
    assert run.impacts[0].impulse_ns == pytest.approx(500 * (together + 3), rel=0.01)


def test_what_is_light_is_pushed_exactly_and_does_not_slow_its_pusher() -> None:
    ball = thing(box((0.4, 0.4, 0.4), (8, 0, 0.5), mass_kg=20.0, name="box"))
    run = play([car(behaviour=go(6.0)), ball], physics=WEIGHTLESS, seconds=3.0)
    assert run.positions_m[:, 0, 0] == pytest.approx(6.0 * run.times_s, abs=1e-9)
    assert run.linear_velocities_mps[-1, 1, 0] == pytest.approx(6.0, abs=0.01)
    assert run.positions_m[-1, 1, 0] - run.positions_m[-1, 0, 0] == pytest.approx(2.2, abs=0.02)


def test_a_dynamic_body_of_a_tenth_of_its_mass_stops_being_pushed_over() -> None:
    block = thing(box((0.4, 0.4, 0.4), (8, 0, 0.75), mass_kg=200.0, name="box"))
    run = play([car(behaviour=go(6.0)), block], physics=WEIGHTLESS, seconds=3.0)
    assert momentum(run, [1500.0, 200.0])[0] == pytest.approx(9000.0, rel=1e-6)
    assert run.linear_velocities_mps[-1, 0, 0] == pytest.approx(9000 / 1700, abs=0.02)


def test_a_light_actor_is_pushed_by_a_heavy_one_that_goes_on_as_it_is_told() -> None:
    run = play([car(behaviour=go(10.0)), deer((8, 0, 0.2))], physics=WEIGHTLESS, seconds=1.5)
    assert run.positions_m[-1, 0, 0] == pytest.approx(15.0)
    assert run.linear_velocities_mps[-1, 1, 0] == pytest.approx(10.0, abs=0.1)
    assert run.impacts[0].impulse_ns == pytest.approx(50 * 10.0, rel=0.02)


def test_what_flies_against_a_driven_body_of_its_weight_makes_it_dynamic() -> None:
    ball = thing(sphere(0.2, (5, 0, 0.5), mass_kg=40.0, linear_velocity_mps=(-8.0, 0.0, 0.0), name="ball"))
    run = play([deer(), ball], physics=WEIGHTLESS, seconds=1.5)
    assert run.linear_velocities_mps[100, 0].tolist() == [0.0, 0.0, 0.0]
    assert momentum(run, [50.0, 40.0])[0] == pytest.approx(-320.0, rel=1e-6)
    assert run.linear_velocities_mps[-1, 0, 0] < -1.0


def test_a_wall_stops_a_car_and_the_ground_does_not() -> None:
    wall = thing(static_box((0.5, 6, 3), (20, 0, 1.5), name="wall"))
    run = play([car(behaviour=go(10.0)), ROAD, wall], physics=EARTH, seconds=3.0)
    hit = (20 - 0.25 - 2.0) / 10
    cruising = run.times_s < hit - 0.01
    assert run.positions_m[cruising, 0, 0] == pytest.approx(10 * run.times_s[cruising], abs=1e-9)
    assert speeds(run)[-1] < 1.0
    assert run.positions_m[-1, 0, 0] < 17.8
    assert any({impact.a, impact.b} == {"car", "wall"} for impact in run.impacts)


def test_a_wall_that_is_gone_stops_nobody_and_one_that_comes_does() -> None:
    wall = static_box((0.5, 6, 3), (6, 0, 1.5), name="wall")
    gone = event("gone", act("remove", object="wall"), trigger=on("time", at_s=0.1))
    run = play([car(behaviour=go(10.0)), thing(wall)], [gone], physics=EARTH)
    assert run.positions_m[-1, 0, 0] == pytest.approx(10.0)
    come = event("come", act("spawn", object="wall"), trigger=on("time", at_s=0.1))
    hidden = thing(replace(wall, present=False))
    run = play([car(behaviour=go(10.0)), hidden, ROAD], [come], physics=EARTH)
    assert run.positions_m[-1, 0, 0] < 4.0


def test_it_goes_over_what_is_low_and_under_what_is_high() -> None:
    kerb = thing(static_box((0.5, 6, 0.1), (8, 0, 0.05), name="kerb"))
    bridge = thing(static_box((4, 6, 0.5), (15, 0, 2.5), name="bridge"))
    run = play([car(behaviour=go(10.0)), ROAD, kerb, bridge], physics=EARTH, seconds=2.5)
    assert run.positions_m[-1, 0, 0] == pytest.approx(25.0)
    assert run.impacts == ()


def test_wheels_that_reach_into_the_ground_are_no_impact() -> None:
    sunk = car((0, 0, -0.03), go(5.0))
    ball = thing(sphere(0.2, (50, 0, 0.2), name="ball"))
    run = play([sunk, car((0, 1.9, 0), name="near"), ROAD, ball], physics=EARTH)
    assert {(impact.a, impact.b) for impact in run.impacts} == {("road", "ball")}
    assert run.positions_m[-1, 0].tolist() == pytest.approx([5.0, 0.0, 0.72])


def test_parked_side_by_side_is_no_crash() -> None:
    parked = car((0, 2.0, 0), name="parked")
    run = play([car(behaviour=go(10.0)), parked], physics=EARTH)
    assert run.positions_m[-1, 0, 0] == pytest.approx(10.0)
    assert not run.linear_velocities_mps[:, 1].any()


def test_after_a_crash_a_car_slides_and_comes_to_rest_by_friction() -> None:
    """Two cars joined by an inelastic impact slide on with mu g."""
    players = [car((0, 0, 0), go(12.0)), car((10, 0, 0), name="other"), ROAD]
    run = play(players, physics=EARTH, seconds=4.0, rate_hz=24)
    start = run.impacts[0].start_s
    together, mu_g = 6.0, 0.5 * 9.81
    assert speeds(run)[-1] == pytest.approx(0.0, abs=0.05)
    way = run.positions_m[-1, 0, 0] - 12.0 * run.impacts[0].start_s
    assert start == pytest.approx(0.5, abs=0.01)
    assert way == pytest.approx(together**2 / (2 * mu_g), rel=0.15)


def test_a_crash_is_in_the_record_of_the_event_and_ends_the_behaviour() -> None:
    dart = act("do", go(4.0, 1.5707963267948966), actor="deer")
    story = event(
        "leap", dart, trigger=on("ttc", from_="car", to="deer", below_s=0.3), actors=("car", "deer")
    )
    run = play([car(behaviour=go(15.0)), deer((30, -0.9, 0)), ROAD], [story], physics=EARTH, seconds=2.5)
    (row,) = run.occurrences
    assert row.contact
    assert row.min_distance_m == pytest.approx(0.0, abs=0.01)
    assert row.impulse_ns > 500.0
    assert row.over_s is not None


def test_a_contact_trigger_waits_for_its_impulse() -> None:
    hit = on("contact", of=("deer",), with_=("car",), min_impulse_ns=100.0)
    anything = on("contact", of=("deer",))
    players = [car(behaviour=go(15.0)), deer((12, 0, 0)), thing(floor(size_m=400.0))]
    run = play(
        players, [event("any", trigger=anything), event("hit", trigger=hit)], physics=EARTH, seconds=1.5
    )
    moment = (12 - 2.5) / 15
    assert run.occurrences[1].triggered_s == pytest.approx(moment, abs=3.1 / 240)
    assert run.occurrences[0].triggered_s == pytest.approx(moment, abs=3.1 / 240)


def test_a_dynamic_actor_is_driven_by_changes_of_velocity_within_its_acceleration() -> None:
    rush = do("dart_out", speed_mps=5.0, acceleration_mps2=2.0, heading_rad=0.0, distance_m=60.0)
    dynamic = deer((0, 0, 0), rush, motion="dynamic")
    run = play([dynamic, ROAD], physics=EARTH, seconds=3.0, rate_hz=60)
    v = run.linear_velocities_mps[:, 0, 0]
    assert v[30] == pytest.approx(2.0 * 0.5, abs=0.1)
    assert v[-1] == pytest.approx(5.0, abs=0.1)
    assert np.diff(v).max() <= 2.0 / 60 + 1e-3
    assert run.positions_m[-1, 0, 2] == pytest.approx(0.5, abs=5e-3)


def test_without_dynamic_bodies_physics_is_the_closed_form() -> None:
    players = [
        car(behaviour=go(10.0)),
        deer((30, 9, 0), do("wander", speed_mps=1.0, turn_radps=1.0, radius_m=2.0)),
        ROAD,
    ]
    bullet, closed = play(players, physics=EARTH), play(players, physics=Physics(engine="kinematic"))
    assert (bullet.positions_m == closed.positions_m).all()
    assert (bullet.quaternions_wxyz == closed.quaternions_wxyz).all()
