"""Uniforms that the vertex stage hands to the pixels of a program that fills the picture."""

from __future__ import annotations

import numpy as np
import pytest

from simgen.rendering.raster import RasterRenderer
from simgen.rendering.raster.context import GlContext, set_uniforms
from simgen.rendering.raster.flat_uniforms import carried_flat

CORNERS = "#version 330 core\nvoid main() {\n    gl_Position = vec4(0.0);\n}\n"


@pytest.fixture
def context(raster: RasterRenderer) -> GlContext:
    raster.context.take_turn()
    return raster.context


def pixels(*lines: str) -> str:
    return "\n".join(["#version 330 core", *lines, "void main() {}"])


def test_a_uniform_becomes_an_input_under_its_own_name() -> None:
    vertex, fragment = carried_flat(CORNERS, pixels("uniform vec2 texel;  // of the image"), ())
    assert "flat in vec2 flat_texel;\n#define texel flat_texel  // of the image" in fragment
    assert "uniform" not in fragment
    assert "uniform vec2 texel;\nflat out vec2 flat_texel;\nvoid main() {" in vertex
    assert "    flat_texel = texel;\n    gl_Position" in vertex


def test_several_in_one_line_are_parted() -> None:
    _, fragment = carried_flat(CORNERS, pixels("uniform vec3 a, b[2], c[9];"), ())
    assert "flat in vec3 flat_a;" in fragment
    assert "flat in vec3 flat_b[2];" in fragment
    assert "uniform vec3 c[9];" in fragment  # too long


@pytest.mark.parametrize(
    ("line", "defines", "moves"),
    [
        ("uniform mat4 place[SUNS];", ("SUNS 2",), True),
        ("uniform vec4 level[SUNS * LEVELS];", ("SUNS 2", "LEVELS 3"), True),
        ("uniform vec4 level[SUNS * LEVELS];", ("SUNS 2",), False),
        ("uniform mat4 place[SUNS];", ("SUNS 0",), False),
        ("uniform vec4 lamp[COUNT];", ("COUNT 2",), True),
        ("uniform vec4 towards[32];", (), False),
        ("uniform sampler2D map;", (), False),
    ],
)
def test_only_short_arrays_whose_places_are_known_move(
    line: str, defines: tuple[str, ...], moves: bool
) -> None:
    _, fragment = carried_flat(CORNERS, pixels(line), defines)
    assert ("flat in" in fragment) == moves
    assert (line in fragment) == (not moves)


def test_what_does_not_fit_stays() -> None:
    lines = [f"uniform mat4 m{number};" for number in range(9)]
    _, fragment = carried_flat(CORNERS, pixels(*lines), ())
    assert fragment.count("flat in mat4") == 7
    assert lines[7] in fragment
    assert lines[8] in fragment


def test_pixels_read_what_was_set(context: GlContext) -> None:
    gl = context.gl
    program = context.program("fullscreen.vert", "nothing.frag")
    targets = [gl.texture((4, 4), 4, dtype=kind) for kind in ("f4", "u4")]
    drawn = gl.framebuffer(targets)
    drawn.use()
    set_uniforms(program, nonce=0.25, rows=2.0)
    context.fill(program)
    read = np.frombuffer(targets[0].read(), np.float32).reshape(4, 4, 4)
    assert np.isnan(read[:2]).all()
    assert (read[2:] == 0.25).all()
    context.unbind()
    assert gl.error == "GL_NO_ERROR"


def test_what_is_looped_over_stays() -> None:
    """Where it is read differs from turn to turn, which no input may."""
    loop = "vec4 all() { for (int i = 0; i < COUNT; ++i) {} }"
    _, fragment = carried_flat(CORNERS, pixels("uniform vec4 lamp[COUNT];", loop), ("COUNT 2",))
    assert "uniform vec4 lamp[COUNT];" in fragment
