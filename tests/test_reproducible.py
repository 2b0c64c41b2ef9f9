"""Same scenario, same seed: the same bytes, however the work was cut up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import simgen
from simgen.dataset import dataset_digest

TINY = Path(__file__).parent / "data" / "tiny.yaml"
COUNT = 4


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset made in one go by one worker."""
    out = tmp_path_factory.mktemp("reference") / "tiny"
    simgen.generate(simgen.load(TINY), count=COUNT, seed=7, out=out, workers=1)
    return out


def test_two_workers_write_the_bytes_that_one_writes(reference: Path, tmp_path: Path) -> None:
    simgen.generate(simgen.load(TINY), count=COUNT, seed=7, out=tmp_path / "two", workers=2)
    assert dataset_digest(tmp_path / "two") == dataset_digest(reference)


def test_a_killed_run_resumes_to_the_same_bytes(reference: Path, tmp_path: Path) -> None:
    out = tmp_path / "killed"
    command = [sys.executable, "-m", "simgen", "generate", str(TINY), "--count", str(COUNT), "--seed", "7"]
    command += ["--workers", "2", "--out", str(out)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
    try:
        _wait_for(lambda: any((out / "scenes").glob("0*")), process)
        os.kill(process.pid, signal.SIGKILL)
    finally:
        process.wait()
    subprocess.run([*command, "--resume"], check=True, capture_output=True)
    assert dataset_digest(out) == dataset_digest(reference)


def test_an_interrupt_leaves_a_valid_dataset_that_resumes(reference: Path, tmp_path: Path) -> None:
    out = tmp_path / "interrupted"
    command = [sys.executable, "-m", "simgen", "generate", str(TINY), "--count", str(COUNT), "--seed", "7"]
    command += ["--workers", "1", "--out", str(out)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    _wait_for(lambda: any((out / "scenes").glob("0*")), process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    if process.returncode != 0:  # else it was done before the signal came
        assert process.returncode == 1
        assert "--resume" in errors
    assert not simgen.verify(out).problems
    simgen.generate(simgen.load(TINY), count=COUNT, seed=7, out=out, workers=1, resume=True)
    assert dataset_digest(out) == dataset_digest(reference)


def test_every_scene_replays_to_the_same_bytes(reference: Path) -> None:
    for index in range(COUNT):
        report = simgen.replay(reference, index)
        assert report.compared > 0
        assert report.differing == ()


def test_one_frame_replays_alone(reference: Path) -> None:
    report = simgen.replay(reference, 1, frame_index=1)
    assert report.compared >= 4
    assert report.differing == ()


def test_a_changed_byte_is_named_by_replay(reference: Path, tmp_path: Path) -> None:
    out = tmp_path / "changed"
    simgen.generate(simgen.load(TINY), count=1, seed=7, out=out)
    picture = next(out.glob("scenes/000000/front/*rgb*"))
    data = bytearray(picture.read_bytes())
    data[-20] ^= 1
    picture.write_bytes(bytes(data))
    assert any(picture.name in name for name in simgen.replay(out, 0).differing)


def test_another_seed_gives_other_pictures(reference: Path, tmp_path: Path) -> None:
    simgen.generate(simgen.load(TINY), count=COUNT, seed=8, out=tmp_path / "other")
    assert dataset_digest(tmp_path / "other") != dataset_digest(reference)


def _wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Return when the condition holds or the process has ended."""
    deadline = time.monotonic() + 120
    while process.poll() is None and not condition():
        if time.monotonic() > deadline:
            process.kill()
            pytest.fail("nothing was written in 120 s")
        os.sched_yield()
