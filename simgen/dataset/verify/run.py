"""Runs every check over every frame of a dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from simgen.assets import AssetLibrary
from simgen.dataset.layout import LABELS_SUFFIX, OUTPUT_SUFFIXES, committed_indices, frame_file, scene_path
from simgen.dataset.reader import Dataset, SampleView, SceneView
from simgen.dataset.verify.boxes import solid_flaws, tight_flaws, unclipped_flaws
from simgen.dataset.verify.circumstances import circumstance_flaws, presence_flaws
from simgen.dataset.verify.events import scene_event_flaws
from simgen.dataset.verify.files import folder_flaws, scene_file_flaws
from simgen.dataset.verify.flow import end_flaws, flow_flaws
from simgen.dataset.verify.fractions import fraction_flaws
from simgen.dataset.verify.frame import CheckedFrame, Finding, FrameCheck, open_frame
from simgen.dataset.verify.masks import amodal_flaws, count_flaws, mask_size_flaws, partition_flaws
from simgen.dataset.verify.pictures import (
    depth_flaws,
    empty_flaws,
    id_flaws,
    semantic_flaws,
    size_flaws,
)
from simgen.dataset.verify.poses import camera_flaws, identity_flaws, pose_flaws
from simgen.dataset.verify.report import Flaw, VerifyReport
from simgen.dataset.verify.surface import SurfaceCheck
from simgen.dataset.verify.surfaces import albedo_flaws, distance_flaws, normal_flaws, part_flaws
from simgen.errors import AssetError, DatasetError, SimgenError
from simgen.records.expectations import Sightings

Progress = Callable[[int, int], None]

_SIZES: dict[str, FrameCheck] = {"picture size": size_flaws, "mask size": mask_size_flaws}
_CHECKS: dict[str, FrameCheck] = {
    "empty": empty_flaws,
    "ids": id_flaws,
    "semantic": semantic_flaws,
    "depth": depth_flaws,
    "masks": partition_flaws,
    "amodal masks": amodal_flaws,
    "pixel counts": count_flaws,
    "boxes": tight_flaws,
    "unclipped boxes": unclipped_flaws,
    "3D boxes": solid_flaws,
    "fractions": fraction_flaws,
    "identity": identity_flaws,
    "camera": camera_flaws,
    "poses": pose_flaws,
    "normals": normal_flaws,
    "distance": distance_flaws,
    "parts": part_flaws,
    "albedo": albedo_flaws,
    "flow": end_flaws,
    "circumstances": circumstance_flaws,
    "presence": presence_flaws,
}


def verify(
    path: str | Path, library: AssetLibrary | None = None, progress: Progress | None = None
) -> VerifyReport:
    """Read everything back and report all that is wrong; damage never raises, it is reported.

    Args:
        path: dataset folder.
        library: where the models lie that depth is held against; a new one unless given.
        progress: called with (scenes done, scenes in all) after each scene.

    Raises:
        DatasetError: there is no readable `dataset.json`.
    """
    dataset = Dataset(path)
    return _Verifier(dataset, library or AssetLibrary()).run(progress)


class _Verifier:
    """One walk over a dataset: counts what it reads and keeps each sensor's last frame, for flow."""

    def __init__(self, dataset: Dataset, library: AssetLibrary) -> None:
        self._dataset = dataset
        self._surface = SurfaceCheck(library)
        self._before: dict[str, tuple[CheckedFrame, SampleView]] = {}
        self._found = self._frames = self._objects = self._scenes = self._failed = 0

    # Damaged files may hold any number; what comes of it is reported, not warned of.
    @np.errstate(all="ignore")
    def run(self, progress: Progress | None) -> VerifyReport:
        """Return what is wrong in all scenes, in their order; `progress` as for `verify`."""
        dataset = self._dataset
        flaws = list(folder_flaws(dataset.path, dataset.manifest, dataset.complete))
        indices = committed_indices(dataset.path)
        for done, index in enumerate(indices, start=1):
            flaws += sorted(self._scene_flaws(index), key=lambda flaw: flaw.frame_index)
            if progress is not None:
                progress(done, len(indices))
        flaws += self._total_flaws()
        return VerifyReport(
            problems=tuple(flaws),
            scenes=self._scenes,
            failed_scenes=self._failed,
            frames=self._frames,
            objects=self._objects,
            surface_pixels=self._surface.pixels,
            complete=dataset.complete,
        )

    def _total_flaws(self) -> Iterator[Flaw]:
        claimed = self._dataset.info.get("samples")
        if claimed is not None and claimed != self._found:
            yield Flaw("files", f"claims {claimed} samples, has {self._found}", file="dataset.json")

    def _scene_flaws(self, index: int) -> Iterator[Flaw]:
        """Yield what is wrong with a scene: its files, its record, then frame by frame."""
        dataset = self._dataset
        yield from scene_file_flaws(dataset.path, index)
        try:
            if index in dataset.failed:
                self._failed += 1
                return
            self._scenes += 1
            scene = SceneView(scene_path(dataset.path, index), index, dataset.manifest.outputs)
            expected = scene.trajectory.frame_count * len(scene.scene.cameras)
            yield from (Flaw("events", message, index) for message in scene_event_flaws(scene))
            sightings = Sightings(scene.scene, scene.trajectory)
        except DatasetError as error:
            yield Flaw("files", str(error), index)
            return
        self._found += len(scene)
        if len(scene) != expected:
            yield Flaw("files", f"has labels of {len(scene)} frames, the scene says {expected}", index)
        self._before.clear()
        for sample in scene:
            yield from self._frame_flaws(sample, sightings)
        yield from (Flaw("events", message, index) for message in sightings.unmet())

    def _frame_flaws(self, sample: SampleView, sightings: Sightings) -> Iterator[Flaw]:
        """Yield what is wrong with a frame; where pictures have wrong sizes nothing else can be compared."""
        try:
            frame = open_frame(sample, self._dataset.taxonomy)
        except DatasetError as error:
            yield Flaw("files", str(error), sample.scene_index, sample.sensor, sample.frame_index)
            return
        self._frames += 1
        self._objects += len(frame.objects)
        sightings.look(sample.sensor, sample.frame_index, frame.objects)
        sizes = [flaw for name, check in _SIZES.items() for flaw in _run(name, check, frame, sample)]
        yield from sizes
        if sizes:
            return
        for name, check in _CHECKS.items():
            yield from _run(name, check, frame, sample)
        try:
            yield from _run("surface", self._surface, frame, sample)
        except AssetError as error:
            yield Flaw("surface", str(error), sample.scene_index, sample.sensor, sample.frame_index)
        yield from self._motion_flaws(frame, sample)

    def _motion_flaws(self, frame: CheckedFrame, sample: SampleView) -> Iterator[Flaw]:
        """Hold a frame and its sensor's frame before it against each other."""
        before, before_sample = self._before.get(sample.sensor, (None, sample))
        self._before[sample.sensor] = (frame, sample)
        if before is None or before.labels.frame_index + 1 != frame.labels.frame_index:
            return
        yield from _run("flow", lambda each: flow_flaws(each, frame, "forward"), before, before_sample)
        yield from _run("flow", lambda each: flow_flaws(each, before, "backward"), frame, sample)


def _run(name: str, check: FrameCheck, frame: CheckedFrame, sample: SampleView) -> Iterator[Flaw]:
    """Yield what a check finds, with the frame and the file it is about."""
    folder = f"scenes/{sample.scene_view.path.name}"
    for output, message in _findings(check, frame):
        suffix = OUTPUT_SUFFIXES.get(output, LABELS_SUFFIX)
        file = f"{folder}/{frame_file(sample.sensor, sample.frame_index, suffix)}"
        yield Flaw(name, message, sample.scene_index, sample.sensor, sample.frame_index, file)


def _findings(check: FrameCheck, frame: CheckedFrame) -> Iterator[Finding]:
    """Yield what a check finds; labels so wrong that the check itself breaks are a finding too."""
    try:
        yield from check(frame)
    except SimgenError:
        raise
    except Exception as error:  # noqa: BLE001 (damage has no end of forms, and must be reported, not raised)
        yield "labels", f"cannot be checked ({type(error).__name__}: {error})"
