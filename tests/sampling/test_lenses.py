"""Drawn lenses: the field of view spans the picture, coefficients are drawn, and what cannot be shown is refused."""

from __future__ import annotations

from math import hypot, pi, radians
from typing import Any

import numpy as np
import pytest

from simgen.camera import Intrinsics
from simgen.errors import ScenarioError
from simgen.scenario.checks import check
from tests.sampling.scenarios import FAR_CAMERA, draw, scenario

SIZE = {"width": 64, "height": 32}


def drawn(lens: dict[str, Any], **camera: Any) -> Intrinsics:
    of = scenario(sensors={"cam": {**FAR_CAMERA, **SIZE, **camera, "lens": lens}})
    return draw(of).scene.cameras[0].intrinsics


def edge_angle(camera: Intrinsics) -> float:
    """Angle off the axis at the middle of the right edge."""
    x, y, z = camera.directions(np.array([camera.width - 0.5]), np.array([camera.cy]))[0]
    return float(np.arctan2(hypot(x, y), z))


@pytest.mark.parametrize("coefficients", [{}, {"k1": 0.02, "k3": -0.001}])
def test_a_fisheye_s_field_of_view_spans_the_width(coefficients: dict[str, float]) -> None:
    camera = drawn({"fisheye": {"fov": "190 deg", **coefficients}})
    assert edge_angle(camera) == pytest.approx(radians(95))
    assert camera.lens is not None
    assert camera.lens.coefficients == tuple(coefficients.get(k, 0.0) for k in ("k1", "k2", "k3", "k4"))


def test_a_fisheye_is_black_beyond_its_circle() -> None:
    camera = drawn({"fisheye": {"fov": "200 deg", "widest": "100 deg"}})
    shown = np.isfinite(camera.rays()[16, :, 0])
    assert shown.sum() == pytest.approx(32, abs=1)


def test_a_picture_of_all_directions_is_twice_as_wide_as_high() -> None:
    camera = drawn({"equirectangular": {}})
    assert (camera.fx, camera.fy) == pytest.approx((64 / (2 * pi), 64 / (2 * pi)))
    assert np.isfinite(camera.rays()).all()


def test_parallel_rays_span_their_width() -> None:
    camera = drawn({"orthographic": {"span": "2 m"}})
    across = camera.origins()[0, :, 0]
    assert across[-1] - across[0] == pytest.approx(2.0 * 63 / 64)


def test_a_distorting_lens_keeps_the_focal_length_of_the_pinhole() -> None:
    lens = {"brown_conrady": {"k1": {"uniform": [-0.1, -0.05]}, "p1": 0.001}}
    camera = drawn(lens, fov="60 deg")
    assert camera.fx == Intrinsics.from_fov(64, 32, radians(60)).fx
    assert camera.lens is not None
    k1, k2, p1, *_ = camera.lens.coefficients
    assert -0.1 <= k1 <= -0.05
    assert (k2, p1) == (0.0, 0.001)


@pytest.mark.parametrize(
    ("lens", "camera", "told"),
    [
        ({"brown_conrady": {"k1": -0.9}}, {"fov": "100 deg"}, "turns round before the corners"),
        ({"fisheye": {"fov": "300 deg", "k1": -0.2}}, {}, "shows 147.9 deg at most, not 300.0 deg"),
        ({"equirectangular": {"fov": "180 deg"}}, {"height": 128}, "leave room for 64 rows"),
    ],
)
def test_what_a_lens_cannot_show_is_refused(lens: dict[str, Any], camera: dict[str, Any], told: str) -> None:
    with pytest.raises(ScenarioError, match=told):
        drawn(lens, **camera)


@pytest.mark.parametrize(
    ("camera", "place", "told"),
    [
        ({"lens": {}}, ("sensors", "cam", "lens"), "needs one of brown_conrady, fisheye"),
        ({"lens": {"fisheye": {}, "equirectangular": {}}}, ("sensors", "cam", "lens"), "keep one"),
        (
            {"lens": {"fisheye": {}}, "fov": "60 deg"},
            ("sensors", "cam", "fov"),
            "write lens.fisheye.fov instead",
        ),
    ],
)
def test_a_lens_that_is_not_one_is_found_before_anything_is_drawn(
    camera: dict[str, Any], place: tuple[str, ...], told: str
) -> None:
    found = check(scenario(sensors={"cam": {**FAR_CAMERA, **camera}}))
    assert any(where == place and told in message for where, message in found)
