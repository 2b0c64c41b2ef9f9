"""A picture of an episode with what is going on drawn on it: who takes part, events and their phase, faults, time."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from simgen.records.annotation import Circumstances
from simgen.report.colours import MUTED, NOTHING, PAGE, TEXT, Rgb, ink_on, instance_colour, lighter
from simgen.report.drawing import SUPERSAMPLING, Overlay, font
from simgen.report.sheet import Picture
from simgen.report.story import PHASE_COLOURS, Story

_MOST_MARKED, _MOST_NAMED = 24, 4  # more names than this hide what they are about
_PLATE_PX = 13  # text on plates at a width of 640
_DROPPED = "no picture: dropped"


def mark(picture: Picture, story: Story, size: tuple[int, int]) -> Image.Image:
    """Return the picture at a size (width, height) with boxes around the cast and plates for events and faults."""
    intrinsics = picture.labels.intrinsics
    pixels = picture.rgb
    if pixels is None:
        pixels = np.full((intrinsics.height, intrinsics.width, 3), NOTHING, np.uint8)
    overlay = Overlay.over(pixels, size)
    text_px = max(13.0, _PLATE_PX * size[0] / 640)
    shown = [label for label in picture.labels.annotation.objects if story.points_at(label)]
    few = len(shown) <= _MOST_NAMED
    for label in sorted(shown, key=lambda label: -label.visible_px)[:_MOST_MARKED]:
        colour = lighter(instance_colour(label.instance_id))
        if label.bbox_modal_xyxy is not None:
            overlay.flat_box(label.bbox_modal_xyxy, colour, line_px=2 if few else 1)
            if few:
                name = label.category.replace("_", " ")
                overlay.tag(name, label.bbox_modal_xyxy, colour, text_px * SUPERSAMPLING)
    marked = overlay.finished()
    _write_plates(marked, _plates(picture.labels.circumstances), text_px)
    return marked


def time_line(picture: Picture, story: Story, width: int) -> Image.Image:
    """Return a strip of text and a bar below a picture: scene, sensor, time, and the phases of all events."""
    labels, height = picture.labels, 44
    band = Image.new("RGB", (width, height), PAGE)
    draw = ImageDraw.Draw(band)
    where = f"scene {labels.scene_index}   {labels.sensor}   frame {labels.frame_index}"
    draw.text((8, 5), where, MUTED, font(14))
    time = f"t = {labels.time_s:.2f} s"
    draw.text((width - 8 - draw.textlength(time, font(16)), 3), time, TEXT, font(16))
    begin_s, end_s = (float(story.trajectory.times_s[k]) for k in (0, -1))
    span_s = max(end_s - begin_s, 1e-9)
    top, low = 28, 38
    draw.rectangle((8, top, width - 8, low), NOTHING)
    for occurrence in story.happened:
        times = (occurrence.triggered_s, occurrence.active_s, occurrence.over_s)
        for phase, start_s, stop_s in _phases(*times, end_s):
            left, right = (8 + (t - begin_s) / span_s * (width - 16) for t in (start_s, stop_s))
            draw.rectangle((left, top, max(left + 1, right), low), PHASE_COLOURS[phase])
    x = 8 + (labels.time_s - begin_s) / span_s * (width - 16)
    draw.rectangle((x - 1, top - 4, x + 1, low + 4), TEXT)
    return band


def _phases(
    triggered_s: float | None, active_s: float | None, over_s: float | None, end_s: float
) -> list[tuple[str, float, float]]:
    """Return (phase, begin, end) of an event that was triggered."""
    found: list[tuple[str, float, float]] = []
    until_s = end_s if over_s is None else over_s
    if triggered_s is not None:
        found.append(("triggered", triggered_s, until_s if active_s is None else active_s))
    if active_s is not None:
        found.append(("active", active_s, until_s))
    return found


def _plates(around: Circumstances | None) -> list[tuple[str, Rgb]]:
    """Return what is said of a picture, each with its colour."""
    if around is None:
        return []
    plates = [
        (f"{each.label.replace('_', ' ')}: {each.phase}", PHASE_COLOURS[each.phase]) for each in around.events
    ]
    plates += [(f"{each.fault}: {each.kind}", (196, 140, 255)) for each in around.faults]
    return plates + ([(_DROPPED, (196, 140, 255))] if around.dropped else [])


def _write_plates(image: Image.Image, plates: list[tuple[str, Rgb]], text_px: float) -> None:
    """Write plates one below the other in the upper left corner."""
    draw, y, pad = ImageDraw.Draw(image, "RGBA"), 6.0, text_px * 0.4
    for text, colour in plates:
        width = draw.textlength(text, font(text_px)) + 2 * pad
        draw.rounded_rectangle((6, y, 6 + width, y + text_px + 2 * pad), 4, (*colour, 235))
        draw.text((6 + pad, y + pad * 0.7), text, ink_on(colour), font(text_px))
        y += text_px + 3 * pad
