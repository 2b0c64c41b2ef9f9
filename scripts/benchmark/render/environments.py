"""Peers live in virtual environments of their own, in the user's cache folder, made when first needed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from render.progress import say
from simgen.resources import cache_folder

PEERS = Path(__file__).parents[1] / "peers"
_PYTHON = "3.11"  # PyBullet and bpy have wheels for no later one in common


class NotMeasured(Exception):
    """A peer cannot run here; the text says why."""


def peer_python(name: str, *, install: bool) -> Path:
    """Return the Python of the environment that holds what `peers/<name>.txt` lists.

    Raises:
        NotMeasured: it is not there and may not be or cannot be installed.
    """
    wanted = PEERS / f"{name}.txt"
    key = hashlib.sha256(wanted.read_bytes()).hexdigest()[:12]
    folder = cache_folder() / "bench" / f"{name}-{key}"
    python = folder / "bin" / "python"
    if (folder / "ready").exists():
        return python
    if not install:
        raise NotMeasured(f"its packages are not installed in {folder}, and --no-install was given")
    say(f"installing {name} (once) in {folder}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    for command in _commands(folder, wanted):
        _run(name, command)
    (folder / "ready").touch()
    return python


def _commands(folder: Path, wanted: Path) -> list[list[str]]:
    python = str(folder / "bin" / "python")
    if shutil.which("uv"):
        return [
            ["uv", "venv", "--quiet", "--python", _PYTHON, str(folder)],
            ["uv", "pip", "install", "--quiet", "--python", python, "-r", str(wanted)],
        ]
    return [
        [_python_that_fits(), "-m", "venv", str(folder)],
        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(wanted)],
    ]


def _python_that_fits() -> str:
    if sys.version_info[:2] == (3, 11):
        return sys.executable
    found = shutil.which(f"python{_PYTHON}")
    if found is None:
        raise NotMeasured(f"it needs Python {_PYTHON}, which is not here (or install uv, which gets it)")
    return found


def _run(name: str, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "no message").splitlines()[-1]
        raise NotMeasured(f"its packages could not be installed ({last})")
