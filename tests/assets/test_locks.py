from __future__ import annotations

from pathlib import Path

import pytest

from simgen.assets.locks import held


def test_a_lock_is_held_by_one_and_gone_afterwards(tmp_path: Path) -> None:
    file = tmp_path / "locks" / "a.lock"
    with held(file, 0.0) as first, held(file, 0.0) as second:
        assert (first, second) == (True, False)
    assert not file.exists()
    with held(file, 0.0) as again:
        assert again


def test_the_wait_for_a_lock_is_bounded(tmp_path: Path) -> None:
    with held(tmp_path / "a.lock", 0.0), held(tmp_path / "a.lock", 0.05) as second:
        assert not second


def test_a_file_left_by_a_dead_process_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "a.lock").touch()
    with held(tmp_path / "a.lock", 0.0) as mine:
        assert mine


def test_an_error_inside_gives_the_lock_back(tmp_path: Path) -> None:
    with pytest.raises(KeyError), held(tmp_path / "a.lock", 0.0):
        raise KeyError
    with held(tmp_path / "a.lock", 0.0) as again:
        assert again


def test_where_no_file_can_be_made_work_goes_on_without_the_lock(tmp_path: Path) -> None:
    (tmp_path / "locks").write_text("a file where the folder should be")
    with held(tmp_path / "locks" / "a.lock", 0.0) as mine:
        assert not mine
