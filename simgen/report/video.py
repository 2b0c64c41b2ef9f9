"""A film of an episode as it passes, with boxes, events, their phases and the time drawn on it.

MPEG-4 Part 2 in an `.mp4`, by the encoder inside OpenCV (FFmpeg's own, LGPL; no GPL codec is used): 1 ms a picture of
640x480, plays in every common player, and the same pictures give the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from simgen.errors import SimgenError, UsageError
from simgen.report.colours import PAGE
from simgen.report.marked import mark, time_line
from simgen.report.sheet import Picture
from simgen.report.story import Story

SUFFIX = ".mp4"
_CODEC = "mp4v"
_WIDTH_PX = 960  # of one camera's picture at most, and of two beside each other at least


def check_video_name(path: Path) -> None:
    """Check that a film can have this name; ask before the work is done, not after.

    Raises:
        UsageError: the ending is not `.mp4`, or a folder has the name.
    """
    if path.suffix.lower() != SUFFIX:
        raise UsageError(f"{path}: a film's name ends in {SUFFIX}; for example {path.stem or 'it'}{SUFFIX}")
    if path.is_dir():
        raise UsageError(f"{path} is a folder; give the film's own name, for example {path / 'film.mp4'}")


def write_video(pictures: Iterable[Picture], story: Story, path: Path) -> int:
    """Write a film of a scene's pictures, all cameras of one instant beside each other; replaced where it exists.

    Args:
        pictures: in order of frames; each is let go of once it is drawn.
        story: of the scene that they show.

    Returns:
        The number of pictures in the film; a frame stands still until the next one's time has come.

    Raises:
        UsageError: see `check_video_name`.
        SimgenError: there is no picture, or it cannot be written.
    """
    check_video_name(path)
    part = path.with_name(f".{path.stem}.{os.getpid()}.part{SUFFIX}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            count = _encode(_film(pictures, story), story.rate_hz, part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise SimgenError(f"cannot write {path}: {error.strerror or error}; give another place") from error
    return count


def _encode(film: Iterator[NDArray[np.uint8]], rate_hz: float, part: Path) -> int:
    writer: cv2.VideoWriter | None = None
    count = 0
    try:
        for pixels in film:
            if writer is None:
                size = (pixels.shape[1], pixels.shape[0])
                writer = cv2.VideoWriter(str(part), cv2.VideoWriter.fourcc(*_CODEC), rate_hz, size)
                if not writer.isOpened():
                    raise SimgenError(
                        f"cannot write a film of {size[0]}x{size[1]} to {part.parent}; give another place"
                    )
            writer.write(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
            count += 1
    finally:
        if writer is not None:
            writer.release()
    if not count:
        raise SimgenError("there is no picture to make a film of")
    return count


def _film(pictures: Iterable[Picture], story: Story) -> Iterator[NDArray[np.uint8]]:
    """Yield the pictures of a film, (h, w, 3) sRGB with even sides, as encoders want them."""
    for frame_index, together in groupby(pictures, key=lambda each: each.labels.frame_index):
        pixels = np.asarray(_instant(list(together), story))
        for _ in range(story.repeats(frame_index)):
            yield pixels


def _instant(pictures: list[Picture], story: Story) -> Image.Image:
    width = _even(_WIDTH_PX if len(pictures) == 1 else max(320, 2 * _WIDTH_PX // len(pictures)))
    panels = [mark(each, story, (width, _height(each, width))) for each in pictures]
    band = time_line(pictures[0], story, width * len(panels))
    tallest = max(panel.height for panel in panels)
    page = Image.new("RGB", (width * len(panels), tallest + _even(band.height)), PAGE)
    for place, panel in enumerate(panels):
        page.paste(panel, (place * width, 0))
    page.paste(band, (0, tallest))
    return page


def _height(picture: Picture, width: int) -> int:
    camera = picture.labels.intrinsics
    return _even(width * camera.height / camera.width)


def _even(length_px: float) -> int:
    return 2 * round(length_px / 2)
