"""The choice of Mitsuba's build: what is looked for, what may be asked for, and what is said when it is missing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from simgen.errors import RenderError, UsageError
from simgen.rendering.pathtrace import PathtraceRenderer, probe, variant
from simgen.rendering.pathtrace.denoise import Denoiser
from simgen.rendering.pathtrace.variant import Variant, best_variant, llvm_libraries, works


def test_a_variant_nobody_knows_is_refused_with_those_known() -> None:
    with pytest.raises(RenderError, match=r"named 'metal'; known: cuda_ad_rgb, llvm_ad_rgb, scalar_rgb"):
        best_variant("metal")


def test_a_variant_that_does_not_work_here_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DRJIT_LIBLLVM_PATH", str(tmp_path / "libLLVM-19.so"))
    monkeypatch.setattr(variant, "works", lambda _: False)
    best_variant.cache_clear()
    with pytest.raises(
        RenderError, match=r"'llvm_ad_rgb' does not work on this machine.*apt-get install libllvm19"
    ):
        best_variant("llvm_ad_rgb")


def test_without_a_library_that_works_plain_code_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIMGEN_PATHTRACE_VARIANT", raising=False)
    monkeypatch.setattr(variant, "works", lambda _: False)
    best_variant.cache_clear()
    assert best_variant() == Variant("scalar_rgb")
    best_variant.cache_clear()


@pytest.mark.parametrize(("driver", "working", "taken"), [
    ("libcuda.so.1", {"cuda_ad_rgb", "llvm_ad_rgb"}, "cuda_ad_rgb"),
    ("libcuda.so.1", {"llvm_ad_rgb"}, "llvm_ad_rgb"),  # a driver without a card that works
    (None, {"cuda_ad_rgb", "llvm_ad_rgb"}, "llvm_ad_rgb"),
    ("libcuda.so.1", set[str](), "scalar_rgb"),
])  # fmt: skip
def test_a_graphics_card_comes_first_then_compiled_then_plain_code(
    monkeypatch: pytest.MonkeyPatch, driver: str | None, working: set[str], taken: str
) -> None:
    tried: list[str] = []

    def seen_to_work(each: Variant) -> bool:
        tried.append(each.name)
        return each.name in working

    monkeypatch.delenv("SIMGEN_PATHTRACE_VARIANT", raising=False)
    monkeypatch.setenv("DRJIT_LIBLLVM_PATH", "/some/libLLVM-19.so")
    monkeypatch.setattr(variant, "find_library", lambda name: driver if name == "cuda" else None)
    monkeypatch.setattr(variant, "works", seen_to_work)
    best_variant.cache_clear()
    assert best_variant().name == taken
    assert ("cuda_ad_rgb" in tried) == (driver is not None)
    best_variant.cache_clear()


def test_the_environment_variable_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMGEN_PATHTRACE_VARIANT", "scalar_rgb")
    best_variant.cache_clear()
    assert best_variant().name == "scalar_rgb"
    best_variant.cache_clear()


def test_the_newest_release_is_tried_first_and_old_ones_never(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in (
        "libLLVM-14.so",
        "libLLVM-15.so.1",
        "libLLVM-17.so.1",
        "libLLVM.so.19.1",
        "libLLVMFoo-20.so",
    ):
        (tmp_path / name).touch()
    monkeypatch.setattr(variant, "_LLVM_FOLDERS", (str(tmp_path),))
    assert [Path(path).name for path in llvm_libraries()] == ["libLLVM.so.19.1", "libLLVM-17.so.1"]


def test_a_library_that_kills_the_process_kills_only_the_probe(tmp_path: Path) -> None:
    broken = tmp_path / "libLLVM-19.so"
    broken.write_bytes(b"not a library")
    assert not works(Variant("llvm_ad_rgb", str(broken)))


def test_the_probe_accepts_what_works() -> None:
    assert probe.main("scalar_rgb") == 0


def test_without_mitsuba_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mitsuba", None)
    with pytest.raises(RenderError, match=r"needs Mitsuba 3.*pip install 'simgen\[pathtrace\]'"):
        PathtraceRenderer(denoise=False, variant="scalar_rgb")


def test_without_the_denoiser_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyoidn", None)
    with pytest.raises(
        RenderError, match=r"Open Image Denoise.*pip install 'simgen\[pathtrace\]'.*denoise=False"
    ):
        Denoiser()


@pytest.mark.parametrize("wrong", [{"samples": 0}, {"depth": 1}, {"noise_target": -0.1}])
def test_settings_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="must be at least 1, 2 and 0"):
        PathtraceRenderer(**wrong)
