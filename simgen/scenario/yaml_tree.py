"""YAML text to a tree that remembers where everything stands, within bounds and without ever making objects.

Built from the parser's events: only mappings, lists, texts, numbers, booleans and null exist, tags are refused,
duplicate keys are found, and the size after alias expansion is known before anything is expanded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from simgen.errors import Problem

MAX_BYTES = 2**20  # of a file; assumed: larger ones are no scenario
MAX_DEPTH = 40  # of nesting; assumed
MAX_NODES = 50_000  # after alias expansion

Key = str | int | float


@dataclass(frozen=True)
class Mark:
    """Where something stands; line and column are 1-based, 0 where there is none."""

    file: str
    line: int = 0
    column: int = 0


@dataclass(eq=False)
class Node:
    """A value and where it stands.

    Attributes:
        value: a scalar, or the child nodes as a list or by key.
        mark: start of the value.
        keys: where each key of a mapping stands.
        size: number of nodes in it, itself included, aliases expanded.
        open: it is still being read; an alias to it would be a circle.
    """

    value: dict[Key, Node] | list[Node] | str | float | int | bool | None
    mark: Mark
    keys: dict[Key, Mark] = field(default_factory=dict)
    size: int = 1
    open: bool = False

    def child(self, step: str | int) -> Node | None:
        """Return the node one step below, or None."""
        if isinstance(self.value, dict):
            return self.value.get(step)
        if isinstance(self.value, list) and isinstance(step, int) and 0 <= step < len(self.value):
            return self.value[step]
        return None

    def plain(self) -> Any:
        """Return plain dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


class TooMuch(Exception):
    """Reading stops: the text is not YAML or beyond a bound; carries the one problem to report."""

    def __init__(self, message: str, mark: Mark) -> None:
        self.problem = Problem("", message, mark.file, mark.line, mark.column)
        super().__init__(message)


def read_tree(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """Return the tree of a YAML 1.2 text and what is wrong with it.

    Args:
        text: one document.
        file: name for marks and messages.

    Returns:
        The root (None if the text cannot be read at all) and all problems.
    """
    from ruamel.yaml import YAML  # here: a scenario built in Python starts without it
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    yaml = YAML(typ="safe", pure=True)
    try:
        builder = _Builder(yaml, iter(cast("Iterator[Any]", yaml.parse(text))), file)
        return builder.document(), builder.problems
    except TooMuch as reason:
        return None, [reason.problem]
    except MarkedYAMLError as reason:
        place = reason.problem_mark or reason.context_mark
        line, column = (place.line + 1, place.column + 1) if place else (1, 1)
        return None, [Problem("", _syntax_message(reason), file, line, column)]
    except YAMLError as reason:
        return None, [Problem("", f"not YAML: {' '.join(str(reason).split())[:200]}", file, 1, 1)]


def _syntax_message(reason: Any) -> str:
    """Return the parser's reason, and what mostly causes it."""
    problem = str(reason.problem or "unreadable")
    hint = ""
    if "\\t" in problem:
        hint = "; indent with spaces, not tabs"
    elif "mapping values are not allowed" in problem:
        hint = "; a ': ' inside a text needs quotes around the text, or the indentation is off"
    elif "expected <block end>" in problem:
        hint = "; the indentation is off"
    elif "expected ',' or '}', but got '['" in problem:
        hint = '; a name with brackets needs quotes between braces, for example {on: "shelf[0]"}'
    context = f" {reason.context}" if reason.context else ""
    return f"not YAML:{context} {problem}{hint}".replace("  ", " ")


class _Builder:
    """Makes nodes from events."""

    def __init__(self, yaml: Any, events: Iterator[Any], file: str) -> None:
        self.problems: list[Problem] = []
        self._yaml = yaml
        self._events = events
        self._file = file
        self._anchors: dict[str, Node] = {}

    def document(self) -> Node | None:
        """Return the one document of a file, None where it is empty."""
        root: Node | None = None
        for event in self._events:
            name = type(event).__name__
            if name.endswith(
                ("StreamStartEvent", "DocumentStartEvent", "DocumentEndEvent", "StreamEndEvent")
            ):
                continue
            if root is not None:
                raise TooMuch(
                    "more than one document in the file; keep one, without '---' between", self._mark(event)
                )
            root = self._node(event, depth=1)
        return root

    def _node(self, event: Any, depth: int) -> Node:
        """Return what begins with an event, within the bounds on depth and size."""
        if depth > MAX_DEPTH:
            raise TooMuch(f"nested deeper than {MAX_DEPTH} levels", self._mark(event))
        kind = type(event).__name__
        if kind == "AliasEvent":
            return self._alias(event)
        node = Node(None, self._mark(event), open=True)
        if event.anchor is not None:
            self._anchors[str(event.anchor)] = node
        fill = {
            "ScalarEvent": self._scalar,
            "SequenceStartEvent": self._list,
            "MappingStartEvent": self._mapping,
        }
        fill[kind](event, node, depth)
        node.open = False
        if node.size > MAX_NODES:
            raise TooMuch(f"more than {MAX_NODES} values after its aliases are expanded", node.mark)
        return node

    def _alias(self, event: Any) -> Node:
        name = str(event.anchor)
        target = self._anchors.get(name)
        if target is None:
            raise TooMuch(
                f"unknown alias '*{name}'; an anchor '&{name}' must come before it", self._mark(event)
            )
        if target.open:
            raise TooMuch(f"alias '*{name}' contains itself", self._mark(event))
        return target

    def _list(self, event: Any, node: Node, depth: int) -> None:
        self._refuse_tag(event)
        items: list[Node] = []
        for inner in self._events:
            if type(inner).__name__ == "SequenceEndEvent":
                break
            items.append(self._node(inner, depth + 1))
        node.value, node.size = items, 1 + sum(item.size for item in items)

    def _mapping(self, event: Any, node: Node, depth: int) -> None:
        """Fill a node with keys and values; of a key that is there twice the first is kept, and told."""
        self._refuse_tag(event)
        entries: dict[Key, Node] = {}
        for inner in self._events:
            if type(inner).__name__ == "MappingEndEvent":
                break
            key_node = self._node(inner, depth + 1)
            value = self._node(next(self._events), depth + 1)
            key = self._key(key_node)
            if key in entries:
                first = node.keys[key].line
                self._complain(
                    f"duplicate key '{key}'; the first is on line {first}: keep one", key_node.mark
                )
            else:
                entries[key], node.keys[key] = value, key_node.mark
        node.value, node.size = entries, 1 + sum(value.size for value in entries.values())

    def _key(self, node: Node) -> Key:
        if isinstance(node.value, str | int | float) and not isinstance(node.value, bool):
            if node.value == "<<":
                self._complain("'<<' is not part of YAML 1.2; use extends: or include:", node.mark)
            return node.value
        self._complain("a key must be a text or number", node.mark)
        return str(node.value) if isinstance(node.value, bool | None) else f"key on line {node.mark.line}"

    def _scalar(self, event: Any, node: Node, depth: int) -> None:
        self._refuse_tag(event)
        node.value = str(event.value)
        if event.style is not None or event.tag is not None:
            return
        node.value = self._plain_scalar(str(event.value), node.mark)

    def _plain_scalar(self, text: str, mark: Mark) -> str | float | int | bool | None:
        """Return a text without quotes as what YAML 1.2 takes it for."""
        from ruamel.yaml.nodes import ScalarNode

        tag = str(self._yaml.resolver.resolve(ScalarNode, text, (True, False)))
        kind = tag.rsplit(":", 1)[-1]
        if kind not in ("int", "float", "bool", "null"):
            return text
        node = ScalarNode(tag, text)
        try:
            return getattr(self._yaml.constructor, f"construct_yaml_{kind}")(node)
        except (ValueError, OverflowError):
            self._complain(f"'{text[:20]}...' is not a number that can be read", mark)
            return 0

    def _refuse_tag(self, event: Any) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) != "!":
            self._complain(
                f"tag '{tag}' is not allowed; a scenario is plain data: remove it", self._mark(event)
            )

    def _mark(self, event: Any) -> Mark:
        return Mark(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _complain(self, message: str, mark: Mark) -> None:
        self.problems.append(Problem("", message, mark.file, mark.line, mark.column))
