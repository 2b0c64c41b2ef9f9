"""The comments that stand beside the fields of the scenario's models: an editor shows them as hover texts.

So a field is explained in one place, where it is declared. They are read from the source when the schema is made, and
at no other time.
"""

from __future__ import annotations

import ast
import inspect
import io
import tokenize
from functools import lru_cache

from pydantic import BaseModel


def comments_of(model: type[BaseModel]) -> dict[str, str]:
    """Return what is said of the fields of a model and its bases, by the names that files have; not of all."""
    said: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            said |= _of_module(inspect.getsourcefile(base) or "").get(base.__name__, {})
    return {field.alias or name: said[name] for name, field in model.model_fields.items() if name in said}


@lru_cache(maxsize=64)
def _of_module(file: str) -> dict[str, dict[str, str]]:
    """Return class name -> field name -> comment; nothing where there is no source."""
    try:
        with open(file, encoding="utf-8") as stream:  # noqa: PTH123 (an empty name is no file)
            source = stream.read()
    except OSError:
        return {}
    comments, alone = _comments(source)
    classes = (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    return {node.name: dict(_fields(node, comments, alone)) for node in classes}


def _fields(node: ast.ClassDef, comments: dict[int, str], alone: frozenset[int]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for field in node.body:
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            said = _said_of(field, comments, alone)
            if said:
                found.append((field.target.id, said))
    return found


def _said_of(field: ast.AnnAssign, comments: dict[int, str], alone: frozenset[int]) -> str:
    """Return the comments on a field's own lines, else those that stand alone on the lines above."""
    beside = [comments[line] for line in range(field.lineno, (field.end_lineno or 0) + 1) if line in comments]
    above: list[str] = []
    line = field.lineno - 1
    while line in alone and not beside:
        above.insert(0, comments[line])
        line -= 1
    return " ".join(beside or above)


def _comments(source: str) -> tuple[dict[int, str], frozenset[int]]:
    """Return comments by line, but for what tools are told; and the lines that hold nothing else."""
    comments: dict[int, str] = {}
    alone: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        text = token.string.lstrip("# ")
        if token.type == tokenize.COMMENT and not text.startswith(("noqa", "pyright", "type:")):
            comments[token.start[0]] = text
            if not token.line[: token.start[1]].strip():
                alone.add(token.start[0])
    return comments, frozenset(alone)
