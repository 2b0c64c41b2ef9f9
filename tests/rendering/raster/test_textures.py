"""Textures on the graphics card: upside down, with all their levels, once for equal pixels."""

from __future__ import annotations

from dataclasses import replace

import moderngl
import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.assets.mip_levels import smaller_levels
from simgen.camera import Intrinsics
from simgen.colour import linear_from_srgb
from simgen.geometry import FloatArray, Pose, look_at
from simgen.records.asset import Material, Texture
from simgen.records.scene import CameraSensor, MaterialOverride, SurfaceTexture
from simgen.rendering.raster import textures
from simgen.rendering.raster.context import GlContext
from simgen.rendering.raster.materials import MaterialSet
from simgen.rendering.raster.renderer import RasterRenderer
from simgen.rendering.raster.textures import mip_levels
from tests.builders import floor, make_scene
from tests.painted import noise_texture
from tests.views import still_view


@pytest.fixture
def context(raster: RasterRenderer) -> GlContext:
    return raster.context


def test_levels_halve_down_to_one_texel() -> None:
    shapes = [level.shape for level in mip_levels(noise_texture(20, 5, 3))]
    assert shapes == [(20, 5, 4), (10, 2, 4), (5, 1, 4), (2, 1, 4), (1, 1, 4)]


def test_the_finest_level_is_the_texture_upside_down_and_opaque() -> None:
    texture = noise_texture(7, 9, 3)
    finest = mip_levels(texture)[0]
    assert np.array_equal(finest[..., :3], texture.pixels[::-1])
    assert (finest[..., 3] == 255).all()


def test_levels_that_came_with_the_texture_are_not_averaged_again() -> None:
    texture = noise_texture(8, 8, 3)
    given = tuple(np.full((side, side, 3), side, np.uint8) for side in (4, 2, 1))
    levels = mip_levels(replace(texture, smaller=given))
    assert [level[0, 0].tolist() for level in levels[1:]] == [[4, 4, 4, 255], [2, 2, 2, 255], [1, 1, 1, 255]]
    made = mip_levels(replace(texture, smaller=smaller_levels(texture)))
    assert all(np.array_equal(one, two) for one, two in zip(made, mip_levels(texture), strict=True))


@pytest.mark.parametrize("srgb", [True, False])
def test_opengl_holds_the_levels_that_were_averaged(context: GlContext, srgb: bool) -> None:
    texture = noise_texture(24, 20, 4, srgb)
    image = context.textures.take(texture)
    for number, level in enumerate(mip_levels(texture)):
        program = context.gl.program(
            vertex_shader="#version 330\nvoid main() { gl_Position = vec4(gl_VertexID == 1 ? 3 : -1, "
            "gl_VertexID == 2 ? 3 : -1, 0, 1); }",
            fragment_shader="#version 330\nuniform sampler2D map; uniform int level; out vec4 seen;\n"
            "void main() { seen = texelFetch(map, ivec2(gl_FragCoord.xy), level); }",
        )
        height, width = level.shape[:2]
        target = context.gl.framebuffer([context.gl.texture((width, height), 4, dtype="f4")])
        target.use()
        image.use(0)
        program["level"].value = number
        context.gl.vertex_array(program, []).render(moderngl.TRIANGLES, vertices=3)
        seen = np.frombuffer(target.read(components=4, dtype="f4"), np.float32).reshape(height, width, 4)
        expected = linear_from_srgb(level[..., :3] / 255) if srgb else level[..., :3] / 255
        np.testing.assert_allclose(
            seen[..., :3], expected, atol=2e-3
        )  # llvmpipe decodes sRGB by a polynomial
        np.testing.assert_allclose(seen[..., 3], level[..., 3] / 255, atol=1e-6)
        context.unbind()
        target.release()
    context.textures.give_back(image)
    context.check("here")


def test_equal_pixels_are_uploaded_once_and_freed_with_their_last_user(context: GlContext) -> None:
    texture = noise_texture(8, 8, 3)
    one = MaterialSet(context, [Material(base_color_map=texture)])
    other = MaterialSet(context, [Material(base_color_map=Texture(texture.pixels, srgb=True))])
    assert one.textures[0] is other.textures[0]
    glo = other.textures[0].glo
    one.release()
    assert other.textures[0].glo == glo
    other.release()
    again = context.textures.take(texture)
    context.textures.give_back(again)
    context.check("here")


def test_new_pixels_in_the_place_of_freed_ones_are_uploaded(context: GlContext) -> None:
    texture = noise_texture(8, 8, 3)
    image = context.textures.take(texture)
    key = (id(texture.pixels), True)
    del texture
    other = noise_texture(4, 4, 3)
    context.textures._known[id(other.pixels), True] = context.textures._known.pop(key)
    fresh = context.textures.take(other)
    assert (fresh.size, image.size) == ((4, 4), (8, 8))
    for each in (fresh, image):
        context.textures.give_back(each)
    context.check("here")


def _bricks(times: int, renderer: RasterRenderer, library: AssetLibrary) -> FloatArray:
    """Return the base colours (120, 160, 3) of a brick floor seen from low above, so many samples across a pixel."""
    look = MaterialOverride(texture=SurfaceTexture("brick", 5))
    lens = Intrinsics.from_fov(160 * times, 120 * times, 1.0, 0.1, 50.0)
    low = CameraSensor("low", lens, (Pose.from_matrix(look_at((0.0, -3.0, 0.5), (0.0, 0.0, 0.0))),))
    scene = make_scene([floor(size_m=4.0, material=look)], cameras=[low])
    with renderer.open(scene, library) as session:
        frame = session.render(replace(still_view(scene), extra_buffers=frozenset({"albedo"})), lit=False)
    assert frame.albedo is not None
    return frame.albedo.reshape(120, times, 160, times, 3).mean(axis=(1, 3))


def test_colours_on_the_slant_are_finer_than_by_opengls_rule(
    raster: RasterRenderer, library: AssetLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth, ours = _bricks(4, raster, library), _bricks(1, raster, library)
    monkeypatch.setattr(textures, "SHARPER", 0.0)
    plain = RasterRenderer()
    blurred = _bricks(1, plain, library)
    plain.close()
    seen = np.isfinite(truth)
    apart = [np.sqrt(np.square(each - truth)[seen].mean()) for each in (ours, blurred)]
    assert apart[0] < 0.85 * apart[1]
