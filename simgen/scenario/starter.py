"""Templates: commented scenarios to begin with, and the schema that lets editors check them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from simgen.errors import UsageError, did_you_mean
from simgen.scenario.schema import schema_text

SCHEMA_NAME = "scenario.schema.json"
_FOLDER = Path(__file__).parent / "templates"
_NAME = re.compile(r"[A-Za-z0-9_\-]+")
_PLACEHOLDER = "NAME"


def template_names() -> tuple[str, ...]:
    """Return the templates that there are, sorted."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.yaml")))


def scenario_text(name: str, template: str) -> str:
    """Return the text of a new scenario.

    Args:
        name: of the scenario.
        template: one of `template_names`.

    Raises:
        UsageError: the name has letters that names cannot have, or there is no such template.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"'{name}' is no name for a scenario; use letters, digits, '_' and '-'")
    known = template_names()
    if template not in known:
        hint = did_you_mean(template, known)
        raise UsageError(f"no template '{template}';{hint} there are: {', '.join(known)}")
    return re.sub(rf"\b{_PLACEHOLDER}\b", name, (_FOLDER / f"{template}.yaml").read_text(encoding="utf-8"))


def write_scenario(path: Path, template: str) -> tuple[Path, ...]:
    """Write a new scenario, and beside it the schema that its first line names, and return what was written.

    A schema that is there already is left as it is.

    Raises:
        UsageError: there is a file already, the name cannot be one, or there is no such template or folder.
    """
    text = scenario_text(path.stem, template)
    schema = path.with_name(SCHEMA_NAME)
    texts = {path: text} if schema.exists() else {path: text, schema: schema_text()}
    _write_new(texts)
    return tuple(texts)


def _write_new(texts: Mapping[Path, str]) -> None:
    """Write files that are not there yet, all or none."""
    begun: list[Path] = []
    try:
        for path, text in texts.items():
            _write_one(path, text, begun)
    except UsageError:
        for half in begun:
            half.unlink(missing_ok=True)
        raise


def _write_one(path: Path, text: str, begun: list[Path]) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            begun.append(path)
            file.write(text)
    except FileExistsError as error:
        raise UsageError(f"{path} is there already; give another name, or remove it first") from error
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror}; give a folder that is there, with room and the right to write"
        ) from error
