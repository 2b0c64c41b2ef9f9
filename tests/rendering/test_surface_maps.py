"""Maps of a surface: a map of one value is that value, a tilted normal is a tilted sheet; in both renderers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from simgen.geometry import FloatArray, Vec3
from simgen.records.asset import AssetRef, Material, Texture
from simgen.records.frame import Frame
from simgen.records.light import SunLight
from simgen.rendering.pathtrace import PathtraceRenderer
from simgen.rendering.protocol import Renderer
from tests.builders import box, camera, make_scene
from tests.lamps import DARK
from tests.measures.light import luminance
from tests.painted import GREY_SKY, PaintedLibrary
from tests.views import still_view

SHEET = AssetRef("procedural/box", (("size_m", (1.0, 1.0, 0.02)),))
EYE = camera(eye=(0.3, -0.2, 1.2), target=(0.0, 0.0, 0.0), width=24, height=18, fov_rad=0.5)
MATT = Material(base_color_rgb=(0.5, 0.5, 0.5), roughness=1.0, metallic=0.0)
LIGHT = np.array((0.48, 0.36, 0.8))


@pytest.fixture(scope="module")
def tracer() -> Iterator[PathtraceRenderer]:
    """Not compiled, which takes longer than pictures as small as these."""
    made = PathtraceRenderer(samples=16, denoise=False, variant="scalar_rgb")
    yield made
    made.close()


def whole(red: float, green: float, blue: float) -> Texture:
    """A linear map of one value."""
    codes = np.round(np.array([red, green, blue]) * 255.0).astype(np.uint8)
    return Texture(np.tile(codes, (4, 4, 1)), srgb=False)


def frame_of(renderer: Renderer, material: Material, *, sunny: bool) -> Frame:
    """A sheet that lies flat, its texture coordinates along world x and y, under a sun or an even sky."""
    light: dict[str, object] = {"suns": [], "environment": GREY_SKY}
    if sunny:
        x, y, z = LIGHT.tolist()
        light = {"suns": [SunLight("sun", (x, y, z), 10_000.0)], "environment": DARK}
    scene = make_scene([box((1.0, 1.0, 0.02), asset=SHEET)], [EYE], **light)  # type: ignore[arg-type]
    with renderer.open(scene, PaintedLibrary({SHEET: material}, planar=True)) as session:
        return session.render(still_view(scene))


def brightness(renderer: Renderer, material: Material, *, sunny: bool) -> float:
    return float(luminance(frame_of(renderer, material, sunny=sunny)).mean())


def tilted(normal: Vec3) -> Texture:
    """A normal map whose every texel is tilted so: x along u, y along v (upwards), z out of the surface."""
    x, y, z = (np.array(normal) / np.linalg.norm(normal) * 0.5 + 0.5).tolist()
    return whole(x, y, z)


@pytest.mark.parametrize(
    "normal", [(0.5, 0.0, 1.0), (-0.5, 0.0, 1.0), (0.0, 0.5, 1.0), (0.0, -0.5, 1.0), (0.3, -0.4, 1.0)]
)
def test_a_normal_map_tilts_the_surface_as_light_sees_it(
    renderers: tuple[Renderer, ...], normal: Vec3
) -> None:
    """By the cosine to the sun, within what Burley's law and 4 % of mirror depend on angles."""
    unit: FloatArray = np.array(normal) / np.linalg.norm(normal)
    expected = float(unit @ LIGHT) / float(LIGHT[2])
    for renderer in renderers:
        flat = brightness(renderer, MATT, sunny=True)
        found = brightness(renderer, replace(MATT, normal_map=tilted(normal)), sunny=True)
        assert found / flat == pytest.approx(expected, rel=0.1), renderer.name


def test_a_normal_map_changes_no_label(renderers: tuple[Renderer, ...]) -> None:
    """Labels are those of the surface itself, its vertices' normals among them."""
    for renderer in renderers:
        plain, mapped = (
            frame_of(renderer, material, sunny=True)
            for material in (MATT, replace(MATT, normal_map=tilted((0.4, 0.3, 1.0))))
        )
        for name in ("depth_m", "instance_id", "normals_camera", "object_coordinates_m"):
            np.testing.assert_array_equal(getattr(mapped, name), getattr(plain, name), err_msg=name)


@pytest.mark.parametrize("value", [0.2, 0.6])
def test_a_roughness_map_of_one_value_is_that_roughness(
    renderers: tuple[Renderer, ...], value: float
) -> None:
    """Green of the map times the factor; a mirror of the sun that all of it is seen in tells roughness apart."""
    mirror = replace(MATT, metallic=1.0, roughness=value)
    by_map = replace(MATT, metallic=1.0, roughness=1.0, metallic_roughness_map=whole(0.0, value, 1.0))
    for renderer in renderers:
        number, mapped = (brightness(renderer, each, sunny=True) for each in (mirror, by_map))
        assert mapped == pytest.approx(number, rel=0.03), renderer.name
        assert abs(number / brightness(renderer, replace(mirror, roughness=1.0), sunny=True) - 1.0) > 0.2


def test_a_metallic_map_of_one_value_is_that_metal(renderers: tuple[Renderer, ...]) -> None:
    """Blue of the map times the factor."""
    metal = replace(MATT, roughness=0.4, metallic=0.6)
    by_map = replace(MATT, roughness=0.4, metallic=1.0, metallic_roughness_map=whole(0.0, 1.0, 0.6))
    for renderer in renderers:
        number, mapped = (brightness(renderer, each, sunny=True) for each in (metal, by_map))
        assert mapped == pytest.approx(number, rel=0.03), renderer.name
        assert abs(number / brightness(renderer, replace(metal, metallic=1.0), sunny=True) - 1.0) > 0.1


def test_maps_lie_where_texture_coordinates_say(renderers: tuple[Renderer, ...]) -> None:
    """u grows along x and v along y; the first row of an image is at the top, v = 1."""
    quarters = np.zeros((64, 64, 3), np.uint8)
    quarters[:32, :32], quarters[:32, 32:], quarters[32:, :32] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    above = camera(eye=(0.0, 0.0, 2.0), target=(0.0, 0.0, 0.0), width=40, height=40, fov_rad=0.4)
    body = box((1.0, 1.0, 0.02), asset=SHEET)
    scene = make_scene([body], [above], suns=[], environment=GREY_SKY)
    T = above.pose_at(0).matrix()
    for renderer in renderers:
        with renderer.open(
            scene,
            PaintedLibrary(
                {
                    SHEET: replace(
                        MATT, base_color_map=Texture(quarters, srgb=True), base_color_rgb=(1.0, 1.0, 1.0)
                    )
                },
                planar=True,
            ),
        ) as session:
            light = session.render(still_view(scene)).radiance.astype(float)
        for x, y, channel in ((-0.2, 0.2, 0), (0.2, 0.2, 1), (-0.2, -0.2, 2)):
            p = T[:3, :3].T @ (np.array([x, y, 0.01]) - T[:3, 3])
            u, v = above.intrinsics.project(p[None])[0].round().astype(int)
            assert light[v, u].argmax() == channel, renderer.name
            assert light[v, u].max() > 5 * np.sort(light[v, u])[1], renderer.name
