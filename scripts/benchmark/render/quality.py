"""How far pictures are from each other, and ids and depth from ids and depth: by formula, on arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from simgen.colour import LUMINANCE_RGB, srgb_from_linear
from simgen.sensors.exposure import METERED_LEVEL
from simgen.sensors.tone import tone_curve
from tests.measures.edges import off_silhouette

FloatImage = NDArray[np.float64]
_SEEN_PX = 9


def relative_mse(picture: Any, reference: Any) -> float:
    """Return the mean of (a - b)² / (b² + 0.01 b̄²) over pixels and channels.

    As in Rousselle et al., "Adaptive sampling and reconstruction using greedy error minimization" (2011), with the
    constant tied to the picture's mean b̄ so that units do not matter. The tenth of a percent of pixels that are
    furthest off is left out, as is usual: a single bright speck would decide the number.
    """
    a, b = np.asarray(picture, dtype=float), np.asarray(reference, dtype=float)
    error = ((a - b) ** 2 / (b**2 + 0.01 * b.mean() ** 2)).mean(axis=-1)
    kept = np.sort(error.ravel())[: max(1, round(error.size * 0.999))]
    return float(kept.mean())


def structural_similarity(picture: FloatImage, reference: FloatImage) -> float:
    """Return the mean SSIM of two grey pictures 0..1: Gaussian window, sigma 1.5 px.

    Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural similarity", IEEE
    TIP 13 (2004), with its constants (0.01)² and (0.03)².
    """
    c1, c2 = 0.01**2, 0.03**2
    mean_a, mean_b = _blurred(picture), _blurred(reference)
    var_a = _blurred(picture**2) - mean_a**2
    var_b = _blurred(reference**2) - mean_b**2
    covariance = _blurred(picture * reference) - mean_a * mean_b
    above = (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
    return float((above / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2))).mean())


def _blurred(image: FloatImage) -> FloatImage:
    return ndimage.gaussian_filter(image, 1.5, mode="reflect", truncate=3.5)


def metered_scale(radiance: Any) -> float:
    """Return the factor that brings a picture's mean luminance to where a meter puts it."""
    mean = float(np.mean(np.asarray(radiance, dtype=float) @ LUMINANCE_RGB))
    return METERED_LEVEL / mean if mean > 0 else 1.0


def displayed(radiance: Any, scale: float) -> FloatImage:
    """Return linear light as a display shows it, sRGB 0..1, by the cameras' tone curve."""
    return srgb_from_linear(tone_curve(np.maximum(np.asarray(radiance, dtype=float) * scale, 0.0)))


def picture_errors(picture: Any, reference: Any) -> dict[str, float]:
    """Return relMSE of the light, and SSIM of both as displayed at the reference's exposure, in grey."""
    scale = metered_scale(reference)
    greys = [displayed(each, scale) @ LUMINANCE_RGB for each in (picture, reference)]
    return {"relMSE": relative_mse(picture, reference), "SSIM": structural_similarity(greys[0], greys[1])}


def label_agreement(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Say whether two renderers show the same scene, off our silhouettes.

    Returns:
        `ids`: share of equal ids; `depth`: median relative difference where ids are equal; `missing`: objects of
        which we see at least 9 pixels off silhouettes and they none.
    """
    off = off_silhouette(ours["instance_id"])
    same = ours["instance_id"] == theirs["instance_id"]
    both = off & same & np.isfinite(ours["depth_m"]) & np.isfinite(theirs["depth_m"])
    ratio = np.abs(theirs["depth_m"][both] / ours["depth_m"][both] - 1.0)
    depth = float(np.median(ratio)) if ratio.size else float("nan")
    ids, counts = np.unique(ours["instance_id"][off], return_counts=True)
    seen = set(ids[counts >= _SEEN_PX].tolist()) - {0}
    missing = seen - set(np.unique(theirs["instance_id"]).tolist())
    return {"ids": float(same[off].mean()), "depth": depth, "missing": len(missing)}


def read_buffers(path: Path) -> dict[str, Any]:
    """Return `color`, `depth_m` and `instance_id` of what a renderer saved."""
    if path.suffix == ".exr":
        return _read_multilayer(path)
    with np.load(path) as arrays:
        return {name: arrays[name] for name in arrays.files}


def _read_multilayer(path: Path) -> dict[str, Any]:
    """Read what Blender writes: channels `<view layer>.<pass>.<channel>`."""
    import OpenEXR

    with OpenEXR.File(str(path), separate_channels=True) as file:
        channels = {name: each.pixels for part in file.parts for name, each in part.channels.items()}

    def channel(*endings: str) -> NDArray[Any]:
        return next(
            channels[name] for ending in endings for name in sorted(channels) if name.endswith(ending)
        )

    color = np.stack([channel(f"Combined.{c}") for c in "RGB"], axis=-1)
    ids = np.rint(channel("Object Index.X", "IndexOB.X")).astype(np.uint16)
    depth = channel("Depth.Z", "Depth.V").astype(float)
    return {"color": color, "depth_m": np.where(ids > 0, depth, np.nan), "instance_id": ids}
