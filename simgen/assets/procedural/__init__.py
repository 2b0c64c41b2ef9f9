"""Models made by code, so that scenes work without any pack."""

from __future__ import annotations

from simgen.assets.procedural.primitives import build, describe

__all__ = ["build", "describe"]
