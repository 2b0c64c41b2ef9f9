"""Constraints on a placed scene, cheapest first, each refusal counted under its own label."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np

from simgen.errors import Problem, ScenarioError, did_you_mean
from simgen.geometry import Pose
from simgen.records.scene import CameraSensor
from simgen.sampling.draws import Draws, Refused
from simgen.sampling.layout import Layout
from simgen.sampling.targets import Targets
from simgen.sampling.visibility import visible_fraction
from simgen.scenario import spec
from simgen.scenario.expressions import holds
from simgen.worlds.boxes import OrientedBox, box_distance_m, boxes_overlap


@dataclass(frozen=True, slots=True)
class Checking:
    """What constraints look at; cameras are filled in once they are drawn.

    Attributes:
        absent: names of the bodies that are not there from the start: they hide nothing.
    """

    draws: Draws
    layout: Layout
    targets: Targets
    cameras: tuple[CameraSensor, ...] = ()
    absent: frozenset[str] = frozenset()


def check_params(constraints: Sequence[spec.Constraint], draws: Draws) -> None:
    """Raise `Refused` for the first `require` that the drawn params do not meet; nothing need be placed yet."""
    for k, constraint in enumerate(constraints):
        if isinstance(constraint, spec.Require) and not holds(constraint.require, draws.params):
            advice = f"widen the ranges of the params, or relax '{constraint.require}'"
            raise Refused(f"constraints[{k}] require", advice)


def check_placement(constraints: Sequence[spec.Constraint], ctx: Checking) -> None:
    """Raise `Refused` for the first of `in_region`, `non_overlap` and `clearance` that is not met."""
    _check(constraints, (spec.InRegion, spec.NonOverlap, spec.Clearance), ctx)


def check_visibility(constraints: Sequence[spec.Constraint], ctx: Checking) -> None:
    """Raise `Refused` for the first `visible_from` that is not met."""
    _check(constraints, (spec.VisibleFrom,), ctx)


def _check(constraints: Sequence[spec.Constraint], kinds: Sequence[type[spec.Model]], ctx: Checking) -> None:
    for kind in kinds:
        label, advice, is_met = _CHECKS[kind]
        for k, constraint in enumerate(constraints):
            if isinstance(constraint, kind) and not is_met(ctx, constraint, f"constraints[{k}]"):
                raise Refused(f"constraints[{k}] {label}", advice)


def _in_region(ctx: Checking, constraint: spec.InRegion, path: str) -> bool:
    areas = ctx.targets.regions(constraint.region, f"{path}.region")
    boxes = _boxes(ctx, constraint.in_region, f"{path}.in_region")
    return all(any(area.contains([box.center_m]) for area in areas) for _, box in boxes)


def _non_overlap(ctx: Checking, constraint: spec.NonOverlap, path: str) -> bool:
    boxes = _boxes(ctx, constraint.non_overlap, f"{path}.non_overlap")
    return not any(
        a != b and boxes_overlap(box_a, box_b) for (a, box_a), (b, box_b) in combinations(boxes, 2)
    )


def _clearance(ctx: Checking, constraint: spec.Clearance, path: str) -> bool:
    distance = ctx.draws.number(constraint.distance, f"{path}.distance")
    if len(constraint.clearance) != 2:
        message = f"names exactly two objects or groups, got {len(constraint.clearance)}"
        raise ScenarioError([Problem(f"{path}.clearance", message)])
    first, second = (_boxes(ctx, [name], f"{path}.clearance") for name in constraint.clearance)
    return all(
        a == b or box_distance_m(box_a, box_b) >= distance
        for (a, box_a), (b, box_b) in product(first, second)
    )


def _visible_from(ctx: Checking, constraint: spec.VisibleFrom, path: str) -> bool:
    cameras = {camera.name: camera for camera in ctx.cameras}
    if constraint.visible_from not in cameras:
        hint = did_you_mean(constraint.visible_from, cameras)
        message = f"'{constraint.visible_from}' is no sensor;{hint} known are: {', '.join(sorted(cameras))}"
        raise ScenarioError([Problem(f"{path}.visible_from", message)])
    camera = cameras[constraint.visible_from]
    least = ctx.draws.number(constraint.min_fraction, f"{path}.min_fraction")
    found = _boxes(ctx, [constraint.object], f"{path}.object")
    names = {name for name, _ in found}
    others = ctx.layout.solids_without({*names, *ctx.absent, camera.mount})

    def seen(pose_index: int) -> bool:
        pose = _in_world(ctx, camera, camera.poses[pose_index])
        return any(visible_fraction(box, camera.intrinsics, pose, others) >= least for _, box in found)

    frames = _frames(constraint.frame, len(camera.poses), f"{path}.frame")
    return all(map(seen, frames)) if constraint.frame == "all" else any(map(seen, frames))


def _in_world(ctx: Checking, camera: CameraSensor, pose: Pose) -> Pose:
    """Return `T_world_camera` at time 0 of a camera that may be fixed to a body."""
    if not camera.mount:
        return pose
    body = ctx.layout.box(camera.mount)  # its frame is the object frame
    T_world_object = np.eye(4)
    T_world_object[:3, :3], T_world_object[:3, 3] = body.R_world_box, body.center_m
    return Pose.from_matrix(T_world_object @ pose.matrix())


def _frames(frame: int | str, count: int, path: str) -> Sequence[int]:
    if not isinstance(frame, int):
        return range(count)
    if count > 1 and frame >= count:
        raise ScenarioError([Problem(path, f"the sensor has frames 0 to {count - 1}, got {frame}")])
    return (min(frame, count - 1),)


def _boxes(ctx: Checking, names: Sequence[str], path: str) -> list[tuple[str, OrientedBox]]:
    """The boxes of objects, group members and parts of the world, with the name of their owner, each once."""
    found = (entry for name in names for entry in ctx.targets.solids(name, path))
    return list({(owner, id(box)): (owner, box) for owner, box in found}.values())


_CHECKS: dict[type[spec.Model], tuple[str, str, Callable[[Checking, Any, str], bool]]] = {
    spec.InRegion: ("in_region", "place the objects inside that region, or enlarge it", _in_region),
    spec.NonOverlap: (
        "non_overlap",
        "use fewer or smaller objects, or place them by scatter or drop",
        _non_overlap,
    ),
    spec.Clearance: (
        "clearance",
        "ask for a smaller distance, or place the objects further apart",
        _clearance,
    ),
    spec.VisibleFrom: (
        "visible_from",
        "ask for a smaller min_fraction, or move the camera or the object",
        _visible_from,
    ),
}
