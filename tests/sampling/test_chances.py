"""Chances of events, faults and params: every mode against its closed form, and the acceptance of weights."""

from __future__ import annotations

import time
from collections.abc import Sequence
from math import exp, expm1, inf, log, log1p
from typing import Any

import numpy as np
import pytest
from scipy import stats

from simgen.errors import SamplingError, ScenarioError
from simgen.records.scene import scene_from_json, scene_to_json
from simgen.report.estimates import (
    effective_sample_size,
    natural_mean,
    relative_weights,
    sampled_mean,
)
from simgen.sampling import Chances, draw_chances
from simgen.sampling.arming import Arming
from simgen.scenario import spec
from tests.sampling.scenarios import block, draw, scenario

EPISODES = 20_000
RARE = 0.01
EPISODE = {"when": "start", "duration": "20 s", "rate": 10}


def event(mode: Any = "natural", **chance: Any) -> dict[str, Any]:
    return {"e": {"source": "assumed", "mode": mode, **(chance or {"probability": RARE})}}


def chances(of: spec.Scenario, count: int, seed: int = 1) -> list[Chances]:
    return [draw_chances(of, seed, index) for index in range(count)]


def first(of: spec.Scenario, count: int, seed: int = 1) -> list[Arming]:
    return [found.events[0] for found in chances(of, count, seed)]


def log_weights(of: list[Chances]) -> list[float]:
    return [found.log_weight for found in of]


def animals(mode: Any, *, proposed: bool) -> spec.Scenario:
    """A toy with a rare event, and a class of animal that is drawn evenly though it is not even."""
    nature = {"choice": {"values": ["deer", "boar", "fox"], "weights": [6, 3, 1]}}
    sought = {"dist": nature, "proposal": {"choice": ["deer", "boar", "fox"]}, "defensive": 0.1}
    return scenario(params={"animal": sought if proposed else nature}, events=event(mode))


def class_of(found: Chances) -> str:
    return f"{dict(found.params)['animal']} {'leaps' if found.armed('e') else 'stays'}"


def divergence(p: dict[str, float], q: dict[str, float]) -> float:
    """Jensen-Shannon divergence in nats (Lin 1991)."""
    total = 0.0
    for name in {*p, *q}:
        a, b = p.get(name, 0.0), q.get(name, 0.0)
        total += sum(x / 2 * log(2 * x / (a + b)) for x in (a, b) if x > 0)
    return total


def shares(logs: Sequence[float], classes: Sequence[str]) -> dict[str, float]:
    """The share of every class in nature."""
    return {name: natural_mean(logs, [each == name for each in classes]).value for name in set(classes)}


def test_twenty_thousand_tilted_episodes_tell_the_truth_about_nature_within_a_minute() -> None:
    began = time.process_time()
    found = chances(animals({"tilted": 0.5}, proposed=True), EPISODES)
    assert time.process_time() - began < 60
    weights = np.exp(log_weights(found))
    assert abs(weights.mean() - 1) <= 0.03
    estimate = natural_mean(log_weights(found), [c.armed("e") for c in found])
    assert abs(estimate.value - RARE) <= 4 * estimate.standard_error
    assert estimate.standard_error < 7.0e-4 / 2  # naive sampling has sqrt(P (1 - P) / N) = 7.0e-4
    assert sampled_mean([c.armed("e") for c in found]).value == pytest.approx(0.5, abs=0.015)

    natural = chances(animals("natural", proposed=False), EPISODES, seed=2)
    assert not any(log_weights(natural))
    weighted = shares(log_weights(found), [class_of(c) for c in found])
    assert divergence(weighted, shares(log_weights(natural), [class_of(c) for c in natural])) < 1e-3
    assert divergence(shares([0.0] * EPISODES, [class_of(c) for c in found]), weighted) > 0.1


def test_defensive_weights_are_bounded_and_effective() -> None:
    found = chances(scenario(events=event({"tilted": 0.5, "defensive": 0.05})), 5000)
    weights = np.exp(log_weights(found))
    assert weights.max() <= 1 / 0.05
    assert abs(weights.mean() - 1) <= 0.05
    assert 0.45 < effective_sample_size(log_weights(found)) / 5000 < 0.6


@pytest.mark.parametrize(
    ("mode", "sampled", "weight_armed", "weight_not"),
    [
        ("natural", 0.2, 1, 1),
        ({"tilted": 0.6}, 0.6, 0.2 / 0.6, 0.8 / 0.4),
        ({"tilted": 0.6, "defensive": 0.5}, 0.4, 0.2 / 0.4, 0.8 / 0.6),
        ({"tilted": 1, "defensive": 0.1}, 0.92, 0.2 / 0.92, 0.8 / 0.08),
        ({"tilted": 0, "defensive": 0.5}, 0.1, 2, 0.8 / 0.9),
        ("forced", 1, 0.2, None),
        ("off", 0, None, 0.8),
    ],
)
def test_every_mode_has_the_share_and_the_weights_of_its_closed_form(
    mode: Any, sampled: float, weight_armed: float | None, weight_not: float | None
) -> None:
    found = first(scenario(events=event(mode, probability=0.2)), 1500)
    armed = sum(arming.armed for arming in found)
    assert stats.binomtest(armed, len(found), sampled).pvalue > 1e-3
    assert [arming.sampled_probability for arming in found] == pytest.approx([sampled] * 1500)
    for arming in found:
        wanted = weight_armed if arming.armed else weight_not
        assert wanted is not None
        assert exp(arming.factor.log_w) == pytest.approx(wanted)
        assert exp(arming.factor.log_p) == pytest.approx(0.2 if arming.armed else 0.8)


@pytest.mark.parametrize("mode", ["natural", {"tilted": 0.7}, "forced"])
def test_a_rate_is_a_probability_and_arrivals_are_natural_whatever_the_mode(mode: Any) -> None:
    """p = 1 - exp(-rate T); given that it happens, the arrival is exponential cut off at T."""
    of = scenario(events=event(mode, rate="0.05 /s"), capture=EPISODE)
    found = first(of, 2000)
    p = -expm1(-0.05 * 20)
    assert [arming.probability for arming in found] == pytest.approx([p] * 2000)
    arrivals = [arming.from_s for arming in found]
    assert min(arrivals) > 0
    assert max(arrivals) <= 20
    assert stats.kstest(arrivals, lambda t: -np.expm1(-0.05 * t) / p).pvalue > 1e-3


def test_a_tiny_rate_loses_no_digits_and_arrives_uniformly() -> None:
    found = first(scenario(events=event("forced", rate=1e-12), capture=EPISODE), 1000)
    assert found[0].probability == pytest.approx(2e-11, rel=1e-9)
    assert found[0].factor.log_p == pytest.approx(log(2e-11), rel=1e-9)
    assert stats.kstest([arming.from_s / 20 for arming in found], stats.uniform.cdf).pvalue > 1e-3


def test_a_rate_along_a_way_arrives_where_the_way_has_come_to() -> None:
    way = {"rate": "1e-3 /m", "distance": "500 m"}
    found = first(scenario(events=event("forced", distance_rate=way), capture=EPISODE), 1500)
    p = -expm1(-0.5)
    assert found[0].probability == pytest.approx(p)
    way_share = [arming.from_s / 20 for arming in found]
    assert stats.kstest(way_share, lambda x: -np.expm1(-0.5 * x) / p).pvalue > 1e-3


def test_a_rate_of_zero_never_arrives() -> None:
    assert (
        first(scenario(events=event(rate=0), capture=EPISODE), 3)
        == [Arming("events.e", "natural", 0.0, 0.0, armed=False)] * 3
    )


def test_frames_without_a_duration_make_an_episode_as_long_as_they_take() -> None:
    capture = {"when": "start", "frames": 21, "rate": 10}
    way = {"rate": 0.1, "distance": 100}
    found = first(scenario(events=event("forced", distance_rate=way), capture=capture), 300)
    assert 0 < max(arming.from_s for arming in found) <= 2.0


def test_impossible_chances_are_told() -> None:
    never = {"p": {"const": 0}}
    for mode in ("forced", {"tilted": 0.5}):
        with pytest.raises(ScenarioError, match=r"events\.e: its probability is 0: what never happens"):
            draw_chances(scenario(params=never, events=event(mode, probability="${p}")), 0, 0)
    with pytest.raises(ScenarioError, match=r"events\.e\.mode\.tilted: must lie between 0 and 1.*drew 1"):
        draw_chances(scenario(events=event({"tilted": {"choice": [1]}}, probability=0.5)), 0, 0)


def test_a_proposal_weighs_density_over_density() -> None:
    nature, sought = {"normal": [0, 1]}, {"uniform": [-3, 6]}
    param = {"x": {"dist": nature, "proposal": sought, "defensive": 0.25}}
    found = chances(scenario(params=param), 4000)
    for one in found[:200]:
        x = dict(one.params)["x"]
        assert isinstance(x, float)
        p, r = stats.norm.pdf(x), stats.uniform(-3, 9).pdf(x)
        (factor,) = one.factors
        assert factor.name == "params.x"
        assert exp(factor.log_w) == pytest.approx(p / (0.75 * r + 0.25 * p))
        assert factor.log_w <= log(1 / 0.25)
    xs, logs = [dict(one.params)["x"] for one in found], log_weights(found)
    assert abs(np.exp(logs).mean() - 1) < 0.05
    mean = natural_mean(logs, xs)
    assert abs(mean.value) < 4 * mean.standard_error
    square = natural_mean(logs, np.square(np.array(xs, float)))
    assert abs(square.value - 1) < 4 * square.standard_error


def test_with_refused_draws_self_normalised_weights_estimate_nature_given_acceptance() -> None:
    """P(e | x > 1) for P(e) = x / 10, x uniform on 0..2, seen through a proposal and a tilt: E[x | x > 1] / 10."""
    params = {
        "x": {
            "dist": {"uniform": [0, 2]},
            "proposal": {"histogram": {"edges": [0, 1.2, 2], "weights": [1, 4]}},
        }
    }
    of = scenario(
        params=params,
        events=event({"tilted": 0.5}, probability="${x} / 10"),
        constraints=[{"require": "${x} > 1"}],
    )
    found = chances(of, 6000)
    logs = log_weights(found)
    estimate = natural_mean(logs, [one.armed("e") for one in found])
    assert abs(estimate.value - 0.15) < 4 * estimate.standard_error
    assert estimate.standard_error < 0.0046  # of as many draws from nature itself
    assert abs(np.exp(logs).mean() - 1) > 0.1  # right up to a constant only: 1 / P(accepted) is in it
    attempts = sum(one.attempt + 1 for one in found)
    accepted = 0.2 * (1.2 - 1.0) / 1.2 + 0.8  # the proposal's share above 1
    assert stats.binomtest(len(found), attempts, accepted).pvalue > 1e-3
    # P(x > 1) in nature is 1/2: mean weight times the share of accepted draws
    assert np.exp(logs).mean() * len(found) / attempts == pytest.approx(0.5, abs=0.02)


# x is uniform on 1..2 given acceptance, and P(e) = x / 10; moments of x over 1..2 are 3/2 and 7/3
MEAN_X = 3 / 2
MEAN_X_GIVEN_E = (7 / 3) / (3 / 2)
MEAN_X_GIVEN_NOT_E = (3 / 2 - 7 / 30) / (1 - 3 / 20)


@pytest.mark.parametrize(
    ("mode", "mean_x"),
    [
        ("natural", MEAN_X),
        ({"tilted": 0.6}, MEAN_X),
        ({"tilted": 0.9, "defensive": 0.3}, MEAN_X),
        ("forced", MEAN_X_GIVEN_E),
        ("off", MEAN_X_GIVEN_NOT_E),
    ],
)
def test_with_refused_draws_every_mode_tells_its_part_of_nature(mode: Any, mean_x: float) -> None:
    of = scenario(
        params={"x": {"uniform": [0, 2]}},
        events=event(mode, probability="${x} / 10"),
        constraints=[{"require": "${x} > 1"}],
    )
    found = chances(of, 3000)
    logs, xs = log_weights(found), [dict(one.params)["x"] for one in found]
    mean = natural_mean(logs, xs)
    assert abs(mean.value - mean_x) < 4 * mean.standard_error
    if mean_x == MEAN_X:
        rate = natural_mean(logs, [one.armed("e") for one in found])
        assert abs(rate.value - 0.15) < 4 * rate.standard_error
    if mode == "forced":
        assert abs(mean.value - MEAN_X) > 4 * mean.standard_error  # without weights it would be that
    attempts = sum(one.attempt + 1 for one in found)
    assert stats.binomtest(len(found), attempts, 0.5).pvalue > 1e-3


def test_what_can_never_be_accepted_is_told_with_the_culprit() -> None:
    of = scenario(params={"x": 1}, constraints=[{"require": "${x} > 2"}], sample={"max_attempts": 5})
    with pytest.raises(
        SamplingError, match=r"all 5 draws were refused, the last one by 'constraints\[0\] require'"
    ):
        draw_chances(of, 0, 0)


def full(**fields: Any) -> spec.Scenario:
    sought = {"dist": {"normal": [0, 1]}, "proposal": {"uniform": [-9, 9]}, "defensive": 0.1}
    events = {
        "a": {"probability": 0.3, "source": "assumed", "mode": {"tilted": 0.5}},
        "b": {"rate": 0.01, "source": "assumed", "trigger": {"time": {"at": 1}}},
    }
    faults = {
        "f": {"sensor": "cam", "black": {}, "rate": 0.2, "start": 1, "source": "assumed", "duration": 1}
    }
    return scenario(
        {"m": block(count=2, place={"at": {"position": [0, 0, 0]}})},
        params={"x": sought, "y": {"uniform": [0, 1]}},
        events=events,
        faults=faults,
        capture=EPISODE,
        **fields,
    )


@pytest.mark.parametrize(
    "fields", [{}, {"counterfactual": "a"}, {"constraints": [{"require": "${y} > 0.7"}]}]
)
def test_the_short_way_draws_what_the_whole_scene_has_to_the_bit(fields: dict[str, Any]) -> None:
    of = full(**fields)
    for index in range(6):
        short, scene = draw_chances(of, 5, index), draw(of, index, seed=5).scene
        assert (short.params, short.factors, short.twin) == (scene.params, scene.factors, scene.twin)
        assert (short.attempt, short.log_weight) == (scene.attempt, scene.log_weight)
        assert [(a.armed, a.from_s) for a in short.events] == [
            (e.armed, e.armed_from_s) for e in scene.events
        ]
        assert [a.armed for a in short.faults] == [fault.armed for fault in scene.faults]
        assert scene.faults[0].start_s == short.faults[0].from_s + 1


def test_factors_are_named_after_their_place_and_sum_to_the_weight() -> None:
    scene = draw(full()).scene
    assert [factor.name for factor in scene.factors] == ["events.a", "events.b", "faults.f", "params.x"]
    assert scene.log_weight == pytest.approx(sum(factor.log_p - factor.log_q for factor in scene.factors))


def test_an_events_record_tells_its_label_its_bodies_and_its_params() -> None:
    events = {
        "e": {
            "probability": "${p}",
            "source": "a citation",
            "expect_label": "boom",
            "trigger": {"all": [{"param": "${q} > 0"}, {"contact": {"of": "m", "with": ["n"]}}]},
            "end": {"time": {"at": "${r}"}},
            "actions": [{"impulse": {"on": "m[1]", "impulse": [0, 0, 1]}}],
            "expect_visible": [{"sensor": "cam", "object": "m", "min_px": 9}],
        },
        "plain": {"probability": 1, "source": "assumed"},
    }
    at = {"at": {"position": [0, 0, 0]}}
    of = scenario(
        {"m": block(count=2, place=at), "n": block(place=at), "o": block(place=at)},
        params={"p": 0.5, "q": 1, "r": 3, "s": 4},
        events=events,
    )
    e, plain = draw(of).scene.events
    assert (e.label, e.label_expected, e.source) == ("boom", True, "a citation")
    assert (plain.label, plain.label_expected, plain.trigger, plain.actors) == ("plain", False, None, ())
    assert e.actors == ("m[0]", "m[1]", "n")
    assert e.params == (("p", 0.5), ("q", 1.0), ("r", 3.0))
    assert [(x.sensor, x.objects, x.min_px) for x in e.visible_expected] == [("cam", ("m[0]", "m[1]"), 9)]


def test_a_fault_of_an_event_counts_from_its_trigger_whatever_its_own_arrival() -> None:
    fault = {
        "sensor": "cam",
        "drop": {},
        "rate": 0.2,
        "start": -1,
        "duration": 1,
        "source": "assumed",
        "event": "e",
    }
    scene = draw(scenario(events=event(), faults={"f": fault}, capture=EPISODE)).scene
    assert (scene.faults[0].start_s, scene.faults[0].event) == (-1.0, "e")


def test_a_pair_differs_in_nothing_but_the_event() -> None:
    of = full(counterfactual="b")
    with_it, without = (draw(of, index).scene for index in (6, 7))
    assert with_it.twin is not None
    assert without.twin is not None
    assert (with_it.twin.occurs, without.twin.occurs) == (True, False)
    b, not_b = with_it.events[1], without.events[1]
    assert (b.mode, b.sampled_probability, b.armed) == ("forced", 1.0, True)
    assert (not_b.mode, not_b.sampled_probability, not_b.armed) == ("off", 0.0, False)
    p = -expm1(-0.01 * 20)
    factor, not_factor = with_it.factors[1], without.factors[1]
    assert exp(factor.log_w) == pytest.approx(p)
    assert not_factor.log_w == pytest.approx(log1p(-p))
    ours, theirs = scene_to_json(with_it).splitlines(), scene_to_json(without).splitlines()
    differing = [
        line.strip().split(":")[0] for line, other in zip(ours, theirs, strict=True) if line != other
    ]
    assert differing == ['"index"', '"mode"', '"sampled_probability"', '"armed"', '"log_p"', '"occurs"']


def test_pairs_estimate_nature_too() -> None:
    """Each pair holds the whole of its draw: weights p and 1 - p."""
    found = chances(scenario(events=event(probability=0.07), counterfactual="e"), 40)
    assert natural_mean(log_weights(found), [one.armed("e") for one in found]).value == pytest.approx(0.07)


def test_a_weight_of_zero_is_kept() -> None:
    """What always happens has no natural share without it."""
    scene = draw(scenario(events=event(probability=1), counterfactual="e"), 1).scene
    assert scene.log_weight == -inf
    assert scene_from_json(scene_to_json(scene)) == scene
    with pytest.raises(ValueError, match="no scene has a weight above 0"):
        relative_weights([scene.log_weight])
