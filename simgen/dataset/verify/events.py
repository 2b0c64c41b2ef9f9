"""`events.json` and `states.npz` of one scene against its draw: weights, phases, faults, expectations, shapes."""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose

from simgen.dataset.layout import EVENTS_FILE, STATES_FILE
from simgen.dataset.reader import SceneView
from simgen.dataset.scene_events import SceneEvents, events_of
from simgen.dataset.verify.frame import ROUNDING
from simgen.records.expectations import unmet_labels
from simgen.records.occurrence import Occurrence
from simgen.records.scene import Scene
from simgen.records.trajectory import Trajectory

_PHASES = ("armed_s", "triggered_s", "active_s", "over_s")


def scene_event_flaws(view: SceneView) -> Iterator[str]:
    """Yield what is wrong with what a scene says it went through.

    Raises:
        DatasetError: a file is damaged.
    """
    scene, trajectory, events = view.scene, view.trajectory, view.events
    yield from _state_flaws(scene, trajectory)
    known = events_of(scene, trajectory)
    is_there = (view.path / EVENTS_FILE).is_file()
    if is_there != (known is not None):
        yield f"{EVENTS_FILE} is {'there, but nothing could happen' if is_there else 'missing'}"
        return
    if known is not None:
        yield from _weight_flaws(scene, events)
        for name in ("twin", "events", "faults"):
            if getattr(events, name) != getattr(known, name):
                yield f"{name} in {EVENTS_FILE} are not those of the scene"
        yield from _occurrence_flaws(scene, trajectory)
        yield from unmet_labels(scene, trajectory)


def _state_flaws(scene: Scene, trajectory: Trajectory) -> Iterator[str]:
    """Arrays of states have the trajectory's frames, the scene's bodies and the scene's lights."""
    frames = trajectory.frame_count
    shapes = {
        "present": (frames, len(scene.objects)),
        "light_factors": (frames, len(scene.light_names)),
        "inclusion": (frames,),
        "gait": (frames, len(scene.objects), 2),
    }
    for name, shape in shapes.items():
        array = getattr(trajectory, name)
        if array is not None and array.shape != shape:
            yield f"{name} in {STATES_FILE} is {array.shape}, the scene has {shape}"
    inclusion, factors = trajectory.inclusion, trajectory.light_factors
    if inclusion is not None and not ((inclusion > 0) & (inclusion <= 1)).all():
        yield f"inclusion in {STATES_FILE} is not above 0 and at most 1 everywhere"
    if factors is not None and not (factors >= 0).all():
        yield f"light_factors in {STATES_FILE} are negative, or no numbers"


def _weight_flaws(scene: Scene, events: SceneEvents) -> Iterator[str]:
    if events.factors != scene.factors:
        yield f"factors in {EVENTS_FILE} are not those of the scene"
    total = sum(factor.log_w for factor in events.factors)
    if not isclose(events.log_weight, total, rel_tol=ROUNDING, abs_tol=ROUNDING):
        yield f"log_weight is {events.log_weight}, its factors sum up to {total}"


def _occurrence_flaws(scene: Scene, trajectory: Trajectory) -> Iterator[str]:
    """Every event has one occurrence, armed and weighted as it was drawn."""
    events = {event.name: event for event in scene.events}
    told = {occurrence.event for occurrence in trajectory.occurrences}
    if told != events.keys():
        yield f"occurrences tell of {sorted(told)}, the scene has events {sorted(events)}"
        return
    factors = {factor.name: factor for factor in scene.factors}
    for each in trajectory.occurrences:
        event, factor = events[each.event], factors.get(f"events.{each.event}")
        if (each.armed, each.label) != (event.armed, event.label):
            yield (
                f"event '{each.event}' is labelled '{each.label}', armed: {each.armed}; "
                f"in the scene '{event.label}', armed: {event.armed}"
            )
        if factor is not None and (each.log_p, each.log_q) != (factor.log_p, factor.log_q):
            yield f"event '{each.event}': log_p and log_q are not those of its factor"
        yield from _phase_flaws(each)


def _phase_flaws(each: Occurrence) -> Iterator[str]:
    """Phases follow each other, none begins before the one before it; without being armed there is none."""
    times = [getattr(each, name) for name in _PHASES]
    reached = [time for time in times if time is not None]
    if not each.armed and reached:
        yield f"event '{each.event}' has phases, but was not armed"
    if reached != times[: len(reached)] or [0.0, *reached] != sorted([0.0, *reached]):
        told = ", ".join(f"{name} {time}" for name, time in zip(_PHASES, times, strict=True))
        yield f"event '{each.event}': its phases do not follow each other: {told}"
