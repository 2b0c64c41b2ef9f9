"""Fences of what was drawn are held while threads of the driver may mark them."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import moderngl
import numpy as np
import pytest

import simgen.rendering.raster as raster_package
from simgen.rendering.raster import RasterRenderer
from simgen.rendering.raster.context import GlContext
from simgen.rendering.raster.fences import Fences

LLVMPIPE = "llvmpipe (LLVM 15.0.6, 256 bits) (4.5 (Core Profile) Mesa 22.3.6)"
TIMEOUT_EXPIRED, CONDITION_SATISFIED = 0x911B, 0x911C


class Drawing:
    """A driver that counts: fences are numbers, the next one after the last."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, driver: str, threads: str | None) -> None:
        if threads is None:
            monkeypatch.delenv("LP_NUM_THREADS", raising=False)
        else:
            monkeypatch.setenv("LP_NUM_THREADS", threads)
        self.made, self.waited, self.deleted = 0, list[int](), list[int]()
        self.is_slow = False
        self.fences = Fences(self, driver)
        monkeypatch.setattr(self.fences, "_make", self._make)
        monkeypatch.setattr(self.fences, "_wait", self._wait)
        monkeypatch.setattr(self.fences, "_delete", self.deleted.append)

    def load_opengl_function(self, name: str) -> int:
        return len(name)

    def _wait(self, fence: int, *_: int) -> int:
        self.waited.append(fence)
        return TIMEOUT_EXPIRED if self.is_slow else CONDITION_SATISFIED

    def _make(self, *_: int) -> int:
        self.made += 1
        return self.made


@pytest.fixture
def context(raster: RasterRenderer, monkeypatch: pytest.MonkeyPatch) -> GlContext:
    """The context of all tests, as if its driver had threads of its own."""
    raster.context.take_turn()
    monkeypatch.setattr(raster.context.fences, "_needed", True)
    return raster.context


@pytest.mark.parametrize(
    ("driver", "threads", "needed"),
    [
        (LLVMPIPE, None, True),
        (LLVMPIPE, "2", True),
        (LLVMPIPE, "0", False),
        ("NVIDIA H200/PCIe", None, False),
    ],
)
def test_fences_are_held_where_llvmpipe_has_threads_of_its_own(
    monkeypatch: pytest.MonkeyPatch, driver: str, threads: str | None, needed: bool
) -> None:
    drawing = Drawing(monkeypatch, driver, threads)
    drawing.fences.hold()
    assert drawing.fences.are_needed is needed
    assert drawing.made == needed


def test_a_fence_is_let_go_only_once_a_later_drawing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = Drawing(monkeypatch, LLVMPIPE, "2")
    for _ in range(1000):
        drawing.fences.hold()
        assert drawing.made - len(drawing.deleted) <= 257
        assert not drawing.deleted or drawing.deleted[-1] < drawing.waited[-1]
    assert drawing.deleted == list(range(1, len(drawing.deleted) + 1))
    assert len(drawing.deleted) > 700


def test_while_a_drawing_goes_on_all_fences_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = Drawing(monkeypatch, LLVMPIPE, "2")
    drawing.is_slow = True
    for _ in range(300):
        drawing.fences.hold()
    assert drawing.deleted == []
    drawing.is_slow = False
    drawing.fences.hold()
    assert drawing.deleted == list(range(1, 301))


def test_drawing_elsewhere_holds_a_fence_and_drawing_on_does_not(
    context: GlContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (context.gl.framebuffer([context.gl.texture((4, 4), 4)]) for _ in range(2))
    held: list[int] = []
    monkeypatch.setattr(context.fences, "hold", lambda: held.append(1))
    for framebuffer in (first, first, second, second, first):
        context.draw_into(framebuffer)
    assert len(held) == 3
    context.unbind()
    context.check("drawing")


def test_nothing_else_binds_a_framebuffer_or_builds_levels_or_reads_without_holding() -> None:
    for source in sorted(Path(raster_package.__file__).parent.glob("*.py")):
        lines = source.read_text(encoding="utf-8").splitlines()
        bound = [line for line in lines if re.search(r"(?<!_probes)\.use\(\)", line)]
        assert len(bound) == (source.name == "context.py"), source.name
        built = [line for line in lines if re.search(r"build_mipmaps\(", line)]
        assert len(built) == (source.name in ("context.py", "gl_calls.py")), source.name
        for before, line in pairwise(lines):
            assert ".read_into(" not in line or before.strip().endswith("fences.hold()"), source.name


@pytest.mark.parametrize("size", [(64, 64), (37, 21)])
def test_levels_built_one_by_one_are_those_of_the_driver(context: GlContext, size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).random((size[1], size[0], 4)).astype(np.float16)
    ours, theirs = (context.gl.texture(size, 4, pixels.tobytes(), dtype="f2") for _ in range(2))
    context.build_levels(ours)
    theirs.build_mipmaps()
    assert [_level(context, ours, k) for k in range(6)] == [_level(context, theirs, k) for k in range(6)]


def _level(context: GlContext, texture: moderngl.Texture, level: int) -> bytes:
    program = context.gl.program(
        vertex_shader="""#version 330
void main() { gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0); }""",
        fragment_shader="""#version 330
uniform sampler2D image; uniform float level; out vec4 seen;
void main() { seen = textureLod(image, gl_FragCoord.xy / 16.0, level); }""",
    )
    target = context.gl.framebuffer([context.gl.texture((16, 16), 4, dtype="f4")])
    target.use()
    texture.use(0)
    program["level"] = float(level)
    context.fill(program)
    pixels = bytes(target.read(components=4, dtype="f4"))
    context.unbind()
    return pixels
