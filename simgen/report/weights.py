"""How forcing changed a dataset, and the weights that undo it: `simgen weights`.

`weights.csv` has a line for every capture frame, in order of scene and frame:

| column | meaning |
|---|---|
| `scene`, `frame` | indices; all sensors' pictures of a frame share its line |
| `time_s` | from the start of the scene |
| `log_weight` | natural logarithm of the scene's weight, see `Scene.log_weight`; `-inf` for a weight of 0 |
| `inclusion` | probability that the frame was taken, see `docs/events.md`, dense capture |
| `weight` | the scene's weight, scaled so that the mean over all drawn scenes is 1, divided by `inclusion` |

A mean over frames that should hold in nature is sum(weight * value) / sum(weight).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import fsum
from pathlib import Path
from typing import TypedDict, TypeVar

import numpy as np

from simgen.dataset import Dataset
from simgen.dataset.census import DrawnScene, drawn_scenes, undrawn_scenes
from simgen.dataset.files import disk_errors, write_synced
from simgen.dataset.layout import WEIGHTS_FILE
from simgen.dataset.scene_events import EventDraw, FaultRecord
from simgen.errors import DatasetError
from simgen.records.event import Mode
from simgen.report.estimates import (
    ESS_WARNING,
    Estimate,
    effective_sample_size,
    natural_mean,
    relative_weights,
    sampled_mean,
)

_Draw = TypeVar("_Draw", EventDraw, FaultRecord)
HEADER = "scene,frame,time_s,log_weight,inclusion,weight\n"


@dataclass(frozen=True, slots=True)
class EventWeights:
    """What a dataset tells of one event.

    Attributes:
        modes: how it was sampled; one, or two in counterfactual pairs.
        source: where its probability comes from.
        armed: scenes in which it could happen.
        triggered: of these, scenes in which it was triggered.
        active: of these, scenes in which it became active.
        sampled_rate: share of scenes in which it was armed.
        natural_rate: of scenes in which it is armed in nature; None where it was always or never made, see `declared`.
        declared: mean of its probability over nature.
        ess: effective sample size of the scenes in which it was armed; 0 where there is none of any weight.
    """

    name: str
    label: str
    modes: tuple[Mode, ...]
    source: str
    armed: int
    triggered: int
    active: int
    sampled_rate: Estimate
    natural_rate: Estimate | None
    declared: float
    ess: float


@dataclass(frozen=True, slots=True)
class FaultWeights:
    """What a dataset tells of one fault of a sensor.

    Attributes:
        kind: what is wrong with the sensor.
        occurred: scenes with a frame in which it was there; the rest as of `EventWeights`.
    """

    name: str
    sensor: str
    kind: str
    modes: tuple[Mode, ...]
    source: str
    armed: int
    occurred: int
    sampled_rate: Estimate
    natural_rate: Estimate | None
    declared: float
    ess: float


@dataclass(frozen=True, slots=True)
class ClassWeights:
    """How common one class is.

    Attributes:
        scenes: that have at least one thing of it.
        sampled_share: of scenes.
        natural_share: of scenes in nature.
        ess: effective sample size of the scenes that have it.
    """

    name: str
    scenes: int
    sampled_share: Estimate
    natural_share: Estimate
    ess: float


@dataclass(frozen=True, slots=True)
class WeightReport:
    """What a dataset tells of nature.

    Attributes:
        drawn: scenes with an accepted draw; all estimates are over these.
        failed: of these, scenes that failed after they were made: their weight counts.
        undrawn: scenes for which no draw was accepted; they have no weight.
        accepted_share: accepted draws over all draws of the drawn scenes.
        mean_weight: not scaled: 1 up to chance, where no draw was refused and nothing is always or never made.
        ess: effective sample size of all drawn scenes.
        largest_weight: relative to a mean of 1.
        broken_pairs: counterfactual pairs of which one scene failed.
        events: by name.
        faults: by name.
        classes: by name.
        frames: lines of `weights.csv`.
        warnings: in words.
    """

    drawn: int
    failed: int
    undrawn: int
    accepted_share: float
    mean_weight: float
    ess: float
    largest_weight: float
    broken_pairs: int
    events: tuple[EventWeights, ...]
    faults: tuple[FaultWeights, ...]
    classes: tuple[ClassWeights, ...]
    frames: int
    warnings: tuple[str, ...]


def write_weights(folder: Path) -> WeightReport:
    """Write `weights.csv` into a dataset, in one step, and return what its weights tell.

    Raises:
        DatasetError: no scene was drawn, none has a weight above 0, a record is damaged, or the disk refuses.
    """
    dataset = Dataset(folder)
    drawn = tuple(drawn_scenes(dataset))
    if not drawn:
        raise DatasetError(f"{folder} has no scene that was drawn; see the reasons in its failed.json files")
    try:
        weights = relative_weights([scene.events.log_weight for scene in drawn])
    except ValueError as error:
        raise DatasetError(f"{folder}: {error}") from error
    of_scene = {scene.index: float(weight) for scene, weight in zip(drawn, weights, strict=True)}
    lines = list(_frame_lines(dataset, of_scene))
    path = Path(folder) / WEIGHTS_FILE
    with disk_errors(path, "make room or get the rights there, or copy the dataset to where you may write"):
        write_synced(path, (HEADER + "".join(lines)).encode())
    return report_of(drawn, len(undrawn_scenes(dataset)), len(lines))


def report_of(drawn: tuple[DrawnScene, ...], undrawn: int = 0, frames: int = 0) -> WeightReport:
    """Return what the weights of drawn scenes tell.

    Args:
        drawn: at least one, of one dataset.
        undrawn: scenes for which no draw was accepted.
        frames: that were written.

    Raises:
        ValueError: none has a weight above 0.
        DatasetError: a scene has no record of an event or fault that others have.
    """
    logs = np.array([scene.events.log_weight for scene in drawn])
    event_names = sorted({event.name for scene in drawn for event in scene.events.events})
    fault_names = sorted({fault.name for scene in drawn for fault in scene.events.faults})
    class_names = sorted({name for scene in drawn for name in scene.categories})
    events = tuple(_event(drawn, logs, name) for name in event_names)
    faults = tuple(_fault(drawn, logs, name) for name in fault_names)
    classes = tuple(_class(drawn, logs, name) for name in class_names)
    chances = _named(events, faults)
    ess, broken = effective_sample_size(logs), _broken_pairs(drawn)
    warnings = (
        *_few_scenes(_sizes(len(drawn), ess, chances, classes)),
        *_chance_warnings(len(drawn), chances),
        *_broken(broken),
    )
    return WeightReport(
        drawn=len(drawn),
        failed=sum(scene.failed for scene in drawn),
        undrawn=undrawn,
        accepted_share=len(drawn) / sum(scene.attempts for scene in drawn),
        mean_weight=float(np.exp(logs).mean()),
        ess=ess,
        largest_weight=float(relative_weights(logs).max()),
        broken_pairs=broken,
        events=events,
        faults=faults,
        classes=classes,
        frames=frames,
        warnings=warnings,
    )


def _frame_lines(dataset: Dataset, weights: dict[int, float]) -> Iterator[str]:
    for scene in dataset.scenes():
        trajectory = scene.trajectory
        for frame in sorted({frame for frame, _ in scene.frames}):
            inclusion = trajectory.inclusion_at(frame)
            time_s = float(trajectory.times_s[frame])
            weight = weights[scene.index] / inclusion
            yield f"{scene.index},{frame},{time_s!r},{scene.log_weight!r},{inclusion!r},{weight!r}\n"


def _event(drawn: tuple[DrawnScene, ...], logs: np.ndarray, name: str) -> EventWeights:
    draws = [_draw_of(scene, scene.events.events, f"event '{name}'", name) for scene in drawn]
    reached = [
        [each for each in scene.events.occurrences if each.event == name and each.armed] for scene in drawn
    ]
    return EventWeights(
        name=name,
        label=draws[0].label,
        triggered=sum(any(each.triggered_s is not None for each in found) for found in reached),
        active=sum(any(each.active_s is not None for each in found) for found in reached),
        **_chance(drawn, logs, draws, f"events.{name}"),
    )


def _fault(drawn: tuple[DrawnScene, ...], logs: np.ndarray, name: str) -> FaultWeights:
    draws = [_draw_of(scene, scene.events.faults, f"fault '{name}'", name) for scene in drawn]
    return FaultWeights(
        name=name,
        sensor=draws[0].sensor,
        kind=draws[0].kind,
        occurred=sum(bool(draw.frames) for draw in draws),
        **_chance(drawn, logs, draws, f"faults.{name}"),
    )


def _draw_of(scene: DrawnScene, records: Sequence[_Draw], what: str, name: str) -> _Draw:
    for record in records:
        if record.name == name:
            return record
    raise DatasetError(
        f"scene {scene.index} has no record of {what}, which other scenes have: its events.json or failed.json is "
        "missing or damaged; delete its scene folder and run generate --resume"
    )


class _Chance(TypedDict):
    """What events and faults have in common, see `EventWeights`."""

    modes: tuple[Mode, ...]
    source: str
    armed: int
    sampled_rate: Estimate
    natural_rate: Estimate | None
    declared: float
    ess: float


def _chance(
    drawn: tuple[DrawnScene, ...], logs: np.ndarray, draws: Sequence[EventDraw | FaultRecord], factor: str
) -> _Chance:
    """Return what events and faults have in common: how often it was made, and how often nature makes it."""
    armed = np.array([draw.armed for draw in draws])
    pinned = all(draw.sampled_probability in (0.0, 1.0) for draw in draws) and armed.all() == armed.any()
    # without its own factor the weight undoes all other forcing: what it declares is averaged over nature
    others = [_log_weight_without(scene, factor) for scene in drawn]
    return {
        "modes": tuple(sorted({draw.mode for draw in draws})),
        "source": draws[0].source,
        "armed": int(armed.sum()),
        "sampled_rate": sampled_mean(armed, _draws(drawn)),
        "natural_rate": None if pinned else natural_mean(logs, armed, _draws(drawn)),
        "declared": natural_mean(others, [draw.probability for draw in draws]).value,
        "ess": _ess(logs[armed]),
    }


def _log_weight_without(scene: DrawnScene, name: str) -> float:
    return fsum(factor.log_w for factor in scene.events.factors if factor.name != name)


def _class(drawn: tuple[DrawnScene, ...], logs: np.ndarray, name: str) -> ClassWeights:
    has = np.array([name in scene.categories for scene in drawn])
    draws = _draws(drawn)
    sampled, natural = sampled_mean(has, draws), natural_mean(logs, has, draws)
    return ClassWeights(name, int(has.sum()), sampled, natural, _ess(logs[has]))


def _draws(drawn: tuple[DrawnScene, ...]) -> list[int]:
    """Return a number for each scene's draw: both of a counterfactual pair have the same."""
    return [scene.index if scene.events.twin is None else scene.index // 2 for scene in drawn]


def _broken_pairs(drawn: tuple[DrawnScene, ...]) -> int:
    """Return how many counterfactual pairs have one scene that failed, or that is not there."""
    good = [scene.index // 2 for scene in drawn if scene.events.twin is not None and not scene.failed]
    return sum(good.count(pair) == 1 for pair in set(good))


def _ess(logs: np.ndarray) -> float:
    return effective_sample_size(logs) if logs.size and np.isfinite(logs.max()) else 0.0


_Chances = list[tuple[str, EventWeights | FaultWeights]]


def _named(events: tuple[EventWeights, ...], faults: tuple[FaultWeights, ...]) -> _Chances:
    """Return all that may happen, each with the words that warnings name it by."""
    return [
        *((f"event '{event.name}'", event) for event in events),
        *((f"fault '{fault.name}'", fault) for fault in faults),
    ]


def _sizes(
    drawn: int, ess: float, chances: _Chances, classes: tuple[ClassWeights, ...]
) -> Iterator[tuple[str, int, float]]:
    """Yield (what, scenes that have it, their effective sample size)."""
    yield "all scenes", drawn, ess
    yield from ((what, chance.armed, chance.ess) for what, chance in chances)
    yield from ((f"class '{kind.name}'", kind.scenes, kind.ess) for kind in classes)


def _few_scenes(sizes: Iterator[tuple[str, int, float]]) -> Iterator[str]:
    for what, scenes, ess in sizes:
        if ess < ESS_WARNING * scenes:
            yield (
                f"{what}: {scenes} scenes tell no more than {ess:.1f} from nature would; "
                "make more, force less, or give the mode or proposal a 'defensive' share"
            )


def _chance_warnings(drawn: int, chances: _Chances) -> Iterator[str]:
    for what, chance in chances:
        if chance.natural_rate is None:
            given = "given that it happens" if chance.armed else "given that it does not happen"
            yield f"{what} is mode {chance.modes[0]}: all estimates hold {given}"
        elif chance.armed in (0, drawn) and 0 < chance.declared < 1:
            share = "none" if chance.armed == 0 else "all"
            yield (
                f"{what} was made in {share} of {drawn} scenes: too few to tell how often it happens in nature; "
                f"declared is {chance.declared:g}"
            )


def _broken(pairs: int) -> Iterator[str]:
    if pairs:
        yield f"counterfactual pairs broken: {pairs}; one of the two scenes failed, Dataset.pairs() leaves them out"
