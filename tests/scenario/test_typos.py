"""A typo of one letter in any key of any scene is told with file, line and the key that was meant.

Names that the user chooses (params, objects, sensors, suns, parameters of a procedural model, values of
`discrete`) are no keys of the language: a typo in one of them must fail wherever the name is referred to.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from simgen import resources
from simgen.errors import ScenarioError
from simgen.scenario import load, load_text
from simgen.scenario.compose import NAMED
from simgen.scenario.faults import Location
from simgen.scenario.messages import place_of
from simgen.scenario.yaml_tree import Mark, Node, read_tree
from tests.scenario.conftest import EVERY_VALUE

SCENES = [EVERY_VALUE, *sorted(resources.shipped("scenes").glob("*.yaml"))]
KINDS_OF_TYPO = ("drop", "double", "swap", "replace")


def keys(node: Node, above: Location = ()) -> Iterator[tuple[Location, Mark]]:
    """Yield every key and where it stands."""
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            yield (*above, str(key)), node.keys[key]
            yield from keys(child, (*above, str(key)))
    elif isinstance(node.value, list):
        for index, child in enumerate(node.value):
            yield from keys(child, (*above, index))


def is_chosen(location: Location) -> bool:
    """Whether the user chooses the key."""
    chosen = len(location) == 2 and location[0] in NAMED
    parameter = len(location) == 5 and location[0] == "objects" and location[2:4] == ("asset", "params")
    return chosen or parameter or location[-2:-1] == ("discrete",)


def mistyped(key: str, choice: int) -> str:
    """Return the key with one letter wrong; never the key itself."""
    at = (choice // 4) % len(key)
    kind = KINDS_OF_TYPO[choice % 4]
    if kind == "drop" and len(key) > 3:
        return key[:at] + key[at + 1 :]
    if kind == "swap" and at + 1 < len(key) and key[at] != key[at + 1]:
        return key[:at] + key[at + 1] + key[at] + key[at + 2 :]
    if kind == "replace":
        return key[:at] + ("x" if key[at] != "x" else "y") + key[at + 1 :]
    return key[: at + 1] + key[at:]


def replaced(text: str, mark: Mark, old: str, new: str) -> str:
    """Return the text with the key at a mark replaced."""
    lines = text.splitlines(keepends=True)
    line = lines[mark.line - 1]
    start = mark.column - 1
    start += line[start] in "\"'"
    assert line[start : start + len(old)] == old
    lines[mark.line - 1] = line[:start] + new + line[start + len(old) :]
    return "".join(lines)


def tree_of(path: Path) -> tuple[str, Node]:
    text = path.read_text()
    root, problems = read_tree(text, str(path))
    assert root is not None
    assert problems == []
    return text, root


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_scene_loads(path: Path) -> None:
    assert load(path).name


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_typo_in_any_key_is_told_with_the_key_that_was_meant(path: Path) -> None:
    text, root = tree_of(path)
    tried = 0
    for location, mark in keys(root):
        key = str(location[-1])
        if is_chosen(location):
            continue
        tried += 1
        wrong = mistyped(key, zlib.crc32(f"{path.stem}:{place_of(location)}".encode()))
        with pytest.raises(ScenarioError) as caught:
            load_text(replaced(text, mark, key, wrong), folder=path.parent, file=path.name)
        there = [p for p in caught.value.problems if p.line == mark.line]
        assert there, f"{place_of(location)} -> {wrong}: no problem on line {mark.line}: {caught.value}"
        if len(key) >= 3:
            assert any(f"did you mean '{key}'?" in p.message for p in there), (
                f"{place_of(location)} -> {wrong}: {there}"
            )
    assert tried > 10


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_typo_in_a_chosen_name_fails_at_its_references(path: Path) -> None:
    text, root = tree_of(path)
    for location, mark in keys(root):
        name = str(location[-1])
        if len(location) != 2 or location[0] not in NAMED:
            continue
        uses = reference_lines(root, str(location[0]), name)
        if not uses:
            continue
        with pytest.raises(ScenarioError) as caught:
            load_text(replaced(text, mark, name, mistyped(name, 1)), folder=path.parent, file=path.name)
        assert {p.line for p in caught.value.problems} == uses, f"{place_of(location)}: {caught.value}"


def reference_lines(root: Node, section: str, name: str) -> set[int]:
    """Return the lines on which a chosen name is referred to."""
    lines: set[int] = set()
    for location, node in scalars(root):
        if not isinstance(node.value, str):
            continue
        key = next((str(step) for step in reversed(location) if isinstance(step, str)), "")
        refers_to_object = key in (
            "target",
            "facing",
            "look_at",
            "clearance",
            "non_overlap",
            "in_region",
            "object",
        )
        used = (
            (section == "params" and f"${{{name}}}" in node.value)
            or (section == "objects" and refers_to_object and node.value.split("[")[0] == name)
            or (section == "sensors" and key == "visible_from" and node.value == name)
        )
        if used:
            lines.add(node.mark.line)
    return lines


def scalars(node: Node, above: Location = ()) -> Iterator[tuple[Location, Node]]:
    """Yield every scalar and the way to it."""
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            yield from scalars(child, (*above, str(key)))
    elif isinstance(node.value, list):
        for index, child in enumerate(node.value):
            yield from scalars(child, (*above, index))
    else:
        yield above, node


def test_every_typo_is_one_letter_away() -> None:
    for choice in range(64):
        wrong = mistyped("region", choice)
        assert wrong != "region"
        assert abs(len(wrong) - 6) <= 1
