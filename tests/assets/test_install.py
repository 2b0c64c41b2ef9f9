from __future__ import annotations

import errno
import hashlib
import json
import shutil
import zipfile
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from simgen.assets import install as installer
from simgen.assets import packs
from simgen.assets.catalogue import manifest
from simgen.assets.packs import PACKS
from simgen.errors import AssetError
from tests.assets.packages import deb
from tests.assets.shapes import private_folders

__all__ = ["private_folders"]

PACK = PACKS["blender-hdri"]
CONTENT = {name: name.encode() * 10 for name in PACK.files}


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch, private_folders: Path) -> Path:
    """A manifest that knows version 1.0-1 with the files of `CONTENT`; gives the private folder."""
    files = {name: [len(data), hashlib.sha256(data).hexdigest()] for name, data in CONTENT.items()}
    entry = MappingProxyType({"versions": [{"version": "1.0-1", "files": files}]})
    monkeypatch.setattr(installer, "manifest", lambda _name: entry)
    return private_folders


def package(folder: Path, content: dict[str, bytes] = CONTENT, version: str = "1.0-1") -> Path:
    return deb(folder / "p.deb", {f"{PACK.folder}/{name}": data for name, data in content.items()}, version)


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "data" / "packs").iterdir())


@pytest.mark.parametrize("kind", ["deb", "zip", "folder"])
def test_a_pack_is_installed_from_what_the_user_has(known: Path, kind: str) -> None:
    source = package(known)
    if kind == "zip":
        source = known / "p.zip"
        with zipfile.ZipFile(source, "w") as archive:
            for name, data in CONTENT.items():
                archive.writestr(f"some/folder/{name}", data)
    elif kind == "folder":
        source = known / "folder"
        (source / "below").mkdir(parents=True)
        for name, data in CONTENT.items():
            (source / "below" / name).write_bytes(data)
    assert not packs.installed(PACK.name)
    done = packs.install(PACK.name, source)
    assert (done.version, done.warnings) == ("1.0-1", ())
    assert packs.installed(PACK.name)
    folder = packs.require(PACK.name)
    assert {n: (folder / n).read_bytes() for n in PACK.files} == CONTENT
    record = packs.pack_record(PACK.name)
    assert record["version"] == "1.0-1"
    assert record["licences"] == ["CC0-1.0"]
    assert record["files"]["city.exr"]["sha256"] == hashlib.sha256(CONTENT["city.exr"]).hexdigest()
    assert left_behind(known) == ["blender-hdri"]


def test_installing_again_replaces_the_pack(known: Path) -> None:
    packs.install(PACK.name, package(known))
    (packs.pack_folder(PACK.name) / "stray.txt").write_text("old")
    packs.install(PACK.name, package(known))
    assert not (packs.pack_folder(PACK.name) / "stray.txt").exists()
    assert left_behind(known) == ["blender-hdri"]


def test_progress_is_told_in_lines(known: Path) -> None:
    lines: list[str] = []
    packs.install(PACK.name, package(known), lines.append)
    assert lines == ["unpacking p.deb", "checking sizes and hashes"]


def test_a_damaged_file_of_a_known_version_is_refused(known: Path) -> None:
    with pytest.raises(AssetError, match=r"'night\.exr' of blender-data 1\.0-1 is damaged: its SHA-256 is"):
        packs.install(PACK.name, package(known, {**CONTENT, "night.exr": b"changed"}))
    assert left_behind(known) == []


def test_another_version_of_which_half_is_unchanged_is_accepted_with_a_warning(
    known: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installer, "_same_models", lambda *_: (6, 8))
    done = packs.install(PACK.name, package(known, {**CONTENT, "night.exr": b"new"}, "2.0-1"))
    assert done.version == "2.0-1"
    assert done.warnings == (
        "pack 'blender-hdri': version '2.0-1' is not known (known: 1.0-1); "
        "2 of 8 models differ from the catalogue and cannot be used",
    )


def test_files_that_are_something_else_are_refused(known: Path) -> None:
    with pytest.raises(
        AssetError, match=r"not the files simgen knows \(0 of 8 models agree\); known versions"
    ):
        packs.install(PACK.name, package(known, version="2.0-1", content=dict.fromkeys(CONTENT, b"?")))
    assert left_behind(known) == []


def test_a_package_that_lacks_files_names_them(known: Path) -> None:
    some = {name: data for name, data in CONTENT.items() if name not in ("city.exr", "sunset.exr")}
    with pytest.raises(AssetError, match=r"lacks city\.exr, sunset\.exr; pack 'blender-hdri' needs"):
        packs.install(PACK.name, package(known, some))


def test_a_source_that_is_none_is_told(known: Path) -> None:
    with pytest.raises(AssetError, match=r"is no \.deb, \.zip or folder to install pack 'blender-hdri' from"):
        packs.install(PACK.name, known / "gone.deb")


def test_a_full_disk_is_told_and_leaves_nothing(known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(AssetError, match=r"no space left; it needs about \d+ MiB there; set SIMGEN_DATA"):
        packs.install(PACK.name, package(known))
    assert left_behind(known) == []


def test_an_old_pack_survives_a_failed_installation(known: Path) -> None:
    packs.install(PACK.name, package(known))
    with pytest.raises(AssetError, match="damaged"):
        packs.install(PACK.name, package(known, {**CONTENT, "city.exr": b"changed"}))
    assert packs.installed(PACK.name)


def test_a_pack_that_is_not_there_says_how_to_get_it(private_folders: Path) -> None:
    with pytest.raises(
        AssetError, match="pack 'sweethome3d' is not installed; run: simgen assets install sweethome3d"
    ):
        packs.require("sweethome3d")
    assert packs.missing(["sweethome3d", "blender-hdri", "imported"]) == ("blender-hdri", "sweethome3d")
    assert not private_folders.joinpath("data").exists()


def test_an_unknown_pack_gets_a_suggestion() -> None:
    with pytest.raises(
        AssetError, match=r"no pack 'sweethome'; did you mean 'sweethome3d'\? known: blender-hdri"
    ):
        packs.install("sweethome")


def test_a_pack_inside_a_python_package_needs_no_installation() -> None:
    done = packs.install("pybullet-data")
    assert (done.folder / "duck.obj").is_file()
    assert packs.installed("pybullet-data")


def test_a_missing_python_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "_module_folder", lambda _module: None)
    with pytest.raises(AssetError, match="comes with the Python package 'pybullet'"):
        packs.require("pybullet-data")


@pytest.mark.parametrize("name", ["blender-hdri", "sweethome3d"])
def test_the_installed_packs_are_a_known_version(name: str) -> None:
    versions = {entry["version"]: entry["files"] for entry in manifest(name)["versions"]}
    record = json.loads((packs.require(name) / "pack.json").read_text())
    sizes = {file: [v["bytes"], v["sha256"]] for file, v in record["files"].items()}
    assert versions[record["version"]] == sizes
    assert set(sizes) == set(PACKS[name].files)
