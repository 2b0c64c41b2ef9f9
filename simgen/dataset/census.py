"""What every scene of a dataset was drawn as, written or failed, without its pictures: what estimates are made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simgen.dataset.contents import thing_categories
from simgen.dataset.files import damaged, read_json
from simgen.dataset.layout import FAILED_FILE, scene_path
from simgen.dataset.reader import Dataset
from simgen.dataset.scene_events import SceneEvents


@dataclass(frozen=True, slots=True)
class DrawnScene:
    """One accepted draw.

    Attributes:
        index: of the scene.
        failed: whether the scene failed after it was made; its draw counts all the same.
        attempts: draws that it took, the accepted one included.
        categories: of its things, each once, sorted.
        events: its weight, and what became of its events.
    """

    index: int
    failed: bool
    attempts: int
    categories: tuple[str, ...]
    events: SceneEvents


def drawn_scenes(dataset: Dataset) -> Iterator[DrawnScene]:
    """Yield the draw of every scene that was made, in order of index; see `undrawn_scenes` for the rest.

    Raises:
        DatasetError: a record is damaged.
    """
    for index in dataset.committed:
        if index not in dataset.failed:
            scene = dataset.scene(index).scene
            categories = tuple(thing_categories(scene))
            yield DrawnScene(index, False, scene.attempt + 1, categories, dataset.events(index))
            continue
        drawn = _failed(dataset, index)
        if drawn is not None:
            yield drawn


def undrawn_scenes(dataset: Dataset) -> tuple[int, ...]:
    """Return the indices of scenes for which no draw was accepted, or whose worker died."""
    return tuple(index for index in dataset.failed if _failed(dataset, index) is None)


def _failed(dataset: Dataset, index: int) -> DrawnScene | None:
    path = scene_path(dataset.path, index) / FAILED_FILE
    record = read_json(path)
    if "attempt" not in record:
        return None
    try:
        attempts, categories = int(record["attempt"]) + 1, tuple(str(name) for name in record["categories"])
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(path, error) from error
    return DrawnScene(index, True, attempts, categories, dataset.events(index))
