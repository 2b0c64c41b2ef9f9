"""simgen: a short scenario file in, a labelled multi-sensor dataset out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from simgen.version import __version__

if TYPE_CHECKING:
    from simgen.api import GenerateSummary, Scenario, generate, load, stream
    from simgen.dataset import Dataset
    from simgen.dataset.verify import VerifyReport, verify
    from simgen.errors import SimgenError
    from simgen.records.annotation import Sample
    from simgen.records.scene import Scene
    from simgen.report.forecast import forecast
    from simgen.report.weights import WeightReport, write_weights
    from simgen.reproduce import ReplayReport, replay

_HOMES = {
    "Dataset": "simgen.dataset",
    "GenerateSummary": "simgen.api",
    "ReplayReport": "simgen.reproduce",
    "Sample": "simgen.records.annotation",
    "Scenario": "simgen.api",
    "Scene": "simgen.records.scene",
    "SimgenError": "simgen.errors",
    "VerifyReport": "simgen.dataset.verify",
    "WeightReport": "simgen.report.weights",
    "forecast": "simgen.report.forecast",
    "generate": "simgen.api",
    "load": "simgen.api",
    "replay": "simgen.reproduce",
    "stream": "simgen.api",
    "verify": "simgen.dataset.verify",
    "write_weights": "simgen.report.weights",
}

__all__ = [
    "Dataset",
    "GenerateSummary",
    "ReplayReport",
    "Sample",
    "Scenario",
    "Scene",
    "SimgenError",
    "VerifyReport",
    "WeightReport",
    "__version__",
    "forecast",
    "generate",
    "load",
    "replay",
    "stream",
    "verify",
    "write_weights",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import simgen` and `simgen --help` start at once."""
    if name not in _HOMES:
        raise AttributeError(f"module 'simgen' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
