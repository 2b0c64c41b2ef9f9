"""Writes one scene folder: under a temporary name, sample by sample, renamed when all of it is on disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from simgen.dataset.contents import CategoryIds, category_table, failed_files, frame_files, scene_files
from simgen.dataset.files import Checksum, disk_errors, sync, to_json
from simgen.dataset.layout import (
    CHECKSUMS_FILE,
    TIMINGS_FILE,
    part_path,
    scene_path,
)
from simgen.dataset.manifest import Manifest
from simgen.errors import DatasetError
from simgen.records.annotation import Sample
from simgen.records.rejections import Rejections
from simgen.records.scene import Scene
from simgen.records.trajectory import Trajectory


class SceneWriter:
    """One scene being written; use it as a context manager.

    Leaving the block normally commits the scene, unless `defer_commit` was asked to; leaving it by an exception
    removes all that was written.
    Holds one sample at a time, so memory does not grow with the number of frames. What was written goes to disk in a
    thread of its own while the next sample is made: only the commit waits for it.
    """

    def __init__(self, root: Path, index: int, manifest: Manifest) -> None:
        self._root, self._index, self._manifest = root, index, manifest
        self._target = scene_path(root, index)
        self._part = part_path(root, index, os.getpid())
        self._checksums: dict[str, Checksum] = {}
        self._expected: int | None = None
        self._categories: CategoryIds | None = None
        self._samples = 0
        self._failed = False
        self._is_deferred = False
        self._disk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sync")
        self._syncing: list[Future[None]] = []

    def __enter__(self) -> Self:
        if self._target.exists():
            raise DatasetError(
                f"scene {self._index} is already at {self._target}; delete it to make it again"
            )
        with disk_errors(self._part):
            shutil.rmtree(self._part, ignore_errors=True)
            self._part.mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._clean_up()
        elif not self._is_deferred:
            self._finish()

    def defer_commit(self) -> Callable[[], None]:
        """Return what commits the scene, instead of leaving the block: it waits for the disk, and must be called.

        What it returns raises DatasetError where the disk refuses, or samples are missing.
        """
        self._is_deferred = True
        return self._finish

    def _finish(self) -> None:
        try:
            self._commit()
        finally:
            self._clean_up()

    def _clean_up(self) -> None:
        self._disk.shutdown(cancel_futures=True)
        shutil.rmtree(self._part, ignore_errors=True)

    @property
    def outputs(self) -> tuple[str, ...]:
        """What is written of every sample; its frame must hold it."""
        return self._manifest.outputs

    def write_scene(self, scene: Scene, trajectory: Trajectory, rejections: Rejections) -> None:
        """Write the draw, its motion and what was refused before it; call once, before the samples.

        Raises:
            DatasetError: the scene has another index than this writer, or the disk refuses.
        """
        if scene.index != self._index:
            raise DatasetError(f"scene {scene.index} was given to the writer of scene {self._index}")
        self._expected = trajectory.frame_count * len(scene.cameras)
        self._categories = category_table(scene, self._manifest.taxonomy)
        self._write(scene_files(scene, trajectory, rejections))

    def write_sample(self, sample: Sample) -> None:
        """Write the pictures and labels of one sample.

        Raises:
            DatasetError: out of turn, of another scene, twice, of a wrong shape, or the disk refuses.
        """
        if self._categories is None:
            raise DatasetError(f"scene {self._index}: write_scene comes before write_sample")
        if sample.scene_index != self._index:
            raise DatasetError(
                f"a sample of scene {sample.scene_index} was given to the writer of scene {self._index}"
            )
        self._write(frame_files(sample, self._categories, self._manifest.outputs))
        self._samples += 1

    def write_failed(
        self, reason: str, rejections: Rejections, made: tuple[Scene, Trajectory] | None = None
    ) -> None:
        """Record that this scene cannot be made; nothing else is written for it."""
        self._failed = True
        self._write(failed_files(self._index, reason, rejections, made))

    def write_timings(self, seconds_by_stage: Mapping[str, float]) -> None:
        """Keep wall times beside the scene; they are in no checksum and no comparison."""
        with disk_errors(self._part):
            self._part.joinpath(TIMINGS_FILE).write_bytes(to_json(dict(seconds_by_stage)))

    def _write(self, files: Mapping[str, bytes]) -> None:
        for name, data in files.items():
            if name in self._checksums:
                raise DatasetError(f"scene {self._index}: {name} is written twice")
            path = self._part / name
            with disk_errors(path):
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(data)
            self._syncing.append(self._disk.submit(sync, path))
            self._checksums[name] = Checksum.of(data)

    def _commit(self) -> None:
        self._check_whole()
        listing = {
            name: {"sha256": known.sha256, "size_bytes": known.size_bytes}
            for name, known in sorted(self._checksums.items())
        }
        with disk_errors(self._target):
            self._part.joinpath(CHECKSUMS_FILE).write_bytes(to_json(listing))
            sync(self._part / CHECKSUMS_FILE)
            for written in self._syncing:
                written.result()
            folders = {self._part.joinpath(name).parent for name in (*self._checksums, CHECKSUMS_FILE)}
            for folder in sorted(folders, reverse=True):
                sync(folder)
            self._part.rename(self._target)
            sync(self._target.parent)

    def _check_whole(self) -> None:
        if self._failed:
            return
        if self._expected is None:
            raise DatasetError(f"scene {self._index}: nothing was written; write_scene or write_failed first")
        if self._samples != self._expected:
            raise DatasetError(
                f"scene {self._index}: {self._samples} of {self._expected} samples were written"
            )
