"""What may be written in a field, and what it becomes."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import Any

import pytest

from simgen.scenario import units
from simgen.scenario.distributions import (
    Choice,
    Const,
    Discrete,
    Distribution,
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
    TruncNormal,
    Uniform,
    UniformRotation,
)
from simgen.scenario.expressions import Expression, Limits
from simgen.scenario.mistakes import Mistakes
from simgen.scenario.parse import Reader
from simgen.scenario.vectors import Hsv, linear_from_hsv, read_colour, read_vector

LENGTH = Reader(units.LENGTH)
COLOUR = Reader(units.FRACTION, Limits(0.0, 1.0))


def details(read: Any) -> list[tuple[tuple[str | int, ...], str]]:
    with pytest.raises(Mistakes) as caught:
        read()
    return list(caught.value.details)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ({"const": "3 cm"}, Const(0.03)),
        ({"const": {"value": 3}}, Const(3.0)),
        ({"uniform": ["1 cm", 2]}, Uniform(0.01, 2.0)),
        ({"uniform": {"low": "1 cm", "high": "2 cm"}}, Uniform(0.01, 0.02)),
        ({"int_uniform": [1, 6]}, IntUniform(1, 6)),
        ({"loguniform": ["1 mm", "1 m"]}, LogUniform(0.001, 1.0)),
        ({"normal": {"mean": "1 m", "std": "1 cm"}}, Normal(1.0, 0.01)),
        ({"truncnormal": [1, "10 cm", 0, 2]}, TruncNormal(1.0, 0.1, 0.0, 2.0)),
        ({"lognormal": {"median": "2 m", "sigma": 0.5}}, LogNormal(2.0, 0.5)),
        ({"choice": ["1 m", 2]}, Choice((1.0, 2.0))),
        ({"choice": [{"v": 1, "w": 2}, {"v": 3}]}, Choice((1.0, 3.0), (2.0, 1.0))),
        ({"choice": {"values": [1, 2], "weights": [1, 3]}}, Choice((1.0, 2.0), (1.0, 3.0))),
        ({"discrete": {"1 m": 0.25, 2: 0.75}}, Discrete(((1.0, 0.25), (2.0, 0.75)))),
        ({"discrete": [[1, 0.25], [2, 0.75]]}, Discrete(((1.0, 0.25), (2.0, 0.75)))),
        ({"histogram": [["0 cm", "1 cm"], [1]]}, Histogram((0.0, 0.01), (1.0,))),
        ({"histogram": {"edges": [0, 1], "weights": [1]}}, Histogram((0.0, 1.0), (1.0,))),
        (
            {"mixture": {"components": [{"uniform": [0, 1]}, {"normal": [1, 1]}], "weights": [1, 2]}},
            Mixture((Uniform(0.0, 1.0), Normal(1.0, 1.0)), (1.0, 2.0)),
        ),
        ({"mixture": [[1, {"const": "2 m"}]]}, Mixture((Const(1.0), Const(2.0)), (1.0, 1.0))),
        ({"empirical": {"values": [3, "1 cm"]}}, Empirical((0.01, 3.0))),
    ],
)
def test_every_form_of_a_distribution(raw: dict[str, object], value: Distribution) -> None:
    assert LENGTH.read(raw) == value


def test_literals_and_expressions() -> None:
    assert LENGTH.read("3 cm") == 0.03
    assert isinstance(LENGTH.read(3), float)
    assert LENGTH.read("${a} * 2") == Expression("${a} * 2")
    assert Reader(units.COUNT, Limits(whole=True)).read(3) == 3
    assert Reader(None).read("procedural/carton") == "procedural/carton"
    assert Reader(None).read("${kind}") == Expression("${kind}", template=True)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("3 cm", 0.03),
        ("35 km/h", 35 / 3.6),
        ("wood", "wood"),
        ("2x4", "2x4"),
        ("3 large boxes", "3 large boxes"),
    ],
)
def test_params_take_quantities_of_any_kind_and_texts(raw: str, value: object) -> None:
    assert (
        Reader(units.ANY, text=True).read(raw) == pytest.approx(value) if isinstance(value, float) else value
    )


def test_a_param_with_a_mistyped_unit_is_no_text() -> None:
    [(_, message)] = details(lambda: Reader(units.ANY, text=True).read("35 kmh"))
    assert "'kmh' is not a known unit" in message
    assert message.endswith("did you mean 'km/h'?")


@pytest.mark.parametrize(
    ("raw", "place", "message"),
    [
        (True, (), "expected a length, got true"),
        (None, (), "expected a length, got null"),
        ([1, 2], (), "expected a length, got [1, 2]; for one of several write {choice: [...]}"),
        (math.inf, (), "inf is out of range: must be finite m"),
        (
            {"unixrm": [1, 2]},
            ("unixrm",),
            "unknown distribution 'unixrm'; did you mean 'uniform'? known: const, uniform,",
        ),
        (
            {"uniform": [1, 2], "normal": [1, 2]},
            (),
            "a distribution has exactly one key, its kind, for example {uniform: [1, 2]}; got keys: uniform, normal",
        ),
        ({"uniform": [1]}, ("uniform",), "lacks high; takes low, high"),
        ({"uniform": [1, 2, 3]}, ("uniform",), "takes 2 values (low, high), got 3"),
        ({"uniform": 5}, ("uniform",), "expected a list [low, high] or these keys, got 5"),
        ({"uniform": [2, 1]}, ("uniform",), "uniform: low must be below high, got [2, 1]"),
        (
            {"uniform": ["1 kg", 2]},
            ("uniform", 0),
            "'1 kg': 'kg' is a unit of mass; allowed for a length: m, cm,",
        ),
        (
            {"normal": {"mean": 1, "sdt": 2}},
            ("normal", "sdt"),
            "unknown key 'sdt'; did you mean 'std'? allowed: mean, std",
        ),
        ({"lognormal": [1, "1 m"]}, ("lognormal", 1), "expected a bare number, got '1 m'"),
        ({"int_uniform": [1.5, 3]}, ("int_uniform",), "low must be a whole number, got 1.5"),
        ({"choice": []}, ("choice",), "needs 1 to 10000 values, got 0"),
        ({"choice": [1] * 10_001}, ("choice",), "needs 1 to 10000 values, got 10001"),
        ({"choice": "a"}, ("choice",), "expected a list of values, got 'a'"),
        (
            {"choice": {"values": [1, 2], "weights": [1, "x"]}},
            ("choice", "weights", 1),
            "expected a bare number, got 'x'",
        ),
        ({"discrete": [[1, 2, 3]]}, ("discrete", 0), "expected a pair [value, weight], got [1, 2, 3]"),
        ({"discrete": {"1 m": "x"}}, ("discrete", "1 m"), "expected a bare number, got 'x'"),
        (
            {"uniform": ["${a}", 2]},
            ("uniform", 0),
            "'${a}': no expressions inside a distribution; draw the parts as params",
        ),
        ({"on_sphere": [1]}, (), "on_sphere gives a vector, but a length is needed"),
        ({"uniform_rotation": {}}, (), "uniform_rotation gives a rotation, but a length is needed"),
        (
            {"mixture": [[{"on_sphere": [1]}]]},
            ("mixture", "components", 0),
            "a mixture is of distributions over numbers",
        ),
        (
            {"empirical": {"file": "a.csv", "column": "c"}},
            ("empirical",),
            "a scenario that was not loaded from a file",
        ),
    ],
)
def test_mistakes_are_told_with_their_place(raw: object, place: tuple[str | int, ...], message: str) -> None:
    [(where, text)] = details(lambda: LENGTH.read(raw))
    assert where == place
    assert text.startswith(message)


def test_all_mistakes_of_a_value_are_told_at_once() -> None:
    found = details(lambda: LENGTH.read({"uniform": ["1 kg", "2 s"]}))
    assert [place for place, _ in found] == [("uniform", 0), ("uniform", 1)]


@pytest.mark.parametrize(
    ("limits", "raw", "message"),
    [
        (Limits(0.0, above=True), 0, "0 is out of range: must be above 0 m"),
        (Limits(0.0, 1.0), "120 cm", "'120 cm' is out of range: must be at least 0 and at most 1 m"),
        (Limits(0.0), {"uniform": [-1, 1]}, "uniform can give -1, but a value must be at least 0 m"),
        (
            Limits(0.0, above=True),
            {"normal": [1, 1]},
            "normal can give -inf, but a value must be above 0 m; use truncnormal, uniform or lognormal",
        ),
        (Limits(0.0, above=True), {"const": 0}, "const can give 0, but a value must be above 0 m"),
        (Limits(whole=True), 2.5, "2.5 is out of range: must be a whole number m"),
        (
            Limits(whole=True),
            {"uniform": [1, 3]},
            "uniform can give broken numbers, but a whole number is needed; use int",
        ),
    ],
)
def test_range_of_the_field_holds_for_all_that_can_be_drawn(
    limits: Limits, raw: object, message: str
) -> None:
    [(_, text)] = details(lambda: Reader(units.LENGTH, limits).read(raw))
    assert text.startswith(message)


def test_range_allows_what_stays_within() -> None:
    positive = Reader(units.LENGTH, Limits(0.0, above=True))
    assert positive.read({"lognormal": [1, 1]}) == LogNormal(1.0, 1.0)
    assert positive.read({"uniform": [0, 1]}) == Uniform(0.0, 1.0)
    assert positive.read(Uniform(0.5, 1.0)) == Uniform(0.5, 1.0)


def test_angle_range_is_told_in_degrees_too() -> None:
    reader = Reader(units.ANGLE, Limits(0.0, math.radians(175), above=True))
    [(_, message)] = details(lambda: reader.read("200 deg"))
    assert message == "'200 deg' is out of range: must be above 0 and at most 3.05433 rad (175 deg)"


def test_vectors() -> None:
    assert read_vector(["1 cm", {"uniform": [0, 1]}, "${h}"], LENGTH) == (
        0.01,
        Uniform(0.0, 1.0),
        Expression("${h}"),
    )
    assert read_vector({"on_sphere": ["2 m"]}, LENGTH) == OnSphere(2.0)
    assert read_vector({"on_sphere": {"radius": 1, "center": [0, 0, "1 m"]}}, LENGTH) == OnSphere(
        1.0, (0.0, 0.0, 1.0)
    )
    box = {"in_region": {"box_min": [0, 0, 0], "box_max": ["10 cm", 1, 1]}}
    assert read_vector(box, LENGTH) == InBox((0.0, 0.0, 0.0), (0.1, 1.0, 1.0))
    assert read_vector({"in_region": {"center": [0, 0, 1], "radius": 2}}, LENGTH) == InDisc(
        (0.0, 0.0, 1.0), 2.0
    )
    assert read_vector({"choice": [[0, 0, 1], [1, 0, 0]]}, LENGTH) == Choice(
        ((0.0, 0.0, 1.0), (1.0, 0.0, 0.0))
    )
    assert read_vector(OnSphere(1.0), LENGTH) == OnSphere(1.0)


@pytest.mark.parametrize(
    ("raw", "place", "message"),
    [
        (
            [1, 2],
            (),
            "expected [x, y, z] or a distribution over vectors (on_sphere, in_region, choice), got [1, 2]",
        ),
        ([1, "2 kg", 3], (1,), "'2 kg': 'kg' is a unit of mass"),
        (
            {"uniform": [0, 1]},
            (),
            "uniform does not give a vector; use on_sphere, in_region or choice, or a list of three",
        ),
        ({"on_spher": [1]}, ("on_spher",), "unknown distribution 'on_spher'; did you mean 'on_sphere'?"),
        ({"in_region": {"box_min": [0, 0]}}, ("in_region",), "lacks box_max; takes box_min, box_max"),
        ({"choice": [[0, 0, 1], [1, 0]]}, ("choice", 1), "expected [x, y, z], got [1, 0]"),
    ],
)
def test_wrong_vectors(raw: object, place: tuple[str | int, ...], message: str) -> None:
    [(where, text)] = details(lambda: read_vector(raw, LENGTH))
    assert where == place
    assert text.startswith(message)


def test_colours() -> None:
    assert read_colour("#ffffff", COLOUR) == pytest.approx((1.0, 1.0, 1.0))
    assert read_colour("red", COLOUR) == pytest.approx((1.0, 0.0, 0.0))
    assert read_colour("#808080", COLOUR) == pytest.approx(
        (0.2158605,) * 3, abs=1e-6
    )  # mid grey, IEC 61966-2-1
    assert read_colour([0.1, "20 %", 0.3], COLOUR) == (0.1, 0.2, 0.3)
    assert read_colour({"hsv": ["90 deg", 1, 0.5]}, COLOUR) == Hsv(0.25, 1.0, 0.5)
    assert read_colour({"choice": ["white", [0, 0, 0]]}, COLOUR) == Choice(((1.0, 1.0, 1.0), (0.0, 0.0, 0.0)))
    assert linear_from_hsv(1 / 3, 1.0, 1.0) == pytest.approx((0.0, 1.0, 0.0))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (
            "ornage",
            "'ornage' is not a colour; write '#rrggbb', [r, g, b] or a name; did you mean 'orange'? names: black,",
        ),
        ("#12345", "'#12345' is not a colour"),
        ([0, 0, 2], "2 is out of range: must be at least 0 and at most 1"),
        ({"hvs": [0, 0, 0]}, "unknown distribution 'hvs'; did you mean 'hsv'? known: hsv, choice"),
        ({"hsv": [0, 0]}, "expected [hue, saturation, value], each in 0..1, got [0, 0]"),
        (
            7,
            "expected [r, g, b] in 0..1 (linear), '#rrggbb', a colour name, {hsv: [h, s, v]} or {choice: [...]}, got 7",
        ),
    ],
)
def test_wrong_colours(raw: object, message: str) -> None:
    [(_, text)] = details(lambda: read_colour(raw, COLOUR))
    assert text.startswith(message)


@pytest.fixture
def csv_folder(tmp_path: Path) -> Path:
    (tmp_path / "sizes.csv").write_text("name,size\na,12\nb,10\nc,12\n")
    (tmp_path / "bad.csv").write_text("name,size\na,12\nb,twelve\n")
    return tmp_path


def test_empirical_reads_a_column_and_pins_its_content(csv_folder: Path) -> None:
    reader = Reader(units.LENGTH, folder=csv_folder)
    value = reader.read({"empirical": {"file": "sizes.csv", "column": "size", "unit": "cm"}})
    assert isinstance(value, Empirical)
    assert value.values == pytest.approx((0.1, 0.12, 0.12))
    assert value.sha256 == hashlib.sha256((csv_folder / "sizes.csv").read_bytes()).hexdigest()
    assert reader.read({"empirical": value.to_plain()}) == value


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"file": "sizes.csv", "column": "sixe"},
            "'sizes.csv' has no column 'sixe'; columns: name, size; did you mean 'size'?",
        ),
        (
            {"file": "size.csv", "column": "size"},
            "no file 'size.csv' in the scenario's folder; did you mean 'sizes.csv'?",
        ),
        ({"file": "../sizes.csv", "column": "size"}, "'../sizes.csv' lies outside of the scenario's folder"),
        ({"file": "/etc/passwd", "column": "size"}, "'/etc/passwd' lies outside of the scenario's folder"),
        ({"file": "bad.csv", "column": "size"}, "bad.csv:3: 'twelve ' is not a length"),
        ({"file": "sizes.csv", "column": "size", "sha256": "00"}, "'sizes.csv' has changed: its SHA-256 is "),
        ({"file": 3, "column": "size"}, "expected a text, got 3"),
    ],
)
def test_wrong_measured_data(csv_folder: Path, arguments: dict[str, object], message: str) -> None:
    [(_, text)] = details(lambda: Reader(units.LENGTH, folder=csv_folder).read({"empirical": arguments}))
    assert text.startswith(message)


def test_rotation_takes_no_parameters() -> None:
    assert LENGTH.distribution({"uniform_rotation": {}}) == UniformRotation()
    [(where, text)] = details(lambda: LENGTH.distribution({"uniform_rotation": [1]}))
    assert (where, text) == (("uniform_rotation",), "takes no parameters, got [1]")
