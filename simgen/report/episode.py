"""One settled scene that is on no disk, as a page or as a film."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from PIL import Image

from simgen.pipeline import SettledScene, Studio
from simgen.records.expectations import Sightings
from simgen.report.preview import frame_sheet, labelled_rows, picture_in_memory
from simgen.report.sheet import Picture
from simgen.report.story import Story, strip_frames
from simgen.report.strip import draw_strip, stack
from simgen.report.video import write_video

PREVIEW_SAMPLES = 8  # more would not fit on a page


def scene_page(settled: SettledScene, studio: Studio, subtitle: str) -> Image.Image:
    """Return a page that shows a scene: a strip for each camera if it has events, else its first samples."""
    name = settled.scene.scenario_name
    if not settled.scene.events:
        return frame_sheet(list(islice(studio.samples(settled), PREVIEW_SAMPLES)), name, subtitle)
    story = Story(settled.scene, settled.trajectory)
    by_sensor: dict[str, list[Picture]] = {}
    for sample in studio.samples(settled, frame_indices=strip_frames(story)):
        by_sensor.setdefault(sample.frame.view.sensor, []).append(picture_in_memory(sample))
    strips = [draw_strip(story, pictures) for pictures in by_sensor.values()]
    return stack(name, subtitle, [*strips, labelled_rows(story, by_sensor[story.sensor])])


def film_scene(settled: SettledScene, studio: Studio, path: Path) -> tuple[str, ...]:
    """Write a film of a scene; return which objects that must be seen are not.

    Raises:
        UsageError, SimgenError: see `write_video`.
    """
    sightings = Sightings(settled.scene, settled.trajectory)
    write_video(_watched(settled, studio, sightings), Story(settled.scene, settled.trajectory), path)
    return sightings.unmet()


def _watched(settled: SettledScene, studio: Studio, sightings: Sightings) -> Iterator[Picture]:
    for sample in studio.samples(settled):
        view = sample.frame.view
        sightings.look(view.sensor, view.frame_index, sample.annotation.objects)
        yield picture_in_memory(sample)
