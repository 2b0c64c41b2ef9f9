"""`scripts/bench render`: speed and error of both renderers, beside peers in the same run.

Ends in a table of everything the renderers are held to, with what was measured. A peer that is not there is said and
left out; so is a part that cannot run here.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter
from typing import Any

from machine import describe_machine

from render.agreement import How, measure_agreement
from render.correctness import measure_flow, measure_fog, measure_labels, measure_light
from render.curve import measure_curve
from render.environments import NotMeasured
from render.lines import Line, as_text, not_measured, tally
from render.outlines import measure_outlines
from render.paths import measure_paths
from render.progress import say
from render.raster import Settings, measure_raster
from render.scenes import in_columns, scene_a, scene_b
from render.soak import measure_soak
from render.tables import print_facts, print_rows
from simgen.assets import AssetLibrary
from simgen.errors import SimgenError
from simgen.rendering import make_renderer

TITLES = {
    "light": "light against formula: furnace, grey card, lamps, a headlight at 25 m",
    "fog": "fog against Koschmieder's law",
    "flow": "flow against the next frame, drawn anew",
    "labels": "labels against the mesh, and under either renderer",
    "outlines": "whole outlines of every object beside the colour pass, scene A",
    "agree": "raster beside path-traced, the scenes that are shipped",
    "a": "reference scene A: 40 objects, sun and surroundings, 640 x 480",
    "b": "reference scene B: 150 pack models, four shadowed spots, 1280 x 720",
    "curve": "cost of a frame by number of objects, scene B",
    "paths": "path tracing scene A, denoised, beside Cycles at 50 samples",
    "soak": "many frames in one process, scene A",
}
_MINUTES = {
    "light": 0.3,
    "fog": 0.1,
    "flow": 0.2,
    "labels": 0.2,
    "outlines": 0.1,
    "agree": 6,
    "a": 2,
    "b": 6,
    "curve": 2,
}
_MINUTES |= {"paths": 8, "soak": 3}


def main(arguments: Sequence[str]) -> None:
    """Measure the parts asked for, print each as it is done, and everything they are held to at the end."""
    options = _options(arguments)
    chosen = options.only or list(TITLES)
    results: dict[str, Any] = {"machine": describe_machine() | {"path tracer": _path_tracer()}}
    print_facts("machine", results["machine"])
    say(
        f"{', '.join(chosen)}: about {max(1, round(sum(_MINUTES[each] for each in chosen)))} min on two idle cores"
    )
    runs = _runs(options, AssetLibrary(memory_bytes=2**30))
    for part in chosen:
        results[part] = _measured(part, runs[part])
        _print_part(part, results[part])
        results["summary"] = [line for each in chosen for line in results.get(each, {}).get("lines", [])]
        if options.json:
            text = json.dumps(results, indent=2, default=lambda each: each.as_dict())
            options.json.write_text(text + "\n")
    _print_summary({part: results[part]["lines"] for part in chosen})


def _path_tracer() -> str:
    """Return what traces paths here; without an LLVM that it can use, it is several times slower."""
    try:
        with closing(make_renderer("pathtrace", labels="cast")) as renderer:
            device = renderer.device
    except SimgenError as error:
        return str(error).splitlines()[0]
    slow = "scalar_rgb" in device
    return device + ("; several times as fast with LLVM: apt-get install libllvm19" if slow else "")


def _runs(options: argparse.Namespace, library: AssetLibrary) -> dict[str, Callable[[], dict[str, Any]]]:
    settings = Settings(
        options.rounds, options.frames_a_turn, options.peer_meshes, options.pictures, not options.no_install
    )
    how = How(options.agree_samples, options.agree_width, tuple(options.scenes), options.pictures)
    return {
        "light": lambda: measure_light(library),
        "fog": lambda: measure_fog(library),
        "flow": measure_flow,
        "labels": lambda: measure_labels(library),
        "outlines": lambda: measure_outlines(library),
        "agree": lambda: measure_agreement(library, how),
        "a": lambda: measure_raster(scene_a(library), library, settings),
        "b": lambda: measure_raster(scene_b(library), library, settings),
        "curve": lambda: measure_curve(options.counts, library, settings),
        "paths": lambda: measure_paths(
            scene_a(library), library, settings, options.path_samples, options.reference_samples
        ),
        "soak": lambda: measure_soak(
            in_columns(scene_a(library), options.soak_width), options.frames, settings
        ),
    }


def _measured(part: str, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what a part found and how long it took; one that cannot run here says why in one line of its own."""
    start = perf_counter()
    try:
        found = run()
    except (NotMeasured, SimgenError, OSError) as error:
        why = (str(error).strip() or type(error).__name__).splitlines()[0]
        found = {"lines": [not_measured(TITLES[part], "", why)]}
    return {"this part took, s": round(perf_counter() - start)} | found


def _print_part(part: str, result: dict[str, Any]) -> None:
    facts = {name: value for name, value in result.items() if name not in ("rows", "lines")}
    print_facts(TITLES[part], facts)
    print_rows(part, result.get("rows", []))
    if result["lines"]:
        print("\n".join(["", *as_text(result["lines"])]), flush=True)


def _print_summary(lines: dict[str, list[Line]]) -> None:
    """Print every line of every part, in one table, and how many hold."""
    everything = [line for part in lines.values() for line in part]
    print("\nsummary: what the renderers are held to")
    print("\n".join(as_text(everything)))
    print(f"\n  {tally(everything)}", flush=True)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/bench render",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="parts:\n" + "\n".join(f"  {part:<8} {title}" for part, title in TITLES.items()),
    )
    parser.add_argument("--only", nargs="+", choices=tuple(TITLES), metavar="PART", help="only these parts")
    _add_contest_options(parser)
    parser.add_argument("--agree-samples", type=int, default=16, help="agree: of the path tracer, a pixel")
    parser.add_argument(
        "--agree-width", type=int, default=640, help="agree: most columns of a picture; 0: as the scenes say"
    )
    parser.add_argument(
        "--scenes", nargs="+", default=[], help="agree: names of scenarios; all that are shipped"
    )
    parser.add_argument("--frames", type=int, default=10_000, help="soak: frames")
    parser.add_argument("--soak-width", type=int, default=160, help="soak: columns of a picture")
    parser.add_argument(
        "--pictures", type=Path, metavar="FOLDER", help="save a picture by each renderer there"
    )
    parser.add_argument("--no-install", action="store_true", help="measure only the peers that are installed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers to this file")
    return parser.parse_args(arguments)


def _add_contest_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=5, help="a, b, curve, paths: turns of each renderer")
    parser.add_argument("--frames-a-turn", type=int, default=4, help="a, b, curve: frames drawn in a turn")
    parser.add_argument(
        "--peer-meshes",
        choices=("finest", "drawn"),
        default="finest",
        help="a, b: give peers every model in full, or at the level of detail simgen draws in frame 0",
    )
    parser.add_argument(
        "--counts", type=int, nargs="+", default=[10, 30, 100, 300, 1000], help="curve: numbers of objects"
    )
    parser.add_argument(
        "--path-samples", type=int, nargs="+", default=[4, 6, 8, 16], help="paths: of simgen, a pixel"
    )
    parser.add_argument(
        "--reference-samples", type=int, default=1024, help="paths: of the pictures errors are against"
    )
