from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from simgen.assets.importers import FolderFiles, SourceFiles, ZipFiles, files
from simgen.assets.importers.files import resolve
from simgen.errors import AssetError


@pytest.fixture(params=["folder", "zip"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> SourceFiles:
    inside = tmp_path / "inside"
    (inside / "models").mkdir(parents=True)
    (inside / "models" / "Cup.mtl").write_text("cup")
    (inside / "wood.png").write_text("wood")
    (tmp_path / "secret.txt").write_text("secret")
    if request.param == "folder":
        return FolderFiles(inside)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(inside / "models" / "Cup.mtl", "models/Cup.mtl")
        archive.write(inside / "wood.png", "wood.png")
    return ZipFiles(tmp_path / "a.zip")


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("Cup.mtl", "models/Cup.mtl"),
        ("cup.MTL", "models/Cup.mtl"),
        ("./Cup.mtl", "models/Cup.mtl"),
        ('"Cup.mtl"', "models/Cup.mtl"),
        ("../wood.png", "wood.png"),
        (r"..\wood.png", "wood.png"),
        (r"D:\work\Cup.mtl", "models/Cup.mtl"),
        ("../../secret.txt", None),
        ("../../../../etc/passwd", None),
        ("/etc/passwd", None),
        ("", None),
    ],
)
def test_references_are_found_inside_the_source_only(
    source: SourceFiles, reference: str, found: str | None
) -> None:
    assert resolve(source, "models/cup.obj", reference) == found


@pytest.mark.parametrize("path", ["../secret.txt", "/etc/passwd", "gone.txt"])
def test_nothing_outside_the_source_can_be_read(source: SourceFiles, path: str) -> None:
    with pytest.raises(AssetError, match=r"no file"):
        source.read(path)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "in" / "link.txt").symlink_to(tmp_path / "secret.txt")
    source = FolderFiles(tmp_path / "in")
    assert source.find("link.txt") is None
    with pytest.raises(AssetError, match=r"no file 'link\.txt'"):
        source.read("link.txt")


def test_large_files_are_refused(source: SourceFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 2)
    with pytest.raises(AssetError, match=r"'wood\.png' has 0 MiB; at most 0 MiB are read"):
        source.read("wood.png")


def test_a_misspelt_name_in_an_archive_gets_a_suggestion(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("cup.obj", "")
    with pytest.raises(AssetError, match=r"no file 'cap\.obj' inside; did you mean 'cup\.obj'\?"):
        ZipFiles(tmp_path / "a.zip").read("cap.obj")


def test_a_damaged_archive_or_member_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "b.zip"
    broken.write_bytes(b"PK no")
    with pytest.raises(AssetError, match=r"b\.zip: not a readable zip archive"):
        ZipFiles(broken)
    with zipfile.ZipFile(tmp_path / "c.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("cup.obj", "v 0 0 0")
    data = (tmp_path / "c.zip").read_bytes().replace(b"v 0 0 0", b"v 1 1 1")
    (tmp_path / "c.zip").write_bytes(data)
    with pytest.raises(AssetError, match=r"'cup\.obj' is damaged \(Bad CRC-32"):
        ZipFiles(tmp_path / "c.zip").read("cup.obj")
