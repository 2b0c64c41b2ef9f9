"""From a value to a number, text, vector or colour: the only place where scenarios meet random numbers.

A scalar distribution takes exactly one uniform number of its stream, through its quantile function, so that
quasi-random designs can take the stream's place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, cast

import numpy as np

from simgen.errors import SamplingError, SimgenError
from simgen.geometry import Vec3
from simgen.scenario.distributions import Distribution
from simgen.scenario.expressions import Expression
from simgen.scenario.mistakes import show
from simgen.scenario.vectors import Hsv, linear_from_hsv

if TYPE_CHECKING:
    from simgen.scenario.spec import Scenario

Params = Mapping[str, float | str]
StreamFor = Callable[[str], np.random.Generator]


def draw(value: object, rng: np.random.Generator, params: Params) -> float | int | str:
    """Return a literal as it is, an expression's value, or one draw of a distribution over numbers or texts.

    Args:
        value: a validated value of a scenario field.
        rng: the value's own stream, see `rng.stream`.
        params: already drawn params by name.

    Raises:
        SamplingError: an expression has no value, or one outside of its field's range.
    """
    if isinstance(value, Expression):
        return value.value(params)
    if isinstance(value, Distribution):
        value = value.sample(rng)
    if not isinstance(value, int | float | str):
        raise SamplingError(f"a number or text was expected, got {show(value)}")
    return value


def draw_number(value: object, rng: np.random.Generator, params: Params) -> float:
    """Return `draw` as a float."""
    drawn = draw(value, rng, params)
    if isinstance(drawn, str):
        raise SamplingError(f"'{value}' gave the text {show(drawn)}, but a number is needed")
    return float(drawn)


def draw_int(value: object, rng: np.random.Generator, params: Params) -> int:
    """Return `draw` as an int."""
    drawn = draw_number(value, rng, params)
    if not drawn.is_integer():
        raise SamplingError(
            f"'{value}' gave {drawn:g}, but a whole number is needed; use round(), floor() or ceil()"
        )
    return int(drawn)


def draw_text(value: object, rng: np.random.Generator, params: Params) -> str:
    """Return `draw` as a text."""
    drawn = draw(value, rng, params)
    if not isinstance(drawn, str):
        raise SamplingError(f"'{value}' gave {drawn}, but a text is needed")
    return drawn


def draw_vector(value: object, rng: np.random.Generator, params: Params) -> Vec3:
    """Return one draw of a vector, SI units; components are drawn in the order x, y, z."""
    if isinstance(value, Distribution):
        return cast("Vec3", value.sample(rng))
    x, y, z = (draw_number(part, rng, params) for part in cast("tuple[object, object, object]", value))
    return (x, y, z)


def draw_colour(value: object, rng: np.random.Generator, params: Params) -> Vec3:
    """Return one draw of a colour as linear RGB, 0..1."""
    if isinstance(value, Hsv):
        hue, saturation, brightness = (
            draw_number(part, rng, params) for part in (value.hue, value.saturation, value.value)
        )
        return linear_from_hsv(hue, saturation, brightness)
    return draw_vector(value, rng, params)


def draw_params(scenario: Scenario, stream_for: StreamFor) -> dict[str, float | str]:
    """Return all params, each drawn from its own stream `params.<name>`, those it refers to first.

    Args:
        scenario: a loaded scenario.
        stream_for: makes the stream of a path; called once a param.
    """
    drawn: dict[str, float | str] = {}
    for name in param_order(scenario.params):
        try:
            drawn[name] = draw(scenario.params[name], stream_for(f"params.{name}"), drawn)
        except SimgenError as reason:
            raise SamplingError(f"params.{name}: {reason}") from reason
    return drawn


def param_order(params: Mapping[str, object]) -> list[str]:
    """Return names of params such that each comes after those it refers to.

    Raises:
        ParamCycle: params refer to each other in a circle.
    """
    graph = {name: param_references(value, params) for name, value in params.items()}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as cycle:
        raise ParamCycle(tuple(cast("list[str]", cycle.args[1]))) from cycle


def param_references(value: object, params: Mapping[str, object]) -> list[str]:
    """Return the existing params that a param's value refers to."""
    return [name for name in value.references if name in params] if isinstance(value, Expression) else []


class ParamCycle(SamplingError):
    """Params refer to each other in a circle; `names` goes once around it, first name repeated at the end."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(f"params refer to each other in a circle: {' -> '.join(names)}")
