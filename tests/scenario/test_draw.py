"""Drawing: the same stream gives the same value, params in the order they need each other."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from simgen import rng as streams
from simgen.errors import SamplingError
from simgen.scenario import (
    Scenario,
    draw,
    draw_colour,
    draw_int,
    draw_number,
    draw_params,
    draw_text,
    draw_vector,
    load_text,
)
from simgen.scenario.distributions import Choice, Discrete, IntUniform, OnSphere, Uniform
from simgen.scenario.expressions import Expression
from simgen.scenario.vectors import Hsv, linear_from_hsv

StreamFor = Callable[[str], np.random.Generator]


@pytest.fixture
def stream_for() -> StreamFor:
    return partial(streams.stream, 7, 0, 0)


def scenario_with(small: str, params: str) -> Scenario:
    return load_text(f"{small}params:\n{params}")


def test_draw_of_each_form(stream_for: StreamFor) -> None:
    params: dict[str, float | str] = {"a": 2.0, "kind": "wood"}
    assert draw(3.0, stream_for("x"), params) == 3.0
    assert draw("text", stream_for("x"), params) == "text"
    assert draw(Expression("${a} + 1"), stream_for("x"), params) == 3.0
    first = draw(Uniform(0.0, 1.0), stream_for("x"), params)
    assert first == draw(Uniform(0.0, 1.0), stream_for("x"), params)
    assert first != draw(Uniform(0.0, 1.0), stream_for("y"), params)
    assert draw_text(Choice(("a",)), stream_for("x"), params) == "a"
    drawn = draw_int(IntUniform(2, 5), stream_for("x"), params)
    assert isinstance(drawn, int)
    assert draw_int(Discrete(((3.0, 1.0),)), stream_for("x"), params) == 3


def test_draw_of_the_wrong_type_says_so(stream_for: StreamFor) -> None:
    with pytest.raises(SamplingError, match=r"'\$\{kind\}' gave the text 'wood', but a number is needed"):
        draw_number(Expression("${kind}"), stream_for("x"), {"kind": "wood"})
    with pytest.raises(SamplingError, match=r"gave 2.5, but a whole number is needed; use round\(\)"):
        draw_int(Expression("${a}"), stream_for("x"), {"a": 2.5})
    with pytest.raises(SamplingError, match=r"gave 2\.0, but a text is needed"):
        draw_text(2.0, stream_for("x"), {})


def test_draw_vector_and_colour(stream_for: StreamFor) -> None:
    x, y, z = draw_vector((1.0, Expression("${a}"), Uniform(0.0, 1.0)), stream_for("v"), {"a": 2.0})
    assert (x, y) == (1.0, 2.0)
    assert 0.0 < z < 1.0
    assert math.hypot(*draw_vector(OnSphere(2.0), stream_for("v"), {})) == pytest.approx(2.0)
    assert draw_colour(Hsv(0.5, 1.0, Expression("${a} / 4")), stream_for("c"), {"a": 2.0}) == linear_from_hsv(
        0.5, 1.0, 0.5
    )
    assert draw_colour(Choice(((0.1, 0.2, 0.3),)), stream_for("c"), {}) == (0.1, 0.2, 0.3)


def test_params_are_drawn_after_those_they_need(small: str, stream_for: StreamFor) -> None:
    text = '  a: "${b} * 2"\n  b: "${z} + 1"\n  z: {uniform: [0, 1]}\n  kind: {choice: [x, y]}\n'
    drawn = draw_params(scenario_with(small, text), stream_for)
    assert drawn["a"] == 2 * (float(drawn["z"]) + 1)
    assert drawn["kind"] in ("x", "y")


def test_another_param_moves_no_param(small: str, stream_for: StreamFor) -> None:
    one = draw_params(scenario_with(small, "  z: {uniform: [0, 1]}\n"), stream_for)
    two = draw_params(scenario_with(small, "  a: {uniform: [0, 1]}\n  z: {uniform: [0, 1]}\n"), stream_for)
    assert one["z"] == two["z"] != two["a"]


def test_param_without_a_value_is_named(small: str, stream_for: StreamFor) -> None:
    with pytest.raises(
        SamplingError, match=r"params.a: '1 / \(\$\{b\} - 1\)' has no value: division by zero \(b = 1.0\)"
    ):
        draw_params(scenario_with(small, '  a: "1 / (${b} - 1)"\n  b: 1\n'), stream_for)
