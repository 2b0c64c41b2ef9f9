"""The road: lanes side by side, regions on them, ground for physics where it is drawn, and clear refusals."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.assets import procedural
from simgen.errors import AssetError
from simgen.geometry import FloatArray, apply
from simgen.worlds.lane_graph import LaneGraph
from simgen.worlds.regions import StripRegion
from simgen.worlds.road import road, road_lanes
from tests.worlds.roads import a_road

ROAD = a_road()
WORLD = road(ROAD)
GRAPH = LaneGraph(WORLD.lanes)


def test_lanes_run_from_the_origin_and_back():
    right, left = GRAPH["right_lane"], GRAPH["left_lane"]
    assert right.point_at(0.0).position_m == pytest.approx((0.0, -1.75, 0.0))
    assert right.point_at(0.0).heading_rad == pytest.approx(0.0, abs=0.01)
    assert left.point_at(left.length_m).position_m == pytest.approx((0.0, 1.75, 0.0))
    assert not right.lane.opposite
    assert left.lane.opposite


def test_the_middle_line_turns_by_the_bend_and_is_as_long_as_asked():
    middle = a_road(slope=0.0).line.points(np.linspace(0.0, 120.0, 400))
    assert np.linalg.norm(np.diff(middle, axis=0), axis=1).sum() == pytest.approx(120.0, rel=1e-4)
    end = GRAPH["right_lane"].point_at(GRAPH["right_lane"].length_m)
    assert end.heading_rad == pytest.approx(0.3, abs=0.01)


def test_neighbours_lie_where_they_say_by_their_widths():
    for lane in WORLD.lanes:
        curve = GRAPH[lane.name]
        for name, side in ((lane.left, 1.0), (lane.right, -1.0)):
            if name:
                paved = 0.5 if {lane.kind, GRAPH[name].lane.kind} == {"driving", "shoulder"} else 0.0
                apart = (lane.width_m + GRAPH[name].lane.width_m) / 2 + paved
                middle = curve.point_at(curve.length_m / 2, side * apart).position_m
                assert abs(GRAPH[name].s_of(middle)[1]) < 0.01, (lane.name, name)


def test_lanes_lie_on_the_drawn_surface():
    corners = _vertices("pavement")
    for x, y, z in road_lanes(ROAD)[0].points_m:
        near = corners[np.argsort(np.hypot(corners[:, 0] - x, corners[:, 1] - y))[:2]]
        assert near[:, 2].max() == pytest.approx(z, abs=0.12)  # a lane's own row is at most half a row away


@pytest.mark.parametrize("name", ["pavement", "ground", "shoulder"])
def test_physics_has_its_ground_where_it_is_drawn(name: str):
    part = next(part for part in WORLD.parts if part.name == name)
    hulls = procedural.collision(part.asset).hulls_m
    tops = np.concatenate([apply(part.pose.matrix(), hull) for hull in hulls])
    for x, y, z in tops:
        s = GRAPH["right_lane"].s_of((x, y, z))[0]
        height = float(ROAD.line.points(s, 0.0)[2])
        assert z == pytest.approx(height, abs=0.02) or z < height - 0.2  # a top corner, or a bottom one


def _vertices(name: str) -> FloatArray:
    part = next(part for part in WORLD.parts if part.name == name)
    mesh = procedural.build(part.asset).model.lods[0]
    positions = np.concatenate([submesh.positions_m for submesh in mesh]).astype(float)
    return apply(part.pose.matrix(), positions)


def test_bodies_may_be_over_the_ground_and_nowhere_beside_it():
    ground = next(part for part in WORLD.parts if part.name == "ground")
    low, high = (np.array(ground.pose.position_m) + side * np.array(ground.size_m) / 2 for side in (-1, 1))
    assert WORLD.workspace_min_m[:2] == pytest.approx(low[:2])
    assert WORLD.workspace_max_m[:2] == pytest.approx(high[:2])
    assert WORLD.workspace_min_m[2] < low[2]
    assert WORLD.workspace_max_m[2] > high[2] + 10.0


def test_every_lane_has_a_region_of_its_name_and_width():
    for lane in WORLD.lanes:
        (region,) = WORLD.regions[lane.name]
        assert isinstance(region, StripRegion)
        assert region.left_m - region.right_m == pytest.approx(lane.width_m)
    (paved,), (lanes,) = WORLD.regions["road"], WORLD.regions["carriageway"]
    assert paved.area_m2 / lanes.area_m2 == pytest.approx(8.0 / 7.0)
    assert paved.contains([(0.0, 3.9, 0.0), (1.0, -3.9, 0.0)])
    assert not paved.contains([(0.0, 4.1, 0.0)])


def test_a_flat_straight_road_stands_on_few_bodies():
    flat = road(a_road(bend_rad=0.0, slope=0.0, trees=0.0, guard_rail="none", posts=False))
    assert all(
        len(procedural.collision(part.asset).hulls_m) <= 4
        for part in flat.parts
        if part.name in ("pavement", "ground")
    )


def test_what_is_not_wanted_is_not_there():
    bare = road(a_road(trees=0.0, grass=0.0, posts=False, guard_rail="none", sign="none"))
    assert [part.name for part in bare.parts] == ["pavement", "marking", "shoulder", "ground", "wood"]


def test_the_sign_stands_on_the_right_and_faces_the_traffic():
    sign = next(part for part in WORLD.parts if part.name == "sign")
    s, lateral = GRAPH["right_lane"].s_of(sign.pose.position_m)
    assert s == pytest.approx(30.0, abs=0.2)
    assert lateral == pytest.approx(-4.9 + 1.75, abs=0.05)


def test_nothing_solid_stands_on_the_carriageway():
    middle = GRAPH["right_lane"]
    for part in WORLD.parts:
        if part.name.startswith(("plants", "posts", "guard", "sign")):
            for hull in procedural.collision(part.asset).hulls_m:
                x, y, z = apply(part.pose.matrix(), [hull.mean(axis=0)])[0].tolist()
                s, lateral = middle.s_of((x, y, z))
                assert abs(lateral - 1.75) > 4.0 or not 0.0 < s < middle.length_m, part.name


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"bend_rad": 1.5, "meadow_m": 80.0}, "folds ground"),
        ({"guard_rail": "rigth"}, "did you mean 'right'"),
        ({"sign": "moose"}, "no 'moose'.*known: none, deer"),
        ({"meadow_m": 15.0}, "leaves no meadow|must be"),
        ({"centre": "dotted"}, "one of dashed, solid"),
    ],
)
def test_roads_that_cannot_be_made_are_refused(changes: dict[str, object], message: str):
    with pytest.raises((ValueError, AssetError), match=message):
        road(a_road(**changes))


def test_a_nearly_treeless_road_can_be_made():
    for seed in range(3):
        road(a_road(trees=0.03, grass=0.03, seed=seed))
