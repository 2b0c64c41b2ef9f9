"""What `simgen doctor` says: what traces paths, or what would make it fast; whether there is room on the disk."""

from __future__ import annotations

import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from simgen import diagnose
from simgen.errors import RenderError
from simgen.rendering.pathtrace import renderer
from simgen.rendering.pathtrace.variant import Variant


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch):
    def choose(variant: Variant) -> None:
        monkeypatch.setattr(diagnose, "best_variant", lambda: variant)
        monkeypatch.setattr(renderer, "best_variant", lambda _: Variant("scalar_rgb"))

    return choose


def _found(subject: str = "path tracing") -> diagnose.Finding:
    return next(each for each in diagnose.diagnose() if each.subject == subject)


@pytest.mark.parametrize(
    ("free_bytes", "ok", "told"), [(1_400_000_000, False, "1 GB free"), (7 * 10**9, True, "7 GB free")]
)
def test_a_disk_without_room_for_the_packs_is_told(
    monkeypatch: pytest.MonkeyPatch, free_bytes: int, ok: bool, told: str
) -> None:
    monkeypatch.setattr(diagnose.shutil, "disk_usage", lambda _: SimpleNamespace(free=free_bytes))
    found = _found("disk")
    assert found.ok is ok
    assert told in found.detail


def test_without_llvm_it_works_slowly_and_the_package_is_named(choose) -> None:
    choose(Variant("scalar_rgb"))
    found = _found()
    assert (found.ok, found.required) == (False, False)
    assert "scalar_rgb" in found.detail
    assert "slower" in found.detail
    assert found.remedy == "apt-get install libllvm19"


def test_the_library_that_compiles_is_named(choose) -> None:
    choose(Variant("llvm_ad_rgb", "/usr/lib/libLLVM.so.19.1"))
    found = _found()
    assert found.ok
    assert "/usr/lib/libLLVM.so.19.1" in found.detail


def test_the_set_up_of_a_clone_has_all_that_the_path_tracer_needs() -> None:
    root = Path(__file__).parents[1]
    extra = tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"][
        "pathtrace"
    ]
    locked = (root / "requirements.lock").read_text().splitlines()
    for requirement in extra:
        name = requirement.partition(">=")[0]
        assert any(line.startswith(f"{name}==") for line in locked), name


def test_what_cannot_run_at_all_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Variant:
        raise RenderError("no variant of the path tracer is named 'metal'")

    monkeypatch.setattr(diagnose, "best_variant", refuse)
    found = _found()
    assert (found.ok, found.required) == (False, False)
    assert "metal" in found.detail
