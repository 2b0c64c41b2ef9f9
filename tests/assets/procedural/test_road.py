"""Models along a road: lines by formula, surfaces without gaps, furniture at its distances, figures in proportion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from simgen.assets.procedural.deer import POSES
from simgen.assets.procedural.limbs import Limb, ball
from simgen.assets.procedural.meshes import Patch
from simgen.assets.procedural.registry import build, describe
from simgen.assets.procedural.road_furniture import post_places
from simgen.assets.procedural.road_line import AFTER_M, BEFORE_M, RoadLine
from simgen.assets.procedural.road_signs import SIGNS
from simgen.assets.procedural.tree_shapes import KINDS, SHAPES, plant
from simgen.geometry import FloatArray
from simgen.records.asset import Submesh
from simgen.worlds.world import ref


def area_m2(positions: FloatArray, triangles: np.ndarray) -> float:
    p, q, r = (positions[triangles[:, k]].astype(float) for k in range(3))
    return float(np.linalg.norm(np.cross(q - p, r - p), axis=1).sum() / 2)


def level_area_m2(submeshes: Sequence[Submesh]) -> float:
    """Area of what faces up."""
    total = 0.0
    for mesh in submeshes:
        up = mesh.normals[mesh.triangles].mean(axis=1)[:, 2] > 0.5
        total += area_m2(mesh.positions_m, mesh.triangles[up])
    return total


def test_a_bent_line_is_an_arc_of_the_asked_length():
    line = RoadLine(200.0, 0.5, 0.0)
    radius = 400.0
    points = line.points(np.array([0.0, 50.0, 200.0]))
    assert points[:, 0] == pytest.approx([0.0, radius * np.sin(0.125), radius * np.sin(0.5)])
    assert points[:, 1] == pytest.approx([0.0, radius * (1 - np.cos(0.125)), radius * (1 - np.cos(0.5))])
    assert line.radius_m == radius


def test_a_lateral_offset_is_a_parallel_line_to_the_left():
    line = RoadLine(200.0, -0.5, 0.02)
    s = np.linspace(-30.0, 260.0, 40)
    apart = line.points(s, 3.0) - line.points(s, 0.0)
    assert np.linalg.norm(apart, axis=1) == pytest.approx(np.full(40, 3.0))
    heading = line.heading_rad(s)
    assert apart[:, 1] * np.cos(heading) - apart[:, 0] * np.sin(heading) == pytest.approx(np.full(40, 3.0))


def test_the_line_is_level_past_its_ends_and_steepest_half_way():
    line = RoadLine(200.0, 0.0, 0.05)
    heights = line.points(np.array([-50.0, 0.0, 100.0, 200.0, 300.0]))[:, 2]
    assert heights == pytest.approx([0.0, 0.0, 200 * 0.05 / np.pi, 400 * 0.05 / np.pi, 400 * 0.05 / np.pi])


@pytest.mark.parametrize("centre", ["dashed", "solid"])
def test_pavement_and_paint_fill_the_carriageway_without_gap_or_overlap(centre: str):
    asked = {"length_m": 120.0, "centre": centre, "seed": 3}
    whole = 8.0 * (120.0 + BEFORE_M + AFTER_M)
    road, lines = build(ref("road", **asked)), build(ref("road_marking", **asked))
    assert level_area_m2(road.model.lods[0]) + level_area_m2(lines.model.lods[0]) == pytest.approx(
        whole, rel=1e-5
    )


def test_lines_are_as_wide_as_the_guideline_and_dashes_a_third_of_their_length():
    long = 120.0 + BEFORE_M + AFTER_M
    solid = level_area_m2(build(ref("road_marking", length_m=120.0, centre="solid")).model.lods[0])
    dashed = level_area_m2(build(ref("road_marking", length_m=120.0, centre="dashed")).model.lods[0])
    assert solid == pytest.approx(3 * 0.12 * long, rel=1e-4)
    assert dashed == pytest.approx((2 + 1 / 3) * 0.12 * long, rel=0.01)


def test_posts_stand_every_fifty_metres_on_both_sides():
    feet, _ = post_places(RoadLine(200.0, 0.0, 0.0), 4.0)
    right, left = feet[0::2], feet[1::2]
    assert np.diff(right[:, 0]) == pytest.approx(np.full(len(right) - 1, 50.0))
    assert right[:, 1] == pytest.approx(np.full(len(right), -4.5))
    assert left[:, 1] == pytest.approx(np.full(len(left), 4.5))


@pytest.mark.parametrize("face", SIGNS)
def test_every_sign_has_a_face_of_its_own(face: str):
    asset = build(ref("road_sign", face=face))
    picture = asset.model.materials[0].base_color_map
    assert picture is not None
    covered = (picture.pixels[..., 3] > 127).mean()
    assert covered == pytest.approx(
        0.42 if face in ("deer", "children", "bend") else np.pi * 0.49**2, abs=0.03
    )
    reds = (picture.pixels[..., 0] > 150) & (picture.pixels[..., 1] < 80)
    assert 0.05 < reds.mean() < 0.5


def test_the_seed_strews_plants_elsewhere():
    first, second = (describe(ref("road_plants", seed=seed)) for seed in (1, 2))
    assert first.size_m != second.size_m
    assert first.content_hash != second.content_hash


@pytest.mark.parametrize("kind", KINDS)
def test_far_plants_are_coarser_but_as_high(kind: str):
    for shape in range(SHAPES):
        fine, far = plant(kind, shape, True), plant(kind, shape, False)
        assert fine.height_m == far.height_m
        assert len(far.crown.triangles) < 0.5 * len(fine.crown.triangles)
        assert fine.crown.positions_m[:, 2].max() == pytest.approx(fine.height_m, rel=0.3)


def test_a_straight_limb_is_a_capsule():
    limb = Limb(((0.0, 0.0, 0.0), (0.0, 0.0, 1.0)), (0.1, 0.1))
    patch = limb.patch(sides=48, rings=4)
    assert volume_m3(patch) == pytest.approx(np.pi * 0.01 * 1.0 + 4 / 3 * np.pi * 0.001, rel=0.02)


def test_a_ball_has_the_volume_of_an_ellipsoid():
    assert volume_m3(ball((1.0, 2.0, 3.0), (0.3, 0.2, 0.1), 48)) == pytest.approx(
        4 / 3 * np.pi * 0.006, rel=0.02
    )


def volume_m3(patch: Patch) -> float:
    """Volume inside a closed surface, by the divergence theorem."""
    p, q, r = (patch.positions_m[patch.triangles[:, k]] for k in range(3))
    return float(np.sum(p * np.cross(q, r)) / 6)


@pytest.mark.parametrize("pose", POSES)
def test_a_deer_has_its_weight_and_size_in_every_pose(pose: str):
    info = describe(ref("deer", pose=pose))
    assert info.mass_kg == pytest.approx(70.0)
    assert 1.4 < info.size_m[0] < 2.3
    assert 1.5 < info.size_m[2] < 1.7
    assert describe(ref("deer", pose=pose, antlers="small")).size_m[2] > info.size_m[2]


def test_a_standing_child_is_as_tall_as_the_test_target():
    assert describe(ref("child", pose="stand")).size_m[2] == pytest.approx(1.154, abs=0.03)
    assert describe(ref("child")).size_m[0] > 2 * describe(ref("child", pose="stand")).size_m[0]
