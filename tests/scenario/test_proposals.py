"""A param that is sampled by a proposal: what is drawn, what it weighs, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from simgen.scenario import canonical_json, load_text, to_yaml
from simgen.scenario.distributions import (
    Choice,
    Discrete,
    IntUniform,
    LogNormal,
    Normal,
    Proposed,
    ScalarDistribution,
    Uniform,
)

HEAD = 'simgen: "1"\nname: toy\nsensors: {cam: {fixed: {position: [2, 0, 1], look_at: [0, 0, 0]}}}\n'


def drawn(of: Proposed, count: int = 20_000) -> np.ndarray:
    rng = np.random.default_rng(7)
    return np.array([of.sample(rng) for _ in range(count)])


def test_draws_follow_the_proposal_with_its_defensive_share():
    of = Proposed(LogNormal(3.0, 0.5), Uniform(0.8, 5.0), 0.1)

    def cdf(x: np.ndarray) -> np.ndarray:
        natural = stats.lognorm.cdf(x, 0.5, scale=3.0)
        return 0.9 * stats.uniform.cdf(x, 0.8, 4.2) + 0.1 * natural

    assert stats.kstest(drawn(of, 4000), cdf).pvalue > 1e-3


def test_weighted_draws_have_the_natural_mean_and_weights_the_mean_one():
    of = Proposed(LogNormal(3.0, 0.5), Uniform(0.8, 5.0), 0.1)
    x = drawn(of)
    w = np.exp([of.dist.logpdf(v) - of.logpdf(v) for v in x])
    assert w.mean() == pytest.approx(1.0, abs=4 * w.std() / math.sqrt(len(w)))
    values = w * x
    assert values.mean() == pytest.approx(3.0 * math.exp(0.125), abs=4 * values.std() / math.sqrt(len(w)))


def test_no_weight_exceeds_one_over_the_defensive_share():
    of = Proposed(Normal(0.0, 3.0), Normal(5.0, 0.5), 0.1)
    assert max(of.dist.logpdf(x) - of.logpdf(x) for x in np.linspace(-20, 20, 999)) <= math.log(10) + 1e-12


def test_texts_are_drawn_with_mixed_shares():
    of = Proposed(Choice(("dry", "fog"), (0.9, 0.1)), Choice(("fog",)), 0.2)
    assert math.exp(of.logpdf("fog")) == pytest.approx(0.8 + 0.2 * 0.1)  # type: ignore[arg-type]
    assert (drawn(of, 4000) == "fog").mean() == pytest.approx(0.82, abs=0.03)


@pytest.mark.parametrize(
    ("dist", "proposal", "missed"),
    [
        (LogNormal(3.0, 0.5), Uniform(0.8, 5.0), "never gives"),
        (Uniform(0, 2), Uniform(0, 1), "never gives"),
        (Uniform(0, 1.0001), Uniform(0, 1), "never gives values above 1"),
        (Normal(0, 1), LogNormal(1, 1), "never gives -"),
        (IntUniform(0, 9), IntUniform(1, 9), "never gives 0,"),
        (Discrete(((1, 1), (2, 1))), Discrete(((1, 1), (2, 0))), "never gives 2,"),
        (Choice(("a", "b")), Choice(("a",)), "never gives b,"),
    ],
)
def test_a_proposal_that_does_not_cover_is_refused_unless_it_is_defensive(
    dist: ScalarDistribution, proposal: ScalarDistribution, missed: str
):
    with pytest.raises(ValueError, match=f"proposal: .* {missed}"):
        Proposed(dist, proposal)
    assert Proposed(dist, proposal, 0.05).defensive == 0.05


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            "{dist: {uniform: [1, 2]}, proposal: {uniform: [1.2, 2]}}",
            "4:49 params.a.proposal: uniform never gives",
        ),
        ("{dist: {uniform: [1, 2]}}", "params.a: lacks proposal; takes dist, proposal, defensive"),
        (
            "{dist: {uniform: [1, 2]}, propsal: {uniform: [1, 2]}}",
            "unknown key 'propsal'; did you mean 'proposal'?",
        ),
        ("{dist: {uniform: [1, 2]}, proposal: 2}", "params.a.proposal: expected a distribution"),
        (
            "{dist: {unifrm: [1, 2]}, proposal: {uniform: [1, 2]}}",
            "params.a.dist.unifrm: unknown distribution 'unifrm'",
        ),
        (
            "{dist: {uniform: [1, 2]}, proposal: {int_uniform: [1, 2]}}",
            "int_uniform lists values, but uniform has",
        ),
        ("{dist: {choice: [a]}, proposal: {choice: [1]}}", "gives texts, the other numbers"),
        (
            "{dist: {uniform: [1, 2]}, proposal: {uniform: [1, 2]}, defensive: 1}",
            "params.a.defensive: must be at least 0",
        ),
    ],
)
def test_mistakes_are_told(problems, written: str, message: str):
    [found] = problems(f"{HEAD}params: {{a: {written}}}\n")
    assert message in found


def test_it_survives_the_way_to_yaml_and_back():
    text = (
        "params: {a: {dist: {lognormal: [3 s, 0.5]}, proposal: {uniform: [800 ms, 5 s]}, defensive: 0.1}}\n"
    )
    scenario = load_text(HEAD + text)
    assert scenario.params["a"] == Proposed(LogNormal(3.0, 0.5), Uniform(0.8, 5.0), 0.1)
    assert canonical_json(load_text(to_yaml(scenario))) == canonical_json(scenario)
    same = scenario.model_copy(update={"params": {"a": Proposed(LogNormal(3, 0.5), Uniform(0.8, 5), 0.1)}})
    assert canonical_json(same) == canonical_json(scenario)
