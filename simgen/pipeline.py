"""One scene end to end: draw, simulate, render, develop, annotate, write. Only this module knows the order.

Everything a worker needs is in `SceneProducer`, which travels to other processes as plain settings and opens
its graphics context and asset library when it makes its first scene.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Collection, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Literal

from simgen.annotate import Completion, annotate, extra_buffers, needs_motion, needs_neighbours
from simgen.assets import AssetLibrary
from simgen.dataset import DatasetWriter, Manifest, SceneWriter
from simgen.errors import SamplingError, SceneRejected
from simgen.memory import return_freed_memory
from simgen.records.annotation import Sample
from simgen.records.frame import Moment, View
from simgen.records.rejections import Rejections
from simgen.records.scene import CameraSensor, Scene
from simgen.records.trajectory import Trajectory
from simgen.rendering import make_renderer
from simgen.rendering.protocol import Renderer, SceneRenderer
from simgen.sampling import sample
from simgen.scenario import Scenario, canonical_json, scenario_hash
from simgen.sensors.camera import develop
from simgen.simulation import simulate
from simgen.version import __version__


@dataclass(frozen=True, slots=True)
class SettledScene:
    """A scene that passed every constraint and guard, with its trajectory and what was refused before it."""

    scene: Scene
    trajectory: Trajectory
    rejections: Rejections


@dataclass(frozen=True, slots=True)
class SceneResult:
    """What became of one scene index.

    Attributes:
        status: `written`, or `failed` for good (recorded in the dataset).
        reason: why it failed; empty when written.
        rejections: draws refused on the way.
        seconds: wall time per stage; never part of a dataset's bytes.
        peak_rss_bytes: of the process so far.
    """

    index: int
    status: Literal["written", "failed"]
    reason: str
    samples: int
    rejections: Rejections
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    peak_rss_bytes: int = 0


class Stopwatch:
    """Adds up wall time by stage, for progress and benchmarks only."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Generator[None]:
        """Count the time inside the block towards `name`."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def settle_scene(
    scenario: Scenario, seed: int, index: int, library: AssetLibrary, watch: Stopwatch | None = None
) -> SettledScene:
    """Draw scene `index` until one passes both its constraints and the physics guards.

    Raises:
        SamplingError: the scenario's `sample.max_attempts` draws were all refused; the text counts the reasons.
    """
    watch = watch or Stopwatch()
    refused, attempt, last_guard = Rejections(), 0, ""
    while attempt < scenario.sampling.max_attempts:
        try:
            with watch.stage("sample"):
                draw = sample(scenario, seed, index, library, first_attempt=attempt)
        except SamplingError as error:
            message = f"{error}{_guards_before(refused, last_guard)}"
            refused = refused.merged(Rejections(error.by_reason))
            raise SamplingError(message, refused.by_reason) from error
        refused = refused.merged(draw.rejections)
        try:
            with watch.stage("simulate"):
                return SettledScene(draw.scene, simulate(draw.scene, library), refused)
        except SceneRejected as error:
            refused = refused.plus(f"{_GUARD}{error.reason}")
            attempt, last_guard = draw.scene.attempt + 1, str(error)
    raise SamplingError(_exhausted(scenario, seed, index, refused, last_guard), refused.by_reason)


_GUARD = "physics "


def _guards_before(refused: Rejections, last: str) -> str:
    """Return what the physics guards refused before the draws ran out, in words; empty when nothing."""
    guards = [(reason, count) for reason, count in refused.by_reason if reason.startswith(_GUARD)]
    if not guards:
        return ""
    counts = ", ".join(f"'{reason}' {count}" for reason, count in guards)
    return f". Before that, drawn scenes were refused by {counts}; the last because {last}"


def _exhausted(scenario: Scenario, seed: int, index: int, refused: Rejections, last: str) -> str:
    worst, count = max(refused.by_reason, key=lambda pair: pair[1])
    others = ", ".join(f"'{reason}' {n}" for reason, n in refused.by_reason if reason != worst)
    bound = scenario.sampling.max_attempts
    return (
        f"scene {index} of '{scenario.name}' (seed {seed}): all {bound} draws were refused. "
        f"'{worst}' refused most: {count}{f' (besides: {others})' if others else ''}. At last: {last}; "
        f"or raise sample.max_attempts ({bound})"
    )


def views(
    scene: Scene,
    trajectory: Trajectory,
    frame_indices: Iterable[int] | None = None,
    outputs: Collection[str] = (),
) -> Iterator[tuple[CameraSensor, View]]:
    """Yield every (camera, view) of a scene, or of some capture frames: frames in order, cameras within a frame."""
    for index in range(scene.capture.frame_count) if frame_indices is None else frame_indices:
        for camera in scene.cameras:
            yield camera, view_of(scene, trajectory, camera, index, outputs)


def view_of(
    scene: Scene,
    trajectory: Trajectory,
    camera: CameraSensor,
    frame_index: int,
    outputs: Collection[str] = (),
) -> View:
    """Return the view of one camera at one capture frame, with what these outputs need besides."""
    here = _moment(trajectory, camera, frame_index)
    last = scene.capture.frame_count - 1
    moving = needs_motion(outputs)
    return View(
        sensor=camera.name,
        frame_index=frame_index,
        time_s=float(trajectory.times_s[frame_index]),
        intrinsics=camera.intrinsics,
        T_world_camera=here.T_world_camera,
        T_world_objects=here.T_world_objects,
        extra_buffers=extra_buffers(outputs),
        previous=_moment(trajectory, camera, frame_index - 1) if moving and frame_index > 0 else None,
        next=_moment(trajectory, camera, frame_index + 1) if moving and frame_index < last else None,
    )


def _moment(trajectory: Trajectory, camera: CameraSensor, frame_index: int) -> Moment:
    return Moment(camera.pose_at(frame_index).matrix(), trajectory.T_world_objects(frame_index))


def make_sample(
    scene: Scene, camera: CameraSensor, view: View, session: SceneRenderer, watch: Stopwatch | None = None
) -> Sample:
    """Render, develop and annotate one view."""
    watch = watch or Stopwatch()
    with watch.stage("render"):
        frame = session.render(view)
    with watch.stage("develop"):
        reading = develop(frame, camera)
    with watch.stage("annotate"):
        annotation = annotate(frame, scene)
    return Sample(scene.index, frame, reading, annotation)


class Studio:
    """The asset library and the renderer of one process, opened when first needed."""

    def __init__(self, renderer_name: str = "raster") -> None:
        self.renderer_name = renderer_name
        self._library: AssetLibrary | None = None
        self._renderer: Renderer | None = None

    @property
    def library(self) -> AssetLibrary:
        """The asset library."""
        self._library = self._library or AssetLibrary()
        return self._library

    @property
    def renderer(self) -> Renderer:
        """The renderer; raises RenderError where no context can be made."""
        self._renderer = self._renderer or make_renderer(self.renderer_name)
        return self._renderer

    def samples(
        self,
        settled: SettledScene,
        watch: Stopwatch | None = None,
        frame_index: int | None = None,
        outputs: Collection[str] = (),
    ) -> Iterator[Sample]:
        """Yield the samples of a settled scene, or of one of its capture frames, in order.

        Args:
            outputs: names of `labels.outputs`; frames hold what every frame holds and what these add.
        """
        watch, scene = watch or Stopwatch(), settled.scene
        with watch.stage("upload"):
            session = self.renderer.open(scene, self.library)
        completion = Completion(outputs)
        with session:
            frames = _frames_needed(scene, frame_index, outputs)
            for camera, view in views(scene, settled.trajectory, frames, outputs):
                made = make_sample(scene, camera, view, session, watch)
                with watch.stage("annotate"):
                    complete = completion.push(made)
                yield from _of_frame(complete, frame_index)
            with watch.stage("annotate"):
                complete = completion.finish()
            yield from _of_frame(complete, frame_index)

    def close(self) -> None:
        """Release the graphics context."""
        if self._renderer is not None:
            self._renderer.close()
            self._renderer = None


def _frames_needed(scene: Scene, frame_index: int | None, outputs: Collection[str]) -> range:
    """Return the capture frames to render for one frame (None: for all)."""
    count = scene.capture.frame_count
    if frame_index is None:
        return range(count)
    around = 1 if needs_neighbours(outputs) else 0
    return range(max(frame_index - around, 0), min(frame_index + around + 1, count))


def _of_frame(samples: list[Sample], frame_index: int | None) -> Iterator[Sample]:
    return (s for s in samples if frame_index is None or s.frame.view.frame_index == frame_index)


class SceneProducer:
    """Makes and writes scenes of one dataset; call it with a scene index, in any process."""

    def __init__(self, scenario: Scenario, seed: int, out: Path, renderer_name: str = "raster") -> None:
        self.scenario, self.seed, self.out = scenario, seed, out
        self.renderer_name = renderer_name
        self._studio: Studio | None = None

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_studio": None}

    def __call__(self, index: int) -> SceneResult:
        """Make scene `index`, commit it to the dataset and return what happened."""
        self._studio = self._studio or Studio(self.renderer_name)
        watch, writer = Stopwatch(), DatasetWriter.attach(self.out)
        try:
            settled = settle_scene(self.scenario, self.seed, index, self._studio.library, watch)
        except SamplingError as error:
            refused = Rejections(error.by_reason)
            writer.write_failed(index, str(error), refused)
            return self._result(index, "failed", str(error), 0, refused, watch)
        with writer.scene(index) as scene_writer:
            count = write_scene(settled, scene_writer, self._studio, watch)
            scene_writer.write_timings(watch.seconds)
        return_freed_memory()
        return self._result(index, "written", "", count, settled.rejections, watch)

    def lost(self, index: int, reason: str) -> SceneResult:
        """Record scene `index` as failed: it raised, or the workers that tried it died. Called by the supervisor."""
        DatasetWriter.attach(self.out).write_failed(index, reason, Rejections())
        return self._result(index, "failed", reason, 0, Rejections(), Stopwatch())

    @staticmethod
    def _result(
        index: int,
        status: Literal["written", "failed"],
        reason: str,
        samples: int,
        rejections: Rejections,
        watch: Stopwatch,
    ) -> SceneResult:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return SceneResult(index, status, reason, samples, rejections, watch.seconds, peak)


def write_scene(settled: SettledScene, writer: SceneWriter, studio: Studio, watch: Stopwatch) -> int:
    """Write one settled scene and all its samples; return how many samples."""
    with watch.stage("write"):
        writer.write_scene(settled.scene, settled.trajectory, settled.rejections)
    count = 0
    for made in studio.samples(settled, watch, outputs=writer.outputs):
        with watch.stage("write"):
            writer.write_sample(made)
        count += 1
    return count


def manifest_of(scenario: Scenario, seed: int, scene_count: int, studio: Studio) -> Manifest:
    """Return what decides the bytes of a dataset, versions of the machine's software included."""
    return Manifest(
        scenario_name=scenario.name,
        scenario_json=canonical_json(scenario),
        scenario_hash=scenario_hash(scenario),
        seed=seed,
        scene_count=scene_count,
        outputs=tuple(scenario.labels.outputs),
        min_visible_px=scenario.labels.min_visible_px,
        taxonomy=studio.library.taxonomy.categories,
        renderer=studio.renderer_name,
        simgen_version=__version__,
        software=software_of(studio),
        licence=scenario.licence,
        authors=tuple(scenario.authors),
        description=scenario.description,
    )


# The packages whose version may change a byte; the first installed of each group counts.
_BYTE_DECIDING = (
    ("pybullet", "pybullet-arm64"),
    ("numpy",),
    ("scipy",),
    ("opencv-python-headless",),
    ("pillow",),
    ("OpenEXR",),
    ("trimesh",),
    ("coacd",),
    ("fast-simplification",),
)


def software_of(studio: Studio) -> tuple[tuple[str, str], ...]:
    """Return (name, version) of this machine's software that decides bytes, the drawing device included."""
    return (*_installed(), ("renderer_device", studio.renderer.device))


def _installed() -> tuple[tuple[str, str], ...]:
    found = [("python", f"{sys.version_info.major}.{sys.version_info.minor}")]
    for group in _BYTE_DECIDING:
        names = [name for name in group if _version(name)]
        found += [(name, _version(name)) for name in names[:1]]
    return tuple(found)


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""
