"""Scenario + seed -> one concrete scene; counts and explains what was refused."""

from __future__ import annotations

from simgen.sampling.sampler import Draw, sample
from simgen.sampling.supported import require_supported

__all__ = ["Draw", "require_supported", "sample"]
