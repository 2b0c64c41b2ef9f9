"""New scenarios from templates: valid, named, never over a file that is there."""

from __future__ import annotations

import errno
import os
from io import StringIO
from pathlib import Path
from typing import IO, Any

import pytest

from simgen.errors import UsageError
from simgen.scenario import load, load_text, schema_text
from simgen.scenario.starter import SCHEMA_NAME, scenario_text, template_names, write_scenario


@pytest.mark.parametrize("template", template_names())
def test_every_template_is_a_valid_scenario_of_its_name(template: str) -> None:
    text = scenario_text("my_case", template)
    assert load_text(text).name == "my_case"
    assert "NAME" not in text
    assert text.startswith(f"# yaml-language-server: $schema={SCHEMA_NAME}\n")
    assert max(map(len, text.splitlines())) <= 120


def test_there_is_one_in_which_something_happens_and_one_without() -> None:
    assert [bool(load_text(scenario_text("a", name)).events) for name in template_names()] == [True, False]


def test_a_new_scenario_comes_with_the_schema_for_editors(tmp_path: Path) -> None:
    path = tmp_path / "ball.yaml"
    assert write_scenario(path, "event") == (path, tmp_path / SCHEMA_NAME)
    assert load(path).name == "ball"
    assert (tmp_path / SCHEMA_NAME).read_text() == schema_text()
    assert write_scenario(tmp_path / "other.yaml", "still") == (tmp_path / "other.yaml",)


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "ball.yaml"
    path.write_text("mine")
    with pytest.raises(UsageError, match=r"ball.yaml is there already; give another name"):
        write_scenario(path, "event")
    assert path.read_text() == "mine"
    assert [each.name for each in tmp_path.iterdir()] == ["ball.yaml"]


def test_on_a_full_disk_neither_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class FullDisk(StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    real = Path.open

    def opened(path: Path, mode: str = "r", **options: Any) -> IO[Any]:
        if (path.name, mode) == (SCHEMA_NAME, "x"):
            path.touch()
            return FullDisk()
        return real(path, mode, **options)

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(
        UsageError, match=rf"cannot write .*{SCHEMA_NAME}: No space left on device; give a folder"
    ):
        write_scenario(tmp_path / "ball.yaml", "event")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("path", "template", "message"),
    [
        ("ba ll.yaml", "event", "'ba ll' is no name for a scenario; use letters, digits"),
        ("ball.yaml", "evnt", "no template 'evnt'; did you mean 'event'.* there are: event, still"),
        ("none/ball.yaml", "event", "cannot write .*none/ball.yaml: No such file or directory"),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy(
    tmp_path: Path, path: str, template: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        write_scenario(tmp_path / path, template)
    assert not list(tmp_path.iterdir())
