"""Lays labelled pictures out on one page: a row per picture, a column per kind of label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from simgen.dataset.labels import FrameLabels
from simgen.records.annotation import ObjectLabel
from simgen.report.colours import (
    MUTED,
    NOTHING,
    PAGE,
    TEXT,
    depth_ramp,
    depth_range_m,
    paint_depth,
    paint_instances,
)
from simgen.report.drawing import SUPERSAMPLING, Overlay, draw_flat_labels, draw_solid_labels, font, resized

PAGE_WIDTH_PX = 2000  # of contact sheets and strips
_MARGIN, _GAP, _HEADER, _CAPTION = 28, 12, 104, 30
_MOST_SOLID, _MOST_FLAT = 16, 32  # more boxes than this hide what they are about
_CARRIER = 2.5  # times the usual longest side of the objects in a picture
_LEAST_VISIBLE = 0.25  # objects hidden more than this get no box: it would lie over what hides them


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One row of a sheet; buffers that are not at hand are None.

    Attributes:
        rgb: (h, w, 3) sRGB.
        depth_m: (h, w) NaN where nothing was hit.
        instance_id: (h, w) 0 = background.
    """

    labels: FrameLabels
    rgb: NDArray[np.uint8] | None
    depth_m: NDArray[np.float32] | None
    instance_id: NDArray[np.uint16] | None

    @property
    def things(self) -> list[ObjectLabel]:
        """Countable objects, visible enough to be pointed at, the largest first, without what they lie on or in."""
        seen = [o for o in self.labels.annotation.objects if o.is_thing and o.visible_px > 0]
        carriers = _carriers(seen)
        clear = [o for o in seen if o.visible_fraction >= _LEAST_VISIBLE and o.instance_id not in carriers]
        return sorted(clear, key=lambda label: (-label.visible_px, label.instance_id))

    @property
    def thing_ids(self) -> frozenset[int]:
        """Ids of all countable objects but those that carry the others."""
        objects = [o for o in self.labels.annotation.objects if o.is_thing]
        return frozenset(o.instance_id for o in objects) - _carriers(objects)

    @property
    def caption(self) -> str:
        """Which picture it is."""
        labels = self.labels
        count = sum(o.is_thing and o.visible_px > 0 for o in labels.annotation.objects)
        seen = f"{count} object{'' if count == 1 else 's'} in view"
        place = f"scene {labels.scene_index}   {labels.sensor}   frame {labels.frame_index}"
        return f"{place}   t = {labels.time_s:.2f} s   EV {labels.ev100:.1f}   {seen}"


def lay_out(title: str, subtitle: str, pictures: Sequence[Picture]) -> Image.Image:
    """Return the page, `PAGE_WIDTH_PX` wide, with the columns that the pictures have buffers for."""
    has_depth = any(picture.depth_m is not None for picture in pictures)
    columns = columns_of(has_depth, any(picture.instance_id is not None for picture in pictures))
    return lay_rows(title, subtitle, columns, [draw_row(picture, columns) for picture in pictures])


def columns_of(has_depth: bool, has_ids: bool) -> list[str]:
    """Return the names of a page's columns."""
    return ["Colour", "3D boxes and poses"] + ["Depth"] * has_depth + ["Instances and 2D boxes"] * has_ids


def draw_row(picture: Picture, columns: Sequence[str]) -> Image.Image:
    """Return a picture's row of a page: what it is, and below that a panel for each column."""
    width, intrinsics = _panel_width(columns), picture.labels.intrinsics
    height = round(width * intrinsics.height / intrinsics.width)
    row = Image.new("RGB", (PAGE_WIDTH_PX, _CAPTION + height), PAGE)
    ImageDraw.Draw(row).text((_MARGIN, 6), picture.caption, MUTED, font(16))
    for place, name in enumerate(columns):
        panel = _PANELS[name](picture, (width, height))
        row.paste(panel, (_MARGIN + place * (width + _GAP), _CAPTION))
    return row


def lay_rows(title: str, subtitle: str, columns: Sequence[str], rows: Sequence[Image.Image]) -> Image.Image:
    """Return the page of rows that are drawn."""
    height = _HEADER + sum(row.height + _GAP for row in rows) + _MARGIN - _GAP
    page = Image.new("RGB", (PAGE_WIDTH_PX, height), PAGE)
    _write_header(page, title, subtitle, columns)
    y = _HEADER
    for row in rows:
        page.paste(row, (0, y))
        y += row.height + _GAP
    return page


def _carriers(objects: Sequence[ObjectLabel]) -> frozenset[int]:
    """Return the ids of tables, bins and racks: objects far larger than most, with most others before or in them.

    Their boxes would lie over all that matters, so they are left plain.
    """
    if len(objects) < 3:
        return frozenset()
    usual_m = float(np.median([max(o.size_m) for o in objects]))
    centres = np.array(
        [[(o.bbox_amodal_xyxy[k] + o.bbox_amodal_xyxy[k + 2]) / 2 for k in (0, 1)] for o in objects]
    )
    found: list[int] = []
    for label in objects:
        x0, y0, x1, y1 = label.bbox_amodal_xyxy
        inside = (centres >= (x0, y0)).all(axis=1) & (centres <= (x1, y1)).all(axis=1)
        if max(label.size_m) > _CARRIER * usual_m and inside.mean() > 0.5:
            found.append(label.instance_id)
    return frozenset(found)


def _panel_width(columns: Sequence[str]) -> int:
    return (PAGE_WIDTH_PX - 2 * _MARGIN - (len(columns) - 1) * _GAP) // len(columns)


def write_title(draw: ImageDraw.ImageDraw, title: str, subtitle: str) -> None:
    """Write the top line of a page; a subtitle alone begins where a title would."""
    draw.text((_MARGIN, 18), title, TEXT, font(32))
    start = _MARGIN + draw.textlength(title, font(32)) + 24 if title else _MARGIN
    draw.text((start, 33), subtitle, MUTED, font(17))


def _write_header(page: Image.Image, title: str, subtitle: str, columns: Sequence[str]) -> None:
    draw = ImageDraw.Draw(page)
    write_title(draw, title, subtitle)
    for place, name in enumerate(columns):
        draw.text((_MARGIN + place * (_panel_width(columns) + _GAP), 74), name, TEXT, font(19))


def _colour_panel(picture: Picture, size: tuple[int, int]) -> Image.Image:
    return resized(_colour(picture), size)


def _solid_panel(picture: Picture, size: tuple[int, int]) -> Image.Image:
    dimmed = (_colour(picture) * 0.66).astype(np.uint8)
    overlay = Overlay.over(dimmed, size)
    shown = picture.things[:_MOST_SOLID]
    draw_solid_labels(overlay, shown, picture.labels.intrinsics, 13 * SUPERSAMPLING)
    return overlay.finished()


def _depth_panel(picture: Picture, size: tuple[int, int]) -> Image.Image:
    if picture.depth_m is None:
        return Image.new("RGB", size, NOTHING)
    ids = picture.instance_id
    things = (
        np.isin(ids, list(picture.thing_ids)) if ids is not None else np.ones(picture.depth_m.shape, np.bool_)
    )
    near_m, far_m = depth_range_m(picture.depth_m, things)
    panel = resized(paint_depth(picture.depth_m, near_m, far_m), size)
    _write_depth_legend(panel, near_m, far_m)
    return panel


def _instance_panel(picture: Picture, size: tuple[int, int]) -> Image.Image:
    if picture.instance_id is None:
        return Image.new("RGB", size, NOTHING)
    everything = frozenset(o.instance_id for o in picture.labels.annotation.objects if o.is_thing)
    carriers = everything - picture.thing_ids
    painted = paint_instances(picture.instance_id, picture.thing_ids, carriers, picture.rgb)
    overlay = Overlay.over(painted, size)
    draw_flat_labels(overlay, picture.things[:_MOST_FLAT])
    return overlay.finished()


_PANELS = {
    "Colour": _colour_panel,
    "3D boxes and poses": _solid_panel,
    "Depth": _depth_panel,
    "Instances and 2D boxes": _instance_panel,
}


def _colour(picture: Picture) -> NDArray[np.uint8]:
    if picture.rgb is not None:
        return picture.rgb
    size = (picture.labels.intrinsics.height, picture.labels.intrinsics.width, 3)
    return np.full(size, NOTHING, np.uint8)


def _write_depth_legend(panel: Image.Image, near_m: float, far_m: float) -> None:
    """Draw the ramp with both its ends on a plate in the lower right corner."""
    draw = ImageDraw.Draw(panel, "RGBA")
    near, far = f"{near_m:.2f}", f"{far_m:.2f} m"
    near_width, far_width = draw.textlength(near, font(14)), draw.textlength(far, font(14))
    bar_width, height, pad = 96, 26, 8
    width = round(near_width + far_width + bar_width + 4 * pad)
    x, y = panel.width - width - 8, panel.height - height - 8
    draw.rounded_rectangle((x, y, x + width, y + height), 5, (*PAGE, 215))
    ramp = Image.fromarray(depth_ramp()[None]).resize((bar_width, 10))
    panel.paste(ramp, (round(x + 2 * pad + near_width), y + 8))
    draw.text((x + pad, y + 4), near, TEXT, font(14))
    draw.text((x + width - pad - far_width, y + 4), far, TEXT, font(14))
