from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from simgen.assets.importers import read_model
from simgen.errors import AssetError
from tests.assets.importers.sources import folder, read_glb


def cube_glb(**material: object) -> bytes:
    """A cube of side 2 whose node stands 1 up, with texture coordinates."""
    mesh = trimesh.creation.box(extents=(2, 2, 2))
    mesh.unmerge_vertices()
    uv = np.tile([[0, 0], [1, 0], [1, 1]], (12, 1))
    pbr = trimesh.visual.material.PBRMaterial(name="paint", **material)
    mesh.visual = trimesh.visual.TextureVisuals(uv=uv, material=pbr)
    scene = trimesh.Scene()
    scene.add_geometry(mesh, transform=trimesh.transformations.translation_matrix((0, 1, 0)))
    return scene.export(file_type="glb")


def test_nodes_are_placed_and_y_is_up(tmp_path: Path) -> None:
    model = read_glb(tmp_path, cube_glb())
    points = model.parts[0].positions
    assert model.up_axis == "y"
    np.testing.assert_allclose([points.min(axis=0), points.max(axis=0)], [[-1, 0, -1], [1, 2, 1]], atol=1e-6)


def test_factors_and_maps_of_the_material_are_kept(tmp_path: Path) -> None:
    base = Image.new("RGB", (4, 4), (10, 200, 30))
    rough = Image.new("RGB", (4, 4), (0, 128, 255))
    glb = cube_glb(
        baseColorFactor=[255, 0, 255, 255],
        metallicFactor=0.25,
        roughnessFactor=0.75,
        baseColorTexture=base,
        metallicRoughnessTexture=rough,
        doubleSided=True,
    )
    material = read_glb(tmp_path, glb).materials[0]
    assert (material.name, material.metallic, material.roughness) == ("paint", 0.25, 0.75)
    assert material.base_color_rgb == (1.0, 0.0, 1.0)
    assert material.base_color_map is not None
    assert material.base_color_map.srgb
    assert material.base_color_map.pixels[0, 0].tolist() == [10, 200, 30]
    assert material.metallic_roughness_map is not None
    assert material.metallic_roughness_map.pixels[0, 0].tolist() == [0, 128, 255]
    assert not material.metallic_roughness_map.srgb


def test_masked_materials_keep_their_cutoff(tmp_path: Path) -> None:
    leaf = Image.fromarray(np.array([[[0, 255, 0, 255], [0, 255, 0, 0]]], np.uint8))
    material = read_glb(
        tmp_path, cube_glb(baseColorTexture=leaf, alphaMode="MASK", alphaCutoff=0.3)
    ).materials[0]
    assert (material.alpha_mode, material.alpha_cutoff) == ("mask", 0.3)


def test_side_files_are_read_from_the_same_folder_only(tmp_path: Path) -> None:
    files = trimesh.Scene(trimesh.creation.box()).export(file_type="gltf")
    tree = json.loads(files["model.gltf"])
    first = tree["buffers"][0]["uri"]
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "outside.bin").write_bytes(files[first])
    tree["buffers"][0]["uri"] = "../outside.bin"
    for name in files.keys() - {"model.gltf", first}:
        (inside / name).write_bytes(files[name])
    source = folder(inside, m_gltf=json.dumps(tree))
    with pytest.raises(AssetError, match=r"side file '\.\./outside\.bin' is not there"):
        read_model(source, "m.gltf")
    (inside / "outside.bin").write_bytes(files[first])
    assert len(read_model(source, "m.gltf").parts[0].triangles) == 12


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match=r"m\.glb: not a readable glTF file"):
        read_glb(tmp_path, b"glTF\x02\0\0\0 cut short")


def test_a_scene_without_triangles_is_told(tmp_path: Path) -> None:
    line = trimesh.load_path(np.array([[0, 0, 0], [1, 0, 0]], float))
    data = trimesh.Scene(line).export(file_type="glb")
    with pytest.raises(AssetError, match=r"m\.glb: no triangles; the file holds no surface to draw"):
        read_glb(tmp_path, BytesIO(data).getvalue())
