"""The exact oracle: boxes, ellipsoids and cylinders cast ray by ray, and their outlines in closed form.

It is slow and draws no textures. Its worth is that every buffer follows from a formula, so that the other
back ends and the annotations can be held against it.
"""

from __future__ import annotations

from simgen.rendering.analytic.outline import (
    Ellipse,
    box_bounds,
    box_outline_area_px,
    pixel_box,
    project_ellipse,
    solid_bounds,
    sphere_outline,
)
from simgen.rendering.analytic.renderer import AnalyticRenderer
from simgen.rendering.analytic.solids import Solid

__all__ = [
    "AnalyticRenderer",
    "Ellipse",
    "Solid",
    "box_bounds",
    "box_outline_area_px",
    "pixel_box",
    "project_ellipse",
    "solid_bounds",
    "sphere_outline",
]
