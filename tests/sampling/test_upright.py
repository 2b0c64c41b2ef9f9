"""Relations that set things down: closed forms of where they end up."""

from __future__ import annotations

from itertools import combinations
from math import atan2, hypot, pi

import numpy as np
import pytest

from simgen.worlds.footprints import footprint, footprint_distance_m
from tests.sampling.scenarios import PLATE, block, box_of, draw, group, overlaps, scenario, scenes


def yaw_of(body) -> float:
    R = box_of(body).R_world_box
    return atan2(R[1, 0], R[0, 0])


def test_at_puts_the_bottom_centre_there():
    body = draw(scenario({"a": block(place={"at": {"position": [1, 2, 3]}})})).scene.objects[0]
    assert body.pose.position_m == pytest.approx((1, 2, 3.02))
    assert body.pose.quaternion_wxyz == pytest.approx((1, 0, 0, 0))


def test_at_turns_by_roll_then_pitch_then_yaw():
    place = {"at": {"position": [0, 0, 0], "roll": "90 deg", "yaw": "90 deg"}}
    box = box_of(draw(scenario({"a": block(place=place)})).scene.objects[0])
    # roll takes +Y up and +Z to -Y, yaw then takes -Y to +X: the body's up lies along +X
    assert box.R_world_box[:, 2] == pytest.approx([1, 0, 0], abs=1e-12)
    assert box.center_m == pytest.approx([0.02, 0, 0], abs=1e-12)


def test_on_an_object_stands_on_its_top():
    objects = {
        "base": block((0.4, 0.4, 0.2), place={"at": {"position": [1, 1, 0], "yaw": "30 deg"}}),
        "top": block(place={"on": {"target": "base"}}),
    }
    for scene in scenes(scenario(objects)):
        base, top = group(scene, "base")[0], group(scene, "top")[0]
        assert box_of(top).min_m[2] == pytest.approx(0.2, abs=1e-6)
        reach = np.abs(
            box_of(base).R_world_box.T @ (box_of(top).corners_world() - box_of(base).center_m).T
        ).max(1)
        assert np.all(reach[:2] <= 0.2 + 1e-9)


def test_on_an_object_counts_yaw_and_offset_along_its_axes():
    objects = {
        "base": block((0.4, 0.4, 0.2), place={"at": {"position": [1, 1, 0], "yaw": "90 deg"}}),
        "top": block(place={"on": {"target": "base", "yaw": 0, "offset": [0.1, 0, 0]}}),
    }
    top = group(draw(scenario(objects)).scene, "top")[0]
    assert top.pose.position_m == pytest.approx((1.0, 1.1, 0.22))
    assert yaw_of(top) == pytest.approx(pi / 2)


def test_on_a_group_stands_on_one_of_its_members():
    objects = {
        "base": block((0.3, 0.3, 0.1), count=3, place={"scatter": {"region": PLATE}}),
        "top": block(place={"on": {"target": "base"}}),
    }
    chosen = set()
    for scene in scenes(scenario(objects), 12):
        top = group(scene, "top")[0]
        below = [
            b.name
            for b in group(scene, "base")
            if np.all(np.abs(box_of(b).center_m - box_of(top).center_m)[:2] < 0.3)
        ]
        assert box_of(top).min_m[2] == pytest.approx(0.8, abs=1e-6)
        chosen.update(below)
    assert chosen == {"base[0]", "base[1]", "base[2]"}


def test_scatter_keeps_spacing_inside_the_region_on_the_surface():
    objects = {"a": block(count=12, place={"scatter": {"region": PLATE, "min_spacing": "4 cm"}})}
    for scene in scenes(scenario(objects)):
        boxes = [box_of(body) for body in scene.objects]
        assert all(box.min_m[2] == pytest.approx(0.7, abs=1e-6) for box in boxes)
        assert all(np.all(np.abs(box.corners_world()[:, :2]) <= (0.5 + 1e-9, 0.4 + 1e-9)) for box in boxes)
        gaps = [footprint_distance_m(footprint(a), footprint(b)) for a, b in combinations(boxes, 2)]
        assert min(gaps) >= 0.04


def test_scatter_keeps_its_distance_from_other_groups_too():
    objects = {
        "a": block((0.3, 0.3, 0.1), place={"at": {"position": [0, 0, 0.7]}}),
        "b": block(count=6, place={"scatter": {"region": PLATE, "min_spacing": "5 cm"}}),
    }
    for scene in scenes(scenario(objects)):
        wide = footprint(box_of(group(scene, "a")[0]))
        assert min(footprint_distance_m(wide, footprint(box_of(b))) for b in group(scene, "b")) >= 0.05


def test_scatter_on_a_disc_stays_on_it():
    disc = {"center": [1, 0, 0.2], "radius": 0.3}
    objects = {"a": block(count=6, place={"scatter": {"region": disc}})}
    for scene in scenes(scenario(objects)):
        corners = np.concatenate([box_of(body).corners_world() for body in scene.objects])
        assert max(hypot(x - 1, y) for x, y, _ in corners) <= 0.3 + 1e-9


@pytest.mark.parametrize("tumble", [False, True])
def test_inside_fills_a_volume_without_overlap(tumble):
    volume = {"box_min": [0, 0, 0], "box_max": [0.5, 0.5, 0.5]}
    objects = {"a": block(count=15, place={"inside": {"region": volume, "tumble": tumble}})}
    for scene in scenes(scenario(objects), 3):
        corners = np.concatenate([box_of(body).corners_world() for body in scene.objects])
        assert corners.min() >= -1e-9
        assert corners.max() <= 0.5 + 1e-9
        assert overlaps(list(scene.objects)) == []
        assert all(box_of(body).is_upright for body in scene.objects) is not tumble


def test_a_stack_is_one_pile_of_touching_things():
    objects = {
        "base": block((0.5, 0.5, 0.1), place={"at": {"position": [0, 0, 0]}}),
        "pile": block(count=4, place={"stack": {"target": "base", "jitter": "1 cm"}}),
    }
    for scene in scenes(scenario(objects)):
        pile = group(scene, "pile")
        assert [box_of(b).min_m[2] for b in pile] == pytest.approx([0.1, 0.14, 0.18, 0.22])
        assert np.abs([b.pose.position_m[:2] for b in pile]).max() <= 0.01
        assert len({b.pose.position_m[0] for b in pile}) == 4


def test_a_stack_on_a_group_goes_round_its_members():
    objects = {
        "base": block((0.2, 0.2, 0.1), count=3, place={"scatter": {"region": PLATE, "yaw": 0}}),
        "pile": block(count=7, place={"stack": {"target": "base"}}),
    }
    scene = draw(scenario(objects)).scene
    bases, pile = group(scene, "base"), group(scene, "pile")
    for k, body in enumerate(pile):
        assert body.pose.position_m[:2] == pytest.approx(bases[k % 3].pose.position_m[:2])
        assert box_of(body).min_m[2] == pytest.approx(0.8 + 0.04 * (k // 3), abs=1e-9)


@pytest.mark.parametrize("facing", ["goal", [2.0, 1.0, 0.0]], ids=["object", "point"])
def test_facing_turns_x_towards_it(facing):
    objects = {
        "goal": block(place={"at": {"position": [2, 1, 0]}}),
        "a": block(count=5, place={"scatter": {"region": PLATE}, "facing": facing}),
    }
    for body in group(draw(scenario(objects)).scene, "a"):
        x, y, _ = body.pose.position_m
        assert yaw_of(body) == pytest.approx(atan2(1 - y, 2 - x))
        assert np.all(np.abs(box_of(body).corners_world()[:, :2]) <= (0.5 + 1e-9, 0.4 + 1e-9))
