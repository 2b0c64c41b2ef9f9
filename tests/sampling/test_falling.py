"""Relations that let things go: nothing overlaps at time 0, and nothing starts inside a wall or a container."""

from __future__ import annotations

import numpy as np
import pytest

from tests.sampling.scenarios import PLATE, block, box_of, group, overlaps, scenario, scenes


def test_a_drop_starts_clear_of_the_surface_and_of_all_else():
    objects = {
        "a": block(count=6, place={"scatter": {"region": PLATE}}),
        "b": block(count=20, place={"drop": {"region": PLATE, "height": "5 cm"}}),
    }
    for scene in scenes(scenario(objects), 4):
        assert overlaps(list(scene.objects)) == []
        lows = [box_of(b).min_m[2] for b in group(scene, "b")]
        assert min(lows) >= 0.75 - 1e-9
        corners = np.concatenate([box_of(b).corners_world()[:, :2] for b in scene.objects])
        assert np.all(np.abs(corners) <= (0.5 + 1e-9, 0.4 + 1e-9))


def test_a_lone_drop_starts_exactly_at_its_height():
    objects = {"b": block(place={"drop": {"region": PLATE, "height": "5 cm"}})}
    for scene in scenes(scenario(objects)):
        assert box_of(scene.objects[0]).min_m[2] == pytest.approx(0.75, abs=1e-9)


def test_drops_are_stacked_only_where_the_region_is_full():
    narrow = {"box_min": [0, 0, 0], "box_max": [0.2, 0.2, 0]}
    objects = {
        "b": block(
            (0.12, 0.12, 0.12), count=4, place={"drop": {"region": narrow, "height": "2 cm", "tumble": False}}
        )
    }
    for scene in scenes(scenario(objects)):
        lows = sorted(box_of(b).min_m[2] for b in scene.objects)
        assert lows == pytest.approx([0.02 + k * 0.14 for k in range(4)])


def test_a_drop_tumbles_unless_told_not_to():
    objects = {
        "a": block(count=5, place={"drop": {"region": PLATE, "tumble": False}}),
        "b": block(count=5, place={"drop": {"region": PLATE}}),
    }
    scene = scenes(scenario(objects), 1)[0]
    assert all(box_of(body).is_upright for body in group(scene, "a"))
    assert not any(box_of(body).is_upright for body in group(scene, "b"))


def test_a_drop_below_a_roof_starts_below_it():
    objects = {
        "roof": block((1.2, 1.2, 0.05), place={"at": {"position": [0, 0, 1.2]}}),
        "z": block(place={"drop": {"region": PLATE, "height": "5 cm"}}),
    }
    for scene in scenes(scenario(objects)):
        assert box_of(group(scene, "z")[0]).max_m[2] < 1.2


def test_in_an_object_starts_above_its_opening():
    objects = {
        "bowl": block((0.3, 0.3, 0.1), place={"at": {"position": [0, 0, 0.7], "yaw": "30 deg"}}),
        "fruit": block((0.05, 0.05, 0.05), count=4, place={"in": {"target": "bowl", "height": "3 cm"}}),
    }
    for scene in scenes(scenario(objects)):
        bowl = box_of(group(scene, "bowl")[0])
        for body in group(scene, "fruit"):
            local = (box_of(body).corners_world() - bowl.center_m) @ bowl.R_world_box
            assert np.all(np.abs(local[:, :2]) <= 0.8 * 0.15 + 1e-9)
            assert box_of(body).min_m[2] >= 0.83 - 1e-9
        assert overlaps(list(scene.objects)) == []
