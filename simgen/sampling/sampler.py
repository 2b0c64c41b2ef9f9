"""From a scenario and a seed to one concrete scene, by bounded rejection."""

from __future__ import annotations

from dataclasses import dataclass

from simgen.assets.library import AssetLibrary
from simgen.errors import SamplingError
from simgen.records.rejections import Rejections
from simgen.records.scene import Scene
from simgen.sampling.attempt import draw_scene
from simgen.sampling.chances import draw_index
from simgen.sampling.draws import Draws, Refused
from simgen.scenario import spec


@dataclass(frozen=True, slots=True)
class Draw:
    """An accepted scene and what was refused on the way to it.

    Attributes:
        scene: its `attempt` is the accepted one.
        rejections: refused attempts by constraint or relation, and views of cameras that were drawn again, all of
            this call only.
    """

    scene: Scene
    rejections: Rejections


def sample(
    scenario: spec.Scenario, seed: int, index: int, library: AssetLibrary, *, first_attempt: int = 0
) -> Draw:
    """Draw scene `index` of the dataset with that seed.

    Every attempt has its own random streams, so that the accepted scene depends on nothing but the arguments.

    Args:
        scenario: a distribution over scenes.
        seed: of the dataset.
        index: of the scene in its dataset; two neighbours share a draw where the scenario makes counterfactual pairs.
        library: where assets are looked up; no mesh is opened.
        first_attempt: where to begin, one past the attempt that a physics guard refused.

    Raises:
        SamplingError: no attempt below `scenario.sampling.max_attempts` was accepted; the text names what refused
            most, how often, and what to try.
        ScenarioError: the scenario names something that does not exist.
        AssetError: an asset is unknown.
    """
    rejections, advice = Rejections(), dict[str, str]()
    for attempt in range(first_attempt, scenario.sampling.max_attempts):
        redrawn: dict[str, int] = {}
        try:
            draws = Draws(seed, draw_index(scenario, index), attempt)
            scene = draw_scene(scenario, draws, index, library, redrawn)
        except Refused as refused:
            scene = None
            rejections = rejections.plus(refused.reason)
            advice[refused.reason] = refused.advice
        for reason, count in redrawn.items():
            rejections = rejections.plus(reason, count)
        if scene is not None:
            return Draw(scene, rejections)
    raise SamplingError(
        _failure(scenario, seed, index, first_attempt, rejections, advice), rejections.by_reason
    )


def _failure(
    scenario: spec.Scenario,
    seed: int,
    index: int,
    first_attempt: int,
    rejections: Rejections,
    advice: dict[str, str],
) -> str:
    bound = scenario.sampling.max_attempts
    head = f"scene {index} of '{scenario.name}' (seed {seed}): "
    if not advice:
        return f"{head}all {bound} draws are used up; raise sample.max_attempts"
    counts = dict(rejections.by_reason)
    worst = max(sorted(advice), key=lambda reason: counts[reason])
    others = ", ".join(f"'{reason}' {count}" for reason, count in rejections.by_reason if reason != worst)
    return (
        f"{head}all {bound - first_attempt} draws were refused. '{worst}' refused most: {counts[worst]}"
        f"{f' (besides: {others})' if others else ''}. Try: {advice[worst]}; or raise sample.max_attempts ({bound})"
    )
