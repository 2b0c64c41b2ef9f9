"""What only the whole scenario can tell: names that must exist, relations that exclude each other, total sizes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import chain, islice
from typing import cast

from simgen.errors import did_you_mean
from simgen.scenario.bounds import highest, is_below
from simgen.scenario.draw import ParamCycle, param_order
from simgen.scenario.event_checks import check_events
from simgen.scenario.exposure_checks import check_exposures
from simgen.scenario.expressions import MAX_SUGGESTED, unknown_reference
from simgen.scenario.mistakes import Location
from simgen.scenario.names import Finding, Names, base_name, condition_findings, told
from simgen.scenario.regions import region_names
from simgen.scenario.spec import (
    AssetQuery,
    BoxRegion,
    CameraSpec,
    Clearance,
    InRegion,
    NonOverlap,
    ObjectGroup,
    Place,
    Require,
    Scenario,
    VisibleFrom,
)
from simgen.scenario.values import MAX_COUNT, MAX_FRAMES
from simgen.scenario.walk import expressions

RELATIONS = ("at", "on", "in", "inside", "scatter", "drop", "stack", "along")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]*")
MAX_FINDINGS = 200  # more than anyone reads at once; assumed


def check(
    scenario: Scenario, declared: Mapping[str, Iterable[str]] | None = None, *, world_known: bool = True
) -> list[Finding]:
    """Return the findings, at most `MAX_FINDINGS`, about a scenario whose fields are each valid.

    Args:
        scenario: the model, without its wrong parts.
        declared: names of objects, params and sensors whose definition may have been left out.
        world_known: False if the world was left out.
    """
    names = Names.of(scenario, declared, world_known=world_known)
    findings = chain(
        _check_names(scenario),
        _check_shadowed(scenario, names),
        _check_references(scenario, names),
        _check_objects(scenario, names),
        _check_sensors(scenario, names),
        check_exposures(names),
        _check_constraints(scenario, names),
        _check_ranges(scenario),
        _check_rates(scenario),
        _check_sizes(scenario),
        check_events(scenario, names),
    )
    return list(islice(findings, MAX_FINDINGS))


def _check_names(scenario: Scenario) -> Iterator[Finding]:
    """Names that expressions and paths of messages can hold, and at least one sensor."""
    for name in scenario.params:
        if not _IDENTIFIER.fullmatch(name):
            yield (
                ("params", name),
                "the name of a param has letters, digits and '_' only, and starts with a letter",
            )
    for section in ("objects", "actors", "events", "faults", "lights", "panels", "paths", "sensors", "suns"):
        for name in getattr(scenario, section):
            if not _NAME.fullmatch(name):
                yield (
                    (section, name),
                    "a name has letters, digits, '_' and '-' only, and starts with a letter",
                )
    if not scenario.sensors:
        yield ("sensors",), "needs at least one sensor"


def _check_shadowed(scenario: Scenario, names: Names) -> Iterator[Finding]:
    """Yield bodies whose name already means something else: `all` in constraints, or a region of the world."""
    regions = frozenset(region_names(scenario.world)) if names.world_known else frozenset[str]()
    for section, name, _ in _bodies(scenario):
        if name == "all":
            yield (section, name), "'all' means every object; give another name"
        elif name in regions:
            yield (
                (section, name),
                f"'{name}' is a region of the {scenario.world.kind} world; give another name",
            )


def _check_references(scenario: Scenario, names: Names) -> Iterator[Finding]:
    for location, expression in expressions(scenario):
        for name in expression.references:
            if name not in names.params:
                yield location, unknown_reference(name, names.params)
    try:
        param_order(scenario.params)
    except ParamCycle as cycle:
        yield ("params", cycle.names[0]), str(cycle)


def _check_objects(scenario: Scenario, names: Names) -> Iterator[Finding]:
    """Every body has one place that is there, and none stands, by way of others, on itself."""
    for section, name, group in _bodies(scenario):
        yield from _check_place((section, name, "place"), name, group.place, names)
    bodies = scenario.bodies
    graph = {
        name: [target for target in _targets(group.place) if target in bodies and target != name]
        for name, group in bodies.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        circle = cast("list[str]", cycle.args[1])[::-1]
        yield (
            ("actors" if circle[0] in scenario.actors else "objects", circle[0], "place"),
            f"objects stand on each other in a circle: {' -> '.join(circle)}",
        )


def _bodies(scenario: Scenario) -> Iterator[tuple[str, str, ObjectGroup]]:
    """Yield section, name and definition of all objects and actors."""
    for section, groups in (("objects", scenario.objects), ("actors", scenario.actors)):
        for name, group in groups.items():
            yield section, name, group


def _targets(place: Place) -> list[str]:
    relations = (place.on, place.inside_of, place.stack)
    start = [] if place.along is None or place.along.from_ is None else [base_name(place.along.from_)]
    return start + [base_name(relation.target) for relation in relations if relation is not None]


def _check_place(location: Location, name: str, place: Place, names: Names) -> Iterator[Finding]:
    """One relation, to bodies and regions that are there."""
    given = [key for key in RELATIONS if getattr(place, "inside_of" if key == "in" else key) is not None]
    if not given:
        yield location, f"has no relation; give one of {', '.join(RELATIONS)}"
    if len(given) > 1:
        yield location, f"has {len(given)} relations ({', '.join(given)}); keep one"
    relations = (("on", place.on), ("in", place.inside_of), ("stack", place.stack))
    for key, relation in relations:
        if relation is not None:
            problem = names.object_problem(relation.target, or_region=True)
            if base_name(relation.target) == name and name in names.scenario.bodies:
                problem = f"'{name}' cannot stand on itself"
            if problem:
                yield (*location, key, "target"), problem
    yield from _check_region_relations(location, place, names)
    if place.on is not None and place.on.facing is not None:
        yield from told((*location, "on", "facing"), names.object_problem(place.on.facing, member=True))
    if isinstance(place.facing, str):
        yield from told(
            (*location, "facing"), names.object_problem(place.facing, or_region=True, member=True)
        )


def _check_region_relations(location: Location, place: Place, names: Names) -> Iterator[Finding]:
    for key, relation in (("inside", place.inside), ("scatter", place.scatter), ("drop", place.drop)):
        if relation is not None:
            yield from told((*location, key, "region"), names.region_problem(relation.region))


def _check_sensors(scenario: Scenario, names: Names) -> Iterator[Finding]:
    """One way to stand or move, aims that are there, a far plane beyond the near one."""
    for name, sensor in scenario.sensors.items():
        location: Location = ("sensors", name)
        yield from _check_lens(name, sensor)
        given = [key for key in ("orbit", "fixed", "mount") if getattr(sensor, key) is not None]
        if len(given) != 1:
            which = (
                f"has both {' and '.join(given)}; keep one" if given else "needs one of orbit, fixed, mount"
            )
            yield location, which
        aims = (
            ("orbit", "target", sensor.orbit.target if sensor.orbit else None),
            ("fixed", "look_at", sensor.fixed.look_at if sensor.fixed else None),
        )
        for form, key, aim in aims:
            if isinstance(aim, str):
                yield from told(
                    (*location, form, key), names.object_problem(aim, or_region=True, member=True)
                )
        if is_below(sensor.far, sensor.near, or_equal=True):
            yield (*location, "far"), f"must be above near ({sensor.near:g}), got {sensor.far:g}"


def _check_lens(name: str, camera: CameraSpec) -> Iterator[Finding]:
    if camera.lens is None:
        return
    kinds = tuple(type(camera.lens).model_fields)
    given = [kind for kind in kinds if getattr(camera.lens, kind) is not None]
    if len(given) != 1:
        told = f"has {' and '.join(given)}; keep one" if given else f"needs one of {', '.join(kinds)}"
        yield ("sensors", name, "lens"), told
    elif given[0] != "brown_conrady" and "fov" in camera.model_fields_set:
        own = "lens.orthographic.span" if given[0] == "orthographic" else f"lens.{given[0]}.fov"
        yield ("sensors", name, "fov"), f"has no meaning with this lens; write {own} instead"


def _check_constraints(scenario: Scenario, names: Names) -> Iterator[Finding]:
    """Constraints name bodies, regions, sensors and frames that are there."""
    for index, constraint in enumerate(scenario.constraints):
        location: Location = ("constraints", index)
        if isinstance(constraint, Require):
            yield from condition_findings((*location, "require"), constraint.require, names)
        elif isinstance(constraint, Clearance):
            if len(constraint.clearance) != 2:
                yield (*location, "clearance"), f"needs two names, got {len(constraint.clearance)}"
            yield from _check_listed((*location, "clearance"), constraint.clearance, names)
        elif isinstance(constraint, NonOverlap):
            listed = [name for name in constraint.non_overlap if name != "all"]
            yield from _check_listed((*location, "non_overlap"), listed, names)
        elif isinstance(constraint, InRegion):
            yield from _check_listed((*location, "in_region"), constraint.in_region, names)
            yield from told((*location, "region"), names.region_problem(constraint.region))
        else:
            yield from _check_visible(location, constraint, names)


def _check_listed(location: Location, listed: list[str], names: Names) -> Iterator[Finding]:
    if not listed and location[-1] != "non_overlap":
        yield location, "needs at least one name"
    for index, name in enumerate(listed):
        yield from told((*location, index), names.object_problem(name))


def _check_visible(location: Location, constraint: VisibleFrom, names: Names) -> Iterator[Finding]:
    sensor, frames = constraint.visible_from, names.scenario.capture.frames
    if sensor not in names.sensors:
        known = sorted(names.sensors)[:MAX_SUGGESTED]
        hint = did_you_mean(sensor, known)
        yield (*location, "visible_from"), f"unknown sensor '{sensor}';{hint} known: {', '.join(known)}"
    yield from told((*location, "object"), names.object_problem(constraint.object))
    if isinstance(constraint.frame, int) and isinstance(frames, int) and constraint.frame >= frames:
        yield (*location, "frame"), f"frame {constraint.frame} does not exist: capture takes {frames}, from 0"


def _check_ranges(scenario: Scenario) -> Iterator[Finding]:
    """Literal bounds stand in order."""
    for section, name, group in _bodies(scenario):
        location: Location = (section, name)
        if isinstance(group.asset, AssetQuery) and is_below(group.asset.max_size, group.asset.min_size):
            message = f"must not be below min_size ({group.asset.min_size:g}), got {group.asset.max_size:g}"
            yield (*location, "asset", "max_size"), message
        place = group.place
        for key, relation in (("inside", place.inside), ("scatter", place.scatter), ("drop", place.drop)):
            if relation is not None and isinstance(relation.region, BoxRegion):
                yield from _check_box((*location, "place", key, "region"), relation.region)
    for index, constraint in enumerate(scenario.constraints):
        if isinstance(constraint, InRegion) and isinstance(constraint.region, BoxRegion):
            yield from _check_box(("constraints", index, "region"), constraint.region)


def _check_box(location: Location, box: BoxRegion) -> Iterator[Finding]:
    if not isinstance(box.box_min, list | tuple) or not isinstance(box.box_max, list | tuple):
        return
    for axis, low, high in zip("xyz", box.box_min, box.box_max, strict=True):
        if is_below(high, low):
            yield (*location, "box_max"), f"{axis} must not be below that of box_min ({low:g}), got {high:g}"


def _check_rates(scenario: Scenario) -> Iterator[Finding]:
    rate, steps = scenario.capture.rate, scenario.physics.step_rate
    if isinstance(rate, int) and isinstance(steps, int) and rate and steps % rate:
        near = [divisor for divisor in range(1, steps + 1) if steps % divisor == 0]
        best = sorted(near, key=lambda divisor: abs(divisor - rate))[:3]
        message = f"{rate} does not divide physics.step_rate ({steps}); use for example {_listed(best)}"
        yield ("capture", "rate"), message


def _check_sizes(scenario: Scenario) -> Iterator[Finding]:
    objects = sum(
        highest(group.count, 1) if group.count is not None else 1 for group in scenario.bodies.values()
    )
    if objects > MAX_COUNT:
        yield ("objects",), f"may make {objects:g} objects in all; at most {MAX_COUNT} are allowed"
    frames = highest(scenario.capture.frames, 1) * len(scenario.sensors)
    if frames > MAX_FRAMES:
        message = (
            f"frames x sensors may be {frames:g}; at most {MAX_FRAMES} a scene are allowed: use more scenes"
        )
        yield ("capture", "frames"), message


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in numbers)
