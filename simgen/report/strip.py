"""A strip of pictures that tells what happened in a scene: before, at the trigger, while the event is active, after."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from simgen.report.colours import MUTED, PAGE, TEXT
from simgen.report.drawing import font
from simgen.report.marked import mark
from simgen.report.sheet import PAGE_WIDTH_PX, Picture, write_title
from simgen.report.story import Story

_MARGIN, _GAP, _CAPTION, _HEAD = 28, 10, 30, 34


def draw_strip(story: Story, pictures: Sequence[Picture]) -> Image.Image:
    """Return one row of pictures of one camera, `PAGE_WIDTH_PX` wide, with a line above that says what happened.

    Raises:
        ValueError: there are no pictures.
    """
    if not pictures:
        raise ValueError("draw_strip needs at least one picture")
    width = (PAGE_WIDTH_PX - 2 * _MARGIN - (len(pictures) - 1) * _GAP) // len(pictures)
    camera = pictures[0].labels.intrinsics
    height = round(width * camera.height / camera.width)
    row = Image.new("RGB", (PAGE_WIDTH_PX, _HEAD + height + _CAPTION), PAGE)
    draw = ImageDraw.Draw(row)
    sensor = f"{pictures[0].labels.sensor}   " if len(story.scene.cameras) > 1 else ""
    draw.text((_MARGIN, 6), sensor + headline(story), TEXT, font(18))
    for place, picture in enumerate(pictures):
        x = _MARGIN + place * (width + _GAP)
        row.paste(mark(picture, story, (width, height)), (x, _HEAD))
        draw.text((x, _HEAD + height + 5), caption(picture, story), MUTED, font(15))
    return row


def headline(story: Story) -> str:
    """Return what happened in a scene, in one line."""
    scene, found = story.scene, []
    for each in story.happened:
        active = "never active" if each.active_s is None else f"active from {each.active_s:.2f} s"
        over = "" if each.over_s is None else f" to {each.over_s:.2f} s"
        near = "" if each.min_distance_m is None else f", nearest {each.min_distance_m:.2f} m"
        hit = f", impact of {each.impulse_ns:.0f} N s" if each.contact else ""
        found.append(f"{each.label}: triggered at {each.triggered_s:.2f} s, {active}{over}{near}{hit}")
    told = {each.event for each in story.happened}
    for event in scene.events:
        if event.name not in told:
            found.append(f"{event.label}: {'armed, never triggered' if event.armed else 'not armed'}")
    return f"scene {scene.index}   " + "   ".join(found or ["no event"])


def caption(picture: Picture, story: Story) -> str:
    """Return when a picture was taken, and how that lies to the first event's trigger."""
    time_s = picture.labels.time_s
    text = f"t = {time_s:.2f} s"
    if not story.happened:
        return text
    first = story.happened[0]
    since_s = time_s - (first.triggered_s or 0.0)
    phase = first.phase_at(time_s)
    return f"{text}   ({since_s:+.2f} s)   {'before' if phase in (None, 'armed') else phase}"


def stack(title: str, subtitle: str, rows: Sequence[Image.Image]) -> Image.Image:
    """Return rows of `PAGE_WIDTH_PX` below each other on one page with a title."""
    head = 74
    page = Image.new("RGB", (PAGE_WIDTH_PX, head + sum(row.height + _GAP for row in rows)), PAGE)
    write_title(ImageDraw.Draw(page), title, subtitle)
    y = head
    for row in rows:
        page.paste(row, (0, y))
        y += row.height + _GAP
    return page
