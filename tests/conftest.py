"""Properties are tried on the same examples in every run: a run that passed passes again."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("same examples", derandomize=True)
settings.load_profile("same examples")
