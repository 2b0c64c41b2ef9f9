"""What this machine has, what is missing and how to get it: the facts behind `simgen doctor`."""

from __future__ import annotations

import platform
import shutil
import sys
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata

from simgen.assets import packs
from simgen.errors import RenderError
from simgen.rendering import make_renderer
from simgen.rendering.pathtrace.variant import best_variant
from simgen.resources import cache_folder, data_folder

LOW_DISK_BYTES = 2 * 10**9  # assumed: the packs, their computed meshes and a small dataset


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    Attributes:
        required: whether nothing works without it.
        remedy: what to do when it is not ok.
    """

    subject: str
    ok: bool
    detail: str
    remedy: str = ""
    required: bool = True


def diagnose() -> tuple[Finding, ...]:
    """Return findings on Python, physics, GL, the path tracer, asset packs and disk space."""
    return (_python(), _physics(), _gl(), _path_tracer(), *_packs(), _disk())


def _python() -> Finding:
    fits = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding(
        "python", fits, f"{platform.python_version()} on {platform.platform()}", "use Python 3.11 to 3.13"
    )


def _physics() -> Finding:
    for name in ("pybullet", "pybullet-arm64"):
        try:
            return Finding("physics", True, f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return Finding("physics", False, "PyBullet is not installed", "install simgen again: pip install simgen")


def _gl() -> Finding:
    try:
        renderer = make_renderer("raster")
    except RenderError as error:
        return Finding("graphics", False, str(error), "apt-get install libegl1 libgl1 libgl1-mesa-dri")
    with closing(renderer):
        return Finding("graphics", True, renderer.device)


def _path_tracer() -> Finding:
    """Return whether paths can be traced, and what makes it quick."""
    try:
        variant = best_variant()
        renderer = make_renderer("pathtrace", labels="cast")
    except RenderError as error:  # says itself what to install
        return Finding("path tracing", False, str(error), required=False)
    with closing(renderer):
        device = renderer.device
    if variant.name == "scalar_rgb":
        slow = f"{device}: works, several times slower than with LLVM"
        return Finding("path tracing", False, slow, "apt-get install libllvm19", required=False)
    return Finding("path tracing", True, f"{device}, with {variant.llvm}" if variant.llvm else device)


def _packs() -> tuple[Finding, ...]:
    return tuple(
        Finding(
            f"pack {pack.name}",
            packs.installed(pack.name),
            pack.description,
            f"simgen assets install {pack.name}",
            required=False,
        )
        for pack in packs.PACKS.values()
    )


def _disk() -> Finding:
    folder = next(path for path in (data_folder(), *data_folder().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    detail = f"{free / 1e9:.0f} GB free; packs in {data_folder()}, computed meshes in {cache_folder()}"
    return Finding(
        "disk", free > LOW_DISK_BYTES, detail, "free some space, or set SIMGEN_DATA and SIMGEN_CACHE"
    )
