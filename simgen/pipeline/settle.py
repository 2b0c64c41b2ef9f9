"""Scenario, seed and index to a scene that passed every constraint and every physics guard, with its trajectory."""

from __future__ import annotations

from dataclasses import dataclass

from simgen.assets import AssetLibrary
from simgen.errors import SamplingError, SceneRejected
from simgen.pipeline.stopwatch import Stopwatch
from simgen.records.rejections import Rejections
from simgen.records.scene import Scene
from simgen.records.trajectory import Trajectory
from simgen.sampling import sample
from simgen.scenario import Scenario
from simgen.simulation import simulate


@dataclass(frozen=True, slots=True)
class SettledScene:
    """A scene that passed every constraint and guard, with its trajectory and what was refused before it."""

    scene: Scene
    trajectory: Trajectory
    rejections: Rejections


def settle_scene(
    scenario: Scenario, seed: int, index: int, library: AssetLibrary, watch: Stopwatch | None = None
) -> SettledScene:
    """Draw scene `index` until one passes both its constraints and the physics guards.

    Of a counterfactual pair both twins must pass, so that they stay the same draw.

    Raises:
        SamplingError: the scenario's `sample.max_attempts` draws were all refused; the text counts the reasons.
    """
    watch = watch or Stopwatch()
    refused, attempt, last_guard = Rejections(), 0, ""
    while attempt < scenario.sampling.max_attempts:
        try:
            watch.tell(" while it was drawn at random")
            with watch.stage("sample"):
                draw = sample(scenario, seed, index, library, first_attempt=attempt)
        except SamplingError as error:
            message = f"{error}{_guards_before(refused, last_guard)}"
            refused = refused.merged(Rejections(error.by_reason))
            raise SamplingError(message, refused.by_reason) from error
        refused = refused.merged(draw.rejections)
        try:
            watch.tell(" while it was simulated")
            with watch.stage("simulate"):
                trajectory = simulate(draw.scene, library)
                if draw.scene.twin is not None:
                    simulate(_twin_of(draw.scene, scenario, library), library)
                return SettledScene(draw.scene, trajectory, refused)
        except SceneRejected as error:
            refused = refused.plus(f"{_GUARD}{error.reason}")
            attempt, last_guard = draw.scene.attempt + 1, str(error)
    raise SamplingError(_exhausted(scenario, seed, index, refused, last_guard), refused.by_reason)


def _twin_of(scene: Scene, scenario: Scenario, library: AssetLibrary) -> Scene:
    """Return the other scene of a counterfactual pair: dataset indices 2k and 2k + 1."""
    return sample(scenario, scene.seed, scene.index ^ 1, library, first_attempt=scene.attempt).scene


_GUARD = "physics "


def _guards_before(refused: Rejections, last: str) -> str:
    """Return what the physics guards refused before the draws ran out, in words; empty when nothing."""
    guards = [(reason, count) for reason, count in refused.by_reason if reason.startswith(_GUARD)]
    if not guards:
        return ""
    counts = ", ".join(f"'{reason}' {count}" for reason, count in guards)
    return f". Before that, drawn scenes were refused by {counts}; the last because {last}"


def _exhausted(scenario: Scenario, seed: int, index: int, refused: Rejections, last: str) -> str:
    worst, count = max(refused.by_reason, key=lambda pair: pair[1])
    others = ", ".join(f"'{reason}' {n}" for reason, n in refused.by_reason if reason != worst)
    bound = scenario.sampling.max_attempts
    return (
        f"scene {index} of '{scenario.name}' (seed {seed}): all {bound} draws were refused. "
        f"'{worst}' refused most: {count}{f' (besides: {others})' if others else ''}. At last: {last}; "
        f"or raise sample.max_attempts ({bound})"
    )
