"""What a scene went through, as one record: `events.json` of a scene that was written, `events` of one that failed.

| key | meaning |
|---|---|
| `log_weight` | natural logarithm of the scene's weight: the sum of `log_w` over `factors` |
| `factors` | `name`, `log_p` (natural), `log_q` (as sampled), `log_w` = log_p - log_q |
| `twin` | of a counterfactual pair: `event`, and whether it `occurs` here; null outside of one |
| `events` | every event that could happen: `probability` in nature, `sampled_probability`, `mode`, `source`, `armed` |
| `occurrences` | what became of each: the fields of `records.occurrence.Occurrence` |
| `faults` | every fault that could happen, likewise; its `windows` and the capture `frames` that lie in them |
| `impacts` | what touched whom: the fields of `records.occurrence.Impact` |

Times are seconds from the start of the scene; a time that was never reached is null. A window is its first instant and
the first one after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isinf, isnan
from typing import Any

from pydantic import TypeAdapter, ValidationError

from simgen.errors import DatasetError
from simgen.records.event import Event, Fault, Mode, Twin, WeightFactor
from simgen.records.occurrence import Impact, Occurrence
from simgen.records.scene import Scene
from simgen.records.sensing import Window, fault_windows, faults_at
from simgen.records.trajectory import Trajectory


@dataclass(frozen=True, slots=True)
class EventDraw:
    """One event that could happen in a scene, and whether it was armed; fields as in `records.event.Event`."""

    name: str
    label: str
    source: str
    mode: Mode
    probability: float
    sampled_probability: float
    armed: bool


@dataclass(frozen=True, slots=True)
class FaultRecord:
    """One fault that a sensor could have in a scene; fields as in `records.event.Fault`.

    Attributes:
        windows: (first instant, first instant after) of each time that it was there, seconds.
        frames: capture frames of its sensor that lie in them.
    """

    name: str
    sensor: str
    kind: str
    source: str
    mode: Mode
    probability: float
    sampled_probability: float
    armed: bool
    clean_twin: bool = False
    windows: tuple[Window, ...] = ()
    frames: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SceneEvents:
    """What a scene went through; see the table above."""

    log_weight: float = 0.0
    factors: tuple[WeightFactor, ...] = ()
    twin: Twin | None = None
    events: tuple[EventDraw, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    faults: tuple[FaultRecord, ...] = ()
    impacts: tuple[Impact, ...] = ()


_codec = TypeAdapter(SceneEvents)


def events_of(scene: Scene, trajectory: Trajectory) -> SceneEvents | None:
    """Return the record of a scene; None of one in which nothing of the kind could happen."""
    if not (scene.events or scene.faults or scene.factors or scene.twin or trajectory.impacts):
        return None
    return SceneEvents(
        log_weight=scene.log_weight,
        factors=scene.factors,
        twin=scene.twin,
        events=tuple(_draw(event) for event in scene.events),
        occurrences=trajectory.occurrences,
        faults=tuple(_fault(fault, scene, trajectory) for fault in scene.faults),
        impacts=trajectory.impacts,
    )


def _draw(event: Event) -> EventDraw:
    return EventDraw(
        name=event.name,
        label=event.label,
        source=event.source,
        mode=event.mode,
        probability=event.probability,
        sampled_probability=event.sampled_probability,
        armed=event.armed,
    )


def _fault(fault: Fault, scene: Scene, trajectory: Trajectory) -> FaultRecord:
    frames = range(trajectory.frame_count)
    return FaultRecord(
        name=fault.name,
        sensor=fault.sensor,
        kind=fault.kind,
        source=fault.source,
        mode=fault.mode,
        probability=fault.probability,
        sampled_probability=fault.sampled_probability,
        armed=fault.armed,
        clean_twin=fault.clean_twin,
        windows=fault_windows(fault, trajectory.occurrences),
        frames=tuple(k for k in frames if fault in faults_at(scene, trajectory, fault.sensor, k)),
    )


def events_to_json(events: SceneEvents) -> dict[str, Any]:
    """Return the record as JSON values; params are an object, every factor has its `log_w`, infinity is a text."""
    raw = asdict(events)
    raw["factors"] = [_with_log_w(asdict(each), each.log_w) for each in events.factors]
    raw["occurrences"] = [
        _with_log_w(asdict(each) | {"params": dict(each.params)}, each.log_w) for each in events.occurrences
    ]
    return {name: _as_json(value) for name, value in raw.items()}


def _as_json(value: Any) -> Any:
    """Return a value with infinities, as in the logarithm of a weight of 0, as texts: JSON has no number for them."""
    if isinstance(value, dict):
        return {key: _as_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(each) for each in value]
    if isinstance(value, float) and isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def events_from_json(raw: Any) -> SceneEvents:
    """Return the record that `events_to_json` gave.

    Raises:
        DatasetError: the values are none such.
    """
    try:
        occurrences = [
            {**each, "params": tuple(_params(each["params"]).items())} for each in raw["occurrences"]
        ]
        record = _codec.validate_python({**raw, "occurrences": occurrences})
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise DatasetError(f"not readable events (garbled: {where})") from error
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DatasetError(f"not readable events ({type(error).__name__}: {error})") from error
    if isnan(record.log_weight) or any(isnan(factor.log_w) for factor in record.factors):
        raise DatasetError("not readable events (garbled: a weight is not a number)")
    return record


def _params(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}


def _with_log_w(raw: dict[str, Any], log_w: float) -> dict[str, Any]:
    """Put `log_w` behind `log_q`."""
    ordered: dict[str, Any] = {}
    for name, value in raw.items():
        ordered[name] = value
        if name == "log_q":
            ordered["log_w"] = log_w
    return ordered
