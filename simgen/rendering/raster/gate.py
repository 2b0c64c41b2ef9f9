"""The mark that proves a read-back to be of this frame; `rendering.gate` holds what every back end checks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simgen.errors import RenderError


def nonce_of(count: int) -> float:
    """Return a value that differs from one frame to the next and survives 8-bit and half-float buffers."""
    return (1 + count % 250) / 256


def check_nonce(place: str, buffer: str, found: NDArray[np.generic], nonce: float) -> None:
    """Raise RenderError unless the mark drawn for this frame came back with the buffer."""
    values = np.asarray(found, dtype=float)
    if not np.array_equal(values, np.full_like(values, nonce)):
        raise RenderError(
            f"{place}: stale {buffer}: the buffer carries the mark {values.tolist()}, this frame's is {nonce}."
            " The driver returned another frame; try LIBGL_ALWAYS_SOFTWARE=1"
        )
