"""Open Image Denoise: takes the grain out of a picture, guided by what its surfaces are.

The library is imported here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from simgen.errors import RenderError
from simgen.records.asset import Float32Array


class Denoiser:
    """A denoising device on the CPU; its result does not depend on the number of threads."""

    def __init__(self) -> None:
        try:
            import pyoidn
        except ImportError as error:
            raise RenderError(
                f"the path tracer denoises with Open Image Denoise, which is missing ({error}). Install it with:"
                " pip install 'simgen[pathtrace]', or render with denoise=False and more samples"
            ) from error
        self._oidn: Any = pyoidn
        self._device: Any = self._oidn.Device(self._oidn.OIDN_DEVICE_TYPE_CPU)
        self._device.commit()

    def __call__(
        self,
        color: Float32Array,
        albedo: Float32Array,
        normals: Float32Array,
        clean: bool = False,
        thorough: bool = True,
    ) -> Float32Array:
        """Return a picture without grain. What lies beyond all light, such as a sky above it, takes no time.

        Args:
            color: (h, w, 3) linear, any range.
            albedo: (h, w, 3) 0..1, with the same grain at edges as the picture unless it is clean.
            normals: (h, w, 3) -1..1.
            clean: whether these two have no grain, so that every edge in them is one.
            thorough: whether to take more than twice the time where they are clean, for a tenth less error.
        """
        result = np.zeros(color.shape, np.float32)
        lit = _lit_part(color)
        if lit is not None:
            result[lit] = self._filtered([image[lit] for image in (color, albedo, normals)], clean, thorough)
        return result

    def _filtered(self, guided: Sequence[Float32Array], clean: bool, thorough: bool) -> Float32Array:
        oidn = self._oidn
        images = [np.ascontiguousarray(image, np.float32) for image in guided]
        result = np.zeros_like(images[0])
        job: Any = oidn.Filter(self._device, oidn.OIDN_FILTER_TYPE_RT)
        places = (oidn.OIDN_IMAGE_COLOR, oidn.OIDN_IMAGE_ALBEDO, oidn.OIDN_IMAGE_NORMAL)
        for place, image in zip(places, images, strict=True):
            job.set_image(place, image, oidn.OIDN_FORMAT_FLOAT3)
        job.set_image(oidn.OIDN_IMAGE_OUTPUT, result, oidn.OIDN_FORMAT_FLOAT3)
        job.set_bool("hdr", True)
        job.set_bool("cleanAux", clean)
        job.set_quality(oidn.OIDN_QUALITY_HIGH if thorough else oidn.OIDN_QUALITY_BALANCED)
        job.commit()
        job.execute()
        return np.maximum(result, 0.0)


def _lit_part(color: Float32Array) -> tuple[slice, slice] | None:
    """Return the rows and columns outside of which a picture is black; None where all of it is."""
    lit = color != 0.0
    rows, columns = np.flatnonzero(lit.any(axis=(1, 2))), np.flatnonzero(lit.any(axis=(0, 2)))
    if not len(rows):
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
