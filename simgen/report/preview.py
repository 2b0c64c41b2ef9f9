"""The contact sheet: what a dataset looks like, with its labels drawn, on one page.

Scenes that are episodes come as strips that tell what happened, one a scene, and two pictures of the first one with all
their labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from PIL import Image

from simgen.dataset import Dataset, SampleView, SceneView
from simgen.dataset.labels import labels_of
from simgen.errors import DatasetError
from simgen.records.annotation import Sample
from simgen.report.picture import packed, save_picture, save_png
from simgen.report.sheet import Picture, columns_of, draw_row, lay_out, lay_rows
from simgen.report.story import Story, strip_frames
from simgen.report.strip import draw_strip, stack

Shown = TypeVar("Shown")


class ContactSheet:
    """The contact sheet of a dataset that may still be growing: a row, once drawn, is not drawn again.

    Attributes:
        path: the dataset's folder.
        rows: most pictures shown.
    """

    def __init__(self, path: str | Path, rows: int = 5) -> None:
        self.path, self.rows = Path(path), rows
        self._drawn: dict[str, Image.Image] = {}
        self._packed: tuple[tuple[str, ...], bytes] | None = None

    def begin(self, indices: Sequence[int]) -> None:
        """Draw the rows that are known already, if these scenes are going to be all there are.

        What cannot be drawn now is left to `write`.
        """
        with suppress(DatasetError):
            dataset = Dataset(self.path)
            expected = [index for index in indices if index not in dataset.failed]
            if len(expected) >= self.rows and dataset.scene_indices:  # of fewer, rows depend on all
                rows = _rows(dataset, expected, self.rows)
                for row in rows:
                    self._row(row)
                if len(rows) >= self.rows:  # all: so is the page, unless something fails yet
                    self._pack(dataset, rows, _subtitle(dataset, len(expected)))

    def write(self, path: str | Path) -> Path:
        """Write the sheet of what the dataset holds now; see `write_preview`."""
        dataset = Dataset(self.path)
        if not dataset.scene_indices:
            raise DatasetError(f"{self.path} has no samples to show; its scenes failed or none is made yet")
        count = min(self.rows, len(dataset))
        rows = _rows(dataset, dataset.scene_indices, count)
        subtitle = _subtitle(dataset, len(dataset.scene_indices))
        if Path(path).suffix.lower() == ".png":
            save_png(self._pack(dataset, rows, subtitle), Path(path))
        else:
            save_picture(self._page(dataset, rows, subtitle), Path(path))
        return Path(path)

    def _pack(self, dataset: Dataset, rows: Sequence[Row], subtitle: str) -> bytes:
        """Return the page's file; the same page is packed once."""
        shown = (subtitle, *(row.key for row in rows))
        if self._packed is None or self._packed[0] != shown:
            self._packed = shown, packed(self._page(dataset, rows, subtitle))
        return self._packed[1]

    def _page(self, dataset: Dataset, rows: Sequence[Row], subtitle: str) -> Image.Image:
        title, drawn = dataset.manifest.scenario_name, [self._row(row) for row in rows]
        if _is_told_in_strips(dataset):
            return stack(title, subtitle, drawn)
        return lay_rows(title, subtitle, _columns(dataset), drawn)

    def _row(self, row: Row) -> Image.Image:
        if row.key not in self._drawn:
            self._drawn[row.key] = row.draw()
        return self._drawn[row.key]


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
    folder = dataset.path if isinstance(dataset, Dataset) else dataset
    return ContactSheet(folder, rows).write(path)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet, to be drawn.

    Attributes:
        key: says what it shows.
    """

    key: str
    draw: Callable[[], Image.Image]


def _rows(dataset: Dataset, scenes: Sequence[int], count: int) -> list[Row]:
    """Return the rows of a sheet of so many samples of some scenes, but for those that are not there yet."""
    if not _is_told_in_strips(dataset):
        columns = _columns(dataset)
        return [Row(view.key, partial(_draw_view, view, columns)) for view in _chosen(dataset, scenes, count)]
    picked = _picked(scenes, min(count, len(scenes)))
    there = [dataset.scene(index) for index in picked if index in dataset.scene_indices]
    rows = [Row(f"strip {view.index}", partial(_draw_strip, view)) for view in there]
    first = [Row(f"labels {view.index}", partial(_draw_labels, view)) for view in there[:1]]
    return rows + (first if there and there[0].index == picked[0] else [])


def _is_told_in_strips(dataset: Dataset) -> bool:
    return bool(dataset.scene(dataset.scene_indices[0]).scene.events)


def _columns(dataset: Dataset) -> list[str]:
    return columns_of("depth" in dataset.manifest.outputs, "instance" in dataset.manifest.outputs)


def _draw_view(view: SampleView, columns: Sequence[str]) -> Image.Image:
    return draw_row(picture_on_disk(view), columns)


def _draw_strip(view: SceneView) -> Image.Image:
    story = Story(view.scene, view.trajectory)
    return draw_strip(story, _pictures(view, story, strip_frames(story)))


def _draw_labels(view: SceneView) -> Image.Image:
    story = Story(view.scene, view.trajectory)
    return _labelled(story, _pictures(view, story, _to_label(strip_frames(story))))


def _pictures(view: SceneView, story: Story, frames: Sequence[int]) -> list[Picture]:
    return [picture_on_disk(view.sample(story.sensor, k)) for k in frames]


def labelled_rows(story: Story, pictures: Sequence[Picture]) -> Image.Image:
    """Return two pictures of a strip, the middle one and its last but one, with all their labels."""
    return _labelled(story, _to_label(pictures))


def _to_label(strip: Sequence[Shown]) -> list[Shown]:
    return [strip[k] for k in sorted({len(strip) // 2, max(0, len(strip) - 2)})]


def _labelled(story: Story, pictures: Sequence[Picture]) -> Image.Image:
    return lay_out("", f"scene {story.scene.index}, with its labels", pictures)


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
    count = min(count, len(dataset))
    return list(_chosen(dataset, dataset.scene_indices, count))


def _picked(scenes: Sequence[int], count: int) -> list[int]:
    """Return so many of these scenes, evenly spaced, some more than once where there are fewer."""
    return [scenes[row * len(scenes) // count] for row in range(count)]


def _chosen(dataset: Dataset, scenes: Sequence[int], count: int) -> Iterator[SampleView]:
    """Yield so many samples, as `spread` does, of those of the scenes that are there."""
    picked = _picked(scenes, count)
    for row, index in enumerate(picked):
        if index in dataset.scene_indices:
            frames = list(dataset.scene(index))
            turn, share = picked[:row].count(index), picked.count(index)
            yield frames[turn * len(frames) // share if share > 1 else row * len(frames) // count]


def _subtitle(dataset: Dataset, scene_count: int) -> str:
    """Return what a dataset is once it has so many scenes; those to come have as many samples each as those there."""
    manifest = dataset.manifest
    samples = len(dataset) * scene_count // len(dataset.scene_indices)
    scenes = f"{scene_count} scene{'' if scene_count == 1 else 's'}"
    return f"{scenes}   {samples} samples   seed {manifest.seed}   {manifest.renderer} renderer"


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
