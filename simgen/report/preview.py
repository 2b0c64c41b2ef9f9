"""The contact sheet: what a dataset looks like, with its labels drawn, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from simgen.dataset import Dataset, SampleView
from simgen.dataset.labels import labels_of
from simgen.errors import DatasetError
from simgen.records.annotation import Sample
from simgen.report.picture import save_picture
from simgen.report.sheet import Picture, lay_out


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
    chosen = spread(opened, rows)
    if not chosen:
        raise DatasetError(f"{opened.path} has no samples to show; its scenes failed or none is made yet")
    page = lay_out(opened.manifest.scenario_name, _subtitle(opened), [_from_disk(view) for view in chosen])
    target = Path(path)
    save_picture(page, target)
    return target


def frame_sheet(samples: Sequence[Sample], title: str, subtitle: str = "") -> Image.Image:
    """Return the same page for samples that are on no disk, a row each.

    Raises:
        ValueError: there are no samples.
    """
    if not samples:
        raise ValueError("frame_sheet needs at least one sample")
    return lay_out(title, subtitle, [_from_memory(sample) for sample in samples])


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


def _from_disk(view: SampleView) -> Picture:
    outputs = view.scene_view.outputs
    return Picture(
        labels=view.labels,
        rgb=view.rgb if "rgb" in outputs else None,
        depth_m=view.depth_m if "depth" in outputs else None,
        instance_id=view.instance_id if "instance" in outputs else None,
    )


def _from_memory(sample: Sample) -> Picture:
    return Picture(
        labels=labels_of(sample),
        rgb=sample.reading.rgb,
        depth_m=sample.frame.depth_m,
        instance_id=sample.frame.instance_id,
    )
