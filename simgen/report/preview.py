"""The contact sheet: what a dataset looks like, with its labels drawn, on one page.

Scenes that are episodes come as strips that tell what happened, one a scene, and two pictures of the first one with all
their labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from simgen.dataset import Dataset, SampleView, SceneView
from simgen.dataset.labels import labels_of
from simgen.errors import DatasetError
from simgen.records.annotation import Sample
from simgen.report.picture import save_picture
from simgen.report.sheet import Picture, lay_out
from simgen.report.story import Story, strip_frames
from simgen.report.strip import draw_strip, stack


def write_preview(dataset: Dataset | str | Path, path: str | Path, rows: int = 5) -> Path:
    """Write a PNG of some samples, spread over scenes, frames and sensors.

    Args:
        dataset: the dataset or its folder.
        path: picture to write; replaced in one step where it exists.
        rows: most pictures shown.

    Raises:
        DatasetError: the dataset has no samples, or a file of it is damaged.
        SimgenError: the picture cannot be written.
    """
    opened = dataset if isinstance(dataset, Dataset) else Dataset(dataset)
    if not opened.scene_indices:
        raise DatasetError(f"{opened.path} has no samples to show; its scenes failed or none is made yet")
    if opened.scene(opened.scene_indices[0]).scene.events:
        page = _page_of_strips(opened, rows)
    else:
        pictures = [picture_on_disk(view) for view in spread(opened, rows)]
        page = lay_out(opened.manifest.scenario_name, _subtitle(opened), pictures)
    target = Path(path)
    save_picture(page, target)
    return target


def _page_of_strips(dataset: Dataset, rows: int) -> Image.Image:
    """Return a page of strips of scenes, spread evenly, and labelled pictures of the first of them."""
    indices = dataset.scene_indices
    count = min(rows, len(indices))
    views = [dataset.scene(indices[row * len(indices) // count]) for row in range(count)]
    told = [_told(view) for view in views]
    strips = [draw_strip(story, pictures) for story, pictures in told]
    labels = labelled_rows(*told[0])
    return stack(dataset.manifest.scenario_name, _subtitle(dataset), [*strips, labels])


def _told(view: SceneView) -> tuple[Story, list[Picture]]:
    story = Story(view.scene, view.trajectory)
    return story, [picture_on_disk(view.sample(story.sensor, k)) for k in strip_frames(story)]


def labelled_rows(story: Story, pictures: Sequence[Picture]) -> Image.Image:
    """Return two pictures of a strip, the middle one and its last but one, with all their labels."""
    chosen = {len(pictures) // 2, max(0, len(pictures) - 2)}
    return lay_out("", f"scene {story.scene.index}, with its labels", [pictures[k] for k in sorted(chosen)])


def frame_sheet(samples: Sequence[Sample], title: str, subtitle: str = "") -> Image.Image:
    """Return the same page for samples that are on no disk, a row each.

    Raises:
        ValueError: there are no samples.
    """
    if not samples:
        raise ValueError("frame_sheet needs at least one sample")
    return lay_out(title, subtitle, [picture_in_memory(sample) for sample in samples])


def spread(dataset: Dataset, count: int) -> list[SampleView]:
    """Return up to `count` samples: scenes evenly spaced, and of each scene other frames than of the one before."""
    scenes = dataset.scene_indices
    count = min(count, len(dataset))
    if count < 1:
        return []
    picked = [scenes[row * len(scenes) // count] for row in range(count)]
    chosen: list[SampleView] = []
    for row, index in enumerate(picked):
        frames = list(dataset.scene(index))
        turn = picked[:row].count(index)
        share = picked.count(index)
        chosen.append(frames[turn * len(frames) // share if share > 1 else row * len(frames) // count])
    return chosen


def _subtitle(dataset: Dataset) -> str:
    manifest = dataset.manifest
    count = len(dataset.scene_indices)
    scenes = f"{count} scene{'' if count == 1 else 's'}"
    return f"{scenes}   {len(dataset)} samples   seed {manifest.seed}   {manifest.renderer} renderer"


def picture_on_disk(view: SampleView) -> Picture:
    """Return what can be drawn of a sample on disk."""
    outputs = view.scene_view.outputs
    return Picture(
        labels=view.labels,
        rgb=view.rgb if "rgb" in outputs and not view.dropped else None,
        depth_m=view.depth_m if "depth" in outputs else None,
        instance_id=view.instance_id if "instance" in outputs else None,
    )


def picture_in_memory(sample: Sample) -> Picture:
    """Return what can be drawn of a sample in memory."""
    return Picture(
        labels=labels_of(sample),
        rgb=None if sample.reading.dropped else sample.reading.rgb,
        depth_m=sample.frame.depth_m,
        instance_id=sample.frame.instance_id,
    )
