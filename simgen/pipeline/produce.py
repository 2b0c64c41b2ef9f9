"""One scene of a dataset, from its index to its folder on disk; what workers run."""

from __future__ import annotations

import resource
from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from simgen.dataset import Dataset, DatasetWriter, SceneWriter
from simgen.errors import ExpectationError, SamplingError
from simgen.memory import FreedMemory
from simgen.pipeline.settle import SettledScene, settle_scene
from simgen.pipeline.stopwatch import Stopwatch
from simgen.pipeline.studio import Studio
from simgen.records.annotation import Sample
from simgen.records.expectations import Sightings, unmet_labels
from simgen.records.rejections import Rejections
from simgen.scenario import Scenario


@dataclass(frozen=True, slots=True)
class SceneResult:
    """What became of one scene index.

    Attributes:
        status: `written`, or `failed` for good (recorded in the dataset).
        reason: why it failed; empty when written.
        samples: how many were written.
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


class SceneProducer:
    """Makes and writes scenes of one dataset; call it with a scene index, in any process."""

    def __init__(self, scenario: Scenario, seed: int, out: Path, renderer_name: str = "raster") -> None:
        self.scenario, self.seed, self.out = scenario, seed, out
        self.renderer_name = renderer_name
        self._studio: Studio | None = None
        self._freed = FreedMemory()

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_studio": None}

    def __call__(self, index: int) -> SceneResult:
        """Make scene `index`, commit it to the dataset and return what happened."""
        return self.begin(index)()

    def begin(self, index: int, tell: Callable[[str], None] | None = None) -> Callable[[], SceneResult]:
        """Make scene `index` and return what commits it and tells what happened.

        A commit waits for the disk, and little else: the next scene can be made at the same time.

        Args:
            tell: called with what is being made now, see `Stopwatch`.
        """
        self._studio = self._studio or Studio(self.renderer_name)
        watch, writer = Stopwatch(tell), DatasetWriter.attach(self.out)
        if writer.recover(index):
            return partial(recorded_result, self.out, index)
        try:
            settled = settle_scene(self.scenario, self.seed, index, self._studio.library, watch)
        except SamplingError as error:
            refused = Rejections(error.by_reason)
            writer.write_failed(index, str(error), refused)
            return partial(self._failed, index, str(error), refused, watch)
        try:
            with writer.scene(index) as scene_writer:
                count = write_scene(settled, scene_writer, self._studio, watch)
                scene_writer.write_timings(watch.seconds)
                commit = scene_writer.defer_commit()
        except ExpectationError as error:
            writer.write_failed(index, str(error), settled.rejections, (settled.scene, settled.trajectory))
            return partial(self._failed, index, str(error), settled.rejections, watch)
        finally:
            self._freed.tidy()
        result = SceneResult(
            index, "written", "", count, settled.rejections, watch.seconds, _peak_rss_bytes()
        )
        return partial(_committed, commit, result)

    def found(self, index: int) -> SceneResult | None:
        """Return the result of a scene that a worker committed and died before it told, or None. For the supervisor."""
        return recorded_result(self.out, index) if DatasetWriter.attach(self.out).recover(index) else None

    def lost(self, index: int, reason: str) -> SceneResult:
        """Record scene `index` as failed: it raised, or the workers that tried it died. Called by the supervisor."""
        DatasetWriter.attach(self.out).write_failed(index, reason, Rejections())
        return self._failed(index, reason, Rejections(), Stopwatch())

    @staticmethod
    def _failed(index: int, reason: str, rejections: Rejections, watch: Stopwatch) -> SceneResult:
        return SceneResult(index, "failed", reason, 0, rejections, watch.seconds, _peak_rss_bytes())


def recorded_result(out: Path, index: int) -> SceneResult:
    """Return what became of a scene that is in the dataset, from its files."""
    dataset = Dataset(out)
    if index in dataset.failed:
        return SceneResult(index, "failed", dataset.failed[index], 0, dataset.rejections(index))
    return SceneResult(index, "written", "", len(dataset.scene(index)), dataset.rejections(index))


def _committed(commit: Callable[[], None], result: SceneResult) -> SceneResult:
    commit()
    return result


def write_scene(settled: SettledScene, writer: SceneWriter, studio: Studio, watch: Stopwatch) -> int:
    """Write one settled scene and all its samples; return how many samples.

    Raises:
        ExpectationError: the scene is not what its armed events must lead to; it must not be committed.
    """
    _require(unmet_labels(settled.scene, settled.trajectory))
    with watch.stage("write"):
        writer.write_scene(settled.scene, settled.trajectory, settled.rejections)
    sightings, count = Sightings(settled.scene, settled.trajectory), 0
    for made in studio.samples(settled, watch, outputs=writer.outputs):
        _look(sightings, made)
        with watch.stage("write"):
            writer.write_sample(made)
        count += 1
    _require(sightings.unmet())
    return count


def expected_samples(
    settled: SettledScene, studio: Studio, outputs: Collection[str] = ()
) -> Iterator[Sample]:
    """Yield the samples of one settled scene, once it is sure that the scene is what its events must lead to.

    Holds samples back until every expected object was seen; where none is expected, none is held.

    Raises:
        ExpectationError: before the first sample.
    """
    _require(unmet_labels(settled.scene, settled.trajectory))
    sightings, held = Sightings(settled.scene, settled.trajectory), deque[Sample]()
    for made in studio.samples(settled, outputs=outputs):
        _look(sightings, made)
        held.append(made)
        while held and not sightings.unmet():
            yield held.popleft()
    _require(sightings.unmet())


def _look(sightings: Sightings, made: Sample) -> None:
    view = made.frame.view
    sightings.look(view.sensor, view.frame_index, made.annotation.objects)


def _require(unmet: tuple[str, ...]) -> None:
    if unmet:
        raise ExpectationError("; ".join(unmet))


def _peak_rss_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
