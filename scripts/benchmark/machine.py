"""The machine and the software the numbers belong to."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

from simgen.rendering.raster import RasterRenderer


def describe_machine() -> dict[str, str]:
    renderer = RasterRenderer()
    gl = renderer.context.description
    renderer.close()
    return {
        "cpu": _cpu_model(),
        "cores available": str(len(os.sched_getaffinity(0))),
        "load before the run (1 min)": f"{os.getloadavg()[0]:.2f}",
        "memory": _first_field("/proc/meminfo", "MemTotal"),
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "GL renderer": gl,
        "simgen": version("simgen"),
        "numpy": version("numpy"),
    }


def _cpu_model() -> str:
    return _first_field("/proc/cpuinfo", "model name") or platform.processor() or platform.machine()


def _first_field(path: str, name: str) -> str:
    lines = Path(path).read_text().splitlines() if Path(path).exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")
