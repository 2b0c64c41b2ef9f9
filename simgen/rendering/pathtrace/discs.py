"""Lamps themselves as cameras see them, as the raster renderer draws them: shining discs, in colour only.

Light paths begin at points of a lamp's disc and never meet it. What a camera sees of it is its intensity towards the
camera over its area; a lens and its edges send a little everywhere in front.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, pi

import numpy as np

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray, invert_rigid
from simgen.records.asset import Float32Array
from simgen.records.frame import View
from simgen.records.light import Fog
from simgen.rendering.beams import share_of
from simgen.rendering.fog import optical_depth_before
from simgen.rendering.lamps import Lights, PlacedSpot
from simgen.rendering.pathtrace.lamps import HOUSING_M

# All as in the raster renderer's `discs`.
_STRAY = 0.02
_SMALLEST_PX = 0.7  # radius: smaller discs are drawn so large, and as much darker
_LEAST_COSINE = 0.2  # flatter discs get no brighter
_SPLIT, _SPLIT_SPECK = 4, 8  # samples along each side of a pixel; of a small disc
_SPECK_PX = 8.0
_WIDER = 3.0  # how much larger than a pinhole's a disc may be through a lens
Window = tuple[int, int, int, int]  # left, top, right, bottom


@dataclass(frozen=True, slots=True, eq=False)
class Disc:
    """A lamp that may be seen.

    Attributes:
        center: (3,) camera frame.
        normal: (3,) unit, camera frame.
        radius_m: as it is drawn.
        rgb: (3,) luminance, cd/m².
        pixel_m: how wide a pixel is there.
    """

    center: FloatArray
    normal: FloatArray
    radius_m: float
    rgb: FloatArray
    pixel_m: float


def visible_discs(lights: Lights, view: View, fog: Fog | None) -> list[Disc]:
    """Return the lamps that shine towards a camera and lie before it."""
    discs = [_disc(spot, view, fog) for spot in lights.spots if spot.light.radius_m > 0]
    return [disc for disc in discs if disc is not None]


def painted_discs(discs: list[Disc], camera: Intrinsics, distance_m: Float32Array) -> Float32Array:
    """Return (h, w, 3) the light of discs that nothing hides.

    Args:
        distance_m: (h, w) along the rays through pixel centres to what hides them.
    """
    picture = np.zeros((camera.height, camera.width, 3), np.float32)
    for disc in discs:
        for left, top, right, bottom in _windows(disc, camera):
            window = (slice(top, bottom), slice(left, right))
            cover = _cover(disc, camera, (left, top, right, bottom), distance_m[window])
            picture[window] += cover[..., None] * disc.rgb.astype(np.float32)
    return picture


def _windows(disc: Disc, camera: Intrinsics) -> list[Window]:
    """Return the parts of the picture that a disc may be seen in: two where the seam of a panorama parts it."""
    place = camera.project(disc.center[None])[0]
    if not np.isfinite(place).all():
        return []
    reach = np.full(2, disc.radius_m / disc.pixel_m * (1.0 if camera.lens is None else _WIDER) + 1.0)
    shifts = [0.0]
    if camera.lens is not None and camera.lens.kind == "equirectangular":
        turn = 2 * pi * camera.fx
        off_pole = max(pi / 2 - abs(float(place[1] - camera.cy)) / camera.fy - reach[1] / camera.fy, 0.0)
        reach[0] = min(reach[0] / max(np.sin(off_pole), 1e-3), turn / 2)  # meridians come together
        shifts = [-turn, 0.0, turn]
    size = (camera.width, camera.height)
    found: list[Window] = []
    for shift in shifts:
        middle = place + np.array([shift, 0.0])
        left, top = np.maximum(np.floor(middle - reach), 0).astype(int)
        right, bottom = np.minimum(np.ceil(middle + reach) + 1, size).astype(int)
        if left < right and top < bottom:
            found.append((left, top, right, bottom))
    return found


def _disc(spot: PlacedSpot, view: View, fog: Fog | None) -> Disc | None:
    """Return a lamp as a camera sees it; None where it looks at its back, or is as near as its housing."""
    light, camera = spot.light, view.intrinsics
    T = invert_rigid(view.T_world_camera) @ spot.T_world_light
    is_bulb = light.outer_angle_rad > pi / 2
    center = T[:3, 3] + (0.0 if is_bulb else HOUSING_M) * T[:3, 0]
    depth = float(camera.depth_of(center[None])[0])
    back = -camera.way_to(center)[0]
    cosine = float(back @ T[:3, 0])
    if depth < max(camera.near_m, 2 * HOUSING_M) or (cosine <= 0 and not is_bulb):
        return None
    seen = 1.0 if is_bulb else max(cosine, _LEAST_COSINE)
    share = max(float(share_of(light, back @ T[:3, :3])), _STRAY)
    candela = np.asarray(light.color_rgb) * light.intensity_cd * share
    if fog is not None:
        candela = candela * exp(-optical_depth_before(fog, view, center))
    pixel_m = (1.0 if camera.is_orthographic else depth) / camera.fx
    drawn = max(light.radius_m, _SMALLEST_PX * pixel_m)
    return Disc(center, back if is_bulb else T[:3, 0], drawn, candela / (pi * drawn**2 * seen), pixel_m)


def _cover(disc: Disc, camera: Intrinsics, window: Window, distance_m: Float32Array) -> Float32Array:
    """Return which share of pixels (left, top, right, bottom) the disc covers, before what is at these distances."""
    left, top, right, bottom = window
    split = _SPLIT_SPECK if disc.radius_m < _SPECK_PX * disc.pixel_m else _SPLIT
    steps = (np.arange(split) + 0.5) / split - 0.5
    u, v = np.meshgrid(
        (np.arange(left, right)[:, None] + steps).ravel(), (np.arange(top, bottom)[:, None] + steps).ravel()
    )
    if camera.is_orthographic:
        starts = np.stack(
            [(u - camera.cx) / camera.fx, (v - camera.cy) / camera.fy, np.zeros_like(u)], axis=-1
        )
        along = np.broadcast_to(np.array([0.0, 0.0, 1.0]), starts.shape)
    else:
        starts = np.zeros(3)
        along = camera.directions(u.ravel(), v.ravel()).reshape(*u.shape, 3)
        along = along / np.linalg.norm(along, axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        ahead = ((disc.center - starts) @ disc.normal) / (along @ disc.normal)
        off = np.linalg.norm(starts + along * ahead[..., None] - disc.center, axis=-1)
    hidden = ahead > np.repeat(np.repeat(distance_m, split, axis=0), split, axis=1)
    inside = (off <= disc.radius_m) & (ahead > 0) & ~hidden
    shape = (bottom - top, split, right - left, split)
    return inside.reshape(shape).mean(axis=(1, 3), dtype=np.float32)
