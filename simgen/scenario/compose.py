"""Several files to one tree: `extends`, `include` and `--set`.

`extends: base.yaml` starts from another file of the same folder; `include: [lights.yaml, ...]` lays others over
it, in order; the file itself comes last. The files named may not extend or include others. Mappings merge key by key;
anything else replaces what was there. Replaced as a whole, because parts of two would not fit, are distributions,
`place`, `asset`, `behaviour`, `trigger`, `onset`, `end`, `mode`, and a `world` of another `kind`. `null` removes a key.

`--set objects.clutter.count=3` replaces one value after that; list items are `constraints[0]`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from simgen.errors import Problem, did_you_mean
from simgen.scenario.empirical import confined
from simgen.scenario.forms import FORMS
from simgen.scenario.mistakes import Mistakes, show
from simgen.scenario.yaml_tree import MAX_BYTES, MAX_NODES, Key, Mark, Node, read_tree

NAMED = (  # mappings whose keys the user chooses
    *("actors", "events", "faults", "lights", "objects"),
    *("panels", "params", "paths", "sensors", "suns"),
)
_WHOLE = ("place", "asset", "behaviour", "trigger", "onset", "end", "mode")
PARTS = ("extends", "include")


def read_file(path: Path, file: str) -> tuple[Node | None, list[Problem]]:
    """Return the tree of one file and its problems; reads at most `MAX_BYTES`.

    Args:
        path: what to open.
        file: its name in messages.
    """
    if not path.is_file():
        return None, [Problem("", f"{file}: {'not a file' if path.exists() else 'no such file'}")]
    with path.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        return None, [Problem("", f"larger than {MAX_BYTES} bytes; a scenario is a short text", file, 1, 1)]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        line = content.count(b"\n", 0, reason.start) + 1
        return None, [Problem("", f"not UTF-8 text (byte {reason.start})", file, line, 1)]
    return read_mapping(text, file)


def read_mapping(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """Return the tree of a text whose outermost value must be a mapping."""
    root, problems = read_tree(text, file)
    if root is None and not problems:
        problems = [Problem("", 'empty; a scenario starts with simgen: "1"', file, 1, 1)]
    if root is not None and not isinstance(root.value, dict):
        problems.append(
            Problem("", 'expected a mapping that starts with simgen: "1"', file, root.mark.line, 1)
        )
        return None, problems
    return root, problems


def resolve_parts(root: Node, folder: Path | None) -> tuple[Node, list[Problem]]:
    """Return the tree with `extends` and `include` laid below it, and what was wrong with them."""
    problems: list[Problem] = []
    layers: list[Node] = []
    for key in PARTS:
        for name in _part_names(root, key, problems):
            layer = _read_part(name, key, folder, problems)
            if layer is not None:
                layers.append(layer)
    own = _without(root, PARTS)
    for layer in [*layers[1:], own] if layers else []:
        layers[0] = merge(layers[0], layer)
    result = layers[0] if layers else own
    if result.size > MAX_NODES:
        problems.append(Problem("", f"more than {MAX_NODES} values with its parts", root.mark.file, 1, 1))
    return result, problems


def _part_names(root: Node, key: str, problems: list[Problem]) -> list[Node]:
    given = root.child(key)
    if given is None:
        return []
    nodes = given.value if isinstance(given.value, list) and key == "include" else [given]
    wrong = [node for node in nodes if not isinstance(node.value, str)]
    problems.extend(_at(node.mark, key, f"expected a file name, got {show(node.plain())}") for node in wrong)
    return [node for node in nodes if isinstance(node.value, str)]


def _read_part(name: Node, key: str, folder: Path | None, problems: list[Problem]) -> Node | None:
    """Return the tree of a file that is included, None where it cannot be read; what is wrong joins `problems`."""
    relative = str(name.value)
    if folder is None:
        problems.append(_at(name.mark, key, "only a scenario loaded from a file can name other files"))
        return None
    try:
        path = confined(folder, relative)
    except Mistakes as wrong:
        problems.append(_at(name.mark, key, str(wrong)))
        return None
    file = str(Path(name.mark.file).parent / relative)
    part, found = read_file(path, file)
    problems.extend(found)
    if part is None:
        return None
    for nested in PARTS:
        if part.child(nested) is not None:
            message = f"'{relative}' itself has {nested}; only one level is allowed"
            problems.append(_at(name.mark, key, message))
    return _without(part, PARTS)


def merge(below: Node, above: Node, key: Key = "") -> Node:
    """Return `above` laid over `below`; see the module's text for the rules."""
    if not isinstance(below.value, dict) or not isinstance(above.value, dict):
        return above
    if key in _WHOLE or _is_distribution(below) or _is_distribution(above) or _other_kind(below, above):
        return above
    entries, keys = dict(below.value), dict(below.keys)
    for name, node in above.value.items():
        keys[name] = above.keys[name]
        if node.value is None:
            entries.pop(name, None)
        else:
            entries[name] = merge(entries[name], node, name) if name in entries else node
    return Node(entries, above.mark, keys, 1 + sum(node.size for node in entries.values()))


def _is_distribution(node: Node) -> bool:
    return isinstance(node.value, dict) and len(node.value) == 1 and next(iter(node.value)) in (*FORMS, "hsv")


def _other_kind(below: Node, above: Node) -> bool:
    kinds = (below.child("kind"), above.child("kind"))
    return kinds[0] is not None and kinds[1] is not None and kinds[0].value != kinds[1].value


def _without(node: Node, names: Sequence[str]) -> Node:
    entries = {key: child for key, child in _entries(node).items() if key not in names}
    return Node(entries, node.mark, node.keys, node.size)


def _entries(node: Node) -> dict[Key, Node]:
    return node.value if isinstance(node.value, dict) else {}


def apply_overrides(root: Node, overrides: Sequence[str]) -> tuple[Node, list[Problem]]:
    """Return the tree with every `a.b.c=value` applied, and what was wrong with them."""
    problems: list[Problem] = []
    for override in overrides:
        path, equals, text = override.partition("=")
        steps = _steps(path.strip())
        if not equals or not steps:
            problems.append(Problem("", f"--set {override}: write it as a.b.c=value"))
            continue
        value, found = read_tree(text, f"--set {override}")
        if found:
            problems.append(Problem(path, f"--set {override}: {found[0].message}"))
            continue
        mark = Mark(f"--set {override}")
        try:
            root = _replaced(root, steps, _marked(value or Node(None, mark), mark), mark, ())
        except Mistakes as wrong:
            problems.append(Problem(path, f"--set {override}: {wrong}"))
    return root, problems


def _steps(path: str) -> tuple[str | int, ...]:
    """Return `objects.clutter.ids[2]` as steps; empty if it is not of that form."""
    if not re.fullmatch(r"[^.\[\]=]+(\[\d+\]|\.[^.\[\]=]+)*", path):
        return ()
    parts = re.findall(r"[^.\[\]]+|\[\d+\]", path)
    return tuple(int(part[1:-1]) if part.startswith("[") else part for part in parts)


def _marked(node: Node, mark: Mark) -> Node:
    """Return the tree with every place being the option itself."""
    if isinstance(node.value, dict):
        children = {key: _marked(child, mark) for key, child in node.value.items()}
        return Node(children, mark, dict.fromkeys(children, mark), node.size)
    if isinstance(node.value, list):
        return Node([_marked(child, mark) for child in node.value], mark, {}, node.size)
    return Node(node.value, mark)


def _replaced(
    node: Node, steps: tuple[str | int, ...], value: Node, mark: Mark, above: tuple[str | int, ...]
) -> Node:
    """Return a copy of `node` in which the place that `steps` leads to is `value`."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(step, int):
        return _replaced_item(node, step, rest, value, mark, above)
    entries = dict(_entries(node))
    if not isinstance(node.value, dict) or (
        above and above[0] in NAMED and len(above) == 1 and step not in entries
    ):
        known = [str(key) for key in entries]
        place = ".".join(str(part) for part in above)
        raise Mistakes(
            (
                (),
                f"there is no '{step}' in {place};{did_you_mean(str(step), known)} it has: {', '.join(known)}",
            )
        )
    child = entries.get(step, Node({}, mark))
    entries[step] = _replaced(child, rest, value, mark, (*above, step))
    return replace(node, value=entries, keys={**node.keys, step: mark})


def _replaced_item(
    node: Node, index: int, rest: tuple[str | int, ...], value: Node, mark: Mark, above: tuple[str | int, ...]
) -> Node:
    place = ".".join(str(part) for part in above)
    if not isinstance(node.value, list) or index >= len(node.value):
        size = f"{len(node.value)} items" if isinstance(node.value, list) else "no list"
        raise Mistakes(((), f"there is no item [{index}] in {place}; it has {size}"))
    items = list(node.value)
    items[index] = _replaced(items[index], rest, value, mark, (*above, index))
    return replace(node, value=items)


def _at(mark: Mark, place: str, message: str) -> Problem:
    return Problem(place, message, mark.file, mark.line, mark.column)
