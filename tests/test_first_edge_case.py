"""The page "your first edge case in ten minutes" does what it says: its commands and files run, in its order."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys
from pathlib import Path

import pytest

from simgen.cli import main
from simgen.dataset import Dataset
from simgen.scenario.starter import scenario_text

PAGE = (Path(__file__).parents[1] / "docs" / "first_edge_case.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
SMALL = (  # the page's own takes a minute
    "sensors.front.width=96",
    "sensors.front.height=64",
    "capture.rate=3",
    "capture.duration=4",
    "labels.outputs=[rgb, instance]",
    "world.bays=2",
    "world.levels=1",
)


def smaller(python: str) -> str:
    """The page's Python, with smaller and fewer pictures."""
    assert python.count('["capture.rate=5"]') <= 1
    return python.replace('["capture.rate=5"]', repr(list(SMALL)))


def command(line: str) -> tuple[int, str, str]:
    """Run a command of the page in this process; pictures are made smaller and fewer."""
    _, *arguments = shlex.split(line)
    if arguments[0] in ("preview", "generate"):
        for override in (*SMALL, "events.ball_rolls_out.expect_visible[0].min_px=4"):
            arguments += ["--set", override]
    if arguments[0] == "generate":
        arguments += ["--count", "1", "--workers", "1"]  # the last one given holds
    out, err = io.StringIO(), io.StringIO()
    before, sys.argv = sys.argv, ["simgen", *arguments]
    try:
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            pytest.raises(SystemExit) as stop,
        ):
            main()
    finally:
        sys.argv = before
    return int(stop.value.code or 0), out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder after all blocks of the page ran, and what they printed."""
    folder, printed = tmp_path_factory.mktemp("first"), list[str]()
    with contextlib.chdir(folder), pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setenv("PYTHONPATH", str(folder))
        for language, text in BLOCKS:
            named = re.match(r"# file: (\S+)\n", text)
            if named:
                Path(named[1]).write_text(text)
            elif language == "console":
                for line in text.strip().splitlines():
                    code, out, err = command(line)
                    assert code == 0, f"{line}\n{out}{err}"
                    printed.append(out)
            elif language == "python":
                spoken = io.StringIO()
                with contextlib.redirect_stdout(spoken):
                    exec(compile(smaller(text), "docs/first_edge_case.md", "exec"), {})  # noqa: S102 (our own page)
                printed.append(spoken.getvalue())
    return folder, printed


def test_what_the_page_shows_of_the_template_is_in_it() -> None:
    shown = [text for language, text in BLOCKS if language == "yaml" and not text.startswith("# file:")]
    assert shown
    for text in shown:
        assert text in scenario_text("ball", "event")


def test_the_page_leads_to_a_dataset_in_which_the_event_happens(walked: tuple[Path, list[str]]) -> None:
    folder, _ = walked
    for name in ("ball.preview.png", "ball.preview.mp4", "forced.png", "out/dark_ball/preview.png"):
        assert (folder / name).stat().st_size > 5_000
    dataset = Dataset(folder / "out/dark_ball")
    assert dataset.failed == {}
    labels = {event.label for sample in dataset for event in sample.events if event.phase == "active"}
    assert labels == {"ball_rolls_out"}
    frozen = [sample for sample in dataset if sample.faults]
    assert frozen
    assert all(sample.rgb_clean.shape == sample.rgb.shape for sample in frozen)


def test_the_page_prints_what_it_says(walked: tuple[Path, list[str]]) -> None:
    _, printed = walked
    spoken = "\n".join(printed)
    assert "no problems" in spoken
    assert "byte-identical" in spoken
    assert "ball_rolls_out armed" in spoken
    assert "weight 0.00" in spoken
    assert "1 written, 0 failed ()" in spoken
