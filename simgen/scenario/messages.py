"""From validation errors to problems that a user can act on: place, what is wrong, what is allowed, what to try."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin

from pydantic import BaseModel, Tag
from pydantic_core import ErrorDetails

from simgen.errors import Problem, did_you_mean
from simgen.scenario.branches import keys_of
from simgen.scenario.compose import NAMED, PARTS
from simgen.scenario.mistakes import Location, show
from simgen.scenario.spec import Scenario
from simgen.scenario.yaml_tree import Mark, Node

_WANTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


def place_of(location: Location) -> str:
    """Return a location as users read it, for example `objects.clutter.ids[2]`."""
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def without_tags(location: Sequence[str | int]) -> Location:
    """Return a location without the names of forms (`<box>`) and of keys (`[key]`)."""
    return tuple(
        step for step in location if not (isinstance(step, str) and step[:1] in "<[" and step[-1:] in ">]")
    )


def mark_of(root: Node | None, location: Location, key: bool = False) -> Mark:
    """Return where a location stands in a file, or the nearest place above it that does.

    Args:
        root: tree of the file; None for a scenario built in Python.
        location: steps from the root.
        key: the mark of the key rather than of the value; a block that starts below its key is marked there too.
    """
    if root is None:
        return Mark("")
    node, mark = root, root.mark
    for number, step in enumerate(location, start=1):
        child = node.child(step)
        if child is None:
            break
        at_key = node.keys.get(step, child.mark)
        below = isinstance(child.value, dict | list) and child.mark.line != at_key.line
        mark = at_key if below or (key and number == len(location)) else child.mark
        node = child
    return mark


def problem_at(root: Node | None, location: Location, message: str, key: bool = False) -> Problem:
    """Return a problem with the file, line and column of its location."""
    mark = mark_of(root, location, key)
    if mark.file.startswith("--set"):
        return Problem(place_of(location), f"{message} ({mark.file})")
    return Problem(place_of(location), message, mark.file, mark.line, mark.column)


def explain(errors: Iterable[ErrorDetails], root: Node | None) -> list[tuple[Location, Problem]]:
    """Return validation errors as problems, each with its location; follow-up errors of a typo are left out."""
    details = list(errors)
    renamed = {suggested for error in details if (suggested := suggestion(error, details)) is not None}
    found: list[tuple[Location, Problem]] = []
    for error in details:
        if error["type"] == "missing" and without_tags(error["loc"]) in renamed:
            continue
        location = without_tags(error["loc"])
        of_key = error["loc"][-1:] == ("[key]",)
        message = _message(error, details)
        problem = problem_at(
            root, location, message, key=of_key or message.startswith(("unknown key", "unknown distr"))
        )
        found.append((location, replace(problem, place=_key_place(location)) if of_key else problem))
    return found


def _key_place(location: Location) -> str:
    return f"{place_of(location[:-1])}.{location[-1]}"


def suggestion(error: ErrorDetails, errors: Iterable[ErrorDetails]) -> Location | None:
    """Return the location that an unknown key was probably meant for, or None."""
    if error["type"] != "extra_forbidden":
        return None
    known, missing = _keys_around(error, errors)
    key = str(error["loc"][-1])
    for candidates in (missing, known):
        hint = did_you_mean(key, candidates)
        if hint:
            return (*without_tags(error["loc"])[:-1], hint.split("'")[1])
    return None


def _keys_around(error: ErrorDetails, errors: Iterable[ErrorDetails]) -> tuple[list[str], list[str]]:
    """Return the keys that are allowed where an unknown key stands, and those of them that are required and lack."""
    parent = error["loc"][:-1]
    model = model_at(parent)
    known = keys_of(model) if model else ["kind"]  # the one key that must come before a form is known
    known = [*known, *PARTS] if model is Scenario else known
    missing = [str(e["loc"][-1]) for e in errors if e["type"] == "missing" and e["loc"][:-1] == parent]
    return known, missing


def _message(error: ErrorDetails, errors: list[ErrorDetails]) -> str:
    kind, given = error["type"], error["input"]
    if error["loc"][-1:] == ("[key]",):
        return f"a key must be a text, got {show(given)}; put it in quotes"
    if kind == "extra_forbidden":
        return _unknown_key(error, errors)
    if kind in _WANTED:
        return f"expected {_WANTED[kind]}, got {show(given)}{_hint(error)}"
    if kind in _WORDED:
        return _WORDED[kind](given, error.get("ctx", {}))
    return f"{error['msg'].replace('Input should be', 'must be')}, got {show(given)}"


def _hint(error: ErrorDetails) -> str:
    """Return what to write where the name of a model made by code is to be drawn; mostly nothing."""
    if error["loc"][-1:] == ("procedural",) and isinstance(error["input"], dict):
        return "; for one of several models write asset: {choice: [procedural/bolt, procedural/nut]}"
    return ""


_WORDED: dict[str, Callable[[object, Mapping[str, Any]], str]] = {
    "value": lambda _, context: str(context["message"]),
    "missing": lambda _given, _context: "is required but missing",
    "literal_error": lambda given, context: _unknown_word(given, str(context["expected"])),
    "string_pattern_mismatch": lambda given, _: f"{show(given)} may have letters, digits, '_' and '-' only",
}


def _unknown_key(error: ErrorDetails, errors: list[ErrorDetails]) -> str:
    known, _ = _keys_around(error, errors)
    meant = suggestion(error, errors)
    hint = f" did you mean '{meant[-1]}'?" if meant else ""
    return f"unknown key '{error['loc'][-1]}';{hint} allowed here: {', '.join(known)}"


def _unknown_word(given: object, expected: str) -> str:
    words = expected.split("'")[1::2]
    if len(words) == 1:
        return f"must be {words[0]}, got {show(given)}"
    listed = ", ".join(words)
    return f"{show(given)} is not one of {listed};{did_you_mean(str(given), words)}".rstrip(";")


def model_at(location: Sequence[str | int]) -> type[BaseModel] | None:
    """Return the model that stands at a location with form tags, or None where there is none."""
    annotation: Any = Scenario
    for step in location:
        annotation = _below(annotation, step)
    annotation = _bare(annotation)
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _below(annotation: Any, step: str | int) -> Any:
    annotation = _bare(annotation)
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        tagged = [arg for arg in inner if Tag(str(step)) in _tags(arg)]
        return tagged[0] if tagged else None
    if origin is dict:
        return inner[1]
    if origin is list:
        return inner[0]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields
        named = {field.alias or name: field.annotation for name, field in fields.items()}
        return named.get(str(step))
    return None


def _tags(annotation: Any) -> list[Any]:
    return list(get_args(annotation)[1:]) if get_origin(annotation) is Annotated else []


def _bare(annotation: Any) -> Any:
    """Return the annotation without `Annotated` and without an alternative of None."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, UnionType):
        parts = [arg for arg in get_args(annotation) if arg is not type(None)]
        if len(parts) == 1:
            return _bare(parts[0])
    return annotation


def declared_names(data: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return the names that a scenario gives to its objects, params, sensors and suns, right or wrong."""
    named = {section: data.get(section) for section in NAMED}
    return {
        section: {str(name) for name in cast("dict[object, object]", names)}
        if isinstance(names, dict)
        else set()
        for section, names in named.items()
    }
