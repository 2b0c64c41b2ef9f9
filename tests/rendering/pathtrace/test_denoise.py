"""The denoiser works where there is light."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.rendering.pathtrace.denoise import Denoiser

HEIGHT, WIDTH = 48, 64


@pytest.fixture(scope="module")
def denoiser() -> Denoiser:
    return Denoiser()


def grainy(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.0, 2.0, (HEIGHT, WIDTH, 3)).astype(np.float32)


def test_a_picture_without_light_stays_black(denoiser: Denoiser) -> None:
    guide = np.ones((HEIGHT, WIDTH, 3), np.float32)
    assert not denoiser(0 * guide, guide, guide, clean=True).any()


def test_what_lies_beyond_all_light_stays_black_and_changes_nothing(denoiser: Denoiser) -> None:
    guide = np.full((HEIGHT, WIDTH, 3), 0.5, np.float32)
    color = grainy(1)
    alone = denoiser(color, guide, guide, clean=True)
    around = ((10, 5), (7, 3), (0, 0))
    framed = denoiser(np.pad(color, around), np.pad(guide, around), np.pad(guide, around), clean=True)
    np.testing.assert_array_equal(framed[10:-5, 7:-3], alone)
    framed[10:-5, 7:-3] = 0.0
    assert not framed.any()


def test_grain_on_an_even_surface_is_taken_out(denoiser: Denoiser) -> None:
    guide = np.full((HEIGHT, WIDTH, 3), 0.5, np.float32)
    clean = denoiser(grainy(2), guide, guide, clean=True)
    assert clean.std() < 0.1
    assert clean.mean() == pytest.approx(1.0, abs=0.05)


def stripes() -> np.ndarray:
    """Columns of two values in turn, three pixels wide: finer than the grain that they are under."""
    row = np.where(np.arange(WIDTH) // 3 % 2 == 0, 0.2, 0.8)
    return np.tile(row[None, :, None], (HEIGHT, 1, 3)).astype(np.float32)


@pytest.mark.parametrize(("guide", "most"), [("albedo", 0.5), ("normals", 0.75)])
def test_edges_that_only_a_guide_shows_are_kept(denoiser: Denoiser, guide: str, most: float) -> None:
    """Without it the stripes are taken for grain, or the grain for stripes."""
    truth = stripes()
    noisy = truth * grainy(3)  # of mean 1
    plain = np.full_like(truth, 0.5)
    guides = {"albedo": plain, "normals": plain, guide: truth if guide == "albedo" else 2 * truth - 1}
    without, guided = (
        float(np.sqrt(np.mean((denoiser(noisy, each["albedo"], each["normals"], clean=True) - truth) ** 2)))
        for each in ({"albedo": plain, "normals": plain}, guides)
    )
    assert guided < most * without
