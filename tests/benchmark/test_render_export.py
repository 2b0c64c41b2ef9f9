"""What peers are given is what simgen draws: the same triangles, places, colours and light."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from render.export import export_scene, mean_color, mean_surface, obj_text

from simgen.assets import AssetLibrary
from simgen.geometry import Pose
from simgen.records.asset import Material, Submesh, Texture
from simgen.records.light import SpotLight
from simgen.records.scene import Scene, scene_from_json
from tests.builders import box, floor, make_scene, sphere


@pytest.fixture(scope="module")
def scene() -> Scene:
    lamp = SpotLight("lamp", Pose((0.0, 0.0, 3.0), (2**-0.5, 0.0, 2**-0.5, 0.0)), "", 900.0)
    things = [floor(), box(at=(0.3, 0.2, 0.05)), box(at=(-0.3, 0.2, 0.1), scale=2.0), sphere(at=(0, 0, 0.05))]
    return make_scene(things, lights=(lamp,))


@pytest.fixture(scope="module")
def folder(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "scene"
    export_scene(scene, AssetLibrary(), path)
    return path


@pytest.fixture(scope="module")
def description(folder: Path) -> dict:
    return json.loads((folder / "scene.json").read_text())


def test_simgen_reads_the_very_same_scene(folder: Path, scene: Scene) -> None:
    assert scene_from_json((folder / "record.json").read_text()) == scene


def test_every_object_is_there_at_its_pose(description: dict, scene: Scene) -> None:
    for each, body in zip(description["objects"], scene.objects, strict=True):
        assert each["instance_id"] == body.instance_id
        np.testing.assert_allclose(each["T_world_object"], body.pose.matrix(), atol=1e-12)


def test_meshes_have_the_size_the_scene_says(description: dict, folder: Path, scene: Scene) -> None:
    for each, body in zip(description["objects"], scene.objects, strict=True):
        positions = np.concatenate([np.load(folder / part["mesh"])["positions_m"] for part in each["parts"]])
        np.testing.assert_allclose(np.ptp(positions, axis=0), body.size_m, rtol=1e-3)


def test_the_obj_holds_the_same_triangles(description: dict, folder: Path) -> None:
    for each in description["objects"]:
        lines = (folder / each["obj"]).read_text().splitlines()
        assert sum(line.startswith("f ") for line in lines) == each["triangles"]


def test_a_model_is_written_once_for_all_who_share_it(scene: Scene, tmp_path: Path) -> None:
    twins = make_scene([box(at=(0.0, 0.0, 0.1)), box(at=(0.5, 0.0, 0.1))])
    export_scene(twins, AssetLibrary(), tmp_path / "twins")
    assert len(list((tmp_path / "twins" / "models").glob("*.obj"))) == 1


def test_light_is_in_the_units_of_the_scene(description: dict) -> None:
    assert description["suns"][0]["illuminance_lux"] == 20_000.0
    assert description["environment"]["luminance"] == pytest.approx(500.0 / np.pi)
    [spot] = description["spots"]
    np.testing.assert_allclose(spot["direction"], (0.0, 0.0, -1.0), atol=1e-12)
    assert spot["distance_m"] == pytest.approx(3.0)


def test_a_surface_has_the_colour_its_triangles_show_and_not_that_of_the_rest_of_its_map() -> None:
    pixels = np.zeros((2, 2, 3), np.uint8)
    pixels[:, 1] = 255  # left black, right white
    map_ = Texture(pixels, srgb=True)
    part = _triangle(uvs=[(0.6, 0.1), (0.9, 0.1), (0.9, 0.9)])
    np.testing.assert_allclose(
        mean_color(Material(base_color_rgb=(0.5, 1.0, 0.25), base_color_map=map_), part), (0.5, 1, 0.25)
    )


def test_a_map_scales_how_metallic_and_rough_a_surface_is() -> None:
    pixels = np.zeros((1, 1, 3), np.uint8)
    pixels[0, 0] = (255, 51, 204)
    material = Material(metallic=0.5, roughness=1.0, metallic_roughness_map=Texture(pixels, srgb=False))
    assert mean_surface(material, _triangle(uvs=[(0, 0)] * 3)) == pytest.approx((0.4, 0.2))


def test_an_obj_counts_vertices_from_one_across_parts() -> None:
    part = _triangle(uvs=[(0, 0)] * 3)
    faces = [line for line in obj_text([part, part], 2.0).splitlines() if line.startswith("f")]
    assert faces == ["f 1//1 2//2 3//3", "f 4//4 5//5 6//6"]
    assert "v 2 0 0" in obj_text([part], 2.0)


def _triangle(uvs: list[tuple[float, float]]) -> Submesh:
    corners = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0)], np.float32)
    normals = np.tile(np.float32((0, 0, 1)), (3, 1))
    return Submesh(corners, normals, np.array(uvs, np.float32), np.array([[0, 1, 2]], np.uint32), 0)
