"""The path tracer beside Cycles: time, and error of each against many samples of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from render.contest import Contestant, Entry, open_all, take_turns
from render.environments import NotMeasured
from render.export import export_scene
from render.flip import mean_flip
from render.lines import Line, not_measured
from render.quality import displayed, label_agreement, metered_scale, picture_errors, read_buffers
from render.raster import Settings, save_picture, timings
from render.references import reference_picture
from simgen.assets import AssetLibrary
from simgen.records.scene import Scene

CYCLES_SAMPLES = 50
TARGET = 10.0
_BOUNCES = 4  # after the first surface: what simgen's longest path of 6 (eye, 5 surfaces, light) comes to
_FRAME = 0
_UNTIL_KEPT = (
    0,
    1,
)  # frames after the first until our programs are kept; Cycles takes no less from its second on


def _ours(samples: int, *, denoise: bool = True, seed: int = 0) -> Entry:
    options = {"samples": samples, "denoise": denoise}
    drawn = {"renderer": "pathtrace", "renderer_options": options, "seed": seed, "outlines": False}
    return Entry(f"simgen, {samples} samples{'' if denoise else ', raw'}", "draw_simgen.py", options=drawn)


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
            for each in running:
                if each.entry.name.startswith("simgen"):
                    each.time(_UNTIL_KEPT, keep=False)
            refused += take_turns(running, settings.rounds, 1, len(scene.cameras[0].poses), warm_up=False)
            rows = _rows(running)
        finally:
            for contestant in running:
                contestant.close()
        references = _references(folder, settings, reference_samples, refused)
    colors = {name: buffers["color"] for name, buffers in pictures.items()}
    for row in rows:
        own = "Cycles" if row["name"].startswith("Cycles") else "simgen"
        if own in references:
            row.update(_errors(colors[row["name"]], references[own], settings))
    if settings.pictures:
        for title, color in {**colors, **{f"{n} reference": c for n, c in references.items()}}.items():
            save_picture(settings.pictures, f"paths {title}", color)
    devices = {row["renderer"] for row in rows}
    result: dict[str, Any] = {"renderers": ", ".join(sorted(devices)), "reference samples": reference_samples}
    left_out = [{"name": entry.name, "target": entry.target, "not measured": why} for entry, why in refused]
    return result | _agreement(pictures) | {"lines": verdict(rows), "rows": rows + left_out}


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
) -> dict[str, Any]:
    """Return the picture of many samples, by renderer; what fails joins `refused`."""
    found: dict[str, Any] = {}
    entries = {
        "simgen": _ours(samples, denoise=False, seed=1),
        "Cycles": _cycles(samples, denoise=False, seed=1),
    }
    for name, entry in entries.items():
        try:
            found[name] = reference_picture(entry, folder, _FRAME, install=settings.install)
        except NotMeasured as reason:
            refused.append((entry, str(reason)))
    return found


def _errors(picture: Any, reference: Any, settings: Settings) -> dict[str, float]:
    """Return relMSE, SSIM and, where its package can be had, FLIP."""
    errors = picture_errors(picture, reference)
    scale = metered_scale(reference)
    with suppress(NotMeasured):
        shown = [displayed(each, scale) for each in (picture, reference)]
        errors["FLIP"] = mean_flip(*shown, install=settings.install)
    return errors


def verdict(rows: Sequence[dict[str, Any]]) -> list[Line]:
    """Return how much faster simgen is than Cycles at its fastest setting whose errors are no worse than Cycles'.

    Where no setting's are, that of the smallest error, which then falls short however fast.
    """
    titles = [
        f"path tracer beside Cycles at {CYCLES_SAMPLES} samples, {kind}" for kind in ("wall", "processor")
    ]
    cycles = next((row for row in rows if row["name"].startswith("Cycles")), None)
    if cycles is None or "relMSE" not in cycles:
        return [not_measured(title, f"≥ {TARGET:g}x", "no picture of Cycles") for title in titles]
    ours = [row for row in rows if row is not cycles and "relMSE" in row]
    if not ours:
        return [not_measured(title, f"≥ {TARGET:g}x", "no picture of simgen") for title in titles]
    good = [row for row in ours if no_worse(row, cycles)]
    best = min(good, key=lambda row: row["cpu_ms"]) if good else min(ours, key=lambda row: row["relMSE"])
    lines = [
        _speed_line(f"{title} ({best['name']})", best[f"{kind}_ratio"], no_worse=bool(good))
        for title, kind in zip(titles, ("wall", "cpu"), strict=True)
    ]
    seen = "FLIP" if "FLIP" in best and "FLIP" in cycles else "SSIM"
    return lines + [_error_line(best, cycles, kind) for kind in ("relMSE", seen)]


def _speed_line(title: str, ratio: float, *, no_worse: bool) -> Line:
    figure = f"{ratio:.1f}x" + ("" if no_worse else ", but at errors above Cycles'")
    return Line(title, f"≥ {TARGET:g}x", figure, no_worse and ratio >= TARGET, ratio)


def no_worse(row: dict[str, Any], cycles: dict[str, Any]) -> bool:
    """Say whether a setting's relMSE is no higher than Cycles', nor its FLIP; its SSIM where there is no FLIP."""
    seen = (
        row["FLIP"] <= cycles["FLIP"] if "FLIP" in row and "FLIP" in cycles else row["SSIM"] >= cycles["SSIM"]
    )
    return bool(row["relMSE"] <= cycles["relMSE"] and seen)


def _error_line(row: dict[str, Any], cycles: dict[str, Any], kind: str) -> Line:
    more = kind == "SSIM"
    holds = row[kind] >= cycles[kind] if more else row[kind] <= cycles[kind]
    what = f"path tracer, {kind} against its own reference ({row['name']})"
    return Line(
        what, f"{'≥' if more else '≤'} {cycles[kind]:.5f} (Cycles)", f"{row[kind]:.5f}", holds, row[kind]
    )


def _agreement(pictures: dict[str, Any]) -> dict[str, Any]:
    theirs = next((buffers for name, buffers in pictures.items() if name.startswith("Cycles")), None)
    ours = next((buffers for name, buffers in pictures.items() if name.startswith("simgen")), None)
    if theirs is None or ours is None:
        return {}
    return {"agreement with Cycles": label_agreement(ours, theirs)}
