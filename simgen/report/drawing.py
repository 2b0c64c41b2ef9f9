"""Labels drawn over a picture: flat boxes, solid boxes, axes and name tags, at twice the size for smooth lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from simgen.camera import Intrinsics
from simgen.geometry import FloatArray, apply, box_corners
from simgen.records.annotation import BoxXyxy, ObjectLabel
from simgen.report.colours import AXES, Rgb, ink_on, instance_colour, lighter

SUPERSAMPLING = 2  # lines are drawn so many times as large, for smooth edges
Span = tuple[float, float, float, float]

_BENT = 16  # pieces of an edge as a lens shows it
_EDGES = tuple((a, b) for a in range(8) for b in range(a + 1, 8) if bin(a ^ b).count("1") == 1)
_TAG_PAD = 4  # pixels around the text of a tag


@lru_cache(maxsize=16)
def font(size_px: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return the font that comes with Pillow, so that pictures look alike everywhere."""
    return ImageFont.load_default(size_px)


def resized(pixels: NDArray[np.uint8], size: tuple[int, int]) -> Image.Image:
    """Return (h, w, 3) pixels as a picture of a size (width, height): averaged where it shrinks, smooth where it grows.

    OpenCV's filters take a tenth to a third of the time of Pillow's Lanczos.
    """
    method = cv2.INTER_AREA if size[0] <= pixels.shape[1] else cv2.INTER_CUBIC
    return Image.fromarray(cv2.resize(np.ascontiguousarray(pixels), size, interpolation=method))


@dataclass(slots=True)
class Overlay:
    """A picture being drawn on, with the factor from image pixels to its own.

    Attributes:
        draw: a brush that blends what is not opaque.
    """

    image: Image.Image
    scale: float
    draw: ImageDraw.ImageDraw = field(init=False)
    _tags: list[Span] = field(default_factory=list[Span])

    def __post_init__(self) -> None:
        self.draw = ImageDraw.Draw(self.image, "RGBA")

    @staticmethod
    def over(pixels: NDArray[np.uint8], size: tuple[int, int]) -> Overlay:
        """Return an overlay of (h, w, 3) pixels, to be `finished` at a size (width, height)."""
        large = (size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING)
        return Overlay(resized(pixels, large), large[0] / pixels.shape[1])

    def finished(self) -> Image.Image:
        """Return the picture at its own size, its lines smooth."""
        return self.image.reduce(SUPERSAMPLING)

    def flat_box(self, box: BoxXyxy, colour: Rgb, line_px: int = 1) -> None:
        """Draw the outline of a half-open pixel box, inside the picture."""
        x0, y0, x1, y1 = (edge * self.scale for edge in box)
        width = line_px * SUPERSAMPLING
        self.draw.rectangle((x0, y0, max(x0 + width, x1 - 1), max(y0 + width, y1 - 1)), None, colour, width)

    def solid_box(self, label: ObjectLabel, intrinsics: Intrinsics, colour: Rgb) -> None:
        """Draw the 3D box's edges, the three that meet behind it faintly; nothing if it reaches the camera."""
        corners = apply(label.T_camera_object, box_corners(label.size_m))
        if intrinsics.depth_of(corners).min() <= intrinsics.near_m:
            return
        hidden = int(np.argmax(np.linalg.norm(corners, axis=1)))
        for edge, points in zip(_EDGES, self._straight(corners, intrinsics), strict=True):
            ink = (*colour, 70 if hidden in edge else 235)
            for start, end in pairwise(points):
                # What is not a number the lens does not show; in a picture of all directions an edge may go round it.
                if len(points) == 2 or abs(start[0] - end[0]) < self.image.width / 2:
                    self.draw.line((*start, *end), ink, SUPERSAMPLING)

    def axes(self, label: ObjectLabel, intrinsics: Intrinsics) -> None:
        """Draw the object's x, y and z axes in red, green and blue from its origin."""
        length = 0.35 * float(np.median(label.size_m))
        tips = np.vstack([np.zeros(3), length * np.eye(3)])
        points = apply(label.T_camera_object, tips)
        if intrinsics.depth_of(points).min() <= intrinsics.near_m:
            return
        origin, *ends = self._points(points, intrinsics)
        if not np.isfinite([origin, *ends]).all():
            return
        order = np.argsort(-points[1:, 2])  # farthest first
        for axis in order:
            if abs(ends[axis][0] - origin[0]) < self.image.width / 2:  # else it goes round, as in `solid_box`
                self.draw.line((*origin, *ends[axis]), AXES[axis], 2 * SUPERSAMPLING)

    def tag(self, text: str, box: BoxXyxy, colour: Rgb, size_px: float) -> bool:
        """Write a name on a small plate at a box where no other plate lies; say whether there was room."""
        left, top, right, bottom = self.draw.textbbox((0, 0), text, font(size_px))
        width, height = right - left + 2 * _TAG_PAD, bottom - top + 2 * _TAG_PAD
        for x, y in self._places(box, width, height):
            plate = (x, y, x + width, y + height)
            if self._is_free(plate):
                self._tags.append(plate)
                self.draw.rounded_rectangle(plate, 2 * SUPERSAMPLING, (*colour, 225))
                self.draw.text((x + _TAG_PAD - left, y + _TAG_PAD - top), text, ink_on(colour), font(size_px))
                return True
        return False

    def _places(self, box: BoxXyxy, width: float, height: float) -> list[tuple[float, float]]:
        """Candidate corners of a plate: above, centred, below, pushed back into the picture."""
        x0, y0, x1, y1 = (edge * self.scale for edge in box)
        middle = (x0 + x1 - width) / 2
        places = [(middle, y0 - height), (x0, y0 - height), (middle, y1), (middle, (y0 + y1 - height) / 2)]
        right, low = self.image.width - width - 1, self.image.height - height - 1
        return [(min(max(x, 1), right), min(max(y, 1), low)) for x, y in places]

    def _is_free(self, plate: Span) -> bool:
        x0, y0, x1, y1 = plate
        return all(x1 < a or c < x0 or y1 < b or d < y0 for a, b, c, d in self._tags)

    def _straight(self, corners: FloatArray, intrinsics: Intrinsics) -> list[list[tuple[float, float]]]:
        """Return points along each of a box's edges: its ends, and what lies between them where a lens may bend it."""
        pieces = 1 if intrinsics.lens is None else _BENT
        along = np.linspace(0.0, 1.0, pieces + 1)[:, None]
        starts, ends = (corners[[edge[k] for edge in _EDGES], None] for k in (0, 1))
        points = self._points((starts + (ends - starts) * along).reshape(-1, 3), intrinsics)
        return [points[k : k + pieces + 1] for k in range(0, len(points), pieces + 1)]

    def _points(self, p_camera: FloatArray, intrinsics: Intrinsics) -> list[tuple[float, float]]:
        pixels = (intrinsics.project(p_camera) + 0.5) * self.scale
        return [(float(u), float(v)) for u, v in pixels]


def draw_flat_labels(overlay: Overlay, objects: list[ObjectLabel]) -> None:
    """Draw the visible box of every object."""
    for label in objects:
        if label.bbox_modal_xyxy is not None:
            overlay.flat_box(label.bbox_modal_xyxy, lighter(instance_colour(label.instance_id)))


def draw_solid_labels(
    overlay: Overlay, objects: list[ObjectLabel], intrinsics: Intrinsics, tag_size_px: float
) -> None:
    """Draw 3D boxes and axes, far ones first, then names in the order given, while there is room."""
    for label in sorted(objects, key=lambda label: -float(label.T_camera_object[2, 3])):
        overlay.solid_box(label, intrinsics, instance_colour(label.instance_id))
        overlay.axes(label, intrinsics)
    for label in objects:
        if label.bbox_modal_xyxy is not None:
            name = label.category.replace("_", " ")
            overlay.tag(name, label.bbox_modal_xyxy, instance_colour(label.instance_id), tag_size_px)
