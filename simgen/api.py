"""The Python face of simgen: load a scenario, draw scenes, stream samples, generate datasets."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Self, SupportsIndex

from simgen import scenario as scenario_package
from simgen.assets import AssetLibrary
from simgen.batch import SCENES_NEED, BatchEvent, BatchOutcome, ForkServer, run_batch
from simgen.dataset import Dataset, DatasetWriter, Manifest
from simgen.dataset.layout import CRASHES_FOLDER, PREVIEW_FILE
from simgen.errors import ExpectationError, UsageError
from simgen.interrupts import interrupts_held
from simgen.pipeline import SceneProducer, SceneResult, Studio, expected_samples, manifest_of, settle_scene
from simgen.readiness import asset_check, require_ready
from simgen.records.annotation import Sample
from simgen.records.expectations import unmet_labels
from simgen.records.scene import Scene
from simgen.rendering import make_working_renderer
from simgen.report import ContactSheet, film_scene, scene_page
from simgen.report.picture import check_picture_name, save_picture
from simgen.report.video import check_video_name
from simgen.resources import shipped
from simgen.sampling import sample as sample_scene
from simgen.scenario import scenario_hash

MAX_SCENES = 10_000_000  # assumed: the indices of more would not fit in a small machine's memory
MOST_FAILED_IN_A_ROW = 20  # assumed: at half a chance each, one scene in a million meets so many
EventSink = Callable[[BatchEvent], None]


class Scenario(scenario_package.Scenario):
    """A distribution over scenes, from a file (`simgen.load`) or built in Python from the same fields."""

    @classmethod
    def of(cls, model: scenario_package.Scenario) -> Self:
        """Return the same scenario with this class's methods."""
        fields = {name: getattr(model, name) for name in type(model).model_fields}
        return cls.model_construct(model.model_fields_set, **fields)

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of the canonical JSON: equal for a file and its Python-built twin."""
        return scenario_hash(self)

    def sample(self, seed: int, index: int, library: AssetLibrary | None = None) -> Scene:
        """Return the first draw of scene `index` that passes the constraints (physics has not run yet).

        Raises:
            SamplingError: every draw up to `sample.max_attempts` was refused.
            AssetError: a pack or model is missing.
            UsageError: seed or index is no whole number, or index is negative.
        """
        seed, index = _whole("seed", seed), _whole("index", index, 0)
        return sample_scene(self, seed, index, library or AssetLibrary()).scene


@dataclass(frozen=True, slots=True)
class GenerateSummary:
    """What `generate` did in this call.

    Attributes:
        scenes_found: scenes that were there already, of a run that was resumed.
        failures: (scene index, reason) of the scenes recorded as failed.
        interrupted: stopped by the user; the dataset is valid and can be resumed.
        preview: the contact sheet, None where there is no sample to show.
    """

    path: Path
    scenes_written: int
    scenes_failed: int
    samples: int
    draws_refused: int
    seconds: float
    failures: tuple[tuple[int, str], ...]
    interrupted: bool
    scenes_found: int = 0
    preview: Path | None = None

    @property
    def samples_per_second(self) -> float:
        """Written samples per second of wall time."""
        return self.samples / self.seconds if self.seconds > 0 else 0.0


def load(path: str | Path, overrides: Sequence[str] = ()) -> Scenario:
    """Return the scenario of a file, or of a shipped scene by name; assets it names are checked too.

    Args:
        path: a YAML file, or a name such as `tabletop_clutter`.
        overrides: `key=value` texts, as `--set` takes them.

    Raises:
        ScenarioError: all problems found, each with file, line and column.
        UsageError: no such file or shipped scene; or `overrides` is a text, not several.
    """
    if isinstance(overrides, str):
        raise UsageError(f"overrides: give a list of texts, for example [{overrides!r}]")
    assets = asset_check(AssetLibrary())
    return Scenario.of(scenario_package.load_named(str(path), overrides, assets))


def generate(
    scenario: scenario_package.Scenario,
    *,
    count: int,
    seed: int,
    out: str | Path,
    workers: int = 1,
    resume: bool = False,
    renderer: str = "raster",
    on_event: EventSink | None = None,
    server: ForkServer | None = None,
) -> GenerateSummary:
    """Make scenes 0 to count - 1 of a scenario and write them as one dataset.

    The bytes depend on the scenario, the seed and the installed assets alone: not on `workers`, nor on whether the
    run was interrupted and resumed.

    Args:
        count: 1 to `MAX_SCENES`.
        workers: processes; 0 means one per core.
        on_event: called with every `BatchEvent`, for progress.
        server: that was started for `batch.SCENES_NEED` while there was something else to do; by default one is
            started here.

    Raises:
        UsageError: `scenario`, `count`, `seed`, `workers` or `renderer` is none that there can be, or `count` ends
            within a counterfactual pair.
        ScenarioError: see `check`.
        DatasetError: `out` holds something else, or a dataset made otherwise.
        AssetError: a pack that the scenario needs is not installed.
        RenderError: no GL context can be made.
    """
    scenario, seed = _checked(scenario), _whole("seed", seed)
    count, workers = _checked_count(scenario, count), _checked_workers(workers)
    start = time.perf_counter()
    with nullcontext(server) if server else ForkServer(SCENES_NEED) as parent:
        library, manifest = _plan(scenario, seed, count, renderer)
        sheet = ContactSheet(Path(out))
        with DatasetWriter.create(sheet.path, manifest, resume=resume) as writer:
            found = writer.done_indices()
            outcome = run_batch(
                [index for index in range(count) if index not in found],
                SceneProducer(scenario, seed, sheet.path, renderer),
                worker_count=workers,
                on_event=on_event,
                on_idle=lambda: sheet.begin(range(count)),
                server=parent,
                crash_logs=sheet.path / CRASHES_FOLDER,
            )
            writer.finalise(library.describe)
    preview = _refresh_preview(sheet, outcome.results)
    return _summary(outcome, sheet.path, time.perf_counter() - start, len(found), preview)


def _plan(
    scenario: scenario_package.Scenario, seed: int, count: int, renderer: str
) -> tuple[AssetLibrary, Manifest]:
    """Return what describes the dataset to be made, and the assets it is made of, once all is known to be there."""
    studio = Studio(renderer)
    require_ready(scenario, studio.library)
    with closing(studio), interrupts_held():
        return studio.library, manifest_of(scenario, seed, count, studio)


def _checked(scenario: object) -> scenario_package.Scenario:
    """Return a scenario that is one: the name of a file is easily given in its place."""
    if not isinstance(scenario, scenario_package.Scenario):
        raise UsageError(
            f"scenario: got {scenario!r:.80}; give a Scenario, for example simgen.load('scene.yaml')"
        )
    return scenario


def _whole(name: str, value: object, least: int | None = None) -> int:
    """Return a whole number as Python's own, of any library."""
    if not isinstance(value, SupportsIndex) or isinstance(value, bool):
        raise UsageError(f"{name}: {value!r} is no whole number")
    number = value.__index__()
    if least is not None and number < least:
        raise UsageError(f"{name}: {number} is too small; give a whole number from {least}")
    return number


def _checked_workers(workers: object) -> int:
    number = _whole("workers", workers)
    if number < 0:
        raise UsageError(f"workers: {number} is negative; use 0 for one per core, or a number from 1")
    return number


def _checked_count(scenario: scenario_package.Scenario, given: object) -> int:
    """Return how many scenes to make: a possible number, even where they come in pairs."""
    count = _whole("count", given)
    if not 1 <= count <= MAX_SCENES:
        raise UsageError(f"count: {count} scenes are asked for; 1 to {MAX_SCENES} can be made")
    if scenario.counterfactual is not None and count % 2:
        raise UsageError(
            f"count: {count} is odd, and '{scenario.name}' makes counterfactual pairs, two scenes each; "
            f"use {count + 1}"
        )
    return count


def _refresh_preview(sheet: ContactSheet, results: Sequence[SceneResult]) -> Path | None:
    """Write the contact sheet again if there is something new to show, and return where it is."""
    target = sheet.path / PREVIEW_FILE
    is_new = any(result.status == "written" for result in results)
    if (is_new or not target.is_file()) and Dataset(sheet.path).scene_indices:
        sheet.write(target)
    return target if target.is_file() else None


def choose_renderer(name: str) -> tuple[str, str]:
    """Return the back end that a name stands for on this machine, and a sentence for the user, mostly empty.

    `auto` is the raster renderer, or the path tracer where no GL context can be made; any other name is itself.

    Raises:
        RenderError: `auto`, and neither runs here; the text says what to install.
    """
    if name != "auto":
        return name, ""
    renderer, note = make_working_renderer()
    with closing(renderer):
        return renderer.name, note


def _summary(
    outcome: BatchOutcome[SceneResult], path: Path, seconds: float, found: int, preview: Path | None
) -> GenerateSummary:
    """Return what a run did, from the results of its scenes."""
    results = outcome.results
    failed = tuple((result.index, result.reason) for result in results if result.status == "failed")
    return GenerateSummary(
        path=path,
        scenes_written=len(results) - len(failed),
        scenes_failed=len(failed),
        samples=sum(result.samples for result in results),
        draws_refused=sum(result.rejections.total for result in results),
        seconds=seconds,
        failures=failed,
        interrupted=outcome.interrupted,
        scenes_found=found,
        preview=preview,
    )


def stream(
    scenario: scenario_package.Scenario, *, seed: int, start: int = 0, renderer: str = "raster"
) -> Iterator[Sample]:
    """Yield labelled samples without end, scene after scene, without writing anything.

    The samples are those that `generate` writes for the same seed: a scene whose events do not lead to what they must
    has none. A scene that cannot be drawn ends the stream; begin behind it with `start`.

    Raises:
        ScenarioError: see `check`.
        ExpectationError: so many scenes in a row did not lead to what they must that no other will; the last one's
            reason.
        AssetError: a pack that the scenario needs is not installed.
        RenderError: no GL context can be made.
        SamplingError: every draw of a scene was refused; the text names its index and what refused most.

    Example:
        ```
        for sample in simgen.stream(simgen.load("tabletop_clutter"), seed=7):
            train(sample.reading.rgb, sample.annotation.objects)
        ```
    """
    scenario = _checked(scenario)
    seed, start = _whole("seed", seed), _whole("start", start, 0)
    failed_in_a_row = 0
    with closing(Studio(renderer)) as studio:
        require_ready(scenario, studio.library)
        for index in itertools.count(start):
            settled = settle_scene(scenario, seed, index, studio.library)
            try:
                yield from expected_samples(settled, studio, scenario.labels.outputs)
                failed_in_a_row = 0
            except ExpectationError:
                failed_in_a_row += 1
                if failed_in_a_row == MOST_FAILED_IN_A_ROW:
                    raise


def write_scene_preview(
    scenario: scenario_package.Scenario,
    *,
    seed: int,
    index: int,
    path: Path,
    renderer: str = "raster",
    video: Path | None = None,
) -> tuple[str, ...]:
    """Render one scene and write its samples, labels drawn, as one picture; no dataset is made.

    A scene with events becomes a strip: before, at the trigger, while an event is active, after.

    Args:
        video: also write a film of the whole scene there.

    Returns:
        Why `generate` would record the scene as failed; empty where it would not. What must be seen is looked for in a
        film only, because the picture does not show all frames.

    Raises:
        UsageError: the name of the picture or of the film ends in no known format.
        AssetError, RenderError, SamplingError: as `stream`.
        SimgenError: the picture cannot be written.
    """
    scenario, seed, index = _checked(scenario), _whole("seed", seed), _whole("index", index, 0)
    check_picture_name(path)
    if video is not None:
        check_video_name(video)
    with closing(Studio(renderer)) as studio:
        require_ready(scenario, studio.library)
        settled = settle_scene(scenario, seed, index, studio.library)
        save_picture(scene_page(settled, studio, f"seed {seed}, scene {index}"), path)
        unseen = () if video is None else film_scene(settled, studio, video)
    return unmet_labels(settled.scene, settled.trajectory) or unseen


def shipped_scenes() -> tuple[tuple[str, str], ...]:
    """Return (name, one-line description) of the scenes that come with simgen."""
    files = sorted(shipped("scenes").glob("*.yaml"))
    return tuple((file.stem, load(file).description.strip().split("\n")[0]) for file in files)
