"""Modules are found and hashed as Python would import them, and nothing of them runs."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from simgen.python_modules import code_hash, module_file

LOUD = "raise RuntimeError('imported')\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_a_module_is_hashed_without_being_run(folder: Path):
    (folder / "loud_moves.py").write_text(LOUD)
    assert module_file("loud_moves") == folder / "loud_moves.py"
    assert code_hash("loud_moves") == hashlib.sha256(LOUD.encode()).hexdigest()


def test_a_module_of_a_package_is_found_without_running_the_package(folder: Path):
    inner = folder / "loud_package" / "inner"
    inner.mkdir(parents=True)
    (inner.parent / "__init__.py").write_text(LOUD)
    (inner / "moves.py").write_text("x = 1\n")
    assert module_file("loud_package") == inner.parent / "__init__.py"
    assert module_file("loud_package.inner.moves") == inner / "moves.py"


@pytest.mark.parametrize("name", ["nowhere_moves", "json.nowhere", "json.decoder.nowhere"])
def test_what_does_not_exist_has_no_file(name: str):
    assert module_file(name) is None
    assert code_hash(name) is None
