"""The path tracer beside Cycles: time, and error of each against many samples of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from render.contest import Contestant, Entry, open_all, take_turns
from render.environments import NotMeasured
from render.export import export_scene
from render.quality import label_agreement, picture_errors, read_buffers
from render.raster import Settings, save_picture, timings
from simgen.assets import AssetLibrary
from simgen.records.scene import Scene

CYCLES_SAMPLES = 50
TARGET = 10.0
_BOUNCES = 4  # after the first surface: what simgen's longest path of 6 (eye, 5 surfaces, light) comes to
_FRAME = 0


def _ours(samples: int, *, denoise: bool = True, seed: int = 0) -> Entry:
    options = {"samples": samples, "denoise": denoise}
    return Entry(
        f"simgen, {samples} samples{'' if denoise else ', raw'}",
        "draw_simgen.py",
        options={"renderer": "pathtrace", "renderer_options": options, "seed": seed},
    )


def _cycles(samples: int, *, denoise: bool = True, seed: int = 0) -> Entry:
    options = {"samples": samples, "denoise": denoise, "bounces": _BOUNCES, "seed": seed}
    name = f"Cycles, {samples} samples{'' if denoise else ', raw'}"
    return Entry(name, "draw_cycles.py", "cycles", options, TARGET)


def measure_paths(
    scene: Scene, library: AssetLibrary, settings: Settings, samples: Sequence[int], reference_samples: int
) -> dict[str, Any]:
    """Time simgen at several sample counts beside Cycles at 50, all denoised, and their errors.

    The frame compared is drawn with another seed than its reference, which is not denoised.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "scene"
        export_scene(scene, library, folder)
        entries = [_cycles(CYCLES_SAMPLES), *(_ours(count) for count in samples)]
        running, refused = open_all(entries, folder, install=settings.install)
        try:
            pictures = _pictures(running, folder, refused)  # the first frame of each warms it up
            refused += take_turns(running, settings.rounds, 1, len(scene.cameras[0].poses), warm_up=False)
            rows = _rows(running)
        finally:
            for contestant in running:
                contestant.close()
        references = _references(folder, settings, reference_samples, refused)
    for row in rows:
        own = "Cycles" if row["name"].startswith("Cycles") else "simgen"
        if own in references:
            row.update(picture_errors(pictures[row["name"]]["color"], references[own]["color"]))
    if settings.pictures:
        for title, buffers in {**pictures, **{f"{n} reference": b for n, b in references.items()}}.items():
            save_picture(settings.pictures, f"paths {title}", buffers["color"])
    devices = {row["renderer"] for row in rows}
    result: dict[str, Any] = {"renderers": ", ".join(sorted(devices)), "reference samples": reference_samples}
    if any("scalar_rgb" in device for device in devices):
        result["note"] = (
            "simgen found no LLVM it can use and traces several times slower: apt-get install libllvm19"
        )
    left_out = [{"name": entry.name, "target": entry.target, "not measured": why} for entry, why in refused]
    return result | verdict(rows) | _agreement(pictures) | {"rows": rows + left_out}


def _pictures(
    running: list[Contestant], folder: Path, refused: list[tuple[Entry, str]]
) -> dict[str, dict[str, Any]]:
    """Return what each drew, by name; who fails leaves `running` and joins `refused`."""
    found: dict[str, dict[str, Any]] = {}
    for index, each in enumerate(list(running)):
        try:
            path = each.ask(save=_FRAME, path=str(folder / f"picture{index}.npz"))["path"]
            found[each.entry.name] = read_buffers(Path(path))
        except NotMeasured as reason:
            running.remove(each)
            refused.append((each.entry, str(reason)))
    return found


def _rows(running: Sequence[Contestant]) -> list[dict[str, Any]]:
    rows = [timings(each) | {"target": each.entry.target} for each in running]
    cycles = next((row for row in rows if row["name"].startswith("Cycles")), None)
    for row in rows if cycles else []:
        row["wall_ratio"], row["cpu_ratio"] = (cycles[k] / row[k] for k in ("wall_ms", "cpu_ms"))
    return rows


def _references(
    folder: Path, settings: Settings, samples: int, refused: list[tuple[Entry, str]]
) -> dict[str, dict[str, Any]]:
    """Return the picture of many samples, by renderer; what fails joins `refused`."""
    found: dict[str, dict[str, Any]] = {}
    entries = {
        "simgen": _ours(samples, denoise=False, seed=1),
        "Cycles": _cycles(samples, denoise=False, seed=1),
    }
    for name, entry in entries.items():
        try:
            renderer = Contestant(entry, folder, install=settings.install)
            path = renderer.ask(save=_FRAME, path=str(folder / f"reference-{name}.npz"))["path"]
            renderer.close()
            found[name] = read_buffers(Path(path))
        except NotMeasured as reason:
            refused.append((entry, str(reason)))
    return found


def verdict(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the fastest setting of simgen whose error is no worse than Cycles', and how much faster it is."""
    cycles = next((row for row in rows if row["name"].startswith("Cycles")), None)
    if cycles is None or "relMSE" not in cycles:
        return {"verdict": "not measured: there is no picture of Cycles to compare with"}
    good = [
        row
        for row in rows
        if row is not cycles and row.get("relMSE", 1e9) <= cycles["relMSE"] and row["SSIM"] >= cycles["SSIM"]
    ]
    if not good:
        return {"verdict": "none of the sample counts has an error as low as Cycles'", "holds": False}
    best = min(good, key=lambda row: row["cpu_ms"])
    return {
        "verdict": f"{best['name']}: {best['wall_ratio']:.1f} times as fast as Cycles by the wall, "
        f"{best['cpu_ratio']:.1f} by the processor, at an error no worse (target {TARGET:g})",
        "holds": best["wall_ratio"] >= TARGET,
        "holds by processor time": best["cpu_ratio"] >= TARGET,
    }


def _agreement(pictures: dict[str, Any]) -> dict[str, Any]:
    theirs = next((buffers for name, buffers in pictures.items() if name.startswith("Cycles")), None)
    ours = next((buffers for name, buffers in pictures.items() if name.startswith("simgen")), None)
    if theirs is None or ours is None:
        return {}
    return {"agreement with Cycles": label_agreement(ours, theirs)}
