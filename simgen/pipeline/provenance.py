"""What decides the bytes of a dataset: scenario, seed, and the versions of this machine's software."""

from __future__ import annotations

import sys
from importlib import metadata

from simgen.dataset import Manifest
from simgen.pipeline.studio import Studio
from simgen.scenario import Scenario, canonical_json, scenario_hash
from simgen.version import __version__


def manifest_of(scenario: Scenario, seed: int, scene_count: int, studio: Studio) -> Manifest:
    """Return what decides the bytes of a dataset, versions of the machine's software included."""
    return Manifest(
        scenario_name=scenario.name,
        scenario_json=canonical_json(scenario),
        scenario_hash=scenario_hash(scenario),
        seed=seed,
        scene_count=scene_count,
        outputs=tuple(scenario.labels.outputs),
        min_visible_px=scenario.labels.min_visible_px,
        taxonomy=studio.library.taxonomy.categories,
        renderer=studio.renderer_name,
        simgen_version=__version__,
        software=software_of(studio),
        licence=scenario.licence,
        authors=tuple(scenario.authors),
        description=scenario.description,
    )


# The packages whose version may change a byte; the first installed of each group counts.
_BYTE_DECIDING = (
    ("pybullet", "pybullet-arm64"),
    ("numpy",),
    ("scipy",),
    ("opencv-python-headless",),
    ("pillow",),
    ("OpenEXR",),
    ("deflate",),
    ("trimesh",),
    ("coacd",),
    ("fast-simplification",),
)


def software_of(studio: Studio) -> tuple[tuple[str, str], ...]:
    """Return (name, version) of this machine's software that decides bytes, the drawing device included."""
    return (*_installed(), ("renderer_device", studio.renderer.device))


def _installed() -> tuple[tuple[str, str], ...]:
    found = [("python", f"{sys.version_info.major}.{sys.version_info.minor}")]
    for group in _BYTE_DECIDING:
        names = [name for name in group if _version(name)]
        found += [(name, _version(name)) for name in names[:1]]
    return tuple(found)


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""
