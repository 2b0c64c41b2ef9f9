"""What is told of a test process that dies: a run of its own, of a test that ends itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (signal.SIGSEGV, ("Segmentation fault", 'test_end.py", line 2 in test_end')),
        (signal.SIGKILL, ("something ended it from outside",)),
    ],
)
def test_a_test_process_that_dies_tells_where(tmp_path: Path, number: int, told: tuple[str, ...]) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_configure\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_end.py").write_text(
        f"def test_end():\n    __import__('os').kill(__import__('os').getpid(), {number})\n"
    )
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-n",
            "1",
            "-p",
            "no:cacheprovider",
            "--max-worker-restart",
            "0",
            ".",
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert all(line in run.stdout for line in told)
    assert "pluggy" not in run.stdout.split("FAILURES")[-1]
    assert not list(tmp_path.glob("simgen-tests-*"))
