"""Phases, actions and the record of events."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simgen.errors import SceneRejected, SimulationError, UsageError
from simgen.records.event import WeightFactor
from simgen.records.scene import Capture, DenseCapture, Physics
from simgen.scenario.spec import ActionSpec
from simgen.simulation.actions import KINDS
from tests.builders import box, camera, floor, sphere
from tests.simulation.acting import CLOSED_FORM, act, actor, car, deer, do, event, go, on, play, thing

STEP = 1 / 240
AT_HALF = on("time", at_s=0.5)
BULLET = Physics()


def test_every_action_that_can_be_written_can_be_done() -> None:
    assert set(ActionSpec.forms()) == set(KINDS)


# -- phases ----------------------------------------------------------------------------------------------------------


def test_without_trigger_onset_and_end_it_is_active_from_the_start_for_ever() -> None:
    (row,) = play([deer()], [event("rain")]).occurrences
    assert (row.armed_s, row.triggered_s, row.active_s, row.over_s) == (0.0, 0.0, 0.0, None)


def test_it_is_armed_from_its_arrival_on() -> None:
    (row,) = play([deer()], [event("rain", armed_from_s=0.251)]).occurrences
    assert row.armed_s == row.triggered_s == 61 * STEP


def test_onset_makes_it_active_and_end_is_looked_at_from_the_next_step() -> None:
    story = event("e", trigger=AT_HALF, onset=on("time", at_s=0.6), end=on("time", at_s=0.1))
    (row,) = play([deer()], [story]).occurrences
    assert (row.triggered_s, row.active_s, row.over_s) == (0.5, 0.6, 0.6 + STEP)


def test_onset_before_the_trigger_waits_for_it() -> None:
    (row,) = play([deer()], [event("e", trigger=AT_HALF, onset=on("time", at_s=0.1))]).occurrences
    assert row.active_s == 0.5


def test_it_is_over_when_the_behaviours_that_it_started_are_done() -> None:
    dart = do("dart_out", speed_mps=4.0, acceleration_mps2=8.0, heading_rad=0.0, distance_m=3.0)
    (row,) = play(
        [deer()], [event("e", act("do", dart, actor="deer"), trigger=AT_HALF)], seconds=3.0
    ).occurrences
    assert row.over_s == pytest.approx(0.5 + 0.5 + 2 / 4, abs=2.1 * STEP)


def test_it_is_over_when_what_it_started_is_replaced_or_gone() -> None:
    first = event("first", act("do", go(1.0), actor="deer"), trigger=on("time", at_s=0.1))
    for ends in (act("do", do("idle"), actor="deer"), act("remove", object="deer")):
        run = play([deer()], [first, event("second", ends, trigger=AT_HALF)])
        assert run.occurrences[0].over_s == 0.5 + STEP


def test_it_waits_for_actions_that_are_not_due_yet() -> None:
    moves = [
        act("do", do("for", go(1.0), time_s=0.1), actor="deer"),
        act("do", do("for", go(1.0), time_s=0.1), delay_s=0.5, actor="deer"),
    ]
    (row,) = play([deer()], [event("e", *moves, trigger=on("time", at_s=0.1))]).occurrences
    assert row.over_s == pytest.approx(0.7, abs=2.1 * STEP)


def test_it_happens_as_often_as_its_count_allows_with_fresh_memory() -> None:
    moved = on("travelled", of="deer", above_m=0.2, max_count=3)
    story = event("e", trigger=moved, end=on("param", holds=True))
    rows = play([deer(behaviour=go(1.0))], [story], seconds=2.0).occurrences
    assert [row.count for row in rows] == [0, 1, 2]
    gaps = np.diff([row.triggered_s for row in rows])
    assert gaps == pytest.approx(0.2 + 2 * STEP, abs=1.1 * STEP)
    assert rows[1].armed_s == pytest.approx(rows[0].over_s + STEP)


def test_what_is_not_armed_has_a_record_without_times_and_does_nothing() -> None:
    off = event("e", act("remove", object="deer"), armed=False)
    run = play([deer()], [off], factors=(WeightFactor("events.e", -2.0, -0.5),))
    (row,) = run.occurrences
    assert (row.armed, row.armed_s, row.triggered_s) == (False, None, None)
    assert row.log_w == -1.5
    assert run.present is None


def test_the_record_tells_how_near_they_came_and_what_was_seen() -> None:
    players = [car((0, 0, 0), go(10.0)), deer((20, 4, 0))]
    front = replace(camera(eye=(0, 0, 1), target=(20, 4, 0.5), name="pole"))
    story = event("pass", trigger=AT_HALF, actors=("car", "deer"))
    capture = Capture("start", 31, 10, 3.0)
    (row,) = play(players, [story], capture=capture, cameras=[front]).occurrences
    assert row.min_distance_m == pytest.approx(4 - 1 - 0.25)
    assert row.min_ttc_s is not None
    assert 0 < row.min_ttc_s < 1.5
    assert row.first_visible_frame == 5
    assert row.visible_fraction_at_trigger == 1.0
    assert not row.contact


# -- actions ---------------------------------------------------------------------------------------------------------


def test_do_replaces_the_behaviour_at_once() -> None:
    run = play(
        [deer(behaviour=go(1.0))],
        [event("e", act("do", go(4.0), actor="deer"), trigger=on("time", at_s=0.51))],
    )
    start = 123
    assert run.linear_velocities_mps[start - 1, 0, 0] == pytest.approx(1.0)
    assert run.linear_velocities_mps[start, 0, 0] == pytest.approx(4.0)
    assert run.positions_m[-1, 0, 0] == pytest.approx(start * STEP + 4 * (240 - start) * STEP)


@pytest.mark.parametrize("physics", [CLOSED_FORM, BULLET])
def test_an_impulse_changes_velocity_by_impulse_over_mass(physics: Physics) -> None:
    weightless = replace(physics, gravity_mps2=(0.0, 0.0, 0.0))
    push = act("impulse", on="ball", impulse_ns=(3.0, 0.0, 1.0))
    run = play(
        [thing(sphere(0.1, mass_kg=2.0, name="ball"))],
        [event("e", push, trigger=AT_HALF)],
        physics=weightless,
    )
    assert run.linear_velocities_mps[121, 0] == pytest.approx([1.5, 0, 0.5])
    assert run.positions_m[-1, 0] == pytest.approx([0.75, 0, 0.25], abs=2 * STEP)


@pytest.mark.parametrize("physics", [CLOSED_FORM, BULLET])
def test_an_impulse_off_the_middle_makes_a_body_spin(physics: Physics) -> None:
    """A cube's moment of inertia is m a² / 6, whichever way it stands."""
    weightless = replace(physics, gravity_mps2=(0.0, 0.0, 0.0))
    cube = box((0.2, 0.2, 0.2), mass_kg=3.0, name="cube", quaternion_wxyz=(0.5**0.5, 0.0, 0.0, 0.5**0.5))
    push = act("impulse", on="cube", impulse_ns=(0.0, 0.06, 0.0), at_m=(0.0, -0.1, 0.0))
    run = play([thing(cube)], [event("e", push, trigger=AT_HALF)], physics=weightless)
    assert run.angular_velocities_radps[130, 0] == pytest.approx(
        [0, 0, 0.1 * 0.06 / (3 * 0.04 / 6)], abs=1e-6
    )


def test_a_kinematic_body_becomes_dynamic_by_an_impulse_and_its_behaviour_ends() -> None:
    push = act("impulse", on="deer", impulse_ns=(0.0, 100.0, 0.0))
    run = play([deer((0, 0, 5), go(3.0))], [event("e", push, trigger=AT_HALF)])
    assert run.linear_velocities_mps[-1, 0] == pytest.approx([3.0, 2.0, -9.81 * 0.5], abs=0.05)


def test_spawn_brings_a_body_where_it_was_placed_and_remove_takes_it_away() -> None:
    hidden = thing(sphere(0.1, at=(1, 0, 2), name="ball", present=False))
    events = [
        event(
            "come", act("spawn", object="ball", velocity_mps=(2.0, 0.0, 0.0)), trigger=on("time", at_s=0.25)
        ),
        event("leave", act("remove", object="ball"), trigger=on("time", at_s=0.75)),
    ]
    for physics in (CLOSED_FORM, BULLET):
        run = play([hidden, deer((9, 9, 0))], events, physics=physics)
        assert run.present is not None
        assert run.present[:, 0].tolist() == [60 <= k < 180 for k in range(241)]
        assert run.positions_m[60, 0] == pytest.approx([1, 0, 2])
        assert run.positions_m[179, 0, 0] == pytest.approx(1 + 2 * 119 * STEP)
        assert run.positions_m[179, 0, 2] == pytest.approx(2 - 9.81 / 2 * (119 * STEP) ** 2, abs=0.02)


def test_a_spawned_actor_begins_its_behaviour_when_it_comes() -> None:
    late = deer((0, 0, 0), do("accelerate_to", speed_mps=9.0, acceleration_mps2=4.0), present=False)
    run = play([late, car((50, 0, 0))], [event("e", act("spawn", object="deer"), trigger=AT_HALF)])
    assert run.positions_m[-1, 0, 0] == pytest.approx(4 / 2 * 0.5**2, abs=1e-9)


def test_what_is_not_there_meets_nothing_and_triggers_nothing() -> None:
    near = on("distance", from_="car", to="deer", below_m=100.0)
    run = play([car(), deer((9, 0, 0), present=False)], [event("e", trigger=near)])
    assert run.occurrences[0].triggered_s is None


def test_removing_a_support_lets_what_stood_on_it_fall() -> None:
    stack = [
        thing(floor()),
        thing(box((0.3, 0.3, 0.3), (0, 0, 0.15), name="low")),
        thing(box((0.3, 0.3, 0.3), (0, 0, 0.45), name="top")),
    ]
    run = play(
        stack,
        [event("e", act("remove", object="low"), trigger=on("time", at_s=1.0))],
        seconds=2.0,
        physics=BULLET,
    )
    assert run.positions_m[240, 2, 2] == pytest.approx(0.45, abs=2e-3)
    assert run.positions_m[-1, 2, 2] == pytest.approx(0.15, abs=2e-3)


# -- guards, rates ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("physics", [CLOSED_FORM, BULLET])
def test_traffic_may_be_faster_than_an_explosion_and_leave_the_workspace(physics: Physics) -> None:
    run = play(
        [car(behaviour=go(50.0))],
        physics=physics,
        workspace_max_m=(9.0, 9.0, 9.0),
        workspace_min_m=(-9.0, -9.0, -9.0),
    )
    assert run.positions_m[-1, 0, 0] == pytest.approx(50.0)


def test_what_physics_throws_too_fast_is_still_an_explosion() -> None:
    with pytest.raises(SceneRejected, match="'ball' moves at 60"):
        play([car(), thing(sphere(at=(0, 0, 9), name="ball", linear_velocity_mps=(60.0, 0.0, 0.0)))])


def test_a_behaviour_rate_that_does_not_divide_the_step_rate_is_refused() -> None:
    with pytest.raises(UsageError, match=r"physics\.behaviour_rate: 70 Hz does not divide"):
        play([car()], physics=replace(CLOSED_FORM, behaviour_rate_hz=70))


def test_an_action_on_what_is_not_there_is_an_error_that_names_it() -> None:
    with pytest.raises(
        SimulationError,
        match=r"events\.test\.actions\[0\]\.do: no body 'dear' in this scene; did you mean 'deer'",
    ):
        play([deer()], [event("e", act("do", do("idle"), actor="dear"))])


# -- capture ---------------------------------------------------------------------------------------------------------


def test_results_do_not_depend_on_when_frames_are_taken() -> None:
    story = event(
        "e",
        act("do", go(3.0, 1.0), actor="deer"),
        trigger=on("ttc", from_="car", to="deer", below_s=1.5),
        actors=("car", "deer"),
    )
    players = [
        car(behaviour=go(10.0)),
        deer((30, 1, 0), do("wander", speed_mps=1.0, turn_radps=1.0, radius_m=2.0)),
    ]
    runs = [play(players, [story], seconds=2.0, rate_hz=rate) for rate in (240, 24, 1)]
    blind = [replace(row, first_visible_frame=None) for run in runs for row in run.occurrences]
    assert blind[0] == blind[1] == blind[2]
    assert (runs[0].positions_m[::240] == runs[2].positions_m).all()


def test_the_front_of_dense_capture_takes_more_frames_near_the_event_and_says_how_likely_each_was() -> None:
    capture = Capture("start", 121, 10, 4.0, DenseCapture("e", 0.5, 0.25, 30), phase=1)
    run = play([deer(behaviour=go(1.0))], [event("e", trigger=on("time", at_s=2.0))], capture=capture)
    grid = np.arange(121) / 30
    inside = (grid >= 1.5 - 1e-9) & (grid <= 2.25 + 1e-9)
    taken = inside | (np.arange(121) % 3 == 1)
    assert run.times_s == pytest.approx(grid[taken])
    assert run.inclusion == pytest.approx(np.where(inside[taken], 1.0, 1 / 3))
    assert run.positions_m[:, 0, 0] == pytest.approx(grid[taken])


def test_settled_frames_begin_when_all_rests_while_events_go_on() -> None:
    ball = thing(box((0.2, 0.2, 0.2), (0, 0, 0.3), name="box"))
    run = play(
        [thing(floor()), ball],
        [event("e", trigger=on("time", at_s=0.1))],
        physics=BULLET,
        capture=Capture("settled", 3, 10),
    )
    assert run.settled
    assert run.times_s[0] == run.settle_time_s > 0.1
    assert run.occurrences[0].triggered_s == 0.1
    assert run.frame_count == 3


def test_a_body_on_a_slab_of_its_own_heavy_kind_is_pushed_up() -> None:
    lift = actor(
        "lift",
        (1.0, 1.0, 0.2),
        (0, 0, 0),
        do("waypoints", points_m=(0.0, 0.0, 1.0), speed_mps=0.5),
        mass_kg=100.0,
    )
    crate = thing(box((0.3, 0.3, 0.3), (0, 0, 0.35), name="crate"))
    run = play([lift, crate], seconds=1.0, physics=BULLET)
    assert run.positions_m[-1, 1, 2] - run.positions_m[-1, 0, 2] == pytest.approx(0.25, abs=3e-3)
    assert run.positions_m[-1, 0, 2] == pytest.approx(0.1 + 0.5)
