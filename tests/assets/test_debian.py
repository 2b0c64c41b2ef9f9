from __future__ import annotations

import os
from pathlib import Path

import pytest

from simgen.assets import debian
from simgen.errors import AssetError
from tests.assets.packages import deb

FILES = {"usr/share/x/a.bin": b"A" * 3001, "usr/share/x/b.bin": b"B", "usr/share/other/a.bin": b"no"}


def fake_apt(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put an `apt-get` of our own first on the path."""
    folder.mkdir()
    program = folder / "apt-get"
    program.write_text(f'#!/bin/sh\necho "$@" >> {folder}/calls\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def silent(_line: str) -> None:
    """Report nothing."""


@pytest.mark.parametrize("compression", ["xz", "gz"])
def test_only_the_wanted_files_of_the_wanted_folder_are_unpacked(tmp_path: Path, compression: str) -> None:
    package = deb(tmp_path / "p.deb", FILES, "2.1-3", compression)
    into = tmp_path / "into"
    into.mkdir()
    assert debian.unpack(package, "usr/share/x", ("a.bin", "gone.bin"), into) == "2.1-3"
    assert {p.name: p.read_bytes() for p in into.iterdir()} == {"a.bin": FILES["usr/share/x/a.bin"]}


@pytest.mark.parametrize("data", [b"", b"no archive at all", b"!<arch>\nshort"])
def test_what_is_no_package_is_told(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "p.deb"
    file.write_bytes(data)
    with pytest.raises(AssetError, match=r"p\.deb: not a sound Debian package"):
        debian.unpack(file, "usr", ("a",), tmp_path)


def test_a_package_cut_short_is_told(tmp_path: Path) -> None:
    package = deb(tmp_path / "p.deb", {"usr/share/x/a.bin": os.urandom(200_000)})
    package.write_bytes(package.read_bytes()[:100_000])
    with pytest.raises(AssetError, match=r"p\.deb: not a sound Debian package"):
        debian.unpack(package, "usr/share/x", ("a.bin",), tmp_path)


def test_a_package_is_downloaded_by_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_apt(tmp_path / "bin", monkeypatch, 'touch "thing_1_all.deb"')
    into = tmp_path / "into"
    into.mkdir()
    assert debian.download("thing", into, silent) == into / "thing_1_all.deb"


def test_missing_package_lists_are_fetched_privately(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = 'case "$*" in *update*) touch ok;; *) [ -e ok ] && touch thing.deb || exit 100;; esac'
    fake_apt(tmp_path / "bin", monkeypatch, script)
    into = tmp_path / "into"
    into.mkdir()
    assert debian.download("thing", into, silent).name == "thing.deb"
    first, update, second = (tmp_path / "bin" / "calls").read_text().splitlines()
    assert "Dir::State" not in first
    assert f"Dir::State={into}/state" in update
    assert f"Dir::State={into}/state" in second


def test_without_network_the_reason_and_the_way_out_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_apt(tmp_path / "bin", monkeypatch, 'echo "E: Failed to fetch: could not resolve" >&2; exit 100')
    with pytest.raises(
        AssetError, match=r"cannot download 'thing': Failed to fetch: could not resolve; check .* --from FILE"
    ):
        debian.download("thing", tmp_path, silent)


def test_without_apt_the_way_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AssetError, match=r"no apt-get to get the Debian package 'thing'.*--from FILE"):
        debian.download("thing", tmp_path, silent)
