"""The Python face: what is promised by name works, and says what `generate` writes."""

from __future__ import annotations

import tomllib
from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

import simgen
from simgen import api, version
from simgen.dataset import Dataset, dataset_digest
from simgen.dataset.labels import encode_labels, labels_of
from simgen.errors import AssetError, DatasetError, ScenarioError, UsageError
from simgen.readiness import missing_packs

TINY = Path(__file__).parent / "data" / "tiny.yaml"
SEED, COUNT = 5, 2

# The scenario of tests/data/tiny.yaml, built in Python from SI numbers.
TWIN = {
    "simgen": "1",
    "name": "tiny",
    "description": "Six procedural parts dropped on a table.",
    "world": {"kind": "tabletop", "width": 0.8, "depth": 0.6},
    "environment": {"map": "procedural/softbox", "illuminance": {"uniform": [300, 800]}},
    "suns": {
        "key": {"azimuth": {"uniform": ["0 deg", "360 deg"]}, "elevation": "50 deg", "illuminance": 900}
    },
    "objects": {
        "ball": {
            "count": 2,
            "asset": {"procedural": "sphere", "params": {"size_m": [0.05, 0.05, 0.05]}},
            "place": {"scatter": {"region": "table", "min_spacing": 0.01}},
        },
        "box": {
            "count": {"int_uniform": [2, 4]},
            "asset": {"procedural": "box", "params": {"size_m": [0.06, 0.05, 0.08]}},
            "place": {"drop": {"region": "table", "height": 0.05}},
            "material": {"color": {"hsv": [{"uniform": [0, 1]}, 0.6, 0.8]}},
        },
    },
    "sensors": {
        "front": {
            "width": 160,
            "height": 120,
            "fov": "55 deg",
            "orbit": {"target": "table", "radius": 1.1, "elevation": "35 deg"},
        }
    },
    "capture": {"frames": 2},
}


@pytest.fixture(scope="module")
def tiny() -> simgen.Scenario:
    return simgen.load(TINY)


@pytest.fixture(scope="module")
def made(tiny: simgen.Scenario, tmp_path_factory: pytest.TempPathFactory) -> simgen.GenerateSummary:
    return simgen.generate(tiny, count=COUNT, seed=SEED, out=tmp_path_factory.mktemp("made") / "tiny")


def test_public_names_are_listed_and_there() -> None:
    assert simgen.__all__ == sorted(simgen.__all__)
    assert dir(simgen) == simgen.__all__
    for name in simgen.__all__:
        assert getattr(simgen, name) is not None
    assert set(simgen._HOMES) == set(simgen.__all__) - {"__version__"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'simgen' has no attribute 'genrate'"):
        _ = simgen.genrate  # type: ignore[attr-defined]


def test_the_version_has_one_home() -> None:
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "simgen/version.py"
    assert simgen.__version__ == version.__version__


def test_a_file_and_its_python_twin_are_the_same_scenario(tiny: simgen.Scenario) -> None:
    twin = simgen.Scenario.model_validate(TWIN)
    assert twin.hash == tiny.hash
    assert twin.sample(SEED, 0) == tiny.sample(SEED, 0)


def test_a_file_can_be_loaded_by_path_text_or_shipped_name(tiny: simgen.Scenario) -> None:
    assert simgen.load(str(TINY)).hash == tiny.hash
    assert simgen.load("bin_picking").name == "bin_picking"
    assert simgen.load("bin_picking", ["objects.bolt.count=3"]).hash != simgen.load("bin_picking").hash


def test_a_drawn_scene_is_the_one_that_generate_writes(
    tiny: simgen.Scenario, made: simgen.GenerateSummary
) -> None:
    for view in Dataset(made.path).scenes():
        assert view.scene.attempt == 0
        assert tiny.sample(SEED, view.index) == view.scene


def test_the_summary_says_what_was_done(tiny: simgen.Scenario, made: simgen.GenerateSummary) -> None:
    assert (made.scenes_written, made.scenes_failed, made.samples, made.scenes_found) == (2, 0, 4, 0)
    assert (made.failures, made.interrupted) == ((), False)
    assert made.preview == made.path / "preview.png"
    assert made.samples_per_second == pytest.approx(made.samples / made.seconds)


def test_a_resumed_run_that_has_nothing_to_do_changes_nothing(
    tiny: simgen.Scenario, made: simgen.GenerateSummary
) -> None:
    before = dataset_digest(made.path)
    (made.path / "preview.png").unlink()
    again = simgen.generate(tiny, count=COUNT, seed=SEED, out=made.path, resume=True)
    assert (again.scenes_written, again.scenes_found) == (0, COUNT)
    assert again.preview is not None
    assert again.preview.is_file()
    assert dataset_digest(made.path) == before


def test_a_stream_yields_the_samples_that_generate_writes(
    tiny: simgen.Scenario, made: simgen.GenerateSummary
) -> None:
    written = list(Dataset(made.path))
    streamed = list(islice(simgen.stream(tiny, seed=SEED), len(written)))
    for live, stored in zip(streamed, written, strict=True):
        assert encode_labels(labels_of(live)) == encode_labels(stored.labels)
        assert np.array_equal(live.reading.rgb, stored.rgb)
        assert np.array_equal(live.frame.instance_id, stored.instance_id)
        assert np.array_equal(live.frame.depth_m, stored.depth_m, equal_nan=True)


def test_a_stream_can_begin_at_any_scene(tiny: simgen.Scenario, made: simgen.GenerateSummary) -> None:
    with closing(simgen.stream(tiny, seed=SEED, start=1)) as samples:
        first = next(samples)
    assert first.scene_index == 1
    assert np.array_equal(first.reading.rgb, next(iter(Dataset(made.path).scene(1))).rgb)


def test_packs_that_are_missing_are_named_with_the_command_that_installs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIMGEN_DATA", str(tmp_path / "data"))
    scenario = simgen.load("tabletop_clutter")
    assert missing_packs(scenario) == ("blender-hdri", "sweethome3d")
    told = "'tabletop_clutter' needs packs .*run: simgen assets install blender-hdri sweethome3d"
    with pytest.raises(AssetError, match=told):
        simgen.generate(scenario, count=1, seed=0, out=tmp_path / "out")
    with pytest.raises(AssetError, match=told):
        next(simgen.stream(scenario, seed=0))
    with pytest.raises(AssetError, match=told):
        api.write_scene_preview(scenario, seed=0, index=0, path=tmp_path / "p.png")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"count": 0}, "count: 0 scenes are asked for; 1 to 10000000 can be made"),
        ({"count": 10**8}, "count: 100000000 scenes are asked for"),
        ({"workers": -2}, "workers: -2 is negative; use 0 for one per core"),
        ({"renderer": "rastr"}, "no renderer named 'rastr'; did you mean 'raster'"),
    ],
)
def test_a_wrong_call_is_refused_before_anything_is_made(
    tiny: simgen.Scenario, options: dict[str, object], told: str, tmp_path: Path
) -> None:
    arguments: dict[str, object] = {"count": 1, "seed": 0, "out": tmp_path / "out"} | options
    with pytest.raises(UsageError, match=told):
        simgen.generate(tiny, **arguments)  # type: ignore[arg-type]
    assert not (tmp_path / "out").exists()


def test_a_scenario_built_in_python_is_checked_before_anything_is_made(tmp_path: Path) -> None:
    wrong = simgen.Scenario.model_validate(
        TWIN
        | {
            "constraints": [{"require": "${speed} > 2"}],
            "environment": {"map": "procedural/softbx"},
        }
    )
    for call in (
        lambda: simgen.generate(wrong, count=1, seed=0, out=tmp_path / "out"),
        lambda: next(simgen.stream(wrong, seed=0)),
        lambda: api.write_scene_preview(wrong, seed=0, index=0, path=tmp_path / "p.png"),
    ):
        with pytest.raises(ScenarioError) as refused:
            call()
        assert [problem.place for problem in refused.value.problems] == [
            "constraints[0].require",
            "environment.map",
        ]
    assert "did you mean 'procedural/softbox'" in str(refused.value)
    assert list(tmp_path.iterdir()) == []


def test_a_preview_is_one_picture_and_no_dataset(tiny: simgen.Scenario, tmp_path: Path) -> None:
    api.write_scene_preview(tiny, seed=SEED, index=1, path=tmp_path / "deep" / "p.png")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["p.png"]


def test_an_existing_dataset_is_never_overwritten(
    tiny: simgen.Scenario, made: simgen.GenerateSummary
) -> None:
    before = dataset_digest(made.path)
    with pytest.raises(DatasetError, match="is not empty; give --resume"):
        simgen.generate(tiny, count=1, seed=SEED, out=made.path)
    assert dataset_digest(made.path) == before


def test_shipped_scenes_have_a_name_and_one_line_each() -> None:
    names = [name for name, _ in api.shipped_scenes()]
    assert names == sorted(names)
    assert {"bin_picking", "tabletop_clutter", "warehouse_shelf"} <= set(names)
    assert all(line and "\n" not in line for _, line in api.shipped_scenes())


def test_auto_is_the_raster_renderer_where_a_context_can_be_made() -> None:
    assert api.choose_renderer("auto") == ("raster", "")
    assert api.choose_renderer("pathtrace") == ("pathtrace", "")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"scenario": "tiny.yaml"}, "scenario: got 'tiny.yaml'; give a Scenario, for example simgen.load"),
        ({"count": 1.5}, "count: 1.5 is no whole number"),
        ({"count": "3"}, "count: '3' is no whole number"),
        ({"seed": None}, "seed: None is no whole number"),
        ({"seed": True}, "seed: True is no whole number"),
        ({"workers": "2"}, "workers: '2' is no whole number"),
    ],
)
def test_wrong_arguments_are_told_and_leave_nothing(
    tiny: simgen.Scenario, tmp_path: Path, wrong: dict[str, object], message: str
) -> None:
    given = {"scenario": tiny, "count": 1, "seed": 0} | wrong
    with pytest.raises(UsageError, match=message):
        simgen.generate(given.pop("scenario"), **given, out=tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_numbers_of_numpy_are_numbers(tiny: simgen.Scenario) -> None:
    assert tiny.sample(np.int64(3), np.uint8(1)) == tiny.sample(3, 1)


def test_samples_and_streams_begin_at_0(tiny: simgen.Scenario) -> None:
    with pytest.raises(UsageError, match="index: -1 is too small; give a whole number from 0"):
        tiny.sample(0, -1)
    with pytest.raises(UsageError, match="start: -4 is too small"):
        next(simgen.stream(tiny, seed=0, start=-4))
    with pytest.raises(UsageError, match="seed: 'x' is no whole number"):
        next(simgen.stream(tiny, seed="x"))


def test_one_override_in_place_of_several_is_told() -> None:
    with pytest.raises(
        UsageError, match=r"overrides: give a list of texts, for example \['capture.frames=2'\]"
    ):
        simgen.load(TINY, "capture.frames=2")


def test_packs_that_actors_draw_from_are_needed_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SIMGEN_DATA", str(tmp_path / "data"))
    mug = {"asset": {"category": "mug"}, "place": {"at": {"position": [0, 0, 0]}}}
    scenario = simgen.Scenario.model_validate({**TWIN, "objects": {}, "actors": {"mug": mug}})
    assert missing_packs(scenario) == ("sweethome3d",)
