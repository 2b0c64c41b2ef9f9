"""A typo of one letter in any key of any scene is told with file, line and the key that was meant.

Names that the user chooses (params, objects, sensors, suns, parameters of a procedural model, values of
`discrete`) are no keys of the language: a typo in one of them must fail wherever the name is referred to.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from simgen import resources
from simgen.errors import Problem, ScenarioError
from simgen.scenario import load, load_text
from simgen.scenario.compose import NAMED
from simgen.scenario.load import load_node
from simgen.scenario.messages import place_of
from simgen.scenario.mistakes import Location
from simgen.scenario.yaml_tree import Key, Mark, Node, read_tree
from tests.scenario.conftest import EVERY_EVENT, EVERY_VALUE

SCENES = [EVERY_VALUE, EVERY_EVENT, *sorted(resources.shipped("scenes").glob("*.yaml"))]
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
    parameter = len(location) > 2 and location[-2] == "params"
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


def renamed(node: Node, location: Location, new: str) -> Node:
    """Return the tree with one key spelled differently, at the same place of the file."""
    step, rest = location[0], location[1:]
    if isinstance(node.value, list):
        items = [renamed(child, rest, new) if n == step else child for n, child in enumerate(node.value)]
        return replace(node, value=items)
    assert isinstance(node.value, dict)
    children: dict[Key, Node] = {}
    marks: dict[Key, Mark] = {}
    for key, child in node.value.items():
        here = str(key) == step
        name = new if here and not rest else key
        children[name] = renamed(child, rest, new) if here and rest else child
        marks[name] = node.keys[key]
    return replace(node, value=children, keys=marks)


def replaced(text: str, mark: Mark, old: str, new: str) -> str:
    """Return the text with the key at a mark replaced."""
    lines = text.splitlines(keepends=True)
    line = lines[mark.line - 1]
    assert line[mark.column - 1 :].startswith(old)
    lines[mark.line - 1] = line[: mark.column - 1] + new + line[mark.column - 1 + len(old) :]
    return "".join(lines)


def tree_of(path: Path) -> Node:
    root, problems = read_tree(path.read_text(), path.name)
    assert root is not None
    assert problems == []
    return root


def told(root: Node, folder: Path) -> list[Problem]:
    """Return the problems of a tree."""
    with pytest.raises(ScenarioError) as caught:
        load_node(root, [], folder)
    return list(caught.value.problems)


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_scene_loads(path: Path) -> None:
    assert load(path).name


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_typo_in_any_key_is_told_with_the_key_that_was_meant(path: Path) -> None:
    root = tree_of(path)
    tried = 0
    for location, mark in keys(root):
        key = str(location[-1])
        if is_chosen(location):
            continue
        tried += 1
        wrong = mistyped(key, zlib.crc32(f"{path.stem}:{place_of(location)}".encode()))
        problems = told(renamed(root, location, wrong), path.parent)
        there = [p for p in problems if p.line == mark.line]
        assert there, f"{place_of(location)} -> {wrong}: no problem on line {mark.line}: {problems}"
        if len(key) >= 3:
            assert any(f"did you mean '{key}'?" in p.message for p in there), (
                f"{place_of(location)} -> {wrong}: {there}"
            )
    assert tried > 10


@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_typo_in_a_chosen_name_fails_at_its_references(path: Path) -> None:
    root = tree_of(path)
    for location, _ in keys(root):
        name = str(location[-1])
        if len(location) != 2 or location[0] not in NAMED:
            continue
        uses = reference_lines(root, str(location[0]), name)
        if not uses:
            continue
        problems = told(renamed(root, location, mistyped(name, 1)), path.parent)
        assert {p.line for p in problems} == uses, f"{place_of(location)}: {problems}"


BODY_KEYS = (
    *(
        "target",
        "facing",
        "look_at",
        "clearance",
        "non_overlap",
        "in_region",
        "object",
        "on",
        "of",
        "from",
        "to",
    ),
    *("with", "actor", "attached_to", "lead", "center", "point", "meet", "toward"),
)
REFERENCE_KEYS = {  # under which keys a name of each section is referred to
    "objects": BODY_KEYS,
    "actors": BODY_KEYS,
    "sensors": ("visible_from", "sensor"),
    "events": ("event", "name", "counterfactual"),
    "lights": ("name",),
    "panels": ("name",),
    "suns": ("name",),
    "paths": ("path", "to"),
}


def reference_lines(root: Node, section: str, name: str) -> set[int]:
    """Return the lines on which a chosen name is referred to."""
    lines: set[int] = set()
    for location, node in scalars(root):
        if not isinstance(node.value, str):
            continue
        key = next((str(step) for step in reversed(location) if isinstance(step, str)), "")
        by_name = key in REFERENCE_KEYS.get(section, ()) and node.value.split("[")[0] == name
        if by_name or (section == "params" and f"${{{name}}}" in node.value):
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


def test_typo_in_the_text_itself_is_told_at_its_line_and_column() -> None:
    text, root = EVERY_VALUE.read_text(), tree_of(EVERY_VALUE)
    [(_, mark)] = [(location, mark) for location, mark in keys(root) if location == ("capture", "frames")]
    with pytest.raises(ScenarioError) as caught:
        load_text(replaced(text, mark, "frames", "fraems"), folder=EVERY_VALUE.parent, file="scenes/x.yaml")
    assert str(caught.value).startswith(
        f"scenes/x.yaml:{mark.line}:{mark.column} capture.fraems: unknown key 'fraems'; did you mean 'frames'?"
    )


def test_every_typo_is_one_letter_away() -> None:
    for choice in range(64):
        wrong = mistyped("region", choice)
        assert wrong != "region"
        assert abs(len(wrong) - 6) <= 1
