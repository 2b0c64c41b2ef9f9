"""A reading: what the real sensor would have put out. The clean frame stays beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A developed picture.

    Attributes:
        rgb: (h, w, 3) uint8, sRGB encoded.
        ev100: the exposure it was developed at.
        dropped: the sensor put out nothing; `rgb` is all zero then, and written nowhere.
    """

    rgb: NDArray[np.uint8]
    ev100: float
    dropped: bool = False
