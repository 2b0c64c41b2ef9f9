from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.assets.catalogue import shipped_catalogue
from simgen.assets.library import memory_of
from simgen.assets.packed import pack_model
from simgen.assets.sources import make_collision, make_model
from simgen.errors import AssetError
from simgen.records.asset import AssetRef
from tests.assets.shapes import private_folders

__all__ = ["private_folders"]

MUG = AssetRef("pybullet-data/mug")


@pytest.fixture(scope="module")
def library() -> AssetLibrary:
    return AssetLibrary()


def test_entries_are_found_by_pack_category_tag_and_size(library: AssetLibrary) -> None:
    toys = library.find(pack="pybullet-data", category=["toy", "duck"], tags=["graspable"], max_size_m=0.08)
    assert [info.asset_id for info in toys] == [
        "pybullet-data/domino",
        "pybullet-data/jenga",
        "pybullet-data/lego",
    ]
    assert all(info.pack == "pybullet-data" for info in library.find(pack=["pybullet-data"]))
    assert not library.find(pack="pybullet-data", min_size_m=3.0)


def test_everything_is_sorted_by_id(library: AssetLibrary) -> None:
    ids = [info.asset_id for info in library.find()]
    assert ids == sorted(ids)
    assert len(ids) > 250


def test_ids_may_hold_stars_and_others_must_exist(library: AssetLibrary) -> None:
    assert [i.asset_id for i in library.find(ids=["pybullet-data/t*"])] == [
        "pybullet-data/table",
        "pybullet-data/table-square",
        "pybullet-data/teddy",
        "pybullet-data/tray",
    ]
    with pytest.raises(
        AssetError, match=r"no asset 'pybullet-data/mugg'; did you mean 'pybullet-data/mug'\?"
    ):
        library.find(ids=["pybullet-data/mugg"])


def test_words_that_do_not_exist_get_a_suggestion(library: AssetLibrary) -> None:
    with pytest.raises(AssetError, match=r"no pack 'pybullet_data'; did you mean 'pybullet-data'\?"):
        library.find(pack="pybullet_data")
    with pytest.raises(AssetError, match="no category 'mugg'"):
        library.find(category="mugg")
    with pytest.raises(AssetError, match="`simgen assets list` names all of them"):
        library.describe(AssetRef("qqqqqqqq"))


def test_only_procedural_models_take_parameters(library: AssetLibrary) -> None:
    with pytest.raises(AssetError, match=r"'pybullet-data/mug' takes no parameters \(got size_m\)"):
        library.load(AssetRef("pybullet-data/mug", (("size_m", (1.0, 1.0, 1.0)),)))


def test_models_and_maps_are_not_mixed_up(library: AssetLibrary) -> None:
    with pytest.raises(AssetError, match="'blender-hdri/city' is a light map, not a model"):
        library.load(AssetRef("blender-hdri/city"))
    with pytest.raises(AssetError, match="'pybullet-data/mug' is a model, not a light map"):
        library.load_environment(MUG)


def test_light_maps_of_packs_and_code_are_listed(library: AssetLibrary) -> None:
    infos = library.find_environments()
    assert [i.asset_id for i in infos] == sorted(i.asset_id for i in infos)
    assert len(library.find_environments("blender-hdri")) == 8
    for info in library.find_environments("procedural"):
        assert library.describe(AssetRef(info.asset_id)) == info
        assert library.load_environment(AssetRef(info.asset_id)).info == info


def test_a_loaded_model_has_the_size_of_its_entry_and_stays_in_memory(library: AssetLibrary) -> None:
    mug = library.load(MUG)
    assert mug.model.size_m == mug.info.size_m == library.describe(MUG).size_m
    assert library.load(MUG) is mug


def test_memory_is_bounded_and_the_least_recently_used_goes_first() -> None:
    names = ["pybullet-data/mug", "pybullet-data/duck", "pybullet-data/soccer-ball", "pybullet-data/lego"]
    refs = [AssetRef(name) for name in names]
    sizes = {ref: memory_of(AssetLibrary().load(ref)) for ref in refs}
    small = AssetLibrary(memory_bytes=sizes[refs[0]] + sizes[refs[1]] + sizes[refs[2]])
    first, second, _ = (small.load(ref) for ref in refs[:3])
    assert small.load(refs[0]) is first
    small.load(refs[3])
    assert small.load(refs[0]) is first
    assert small.load(refs[1]) is not second


def test_a_pack_that_is_not_installed_is_named(private_folders: Path) -> None:
    ref = AssetRef(next(i.asset_id for i in AssetLibrary().find(pack="sweethome3d")))
    with pytest.raises(AssetError, match="run: simgen assets install sweethome3d"):
        AssetLibrary().load(ref)
    with pytest.raises(AssetError, match="run: simgen assets install blender-hdri"):
        AssetLibrary().load_environment(AssetRef("blender-hdri/city"))
    assert not [path for path in private_folders.rglob("*") if path.is_file()]


def test_a_model_that_is_not_the_one_described_is_refused() -> None:
    from dataclasses import replace

    entry = shipped_catalogue().models[MUG.asset_id]
    other = replace(entry, info=replace(entry.info, content_hash="0" * 64))
    with pytest.raises(
        AssetError, match=r"pybullet-data/mug: its files in pack 'pybullet-data' are not those"
    ):
        make_model(other)


CURATED = [  # several materials, alpha maps, a rotated model, a person, one of each library
    "Scopia.sh3f:scopia/renault-scenic/renault-scenic.obj",
    "Scopia.sh3f:scopia/bicycle/bicycle.obj",
    "BlendSwap-CC-0.sh3f:blendswap-cc-0/crate/crate.obj",
    "Reallusion.sh3f:reallusion/male01/male01.obj",
]


@pytest.mark.parametrize("key", CURATED)
def test_real_models_are_upright_to_size_textured_and_made_the_same_twice(key: str) -> None:
    from dataclasses import replace

    entries = {f"{e.library}:{e.key}": e for e in shipped_catalogue().models.values()}
    entry = replace(entries[key], recipe=replace(entries[key].recipe, collision="hull"))
    model, collision = make_model(entry), make_collision(entry)
    points = np.concatenate([s.positions_m for s in model.lods[0]]).astype(float)
    np.testing.assert_allclose(points.max(axis=0), np.asarray(entry.info.size_m) / 2, rtol=1e-5)
    np.testing.assert_allclose(points.min(axis=0), np.asarray(entry.info.size_m) / -2, rtol=1e-5)
    assert any(material.base_color_map is not None for material in model.materials)
    for submesh in (s for level in model.lods for s in level):
        np.testing.assert_allclose(np.linalg.norm(submesh.normals, axis=1), 1.0, atol=1e-3)
        assert int(submesh.triangles.max()) < len(submesh.positions_m)
        assert np.isfinite(submesh.uvs).all()
    assert 0 < collision.volume_m3 <= np.prod(entry.info.size_m) * 1.001
    assert pack_model(model) == pack_model(make_model(entry))


def test_the_collision_shape_is_the_one_of_the_loaded_model(library: AssetLibrary) -> None:
    refs = [MUG, AssetRef("procedural/carton"), AssetRef("procedural/sphere"), AssetRef("procedural/mug")]
    for ref in refs:
        shape, loaded = library.collision(ref), library.load(ref).collision
        assert [hull.tobytes() for hull in shape.hulls_m] == [hull.tobytes() for hull in loaded.hulls_m]
        assert (shape.center_of_mass_m, shape.volume_m3) == (loaded.center_of_mass_m, loaded.volume_m3)


def test_physics_needs_neither_the_pack_nor_the_cache(private_folders: Path) -> None:
    found = AssetLibrary().find(pack="sweethome3d", tags=["graspable"])
    library = AssetLibrary()
    shapes = [library.collision(AssetRef(info.asset_id)) for info in found]
    assert all(shape.hulls_m and shape.volume_m3 > 0 for shape in shapes)
    assert list(private_folders.iterdir()) == []


def test_what_has_no_collision_shape_is_told(library: AssetLibrary) -> None:
    with pytest.raises(AssetError, match="'blender-hdri/city' is a light map, not a model"):
        library.collision(AssetRef("blender-hdri/city"))
    with pytest.raises(AssetError, match="no asset 'pybullet-data/mugg'; did you mean"):
        library.collision(AssetRef("pybullet-data/mugg"))


def test_starting_up_does_not_bring_the_heavy_libraries() -> None:
    code = "import sys, simgen.assets; simgen.assets.AssetLibrary().find(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"trimesh", "coacd", "scipy", "OpenEXR", "PIL", "cv2", "fast_simplification"}
    assert heavy.isdisjoint(done.stdout.split())
