"""Whether one event or fault happens, and what that does to a scene's weight: the table of `docs/events.md`."""

from __future__ import annotations

from dataclasses import dataclass
from math import expm1, log, log1p

from simgen.errors import Problem, ScenarioError
from simgen.records.event import Mode, WeightFactor
from simgen.sampling.draws import Draws
from simgen.scenario import spec
from simgen.scenario.distributions.base import log as log_or_less


@dataclass(frozen=True, slots=True)
class Arming:
    """The draw of one event or fault.

    Attributes:
        path: where it stands in the scenario, for example `events.leap`.
        mode: how it was sampled.
        probability: that it is armed, in nature.
        sampled_probability: that it is armed, as sampled.
        armed: the draw.
        from_s: it is armed from this time on: the arrival of a rate, else 0.
    """

    path: str
    mode: Mode
    probability: float
    sampled_probability: float
    armed: bool
    from_s: float = 0.0

    @property
    def factor(self) -> WeightFactor:
        """What the draw does to the weight of the scene."""
        if self.armed:
            return WeightFactor(self.path, log_or_less(self.probability), log(self.sampled_probability))
        return WeightFactor(self.path, _log_not(self.probability), _log_not(self.sampled_probability))


def draw_arming(
    draws: Draws, chance: spec.Chance, path: str, duration_s: float, forced: bool | None = None
) -> Arming:
    """Return whether an event or fault is armed.

    Args:
        draws: the random numbers; the draw has the stream `path.armed`, an arrival `path.arrival`.
        chance: as written.
        path: where it stands in the scenario.
        duration_s: of the episode.
        forced: armed (True) or not (False) whatever its mode; None: as its mode says.

    Raises:
        ScenarioError: it shall be made to happen, but the drawn probability is 0.
    """
    p, arrival = _natural(draws, chance, path, duration_s)
    mode, q = _sampled(draws, chance.mode, path, p) if forced is None else _pinned(forced)
    if p == 0 and mode in ("tilted", "forced"):
        message = "its probability is 0: what never happens cannot be made; use mode: off or a probability"
        raise ScenarioError([Problem(path, message)])
    # the comparison is strict and the draw below 1, so that 0 is never and 1 always
    armed = float(draws.rng(f"{path}.armed").random()) < q
    return Arming(path, mode, p, q, armed, arrival)


def _natural(draws: Draws, chance: spec.Chance, path: str, duration_s: float) -> tuple[float, float]:
    """Return (probability in nature, time from which it is armed)."""
    if chance.probability is not None:
        return draws.number(chance.probability, f"{path}.probability"), 0.0
    if chance.distance_rate is not None:
        way = f"{path}.distance_rate"
        rate = draws.number(chance.distance_rate.rate, f"{way}.rate")
        distance = draws.number(chance.distance_rate.distance, f"{way}.distance")
        p = -expm1(-rate * distance)
        share = _arrival(draws, rate, p, path) / distance if distance else 0.0
        return p, duration_s * share
    rate = draws.number(chance.rate, f"{path}.rate")
    p = -expm1(-rate * duration_s)
    return p, _arrival(draws, rate, p, path)


def _arrival(draws: Draws, rate: float, p: float, path: str) -> float:
    """Return the first arrival, given that there is one: the exponential cut off where its chance is `p`."""
    if p == 0:
        return 0.0
    u = float(draws.rng(f"{path}.arrival").random())
    return -log1p(-u * p) / rate


def _sampled(draws: Draws, mode: spec.ModeChoice, path: str, p: float) -> tuple[Mode, float]:
    if isinstance(mode, spec.Tilted):
        tilted = draws.number(mode.tilted, f"{path}.mode.tilted")
        defensive = draws.number(mode.defensive, f"{path}.mode.defensive")
        return "tilted", _mixed(tilted, defensive, p, f"{path}.mode")
    if mode == "natural":
        return mode, p
    return _pinned(mode == "forced")


def _mixed(tilted: float, defensive: float, p: float, path: str) -> float:
    """Return the sampled probability; where it rules out what can happen no weight could undo it."""
    q = (1 - defensive) * tilted + defensive * p
    if (q == 0 and p > 0) or (q == 1 and p < 1):
        message = f"must lie between 0 and 1 (or add defensive: 0.05), drew {tilted:g}"
        raise ScenarioError([Problem(f"{path}.tilted", message)])
    return q


def _pinned(armed: bool) -> tuple[Mode, float]:
    return ("forced", 1.0) if armed else ("off", 0.0)


def _log_not(p: float) -> float:
    """Return the logarithm of 1 - p, exact for small p."""
    return log1p(-p) + 0.0 if p < 1 else log_or_less(0.0)  # + 0.0: not -0.0
