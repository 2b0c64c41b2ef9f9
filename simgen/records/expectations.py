"""What an armed event must lead to, or its scene has failed: its label on a frame, and objects that are seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simgen.records.annotation import ObjectLabel
from simgen.records.event import Event, Expected
from simgen.records.occurrence import Occurrence
from simgen.records.scene import Scene
from simgen.records.trajectory import Trajectory


def unmet_labels(scene: Scene, trajectory: Trajectory) -> tuple[str, ...]:
    """Return why expected labels never appear, one sentence an event; empty when all do.

    Needs no picture: a label appears at a capture frame at which an event of that label is active. An object can
    be expected to be seen only while its event is active, so that is asked of `expect_visible` too.
    """
    active = {
        occurrence.label for occurrence in trajectory.occurrences if _active_frames(occurrence, trajectory)
    }
    return tuple(
        f"event '{event.name}': its label '{event.label}' never appears: {_why(event, trajectory)}"
        for event in scene.events
        if event.armed and (event.label_expected or event.visible_expected) and event.label not in active
    )


class Sightings:
    """Watches the labels of a scene, frame by frame, for objects that must be seen while an event is active."""

    def __init__(self, scene: Scene, trajectory: Trajectory) -> None:
        self._most_px: dict[tuple[Event, Expected], tuple[int, int]] = {}
        self._active: dict[str, frozenset[int]] = {}
        for event in scene.events:
            if event.armed and event.visible_expected:
                self._most_px |= {(event, expected): (-1, -1) for expected in event.visible_expected}
                mine = (o for o in trajectory.occurrences if o.event == event.name)
                self._active[event.name] = frozenset(k for o in mine for k in _active_frames(o, trajectory))

    def look(self, sensor: str, frame_index: int, objects: Sequence[ObjectLabel]) -> None:
        """Take in the labels of one image."""
        for (event, expected), (most_px, _) in self._most_px.items():
            if expected.sensor == sensor and frame_index in self._active[event.name]:
                seen = max((o.visible_px for o in objects if o.name in expected.objects), default=0)
                if seen > most_px:
                    self._most_px[event, expected] = (seen, frame_index)

    def unmet(self) -> tuple[str, ...]:
        """Return why expected objects were not seen in what was looked at, one sentence each; empty when all were."""
        return tuple(
            _unseen(event, expected, most_px, frame_index)
            for (event, expected), (most_px, frame_index) in self._most_px.items()
            if most_px < expected.min_px
        )


def _unseen(event: Event, expected: Expected, most_px: int, frame_index: int) -> str:
    wanted = " or ".join(f"'{name}'" for name in expected.objects)
    found = f"at most {most_px}, in frame {frame_index}" if most_px > 0 else "none"
    return (
        f"event '{event.name}': '{expected.sensor}' never sees {expected.min_px} pixels of {wanted} while it is "
        f"active: {found}"
    )


def _why(event: Event, trajectory: Trajectory) -> str:
    """Return how far the event came."""
    mine = [o for o in trajectory.occurrences if o.event == event.name]
    last_s = float(trajectory.times_s[-1])
    triggered = next((o.triggered_s for o in mine if o.triggered_s is not None), None)
    if triggered is None:
        return f"it was armed, and never triggered until {last_s:.3f} s"
    active = next((o for o in mine if o.active_s is not None), None)
    if active is None:
        return f"it was triggered at {triggered:.3f} s, and never became active until {last_s:.3f} s"
    over = "" if active.over_s is None else f" to {active.over_s:.3f} s"
    return f"it was active from {active.active_s:.3f} s{over}, and no frame was taken then"


def _active_frames(occurrence: Occurrence, trajectory: Trajectory) -> frozenset[int]:
    return frozenset(_frames_in(occurrence, trajectory)) if occurrence.active_s is not None else frozenset()


def _frames_in(occurrence: Occurrence, trajectory: Trajectory) -> Iterator[int]:
    for frame_index, time_s in enumerate(trajectory.times_s):
        if occurrence.phase_at(float(time_s)) == "active":
            yield frame_index
