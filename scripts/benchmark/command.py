"""`scripts/bench`: startup, stages, throughput and memory; `scripts/bench render` is beside it (`render/`)."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from machine import describe_machine
from memory import measure_memory
from peer import measure_peer
from processes import measure_startup, measure_throughput
from stages import measure_render_split, measure_stages
from statistic import Spread

SCENE = Path(__file__).parents[2] / "scenes" / "tabletop_clutter.yaml"
PARTS = ("startup", "stages", "split", "peer", "throughput", "memory")


def main(arguments: Sequence[str]) -> None:
    """Run the parts asked for and print them; `--json FILE` keeps every number."""
    options = _options(arguments)
    chosen = options.only or list(PARTS)
    results: dict[str, Any] = {"machine": describe_machine(), "scene": options.scene, "seed": options.seed}
    _print_table("machine", results["machine"])
    runs = {
        "startup": lambda: measure_startup(options.scene, options.seed, options.repeats),
        "stages": lambda: measure_stages(options.scene, options.seed, options.scenes),
        "split": lambda: measure_render_split(options.scene, options.seed, options.scenes),
        "peer": lambda: measure_peer(options.scene, options.seed, options.scenes),
        "throughput": lambda: measure_throughput(options.scene, options.seed, options.throughput_scenes),
        "memory": lambda: measure_memory(options.scene, options.seed, options.memory_scenes),
    }
    for part in chosen:
        results[part] = runs[part]()
        _print_table(part, results[part])
    if options.json:
        options.json.write_text(json.dumps(results, indent=2, default=lambda value: value.as_dict()) + "\n")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--scene", default=str(SCENE), help="scenario file")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--scenes", type=int, default=4, help="scenes for the stage and peer timings")
    parser.add_argument("--throughput-scenes", type=int, default=24, help="scenes for samples per second")
    parser.add_argument("--memory-scenes", type=int, default=40, help="scenes over which memory is watched")
    parser.add_argument("--repeats", type=int, default=5, help="starts to time")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="measure these parts alone")
    parser.add_argument("--json", type=Path, help="write all numbers to this file")
    return parser.parse_args(arguments)


def _print_table(title: str, rows: dict[str, Any]) -> None:
    print(f"\n{title}")
    for name, value in rows.items():
        text = (
            value.text()
            if isinstance(value, Spread)
            else f"{value:.4g}"
            if isinstance(value, float)
            else value
        )
        print(f"  {name:<60} {text}", flush=True)
