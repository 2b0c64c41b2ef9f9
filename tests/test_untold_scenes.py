"""A worker that dies between the commit of a scene and its report: the batch goes on, with the same bytes."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from simgen.assets import AssetLibrary
from simgen.batch import SCENES_NEED, BatchEvent, ForkServer, run_batch
from simgen.batch.events import JobDone, WorkerDied
from simgen.dataset import Dataset, DatasetWriter, dataset_digest
from simgen.pipeline import SceneProducer, SceneResult, Studio, manifest_of
from simgen.scenario.spec import Scenario
from tests.sampling.scenarios import block, scenario

SCENES, SEED, AT = 4, 3, 1
Made = tuple[str, list[tuple[object, ...]]]  # digest of a dataset, and what its scenes were told to be


def flying(slowest_mps: float = 0.0) -> Scenario:
    """One block; the guard refuses draws above 5 m/s."""
    box = block(velocity=["${speed}", 0, 0], place={"at": {"position": [0, 0, 1]}})
    return scenario(
        {"box": box},
        params={"speed": {"uniform": [slowest_mps, 10.0]}},
        physics={"engine": "kinematic", "gravity": [0, 0, 0], "max_speed": 5},
        capture={"when": "start", "frames": 2, "rate": 60},
        sample={"max_attempts": 8},
        sensors={"cam": {"width": 32, "height": 24, "fixed": {"position": [2, 0, 1], "look_at": [0, 0, 1]}}},
    )


class DiesUntold(SceneProducer):
    """Its process is killed when scene `AT` is committed and not yet reported; once.

    Attributes:
        mark: file that remembers it.
        pipe: named pipe on which that commit waits until the next scene is being made; None: it does not wait.
        damage: what happens to the scene's folder in between.
    """

    def __init__(
        self,
        scenario: Scenario,
        out: Path,
        mark: Path,
        pipe: Path | None = None,
        damage: Callable[[Path], None] | None = None,
    ) -> None:
        super().__init__(scenario, SEED, out, "analytic")
        self.mark, self.pipe, self.damage = mark, pipe, damage

    def begin(self, index: int, tell: Callable[[str], None] | None = None) -> Callable[[], SceneResult]:
        if index == AT + 1 and self.pipe and not self.mark.exists():
            with self.pipe.open("w") as told:
                told.write("!")
            signal.pause()  # the commit of the scene before ends this process
        return partial(self._end, index, super().begin(index, tell))

    def _end(self, index: int, end: Callable[[], SceneResult]) -> SceneResult:
        dies = index == AT and not self.mark.exists()
        if dies and self.pipe:
            self.pipe.read_text()
        result = end()
        if dies:
            self.mark.touch()
            if self.damage:
                self.damage(self.out / f"scenes/{index:06d}")
            os.kill(os.getpid(), signal.SIGKILL)
        return result


def truncate(scene: Path) -> None:
    os.truncate(scene / "cam/0001_rgb.png", 100)


def lose_checksums(scene: Path) -> None:
    (scene / "checksums.json").unlink()


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    with ForkServer(SCENES_NEED) as loaded:
        yield loaded


def make(
    server: ForkServer, out: Path, producer: SceneProducer, workers: int = 1
) -> tuple[tuple[SceneResult, ...], list[BatchEvent]]:
    """Make a dataset and return the results and what happened."""
    studio, events = Studio("analytic"), list[BatchEvent]()
    manifest = manifest_of(producer.scenario, SEED, SCENES, studio)
    with DatasetWriter.create(out, manifest) as writer:
        outcome = run_batch(
            range(SCENES), producer, worker_count=workers, on_event=events.append, server=server
        )
        writer.finalise(AssetLibrary().describe)
    return outcome.results, events


def told(results: tuple[SceneResult, ...]) -> list[tuple[object, ...]]:
    return [(r.index, r.status, r.reason, r.samples, r.rejections) for r in results]


@pytest.fixture(scope="module")
def undisturbed(server: ForkServer, tmp_path_factory: pytest.TempPathFactory) -> Made:
    out = tmp_path_factory.mktemp("undisturbed") / "data"
    results, _ = make(server, out, SceneProducer(flying(), SEED, out, "analytic"))
    return dataset_digest(out), told(results)


@pytest.mark.parametrize(("workers", "overlaps"), [(1, False), (2, False), (1, True)])
def test_a_scene_that_is_whole_is_taken_as_it_is(
    workers: int, overlaps: bool, tmp_path: Path, undisturbed: Made, server: ForkServer
) -> None:
    out, pipe = tmp_path / "data", tmp_path / "pipe" if overlaps else None
    if pipe:
        os.mkfifo(pipe)
    results, events = make(server, out, DiesUntold(flying(), out, tmp_path / "mark", pipe), workers)
    assert (dataset_digest(out), told(results)) == undisturbed
    died = {event.index: event.then for event in events if isinstance(event, WorkerDied)}
    assert died[AT] == "done"
    assert set(died.values()) <= {"done", "again"}
    assert sorted(event.index for event in events if isinstance(event, JobDone)) == list(range(SCENES))


@pytest.mark.parametrize("damage", [truncate, lose_checksums])
def test_a_scene_that_is_not_whole_is_made_again(
    damage: Callable[[Path], None], tmp_path: Path, undisturbed: Made, server: ForkServer
) -> None:
    out = tmp_path / "data"
    results, events = make(server, out, DiesUntold(flying(), out, tmp_path / "mark", damage=damage))
    assert (dataset_digest(out), told(results)) == undisturbed
    assert [event.then for event in events if isinstance(event, WorkerDied) and event.index == AT] == [
        "again"
    ]
    assert sorted(entry.name for entry in (out / "scenes").iterdir()) == [f"{k:06d}" for k in range(SCENES)]


def test_a_failed_scene_is_taken_with_its_reason_and_counts(tmp_path: Path, server: ForkServer) -> None:
    never, a, b = flying(6.0), tmp_path / "a", tmp_path / "b"
    results, _ = make(server, a, SceneProducer(never, SEED, a, "analytic"))
    again, events = make(server, b, DiesUntold(never, b, tmp_path / "mark"))
    assert told(again) == told(results)
    assert {result.status for result in again} == {"failed"}
    assert [event.then for event in events if isinstance(event, WorkerDied) and event.index == AT] == ["done"]
    assert Dataset(b).failed == Dataset(a).failed


def test_a_worker_too_takes_what_it_finds(tmp_path: Path, undisturbed: Made, server: ForkServer) -> None:
    out = tmp_path / "data"
    producer = SceneProducer(flying(), SEED, out, "analytic")
    make(server, out, producer)
    assert told((producer(2),)) == [undisturbed[1][2]]
