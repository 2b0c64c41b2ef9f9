"""Pictures of very many samples that errors are measured against: made once, kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from render.contest import Contestant, Entry
from render.environments import PEERS
from render.progress import say
from render.quality import read_buffers
from simgen.resources import cache_folder

_PACKAGE = Path(__file__).parents[3] / "simgen"
_MOST_KEPT = 12
_OF_PICTURES = ("rendering", "records")  # what of simgen a picture of given meshes depends on


def reference_picture(entry: Entry, scene_folder: Path, frame: int, *, install: bool) -> NDArray[np.float32]:
    """Return the picture (h, w, 3) that a renderer makes of a frame, linear; from the cache if it was made before.

    Args:
        scene_folder: written by `export.export_scene`.

    Raises:
        NotMeasured: the renderer cannot be installed or fails.
    """
    path = reference_path(entry, scene_folder, frame)
    if not path.exists():
        say(f"drawing the reference of {entry.name} (once; kept in {path.parent})")
        renderer = Contestant(entry, scene_folder, install=install)
        try:
            saved = renderer.ask(save=frame, path=str(scene_folder / f"reference-{path.stem}.npz"))["path"]
        finally:
            renderer.close()
        path.parent.mkdir(parents=True, exist_ok=True)
        being_written = path.with_suffix(".part.npz")
        np.savez(being_written, color=read_buffers(Path(saved))["color"].astype(np.float32))
        being_written.rename(path)
        _forget_oldest(path.parent)
    with np.load(path) as arrays:
        return arrays["color"]


def _forget_oldest(folder: Path) -> None:
    """Keep the newest: every change of a renderer's code leaves a reference that nobody will ask for again."""
    for path in sorted(folder.glob("*.npz"), key=lambda each: each.stat().st_mtime)[:-_MOST_KEPT]:
        path.unlink()


def reference_path(entry: Entry, scene_folder: Path, frame: int) -> Path:
    """Return where a reference is kept: its name changes with the scene, the settings and the renderer's own code."""
    digest = hashlib.sha256(json.dumps([entry.script, entry.options, frame], sort_keys=True).encode())
    for path in _inputs(entry, scene_folder):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return (
        cache_folder() / "bench" / "references" / f"{Path(entry.script).stem}-{digest.hexdigest()[:16]}.npz"
    )


def _inputs(entry: Entry, scene_folder: Path) -> Iterator[Path]:
    """Yield all files that decide a picture, in order."""
    yield scene_folder / "scene.json"
    yield from sorted((scene_folder / "models").iterdir())
    yield PEERS / entry.script
    if entry.environment:
        yield PEERS / f"{entry.environment}.txt"
        return
    yield scene_folder / "record.json"
    for part in _OF_PICTURES:
        yield from sorted((_PACKAGE / part).rglob("*.py"))
