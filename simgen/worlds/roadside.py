"""What stands along a road: trees, bushes, grass, delineator posts, guard rails and signs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from simgen.assets import procedural
from simgen.assets.procedural import SIGNS, RoadLine
from simgen.errors import did_you_mean
from simgen.geometry import Pose
from simgen.records.asset import AssetRef
from simgen.worlds.boxes import OrientedBox
from simgen.worlds.world import Part, ref, stand

if TYPE_CHECKING:
    from simgen.worlds.road import Road

_STRETCH_M = 120.0  # of road whose plants are one model
_GRASS_STRETCH_M = 60.0  # length of one model of grass: what is out of sight is not drawn
_BEFORE_M, _AFTER_M = 60.0, 220.0  # how far past the ends of the lanes trees are strewn
_RAIL_OFF_M = 0.5  # from the pavement, as far as the posts
_RAILS = ("none", "left", "right", "both")
_SIGN_SHARE = 0.25  # of the road's length to where a sign stands
_THIN = 0.02  # densities below are none


def roadside(choice: Road) -> tuple[Part, ...]:
    """Return all that stands along the road.

    Raises:
        ValueError: an unknown sign or side of a guard rail.
    """
    return (*_plants(choice), *_grass(choice), *_furniture(choice), *_sign(choice))


def road_part(name: str, asset: AssetRef, solids: tuple[OrientedBox, ...] = ()) -> Part:
    """Return a part that is made in the coordinates of the road, where it belongs."""
    return Part(name, asset, Pose(procedural.middle_m(asset)), procedural.describe(asset).size_m, solids)


def _plants(choice: Road) -> Iterator[Part]:
    """Yield the edge of the wood, and where the scenario has trees stretches of plants, each a model of its own."""
    line = {**choice.line_params, "outer_m": choice.meadow_m}
    yield road_part("wood", ref("wood_edge", **line))
    if choice.trees < _THIN:
        return
    starts = np.arange(-_BEFORE_M, choice.length_m + _AFTER_M, _STRETCH_M).tolist()
    for k, start in enumerate(starts):
        asset = ref(
            "road_plants",
            **line,
            inner_m=choice.green_m,
            from_m=start,
            to_m=start + _STRETCH_M,
            density=choice.trees,
        )
        yield road_part(f"plants[{k}]", asset)


def _grass(choice: Road) -> Iterator[Part]:
    if choice.grass < _THIN:
        return
    line = {
        **choice.line_params,
        "inner_m": choice.green_m,
        "shoulder_m": choice.gravel_m,
        "density": choice.grass,
    }
    for k, start in enumerate(np.arange(0.0, choice.length_m, _GRASS_STRETCH_M).tolist()):
        yield road_part(f"grass[{k}]", ref("road_grass", **line, from_m=start, to_m=start + _GRASS_STRETCH_M))


def _furniture(choice: Road) -> Iterator[Part]:
    """Yield posts and guard rails."""
    if choice.posts:
        yield road_part("posts", ref("road_posts", **choice.line_params, paved_m=choice.paved_m))
    if choice.guard_rail not in _RAILS:
        hint = did_you_mean(choice.guard_rail, _RAILS)
        raise ValueError(f"guard_rail: no side '{choice.guard_rail}';{hint} known: {', '.join(_RAILS)}")
    for side in ("left", "right"):
        if choice.guard_rail in (side, "both"):
            off = choice.paved_m + _RAIL_OFF_M + 0.3
            asset = ref(
                "guard_rail", **choice.line_params, side=side, off_m=off, from_m=0.0, to_m=choice.length_m
            )
            yield road_part(f"guard_rail_{side}", asset)


def _sign(choice: Road) -> Iterator[Part]:
    if choice.sign == "none":
        return
    if choice.sign not in SIGNS:
        hint = did_you_mean(choice.sign, ("none", *SIGNS))
        raise ValueError(f"sign: no '{choice.sign}';{hint} known: none, {', '.join(SIGNS)}")
    line, s = choice.line, _SIGN_SHARE * choice.length_m
    x, y, z = line.points(s, -choice.paved_m - 0.9).tolist()
    yield stand("sign", ref("road_sign", face=choice.sign), (x, y, z), _heading(line, s))


def _heading(line: RoadLine, s_m: float) -> float:
    return float(line.heading_rad(s_m))
