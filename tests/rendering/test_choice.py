"""Which renderer is made: by name, or the one that works, saying so where it is not the usual one."""

from __future__ import annotations

import sys

import pytest

from simgen import rendering
from simgen.errors import RenderError, UsageError
from simgen.rendering import make_renderer, make_working_renderer

QUICK: dict[str, object] = {"samples": 1, "denoise": False, "variant": "scalar_rgb"}


def no_gl(name: str, **options: object) -> rendering.Renderer:
    if name == "raster":
        raise RenderError("no OpenGL 3.3 context could be made")
    return make_renderer(name, **options)


def test_a_name_nobody_knows_is_refused_with_those_known() -> None:
    with pytest.raises(
        UsageError, match=r"no renderer named 'rastr'; did you mean 'raster'.*analytic, pathtrace"
    ):
        make_renderer("rastr")


def test_where_gl_works_the_raster_renderer_is_taken_without_a_word() -> None:
    renderer, note = make_working_renderer(**QUICK)
    renderer.close()
    assert (renderer.name, note) == ("raster", "")


def test_without_gl_the_path_tracer_is_taken_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "make_renderer", no_gl)
    renderer, note = make_working_renderer(**QUICK)
    assert renderer.name == "pathtrace"
    assert note.startswith("fell back to the path tracer (Mitsuba")
    assert note.endswith("no OpenGL 3.3 context could be made")


def test_without_either_the_message_says_what_both_lack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "make_renderer", no_gl)
    monkeypatch.setitem(sys.modules, "mitsuba", None)
    with pytest.raises(
        RenderError, match=r"raster: no OpenGL 3.3 context.*pathtrace: the path tracer needs Mitsuba"
    ):
        make_working_renderer(**QUICK)
