"""Replay tells every difference: other bytes, missing files, files that were not made, other software."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import simgen
from simgen.errors import DatasetError
from simgen.reproduce import ReplayReport
from simgen.scenario.spec import Scenario
from tests.sampling.scenarios import block, scenario


def still_life() -> Scenario:
    camera = {"width": 32, "height": 24, "fixed": {"position": [1, 0, 1], "look_at": [0, 0, 0]}}
    box = block((0.4, 0.4, 0.4), place={"at": {"position": [0, 0, 0]}}, motion="static")
    return scenario({"box": box}, sensors={"cam": camera}, capture={"frames": 2})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("replay") / "data"
    simgen.generate(still_life(), count=1, seed=1, out=out, renderer="analytic")
    return out


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "copy"))


def test_a_sound_scene_is_identical(made: Path) -> None:
    report = simgen.replay(made, 0)
    assert (report.differing, report.software) == ((), ())
    assert str(report) == f"scene 0: {report.compared} files, byte-identical"
    kept = {path for path in (made / "scenes/000000").rglob("*") if path.is_file()}
    assert report.compared == len(kept) - 2  # checksums and timings are made from the others


def test_changed_missing_and_foreign_files_are_named(copy: Path) -> None:
    folder = copy / "scenes/000000"
    (folder / "cam/0000_rgb.png").write_bytes(b"other")
    (folder / "cam/0001_depth.exr").unlink()
    (folder / "cam/0002_rgb.png").write_bytes(b"foreign")
    assert simgen.replay(copy, 0).differing == ("cam/0000_rgb.png", "cam/0001_depth.exr", "cam/0002_rgb.png")


def test_one_frame_alone_looks_at_its_own_files_only(copy: Path) -> None:
    folder = copy / "scenes/000000"
    (folder / "cam/0000_rgb.png").write_bytes(b"other")
    assert simgen.replay(copy, 0, frame_index=1).differing == ()
    assert simgen.replay(copy, 0, frame_index=0).differing == ("cam/0000_rgb.png",)


def test_other_software_is_named_where_bytes_differ(copy: Path) -> None:
    head = json.loads((copy / "dataset.json").read_text())
    head["software"]["numpy"] = "1.0"
    (copy / "dataset.json").write_text(json.dumps(head))
    (copy / "scenes/000000/cam/0000_rgb.png").write_bytes(b"other")
    report = simgen.replay(copy, 0)
    assert [name for name, _, _ in report.software] == ["numpy"]
    assert "(numpy was 1.0, here " in str(report)


def test_the_report_reads_like_a_sentence() -> None:
    assert str(ReplayReport(3, 9, ("a",))) == (
        "scene 3: 1 of 9 files differ (versions are the same: files were changed since, or simgen's own code was)"
    )


def test_what_is_not_there_is_named(made: Path) -> None:
    with pytest.raises(DatasetError, match=r"has no scene 7; it has 1 scenes, 0 to 0"):
        simgen.replay(made, 7)
    with pytest.raises(DatasetError, match=r"scene 0 has no frame 5; it has frames 0 to 1 of cam"):
        simgen.replay(made, 0, frame_index=5)


MOVES = """
class Roll:
    def run(self, view, rng):
        while True:
            yield (0.5, 0.0, 0.0)
"""


def test_a_scene_whose_python_has_changed_is_not_replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    file = tmp_path / "moves_that_change.py"
    file.write_text(MOVES)
    camera = {"width": 16, "height": 12, "fixed": {"position": [3, 0, 2], "look_at": [0, 0, 0]}}
    cart = block(
        (0.4, 0.4, 0.4),
        place={"at": {"position": [0, 0, 0]}},
        behaviour={"python": {"call": "moves_that_change:Roll"}},
    )
    capture = {"when": "start", "duration": "0.2 s", "rate": 10}
    rolling = scenario({}, actors={"cart": cart}, sensors={"cam": camera}, capture=capture)
    out = tmp_path / "data"
    simgen.generate(rolling, count=1, seed=1, out=out, renderer="analytic")
    assert simgen.replay(out, 0).differing == ()
    file.write_text(MOVES.replace("0.5", "0.6"))
    with pytest.raises(DatasetError, match=r"'moves_that_change', which it calls, has other code here"):
        simgen.replay(out, 0)
    file.unlink()
    with pytest.raises(DatasetError, match=r"is not found here .* put back the file it was made with"):
        simgen.replay(out, 0)
