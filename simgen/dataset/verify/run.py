"""Runs every check over every frame of a dataset."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from simgen.assets import AssetLibrary
from simgen.dataset.layout import LABELS_SUFFIX, OUTPUT_SUFFIXES, committed_indices, frame_file, scene_path
from simgen.dataset.reader import Dataset, SampleView, SceneView
from simgen.dataset.verify.around import around_faults, presence_faults
from simgen.dataset.verify.boxes import solid_faults, tight_faults, unclipped_faults
from simgen.dataset.verify.events import scene_event_faults
from simgen.dataset.verify.files import folder_faults, scene_file_faults
from simgen.dataset.verify.flow import end_faults, flow_faults
from simgen.dataset.verify.fractions import fraction_faults
from simgen.dataset.verify.frame import CheckedFrame, Finding, FrameCheck, open_frame
from simgen.dataset.verify.masks import amodal_faults, count_faults, mask_size_faults, partition_faults
from simgen.dataset.verify.pictures import (
    depth_faults,
    empty_faults,
    id_faults,
    semantic_faults,
    size_faults,
)
from simgen.dataset.verify.poses import camera_faults, identity_faults, pose_faults
from simgen.dataset.verify.report import Fault, VerifyReport
from simgen.dataset.verify.surface import SurfaceCheck
from simgen.dataset.verify.surfaces import albedo_faults, distance_faults, normal_faults, part_faults
from simgen.errors import AssetError, DatasetError, SimgenError
from simgen.records.expectations import Sightings

Progress = Callable[[int, int], None]

_SIZES: dict[str, FrameCheck] = {"picture size": size_faults, "mask size": mask_size_faults}
_CHECKS: dict[str, FrameCheck] = {
    "empty": empty_faults,
    "ids": id_faults,
    "semantic": semantic_faults,
    "depth": depth_faults,
    "masks": partition_faults,
    "amodal masks": amodal_faults,
    "pixel counts": count_faults,
    "boxes": tight_faults,
    "unclipped boxes": unclipped_faults,
    "3D boxes": solid_faults,
    "fractions": fraction_faults,
    "identity": identity_faults,
    "camera": camera_faults,
    "poses": pose_faults,
    "normals": normal_faults,
    "distance": distance_faults,
    "parts": part_faults,
    "albedo": albedo_faults,
    "flow": end_faults,
    "circumstances": around_faults,
    "presence": presence_faults,
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
    def __init__(self, dataset: Dataset, library: AssetLibrary) -> None:
        self._dataset = dataset
        self._surface = SurfaceCheck(library)
        self._before: dict[str, tuple[CheckedFrame, SampleView]] = {}
        self._found = self._frames = self._objects = self._scenes = self._failed = 0

    @np.errstate(
        all="ignore"
    )  # damaged files may hold any number; what comes of it is reported, not warned of
    def run(self, progress: Progress | None) -> VerifyReport:
        dataset = self._dataset
        faults = list(folder_faults(dataset.path, dataset.manifest, dataset.complete))
        indices = committed_indices(dataset.path)
        for done, index in enumerate(indices, start=1):
            faults += sorted(self._scene_faults(index), key=lambda fault: fault.frame_index)
            if progress is not None:
                progress(done, len(indices))
        faults += self._total_faults()
        return VerifyReport(
            problems=tuple(faults),
            scenes=self._scenes,
            failed_scenes=self._failed,
            frames=self._frames,
            objects=self._objects,
            surface_pixels=self._surface.pixels,
            complete=dataset.complete,
        )

    def _total_faults(self) -> Iterator[Fault]:
        claimed = self._dataset.info.get("samples")
        if claimed is not None and claimed != self._found:
            yield Fault("files", f"claims {claimed} samples, has {self._found}", file="dataset.json")

    def _scene_faults(self, index: int) -> Iterator[Fault]:
        dataset = self._dataset
        yield from scene_file_faults(dataset.path, index)
        try:
            if index in dataset.failed:
                self._failed += 1
                return
            self._scenes += 1
            scene = SceneView(scene_path(dataset.path, index), index, dataset.manifest.outputs)
            expected = scene.trajectory.frame_count * len(scene.scene.cameras)
            yield from (Fault("events", message, index) for message in scene_event_faults(scene))
            sightings = Sightings(scene.scene, scene.trajectory)
        except DatasetError as error:
            yield Fault("files", str(error), index)
            return
        self._found += len(scene)
        if len(scene) != expected:
            yield Fault("files", f"has labels of {len(scene)} frames, the scene says {expected}", index)
        self._before.clear()
        for sample in scene:
            yield from self._frame_faults(sample, sightings)
        yield from (Fault("events", message, index) for message in sightings.unmet())

    def _frame_faults(self, sample: SampleView, sightings: Sightings) -> Iterator[Fault]:
        try:
            frame = open_frame(sample, self._dataset.taxonomy)
        except DatasetError as error:
            yield Fault("files", str(error), sample.scene_index, sample.sensor, sample.frame_index)
            return
        self._frames += 1
        self._objects += len(frame.objects)
        sightings.look(sample.sensor, sample.frame_index, frame.objects)
        sizes = [fault for name, check in _SIZES.items() for fault in _run(name, check, frame, sample)]
        yield from sizes
        if sizes:
            return
        for name, check in _CHECKS.items():
            yield from _run(name, check, frame, sample)
        try:
            yield from _run("surface", self._surface, frame, sample)
        except AssetError as error:
            yield Fault("surface", str(error), sample.scene_index, sample.sensor, sample.frame_index)
        yield from self._motion_faults(frame, sample)

    def _motion_faults(self, frame: CheckedFrame, sample: SampleView) -> Iterator[Fault]:
        """Hold a frame and its sensor's frame before it against each other."""
        before, before_sample = self._before.get(sample.sensor, (None, sample))
        self._before[sample.sensor] = (frame, sample)
        if before is None or before.labels.frame_index + 1 != frame.labels.frame_index:
            return
        yield from _run("flow", lambda each: flow_faults(each, frame, "forward"), before, before_sample)
        yield from _run("flow", lambda each: flow_faults(each, before, "backward"), frame, sample)


def _run(name: str, check: FrameCheck, frame: CheckedFrame, sample: SampleView) -> Iterator[Fault]:
    folder = f"scenes/{sample.scene_view.path.name}"
    for output, message in _findings(check, frame):
        suffix = OUTPUT_SUFFIXES.get(output, LABELS_SUFFIX)
        file = f"{folder}/{frame_file(sample.sensor, sample.frame_index, suffix)}"
        yield Fault(name, message, sample.scene_index, sample.sensor, sample.frame_index, file)


def _findings(check: FrameCheck, frame: CheckedFrame) -> Iterator[Finding]:
    """Yield what a check finds; labels so wrong that the check itself breaks are a finding too."""
    try:
        yield from check(frame)
    except SimgenError:
        raise
    except Exception as error:  # noqa: BLE001 (damage has no end of forms, and must be reported, not raised)
        yield "labels", f"cannot be checked ({type(error).__name__}: {error})"
