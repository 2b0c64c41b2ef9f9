"""A road to test with."""

from __future__ import annotations

from typing import Any

from simgen.worlds.road import Road


def a_road(**changes: Any) -> Road:
    """Return a short road that bends and rises, with a little of everything along it."""
    fields: dict[str, Any] = {
        "length_m": 120.0, "bend_rad": 0.3, "slope": 0.03, "lane_width_m": 3.5, "edge_m": 0.5, "shoulder_m": 1.5,
        "verge_m": 4.0, "meadow_m": 60.0, "centre": "dashed", "trees": 0.3, "grass": 0.1, "posts": True,
        "guard_rail": "right", "sign": "deer", "wet": 0.0, "seed": 4,
    }  # fmt: skip
    return Road(**(fields | changes))
