"""Expressions: `${name}` references to params and small arithmetic, evaluated by `simpleeval`, never by `eval`.

Allowed: numbers, texts in quotes, `+ - * / // % **`, comparisons, `and or not`, `x if c else y`, `pi`, and
`min max abs round floor ceil sqrt sin cos`. Arithmetic is on finite real numbers only, so that no
expression can grow a text or an integer without bound.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from simgen.errors import SamplingError, did_you_mean
from simgen.scenario.mistakes import Mistakes, mistake, show

Scalar = float | str
MAX_LENGTH = 500  # characters; with the two bounds below it keeps an untrusted expression cheap: assumed
MAX_NODES = 120  # of the parsed tree
MAX_EXPONENT = 100.0  # larger powers are numbers too long to compute
MAX_SUGGESTED = 300  # names that a suggestion is looked for among

_REFERENCE = re.compile(r"\$\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}")
_PREFIX = "param__"  # keeps a param named like a Python keyword or a function from being read as one
_NAMES = {"pi": math.pi}


def _real(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"arithmetic needs numbers, got {show(value)}")
    return float(value)


def _numeric(function: Callable[..., float]) -> Callable[..., float]:
    def call(*values: object) -> float:
        return float(function(*(_real(value) for value in values)))

    return call


def _power(base: float, exponent: float) -> float:
    if abs(exponent) > MAX_EXPONENT:
        raise ValueError(f"exponent {exponent:g} is beyond {MAX_EXPONENT:g}")
    return math.pow(base, exponent)


def _negative(value: float) -> float:
    return -value


FUNCTIONS: dict[str, Callable[..., float]] = {
    "min": _numeric(min),
    "max": _numeric(max),
    "abs": _numeric(math.fabs),
    "round": _numeric(round),
    "floor": _numeric(math.floor),
    "ceil": _numeric(math.ceil),
    "sqrt": _numeric(math.sqrt),
    "sin": _numeric(math.sin),
    "cos": _numeric(math.cos),
}
_OPERATORS: dict[type[ast.AST], Callable[..., object]] = {
    ast.Add: _numeric(operator.add),
    ast.Sub: _numeric(operator.sub),
    ast.Mult: _numeric(operator.mul),
    ast.Div: _numeric(operator.truediv),
    ast.FloorDiv: _numeric(operator.floordiv),
    ast.Mod: _numeric(operator.mod),
    ast.Pow: _numeric(_power),
    ast.USub: _numeric(_negative),
    ast.UAdd: _numeric(_real),
    ast.Not: operator.not_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_NODES = (
    *(ast.Expr, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call, ast.Name, ast.Constant),
    *(ast.Load, ast.And, ast.Or, *_OPERATORS),
)


@dataclass(frozen=True)
class Limits:
    """The range a number must lie in.

    Attributes:
        minimum: lowest allowed value.
        maximum: highest allowed value.
        above: whether `minimum` itself is forbidden.
        below: whether `maximum` itself is forbidden.
        whole: only whole numbers.
    """

    minimum: float = -math.inf
    maximum: float = math.inf
    above: bool = False
    below: bool = False
    whole: bool = False

    def complaint(self, value: float) -> str | None:
        """Return what is wrong with a value, as `must be ...`, or None."""
        if not math.isfinite(value):
            return "must be finite"
        if self.whole and value != round(value):
            return "must be a whole number"
        outside = self.excludes_low(value, reached=True) or self.excludes_high(value, reached=True)
        return f"must be {self.words}" if outside else None

    def excludes_low(self, end: float, reached: bool) -> bool:
        """Return whether a lowest value is too low; `reached`: it can itself occur."""
        return end <= self.minimum if self.above and reached else end < self.minimum

    def excludes_high(self, end: float, reached: bool) -> bool:
        """Return whether a highest value is too high; `reached`: it can itself occur."""
        return end >= self.maximum if self.below and reached else end > self.maximum

    @property
    def words(self) -> str:
        """The range in words, for example `above 0 and at most 1`."""
        words: list[str] = []
        if self.minimum > -math.inf:
            words.append(f"{'above' if self.above else 'at least'} {self.minimum:g}")
        if self.maximum < math.inf:
            words.append(f"{'below' if self.below else 'at most'} {self.maximum:.6g}")
        return " and ".join(words) or "any number"


NO_LIMITS = Limits()


@dataclass(frozen=True)
class Expression:
    """A value computed from drawn params.

    Attributes:
        text: as written, for example `${width} * 2`.
        limits: range that the field asks of the result; checked when drawn.
        template: the text is not arithmetic: each `${name}` in it is replaced by the param's value.
    """

    text: str
    limits: Limits = NO_LIMITS
    template: bool = False

    def __post_init__(self) -> None:
        if not self.template:
            _parse(self.text)
        elif "${" in _REFERENCE.sub("", self.text):
            raise mistake(f"{show(self.text)}: inside a text only a plain name may stand in ${{...}}")

    def __str__(self) -> str:
        return self.text

    @property
    def references(self) -> tuple[str, ...]:
        """Names of the params it needs, in order of first use."""
        return references(self.text)

    def value(self, params: Mapping[str, Scalar]) -> Scalar:
        """Return the value under drawn params.

        Raises:
            SamplingError: division by zero and the like, or a result outside of `limits`.
        """
        if self.template:
            return _REFERENCE.sub(lambda match: _as_text(params[match[1]]), self.text)
        result = evaluate(self.text, params)
        if isinstance(result, bool):
            raise SamplingError(f"'{self.text}' gave {show(result)}, but a number or a text is needed")
        if not isinstance(result, str):
            complaint = self.limits.complaint(result)
            if complaint:
                raise SamplingError(
                    f"'{self.text}' gave {result:g}; it {complaint} ({_shown(self.text, params)})"
                )
        return result


def references(text: str) -> tuple[str, ...]:
    """Return the names in the `${name}` of a text, in order of first use."""
    return tuple(dict.fromkeys(_REFERENCE.findall(text)))


def check_condition(text: str) -> None:
    """Raise `Mistakes` unless a text is a well-formed expression."""
    _parse(text)


def holds(condition: str, params: Mapping[str, Scalar]) -> bool:
    """Return whether a condition such as `${width} > 2 * ${depth}` is true under drawn params.

    Raises:
        SamplingError: it cannot be evaluated, or is a number rather than a truth value.
    """
    result = evaluate(condition, params)
    if not isinstance(result, bool):
        raise SamplingError(
            f"'{condition}' gave {show(result)}; a condition must compare, for example '${{a}} < 2'"
        )
    return result


def evaluate(text: str, params: Mapping[str, Scalar]) -> bool | float | str:
    """Return what an expression gives under drawn params.

    Raises:
        Mistakes: the text is not a well-formed expression.
        SamplingError: it has no value under these params (division by zero, root of a negative number, ...).
    """
    import simpleeval  # here: a scenario without expressions starts without it

    node = _parse(text)
    names: dict[str, object] = dict(_NAMES)
    names.update({_PREFIX + name: params[name] for name in references(text) if name in params})
    evaluator = simpleeval.SimpleEval(operators=_OPERATORS, functions=FUNCTIONS, names=names)
    try:
        result = evaluator.eval(text, previously_parsed=node)
    except (ArithmeticError, ValueError, TypeError, simpleeval.InvalidExpression) as reason:
        raise SamplingError(f"'{text}' has no value: {_plainly(reason)} ({_shown(text, params)})") from reason
    if isinstance(result, bool | str):
        return result
    return float(cast("float", result))


def unknown_reference(name: str, params: Iterable[str]) -> str:
    """Return the message for a reference to a param that does not exist."""
    known = sorted(params)[:MAX_SUGGESTED]
    listed = f"params are {', '.join(known)}" if known else "the scenario has no params"
    return f"unknown param '${{{name}}}'; {listed};{did_you_mean(name, known)}".rstrip(";")


@lru_cache(maxsize=4096)
def _parse(text: str) -> ast.Expr:
    if len(text) > MAX_LENGTH:
        raise mistake(
            f"expression of {len(text)} characters; at most {MAX_LENGTH} are allowed: use several params"
        )
    source = _REFERENCE.sub(lambda match: f" {_PREFIX}{match[1]} ", text)
    if "${" in source or _PREFIX in text:
        raise mistake(
            f"{show(text)}: write a reference as ${{name}}, with a name of letters, digits and underscores"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(source.strip(), mode="exec").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as reason:
        raise mistake(f"{show(text)} is not an expression; allowed are {_allowed()}") from reason
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        raise mistake(f"{show(text)} is not one expression; allowed are {_allowed()}")
    _check_nodes(body[0], text)
    return body[0]


def _check_nodes(tree: ast.Expr, text: str) -> None:
    nodes = list(ast.walk(tree))
    if len(nodes) > MAX_NODES:
        raise mistake(
            f"{show(text)} has too many parts ({len(nodes)}, at most {MAX_NODES}): use several params"
        )
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    for node in nodes:
        if not isinstance(node, _NODES):
            raise mistake(f"{show(text)}: {type(node).__name__} is not allowed; allowed are {_allowed()}")
        if isinstance(node, ast.Call):
            _check_call(node, text)
        if isinstance(node, ast.Constant) and not isinstance(node.value, int | float | str):
            raise mistake(f"{show(text)}: {node.value!r} is not allowed; allowed are {_allowed()}")
        if isinstance(node, ast.Name) and id(node) not in called and not node.id.startswith(_PREFIX):
            _check_name(node.id, text)


def _check_call(node: ast.Call, text: str) -> None:
    name = node.func.id if isinstance(node.func, ast.Name) else None
    if name not in FUNCTIONS:
        hint = did_you_mean(name or "", FUNCTIONS)
        raise mistake(
            f"{show(text)}: unknown function '{name}'; allowed are {', '.join(FUNCTIONS)};{hint}".rstrip(";")
        )
    if node.keywords or not node.args:
        raise mistake(f"{show(text)}: {name}() takes one or more plain values")


def _check_name(name: str, text: str) -> None:
    if name not in _NAMES:
        raise mistake(
            f"{show(text)}: unknown word '{name}'; a param is written ${{{name}}}, a text in quotes"
        )


def _allowed() -> str:
    return (
        f"${{name}}, numbers, + - * / // % **, comparisons, and, or, not, if-else, pi, {', '.join(FUNCTIONS)}"
    )


def _as_text(value: Scalar) -> str:
    if isinstance(value, str):
        return value
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _shown(text: str, params: Mapping[str, Scalar]) -> str:
    return ", ".join(f"{name} = {show(params.get(name))}" for name in references(text)) or "no params"


def _plainly(reason: Exception) -> str:
    return "division by zero" if isinstance(reason, ZeroDivisionError) else str(reason).rstrip(".")


__all__ = [
    "FUNCTIONS",
    "NO_LIMITS",
    "Expression",
    "Limits",
    "Mistakes",
    "Scalar",
    "check_condition",
    "evaluate",
    "holds",
    "references",
    "unknown_reference",
]
