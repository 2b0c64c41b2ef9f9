"""Makes a dataset folder: starts it, continues it, and puts its summary together at the end."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from types import TracebackType

from simgen.assets import AssetLibrary
from simgen.closing import Closable
from simgen.dataset.checksums import is_whole
from simgen.dataset.files import disk_errors, sync, to_json, write_synced
from simgen.dataset.layout import (
    ATTRIBUTION_FILE,
    CRASHES_FOLDER,
    DATASET_FILE,
    SCENES_FOLDER,
    committed_indices,
    part_files,
    part_folders,
    part_path,
    scene_path,
)
from simgen.dataset.manifest import Manifest, difference, manifest_to_json, read_manifest
from simgen.dataset.scene_writer import SceneWriter
from simgen.dataset.summary import Describe, summarise
from simgen.errors import DatasetError
from simgen.records.rejections import Rejections
from simgen.records.scene import Scene
from simgen.records.trajectory import Trajectory


class DatasetWriter(Closable):
    """A dataset being made.

    The process that started it uses `create` and `finalise`; workers use `attach`, which costs one small read,
    and write scenes. Scenes are independent folders, so any number of workers write at once, in any order. Where an
    error ends it before any scene is there, nothing of it stays.
    """

    def __init__(self, root: Path, manifest: Manifest, lock: int | None = None) -> None:
        self.root, self.manifest = root, manifest
        self._lock = lock

    @staticmethod
    def create(path: Path, manifest: Manifest, resume: bool = False) -> DatasetWriter:
        """Start a dataset, or with `resume` continue one.

        Raises:
            DatasetError: the folder holds something and `resume` is not set; it was made from something else;
                another process is writing it; or the disk refuses.
        """
        if path.exists() and not path.is_dir():
            raise DatasetError(f"{path} is a file; give --out a folder to make")
        with disk_errors(path):
            path.mkdir(parents=True, exist_ok=True)
            writer = DatasetWriter(path, manifest, _lock_folder(path))
        try:
            writer._start(resume)
        except BaseException:
            writer._unlock()
            raise
        return writer

    def _start(self, resume: bool) -> None:
        """Look at the folder only once it is locked, so that no other process can change it in between."""
        if _is_started(self.root):
            if not (self.root / DATASET_FILE).is_file():
                raise DatasetError(
                    f"{self.root} is not empty, and no dataset: it has no {DATASET_FILE}; give another --out"
                )
            if not resume:
                raise DatasetError(
                    f"{self.root} is not empty; give --resume to continue it, or another --out"
                )
            _check_same(self.root, self.manifest)
        with disk_errors(self.root):
            (self.root / SCENES_FOLDER).mkdir(exist_ok=True)
            self._sweep()
            head = manifest_to_json(self.manifest) | {"complete": False}
            write_synced(self.root / DATASET_FILE, to_json(head))

    def _sweep(self) -> None:
        """Remove what killed processes left half-written; only the holder of the lock may, when no worker runs."""
        for folder in part_folders(self.root):
            shutil.rmtree(folder)
        for file in part_files(self.root):
            file.unlink()

    @staticmethod
    def attach(path: Path) -> DatasetWriter:
        """Return a writer of scenes for a dataset that another process started.

        Raises:
            DatasetError: there is none, or it is of another format version.
        """
        return DatasetWriter(path, read_manifest(path))

    def done_indices(self) -> frozenset[int]:
        """Return the scenes that need no more work, written or failed for good."""
        return frozenset(committed_indices(self.root))

    def scene(self, index: int) -> SceneWriter:
        """Return the writer of one scene, to be used in a `with` block."""
        return SceneWriter(self.root, index, self.manifest)

    def recover(self, index: int) -> bool:
        """Whether a scene is there already: committed by a process that ended before it could tell.

        A scene folder that is not what its checksums say is taken away, so that the scene can be made again.
        """
        folder = scene_path(self.root, index)
        if not folder.exists():
            return False
        with disk_errors(folder):
            if is_whole(folder):
                sync(folder.parent)
                return True
            remains = part_path(self.root, index, os.getpid())
            folder.rename(remains)  # in one step: never a part of a scene under its name
            shutil.rmtree(remains)
        return False

    def write_failed(
        self,
        index: int,
        reason: str,
        rejections: Rejections,
        made: tuple[Scene, Trajectory] | None = None,
    ) -> None:
        """Record that a scene cannot be made, so that it is never skipped in silence.

        Args:
            made: of a scene that was made and then refused: its weight and events are kept, because leaving them out
                would bias what is estimated from the rest.
        """
        with self.scene(index) as writer:
            writer.write_failed(reason, rejections, made)

    def finalise(self, describe: Describe | None = None) -> None:
        """Complete `dataset.json` and write `ATTRIBUTION.md` from the scenes on disk.

        Gives the same bytes whatever the number of workers or resumes; safe to call on a part of the scenes.

        Args:
            describe: looks up the catalogue entry of an asset; that of a new `AssetLibrary` unless given.
        """
        describe = describe or AssetLibrary().describe
        tail, attribution = summarise(self.root, self.manifest.scene_count, describe)
        with disk_errors(self.root):
            write_synced(self.root / ATTRIBUTION_FILE, attribution.encode())
            write_synced(self.root / DATASET_FILE, to_json(manifest_to_json(self.manifest) | tail))

    def close(self) -> None:
        """Remove what workers that were killed left, and let other processes continue this dataset."""
        self._let_go(failed=False)

    def _let_go(self, *, failed: bool) -> None:
        if self._lock is None:
            return
        try:
            with disk_errors(self.root):
                self._sweep()
                if failed and not self.done_indices():
                    self._forget()
        finally:
            self._unlock()

    def _forget(self) -> None:
        """Leave the folder as empty as it was: the scenario will be mended, and then be another one."""
        (self.root / DATASET_FILE).unlink(missing_ok=True)
        scenes = self.root / SCENES_FOLDER
        if scenes.is_dir() and not any(scenes.iterdir()):
            scenes.rmdir()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close; after an error a dataset without any scene is taken away again."""
        self._let_go(failed=error is not None)


def _is_started(path: Path) -> bool:
    """Whether a folder holds more than a run leaves that ended before its first scene was there."""
    leftovers = {CRASHES_FOLDER, *(file.name for file in part_files(path))}
    scenes = path / SCENES_FOLDER
    if scenes.is_dir() and not any(scenes.iterdir()):
        leftovers.add(SCENES_FOLDER)
    return any(entry.name not in leftovers for entry in path.iterdir())


def _check_same(path: Path, manifest: Manifest) -> None:
    changed = difference(read_manifest(path), manifest)
    if changed:
        raise DatasetError(
            f"{path} cannot be continued: {changed}. "
            "Scenes made now would not match those there; use what it was made with, or another --out"
        )
    beyond = [index for index in committed_indices(path) if index >= manifest.scene_count]
    if beyond:
        raise DatasetError(
            f"{path} already has scene {beyond[-1]}, more than --count {manifest.scene_count} asks for; "
            f"give --count {beyond[-1] + 1} or more"
        )


def _lock_folder(path: Path) -> int:
    """Hold the folder until closed; the system lets go of it when the process dies, however it dies."""
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise DatasetError(
            f"{path} is being written by another process; wait for it or end it, then --resume"
        ) from error
    return handle
