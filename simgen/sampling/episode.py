"""When frames are taken, and how long a scene lasts."""

from __future__ import annotations

from math import floor

from simgen.errors import Problem, ScenarioError
from simgen.records.scene import Capture, DenseCapture
from simgen.sampling.draws import Draws
from simgen.scenario import spec
from simgen.scenario.values import MAX_FRAMES

_SLACK = 1e-9  # of a frame: a duration written in decimals reaches the frame at its end


def duration_of(draws: Draws, capture: spec.CaptureSpec) -> float:
    """Return the length of the episode in seconds; without `duration`, as long as its frames take."""
    if capture.duration is not None:
        return draws.number(capture.duration, "capture.duration")
    frames, rate = draws.count(capture.frames, "capture.frames"), draws.count(capture.rate, "capture.rate")
    return (frames - 1) / rate if rate else 0.0


def draw_capture(draws: Draws, capture: spec.CaptureSpec) -> Capture:
    """Return when frames are taken.

    Raises:
        ScenarioError: the drawn rates do not fit each other, or there would be too many frames.
    """
    rate = draws.count(capture.rate, "capture.rate")
    if capture.duration is None:
        return Capture(capture.when, draws.count(capture.frames, "capture.frames"), rate)
    duration = draws.number(capture.duration, "capture.duration")
    if capture.dense is None:
        return Capture(capture.when, _frames(duration, rate), rate, duration)
    dense = _dense(draws, capture.dense)
    if rate == 0 or dense.frame_rate_hz % rate:
        message = f"{dense.frame_rate_hz} is no multiple of capture.rate ({rate})"
        raise ScenarioError([Problem("capture.dense.rate", message)])
    phase = int(draws.rng("capture.phase").integers(dense.frame_rate_hz // rate))
    count = _frames(duration, dense.frame_rate_hz)
    return Capture(capture.when, count, rate, duration, dense, phase)


def _dense(draws: Draws, dense: spec.DenseSpec) -> DenseCapture:
    return DenseCapture(
        event=dense.event,
        before_s=draws.number(dense.before, "capture.dense.before"),
        after_s=draws.number(dense.after, "capture.dense.after"),
        frame_rate_hz=draws.count(dense.rate, "capture.dense.rate"),
    )


def _frames(duration_s: float, rate_hz: int) -> int:
    """Return how many frames of the grid j / rate lie in 0..duration, both ends included."""
    frames = floor(duration_s * rate_hz + _SLACK) + 1
    if frames > MAX_FRAMES:
        message = f"{duration_s:g} s at {rate_hz} Hz are {frames} frames; at most {MAX_FRAMES} are allowed"
        raise ScenarioError([Problem("capture.duration", message)])
    return frames
