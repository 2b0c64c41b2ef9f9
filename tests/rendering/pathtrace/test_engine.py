"""What is handed to Mitsuba."""

from __future__ import annotations

import numpy as np

from simgen.rendering.pathtrace.engine import readable_past_end


def test_four_numbers_can_be_read_at_the_last_position() -> None:
    positions_m = np.arange(12, dtype=np.float32).reshape(4, 3)
    handed = readable_past_end(positions_m)
    np.testing.assert_array_equal(handed, np.arange(12))
    assert handed.flags.c_contiguous
    owner = handed.base
    assert isinstance(owner, np.ndarray)
    room = owner.ctypes.data + owner.nbytes - (handed.ctypes.data + handed.nbytes)
    assert room >= handed.itemsize
