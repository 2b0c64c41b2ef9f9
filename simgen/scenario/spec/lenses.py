"""Lenses of cameras that are no pinholes; `simgen.lens` has their formulas."""

from __future__ import annotations

from simgen.scenario.spec.base import Model
from simgen.scenario.values import Plain, PositiveLength, WideAngle


class BrownConrady(Model):
    """A lens that bends straight lines (OpenCV's `projectPoints`); the camera's `fov` is that without bending."""

    k1: Plain = 0.0
    k2: Plain = 0.0
    k3: Plain = 0.0
    p1: Plain = 0.0
    p2: Plain = 0.0


class Fisheye(Model):
    """A wide lens after Kannala and Brandt (OpenCV's `fisheye`), which may see behind itself."""

    fov: WideAngle = 3.141592653589793  # across the picture's width
    widest: WideAngle = 6.283185307179586  # across the circle beyond which all is black
    k1: Plain = 0.0
    k2: Plain = 0.0
    k3: Plain = 0.0
    k4: Plain = 0.0


class Equirectangular(Model):
    """A picture of all directions: longitude across, latitude down."""

    fov: WideAngle = 6.283185307179586  # across the picture's width


class Orthographic(Model):
    """Parallel rays."""

    span: PositiveLength  # across the picture's width


class LensSpec(Model):
    """Exactly one lens; both renderers draw all of them."""

    brown_conrady: BrownConrady | None = None
    fisheye: Fisheye | None = None
    equirectangular: Equirectangular | None = None
    orthographic: Orthographic | None = None
