"""The raster renderer beside its peers on one scene: time a frame, and whether all show the same scene."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from render.contest import Contestant, Entry, open_all, take_turns
from render.environments import NotMeasured
from render.export import export_record, export_scene
from render.lines import Line, not_measured
from render.quality import displayed, label_agreement, metered_scale, read_buffers
from simgen.assets import AssetLibrary
from simgen.records.scene import Scene

OURS = Entry("simgen", "draw_simgen.py", options={"renderer": "raster"})
# What peers give, and normals: no peer draws what of an object is hidden.
ALIKE = Entry("simgen, no outlines", "draw_simgen.py", options={"renderer": "raster", "outlines": False})
# What no light could be quicker than.
UNLIT = Entry(
    "simgen, labels alone",
    "draw_simgen.py",
    options={"renderer": "raster", "outlines": False, "lit": False},
)
MOVING = Entry("simgen, every body moving", "draw_simgen.py", options={"renderer": "raster", "moving": True})
LEAST_AGREEMENT = 0.97


@dataclass(frozen=True, slots=True)
class Settings:
    """How long to measure and what to keep.

    Attributes:
        rounds: turns of each renderer.
        frames: drawn in a turn.
        meshes: what peers are given: the `finest` level of every model, or those `drawn` by simgen.
        pictures: folder for a picture of each; None: none are kept.
        install: whether peers may be installed.
    """

    rounds: int
    frames: int
    meshes: str
    pictures: Path | None
    install: bool


def peers() -> list[Entry]:
    """Return the peers with the speed ratios that simgen is held to, each with and without shadows."""
    known = (
        ("TinyRenderer", "draw_bullet.py", "bullet", {"egl": False}, 6.0),
        ("PyBullet EGL", "draw_bullet.py", "bullet", {"egl": True}, 2.0),
        ("pyrender", "draw_pyrender.py", "pyrender", {}, 4.0),
        ("MuJoCo", "draw_mujoco.py", "mujoco", {}, 1.0),
    )
    return [
        Entry(name + note, script, environment, options | {"shadows": shadows}, target)
        for name, script, environment, options, target in known
        for note, shadows in (("", True), (", no shadows", False))
    ]


def measure_raster(scene: Scene, library: AssetLibrary, settings: Settings) -> dict[str, Any]:
    """Time simgen and every peer on one scene, in turns, and compare what they show."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "scene"
        drawn = _what_is_drawn(scene, Path(name) / "record", settings)
        levels = {int(i): level for i, level in drawn["levels"].items()}
        export_scene(scene, library, folder, levels if settings.meshes == "drawn" else None)
        running, refused = open_all([ALIKE, OURS, MOVING, UNLIT, *peers()], folder, install=settings.install)
        try:
            refused += take_turns(running, settings.rounds, settings.frames, len(scene.cameras[0].poses))
            rows = _rows(running, folder, settings, scene.scenario_name)
        finally:
            for contestant in running:
                contestant.close()
    rows += [{"name": entry.name, "target": entry.target, "not measured": why} for entry, why in refused]
    return {
        "meshes given to peers": settings.meshes,
        "objects": len(scene.objects),
        "objects in sight": drawn["objects"],
        "triangles at full detail": full_triangles(scene, library),
        "triangles simgen draws": drawn["triangles"],
        "share of the light that is the lamps'": drawn["light_share"],
        "lines": speed_lines(scene.scenario_name, rows),
        "rows": rows,
    }


def speed_lines(scene_name: str, rows: Sequence[dict[str, Any]]) -> list[Line]:
    """Return how many times as fast as each peer simgen is: by the wall, which decides, and by processor time."""
    lines: list[Line] = []
    for row in (each for each in rows if each.get("target")):
        what, target = f"{scene_name}: {row['name']}, time by simgen's", f"≥ {row['target']:g}x"
        if "not measured" in row:
            lines.append(not_measured(what, target, row["not measured"]))
            continue
        ratio, figure = row["wall_ratio"], f"{row['wall_ratio']:.2f}x wall, {row['cpu_ratio']:.2f}x processor"
        if "whole_ratio" in row:
            figure += f"; {row['whole_ratio']:.2f}x wall where we draw whole outlines too"
        if not row["same scene"]:
            figure += f"; shows another scene ({row['ids']:.3f} of ids alike)"
        lines.append(Line(what, target, figure, ratio >= row["target"] and row["same scene"], ratio))
    return lines


def full_triangles(scene: Scene, library: AssetLibrary) -> int:
    """Return the triangles of a scene at full detail."""
    return sum(
        len(part.triangles) for body in scene.objects for part in library.load(body.asset).model.lods[0]
    )


def _what_is_drawn(scene: Scene, folder: Path, settings: Settings) -> dict[str, Any]:
    """Return the triangles and levels of detail that simgen picks for frame 0, and the lamps' share of the light."""
    export_record(scene, folder)
    ours = Contestant(OURS, folder, install=settings.install)
    drawn = ours.ask(triangles=0)
    drawn["light_share"] = ours.ask(light_share=0)["share"] if scene.lights else 0.0
    ours.close()
    return drawn


def _rows(
    running: Sequence[Contestant], folder: Path, settings: Settings, scene_name: str
) -> list[dict[str, Any]]:
    if len(running) < 2 or (running[0].entry, running[1].entry) != (ALIKE, OURS):
        raise NotMeasured("simgen's own renderer did not run, so there is nothing to compare with")
    ours, whole = running[:2]
    buffers = read_buffers(Path(ours.ask(save=0, path=str(folder / "simgen.npz"))["path"]))
    rows: list[dict[str, Any]] = []
    for index, each in enumerate(running):
        row = {**timings(each), **ratios(each, ours), "target": each.entry.target}
        try:
            saved = buffers if each is ours else _saved(each, folder / f"{index}.npz")
        except NotMeasured as reason:
            rows.append({"name": each.entry.name, "target": each.entry.target, "not measured": str(reason)})
            continue
        row |= label_agreement(buffers, saved)
        if each.entry.target:
            row["whole_ratio"] = ratios(each, whole)["wall_ratio"]
        row["same scene"] = row["ids"] >= LEAST_AGREEMENT
        if settings.pictures:
            save_picture(settings.pictures, f"{scene_name} {each.entry.name}", saved["color"])
        rows.append(row)
    return rows


def _saved(contestant: Contestant, path: Path) -> dict[str, Any]:
    return read_buffers(Path(contestant.ask(save=0, path=str(path))["path"]))


def timings(contestant: Contestant) -> dict[str, Any]:
    """Return the medians, in ms, of one renderer's frames."""
    return {
        "name": contestant.entry.name,
        "renderer": contestant.full_name,
        "wall_ms": 1e3 * float(np.median(contestant.wall_s)),
        "cpu_ms": 1e3 * float(np.median(contestant.cpu_s)),
        "wall_ms_all": [round(1e3 * each, 3) for each in contestant.wall_s],
        "cpu_ms_all": [round(1e3 * each, 3) for each in contestant.cpu_s],
        "threads": contestant.threads,
    }


def ratios(contestant: Contestant, ours: Contestant) -> dict[str, float]:
    """Return the median, over the frames both drew, of a renderer's time by ours."""
    return {
        f"{kind}_ratio": float(
            np.median(np.array(getattr(contestant, kind + "_s")) / getattr(ours, kind + "_s"))
        )
        for kind in ("wall", "cpu")
    }


def save_picture(folder: Path, title: str, color: Any) -> None:
    """Write a picture as PNG, named by its title; linear light is metered first."""
    folder.mkdir(parents=True, exist_ok=True)
    codes = color
    if color.dtype != np.uint8:
        codes = np.rint(255 * displayed(color, metered_scale(color))).astype(np.uint8)
    Image.fromarray(codes).save(folder / f"{re.sub('[^a-z0-9]+', '-', title.lower())}.png")
