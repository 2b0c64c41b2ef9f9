from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.assets.imported import import_file, slug
from simgen.assets.importers.sh3f import CATALOGUE_FILE
from simgen.errors import AssetError
from simgen.records.asset import AssetRef
from tests.assets.importers.sources import BOX_MTL, BOX_OBJ, picture
from tests.assets.shapes import private_folders

__all__ = ["private_folders"]

LIBRARY = """\
name=My things
version=3
license=Public domain
name#1=Crate
category#1=Storage
model#1=/box/box.obj
width#1=20
depth#1=60
height#1=40
creator#1=Someone
name#2=Broken
model#2=/gone.obj
width#2=1
depth#2=1
height#2=1
"""


@pytest.fixture
def box(private_folders: Path) -> Path:
    """A box of 2 x 4 x 6 units with a texture, among files that are none of its business."""
    folder = private_folders / "models"
    (folder / "tex").mkdir(parents=True)
    (folder / "box.obj").write_text(BOX_OBJ)
    (folder / "box.mtl").write_text(BOX_MTL.replace("newmtl steel", "map_Kd tex/wood.png\nnewmtl steel"))
    (folder / "tex" / "wood.png").write_bytes(picture(np.full((4, 4, 3), 99)))
    (folder / "diary.txt").write_text("private")
    return folder / "box.obj"


@pytest.fixture
def things(private_folders: Path) -> Path:
    path = private_folders / "things.sh3f"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(CATALOGUE_FILE, LIBRARY)
        archive.writestr("box/box.obj", BOX_OBJ)
        archive.writestr("box/box.mtl", BOX_MTL)
    return path


def test_a_model_is_copied_with_what_it_needs_and_can_be_used(box: Path, private_folders: Path) -> None:
    infos = import_file(box, name="My Box", category="box", licence="CC0-1.0", author="Me", unit_m=0.01)
    assert [info.asset_id for info in infos] == ["imported/my_box"]
    info = infos[0]
    assert info.size_m == pytest.approx((0.02, 0.06, 0.04)), "Y of the file is up"
    assert info.mass_kg == pytest.approx(500 * 0.02 * 0.06 * 0.04)
    assert (info.category, info.licence, info.author, info.pack) == ("box", "CC0-1.0", "Me", "imported")
    kept = private_folders / "data" / "imported" / "my_box"
    names = sorted(p.relative_to(kept).as_posix() for p in kept.rglob("*") if p.is_file())
    assert names == ["box.mtl", "box.obj", "catalogue.json", "tex/wood.png"]
    box.unlink()
    asset = AssetLibrary().load(AssetRef("imported/my_box"))
    assert asset.model.size_m == pytest.approx(info.size_m)
    assert asset.model.materials[0].base_color_map is not None
    assert AssetLibrary().find(pack="imported") == infos


def test_a_library_gives_one_asset_a_model_and_notes_what_it_left_out(things: Path) -> None:
    notes: list[str] = []
    infos = import_file(things, tags=("mine",), on_note=notes.append)
    assert [(i.asset_id, i.name, i.author, i.licence) for i in infos] == [
        ("imported/things/box", "Crate", "Someone", "CC0-1.0")
    ]
    assert infos[0].tags == ("mine", "storage")
    assert infos[0].size_m == (0.2, 0.6, 0.4)
    assert len(notes) == 1
    assert notes[0].startswith("gone.obj is left out:")
    asset = AssetLibrary().load(AssetRef("imported/things/box"))
    assert asset.model.size_m == (0.2, 0.6, 0.4)


def test_what_the_user_says_of_licence_and_author_counts(things: Path) -> None:
    info = import_file(things, licence="CC-BY-4.0", author="Other")[0]
    assert (info.licence, info.author) == ("CC-BY-4.0", "Other")


def test_importing_again_replaces(box: Path) -> None:
    import_file(box)
    assert import_file(box, size_m=(1.0, 1.0, 1.0))[0].size_m == (1.0, 1.0, 1.0)
    assert len(AssetLibrary().find(pack="imported")) == 1


def test_what_is_replaced_and_what_is_oddly_large_is_noted(box: Path) -> None:
    notes: list[str] = []
    import_file(box, unit_m=0.01, on_note=notes.append)
    assert notes == []
    import_file(box, unit_m=10.0, on_note=notes.append)
    assert notes == [
        "the model is 20 x 60 x 40 m; if its file counts in other units, say so, for example --unit mm",
        "imported/box was there and is replaced; --name gives another name",
    ]


def test_a_link_is_followed_to_the_file_that_was_meant(box: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "crate.obj"
    link.parent.mkdir()
    link.symlink_to(box)
    [info] = import_file(link)
    assert info.asset_id == "imported/crate"
    assert AssetLibrary().load(AssetRef("imported/crate")).model.materials[0].base_color_map is not None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"category": "boxx"}, "no category 'boxx'"),
        ({"unit_m": 0.0}, "unit and density must be positive, got 0.0 m"),
        ({"name": "???"}, r"'\?\?\?' has no letter or digit to name an asset by"),
    ],
)
def test_wrong_values_are_told_and_leave_nothing(
    box: Path, private_folders: Path, changes: dict[str, object], message: str
) -> None:
    with pytest.raises(AssetError, match=message):
        import_file(box, **changes)
    assert not list((private_folders / "data").rglob("catalogue.json"))


def test_files_that_cannot_be_imported_are_told(private_folders: Path) -> None:
    with pytest.raises(AssetError, match="'gone.obj' does not exist or is no file".replace(".", r"\.")):
        import_file(Path("gone.obj"))
    picture_file = private_folders / "a.png"
    picture_file.write_bytes(b"")
    with pytest.raises(AssetError, match=r"no importer for '\.png'; known: .*\.obj.*\.sh3f"):
        import_file(picture_file)
    damaged = private_folders / "bad.obj"
    damaged.write_text("f 1 2 3\n")
    with pytest.raises(AssetError, match="a face names v 1"):
        import_file(damaged)
    assert list((private_folders / "data" / "imported").iterdir()) == []


def test_a_data_folder_that_cannot_be_written_is_told(box: Path, private_folders: Path) -> None:
    (private_folders / "data").write_text("a file where the folder should be")
    with pytest.raises(AssetError, match=r"cannot import '.*box\.obj' into '.*imported/box'"):
        import_file(box)


def test_names_become_plain_ids() -> None:
    assert slug("Ma Tasse à thé (2)") == "ma_tasse_th_2"
