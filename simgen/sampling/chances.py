"""All of a draw that a scene's weight speaks of: params, events and faults; nothing is placed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import fsum

from simgen.errors import SamplingError
from simgen.records.event import Twin, WeightFactor
from simgen.sampling.arming import Arming, draw_arming
from simgen.sampling.constraints import check_params
from simgen.sampling.draws import Draws, Refused
from simgen.sampling.episode import duration_of
from simgen.scenario import spec
from simgen.scenario.distributions import Proposed
from simgen.scenario.values import draw_params

Drawn = tuple[tuple[str, float | str], ...]


@dataclass(frozen=True, slots=True)
class Chances:
    """All of a draw that a scene's weight speaks of.

    Attributes:
        index: of the scene in its dataset.
        attempt: draws that were refused before.
        params: drawn values of the scenario's `params`, by name.
        events: in order of name.
        faults: in order of name.
        factors: what the weight is made of, by name.
        twin: what the scene is in a counterfactual pair.
    """

    index: int
    attempt: int
    params: Drawn
    events: tuple[Arming, ...]
    faults: tuple[Arming, ...]
    factors: tuple[WeightFactor, ...]
    twin: Twin | None = None

    @property
    def log_weight(self) -> float:
        """Logarithm of the weight that undoes all forcing: see `Scene.log_weight`."""
        return fsum(factor.log_w for factor in self.factors)

    def armed(self, event: str) -> bool:
        """Return whether an event is armed; raises `KeyError`."""
        for arming in self.events:
            if arming.path == f"events.{event}":
                return arming.armed
        raise KeyError(f"no event '{event}'; there are: {', '.join(arming.path for arming in self.events)}")


def draw_index(scenario: spec.Scenario, index: int) -> int:
    """Return the index that names the random streams of a scene: both of a counterfactual pair have the same."""
    return index if scenario.counterfactual is None else index // 2


def draw_chances(scenario: spec.Scenario, seed: int, index: int) -> Chances:
    """Draw only what the weight of scene `index` speaks of: params, events and faults. Nothing is placed.

    The same as `sample` draws, to the bit, but for refusals that only placing can tell: it stops at the first attempt
    whose params meet every `require`.

    Raises:
        SamplingError: no attempt below `scenario.sampling.max_attempts` did.
        ScenarioError: drawn numbers contradict each other.
    """
    bound = scenario.sampling.max_attempts
    told = ""
    for attempt in range(bound):
        try:
            return draw_chances_of(scenario, Draws(seed, draw_index(scenario, index), attempt), index)
        except Refused as refused:
            told = f"'{refused.reason}'. Try: {refused.advice}"
    raise SamplingError(
        f"scene {index} of '{scenario.name}' (seed {seed}): all {bound} draws were refused, the last one by {told}; "
        f"or raise sample.max_attempts ({bound})"
    )


def draw_chances_of(scenario: spec.Scenario, bare: Draws, index: int) -> Chances:
    """Return params, events and faults of one attempt.

    Args:
        scenario: a distribution over scenes.
        bare: the random numbers of the attempt, without params.
        index: of the scene in its dataset.

    Raises:
        Refused: the params do not meet a `require`.
        ScenarioError: drawn numbers contradict each other.
    """
    draws = bare.with_params(draw_params(scenario, bare.rng))
    check_params(scenario.constraints, draws)
    duration = duration_of(draws, scenario.capture)
    twin = _twin(scenario, index)
    events = tuple(
        draw_arming(draws, event, f"events.{name}", duration, _forced(twin, name))
        for name, event in scenario.events.items()
    )
    faults = tuple(
        draw_arming(draws, fault, f"faults.{name}", duration) for name, fault in scenario.faults.items()
    )
    factors = (arming.factor for arming in (*events, *faults))
    return Chances(
        index=index,
        attempt=draws.attempt,
        params=tuple(sorted(draws.params.items())),
        events=events,
        faults=faults,
        factors=(*factors, *param_factors(scenario, draws)),
        twin=twin,
    )


def _twin(scenario: spec.Scenario, index: int) -> Twin | None:
    return None if scenario.counterfactual is None else Twin(scenario.counterfactual, index % 2 == 0)


def _forced(twin: Twin | None, event: str) -> bool | None:
    return twin.occurs if twin is not None and twin.event == event else None


def param_factors(scenario: spec.Scenario, draws: Draws) -> Iterator[WeightFactor]:
    """Yield the factor of every param that is sampled otherwise than it is distributed, in order of name."""
    for name, value in scenario.params.items():
        if isinstance(value, Proposed):
            x = draws.params[name]
            # a listed distribution takes the texts that it lists, too
            log_p, log_q = value.dist.logpdf(x), value.logpdf(x)  # pyright: ignore[reportArgumentType]
            yield WeightFactor(f"params.{name}", log_p, log_q)
