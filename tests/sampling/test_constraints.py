"""Constraints: what they accept holds, what they refuse is counted under their label."""

from __future__ import annotations

from itertools import product

import pytest

from simgen.errors import ScenarioError
from simgen.worlds.boxes import box_distance_m
from tests.sampling.scenarios import PLATE, block, box_of, draw, group, overlaps, scenario

LOOSE = {"in": [{"uniform": [-0.4, 0.4]}, {"uniform": [-0.4, 0.4]}, 0]}
ANYWHERE = {"at": {"position": LOOSE["in"]}}


def refused(of, count: int = 12) -> set[str]:
    return {reason for index in range(count) for reason, _ in draw(of, index).rejections.by_reason}


def test_clearance_is_kept_between_all_members():
    of = scenario(
        {"a": block(count=2, place=ANYWHERE), "b": block(count=2, place=ANYWHERE)},
        constraints=[{"clearance": ["a", "b"], "distance": "15 cm"}],
    )
    for index in range(12):
        scene = draw(of, index).scene
        pairs = product(group(scene, "a"), group(scene, "b"))
        assert min(box_distance_m(box_of(a), box_of(b)) for a, b in pairs) >= 0.15
    assert refused(of) == {"constraints[0] clearance"}


def test_non_overlap_of_all():
    of = scenario(
        {"a": block((0.3, 0.3, 0.3), count=4, place=ANYWHERE)},
        constraints=[{"non_overlap": ["all"]}],
        sample={"max_attempts": 2000},
    )
    for index in range(3):
        assert overlaps(list(draw(of, index).scene.objects)) == []
    assert refused(of, 3) == {"constraints[0] non_overlap"}


def test_in_region_looks_at_centres():
    left = {"box_min": [-0.4, -0.4, 0], "box_max": [0, 0.4, 0]}
    of = scenario({"a": block(count=2, place=ANYWHERE)}, constraints=[{"in_region": ["a"], "region": left}])
    for index in range(12):
        assert all(body.pose.position_m[0] <= 0 for body in draw(of, index).scene.objects)
    assert refused(of) == {"constraints[0] in_region"}


def test_visible_from_refuses_what_a_wall_hides():
    objects = {
        "goal": block((0.1, 0.1, 0.1), place={"at": {"position": [-2, {"uniform": [-2, 2]}, 0]}}),
        "wall": block((0.1, 2, 4), place={"at": {"position": [0, 0, -2]}}),
    }
    of = scenario(
        objects,
        sensors={"cam": {"fixed": {"position": [4, 0, 0.05], "look_at": [0, 0, 0.05]}}},
        constraints=[{"visible_from": "cam", "object": "goal", "min_fraction": 0.9}],
    )
    # seen past the wall's edge: from x = 4 the wall at x = 0.05 with half width 1 hides |y| < 6 / 3.95 at x = -2
    for index in range(12):
        assert abs(group(draw(of, index).scene, "goal")[0].pose.position_m[1]) > 1.0 * 6 / 4
    assert refused(of) == {"constraints[0] visible_from"}


def test_cheap_constraints_are_tried_first():
    of = scenario(
        {"a": block(place=ANYWHERE), "b": block(place=ANYWHERE)},
        params={"u": {"uniform": [0, 1]}},
        constraints=[{"clearance": ["a", "b"], "distance": 100}, {"require": "${u} > 2"}],
        sample={"max_attempts": 5},
    )
    with pytest.raises(Exception, match=r"'constraints\[1\] require' refused most: 5\. Try"):
        draw(of)


@pytest.mark.parametrize(
    ("constraint", "message"),
    [
        ({"clearance": ["a", "bb"], "distance": 1}, "clearance: 'bb' is no region, object or part"),
        ({"clearance": ["a"], "distance": 1}, "clearance: names exactly two objects or groups, got 1"),
        ({"in_region": ["a"], "region": "tabel"}, "region: 'tabel' is no region"),
        ({"visible_from": "cm", "object": "a"}, r"visible_from: 'cm' is no sensor; did you mean 'cam'\?"),
    ],
    ids=["object", "count", "region", "sensor"],
)  # fmt: skip
def test_a_wrong_name_is_an_error_with_its_place(constraint, message):
    with pytest.raises(ScenarioError, match=r"constraints\[0\]." + message):
        draw(scenario({"a": block(place={"scatter": {"region": PLATE}})}, constraints=[constraint]))
