"""The camera: exposes a frame's linear light, applies its tone curve and quantises to 8-bit sRGB. No noise yet.

Light arrives as 16-bit floats, so there are only 65,536 different values: a picture is developed by one lookup.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from simgen.records.frame import Frame
from simgen.records.reading import Reading
from simgen.records.scene import CameraSensor
from simgen.sensors.exposure import meter, saturation_luminance
from simgen.sensors.tone import code_thresholds

_INFINITY_BITS = 0x7C00
_POSITIVE = np.arange(_INFINITY_BITS, dtype=np.uint16).view(np.float16).astype(np.float64)  # 0 ... 65504
_THRESHOLDS = code_thresholds()


def develop(frame: Frame, camera: CameraSensor) -> Reading:
    """Return the picture of a frame, at the camera's own exposure or metered.

    Light must be finite and not negative; renderers refuse such frames before they come here.
    """
    ev100 = meter(frame.radiance) if camera.exposure_ev100 is None else camera.exposure_ev100
    bits = np.ascontiguousarray(frame.radiance).view(np.uint16)
    return Reading(np.asarray(cv2.LUT(bits, _codes(ev100)), np.uint8), ev100)


def _codes(ev100: float) -> NDArray[np.uint8]:
    """Return the 8-bit code of every 16-bit float by its bits; infinity is white, negative values are black.

    Positive floats are ordered like their bits, so 255 thresholds cut the table into 256 runs.
    """
    first = np.searchsorted(_POSITIVE, _THRESHOLDS * saturation_luminance(ev100), side="left")
    runs = np.diff(first, prepend=0, append=_INFINITY_BITS)
    table = np.zeros(1 << 16, np.uint8)
    table[:_INFINITY_BITS] = np.repeat(np.arange(256, dtype=np.uint8), runs)
    table[_INFINITY_BITS] = 255
    return table
