"""Large models are prepared in another process, which makes what this one would, and fails as it would."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from simgen.assets import apart
from simgen.assets.apart import LARGE_BYTES, collision_of, model_of
from simgen.assets.catalogue import ModelEntry, user_catalogue
from simgen.assets.imported import import_file
from simgen.assets.packed import pack_collision, pack_model
from simgen.assets.sources import make_collision, make_model, source_bytes
from simgen.errors import AssetError
from tests.assets.importers.sources import BOX_MTL, BOX_OBJ
from tests.assets.shapes import private_folders
from tests.assets.test_imported import things

__all__ = ["private_folders", "things"]


@pytest.fixture
def box(private_folders: Path) -> ModelEntry:
    (private_folders / "box.obj").write_text(BOX_OBJ)
    (private_folders / "box.mtl").write_text(BOX_MTL)
    import_file(private_folders / "box.obj")
    return user_catalogue().models["imported/box"]


def test_what_another_process_makes_is_what_this_one_makes(box: ModelEntry) -> None:
    assert pack_model(model_of(box, large_bytes=0)) == pack_model(make_model(box))
    assert pack_collision(collision_of(box, large_bytes=0)) == pack_collision(make_collision(box))


def test_only_large_models_leave_this_process(box: ModelEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/program")
    assert pack_model(model_of(box)) == pack_model(make_model(box))
    assert source_bytes(box) == len(BOX_OBJ) < LARGE_BYTES
    with pytest.raises(FileNotFoundError):
        model_of(box, large_bytes=len(BOX_OBJ))


def test_the_size_of_a_model_in_a_library_is_its_own(things: Path) -> None:
    import_file(things)
    (entry,) = user_catalogue().models.values()
    assert source_bytes(entry) == len(BOX_OBJ)


def test_an_error_there_is_an_error_here(box: ModelEntry, private_folders: Path) -> None:
    (private_folders / "data" / "imported" / "box" / "box.obj").write_text("v 0 0 0\nv 1 0 0\n")
    with pytest.raises(AssetError, match="no faces; the file holds no surface to draw"):
        model_of(box, large_bytes=0)


def test_a_process_that_is_killed_is_told(box: ModelEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    suicide = "import os, sys; sys.stderr.write('all is full'); sys.stderr.flush(); os.kill(os.getpid(), 9)"
    monkeypatch.setattr(apart, "_BOOT", suicide)
    told = (
        "imported/box: the process that prepared it ended with signal SIGKILL: all is full; if memory ran out"
    )
    with pytest.raises(AssetError, match=told):
        model_of(box, large_bytes=0)


def test_it_ignores_interrupts_where_this_process_does(
    box: ModelEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt = f"import os; os.kill(os.getpid(), {int(signal.SIGINT)});"
    monkeypatch.setattr(apart, "_BOOT", interrupt + apart._BOOT)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert pack_model(model_of(box, large_bytes=0)) == pack_model(make_model(box))
    finally:
        signal.signal(signal.SIGINT, before)


def test_it_ends_with_who_asked(box: ModelEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 1)  # as if that had ended already
    with pytest.raises(EOFError):
        model_of(box, large_bytes=0)
