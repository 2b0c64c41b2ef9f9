"""What became of the events of a run: one record an occurrence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from simgen.geometry import transform
from simgen.records.event import Event
from simgen.records.occurrence import Occurrence
from simgen.simulation.meetings import Meeting
from simgen.simulation.phases import EventRun, Happening
from simgen.simulation.recording import Snapshot
from simgen.simulation.stage import Stage


@dataclass(slots=True, eq=False)
class Witness:
    """What was seen of one occurrence from its trigger on.

    Attributes:
        visible_share: at the trigger; None where no actor that moves, or no camera, is there.
    """

    meeting: Meeting
    visible_share: float | None


def witness(event: Event, stage: Stage) -> Witness:
    """Begin to watch an event that is triggered now."""
    shares = [
        stage.sight(camera, stage.bodies.named(name)).visible_share
        for name in _moving(event, stage)
        for camera in stage.scene.cameras
        if camera.mount != name
    ]
    meeting = Meeting(stage, event.actors)
    return Witness(meeting, max(shares) if shares else None)


def unarmed(event: Event, stage: Stage) -> Occurrence:
    """Return the record of an event that may not happen in this scene."""
    factor = next((f for f in stage.scene.factors if f.name == f"events.{event.name}"), None)
    return Occurrence(
        event=event.name,
        label=event.label,
        count=0,
        armed=False,
        actors=event.actors,
        params=event.params,
        log_p=factor.log_p if factor else 0.0,
        log_q=factor.log_q if factor else 0.0,
    )


def records(run: EventRun, watched: Sequence[Witness], stage: Stage) -> list[Occurrence]:
    """Return the records of an armed event; the last one may never have been triggered.

    Args:
        watched: of its triggered occurrences, in order.
    """
    base = replace(unarmed(run.event, stage), armed=True)
    done = [happening for happening in run.happenings if happening.triggered is not None]
    if not done:
        return [replace(base, armed_s=_seconds(run.happenings[0].armed, stage) if run.happenings else None)]
    return [
        _record(replace(base, count=count), happening, seen, stage)
        for count, (happening, seen) in enumerate(zip(done, watched, strict=True))
    ]


def with_first_frames(
    found: list[Occurrence], taken: Sequence[Snapshot], stage: Stage
) -> tuple[Occurrence, ...]:
    """Return the records with the first frame in which a camera could see one of the actors that move."""
    if not any(occurrence.triggered_s is not None for occurrence in found):
        return tuple(found)
    events = {event.name: event for event in stage.scene.events}
    return tuple(
        replace(occurrence, first_visible_frame=_first(events[occurrence.event], occurrence, taken, stage))
        if occurrence.triggered_s is not None
        else occurrence
        for occurrence in found
    )


def _record(base: Occurrence, happening: Happening, seen: Witness, stage: Stage) -> Occurrence:
    last = stage.clock.step if happening.over is None else happening.over
    impulses = [
        impulse
        for pair in seen.meeting.ids
        if (impulse := stage.impacts.between(pair, happening.triggered or 0, last)) is not None
    ]
    return replace(
        base,
        armed_s=_seconds(happening.armed, stage),
        triggered_s=_seconds(happening.triggered, stage),
        active_s=_seconds(happening.active, stage),
        over_s=_seconds(happening.over, stage),
        min_ttc_s=seen.meeting.ttc_s if seen.meeting.ttc_s < inf else None,
        min_distance_m=seen.meeting.distance_m if seen.meeting.distance_m < inf else None,
        visible_fraction_at_trigger=seen.visible_share,
        contact=bool(impulses),
        impulse_ns=max(impulses, default=0.0),
    )


def _first(event: Event, occurrence: Occurrence, taken: Sequence[Snapshot], stage: Stage) -> int | None:
    moving = _moving(event, stage)
    start_s = occurrence.triggered_s or 0.0
    for index, shot in enumerate(taken):
        if moving and shot.time_s >= start_s and _seen(moving, index, shot, stage):
            return index
    return None


def _seen(names: Sequence[str], index: int, shot: Snapshot, stage: Stage) -> bool:
    for row, body in enumerate(stage.bodies):
        if body.mode != "static":
            T = transform(shot.states.positions_m[row], shot.states.quaternions_wxyz[row])
            stage.rays.place(body.instance_id, T, present=bool(shot.present[row]))
    return any(
        stage.rays.sight(camera, stage.bodies.named(name).instance_id, index).visible_share > 0.0
        for name in names
        for camera in stage.scene.cameras
        if camera.mount != name
    )


def _moving(event: Event, stage: Stage) -> list[str]:
    return [
        name for name in event.actors if stage.scene.object(stage.scene.instance_id(name)).motion != "static"
    ]


def _seconds(step: int | None, stage: Stage) -> float | None:
    return None if step is None else step / stage.clock.rate_hz
