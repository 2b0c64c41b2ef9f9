"""Which build of Mitsuba runs here: on a graphics card, compiled by LLVM for the CPU, or plain C++.

Some LLVM releases abort the process when they compile (15 always, 16 on processors with AVX-512), so every choice
but the last is tried in a process of its own first.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from ctypes.util import find_library
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from simgen.errors import RenderError

VARIANT_VARIABLE = "SIMGEN_PATHTRACE_VARIANT"
LLVM_VARIABLE = "DRJIT_LIBLLVM_PATH"  # read by Dr.Jit, the compiler under Mitsuba
VARIANTS = ("cuda_ad_rgb", "llvm_ad_rgb", "scalar_rgb")  # fastest first

_OLDEST_LLVM = 16
_LLVM_FOLDERS = (
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/lib/llvm-*/lib",
    "/usr/local/lib",
    "/opt/homebrew/opt/llvm*/lib",
)
_LLVM_NAME = re.compile(r"libLLVM(?:-|\.so\.|\.)(\d+)[\d.]*(?:\.so(?:\.\d+)*|\.dylib)?$")
_PROBE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Variant:
    """A build of Mitsuba that was seen to work.

    Attributes:
        name: as Mitsuba calls it.
        llvm: path of the LLVM library; empty where none is used or Dr.Jit is left to find it.
    """

    name: str
    llvm: str = ""


@cache
def best_variant(forced: str = "") -> Variant:
    """Return the fastest variant that works here, or the one asked for.

    Args:
        forced: a name of `VARIANTS`; else the environment variable SIMGEN_PATHTRACE_VARIANT is looked at.

    Raises:
        RenderError: no variant has this name, or it does not work here.
    """
    wanted = forced or os.environ.get(VARIANT_VARIABLE, "")
    if wanted and wanted not in VARIANTS:
        raise RenderError(f"no variant of the path tracer is named '{wanted}'; known: {', '.join(VARIANTS)}")
    for variant in _candidates(wanted):
        if variant.name == "scalar_rgb" or works(variant):
            return variant
    raise RenderError(
        f"the path tracer's variant '{wanted}' does not work on this machine. llvm_ad_rgb needs the LLVM library"
        " (Debian or Ubuntu: apt-get install libllvm19, or set DRJIT_LIBLLVM_PATH to a libLLVM of version 17 or"
        " newer); cuda_ad_rgb needs an NVIDIA driver; scalar_rgb always works"
    )


def available(name: str) -> bool:
    """Return whether a variant of `VARIANTS` works on this machine."""
    try:
        best_variant(name)
    except RenderError:
        return False
    return True


def works(variant: Variant) -> bool:
    """Return whether a variant renders a small picture in a process of its own."""
    command = [sys.executable, "-m", "simgen.rendering.pathtrace.probe", variant.name]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, by our own interpreter
            command, env=environment(variant), capture_output=True, check=False, timeout=_PROBE_SECONDS
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def environment(variant: Variant) -> dict[str, str]:
    """Return the process environment in which a variant finds its library."""
    chosen = {LLVM_VARIABLE: variant.llvm} if variant.llvm else {}
    return {**os.environ, **chosen}


def llvm_libraries() -> list[str]:
    """Return the LLVM libraries found on this machine, newest release first, each release once."""
    found: dict[int, str] = {}
    for folder in _LLVM_FOLDERS:
        root = Path("/")
        for path in sorted(root.glob(f"{folder.lstrip('/')}/libLLVM*")):
            named = _LLVM_NAME.match(path.name)
            if named and int(named[1]) >= _OLDEST_LLVM:
                found.setdefault(int(named[1]), str(path))
    return [found[release] for release in sorted(found, reverse=True)]


def _candidates(wanted: str) -> Iterator[Variant]:
    for name in VARIANTS if not wanted else (wanted,):
        if name == "cuda_ad_rgb" and (wanted or find_library("cuda")):
            yield Variant(name)
        elif name == "llvm_ad_rgb":
            own = os.environ.get(LLVM_VARIABLE)
            yield from (Variant(name, path) for path in ([own] if own else llvm_libraries()))
        elif name == "scalar_rgb":
            yield Variant(name)
