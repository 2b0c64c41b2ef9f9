"""What holds for every procedural model, whatever its family."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from simgen.assets import procedural
from simgen.assets.closed import closed_first
from simgen.assets.procedural import primitives
from simgen.assets.procedural.registry import build, describe, names
from simgen.assets.taxonomy import load_taxonomy
from simgen.errors import AssetError
from simgen.records.asset import Asset, AssetRef
from simgen.skinning import posed_positions
from simgen.worlds.world import ref
from tests.assets.procedural.digests import digest

FAMILIES = [name for name in names() if name not in primitives.SHAPES]
SIZED = [
    "bin", "bracket", "carton", "column", "crate", "floor", "pallet", "pedestal", "shelf", "slab", "table", "wall",
]  # fmt: skip
# Models of one closed surface; those nailed together from boards that touch are closed board by board only.
CLOSED = ["carton", "column", "floor", "pedestal", "shelf", "slab", "table", "wall", "bolt", "nut", "washer", "can",
          "bottle", "jar", "bowl", "plate"]  # fmt: skip


def positions(asset: Asset) -> np.ndarray:
    return np.concatenate([submesh.positions_m for submesh in asset.model.lods[0]]).astype(float)


def in_all_poses(asset: Asset) -> np.ndarray:
    """Vertices at rest and, of a model with a skeleton, in 48 poses of its gait."""
    skin, parts = asset.model.skin, asset.model.lods[0]
    if skin is None:
        return positions(asset)
    ways = [(0.0, 0.0), *((k / 48 * skin.gait.stride_m, 99.0) for k in range(48))]
    posed = [posed_positions(part, skin, np.array(way), 1.0) for part in parts for way in ways]
    return np.concatenate(posed).astype(float)


def whole_mesh(asset: Asset) -> trimesh.Trimesh:
    submeshes = asset.model.lods[0]
    starts = np.cumsum([0, *[len(s.positions_m) for s in submeshes]])
    faces = np.concatenate([s.triangles.astype(int) + k for s, k in zip(submeshes, starts, strict=False)])
    mesh = trimesh.Trimesh(positions(asset), faces, process=False)
    mesh.merge_vertices(merge_norm=True, merge_tex=True, digits_vertex=7)
    return mesh


@pytest.mark.parametrize("name", names())
def test_the_mesh_fills_exactly_the_described_box_about_the_origin(name: str):
    asset = build(ref(name))
    size = np.asarray(describe(ref(name)).size_m)
    assert asset.model.size_m == tuple(size)
    everywhere = in_all_poses(asset)
    np.testing.assert_allclose(everywhere.max(axis=0), size / 2, atol=1e-6)
    np.testing.assert_allclose(everywhere.min(axis=0), -size / 2, atol=1e-6)


@pytest.mark.parametrize("name", FAMILIES)
def test_collision_parts_are_small_convex_sets_within_the_box(name: str):
    asset = build(ref(name))
    for hull in asset.collision.hulls_m:
        assert len(hull) <= 64
        assert len(ConvexHull(hull).vertices) == len(np.unique(hull.round(12), axis=0))
        limit = np.asarray(asset.model.size_m) / 2
        if name != "gear":  # its parts reach the tip circle, which no tooth need touch along an axis
            assert np.all(np.abs(hull) <= limit + 1e-9)


@pytest.mark.parametrize("name", FAMILIES)
def test_volume_and_center_of_mass_are_those_of_the_parts(name: str):
    asset = build(ref(name))
    hulls = [trimesh.convex.convex_hull(hull) for hull in asset.collision.hulls_m]
    volumes = np.array([hull.volume for hull in hulls])
    middle = volumes @ np.array([hull.center_mass for hull in hulls]) / volumes.sum()
    assert asset.collision.volume_m3 == pytest.approx(volumes.sum(), rel=1e-6)
    np.testing.assert_allclose(asset.collision.center_of_mass_m, middle, atol=1e-6)


@pytest.mark.parametrize("name", FAMILIES)
def test_triangles_face_the_way_their_normals_point(name: str):
    for submesh in build(ref(name)).model.lods[0]:
        p, q, r = (submesh.positions_m[submesh.triangles[:, k]].astype(float) for k in range(3))
        facing = np.cross(q - p, r - p)
        mean_normal = submesh.normals[submesh.triangles].astype(float).sum(axis=1)
        assert np.all(np.sum(facing * mean_normal, axis=1) > -1e-12)
        np.testing.assert_allclose(np.linalg.norm(submesh.normals, axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("name", CLOSED)
def test_closed_models_have_no_holes_and_their_outside_outside(name: str):
    mesh = whole_mesh(build(ref(name)))
    mesh.update_faces(mesh.nondegenerate_faces())
    assert mesh.is_watertight
    assert mesh.volume > 0


@pytest.mark.parametrize("name", FAMILIES)
def test_every_material_is_used_and_textured_surfaces_have_coordinates(name: str):
    asset = build(ref(name))
    assert sorted(s.material for s in asset.model.lods[0]) == list(range(len(asset.model.materials)))
    for submesh in asset.model.lods[0]:
        assert np.ptp(submesh.uvs, axis=0).min() > 0
        texture = asset.model.materials[submesh.material].base_color_map
        largest = 1024 if name == "road" else 512  # one picture covers the whole carriageway
        assert texture is None or (max(texture.pixels.shape[:2]) <= largest and texture.srgb)


@pytest.mark.parametrize("name", names())
def test_the_entry_is_complete(name: str):
    info = describe(ref(name))
    load_taxonomy().by_name(info.category)
    assert info.mass_kg > 0
    assert 0 < info.friction <= 1
    assert info.licence == "CC0-1.0"
    assert len(info.content_hash) == 64


@pytest.mark.parametrize("name", names())
def test_the_mass_is_that_of_the_described_entry(name: str):
    assert build(ref(name)).info == describe(ref(name))


def test_another_process_makes_the_same_bytes():
    code = (
        "from tests.assets.procedural.digests import digest\n"
        "from simgen.assets.procedural.registry import build\n"
        "from simgen.records.asset import AssetRef\n"
        "print(*(digest(build(AssetRef('procedural/' + n, (('seed', 5),)))) for n in ('carton', 'mug', 'bolt')))"
    )
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    here = [digest(build(ref(name, seed=5))) for name in ("carton", "mug", "bolt")]
    assert run.stdout.split() == here


@pytest.mark.parametrize("name", ["carton", "can", "mug", "bolt", "bin", "table", "crate"])
def test_the_seed_changes_the_look_and_not_the_shape(name: str):
    first, second = build(ref(name, seed=0)), build(ref(name, seed=1))
    assert digest(first) != digest(second)
    assert first.model.size_m == second.model.size_m
    assert first.info.content_hash != second.info.content_hash


def test_models_alike_share_their_textures():
    first, second = build(ref("carton", seed=3)), build(ref("carton", seed=3, size_m=(0.41, 0.3, 0.25)))
    maps = [
        {id(m.base_color_map) for m in asset.model.materials if m.base_color_map} for asset in (first, second)
    ]
    assert maps[0] == maps[1]


def test_a_default_given_by_name_is_the_same_recipe():
    assert describe(ref("bolt")).content_hash == describe(ref("bolt", diameter_m=0.012)).content_hash


@pytest.mark.parametrize("name", SIZED)
@settings(max_examples=12, deadline=None)
@given(size=st.tuples(*[st.floats(0.1, 1.0)] * 3), seed=st.integers(0, 3))
def test_any_size_is_met_exactly(name: str, size: tuple[float, float, float], seed: int):
    asset = build(ref(name, size_m=size, seed=seed))
    np.testing.assert_allclose(np.ptp(positions(asset), axis=0), size, atol=2e-6)
    assert 0 < asset.collision.volume_m3 <= np.prod(size) * (1 + 1e-9)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.004, 0.08), st.floats(0.01, 0.4))
def test_any_bolt_has_iso_proportions(diameter: float, length: float):
    x, y, z = describe(ref("bolt", diameter_m=diameter, length_m=length)).size_m
    assert y == pytest.approx(1.5 * diameter)
    assert x == pytest.approx(2 * y / np.sqrt(3))
    assert z == pytest.approx(length + 0.64 * diameter)


@pytest.mark.parametrize(
    ("asset", "message"),
    [
        (ref("crton"), r"no procedural model 'crton'; did you mean 'carton'\? known: .*bolt"),
        (
            ref("carton", sise_m=(1.0, 1.0, 1.0)),
            r"procedural/carton: no parameter 'sise_m'; did you mean 'size_m'\?",
        ),
        (
            ref("carton", size_m=(1.0, 1.0)),
            r"size_m must be three lengths \(x, y, z\) of 0.02 to 3 m, got \(1.0, 1.0\)",
        ),
        (ref("carton", size_m=(1.0, 1.0, 9.0)), r"size_m must be three lengths"),
        (ref("carton", seed=-1), r"seed must be a whole number from 0 to"),
        (ref("carton", seed=0.5), r"seed must be a whole number"),
        (ref("carton", seed=True), r"seed must be a whole number"),
        (ref("table", surface="wod"), r"surface must be one of .*; did you mean 'wood'\?, got 'wod'"),
        (ref("bolt", length_m="long"), r"length_m must be 0.005 to 0.6 m, got 'long'"),
        (ref("bin", wall_m=0.1, size_m=(0.2, 0.2, 0.2)), r"procedural/bin: wall_m 0.1 leaves no room"),
        (ref("mug", wall_m=0.04), r"procedural/mug: wall_m 0.04 leaves no room"),
        (ref("plate", wall_m=0.02), r"procedural/plate: wall_m 0.02 leaves no room"),
        (ref("gear", bore_m=0.055), r"procedural/gear: bore_m 0.055 cuts into the teeth"),
        (ref("bracket", thickness_m=0.05), r"procedural/bracket: thickness_m 0.05 is more than half"),
        (ref("sphere", subdivisions=9), r"subdivisions must be a whole number from 0 to 7, got 9"),
    ],
)
def test_a_wrong_reference_says_what_is_allowed(asset: AssetRef, message: str):
    with pytest.raises(AssetError, match=message):
        describe(asset)
    with pytest.raises(AssetError, match=message):
        build(asset)


@pytest.mark.parametrize("params", [{}, {"size_m": (0.01, 5.0, 0.3)}])
@pytest.mark.parametrize("shape", sorted(primitives.SHAPES))
def test_primitives_are_closed_and_marked_so(shape: str, params: dict[str, tuple[float, ...]]):
    (part,) = build(AssetRef(f"procedural/{shape}", tuple(params.items()))).model.lods[0]
    (found,) = closed_first([replace(part, closed_count=0)])
    assert part.closed_count == found.closed_count == len(part.triangles)
    np.testing.assert_array_equal(part.triangles, found.triangles)


def test_names_are_sorted_and_hold_the_primitives():
    assert list(procedural.names()) == sorted(procedural.names())
    assert set(primitives.SHAPES) < set(procedural.names())
