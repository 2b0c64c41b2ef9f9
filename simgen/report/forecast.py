"""What a scenario's weights will tell, before anything is placed, simulated or drawn: for choosing modes and counts."""

from __future__ import annotations

from simgen.dataset.census import DrawnScene
from simgen.dataset.scene_events import EventDraw, SceneEvents
from simgen.report.weights import WeightReport, report_of
from simgen.sampling import Chances, draw_chances
from simgen.scenario import Scenario


def forecast(scenario: Scenario, seed: int, count: int) -> WeightReport:
    """Return what the weights of `count` scenes tell, from their params, events and faults alone.

    Refusals that only placing or physics can tell are not in it, nor is whether events are triggered. About 0.1 ms
    a scene.

    Args:
        scenario: a distribution over scenes.
        seed: of the dataset.
        count: of scenes, from index 0.

    Raises:
        SamplingError: a scene's params never meet the scenario's `require`.
        ValueError: no scene has a weight above 0.
    """
    labels = {name: event.label or event.expect_label or name for name, event in scenario.events.items()}
    chances = (draw_chances(scenario, seed, index) for index in range(count))
    return report_of(tuple(_drawn(scenario, labels, found) for found in chances))


def _drawn(scenario: Scenario, labels: dict[str, str], found: Chances) -> DrawnScene:
    events = tuple(
        EventDraw(
            name=name,
            label=labels[name],
            source=event.source,
            mode=arming.mode,
            probability=arming.probability,
            sampled_probability=arming.sampled_probability,
            armed=arming.armed,
        )
        for (name, event), arming in zip(scenario.events.items(), found.events, strict=True)
    )
    record = SceneEvents(log_weight=found.log_weight, factors=found.factors, twin=found.twin, events=events)
    return DrawnScene(found.index, failed=False, attempts=found.attempt + 1, categories=(), events=record)
