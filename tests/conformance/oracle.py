"""Frames of the oracle, and which of their pixels can be compared at all."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from simgen.records.frame import Frame, Silhouette
from tests.conformance.scenes import SCENES
from tests.measures.edges import off_silhouette
from tests.views import cast

Mask = NDArray[np.bool_]


@cache
def oracle(name: str) -> Frame:
    return cast(SCENES[name]())


def comparable(ours: Frame, truth: Frame) -> Mask:
    """Surface pixels off the silhouettes on which both agree what is there."""
    return (
        off_silhouette(truth.instance_id) & (truth.instance_id > 0) & (ours.instance_id == truth.instance_id)
    )


def off_crease(truth: Frame, mask: Mask) -> Mask:
    """Those pixels of `mask` around which the true normal turns by less than 0.2: no edge of a box nearby."""
    normals = np.nan_to_num(truth.normals_camera)
    spread = np.max([np.ptp(_neighbours(normals[..., axis]), axis=0) for axis in range(3)], axis=0)
    return mask & (spread < 0.2)


def _neighbours(image: NDArray[np.float32]) -> NDArray[np.float32]:
    padded = np.pad(image, 1, mode="edge")
    h, w = image.shape
    return np.stack([padded[y : y + h, x : x + w] for y in range(3) for x in range(3)])


def whole_mask(silhouette: Silhouette, shape: tuple[int, int]) -> Mask:
    image = np.zeros(shape, bool)
    rows, columns = silhouette.mask.shape
    image[silhouette.y0 : silhouette.y0 + rows, silhouette.x0 : silhouette.x0 + columns] = silhouette.mask
    return image
