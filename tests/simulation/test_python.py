"""Behaviours and triggers written in Python: what they see, what they may do, how they are stopped."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from simgen.errors import SimulationError
from simgen.simulation import watchdog
from tests.simulation.acting import car, deer, do, event, lane, on, play, speeds

HERE = "tests.flight"


def call(name: str, **params):
    settings = {f"params.{key}": value for key, value in params.items()}
    return do("python", path="actors.deer.behaviour.python", call=f"{HERE}:{name}", **settings)


def test_a_generator_steers_and_the_actor_goes_on_when_it_ends() -> None:
    run = play([deer(behaviour=call("Zigzag", speed=3.0, rounds=3))])
    v = run.linear_velocities_mps[:, 0]
    assert v[10] == pytest.approx([3, 3, 0])
    assert v[30] == pytest.approx([3, -3, 0])
    assert v[-1] == pytest.approx([3, 3, 0])
    assert run.positions_m[-1, 0, :2] == pytest.approx([3.0, 3 * 0.1 - 3 * 0.1 + 3 * 0.8])


def test_it_has_its_own_random_stream() -> None:
    alone = play([deer(behaviour=call("Drunk"))])
    again = play(
        [
            deer(behaviour=call("Drunk")),
            car((90, 0, 0), do("wander", speed_mps=1.0, turn_radps=1.0, radius_m=3.0)),
        ]
    )
    other = play([deer(behaviour=call("Drunk"))], seed=3)
    assert (alone.positions_m[:, 0] == again.positions_m[:, 0]).all()
    assert np.abs(alone.positions_m[-1] - other.positions_m[-1]).max() > 1e-3


def test_it_sees_the_world() -> None:
    keeper = deer((-10, 0, 0), call("Keeper", other="car", gap=3.0))
    run = play([car(behaviour=do("constant_velocity", speed_mps=5.0)), keeper], seconds=8.0, rate_hz=1)
    assert run.positions_m[-1, 0, 0] - run.positions_m[-1, 1, 0] - 2.5 == pytest.approx(3.0, abs=0.01)


def test_none_means_go_on() -> None:
    assert speeds(play([deer(behaviour=call("Silent"))])) == pytest.approx(2.0)


def test_in_parallel_one_that_says_nothing_does_not_win() -> None:
    both = do("parallel", do("constant_velocity", speed_mps=7.0), call("Silent"))
    assert speeds(play([deer(behaviour=both)]))[-1] == pytest.approx(7.0)


def test_a_trigger_asks_a_function() -> None:
    asked = on("python", call=f"{HERE}:past", **{"params.limit": 2.0})
    run = play([deer(behaviour=do("constant_velocity", speed_mps=4.0))], [event("e", trigger=asked)])
    assert run.occurrences[0].triggered_s == pytest.approx(0.5 + 1 / 240)


def test_everything_in_the_view_can_be_read() -> None:
    asked = event("e", trigger=on("all", on("time", at_s=0.5), on("python", call=f"{HERE}:rummage")))
    players = [car((9, 0, 0)), deer(behaviour=do("constant_velocity", speed_mps=4.0))]
    run = play(players, [asked], lanes=(lane((0, 0, 0), (99, 0, 0)),))
    assert run.occurrences[0].triggered_s == pytest.approx(0.5 + 1 / 240, abs=1.1 / 240)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Broken", r"actors\.deer\.behaviour\.python: '.*:Broken' raised ValueError: no more fuel"),
        ("Lost", r"actors\.deer\.behaviour\.python: '.*:Lost' yielded .*nan.*; yield a velocity"),
        (
            "Babbler",
            r"actors\.deer\.behaviour\.python: '.*:Babbler' yielded 'left'; yield a velocity \(x, y, z\)",
        ),
        ("NoGenerator", r"'.*:NoGenerator\.run' must be a generator"),
        ("Missing", r"actors\.deer\.behaviour\.python: cannot find 'tests\.flight:Missing'"),
        ("Zigzag", r"'.*:Zigzag' raised TypeError: .*speed"),
    ],
)
def test_what_goes_wrong_is_an_error_that_names_it(name: str, message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        play([deer(behaviour=call(name))])


def test_a_behaviour_that_never_yields_is_stopped_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "LIMIT_S", 0.2)
    with pytest.raises(
        SimulationError,
        match=r"actors\.deer\.behaviour\.python: '.*:Forever' never yields: stopped after 0\.2 s",
    ):
        play([deer(behaviour=call("Forever"))])


def test_a_trigger_that_never_returns_is_stopped_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "LIMIT_S", 0.2)
    with pytest.raises(SimulationError, match=r"'.*:endless' never returns"):
        play([deer()], [event("e", trigger=on("python", call=f"{HERE}:endless"))])


def test_a_call_that_comes_back_is_never_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many short calls that together take longer than the limit are many calls."""
    monkeypatch.setattr(watchdog, "LIMIT_S", 0.1)
    end = time.thread_time() + 0.4
    calls = 0
    while time.thread_time() < end:
        calls += watchdog.watched(lambda: sum(range(1000)) > 0)
    assert calls > 10


def test_the_watch_ends_with_its_thread() -> None:
    thread = threading.Thread(target=lambda: watchdog.watched(lambda: None))
    before = {other.name for other in threading.enumerate()}
    thread.start()
    thread.join()
    watch = [other for other in threading.enumerate() if other.name not in before]
    for other in watch:
        other.join(timeout=5.0)
        assert not other.is_alive()
