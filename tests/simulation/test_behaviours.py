"""Every behaviour against its closed form."""

from __future__ import annotations

from math import atan2, pi, sqrt

import numpy as np
import pytest

from simgen.errors import SimulationError
from simgen.records.behaviour import Behaviour
from simgen.scenario.spec import BehaviourSpec
from simgen.simulation.behaviours import KINDS
from simgen.worlds.lane_graph import point_at, s_of
from tests.simulation.acting import car, deer, do, feet, go, lane, on, play, speeds

STEP = 1 / 240
ROAD = lane((0, 0, 0), (100, 0, 0), (200, 60, 4))


def test_every_kind_that_can_be_written_can_be_simulated() -> None:
    assert set(BehaviourSpec.forms()) - {"one_of"} == set(KINDS)


def test_idle_stays() -> None:
    run = play([car((3, 4, 0), do("idle"))])
    assert (run.positions_m[:, 0] == [3, 4, 0.75]).all()
    assert not run.linear_velocities_mps.any()


@pytest.mark.parametrize("heading", [0.0, 2.0, -3.0])
def test_constant_velocity_goes_straight_along_its_front_or_heading(heading: float) -> None:
    along = np.array([np.cos(heading), np.sin(heading), 0])
    for run in (
        play([car(behaviour=do("constant_velocity", speed_mps=7.0), heading_rad=heading)]),
        play([car(behaviour=do("constant_velocity", speed_mps=7.0, heading_rad=heading))]),
    ):
        assert feet(run, 1.5) == pytest.approx(7 * run.times_s[:, None] * along, abs=1e-9)
        w, _, _, z = run.quaternions_wxyz[-1, 0]
        assert 2 * atan2(z, w) == pytest.approx(heading, abs=1e-9)


def test_brake_stops_after_v_squared_over_2a() -> None:
    steps = do(
        "serial",
        do("for", do("constant_velocity", speed_mps=13.0), time_s=0.5),
        do("brake", deceleration_mps2=4.1),
    )
    run = play([car(behaviour=steps)], seconds=5.0)
    assert run.positions_m[-1, 0, 0] == pytest.approx(0.5 * 13 + 13**2 / (2 * 4.1), abs=1e-9)
    assert speeds(run)[-1] == 0.0
    middle = 0.5 + 1.0
    frame = round(middle * 240)
    assert run.positions_m[frame, 0, 0] == pytest.approx(6.5 + 13 - 4.1 / 2, abs=1e-9)


def test_who_follows_a_lane_brakes_along_it() -> None:
    """The middle of a bend lies before its end: what braked straight would leave the lane."""
    follow = do("for", do("follow_path", path="lane", speed_mps=20.0), time_s=4.0)
    run = play(
        [car((0, 1, 0), do("serial", follow, do("brake", deceleration_mps2=5.0)))],
        seconds=9.0,
        rate_hz=10,
        lanes=(ROAD,),
    )
    s, lateral = s_of(ROAD, tuple(run.positions_m[-1, 0].tolist()))
    assert lateral == pytest.approx(1.0, abs=1e-6)
    assert s == pytest.approx(s_of(ROAD, (0, 1, 0))[0] + 80.0 + 20**2 / 10, abs=1e-6)
    assert speeds(run)[-1] == 0.0


def test_accelerate_to_ends_with_exactly_the_speed_asked_for_and_goes_on_with_it() -> None:
    run = play([car(behaviour=do("accelerate_to", speed_mps=9.0, acceleration_mps2=3.7))], seconds=4.0)
    reached = 9 / 3.7
    assert run.positions_m[-1, 0, 0] == pytest.approx(9**2 / (2 * 3.7) + 9 * (4 - reached), abs=1e-9)
    assert speeds(run)[-1] == pytest.approx(9.0, abs=1e-12)


def test_follow_path_is_on_the_path_at_every_choice_and_keeps_to_its_side() -> None:
    run = play(
        [car((10, 1.2, 0), do("follow_path", path="lane", speed_mps=20.0))], seconds=6.0, lanes=(ROAD,)
    )
    start_s, lateral = s_of(ROAD, (10, 1.2, 0))
    for frame in range(0, 1440, 4):
        expected = point_at(ROAD, start_s + 20 * run.times_s[frame], lateral).position_m
        assert feet(run, 1.5)[frame] == pytest.approx(expected, abs=1e-6)


def test_follow_path_comes_over_to_the_lateral_asked_for_without_a_jump() -> None:
    run = play(
        [car((0, 3, 0), do("follow_path", path="lane", speed_mps=10.0, lateral_m=-1.0))],
        seconds=4.0,
        lanes=(ROAD,),
    )
    assert run.positions_m[-1, 0, 1] == pytest.approx(-1.0)
    assert speeds(run).max() < 10.4


def test_follow_path_goes_on_into_the_next_lane_and_then_straight_on() -> None:
    lanes = (lane((0, 0, 0), (20, 0, 0), next=("after",)), lane((20, 0, 0), (20, 10, 0), name="after"))
    run = play([car(behaviour=do("follow_path", path="lane", speed_mps=10.0))], seconds=4.0, lanes=lanes)
    assert feet(run, 1.5)[-1] == pytest.approx([20, 20, 0], abs=1e-6)


def test_waypoints_are_passed_in_order_and_the_last_velocity_is_kept() -> None:
    steps = do("waypoints", points_m=(3.0, 0.0, 0.0, 3.0, 4.0, 0.0), speed_mps=2.0)
    run = play([deer(behaviour=steps)], seconds=5.0)
    assert feet(run, 1.0)[240] == pytest.approx([2, 0, 0])
    assert feet(run, 1.0)[720] == pytest.approx([3, 3, 0])
    assert feet(run, 1.0)[-1] == pytest.approx([3, 7, 0])
    assert speeds(run).min() > 1.4  # only the corner is cut, within one choice


def idm(v: float, gap: float, dv: float) -> float:
    v0, t, s0, a, b = 30.0, 1.6, 2.0, 0.73, 1.67
    s_star = s0 + max(0.0, v * t + v * dv / (2 * sqrt(a * b)))
    return a * (1 - (v / v0) ** 4 - (s_star / gap) ** 2)


IDM = {
    "lead": "lead",
    "path": "lane",
    "speed_mps": 30.0,
    "headway_s": 1.6,
    "gap_m": 2.0,
    "acceleration_mps2": 0.73,
    "deceleration_mps2": 1.67,
}


def test_follow_lead_accelerates_by_the_idm_equation() -> None:
    lead = car((50, 0, 0), do("constant_velocity", speed_mps=12.0), name="lead")
    follower = car((0, 0, 0), do("follow_lead", **IDM))
    run = play([lead, follower], seconds=10.0, lanes=(lane((0, 0, 0), (900, 0, 0)),))
    x, v, gap = 0.0, 0.0, 50.0 - 4.0
    for frame in range(0, 2400, 4):
        assert run.positions_m[frame, 1, 0] == pytest.approx(x, abs=1e-6)
        gap = run.positions_m[frame, 0, 0] - x - 4.0
        new = max(v + idm(v, gap, v - 12.0) / 60, 0.0)
        x, v = x + (v + new) / 2 / 60, new


def test_follow_lead_comes_to_the_gap_at_which_the_equation_is_zero() -> None:
    lead = car((30, 0, 0), do("constant_velocity", speed_mps=15.0), name="lead")
    follower = car((0, 0, 0), do("follow_lead", **IDM), linear_velocity_mps=(15.0, 0.0, 0.0))
    run = play([lead, follower], seconds=80.0, rate_hz=1, lanes=(lane((0, 0, 0), (9000, 0, 0)),))
    gap = run.positions_m[-1, 0, 0] - run.positions_m[-1, 1, 0] - 4.0
    assert speeds(run, 1)[-1] == pytest.approx(15.0, abs=0.05)
    assert gap == pytest.approx((2 + 15 * 1.6) / sqrt(1 - (15 / 30) ** 4), rel=0.01)


def test_cross_goes_over_at_its_angle_and_ends_beyond_the_middle() -> None:
    run = play(
        [
            deer(
                (50, -6, 0),
                do(
                    "serial",
                    do("cross", path="lane", speed_mps=3.0, angle_rad=pi / 3, beyond_m=4.0),
                    do("idle"),
                ),
            )
        ],
        seconds=6.0,
        lanes=(ROAD,),
    )
    across = 10.0
    assert feet(run, 1.0)[-1] == pytest.approx([50 + across / np.tan(pi / 3), 4.0, 0], abs=1e-9)
    assert speeds(run)[240] == pytest.approx(3.0)


def test_cross_from_the_left_goes_to_the_right() -> None:
    run = play(
        [deer((50, 5, 0), do("cross", path="lane", speed_mps=3.0, angle_rad=pi / 2, beyond_m=1.0))],
        lanes=(ROAD,),
    )
    assert run.linear_velocities_mps[10, 0] == pytest.approx([0, -3, 0], abs=1e-9)


def test_dart_out_accelerates_to_its_speed_and_ends_after_the_distance() -> None:
    steps = do(
        "serial",
        do("dart_out", speed_mps=6.0, acceleration_mps2=4.0, toward_m=(0.0, 9.0, 3.0), distance_m=8.0),
        do("idle"),
    )
    run = play([deer((0, 0, 0), steps)], seconds=3.0)
    t = run.times_s
    way = np.where(t < 1.5, 2 * t**2, 4.5 + 6 * (t - 1.5))
    ticks = slice(0, 480, 4)
    assert run.positions_m[ticks, 0, 1] == pytest.approx(np.minimum(way, 8.0)[ticks], abs=1e-9)
    assert feet(run, 1.0)[-1] == pytest.approx([0, 8, 0], abs=1e-9)


def test_flee_runs_away_until_it_is_far_enough() -> None:
    fleeing = do(
        "serial", do("flee", from_="car", speed_mps=5.0, acceleration_mps2=10.0, distance_m=12.0), do("idle")
    )
    run = play([car(), deer((3, 4, 0), fleeing)], seconds=4.0)
    away = run.positions_m[-1, 1, :2]
    assert away / np.linalg.norm(away) == pytest.approx([0.6, 0.8])
    assert 12.0 <= np.linalg.norm(run.positions_m[-1, 1] - run.positions_m[-1, 0]) < 12.0 + 5 / 60 + 0.01


def test_wander_keeps_its_speed_and_stays_about_its_place() -> None:
    wandering = do("wander", speed_mps=1.5, turn_radps=1.0, radius_m=4.0)
    run = play([deer((5, 5, 0), wandering)], seconds=60.0, rate_hz=60)
    off = np.linalg.norm(feet(run, 1.0)[:, :2] - [5, 5], axis=1)
    assert speeds(run) == pytest.approx(1.5, rel=1e-3)
    assert 2.0 < off.max() < 4.0 + 2 * 1.5 / 1.0


def test_wander_depends_on_the_seed_and_its_place_alone() -> None:
    wandering = do("wander", speed_mps=1.5, turn_radps=1.0, radius_m=4.0)
    one, same = play([deer(behaviour=wandering)]), play([deer(behaviour=wandering), car((90, 0, 0))])
    other = play([deer(behaviour=wandering)], seed=1)
    assert (one.positions_m[:, 0] == same.positions_m[:, 0]).all()
    assert (one.positions_m[-1] != other.positions_m[-1]).any()


SLOPE = 0.05


@pytest.mark.parametrize(
    "behaviour",
    [
        do("dart_out", speed_mps=6.0, acceleration_mps2=4.0, heading_rad=0.4, distance_m=20.0),
        do("flee", from_="car", speed_mps=5.0, acceleration_mps2=4.0, distance_m=60.0),
        do("wander", speed_mps=3.0, turn_radps=1.0, radius_m=8.0),
    ],
    ids=lambda behaviour: behaviour.kind,
)
@pytest.mark.parametrize("height", [0.0, 0.3])
def test_who_leaves_a_sloping_road_stays_as_high_above_it(behaviour: Behaviour, height: float) -> None:
    road = lane((0, 0, 0), (100, 0, 100 * SLOPE), width_m=3.5, kind="driving")
    players = [deer((20, 4, 20 * SLOPE + height), behaviour), car((15, 0, 15 * SLOPE))]
    run = play(players, seconds=4.0, lanes=(road,))
    path = feet(run, 1.0)
    assert np.ptp(path[:, 0]) > 3.0
    assert path[:, 2] == pytest.approx(SLOPE * path[:, 0] + height, abs=1e-9)


def test_a_path_in_the_air_is_no_ground() -> None:
    darting = do("dart_out", speed_mps=6.0, acceleration_mps2=4.0, heading_rad=0.0, distance_m=8.0)
    run = play([deer((0, 0, 0), darting)], lanes=(lane((0, 0, 0), (100, 0, 50)),))
    assert feet(run, 1.0)[:, 2] == pytest.approx(0.0, abs=1e-9)


def test_lane_change_follows_the_quintic() -> None:
    lanes = (lane((0, 0, 0), (300, 0, 0)), lane((0, 3.5, 0), (300, 3.5, 0), name="left"))
    steps = do(
        "serial",
        do("for", do("follow_path", path="lane", speed_mps=20.0), time_s=1.0),
        do("lane_change", to="left", time_s=3.0),
    )
    run = play([car(behaviour=steps)], seconds=5.0, lanes=lanes)
    tau = np.clip((run.times_s - 1.0) / 3.0, 0, 1)
    ticks = slice(0, 1200, 4)
    assert run.positions_m[ticks, 0, 1] == pytest.approx(
        3.5 * (10 * tau**3 - 15 * tau**4 + 6 * tau**5)[ticks], abs=1e-6
    )
    assert run.positions_m[ticks, 0, 0] == pytest.approx(20 * run.times_s[ticks], abs=1e-6)


def test_hover_swings_about_its_place() -> None:
    run = play([deer((1, 2, 3), do("hover", amplitude_m=0.4, period_s=2.0))], seconds=3.0)
    ticks = slice(0, 720, 4)
    assert feet(run, 1.0)[ticks, 2] == pytest.approx(3 + 0.4 * np.sin(pi * run.times_s[ticks]), abs=1e-9)
    assert feet(run, 1.0)[:, :2] == pytest.approx(np.tile([1.0, 2.0], (721, 1)))


def test_hover_goes_to_its_place_first() -> None:
    run = play(
        [deer((0, 0, 0), do("hover", position_m=(4.0, 0.0, 3.0), amplitude_m=0.0, period_s=2.0))], seconds=2.0
    )
    assert feet(run, 1.0)[120] == pytest.approx([2.0, 0, 1.5], abs=1e-9)
    assert feet(run, 1.0)[-1] == pytest.approx([4, 0, 3])


def test_orbit_keeps_its_radius_and_period() -> None:
    circling = do("orbit", center_m=(0.0, 0.0, 2.0), radius_m=5.0, speed_mps=4.0, height_m=1.0)
    run = play([deer((5, 0, 2.5), circling)], seconds=2 * pi * 5 / 4)
    ticks = run.positions_m[::4, 0]
    assert np.linalg.norm(ticks[:, :2], axis=1) == pytest.approx(5.0, abs=1e-9)
    assert ticks[:, 2] == pytest.approx(3.0)
    angle = np.arctan2(ticks[:, 1], ticks[:, 0])
    assert np.unwrap(angle) == pytest.approx(4 / 5 * run.times_s[::4], abs=1e-9)


def test_orbit_comes_to_its_circle_first() -> None:
    circling = do("orbit", center_m=(0.0, 0.0, 0.0), radius_m=5.0, speed_mps=4.0, height_m=0.5)
    run = play([deer((9, 0, 0), circling)], seconds=2.0)
    assert run.positions_m[120, 0] == pytest.approx([7, 0, 0.5])
    assert np.linalg.norm(run.positions_m[-1, 0, :2]) == pytest.approx(5.0, abs=1e-3)


@pytest.mark.parametrize("speed", [8.0, 13.37, 25.0])
@pytest.mark.parametrize("offset", [0.0, 0.31, -0.2])
def test_sync_arrival_is_there_within_one_step_of_the_other(speed: float, offset: float) -> None:
    ego = car((0, 0, 0), do("constant_velocity", speed_mps=speed))
    child = deer(
        (40, -5, 0),
        do("sync_arrival", with_="car", point_m=(40.0, 0.0, 0.0), offset_s=offset, max_speed_mps=20.0),
    )
    run = play([ego, child], seconds=40 / speed + 1.0)
    passes = np.interp(0.0, run.positions_m[:, 1, 1], run.times_s)
    assert passes == pytest.approx(40 / speed + offset, abs=STEP)


def test_sync_arrival_counts_the_way_along_the_lane() -> None:
    ego = car((0, 0, 0), do("follow_path", path="lane", speed_mps=20.0))
    x, y, z = 180.0, 48.0, 3.2
    child = deer((x, y - 5, z), do("sync_arrival", with_="car", point_m=(x, y, z), max_speed_mps=20.0))
    run = play([ego, child], seconds=11.0, lanes=(ROAD,))
    length = 100 + 0.8 * sqrt(100**2 + 60**2 + 4**2)
    passes = np.interp(y, run.positions_m[:, 1, 1], run.times_s)
    assert passes == pytest.approx(length / 20.0, abs=STEP)


def test_sync_arrival_waits_for_what_stands_and_runs_no_faster_than_it_may() -> None:
    child = do("sync_arrival", with_="car", point_m=(0.0, 9.0, 0.0), max_speed_mps=3.0)
    assert not speeds(play([car((20, 0, 0)), deer(behaviour=child)]), 1).any()
    hurried = play([car((-1, 9, 0), do("constant_velocity", speed_mps=9.0)), deer(behaviour=child)])
    assert speeds(hurried, 1)[10] == pytest.approx(3.0)


# -- compositions ----------------------------------------------------------------------------------------------------


def test_for_and_serial_hand_over_at_the_step_after_the_time() -> None:
    run = play([car(behaviour=do("serial", do("for", go(4.0), time_s=0.3), go(8.0)))])
    assert run.positions_m[-1, 0, 0] == pytest.approx(4 * 0.3 + 8 * 0.7, abs=8 * STEP)
    assert speeds(run)[71] == pytest.approx(4.0)
    assert speeds(run)[73] == pytest.approx(8.0)


def test_until_is_cut_off_at_the_step_at_which_its_condition_is_true() -> None:
    stop = do(
        "serial",
        do("until", go(10.0), when=on("reach", of="car", point_m=(5.0, 0.0, 0.0), within_m=0.01)),
        do("idle"),
    )
    run = play([car(behaviour=stop)])
    assert run.positions_m[-1, 0, 0] == pytest.approx(5.0, abs=10 * STEP)


def test_parallel_the_last_that_gives_a_velocity_wins() -> None:
    both = do("parallel", go(4.0), do("for", go(8.0, pi / 2), time_s=0.5))
    run = play([car(behaviour=both)])
    assert run.linear_velocities_mps[60, 0] == pytest.approx([0, 8, 0], abs=1e-9)
    assert run.linear_velocities_mps[200, 0] == pytest.approx([4, 0, 0], abs=1e-9)


def test_repeat_does_it_again_and_then_goes_on() -> None:
    square = do(
        "repeat",
        do("serial", do("for", go(4.0, 0.0), time_s=0.1), do("for", go(4.0, pi), time_s=0.1)),
        count=2,
    )
    run = play([car(behaviour=do("serial", square, do("idle")))])
    assert run.positions_m[-1, 0, 0] == pytest.approx(0.0, abs=1e-9)
    assert run.positions_m[24, 0, 0] == pytest.approx(0.4, abs=1e-9)
    assert run.positions_m[72, 0, 0] == pytest.approx(0.4, abs=1e-9)


def test_what_ends_at_once_again_and_again_is_an_error_that_names_it() -> None:
    nothing = do("repeat", do("brake", deceleration_mps2=1.0), path="actors.car.behaviour.repeat")
    with pytest.raises(SimulationError, match=r"actors\.car\.behaviour\.repeat.*ended 1000 times"):
        play([car(behaviour=nothing)])


def test_when_all_has_ended_the_actor_goes_on_at_the_velocity_it_has() -> None:
    run = play([car(behaviour=do("for", go(6.0), time_s=0.2))])
    assert speeds(run) == pytest.approx(6.0)


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        (do("teleport", path="actors.car.behaviour.teleport"), "no behaviour 'teleport'"),
        (do("follow_path", path="x", speed_mps=1.0), "needs a lane or path, and the scene has none"),
        (
            do("flee", from_="nobody", speed_mps=1.0, acceleration_mps2=1.0, distance_m=1.0),
            "no body 'nobody'",
        ),
    ],
)
def test_what_cannot_be_done_is_an_error_that_names_its_place(behaviour, message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        play([car(behaviour=behaviour)])
