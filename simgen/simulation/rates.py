"""Step and frame rates: one must divide the other, so that every frame falls on a step."""

from __future__ import annotations

from simgen.errors import UsageError


def steps_per_frame(step_rate_hz: int, frame_rate_hz: int) -> int:
    """Return how many physics steps lie between two frames; 0 when all frames are taken at one instant.

    Raises:
        UsageError: a rate is out of range, or the frame rate does not divide the step rate.
    """
    if step_rate_hz <= 0:
        raise UsageError(f"physics.step_rate: {step_rate_hz} Hz is not positive; the usual value is 240")
    if frame_rate_hz < 0:
        raise UsageError(
            f"capture.rate: {frame_rate_hz} Hz is negative; use 0 to take all frames at one instant"
        )
    if frame_rate_hz == 0:
        return 0
    if step_rate_hz % frame_rate_hz:
        raise UsageError(_indivisible(step_rate_hz, frame_rate_hz))
    return step_rate_hz // frame_rate_hz


def nearest_divisors(step_rate_hz: int, frame_rate_hz: int) -> tuple[int, ...]:
    """Return the largest divisor of the step rate below `frame_rate_hz` and the smallest above, where they exist."""
    divisors = [rate for rate in range(1, step_rate_hz + 1) if step_rate_hz % rate == 0]
    below = [rate for rate in divisors if rate < frame_rate_hz][-1:]
    above = [rate for rate in divisors if rate > frame_rate_hz][:1]
    return tuple(below + above)


def _indivisible(step_rate_hz: int, frame_rate_hz: int) -> str:
    frame_rates = " or ".join(str(rate) for rate in nearest_divisors(step_rate_hz, frame_rate_hz))
    multiple = step_rate_hz // frame_rate_hz
    step_rates = " or ".join(str(frame_rate_hz * m) for m in (multiple, multiple + 1) if m)
    return (
        f"capture.rate: {frame_rate_hz} Hz does not divide physics.step_rate {step_rate_hz} Hz; "
        f"set capture.rate to {frame_rates}, or physics.step_rate to {step_rates}"
    )
