"""Every distribution agrees with its own density: mass 1, quantiles invert, samples fit (fixed seeds)."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from simgen import rng as streams
from simgen.geometry import matrix_from_quaternion
from simgen.scenario.distributions import (
    Choice,
    Const,
    Discrete,
    Empirical,
    Histogram,
    InBox,
    InDisc,
    IntUniform,
    LogNormal,
    LogUniform,
    Mixture,
    Normal,
    OnSphere,
    Proposed,
    ScalarDistribution,
    TruncNormal,
    Uniform,
    UniformRotation,
    Weighted,
)
from simgen.scenario.forms import FORMS

CONTINUOUS: list[ScalarDistribution] = [
    Uniform(-2.0, 3.0),
    LogUniform(0.01, 100.0),
    Normal(1.5, 0.3),
    TruncNormal(1.0, 0.5, 0.2, 1.1),
    TruncNormal(0.0, 1.0, 8.0, 9.0),
    TruncNormal(0.0, 1.0, -36.0, -34.0),
    LogNormal(2.0, 0.4),
    Histogram((0.0, 1.0, 1.5, 4.0), (2.0, 0.0, 3.0)),
    Mixture((Normal(0.0, 1.0), Uniform(3.0, 5.0)), (3.0, 1.0)),
    Proposed(Normal(0.0, 1.0), Uniform(-1.0, 4.0), 0.2),
    Proposed(Uniform(1.0, 2.0), LogUniform(0.5, 4.0)),
]
DISCRETE: list[ScalarDistribution] = [
    Const(2.5),
    IntUniform(-3, 6),
    Choice((3.0, 1.0, 2.0)),
    Choice((3.0, 1.0, 2.0), (1.0, 0.0, 4.0)),
    Discrete(((5.0, 0.25), (-1.0, 0.75))),
    Empirical((1.0, 1.0, 2.0, 7.5)),
    Mixture((IntUniform(0, 3), Const(2.0)), (1.0, 1.0)),
    Proposed(IntUniform(0, 9), IntUniform(5, 9), 0.3),
    Proposed(Choice((3.0, 1.0)), Discrete(((1.0, 0.9), (3.0, 0.1))), 0.1),
]
COUNT = 4000


def finite_support(distribution: ScalarDistribution) -> tuple[float, float]:
    low, high = distribution.support
    return (
        low if math.isfinite(low) else distribution.ppf(1e-9),
        high if math.isfinite(high) else distribution.ppf(1 - 1e-9),
    )


def atoms(distribution: ScalarDistribution) -> list[float]:
    low, high = distribution.support
    candidates = np.unique(np.concatenate([np.arange(math.floor(low), high + 1), [low, high, 2.5, 7.5]]))
    return [float(x) for x in candidates if math.isfinite(distribution.logpdf(float(x)))]


def draws(distribution: ScalarDistribution) -> list[float]:
    rng = streams.stream(1, 0, 0, repr(distribution))
    return [float(distribution.sample(rng)) for _ in range(COUNT)]


def test_every_kind_that_can_be_written_is_proven_here() -> None:
    of_vectors = {"on_sphere", "in_region", "uniform_rotation"}  # each has a test of its own
    assert {distribution.kind for distribution in (*CONTINUOUS, *DISCRETE)} == {
        *FORMS,
        "proposed",
    } - of_vectors


@pytest.mark.parametrize("distribution", CONTINUOUS, ids=repr)
def test_density_integrates_to_one(distribution: ScalarDistribution) -> None:
    low, high = finite_support(distribution)
    quantiles = [distribution.ppf(q) for q in np.linspace(0.001, 0.999, 41)]
    points = sorted({p for p in [*quantiles, 1.0, 1.5, 3.0, 4.0, 5.0] if low < p < high})
    edges = [low, *points, high]
    pieces = [
        integrate.quad(lambda x: math.exp(distribution.logpdf(x)), a, b, limit=200)[0]
        for a, b in pairwise(edges)
    ]
    assert math.fsum(pieces) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("distribution", DISCRETE, ids=repr)
def test_probabilities_sum_to_one(distribution: ScalarDistribution) -> None:
    assert math.fsum(math.exp(distribution.logpdf(x)) for x in atoms(distribution)) == pytest.approx(
        1.0, abs=1e-9
    )


@pytest.mark.parametrize("distribution", CONTINUOUS, ids=repr)
def test_ppf_inverts_cdf(distribution: ScalarDistribution) -> None:
    for q in np.linspace(0.001, 0.999, 97):
        x = distribution.ppf(float(q))
        assert distribution.cdf(x) == pytest.approx(float(q), abs=1e-6)
        assert distribution.ppf(distribution.cdf(x)) == pytest.approx(x, abs=1e-6)


@pytest.mark.parametrize("distribution", DISCRETE, ids=repr)
def test_ppf_inverts_cdf_at_every_atom(distribution: ScalarDistribution) -> None:
    for x in atoms(distribution):
        assert distribution.ppf(distribution.cdf(x)) == x


@pytest.mark.parametrize("distribution", CONTINUOUS, ids=repr)
def test_samples_fit_the_distribution(distribution: ScalarDistribution) -> None:
    result = stats.kstest(draws(distribution), np.vectorize(distribution.cdf))
    assert result.pvalue > 1e-3


@pytest.mark.parametrize("distribution", DISCRETE, ids=repr)
def test_samples_fit_the_probabilities(distribution: ScalarDistribution) -> None:
    seen = Counter(draws(distribution))
    values = atoms(distribution)
    assert set(seen) <= set(values)
    expected = [COUNT * math.exp(distribution.logpdf(x)) for x in values]
    if len(values) > 1:
        assert stats.chisquare([seen[x] for x in values], expected).pvalue > 1e-3


@pytest.mark.parametrize("distribution", [*CONTINUOUS, *DISCRETE], ids=repr)
def test_values_stay_within_support_and_take_one_uniform_number(distribution: ScalarDistribution) -> None:
    low, high = distribution.support
    rng, twin = (streams.stream(2, 0, 0, "one") for _ in range(2))
    for _ in range(200):
        value = distribution.sample(rng)
        assert low <= value <= high
        assert value == distribution.ppf(float(twin.random()))
    assert distribution.cdf(high) == 1.0
    assert distribution.cdf(low - 1.0) == 0.0
    assert distribution.logpdf(low - 1.0) == -math.inf or math.isinf(low)


@pytest.mark.parametrize(
    ("ours", "reference"),
    [
        (Normal(1.0, 2.0), stats.norm(1.0, 2.0)),
        (TruncNormal(1.0, 2.0, 0.0, 9.0), stats.truncnorm(-0.5, 4.0, 1.0, 2.0)),
        (LogNormal(3.0, 0.5), stats.lognorm(0.5, scale=3.0)),
        (LogUniform(0.1, 10.0), stats.loguniform(0.1, 10.0)),
    ],
    ids=["normal", "truncnormal", "lognormal", "loguniform"],
)
def test_agrees_with_scipy(ours: ScalarDistribution, reference: stats.rv_continuous) -> None:
    for q in (1e-6, 0.01, 0.3, 0.5, 0.9, 0.999):
        x = float(reference.ppf(q))
        assert ours.ppf(q) == pytest.approx(x, rel=1e-9)
        assert ours.cdf(x) == pytest.approx(float(reference.cdf(x)), rel=1e-9)
        assert ours.logpdf(x) == pytest.approx(float(reference.logpdf(x)), rel=1e-9, abs=1e-12)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.floats(0.0, 1.0))
def test_uniform_quantile_is_the_line_between_its_ends(low: float, width: float, q: float) -> None:
    distribution = Uniform(low, low + width)
    assert low <= distribution.ppf(q) <= low + width
    assert distribution.cdf(distribution.ppf(q)) == pytest.approx(q, abs=1e-6)


def test_choice_of_texts() -> None:
    choice = Choice(("mug", "bowl"), (1, 3))
    rng = streams.stream(3, 0, 0, "choice")
    seen = Counter(choice.sample(rng) for _ in range(COUNT))
    assert stats.chisquare([seen["mug"], seen["bowl"]], [COUNT / 4, 3 * COUNT / 4]).pvalue > 1e-3
    assert choice.logpdf("bowl") == pytest.approx(math.log(0.75))
    assert choice.logpdf("cup") == -math.inf
    with pytest.raises(TypeError, match="cdf is defined for numbers only"):
        choice.cdf(1.0)


def test_choice_never_gives_a_value_of_weight_zero() -> None:
    choice: Weighted = Choice((1.0, 2.0, 3.0), (0, 1, 0))
    assert {choice.ppf(q) for q in (0.0, 1e-15, 0.5, 1.0)} == {2.0}


def test_on_sphere_is_uniform_and_on_it() -> None:
    sphere, rng = OnSphere(2.0, (1.0, 0.0, -1.0)), streams.stream(4, 0, 0, "sphere")
    points = np.array([sphere.sample(rng) for _ in range(COUNT)]) - sphere.center
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 2.0, rtol=1e-12)
    for axis in range(3):  # Archimedes: every coordinate of a uniform point is uniform
        assert stats.kstest(points[:, axis], stats.uniform(-2, 4).cdf).pvalue > 1e-3
    assert math.exp(sphere.logpdf(sphere.sample(rng))) * 4 * math.pi * 2.0**2 == pytest.approx(1.0)
    assert sphere.logpdf((0.0, 0.0, 0.0)) == -math.inf


def test_in_box_fills_the_box() -> None:
    box, rng = InBox((0.0, -1.0, 2.0), (4.0, 1.0, 2.0)), streams.stream(5, 0, 0, "box")
    points = np.array([box.sample(rng) for _ in range(COUNT)])
    assert stats.kstest(points[:, 0], stats.uniform(0, 4).cdf).pvalue > 1e-3
    assert stats.kstest(points[:, 1], stats.uniform(-1, 2).cdf).pvalue > 1e-3
    assert set(points[:, 2]) == {2.0}
    assert math.exp(box.logpdf((1.0, 0.0, 2.0))) * 8 == pytest.approx(1.0)
    assert box.logpdf((5.0, 0.0, 2.0)) == -math.inf


def test_in_disc_fills_the_disc() -> None:
    disc, rng = InDisc((1.0, 2.0, 3.0), 0.5), streams.stream(6, 0, 0, "disc")
    points = np.array([disc.sample(rng) for _ in range(COUNT)]) - disc.center
    share = (np.linalg.norm(points[:, :2], axis=1) / 0.5) ** 2
    assert stats.kstest(share, stats.uniform(0, 1).cdf).pvalue > 1e-3
    assert math.exp(disc.logpdf((1.0, 2.0, 3.0))) * math.pi * 0.25 == pytest.approx(1.0)
    assert disc.logpdf((1.0, 2.6, 3.0)) == -math.inf


def test_uniform_rotation_turns_any_axis_evenly() -> None:
    rng = streams.stream(7, 0, 0, "rotation")
    quaternions = [UniformRotation().sample(rng) for _ in range(COUNT)]
    np.testing.assert_allclose(np.linalg.norm(quaternions, axis=1), 1.0, rtol=1e-12)
    turned = np.array([matrix_from_quaternion(q) for q in quaternions])
    for row, column in ((0, 0), (2, 0), (1, 2)):  # an entry of a random rotation is uniform in -1..1
        assert stats.kstest(turned[:, row, column], stats.uniform(-1, 2).cdf).pvalue > 1e-3


def test_readable_and_equal_by_value() -> None:
    assert repr(Uniform(1.0, 2.0)) == "Uniform(low=1.0, high=2.0)"
    assert Choice(["a", "b"]) == Choice(("a", "b"))  # type: ignore[arg-type]
    assert Discrete({"a": 1.0}) == Discrete((("a", 1.0),))  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        Uniform(1.0, 2.0).low = 0.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Uniform(2.0, 1.0), r"uniform: low must be below high, got \[2, 1\]"),
        (lambda: Uniform(0.0, math.inf), "uniform: high must be a finite number"),
        (lambda: LogUniform(0.0, 1.0), "loguniform: needs 0 < low < high"),
        (lambda: Normal(0.0, 0.0), "normal: std must be above 0, got 0"),
        (lambda: TruncNormal(0.0, 1.0, 2.0, 2.0), "truncnormal: low must be below high"),
        (lambda: TruncNormal(0.0, 1.0, 50.0, 60.0), "is too many std"),
        (lambda: TruncNormal(0.0, -1.0, 0.0, 1.0), "truncnormal: std must be above 0"),
        (lambda: LogNormal(0.0, 1.0), "lognormal: median must be above 0"),
        (lambda: LogNormal(1.0, 0.0), "lognormal: sigma must be above 0"),
        (lambda: IntUniform(3, 2), r"int_uniform: low must not be above high, got \[3, 2\]"),
        (lambda: Choice(()), "choice: at least one value is needed"),
        (lambda: Choice((1.0, 2.0), (1.0,)), "choice: 2 values need as many weights, got 1"),
        (lambda: Choice((1.0, 2.0), (1.0, -1.0)), "choice: weights must be finite and at least 0, got -1"),
        (lambda: Discrete(((1.0, 0.0),)), "discrete: all weights are 0"),
        (lambda: Histogram((0.0, 1.0), (1.0, 2.0)), "histogram: 2 weights need 3 edges, got 2"),
        (lambda: Histogram((0.0, 0.0), (1.0,)), "histogram: each edge must be above the one before"),
        (lambda: Mixture((Const(1.0),), (1.0, 2.0)), "mixture: 1 components need as many weights, got 2"),
        (lambda: Mixture((Const(1.0), Uniform(0.0, 1.0)), (1.0, 1.0)), "all continuous or all discrete"),
        (lambda: Empirical(()), "empirical: the column has no numbers"),
        (lambda: Const(math.nan), "const: value must be a finite number"),
        (lambda: OnSphere(0.0), "on_sphere: radius must be above 0"),
        (
            lambda: InBox((0.0, 0.0, 0.0), (1.0, -1.0, 1.0)),
            r"in_region: box_min must not be above box_max, got y: \[0, -1\]",
        ),
        (lambda: InDisc((0.0, 0.0, 0.0), 0.0), "in_region: radius must be above 0"),
    ],
)
def test_senseless_parameters_are_refused(make: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()  # type: ignore[operator]
