"""`scripts/bench render`: speed and error of both renderers, beside peers in the same run."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from machine import describe_machine

from render.agreement import How, measure_agreement
from render.curve import measure_curve
from render.environments import NotMeasured
from render.lines import as_text
from render.paths import measure_paths
from render.raster import Settings, measure_raster
from render.scenes import in_columns, scene_a, scene_b
from render.soak import measure_soak
from render.tables import print_facts, print_rows
from simgen.assets import AssetLibrary

PARTS = ("a", "b", "curve", "paths", "agree", "soak")


def main(arguments: Sequence[str]) -> None:
    """Measure the parts asked for, print a table of each, and keep every number where `--json` says."""
    options = _options(arguments)
    library = AssetLibrary(memory_bytes=2**30)
    settings = Settings(
        options.rounds, options.frames_a_turn, options.peer_meshes, options.pictures, not options.no_install
    )
    runs: dict[str, Callable[[], dict[str, Any]]] = {
        "a": lambda: measure_raster(scene_a(library), library, settings),
        "b": lambda: measure_raster(scene_b(library), library, settings),
        "curve": lambda: measure_curve(options.counts, library, settings),
        "paths": lambda: measure_paths(
            scene_a(library), library, settings, options.path_samples, options.reference_samples
        ),
        "agree": lambda: measure_agreement(
            library,
            How(options.agree_samples, options.agree_width, tuple(options.scenes), options.pictures),
        ),
        "soak": lambda: measure_soak(
            in_columns(scene_a(library), options.soak_width), options.frames, settings
        ),
    }
    results: dict[str, Any] = {"machine": describe_machine()}
    print_facts("machine", results["machine"])
    for part in options.only or PARTS:
        try:
            results[part] = runs[part]()
        except NotMeasured as reason:
            results[part] = {"not measured": str(reason)}
        print_part(part, results[part])
        if options.json:
            options.json.write_text(json.dumps(results, indent=2, default=lambda each: each.as_dict()) + "\n")


def print_part(part: str, result: dict[str, Any]) -> None:
    """Print what one part found."""
    titles = {
        "a": "reference scene A: 40 objects, sun and surroundings, 640 x 480",
        "b": "reference scene B: 150 pack models, four shadowed spots, 1280 x 720",
        "curve": "cost of a frame by number of objects, scene B",
        "paths": "path tracing scene A, denoised, beside Cycles at 50 samples",
        "agree": "raster beside path-traced, the scenes that are shipped",
        "soak": "many frames in one process, scene A",
    }
    print_facts(
        titles[part], {name: value for name, value in result.items() if name not in ("rows", "lines")}
    )
    print_rows(part, result.get("rows", []))
    print("\n" + "\n".join(as_text(result.get("lines", []))))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench render", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, help="measure these parts alone")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each renderer")
    parser.add_argument("--frames-a-turn", type=int, default=4, help="frames a renderer draws in a turn")
    parser.add_argument("--frames", type=int, default=10_000, help="frames of the soak")
    parser.add_argument("--soak-width", type=int, default=160, help="columns of its pictures at most")
    parser.add_argument(
        "--counts", type=int, nargs="+", default=[10, 30, 100, 300, 1000], help="of the curve"
    )
    parser.add_argument(
        "--path-samples", type=int, nargs="+", default=[8, 16, 32, 50], help="simgen's, a pixel"
    )
    parser.add_argument(
        "--reference-samples", type=int, default=1024, help="of the pictures errors are against"
    )
    parser.add_argument("--agree-samples", type=int, default=16, help="of pictures compared with raster ones")
    parser.add_argument(
        "--agree-width", type=int, default=640, help="columns of those pictures at most; 0: as the scenes say"
    )
    parser.add_argument(
        "--scenes", nargs="+", default=[], help="names of the scenarios to compare; all of them"
    )
    parser.add_argument(
        "--peer-meshes",
        choices=("finest", "drawn"),
        default="finest",
        help="give peers every model in full, or at the level of detail simgen draws in frame 0",
    )
    parser.add_argument("--pictures", type=Path, help="save a picture by each renderer in this folder")
    parser.add_argument("--no-install", action="store_true", help="measure only the peers that are installed")
    parser.add_argument("--json", type=Path, help="write all numbers to this file")
    return parser.parse_args(arguments)
