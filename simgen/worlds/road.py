"""A two-lane country road through meadows. It begins at the origin, heading along +X; traffic keeps to the right.

Lanes, each in its direction of travel: `right_lane` from the origin to the end of the road, `left_lane` back again, and
beside each its `shoulder_...` and `verge_...`. Regions: one of each lane's name, `carriageway` (both lanes), `road`
(all that is paved), `roadside` (shoulders and verges).
"""

from __future__ import annotations

from dataclasses import dataclass

from simgen.assets.procedural import RoadLine
from simgen.geometry import Vec3
from simgen.records.asset import ParamValue
from simgen.records.lane import Lane
from simgen.worlds.regions import Region, StripRegion
from simgen.worlds.roadside import road_part, roadside
from simgen.worlds.world import Part, World, ref

_ROW_M = 4.0  # the surface is drawn in straight pieces of this length, and lanes follow them
_HEADROOM_M = 50.0  # assumed: a body higher than this above the road was thrown out of the scene
_BELOW_M = 15.0  # assumed: a body lower than this below the ground fell through it


@dataclass(frozen=True, slots=True)
class Road:
    """What can be chosen of a road.

    Attributes:
        length_m: of its lanes; it is drawn a good way on at both ends.
        bend_rad: by how much it turns left over its length.
        slope: rise over run where it is steepest, half way.
        lane_width_m: of each of both lanes.
        edge_m: of the paved strip outside of each lane; holds the edge line.
        shoulder_m: of the gravel beside.
        verge_m: of the mown grass beside that.
        meadow_m: how far from the middle line there is ground.
        centre: the centre line: `dashed`, or `solid` where overtaking is forbidden.
        trees: how densely trees and bushes stand behind the verges; 1 is about 50 trees every 100 m.
        grass: how densely tufts of grass stand on the verges; 1 is about 4 in 10 m².
        posts: whether delineator posts stand along the shoulders.
        guard_rail: `none`, `left`, `right` or `both`.
        sign: what a sign on the right shows; `none` for no sign.
        wet: water on road and shoulder: 0 dry, 0.5 dark, 1 under a film that mirrors.
        seed: of all that is strewn and painted.
    """

    length_m: float
    bend_rad: float
    slope: float
    lane_width_m: float
    edge_m: float
    shoulder_m: float
    verge_m: float
    meadow_m: float
    centre: str
    trees: float
    grass: float
    posts: bool
    guard_rail: str
    sign: str
    wet: float
    seed: int

    @property
    def line(self) -> RoadLine:
        """The middle line."""
        return RoadLine(self.length_m, self.bend_rad, self.slope)

    @property
    def line_params(self) -> dict[str, ParamValue]:
        """What every model along the road is told of its line."""
        return {"length_m": self.length_m, "bend_rad": self.bend_rad, "slope": self.slope, "seed": self.seed}

    @property
    def paved_m(self) -> float:
        """From the middle line to the border of the pavement."""
        return self.lane_width_m + self.edge_m

    @property
    def gravel_m(self) -> float:
        """From the middle line to the outer border of the shoulder."""
        return self.paved_m + self.shoulder_m

    @property
    def green_m(self) -> float:
        """From the middle line to the outer border of the verge."""
        return self.gravel_m + self.verge_m


def road(choice: Road) -> World:
    """Return the road and what stands along it.

    Raises:
        AssetError: a measure is out of range, or the bend is too sharp for the ground beside it.
    """
    parts = (*_ground(choice), *roadside(choice))
    lanes = road_lanes(choice)
    ground = next(part for part in parts if part.name == "ground")
    (x, y, z), (w, d, h) = ground.pose.position_m, ground.size_m
    return World(
        parts=parts,
        regions=_regions(choice, {lane.name: lane for lane in lanes}),
        workspace_min_m=(x - w / 2, y - d / 2, z - h / 2 - _BELOW_M),
        workspace_max_m=(x + w / 2, y + d / 2, z + h / 2 + _HEADROOM_M),
        lanes=lanes,
    )


def _ground(choice: Road) -> tuple[Part, ...]:
    wet: dict[str, ParamValue] = {"wet": choice.wet} if choice.wet else {}
    paved = {"lane_width_m": choice.lane_width_m, "edge_m": choice.edge_m, "centre": choice.centre, **wet}
    line = choice.line_params
    assets = {
        "pavement": ref("road", **line, **paved),
        "marking": ref("road_marking", **line, **paved),
        "shoulder": ref("road_shoulder", **line, **wet, paved_m=choice.paved_m, shoulder_m=choice.shoulder_m),
        "ground": ref(
            "road_ground", **line, inner_m=choice.gravel_m, verge_m=choice.verge_m, outer_m=choice.meadow_m
        ),
    }
    return tuple(road_part(name, asset) for name, asset in assets.items())


def road_lanes(choice: Road) -> tuple[Lane, ...]:
    """Return the lanes, those of the right side first."""
    bands = (
        ("lane", "driving", 0.0, choice.lane_width_m),
        ("shoulder", "shoulder", choice.paved_m, choice.gravel_m),
        ("verge", "verge", choice.gravel_m, choice.green_m),
    )
    lanes = list[Lane]()
    for side, other in (("right", "left"), ("left", "right")):
        names = [f"{side}_lane", f"shoulder_{side}", f"verge_{side}"]
        for k, (_, kind, inner, outer) in enumerate(bands):
            middle = (inner + outer) / 2
            lanes.append(
                Lane(
                    name=names[k],
                    points_m=_lane_points(choice, -middle if side == "right" else middle),
                    width_m=outer - inner,
                    kind=kind,  # pyright: ignore[reportArgumentType] - one of the three words above
                    left=names[k - 1] if k else f"{other}_lane",
                    right=names[k + 1] if k + 1 < len(names) else "",
                    opposite=side == "left",
                )
            )
    return tuple(lanes)


def _lane_points(choice: Road, lateral_m: float) -> tuple[Vec3, ...]:
    """Return a line along the road, in its direction on the right side, against it on the left."""
    rows = [k * _ROW_M for k in range(int(choice.length_m / _ROW_M) + 1)]
    points = choice.line.points(rows, lateral_m).tolist()
    ordered = points if lateral_m < 0 else points[::-1]
    return tuple((x, y, z) for x, y, z in ordered)


def _regions(choice: Road, lanes: dict[str, Lane]) -> dict[str, tuple[Region, ...]]:
    beds: dict[str, Region] = {
        name: StripRegion(lane, -lane.width_m / 2, lane.width_m / 2) for name, lane in lanes.items()
    }
    right, half = lanes["right_lane"], choice.lane_width_m / 2
    paved = StripRegion(right, -half - choice.edge_m, 3 * half + choice.edge_m)
    return {
        **{name: (bed,) for name, bed in beds.items()},
        "carriageway": (StripRegion(right, -half, 3 * half),),
        "road": (paved,),
        "roadside": tuple(
            beds[name] for name in ("shoulder_right", "verge_right", "shoulder_left", "verge_left")
        ),
    }
