"""Reads a dataset back, lazily: nothing but the parts that are asked for is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from simgen.camera import Intrinsics
from simgen.dataset import encode
from simgen.dataset.files import read_bytes, read_json
from simgen.dataset.labels import FrameLabels, decode_labels
from simgen.dataset.layout import (
    ATTRIBUTION_FILE,
    DATASET_FILE,
    FAILED_FILE,
    LABELS_SUFFIX,
    LOG_FILE,
    OUTPUT_SUFFIXES,
    SCENE_FILE,
    TRAJECTORY_FILE,
    committed_indices,
    frame_file,
    labelled_frames,
    scene_name,
    scene_path,
)
from simgen.dataset.manifest import Manifest, read_manifest
from simgen.dataset.trajectory_file import decode_trajectory
from simgen.errors import DatasetError
from simgen.geometry import FloatArray
from simgen.records.annotation import Annotation
from simgen.records.asset import Category
from simgen.records.rejections import Rejections
from simgen.records.scene import Scene, scene_from_json
from simgen.records.trajectory import Trajectory

T = TypeVar("T")


class SampleView:
    """One labelled picture on disk; each property is read when first asked for.

    Attributes:
        sensor: name of the camera.
        frame_index: capture frame.
    """

    def __init__(self, parent: SceneView, sensor: str, frame_index: int) -> None:
        self._parent, self.sensor, self.frame_index = parent, sensor, frame_index

    def __repr__(self) -> str:
        return f"<sample {self.key}>"

    @property
    def key(self) -> str:
        """`<scene>/<sensor>/<frame>`, unique in the dataset."""
        return f"{scene_name(self._parent.index)}/{self.sensor}/{self.frame_index:04d}"

    @property
    def scene_index(self) -> int:
        """Index of its scene."""
        return self._parent.index

    @property
    def scene(self) -> Scene:
        """The draw it was made from."""
        return self._parent.scene

    @property
    def scene_view(self) -> SceneView:
        """Its scene's folder."""
        return self._parent

    @cached_property
    def labels(self) -> FrameLabels:
        """Camera, time and objects."""
        return _decoded(self.path(None), decode_labels)

    @property
    def annotation(self) -> Annotation:
        """Labels of its objects."""
        return self.labels.annotation

    @property
    def intrinsics(self) -> Intrinsics:
        """The pinhole camera."""
        return self.labels.intrinsics

    @property
    def T_world_camera(self) -> FloatArray:
        """Camera -> world, (4, 4)."""
        return self.labels.T_world_camera

    @property
    def time_s(self) -> float:
        """Time from scene start."""
        return self.labels.time_s

    @cached_property
    def rgb(self) -> NDArray[np.uint8]:
        """(h, w, 3) sRGB."""
        return _decoded(self.path("rgb"), encode.decode_rgb)

    @cached_property
    def depth_m(self) -> NDArray[np.float32]:
        """(h, w) distance to the image plane, NaN where nothing was hit."""
        return _decoded(self.path("depth"), encode.decode_depth)

    @cached_property
    def instance_id(self) -> NDArray[np.uint16]:
        """(h, w), 0 = background."""
        return _decoded(self.path("instance"), encode.decode_ids)

    @cached_property
    def semantic(self) -> NDArray[np.uint16]:
        """(h, w) category ids, 0 = background."""
        return _decoded(self.path("semantic"), encode.decode_ids)

    @cached_property
    def normals_camera(self) -> NDArray[np.float32]:
        """(h, w, 3) unit vectors, camera frame, NaN where nothing was hit; rounded to float16 on disk."""
        return _decoded(self.path("normals"), encode.decode_normals)

    @cached_property
    def object_coordinates_m(self) -> NDArray[np.float32]:
        """(h, w, 3) surface points in their object's frame, NaN where nothing was hit."""
        return _decoded(self.path("object_coordinates"), encode.decode_object_coordinates)

    def path(self, output: str | None) -> Path:
        """Return the file of one output (`rgb`, `depth` ...), or of the labels for None.

        Raises:
            DatasetError: the dataset was made without that output.
        """
        outputs = self._parent.outputs
        if output is not None and output not in outputs:
            raise DatasetError(
                f"this dataset has no '{output}', only {', '.join(outputs)}; "
                "add it to labels.outputs of the scenario and generate again"
            )
        suffix = LABELS_SUFFIX if output is None else OUTPUT_SUFFIXES[output]
        return self._parent.path / frame_file(self.sensor, self.frame_index, suffix)


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
            first = str(error).splitlines()[0]
            raise DatasetError(f"{path} is damaged ({first}); delete its folder and --resume") from error

    @cached_property
    def trajectory(self) -> Trajectory:
        """Motion of its bodies."""
        return _decoded(self.path / TRAJECTORY_FILE, decode_trajectory)

    @property
    def rejections(self) -> Rejections:
        """Draws refused before this one."""
        return _rejections(read_json(self.path / LOG_FILE))

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
        return read_bytes(path).decode()

    @cached_property
    def committed(self) -> tuple[int, ...]:
        """Indices of all scene folders, failed scenes included."""
        return tuple(committed_indices(self.path))

    @cached_property
    def failed(self) -> dict[int, str]:
        """Scenes that could not be made, by index: the reason."""
        records = ((index, scene_path(self.path, index) / FAILED_FILE) for index in self.committed)
        return {index: str(read_json(path)["reason"]) for index, path in records if path.is_file()}

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


def _decoded(path: Path, decode: Callable[[bytes], T]) -> T:
    data = read_bytes(path)
    try:
        return decode(data)
    except DatasetError as error:
        raise DatasetError(
            f"{path} is damaged: {error}; delete its scene folder and run generate --resume"
        ) from error


def _rejections(log: dict[str, Any]) -> Rejections:
    return Rejections(tuple(sorted((str(k), int(v)) for k, v in log["rejections"].items())))
