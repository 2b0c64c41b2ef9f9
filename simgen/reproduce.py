"""Making a scene again from its record, to prove that the same bytes come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from simgen.dataset import (
    Dataset,
    SceneView,
    category_table,
    differs_from,
    file_digests,
    frame_files,
    scene_files,
)
from simgen.dataset.layout import CHECKSUMS_FILE
from simgen.errors import DatasetError
from simgen.pipeline import SettledScene, Studio, software_of
from simgen.python_modules import code_hash
from simgen.simulation import simulate
from simgen.version import __version__


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """Which files of a scene came out the same.

    Attributes:
        compared: number of files made again.
        differing: names, relative to the scene's folder, that are missing there, hold other bytes, or (of a whole
            scene) are there but are not made.
        software: (name, version the dataset was made with, version here) where they are not the same.
    """

    scene_index: int
    compared: int
    differing: tuple[str, ...]
    software: tuple[tuple[str, str, str], ...] = ()

    def __str__(self) -> str:
        if self.differing:
            made_with = "; ".join(f"{name} was {was}, here {here}" for name, was, here in self.software)
            why = made_with or "versions are the same: files were changed since, or simgen's own code was"
            return f"scene {self.scene_index}: {len(self.differing)} of {self.compared} files differ ({why})"
        return f"scene {self.scene_index}: {self.compared} files, byte-identical"


def replay(dataset: str | Path, scene_index: int, frame_index: int | None = None) -> ReplayReport:
    """Simulate and render a recorded scene again and compare every byte with the dataset.

    Nothing is read but the scene's own record; the scenario is not needed.

    Args:
        dataset: folder of the dataset.
        scene_index: which scene.
        frame_index: render this capture frame only (of every sensor); None means all.

    Raises:
        DatasetError: no such scene or frame in the dataset, or the Python that the scene calls has changed.
        AssetError: a pack it was made with is not installed.
    """
    opened = Dataset(dataset)
    recorded = opened.scene(scene_index)
    _require_same_code(recorded)
    if frame_index is not None:
        recorded.require_frame(frame_index)
    studio = Studio(opened.renderer)
    try:
        made, differing = set[str](), list[str]()
        for files in _files_again(opened, recorded, frame_index, studio):
            made |= files.keys()
            differing += differs_from(recorded.path, files)
        software = _other_software(opened, studio)
    finally:
        studio.close()
    if frame_index is None:
        differing += sorted(file_digests(recorded.path).keys() - made - {CHECKSUMS_FILE})
    return ReplayReport(scene_index, len(made), tuple(differing), software)


def _require_same_code(recorded: SceneView) -> None:
    """Refuse to replay a scene whose Python behaviours or triggers are not those that it was made with."""
    for module, then in recorded.scene.python_code:
        here = code_hash(module)
        if here != then:
            what = "is not found here" if here is None else "has other code here"
            raise DatasetError(
                f"scene {recorded.scene.index} cannot be replayed: '{module}', which it calls, {what} "
                f"(SHA-256 {then[:12]} then, {(here or 'none')[:12]} now); put back the file it was made with"
            )


def _other_software(dataset: Dataset, studio: Studio) -> tuple[tuple[str, str, str], ...]:
    then = {"simgen": dataset.manifest.simgen_version, **dict(dataset.manifest.software)}
    here = {"simgen": __version__, **dict(software_of(studio))}
    names = [name for name in here if then.get(name) != here[name]]
    return tuple((name, then.get(name, "not recorded"), here[name]) for name in names)


def _files_again(
    dataset: Dataset, recorded: SceneView, frame_index: int | None, studio: Studio
) -> Iterator[Mapping[str, bytes]]:
    scene = recorded.scene
    settled = SettledScene(scene, simulate(scene, studio.library), recorded.rejections)
    yield scene_files(scene, settled.trajectory, settled.rejections)
    categories = category_table(scene, dataset.taxonomy)
    outputs = dataset.manifest.outputs
    frames = None if frame_index is None else (frame_index,)
    for sample in studio.samples(settled, frame_indices=frames, outputs=outputs):
        yield frame_files(sample, categories, outputs)
