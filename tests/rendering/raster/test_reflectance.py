"""Shares of light that surfaces send on, in pictures against integrals of the model itself."""

from __future__ import annotations

from collections.abc import Callable
from math import pi

import numpy as np
import pytest

from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight
from simgen.records.scene import MaterialOverride, Scene
from tests.builders import camera, floor, make_scene
from tests.measures.light import middle_level

Render = Callable[[Scene], Frame]
SKY = EnvironmentLight(map=None, illuminance_lux=1000.0)
WHITE = 1000.0 / pi


def seen_from(elevation_sine: float, material: MaterialOverride) -> Scene:
    """An endless sheet in a white furnace, seen from an angle."""
    away = float(np.sqrt(1 - elevation_sine**2))
    view = camera((3 * away, 0.0, 3 * elevation_sine), (0.0, 0.0, 0.0), width=16, height=12, fov_rad=0.02)
    return make_scene([floor(size_m=400.0, material=material)], [view], suns=[], environment=SKY)


def ggx_share(roughness: float, n_v: float, f0: float) -> float:
    """Of light from all around, what GGX sends to an eye: importance sampled, Smith, Schlick.

    Walter et al., "Microfacet models for refraction", EGSR 2007, for the samples and for shadowing and masking, each on
    its own, as the path tracer has them.
    """
    u, turn = np.meshgrid(*[(np.arange(160) + 0.5) / 160] * 2)
    a2 = roughness**4
    n_h = np.sqrt((1 - u) / (1 + (a2 - 1) * u))
    v = np.array([np.sqrt(1 - n_v**2), 0.0, n_v])
    flat = np.sqrt(1 - n_h**2)
    h = np.stack([flat * np.cos(2 * pi * turn), flat * np.sin(2 * pi * turn), n_h], axis=-1)
    v_h = h @ v
    n_l = 2 * v_h * n_h - n_v
    slopes = [(np.sqrt(1 + a2 * (1 / np.maximum(c, 1e-6) ** 2 - 1)) - 1) / 2 for c in (n_v, n_l)]
    weight = np.where((n_l > 0) & (v_h > 0), v_h / (n_h * n_v * (1 + slopes[0]) * (1 + slopes[1])), 0.0)
    return float((weight * (f0 + (1 - f0) * (1 - v_h.clip(0, 1)) ** 5)).mean())


@pytest.mark.parametrize("n_v", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("roughness", [0.1, 0.3, 0.45, 0.6, 0.8])
def test_a_metal_sends_on_the_share_that_ggx_reflects(render: Render, roughness: float, n_v: float) -> None:
    white = MaterialOverride(base_color_rgb=(1.0, 1.0, 1.0), roughness=roughness, metallic=1.0)
    found = middle_level(render(seen_from(n_v, white))) / WHITE
    assert found == pytest.approx(ggx_share(roughness, n_v, 1.0), abs=0.045)


@pytest.mark.parametrize("n_v", [0.15, 0.5, 1.0])
@pytest.mark.parametrize("roughness", [0.3, 1.0])
def test_a_matt_surface_sends_on_the_integral_of_burleys_formula(
    render: Render, roughness: float, n_v: float
) -> None:
    grey = MaterialOverride(base_color_rgb=(0.2, 0.2, 0.2), roughness=roughness, metallic=0.0)
    found = middle_level(render(seen_from(n_v, grey))) / WHITE
    expected = 0.93 * 0.2 * burley_share(roughness, n_v) + ggx_share(roughness, n_v, 0.04)
    assert found == pytest.approx(expected, abs=0.02)


def burley_share(roughness: float, n_v: float) -> float:
    """Mean over the cosine lobe of Burley's diffuse formula (SIGGRAPH 2012, section 5.3)."""
    u, turn = np.meshgrid(*[(np.arange(200) + 0.5) / 200] * 2)
    n_l, flat = np.sqrt(u), np.sqrt(1 - u)  # as many as there is cosine
    v_l = n_l * n_v + flat * np.cos(2 * pi * turn) * np.sqrt(1 - n_v**2)
    back = 2 * roughness * (1 + v_l) / 2
    l5, v5 = (1 - n_l) ** 5, (1 - n_v) ** 5
    return float(((1 - l5 / 2) * (1 - v5 / 2) + back * (l5 + v5 + l5 * v5 * (back - 1))).mean())


@pytest.mark.parametrize("n_v", [0.15, 0.5, 1.0])
@pytest.mark.parametrize("roughness", [0.1, 0.5, 1.0])
def test_white_sends_on_all_that_arrives_from_any_angle(render: Render, roughness: float, n_v: float) -> None:
    white = MaterialOverride(base_color_rgb=(1.0, 1.0, 1.0), roughness=roughness, metallic=0.0)
    assert middle_level(render(seen_from(n_v, white))) / WHITE == pytest.approx(1.0, rel=5e-3)
