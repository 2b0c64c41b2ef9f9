"""A built wheel is all that is needed: installed alone, away from the repository, it makes a shipped scene by name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import simgen

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from what git keeps, without a network."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    kept = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    for name in filter(None, kept.split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but the unpacked wheel, as `pip install --no-deps --target` leaves it."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the installed package in front, in a folder that has no part of the repository."""
    environment = os.environ | {"PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_the_wheel_carries_scenes_assets_shaders_and_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for kept in [*(ROOT / "scenes").iterdir(), *(ROOT / "assets").iterdir()]:
        if kept.is_file():
            assert f"simgen/_data/{kept.parent.name}/{kept.name}" in names
    for shader in (ROOT / "simgen/rendering/raster/shaders").iterdir():
        assert shader.relative_to(ROOT).as_posix() in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "docs/")) or "__pycache__" in name]


def test_what_runs_is_the_wheel_and_not_the_repository(installed: Path, tmp_path: Path) -> None:
    script = (
        "import simgen, simgen.resources as r; print(simgen.__version__); print(simgen.__file__); "
        "print(r.shipped('scenes')); print(r.shipped('assets'))"
    )
    version, *places = run(installed, tmp_path, "-c", script).stdout.splitlines()
    assert version == simgen.__version__
    assert places == [
        str(installed / "simgen/__init__.py"),
        str(installed / "simgen/_data/scenes"),
        str(installed / "simgen/_data/assets"),
    ]


def test_a_shipped_scene_is_made_by_name_and_verified(installed: Path, tmp_path: Path) -> None:
    small = ["--set", "sensors.mast.width=64", "--set", "capture.frames=1"]
    made = run(
        installed, tmp_path, "-m", "simgen", "generate", "bin_picking", "--count", "1", "--workers", "1",
        "--out", "bins", *small,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    assert "1 scene, 1 sample in" in made.stdout
    verified = run(installed, tmp_path, "-m", "simgen", "verify", "bins")
    assert verified.stdout.startswith("no problems in 1 scenes"), verified.stderr


def test_the_commands_entry_point_exists(installed: Path, tmp_path: Path) -> None:
    (entry_points,) = installed.glob("simgen-*.dist-info/entry_points.txt")
    assert "simgen = simgen.__main__:run" in entry_points.read_text()
    script = "import sys; sys.argv[1:] = ['scenes']; from simgen.__main__ import run; run()"
    assert "bin_picking" in run(installed, tmp_path, "-c", script).stdout
