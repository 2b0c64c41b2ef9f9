"""Scenario + seed -> one concrete scene; counts and explains what was refused."""

from __future__ import annotations

from simgen.sampling.chances import Chances, draw_chances
from simgen.sampling.sampler import Draw, sample

__all__ = ["Chances", "Draw", "draw_chances", "sample"]
