"""Octahedral maps: which direction each texel stands for; prepared maps come back from the cache as they were."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from simgen.rendering.raster.environment import MapAnalysis
from simgen.rendering.raster.prefilter import QUICKLY, WELL, GpuMap, MapCache, Prefilter, folded_directions
from simgen.rendering.raster.renderer import RasterRenderer
from tests.assets.shapes import private_folders

__all__ = ["private_folders"]


def test_the_middle_texel_looks_up_and_the_corners_look_down() -> None:
    directions = folded_directions(5).reshape(5, 5, 3)
    np.testing.assert_allclose(directions[2, 2], [0, 0, 1], atol=1e-12)
    for corner in (directions[0, 0], directions[0, -1], directions[-1, 0], directions[-1, -1]):
        np.testing.assert_allclose(corner, [0, 0, -1], atol=1e-12)


def test_columns_grow_towards_x_and_rows_towards_y() -> None:
    directions = folded_directions(5).reshape(5, 5, 3)
    np.testing.assert_allclose(directions[2, 4], [1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(directions[4, 2], [0, 1, 0], atol=1e-12)


@pytest.mark.parametrize("side", [8, 33])
def test_texels_on_the_border_meet_their_mirror_across_the_fold(side: int) -> None:
    """So that filtering between the outermost texels needs no neighbour beyond them."""
    directions = folded_directions(side).reshape(side, side, 3)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=2), 1.0)
    for border in (directions[0], directions[-1], directions[:, 0], directions[:, -1]):
        np.testing.assert_allclose(border, border[::-1], atol=1e-12)


def _lit_from_above() -> np.ndarray:
    height = np.cos(np.pi * (np.arange(64) + 0.5) / 64)
    return np.tile((1.2 + height)[:, None, None], (1, 128, 3)).astype(np.float32)


def test_what_is_drawn_quickly_and_stretched_is_what_is_drawn_well(raster: RasterRenderer) -> None:
    well, quickly = (_tiles(raster, drawn) for drawn in (WELL, QUICKLY))
    for first, side in ((0, 128), *((128 + 64 * level, 64) for level in range(6))):
        tile = quickly[:side, first : first + side]
        np.testing.assert_allclose(tile, well[:side, first : first + side], rtol=0.12)
        np.testing.assert_allclose(
            tile[0], tile[0, ::-1], rtol=2e-3
        )  # the border meets itself across the fold
    assert well.mean() == pytest.approx(quickly.mean(), rel=0.01)


def _tiles(raster: RasterRenderer, drawn: Sequence[tuple[int, int]]) -> np.ndarray:
    made = Prefilter(raster.context).tiles(_lit_from_above(), drawn)
    texels = np.frombuffer(made.read(), np.float16).reshape(made.height, made.width, 4)
    made.release()
    return texels[..., :3].astype(float)


def _spotted() -> np.ndarray:
    radiance = np.random.default_rng(4).random((32, 64, 3)).astype(np.float32)
    radiance[5, 9:11] = 900.0
    return radiance


def _words(raster: RasterRenderer, made: GpuMap) -> tuple[bytes, bytes]:
    return raster.context.calls.read_small_floats(made.background).tobytes(), made.prefiltered.read()


def test_a_map_from_the_cache_is_the_one_that_was_prepared(
    raster: RasterRenderer, private_folders: Path
) -> None:
    fresh, kept, found = (MapCache(raster.context) for _ in range(3))
    one = fresh.get("a", _spotted)
    assert not private_folders.joinpath("cache").exists()
    two = kept.get("a", _spotted, stored=True)
    three = found.get("a", _never, stored=True)
    assert _words(raster, one) == _words(raster, two) == _words(raster, three)
    assert one.value_scale == three.value_scale
    assert_same(one.analysis, three.analysis)
    assert len(three.analysis.suns) == 1
    raster.context.check("here")


def test_a_damaged_file_is_made_again(raster: RasterRenderer, private_folders: Path) -> None:
    MapCache(raster.context).get("a", _spotted, stored=True)
    (file,) = private_folders.rglob("*.light")
    sound = file.read_bytes()
    file.write_bytes(sound[:-9] + b"\0" + sound[-8:])
    MapCache(raster.context).get("a", _spotted, stored=True)
    assert file.read_bytes() == sound


def test_what_was_uploaded_as_small_floats_reads_as_the_light_it_was(raster: RasterRenderer) -> None:
    """Six bits of mantissa, five in blue: half a step is 0.8 %, 1.6 %."""
    made = MapCache(raster.context).get("a", _spotted)
    gl = raster.context.gl
    target = gl.framebuffer([gl.texture(made.background.size, 4, dtype="f4")])
    program = gl.program(
        vertex_shader=CORNERS,
        fragment_shader="#version 330\nuniform sampler2D map; out vec4 seen;\n"
        "void main() { seen = texelFetch(map, ivec2(gl_FragCoord.xy), 0); }",
    )
    target.use()
    made.background.use(0)
    gl.vertex_array(program, []).render(vertices=3)
    seen = np.frombuffer(target.read(components=3, dtype="f4"), np.float32).reshape(32, 64, 3)
    np.testing.assert_allclose(seen * made.value_scale, _spotted(), rtol=0.032, atol=1e-4)
    raster.context.unbind()
    target.release()


CORNERS = """#version 330
void main() { gl_Position = vec4(gl_VertexID == 1 ? 3 : -1, gl_VertexID == 2 ? 3 : -1, 0, 1); }"""


def _never() -> np.ndarray:
    raise AssertionError("loaded again")


def assert_same(one: MapAnalysis, other: MapAnalysis) -> None:
    for name in ("upward_illuminance", "mean_rgb", "soft", "directions", "energies_rgb", "solid_angles"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    for sun, twin in zip(one.suns, other.suns, strict=True):
        assert np.array_equal(sun.direction, twin.direction)
        assert np.array_equal(sun.illuminance_rgb, twin.illuminance_rgb)
        assert sun.angular_diameter_rad == twin.angular_diameter_rad
