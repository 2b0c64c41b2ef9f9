"""Reads a dataset back, lazily: nothing but the parts that are asked for is opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, overload

from simgen.dataset.files import damaged, read_bytes, read_json
from simgen.dataset.layout import (
    ATTRIBUTION_FILE,
    DATASET_FILE,
    EVENTS_FILE,
    FAILED_FILE,
    LOG_FILE,
    SCENE_FILE,
    STATES_FILE,
    TRAJECTORY_FILE,
    committed_indices,
    labelled_frames,
    scene_path,
)
from simgen.dataset.manifest import Manifest, read_manifest
from simgen.dataset.sample_view import SampleView, decoded
from simgen.dataset.scene_events import SceneEvents, events_from_json
from simgen.dataset.trajectory_file import decode_states, decode_trajectory
from simgen.errors import DatasetError
from simgen.records.asset import Category
from simgen.records.occurrence import Occurrence
from simgen.records.rejections import Rejections
from simgen.records.scene import Scene, scene_from_json
from simgen.records.trajectory import Trajectory


class SceneView:
    """One committed scene on disk.

    Attributes:
        path: its folder.
        index: scene index.
        outputs: the dataset's outputs.
    """

    def __init__(self, path: Path, index: int, outputs: Sequence[str]) -> None:
        self.path, self.index, self.outputs = path, index, tuple(outputs)

    def __repr__(self) -> str:
        return f"<scene {self.index} of {self.path.parent.parent}>"

    @cached_property
    def scene(self) -> Scene:
        """The draw."""
        path = self.path / SCENE_FILE
        try:
            return scene_from_json(read_bytes(path))
        except ValueError as error:
            raise damaged(path, str(error).splitlines()[0]) from error

    @cached_property
    def trajectory(self) -> Trajectory:
        """Motion of its bodies, and what became of them."""
        moved = decoded(self.path / TRAJECTORY_FILE, decode_trajectory)
        states = self.path / STATES_FILE
        more: dict[str, Any] = decoded(states, decode_states) if states.is_file() else {}
        return replace(moved, occurrences=self.events.occurrences, impacts=self.events.impacts, **more)

    @cached_property
    def events(self) -> SceneEvents:
        """Its weight, events, faults and impacts; empty where none could happen."""
        path = self.path / EVENTS_FILE
        return _events(path, read_json(path)) if path.is_file() else SceneEvents()

    @property
    def occurrences(self) -> tuple[Occurrence, ...]:
        """What became of each event."""
        return self.events.occurrences

    @property
    def log_weight(self) -> float:
        """Logarithm of the weight that undoes all forcing; 0 where nothing was forced."""
        return self.events.log_weight

    @property
    def rejections(self) -> Rejections:
        """Draws refused before this one."""
        return _rejections(self.path / LOG_FILE)

    @cached_property
    def frames(self) -> tuple[tuple[int, str], ...]:
        """(frame index, sensor) of every sample, in order."""
        return tuple(labelled_frames(self.path))

    def __len__(self) -> int:
        return len(self.frames)

    def __iter__(self) -> Iterator[SampleView]:
        return (SampleView(self, sensor, frame_index) for frame_index, sensor in self.frames)

    def sample(self, sensor: str, frame_index: int) -> SampleView:
        """Return one sample.

        Raises:
            DatasetError: there is none; the text lists those there are.
        """
        if (frame_index, sensor) not in self.frames:
            raise DatasetError(
                f"scene {self.index} has no frame {frame_index} of '{sensor}'; {self._listing()}"
            )
        return SampleView(self, sensor, frame_index)

    def require_frame(self, frame_index: int) -> None:
        """Check that some sensor has this capture frame.

        Raises:
            DatasetError: none has; the text lists those there are.
        """
        if frame_index not in {frame for frame, _ in self.frames}:
            raise DatasetError(f"scene {self.index} has no frame {frame_index}; {self._listing()}")

    def _listing(self) -> str:
        sensors = ", ".join(sorted({name for _, name in self.frames}))
        last = max((frame for frame, _ in self.frames), default=-1)
        return f"it has frames 0 to {last} of {sensors}"


class Dataset(Sequence[SampleView]):
    """A dataset on disk: a sequence of samples in order of scene, frame and sensor.

    Reads finished datasets and those still being made (the scenes committed so far).

    Attributes:
        path: its folder.
        manifest: what it was made from.
        info: all of `dataset.json`.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.manifest: Manifest = read_manifest(self.path)
        self.info: dict[str, Any] = read_json(self.path / DATASET_FILE)

    def __repr__(self) -> str:
        return f"<dataset {self.path}: {len(self.scene_indices)} scenes, {len(self)} samples>"

    @property
    def complete(self) -> bool:
        """Whether every scene asked for is there, written or recorded as failed."""
        return bool(self.info.get("complete"))

    @property
    def renderer(self) -> str:
        """Name of the back end that drew it."""
        return self.manifest.renderer

    @property
    def taxonomy(self) -> tuple[Category, ...]:
        """All categories in id order."""
        return self.manifest.taxonomy

    @property
    def attribution(self) -> str:
        """Authors and licences of what it was made from, Markdown."""
        path = self.path / ATTRIBUTION_FILE
        if not path.is_file():
            raise DatasetError(f"{path} is missing: the dataset is not finished; run generate --resume")
        try:
            return read_bytes(path).decode()
        except UnicodeDecodeError as error:
            raise DatasetError(f"{path} is damaged ({error}); run generate --resume") from error

    @cached_property
    def committed(self) -> tuple[int, ...]:
        """Indices of all scene folders, failed scenes included."""
        return tuple(committed_indices(self.path))

    @cached_property
    def failed(self) -> dict[int, str]:
        """Scenes that could not be made, by index: the reason."""
        records = ((index, scene_path(self.path, index) / FAILED_FILE) for index in self.committed)
        return {index: str(_field(path, "reason")) for index, path in records if path.is_file()}

    def events(self, index: int) -> SceneEvents:
        """Return what a scene went through, be it written or failed; empty where nothing is recorded of it.

        Raises:
            DatasetError: there is no such scene, or its record is damaged.
        """
        if index not in self.failed:
            return self.scene(index).events
        path = scene_path(self.path, index) / FAILED_FILE
        record = read_json(path)
        return _events(path, record["events"]) if "events" in record else SceneEvents()

    def rejections(self, index: int) -> Rejections:
        """Return the draws refused before a scene was written or given up.

        Raises:
            DatasetError: there is no such scene, or its record is damaged.
        """
        if index not in self.failed:
            return self.scene(index).rejections
        return _rejections(scene_path(self.path, index) / FAILED_FILE)

    @cached_property
    def scene_indices(self) -> tuple[int, ...]:
        """Indices of the scenes that hold samples."""
        return tuple(index for index in self.committed if index not in self.failed)

    def scene(self, index: int) -> SceneView:
        """Return one scene.

        Raises:
            DatasetError: it is not there, or it failed; the text says which.
        """
        if index in self.failed:
            raise DatasetError(f"scene {index} of {self.path} failed: {self.failed[index]}")
        if index not in self._present:
            raise DatasetError(
                f"{self.path} has no scene {index}; it has {len(self.scene_indices)} scenes"
                + (f", {self.scene_indices[0]} to {self.scene_indices[-1]}" if self.scene_indices else "")
            )
        return SceneView(scene_path(self.path, index), index, self.manifest.outputs)

    def scenes(self) -> Iterator[SceneView]:
        """Yield the scenes in order."""
        return (self.scene(index) for index in self.scene_indices)

    def pairs(self) -> Iterator[tuple[SceneView, SceneView]]:
        """Yield the whole counterfactual pairs: the scene with the event, the same without it.

        A pair of which one scene failed, or is not made yet, is left out.
        """
        for scene in self.scenes():
            twin = scene.events.twin
            if twin is not None and twin.occurs and scene.index + 1 in self._present:
                yield scene, self.scene(scene.index + 1)

    @cached_property
    def _present(self) -> frozenset[int]:
        return frozenset(self.scene_indices)

    @cached_property
    def _index(self) -> tuple[tuple[int, int, str], ...]:
        return tuple(
            (scene.index, frame, sensor) for scene in self.scenes() for frame, sensor in scene.frames
        )

    def __len__(self) -> int:
        return len(self._index)

    def __iter__(self) -> Iterator[SampleView]:
        for scene in self.scenes():
            yield from scene

    @overload
    def __getitem__(self, index: int) -> SampleView: ...

    @overload
    def __getitem__(self, index: slice) -> list[SampleView]: ...

    def __getitem__(self, index: int | slice) -> SampleView | list[SampleView]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        scene, frame, sensor = self._index[index]
        return SampleView(self.scene(scene), sensor, frame)


def _events(path: Path, raw: object) -> SceneEvents:
    try:
        return events_from_json(raw)
    except DatasetError as error:
        raise damaged(path, error) from error


def _rejections(path: Path) -> Rejections:
    counts = _field(path, "rejections")
    try:
        return Rejections(tuple(sorted((str(reason), _count(count)) for reason, count in counts.items())))
    except (AttributeError, TypeError, ValueError) as error:
        raise damaged(path, error) from error


def _field(path: Path, key: str) -> Any:
    try:
        return read_json(path)[key]
    except (KeyError, TypeError, IndexError) as error:
        raise damaged(path, error) from error


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{value!r} is no count")
    return value
