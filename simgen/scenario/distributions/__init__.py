"""Distributions: immutable values with `sample(rng)` and, where defined, `ppf`, `cdf`, `logpdf` and `support`."""

from simgen.scenario.distributions.base import Distribution, ScalarDistribution
from simgen.scenario.distributions.continuous import (
    Const,
    Histogram,
    LogNormal,
    LogUniform,
    Normal,
    TruncNormal,
    Uniform,
)
from simgen.scenario.distributions.discrete import Choice, Discrete, Empirical, IntUniform, Mixture, Weighted
from simgen.scenario.distributions.proposed import Proposed
from simgen.scenario.distributions.spatial import InBox, InDisc, OnSphere, UniformRotation

__all__ = [
    "Choice",
    "Const",
    "Discrete",
    "Distribution",
    "Empirical",
    "Histogram",
    "InBox",
    "InDisc",
    "IntUniform",
    "LogNormal",
    "LogUniform",
    "Mixture",
    "Normal",
    "OnSphere",
    "Proposed",
    "ScalarDistribution",
    "TruncNormal",
    "Uniform",
    "UniformRotation",
    "Weighted",
]
