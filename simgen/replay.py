"""Making a scene again from its record, to prove that the same bytes come out."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from simgen.dataset import Dataset, SceneWriter, file_digests
from simgen.pipeline import SettledScene, Stopwatch, Studio, make_sample, view_of, write_scene
from simgen.records.scene import Scene
from simgen.simulation import simulate


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """Which files of a scene came out the same.

    Attributes:
        compared: number of files made again.
        differing: names, relative to the scene's folder, whose bytes differ or are missing on one side.
    """

    scene_index: int
    compared: int
    differing: tuple[str, ...]

    def __str__(self) -> str:
        if self.differing:
            return f"scene {self.scene_index}: {len(self.differing)} of {self.compared} files differ"
        return f"scene {self.scene_index}: {self.compared} files, byte-identical"


def replay(dataset: str | Path, scene_index: int, frame_index: int | None = None) -> ReplayReport:
    """Simulate and render a recorded scene again and compare every byte with the dataset.

    Args:
        frame_index: render this capture frame only (of every sensor); None means all.

    Raises:
        DatasetError: no such scene or frame in the dataset.
    """
    opened = Dataset(dataset)
    entry = opened.scene(scene_index)
    if frame_index is not None:
        entry.require_frame(frame_index)
    studio = Studio(opened.renderer)
    try:
        with tempfile.TemporaryDirectory(prefix="simgen-replay-") as folder:
            again = Path(folder) / "scene"
            _make_again(entry.scene, entry.rejections, frame_index, again, studio, opened)
            return _compare(entry.path, again, scene_index, whole=frame_index is None)
    finally:
        studio.close()
