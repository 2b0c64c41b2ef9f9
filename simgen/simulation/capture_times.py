"""When frames are taken: the grid of possible frames, and which of them are taken once the events are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import floor

import numpy as np

from simgen.geometry import FloatArray
from simgen.records.scene import Scene
from simgen.simulation.rates import steps_per_frame

_EDGE_S = 1e-9  # a frame on the edge of a window lies inside


class CaptureTimes:
    """The capture times of one scene.

    Attributes:
        stride: physics steps between two grid frames; 0: all are taken at one instant.
        count: grid frames.
    """

    def __init__(self, scene: Scene) -> None:
        capture, rate = scene.capture, scene.physics.step_rate_hz
        self._dense = capture.dense
        self._phase = capture.phase
        grid_hz = capture.frame_rate_hz if capture.dense is None else capture.dense.frame_rate_hz
        self.stride = steps_per_frame(rate, grid_hz)
        self._ratio = 1 if capture.dense is None else grid_hz // capture.frame_rate_hz
        if capture.duration_s > 0.0:
            self.count = floor(capture.duration_s * grid_hz + _EDGE_S) + 1
        else:
            self.count = capture.frame_count

    def taken(
        self, times_s: Sequence[float], triggered_s: Iterable[tuple[str, float]]
    ) -> tuple[list[int], FloatArray | None]:
        """Return the grid frames that are taken, and the probability with which each is, given the motion.

        Args:
            times_s: of all grid frames.
            triggered_s: (event, time) of all triggers.
        """
        if self._dense is None:
            return list(range(len(times_s))), None
        dense = self._dense
        starts = [time for event, time in triggered_s if event == dense.event]

        def inside(time_s: float) -> bool:
            return any(
                start - dense.before_s - _EDGE_S <= time_s <= start + dense.after_s + _EDGE_S
                for start in starts
            )

        taken = [j for j, time in enumerate(times_s) if j % self._ratio == self._phase or inside(time)]
        inclusion = [1.0 if inside(times_s[j]) else 1.0 / self._ratio for j in taken]
        return taken, np.array(inclusion)
