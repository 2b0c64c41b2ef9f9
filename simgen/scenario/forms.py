"""How each distribution is written: by position, `{uniform: [1, 2]}`, or by key, `{normal: {mean: 1, std: 2}}`.

| kind | by position | by key |
|---|---|---|
| const | `5` | `{value: 5}` |
| uniform, loguniform, int_uniform | `[low, high]` | `{low: , high: }` |
| normal | `[mean, std]` | `{mean: , std: }` |
| truncnormal | `[mean, std, low, high]` | `{mean: , std: , low: , high: }` |
| lognormal | `[median, sigma]` | `{median: , sigma: }`, sigma of the natural logarithm |
| choice | `[a, b]` or `[{v: a, w: 2}, {v: b}]` | `{values: [a, b], weights: [2, 1]}` |
| discrete | `[[value, weight], ...]` | `{value: weight, ...}` |
| histogram | `[edges, weights]` | `{edges: [0, 1, 2], weights: [3, 1]}` |
| mixture | `[components, weights]` | `{components: [{normal: ..}, ..], weights: [..]}` |
| empirical | | `{file: x.csv, column: c, unit: cm, sha256: ..}` or `{values: [..]}` |
| on_sphere | `[radius, center]` | `{radius: , center: [x, y, z]}` |
| in_region | | `{box_min: , box_max: }` or `{center: , radius: }` |
| uniform_rotation | | `{}` |

Numbers may carry units of what the field measures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeVar, cast

from simgen.errors import did_you_mean
from simgen.geometry import Vec3
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
    ScalarDistribution,
    TruncNormal,
    Uniform,
    UniformRotation,
)
from simgen.scenario.empirical import read_empirical
from simgen.scenario.mistakes import Mistakes, each, mistake, show
from simgen.scenario.units import Dimension

T = TypeVar("T")
MAX_ITEMS = 10_000  # of a distribution's list


class Parts(Protocol):
    """Reads the parts of a distribution; made by the field that the distribution stands in."""

    @property
    def folder(self) -> Path | None:
        """Where measured data may be read from."""
        ...

    @property
    def measured(self) -> Dimension:
        """What numbers measure."""
        ...

    def number(self, raw: object) -> float:
        """Return a number of the field's dimension."""
        ...

    def item(self, raw: object) -> object:
        """Return a value that a choice may list."""
        ...

    def distribution(self, raw: Mapping[object, object]) -> Distribution:
        """Return a distribution within this one."""
        ...


EXPRESSION_HINT = (
    "draw the parts as params and combine them, for example '${low} + ${u} * (${high} - ${low})'"
)


def single_key(raw: Mapping[object, object], known: Iterable[str]) -> tuple[str, object]:
    """Return the only key of a distribution, and what is below it."""
    if len(raw) != 1:
        keys = ", ".join(str(key) for key in raw) or "none"
        raise mistake(
            f"a distribution has exactly one key, its kind, for example {{uniform: [1, 2]}}; got keys: {keys}"
        )
    kind, body = next(iter(raw.items()))
    if kind not in list[object](known):
        listed = ", ".join(known)
        hint = did_you_mean(str(kind), known)
        raise mistake(f"unknown distribution '{kind}';{hint} known: {listed}", str(kind))
    return str(kind), body


def arguments(body: object, names: Sequence[str], optional: Sequence[str] = ()) -> dict[str, object]:
    """Return arguments given by position or by key, under their names.

    Args:
        body: a list in the order of `names`, or a mapping.
        names: all names, the required ones first.
        optional: those that may be left out.
    """
    if isinstance(body, Mapping):
        unknown = [str(key) for key in body if key not in names]
        if unknown:
            details = [
                ((key,), f"unknown key '{key}';{did_you_mean(key, names)} allowed: {', '.join(names)}")
                for key in unknown
            ]
            raise Mistakes(*details)
        given = {str(key): value for key, value in body.items()}
    elif isinstance(body, list | tuple):
        if len(body) > len(names):
            raise mistake(f"takes {len(names)} values ({', '.join(names)}), got {len(body)}")
        given = dict(zip(names, body, strict=False))
    else:
        raise mistake(f"expected a list [{', '.join(names)}] or these keys, got {show(body)}")
    missing = [name for name in names if name not in given and name not in optional]
    if missing:
        raise mistake(f"lacks {', '.join(missing)}; takes {', '.join(names)}")
    return given


def listed(body: object, what: str) -> list[object]:
    """Return a list of bounded length."""
    if not isinstance(body, list | tuple):
        raise mistake(f"expected a list of {what}, got {show(body)}")
    if not 0 < len(body) <= MAX_ITEMS:
        raise mistake(f"needs 1 to {MAX_ITEMS} {what}, got {len(body)}")
    return list(body)


def numbers(parts: Parts, body: object, what: str) -> tuple[float, ...]:
    """Return a list of numbers of the reader's dimension."""
    return tuple(each(enumerate(listed(body, what)), parts.number))


def weights(body: object) -> tuple[float, ...]:
    """Return a list of plain numbers."""
    return tuple(each(enumerate(listed(body, "weights")), plain_number))


def plain_number(raw: object) -> float:
    """Return a number without a unit."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise mistake(f"expected a bare number, got {show(raw)}")
    return float(raw)


Item = Callable[[object], object]


def read_choice(body: object, item: Item) -> Choice:
    """Return a choice: `[a, b]`, `[{v: a, w: 2}, {v: b, w: 1}]` or `{values: [..], weights: [..]}`."""
    if isinstance(body, Mapping):
        given = arguments(body, ("values", "weights"), optional=("weights",))
        values = _under("values", lambda: each(enumerate(listed(given["values"], "values")), item))
        shares = _under("weights", lambda: weights(given["weights"])) if "weights" in given else None
        return Choice(tuple(values), shares)
    rows = listed(body, "values")
    if not all(isinstance(row, Mapping) and "v" in row for row in rows):
        return Choice(tuple(each(enumerate(rows), item)))
    pairs = each(enumerate(rows), lambda row: _value_and_weight(row, item))
    return Choice(tuple(value for value, _ in pairs), tuple(weight for _, weight in pairs))


def _value_and_weight(row: object, item: Item) -> tuple[object, float]:
    given = arguments(row, ("v", "w"), optional=("w",))
    return _under("v", lambda: item(given["v"])), _under("w", lambda: plain_number(given.get("w", 1.0)))


def _under(step: str | int, parse: Callable[[], T]) -> T:
    return each([(step, None)], lambda _: parse())[0]


def _numbers_by_name(
    parts: Parts, body: object, names: Sequence[str], bare: Sequence[str] = ()
) -> dict[str, float]:
    given = arguments(body, names)
    positional = not isinstance(body, Mapping)
    readers = {name: plain_number if name in bare else parts.number for name in names}
    steps = {name: position if positional else name for position, name in enumerate(names)}
    values = each(((steps[name], name) for name in names), lambda name: readers[str(name)](given[str(name)]))
    return dict(zip(names, values, strict=True))


def _const(parts: Parts, body: object) -> Distribution:
    keyed = arguments(body, ("value",))["value"] if isinstance(body, Mapping | list | tuple) else body
    value = parts.item(keyed)
    return Const(value) if isinstance(value, int | float) else Choice((value,))


def _of_numbers(make: Callable[..., Distribution], *names: str, bare: Sequence[str] = ()) -> Form:
    return lambda parts, body: make(**_numbers_by_name(parts, body, names, bare))


def _int_uniform(parts: Parts, body: object) -> IntUniform:
    ends = _numbers_by_name(parts, body, ("low", "high"))
    for name, end in ends.items():
        if not end.is_integer():
            raise mistake(f"{name} must be a whole number, got {end:g}")
    return IntUniform(int(ends["low"]), int(ends["high"]))


def _choice(parts: Parts, body: object) -> Choice:
    return read_choice(body, parts.item)


def _discrete(parts: Parts, body: object) -> Discrete:
    if isinstance(body, Mapping):
        rows = [(cast("str", key), (key, weight)) for key, weight in body.items()]
    else:
        rows = list(enumerate(each(enumerate(listed(body, "[value, weight] pairs")), _pair)))
    pairs = each(rows, lambda row: _value_share(parts, cast("tuple[object, object]", row)))
    return Discrete(tuple(pairs))


def _pair(row: object) -> tuple[object, object]:
    if not isinstance(row, list | tuple) or len(row) != 2:
        raise mistake(f"expected a pair [value, weight], got {show(row)}")
    return (row[0], row[1])


def _value_share(parts: Parts, row: tuple[object, object]) -> tuple[float | str, float]:
    return cast("float | str", parts.item(row[0])), plain_number(row[1])


def _histogram(parts: Parts, body: object) -> Histogram:
    given = arguments(body, ("edges", "weights"))
    edges = _under("edges", lambda: numbers(parts, given["edges"], "edges"))
    return Histogram(edges, _under("weights", lambda: weights(given["weights"])))


def _mixture(parts: Parts, body: object) -> Mixture:
    given = arguments(body, ("components", "weights"), optional=("weights",))
    rows = _under("components", lambda: listed(given["components"], "distributions"))
    components = _under("components", lambda: each(enumerate(rows), lambda row: _component(parts, row)))
    shares = _under("weights", lambda: weights(given.get("weights", [1.0] * len(components))))
    return Mixture(tuple(components), shares)


def _component(parts: Parts, raw: object) -> ScalarDistribution:
    if not isinstance(raw, Mapping):
        return Const(parts.number(raw))
    component = parts.distribution(cast("Mapping[object, object]", raw))
    if not isinstance(component, ScalarDistribution):
        raise mistake(f"a mixture is of distributions over numbers, not {component.kind}")
    return component


def _empirical(parts: Parts, body: object) -> Empirical:
    if isinstance(body, Mapping) and "values" in body:
        given = arguments(body, ("values",))
        return Empirical(_under("values", lambda: numbers(parts, given["values"], "values")))
    given = arguments(body, ("file", "column", "unit", "sha256"), optional=("unit", "sha256"))
    return read_empirical(parts.folder, given, parts.measured)


def _vector(parts: Parts, raw: object) -> Vec3:
    if not isinstance(raw, list | tuple) or len(raw) != 3:
        raise mistake(f"expected [x, y, z], got {show(raw)}")
    x, y, z = each(enumerate(raw), parts.number)
    return (x, y, z)


def _on_sphere(parts: Parts, body: object) -> OnSphere:
    given = arguments(body, ("radius", "center"), optional=("radius", "center"))
    radius = _under("radius", lambda: parts.number(given.get("radius", 1.0)))
    return OnSphere(radius, _under("center", lambda: _vector(parts, given.get("center", [0.0, 0.0, 0.0]))))


def _in_region(parts: Parts, body: object) -> InBox | InDisc:
    keys = [str(key) for key in body] if isinstance(body, Mapping) else []
    of_disc = any(did_you_mean(key, ("center", "radius")) for key in keys)
    names = ("center", "radius") if of_disc else ("box_min", "box_max")
    given = arguments(body, names)
    if names[0] == "center":
        center = _under("center", lambda: _vector(parts, given["center"]))
        return InDisc(center, _under("radius", lambda: parts.number(given["radius"])))
    low = _under("box_min", lambda: _vector(parts, given["box_min"]))
    return InBox(low, _under("box_max", lambda: _vector(parts, given["box_max"])))


def _uniform_rotation(_: Parts, body: object) -> UniformRotation:
    if body:
        raise mistake(f"takes no parameters, got {show(body)}")
    return UniformRotation()


Form = Callable[[Parts, object], Distribution]
FORMS: dict[str, Form] = {
    "const": _const,
    "uniform": _of_numbers(Uniform, "low", "high"),
    "int_uniform": _int_uniform,
    "loguniform": _of_numbers(LogUniform, "low", "high"),
    "normal": _of_numbers(Normal, "mean", "std"),
    "truncnormal": _of_numbers(TruncNormal, "mean", "std", "low", "high"),
    "lognormal": _of_numbers(LogNormal, "median", "sigma", bare=("sigma",)),
    "choice": _choice,
    "discrete": _discrete,
    "histogram": _histogram,
    "mixture": _mixture,
    "empirical": _empirical,
    "on_sphere": _on_sphere,
    "in_region": _in_region,
    "uniform_rotation": _uniform_rotation,
}
