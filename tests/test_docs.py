"""What the pages say is there, and what is there is said."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer.main

import simgen
from simgen.cli import app
from simgen.errors import SimgenError

ROOT = Path(__file__).parents[1]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING"))]
CLI = (ROOT / "docs" / "cli.md").read_text()
PYTHON = (ROOT / "docs" / "python.md").read_text()


def commands(group: Any = None, path: str = "") -> dict[str, Any]:
    """Every command by its words, those of groups included."""
    found: dict[str, Any] = {}
    for name, command in (group or typer.main.get_command(app)).commands.items():
        words = f"{path}{name}"
        found |= commands(command, f"{words} ") if hasattr(command, "commands") else {words: command}
    return found


def section(words: str) -> str:
    """The part of the page under the heading of a command's first word."""
    return CLI.split(f"\n## {words.split(maxsplit=1)[0]}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("words", sorted(commands()))
def test_every_command_is_documented_with_all_its_options(words: str) -> None:
    text = section(words)
    assert f"    simgen {words}" in text
    for parameter in commands()[words].params:
        for option in (name for name in parameter.opts if name.startswith("--") and name != "--help"):
            assert re.search(rf"{re.escape(option)}\b", text), f"simgen {words} {option}"


def test_no_option_is_documented_that_is_not_there() -> None:
    known = {"--help", "--debug", "--version"}
    for command in commands().values():
        for parameter in command.params:
            known |= {*parameter.opts, *parameter.secondary_opts}
    assert set(re.findall(r"--[a-z][a-z-]*", CLI)) <= known


def test_documented_headings_are_commands() -> None:
    words = {name.split()[0] for name in commands()}
    assert set(re.findall(r"^## (\S+)$", CLI, re.MULTILINE)) == words


def test_documented_environment_variables_are_all_there_are() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "simgen").rglob("*.py"))
    used = set(re.findall(r"\"(SIMGEN_[A-Z_]+)\"", code)) | {"SIMGEN_PYTHON", "SIMGEN_VENV"}
    assert set(re.findall(r"`(SIMGEN_[A-Z_]+)`", CLI)) == used


@pytest.mark.parametrize("name", simgen.__all__)
def test_every_public_name_is_documented(name: str) -> None:
    assert re.search(rf"`{name}\b", PYTHON)


def test_every_kind_of_error_is_documented() -> None:
    kinds = {kind.__name__ for kind in SimgenError.__subclasses__()} - {"SceneRejected"}
    for kind in kinds:
        assert f"`{kind}`" in PYTHON


ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()


def test_every_module_and_package_has_its_line_in_the_architecture() -> None:
    inside = {path.name for path in (ROOT / "simgen").glob("*.py") if not path.name.startswith("__")}
    inside |= {f"{path.parent.name}/" for path in (ROOT / "simgen").glob("*/__init__.py")}
    table = "\n".join(line.split("|")[1] for line in ARCHITECTURE.splitlines() if line.startswith("| `"))
    assert inside - set(re.findall(r"`([a-z_]+(?:\.py|/))`", table)) == set()


def test_the_layers_of_the_architecture_are_those_that_are_checked() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contract = config["tool"]["importlinter"]["contracts"][0]
    assert "\n".join(contract["layers"]) in ARCHITECTURE


def examples() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PYTHON, re.DOTALL)


@pytest.mark.parametrize("example", examples(), ids=range(len(examples())))
def test_every_python_example_runs(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "docs/python.md", "exec"), {})  # noqa: S102 (our own page)
    assert capsys.readouterr().out


@pytest.mark.parametrize("scene", sorted((ROOT / "scenes").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_scene_is_valid(scene: Path) -> None:
    assert simgen.load(scene).name == scene.stem


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"
