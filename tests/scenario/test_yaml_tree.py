"""Reading YAML: places are kept, nothing but plain data is made, and size has bounds."""

from __future__ import annotations

import time

import pytest

from simgen.scenario.yaml_tree import MAX_DEPTH, MAX_NODES, Node, read_tree


def tree(text: str) -> Node:
    root, problems = read_tree(text, "x.yaml")
    assert problems == []
    assert root is not None
    return root


def problem(text: str) -> str:
    _, problems = read_tree(text, "x.yaml")
    assert len(problems) == 1
    return str(problems[0])


def test_places_are_kept() -> None:
    root = tree("a: 1\nb:\n  - x\n  - {c: [2, 3]}\n")
    b = root.child("b")
    assert b is not None
    inner = b.child(1)
    assert inner is not None
    assert (inner.mark.line, inner.mark.column) == (4, 5)
    assert (inner.keys["c"].line, inner.keys["c"].column) == (4, 6)
    assert root.plain() == {"a": 1, "b": ["x", {"c": [2, 3]}]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),  # YAML 1.2: only true and false are booleans
        ("on", "on"),
        ("true", True),
        ("~", None),
        ("012", 12),
        ("0o14", 12),
        ("12:30", "12:30"),
        ("2001-01-01", "2001-01-01"),
        ("1e3", 1000.0),
        ("'1'", "1"),
        ("! 1", "1"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    assert tree(f"a: {text}\n").plain() == {"a": value}


def test_aliases_stand_for_their_anchor() -> None:
    assert tree("a: &x {b: 1}\nc: *x\n").plain() == {"a": {"b": 1}, "c": {"b": 1}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "x.yaml:2:1 duplicate key 'a'; the first is on line 1: keep one"),
        (
            "a: !!python/object/apply:os.system ['true']\n",
            "x.yaml:1:4 tag 'tag:yaml.org,2002:python/object/apply:os.system' is not allowed; "
            "a scenario is plain data: remove it",
        ),
        (
            "a: !include /etc/passwd\n",
            "x.yaml:1:4 tag '!include' is not allowed; a scenario is plain data: remove it",
        ),
        ("a: [1, 2\nb: 3\n", "x.yaml:2:2 not YAML: while parsing a flow sequence expected ',' or ']'"),
        (
            "a: b: c\n",
            "x.yaml:1:5 not YAML: mapping values are not allowed here; a ': ' inside a text needs quotes",
        ),
        ("a:\n\t- 1\n", "x.yaml:2:1 not YAML:"),
        ("a: *x\n", "x.yaml:1:4 unknown alias '*x'; an anchor '&x' must come before it"),
        ("a: &x [*x]\n", "x.yaml:1:8 alias '*x' contains itself"),
        (
            "a: 1\n---\nb: 2\n",
            "x.yaml:3:1 more than one document in the file; keep one, without '---' between",
        ),
        ("? [1, 2]\n: 3\n", "x.yaml:1:3 a key must be a text or number"),
        ("true: 3\n", "x.yaml:1:1 a key must be a text or number"),
        ("<<: {a: 1}\n", "x.yaml:1:1 '<<' is not part of YAML 1.2; use extends: or include:"),
        ("a: \x07\n", "x.yaml:1:1 not YAML:"),
        (f"a: {'9' * 5000}\n", "x.yaml:1:4 '99999999999999999999...' is not a number that can be read"),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    assert problem(text).startswith(message)


def test_all_duplicates_are_told() -> None:
    _, problems = read_tree("a: 1\na: 2\nb: {c: 1, c: 2}\n", "x.yaml")
    assert [p.line for p in problems] == [2, 3]


def test_nesting_has_a_bound() -> None:
    assert tree("[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)) is not None
    assert (
        problem("[" * 5000 + "]" * 5000) == f"x.yaml:1:{MAX_DEPTH + 1} nested deeper than {MAX_DEPTH} levels"
    )
    assert tree("{a: " * (MAX_DEPTH - 1) + "1" + "}" * (MAX_DEPTH - 1)) is not None
    assert f"nested deeper than {MAX_DEPTH} levels" in problem("{a: " * MAX_DEPTH + "1" + "}" * MAX_DEPTH)


def test_alias_bomb_is_refused_before_it_is_expanded() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30))
    started = time.perf_counter()
    assert problem(bomb).startswith(f"x.yaml:5:5 more than {MAX_NODES} values after its aliases are expanded")
    assert time.perf_counter() - started < 5.0


def test_a_name_with_brackets_between_braces_is_told_to_need_quotes() -> None:
    _, problems = read_tree("mount: {on: shelf[0]}", "x.yaml")
    assert problems[0].message.endswith('needs quotes between braces, for example {on: "shelf[0]"}')
