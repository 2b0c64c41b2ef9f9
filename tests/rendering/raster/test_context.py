"""Where no context can be made, the message says what to install."""

from __future__ import annotations

import glcontext
import pytest

from simgen.errors import RenderError
from simgen.rendering.raster import RasterRenderer
from simgen.rendering.raster.context import DEVICE_VARIABLE, shader_source


def test_without_gl_the_error_names_the_packages_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str) -> object:
        raise OSError(f"lib{name.upper()}.so.1: cannot open shared object file")

    monkeypatch.setattr(glcontext, "get_backend_by_name", refuse)
    with pytest.raises(RenderError, match="apt-get install libegl1 libgl1 libgl1-mesa-dri") as caught:
        RasterRenderer()
    assert "libEGL.so.1" in str(caught.value)


def test_a_device_that_is_no_number_is_refused_with_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DEVICE_VARIABLE, "gpu")
    with pytest.raises(RenderError, match=f"{DEVICE_VARIABLE} must be the index .* got 'gpu'"):
        RasterRenderer()


def test_an_include_is_replaced_by_the_file_and_defines_follow_the_version() -> None:
    text = shader_source("geometry.vert", ["ALPHA_MASK"])
    assert text.splitlines()[:2] == ["#version 330 core", "#define ALPHA_MASK"]
    assert "#include" not in text
    assert "vec4 to_camera(vec3 p_object)" in text


def test_the_context_says_what_it_runs_on(raster: RasterRenderer) -> None:
    assert raster.context.description.strip() not in ("", "()")
