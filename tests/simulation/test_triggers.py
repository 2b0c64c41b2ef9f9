"""Every trigger and modifier, at the step at which it must be true."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simgen.errors import SimulationError
from simgen.geometry import Pose, look_at
from simgen.records.behaviour import Trigger
from simgen.records.trajectory import Trajectory
from simgen.scenario.spec import TriggerSpec
from simgen.simulation.triggers import KINDS
from simgen.simulation.triggers.modifiers import counted
from tests.builders import camera, static_box
from tests.simulation.acting import act, car, deer, do, event, lane, on, play, thing

STEP = 1 / 240


def first(run: Trajectory) -> float | None:
    return run.occurrences[0].triggered_s


def when(trigger: Trigger, *players, seconds: float = 3.0, **fields) -> float | None:
    """The instant at which an event with this trigger fires."""
    players = players or (car(behaviour=go(10.0)), deer((30, 0, 0)))
    return first(play(list(players), [event("event", trigger=trigger)], seconds=seconds, rate_hz=1, **fields))


def go(speed: float):
    return do("constant_velocity", speed_mps=speed)


def step_at_or_after(time_s: float) -> float:
    return ceil(time_s * 240 - 1e-6) / 240


PAIR = {"from_": "car", "to": "deer"}


def test_every_kind_that_can_be_written_can_be_looked_at() -> None:
    assert set(TriggerSpec.forms()) == set(KINDS)


@pytest.mark.parametrize("at", [0.0, 0.5, 1.234])
def test_time(at: float) -> None:
    assert when(on("time", at_s=at)) == step_at_or_after(at)


@settings(max_examples=10, deadline=None)
@given(speed=st.floats(5, 40), lead=st.floats(-4, 4), below=st.floats(0.3, 2.0), lateral=st.floats(-1.0, 1.0))
def test_ttc_fires_within_one_step_of_the_asked_value(
    speed: float, lead: float, below: float, lateral: float
) -> None:
    """On one line the time to collision falls by one second a second: it is below the bound from the next step on."""
    distance = 2.5 + (speed - lead) * (below + 0.4)
    players = [car(behaviour=go(speed)), deer((distance, lateral, 0), go(lead))]
    run = play(players, [event("event", trigger=on("ttc", below_s=below, **PAIR))], seconds=1.0, rate_hz=240)
    fired = first(run)
    assert fired is not None
    frame = round(fired * 240)
    gap = run.positions_m[frame, 1, 0] - run.positions_m[frame, 0, 0] - 2.5
    d = run.positions_m[frame, 1] - run.positions_m[frame, 0]
    v = run.linear_velocities_mps[frame, 1] - run.linear_velocities_mps[frame, 0]
    closing = -(d @ v) / np.linalg.norm(d)
    assert below - STEP * 1.1 <= gap / closing < below


@pytest.mark.parametrize(
    ("settings_", "expected"),
    [
        ({"below_m": 10.0}, (30 - 2.5 - 10) / 10),
        ({"below_m": 10.0, "free": False}, (30 - 10) / 10),
        ({"below_m": 10.0, "metric": "longitudinal"}, (30 - 2.5 - 10) / 10),
        ({"above_m": 1.0, "below_m": 9.0}, (30 - 2.5 - 9) / 10),
        ({"below_m": 0.1, "metric": "lateral"}, 0.0),
    ],
)
def test_distance(settings_, expected: float) -> None:
    fired = when(on("distance", **PAIR, **settings_))
    assert fired is not None
    assert expected - 1e-9 <= fired <= expected + 1.01 * STEP


def test_distance_to_a_point() -> None:
    fired = when(on("distance", from_="car", to_m=(12.0, 0.0, 0.0), below_m=2.0))
    assert fired == pytest.approx((12 - 2 - 2) / 10, abs=1.01 * STEP)


def test_headway_and_closing_speed() -> None:
    assert when(on("headway", below_s=1.0, **PAIR)) == pytest.approx((27.5 - 10) / 10, abs=1.01 * STEP)
    speeding = car(behaviour=do("accelerate_to", speed_mps=20.0, acceleration_mps2=5.0))
    fired = when(on("closing_speed", above_mps=8.0, **PAIR), speeding, deer((90, 0, 0)))
    assert fired == pytest.approx(8 / 5, abs=4.1 * STEP)  # behaviours choose every fourth step


def test_speed_and_standstill() -> None:
    steps = do("serial", do("for", go(8.0), time_s=1.0), do("brake", deceleration_mps2=8.0), do("idle"))
    braking = car(behaviour=steps)
    assert when(on("speed", of="car", below_mps=4.0), braking) == pytest.approx(1.5, abs=4.1 * STEP)
    assert when(on("standstill", of="car", speed_mps=0.05), braking) == pytest.approx(2.0, abs=4.1 * STEP)
    held = when(on("standstill", of="car", speed_mps=0.05, hold_s=0.5), braking)
    assert held == pytest.approx(2.5, abs=4.1 * STEP)


def test_reach_a_point_a_region_and_a_body() -> None:
    near = on("reach", of="car", point_m=(20.0, 0.5, 7.0), within_m=1.0)
    assert when(near) == pytest.approx((20 - 0.75**0.5) / 10, abs=1.01 * STEP)
    region = on("reach", of="car", point_min_m=(20.0, -1.0, 0.0), point_max_m=(30.0, 1.0, 2.0), within_m=0.0)
    assert when(region) == step_at_or_after(2.0)
    assert when(on("reach", of="car", point="deer", within_m=5.0)) == step_at_or_after(2.5)


def test_travelled_counts_from_its_first_look() -> None:
    assert when(on("travelled", of="car", above_m=12.0)) == pytest.approx(1.2, abs=1.01 * STEP)
    late = event("event", trigger=on("travelled", of="car", above_m=12.0), armed_from_s=1.0)
    assert first(play([car(behaviour=go(10.0))], [late], seconds=3.0, rate_hz=1)) == pytest.approx(
        2.2, abs=1.01 * STEP
    )


def test_altitude_is_that_of_the_lowest_corner() -> None:
    climbing = deer(behaviour=do("waypoints", points_m=(0.0, 0.0, 6.0), speed_mps=2.0))
    assert when(on("altitude", of="deer", above_m=3.0), climbing) == pytest.approx(1.5, abs=1.01 * STEP)


def test_param_holds_always_or_never() -> None:
    assert when(on("param", holds=True)) == 0.0
    assert when(on("param", holds=False)) is None


def test_random_hazard_is_a_poisson_process() -> None:
    """Mean 1 / rate; the Kolmogorov-Smirnov distance to the exponential distribution stays below its 1 % bound."""
    hazard = event("event", trigger=on("random_hazard", rate_hz=2.0))
    times = []
    for seed in range(60):
        fired = first(play([deer()], [hazard], seconds=4.0, rate_hz=1, seed=seed))
        times.append(4.0 if fired is None else fired)
    steps = np.sort(times)
    exponential = 1 - np.exp(-2.0 * steps)
    distance = np.abs(exponential - np.arange(1, 61) / 60).max()
    assert distance < 1.63 / 60**0.5


def test_random_hazard_fires_again_and_again_at_its_rate() -> None:
    hazard = event(
        "event", trigger=on("random_hazard", rate_hz=5.0, max_count=999), end=on("param", holds=True)
    )
    run = play([deer()], [hazard], seconds=60.0, rate_hz=1)
    assert len(run.occurrences) == pytest.approx(300, abs=4 * 300**0.5)


def test_an_event_sees_the_phases_after_the_step_before() -> None:
    chain = [
        event("a", trigger=on("event", name="b", state="triggered")),
        event("b", trigger=on("time", at_s=0.5)),
        event("c", trigger=on("event", name="b", state="triggered")),
    ]
    run = play([deer()], chain)
    assert [row.triggered_s for row in run.occurrences] == [0.5 + STEP, 0.5, 0.5 + STEP]


def test_visible_and_occluded_by_rays() -> None:
    """A wall hides the animal until it has passed its edge."""
    wall = thing(static_box((0.2, 4.0, 3.0), at=(10, 0, 1.5), name="wall"))
    animal = deer((20, 0, 0), do("constant_velocity", speed_mps=4.0, heading_rad=1.5707963267948966))
    sight = replace(camera(eye=(0, 0, 1), target=(20, 0, 1), name="front", width=640, height=480))
    seen = when(
        on("visible", sensor="front", object="deer", min_fraction=0.99), wall, animal, cameras=[sight]
    )
    hidden = when(
        on("not", on("occluded", sensor="front", object="deer", min_fraction=0.99)),
        wall,
        animal,
        cameras=[sight],
    )
    # line from (0, 0) past the edge (10, 2): y = 4 at x = 20; the animal is 0.5 m long across, 1 m along x
    assert hidden == pytest.approx((2 * 1.95 - 0.25) / 4, abs=0.12)
    assert seen == pytest.approx((2 * 2.05 + 0.25) / 4, abs=0.12)


def test_what_carries_the_camera_does_not_hide() -> None:
    mounted = replace(
        camera(name="front"), mount="car", poses=(Pose.from_matrix(look_at((0, 0, 0), (1, 0, 0))),)
    )
    assert when(on("visible", sensor="front", object="deer", min_fraction=0.9), cameras=[mounted]) == 0.0


# -- combinations ----------------------------------------------------------------------------------------------------


def at(time_s: float, **modifiers) -> Trigger:
    return on("time", at_s=time_s, **modifiers)


def test_all_any_not() -> None:
    assert when(on("all", at(0.5), at(1.0))) == 1.0
    assert when(on("any", at(0.5), at(1.0))) == 0.5
    assert when(on("all", on("not", at(1.0)), at(0.5))) == 0.5
    assert when(on("all", on("not", at(0.4)), at(0.5))) is None


def test_then_looks_at_the_next_one_step_after_the_one_before() -> None:
    assert when(on("then", at(0.5), at(0.2))) == 0.5 + STEP
    assert when(on("then", at(0.5), at(1.0))) == 1.0
    moved = on("then", at(0.5), on("travelled", of="car", above_m=5.0))
    assert when(moved) == pytest.approx(0.5 + STEP + 0.5, abs=1.01 * STEP)


def test_hold_needs_every_step_of_that_time() -> None:
    assert when(at(0.5, hold_s=0.25)) == 0.75
    gap = on("any", on("not", at(0.3)), at(0.5))
    assert when(replace(gap, hold_s=0.4)) == 0.9


def test_edges() -> None:
    assert when(at(0.0, edge="rising")) is None
    assert when(at(0.5, edge="rising")) == 0.5
    assert when(on("not", at(0.5), edge="falling")) == 0.5
    assert when(on("all", at(0.5, edge="rising"), at(0.6))) is None


def test_delay_shifts_the_signal() -> None:
    assert when(at(0.5, delay_s=0.25)) == 0.75
    assert when(at(0.5, edge="rising", delay_s=0.25)) == 0.75


def test_an_inner_max_count_ends_after_so_many_changes() -> None:
    values = iter([False, True, True, False, True, False, True, True])
    look = counted(lambda: next(values), 2)
    assert [look() for _ in range(8)] == [False, True, True, False, True, False, False, False]


def test_the_order_of_events_and_bodies_never_matters() -> None:
    events = [event("a", trigger=at(0.4)), event("b", trigger=on("ttc", below_s=1.5, **PAIR))]
    players = [car(behaviour=go(10.0)), deer((30, 0, 0))]
    one, two = play(players, events, seconds=2.0), play(players[::-1], events[::-1], seconds=2.0)
    assert {row.event: row.triggered_s for row in one.occurrences} == {
        row.event: row.triggered_s for row in two.occurrences
    }


@pytest.mark.parametrize(
    ("trigger", "message"),
    [
        (on("tme", at_s=1.0), r"events\.test\.trigger\.tme: no trigger 'tme'; did you mean 'time'\?"),
        (on("speed", of="nobody", above_mps=1.0), r"events\.test\.trigger\.speed: no body 'nobody'"),
        (on("visible", sensor="nothing", object="deer", min_fraction=0.5), "no camera 'nothing'"),
    ],
)
def test_a_wrong_trigger_is_an_error_that_names_its_place(trigger: Trigger, message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        when(trigger)


def test_an_impossible_trigger_is_reported_as_never_triggered() -> None:
    run = play(
        [car(), deer((30, 0, 0))],
        [event("leap", act("remove", object="deer"), trigger=on("ttc", below_s=1.0, **PAIR))],
    )
    (row,) = run.occurrences
    assert row.armed
    assert (row.armed_s, row.triggered_s, row.active_s, row.over_s) == (0.0, None, None, None)


def test_times_of_a_lane_follower_are_exact_too() -> None:
    follower = car(behaviour=do("follow_path", path="lane", speed_mps=12.0))
    fired = when(
        on("ttc", below_s=1.0, **PAIR), follower, deer((30, 0, 0)), lanes=(lane((0, 0, 0), (99, 0, 0)),)
    )
    assert fired == pytest.approx(27.5 / 12 - 1.0, abs=1.01 * STEP)
    assert all(a < b for a, b in pairwise([27.5 / 12 - 1.0, fired]))
