"""Bodies fixed to others: carried exactly, let go with the velocity they have."""

from __future__ import annotations

from dataclasses import replace
from math import pi

import numpy as np
import pytest

from simgen.records.behaviour import Joint
from simgen.records.scene import Physics
from simgen.simulation import simulate
from tests.builders import box, floor, static_box
from tests.simulation.acting import LIBRARY, act, car, deer, do, event, go, on, stage, thing
from tests.simulation.bodies import UNIT_CUBE, HullLibrary, body_of

EARTH = Physics()
ROAD = thing(floor(size_m=400.0, name="road"))
ON_ROOF = Joint("crate", "car")


def crate(at=(-1.0, 0.0, 1.7), **fields):
    return thing(box((0.4, 0.4, 0.4), at, mass_kg=5.0, name="crate", **fields))


def run(players, events=(), joints=(ON_ROOF,), physics=EARTH, seconds=2.0, **fields):
    return simulate(
        replace(stage(players, events, seconds, physics=physics, **fields), joints=joints), LIBRARY
    )


RELEASE = event("shed", act("release", object="crate"), trigger=on("time", at_s=1.0))


@pytest.mark.parametrize("physics", [EARTH, Physics(engine="kinematic")])
def test_what_is_carried_moves_exactly_with_its_carrier(physics: Physics) -> None:
    circling = do("orbit", center_m=(0.0, 10.0, 0.0), radius_m=10.0, speed_mps=5.0, height_m=0.75)
    done = run([car((0, 0, 0), circling), crate(), ROAD], physics=physics)
    gap = np.linalg.norm(done.positions_m[:, 1] - done.positions_m[:, 0], axis=1)
    assert gap == pytest.approx(np.hypot(1.0, 0.95), abs=1e-9)
    heading = 2 * np.arctan2(done.quaternions_wxyz[-1, 0, 3], done.quaternions_wxyz[-1, 0, 0])
    behind = done.positions_m[-1, 1, :2] - done.positions_m[-1, 0, :2]
    assert behind == pytest.approx([-np.cos(heading), -np.sin(heading)], abs=1e-9)


def test_what_is_carried_stops_when_its_carrier_does_though_somebody_looked_just_before() -> None:
    stop = do("serial", do("for", go(6.0), time_s=0.5), do("brake", deceleration_mps2=9.1))
    story = event("watched", trigger=on("time", at_s=0.0), end=on("time", at_s=9.0), actors=("car", "crate"))
    done = run([car((0, 0, 0), stop), crate(), ROAD], [story])
    assert done.linear_velocities_mps[:, 1] == pytest.approx(done.linear_velocities_mps[:, 0], abs=1e-9)


def test_what_is_released_goes_on_with_the_velocity_of_its_carrier_and_falls() -> None:
    steps = do("serial", do("for", go(12.0), time_s=1.0), do("brake", deceleration_mps2=9.0))
    done = run([car((0, 0, 0), steps, friction=0.0), crate(friction=0.0), ROAD], [RELEASE], seconds=2.0)
    v = done.linear_velocities_mps
    assert v[240, 1] == pytest.approx([12.0, 0, 0], abs=0.1)
    assert done.positions_m[240 + 24, 1, 0] - done.positions_m[240, 1, 0] == pytest.approx(1.2, abs=0.02)
    assert v[330, 1, 0] == pytest.approx(12.0, abs=0.1)
    assert v[330, 0, 0] < 9.5


def test_a_released_load_falls_off_behind_and_touches_the_road() -> None:
    done = run(
        [
            car((0, 0, 0), do("accelerate_to", speed_mps=20.0, acceleration_mps2=8.0)),
            crate((-1.9, 0, 1.7)),
            ROAD,
        ],
        [RELEASE],
        seconds=4.0,
    )
    assert done.positions_m[-1, 1, 2] == pytest.approx(0.2, abs=0.01)
    assert any({impact.a, impact.b} == {"crate", "road"} for impact in done.impacts)


def test_what_hangs_on_a_wall_falls_when_it_is_released() -> None:
    wall = thing(static_box((0.2, 2, 4), (5, 0, 2), name="wall"))
    lamp = thing(box((0.3, 0.3, 0.3), (4.7, 0, 3), mass_kg=2.0, name="lamp"))
    story = event("drop", act("release", object="lamp"), trigger=on("time", at_s=0.5))
    done = run([wall, lamp, ROAD], [story], joints=(Joint("lamp", "wall"),), seconds=1.0)
    assert (done.positions_m[:121, 1] == [4.7, 0, 3]).all()
    assert done.positions_m[-1, 1, 2] == pytest.approx(3 - 9.81 / 2 * 0.25, abs=0.03)


def test_after_a_crash_carrier_and_load_stay_joined() -> None:
    players = [
        car((0, 0, 0), go(10.0)),
        crate(),
        thing(static_box((0.5, 6, 3), (12, 0, 1.5), name="wall")),
        ROAD,
    ]
    done = run(players, seconds=2.5)
    offset = done.positions_m[:, 1] - done.positions_m[:, 0]
    assert np.linalg.norm(offset, axis=1) == pytest.approx(np.hypot(1.0, 0.95), abs=0.02)
    assert done.linear_velocities_mps[-1, 0, 0] < 2.0


def test_two_dynamic_bodies_are_joined_until_they_are_released() -> None:
    """A push through the middle moves both at half the speed; once released it moves one."""
    players = [thing(box((0.4, 0.4, 0.4), (0, 0, z), name=name)) for name, z in (("low", 5.0), ("held", 5.4))]
    push = act("impulse", on="held", impulse_ns=(0.0, 0.0, 1.0))
    part = act("release", object="held")
    events = [
        event("both", push, trigger=on("time", at_s=0.25)),
        event("one", part, push, trigger=on("time", at_s=0.5)),
    ]
    weightless = replace(EARTH, gravity_mps2=(0.0, 0.0, 0.0))
    done = run(players, events, joints=(Joint("held", "low"),), seconds=0.8, physics=weightless)
    assert done.linear_velocities_mps[100, :, 2] == pytest.approx([0.5, 0.5], abs=0.02)
    assert done.linear_velocities_mps[-1, :, 2] == pytest.approx([0.5, 1.5], abs=0.05)


def test_bodies_whose_axes_of_inertia_are_turned_to_each_other_are_joined_as_they_stand() -> None:
    """Principal axes follow the form of a body, not its frame; a joint must not turn one to the other."""
    library = HullLibrary()
    flat = library.add("tower", [UNIT_CUBE * np.array([0.4, 0.8, 1.6])])
    tower = thing(
        body_of(flat, (0.4, 0.8, 1.6), (0, 0, 5), name="tower", quaternion_wxyz=(0.5, 0.5, 0.5, 0.5))
    )
    held = thing(box((0.3, 0.4, 0.5), (0, 0, 6), name="held"))
    push = act("impulse", on="held", impulse_ns=(0.0, 0.5, 0.0))
    story = event("push", push, trigger=on("time", at_s=0.25))
    weightless = replace(EARTH, gravity_mps2=(0.0, 0.0, 0.0))
    scene = replace(stage([tower, held], [story], 1.0, physics=weightless), joints=(Joint("held", "tower"),))
    done = simulate(scene, library)
    assert np.linalg.norm(done.positions_m[:, 1] - done.positions_m[:, 0], axis=1) == pytest.approx(
        1.0, abs=0.01
    )
    assert np.abs(done.positions_m[:60] - done.positions_m[0]).max() < 1e-6
    momentum = np.array([1.0, 1.0]) @ done.linear_velocities_mps[-1]
    assert momentum == pytest.approx([0.0, 0.5, 0.0], abs=1e-6)


def test_what_is_spawned_attached_comes_where_its_carrier_is() -> None:
    story = event("load", act("spawn", object="crate"), trigger=on("time", at_s=1.0))
    done = run(
        [car((0, 0, 0), go(6.0, pi / 2), heading_rad=0.0), crate(present=False), ROAD], [story], seconds=1.5
    )
    assert done.present is not None
    assert done.present[:, 1].sum() == 121
    assert done.positions_m[-1, 1] == pytest.approx([0.0, 9.0 - 1.0, 1.7], abs=1e-6)


def test_removing_a_carrier_frees_its_load() -> None:
    story = event("gone", act("remove", object="car"), trigger=on("time", at_s=0.5))
    done = run([car((0, 0, 0), go(6.0)), crate(), ROAD], [story], seconds=1.0)
    assert done.positions_m[-1, 1, 2] < 0.7


def test_a_hit_on_the_load_is_a_hit_on_the_carrier() -> None:
    bar = thing(static_box((0.3, 6, 0.3), (10, 0, 1.8), name="bar"))
    done = run([car((0, 0, 0), go(8.0)), crate(), bar, ROAD], seconds=2.5)
    assert done.linear_velocities_mps[-1, 0, 0] < 8.0
    assert any({impact.a, impact.b} == {"crate", "bar"} for impact in done.impacts)


def test_an_actor_that_is_attached_lets_go_when_it_is_told_to_do_something() -> None:
    rider = deer((-1.0, 0.0, 1.5), None, mass_kg=20.0)
    story = event("jump", act("do", go(5.0, pi / 2), actor="deer"), trigger=on("time", at_s=0.5))
    done = run([car((0, 0, 0), go(4.0)), rider, ROAD], [story], joints=(Joint("deer", "car"),), seconds=1.0)
    assert done.positions_m[-1, 1, 1] == pytest.approx(2.5, abs=0.1)
