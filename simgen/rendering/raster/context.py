"""The OpenGL context: head-less through EGL, on a graphics card or on Mesa's software rasteriser."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

import glcontext
import moderngl

from simgen.errors import RenderError
from simgen.rendering.raster.fences import Fences
from simgen.rendering.raster.flat_uniforms import carried_flat
from simgen.rendering.raster.gl_calls import GlCalls, Loader
from simgen.rendering.raster.lens_stages import fragment_stage, geometry_stage
from simgen.rendering.raster.textures import TextureStore

DEVICE_VARIABLE = "SIMGEN_EGL_DEVICE"
_SHADERS = files("simgen.rendering.raster") / "shaders"
_INCLUDE = re.compile(r'^#include "([\w.]+)"$', re.MULTILINE)


class GlContext:
    """One OpenGL 3.3 core context and its compiled programs.

    Programs are named by their vertex and fragment files in `shaders/` and by the names they are compiled with
    (`#define`d), so that a shader pays for a texture or a test only where a material has it.
    """

    def __init__(self) -> None:
        self.gl, loader = _open_context()
        self.calls = GlCalls(loader)
        self.fences = Fences(loader, self.description)
        self.textures = TextureStore(self.gl, self.calls)
        self._programs: dict[tuple[str, str, tuple[str, ...]], moderngl.Program] = {}
        self._quads: dict[moderngl.Program, moderngl.VertexArray] = {}
        self._idle = self.gl.framebuffer([self.gl.texture((1, 1), 1)])

    @property
    def description(self) -> str:
        """Vendor, renderer and version, as the driver states them."""
        info = self.gl.info
        return f"{info['GL_RENDERER']} ({info['GL_VERSION']})"

    def take_turn(self) -> None:
        """Make this the context that OpenGL calls go to: the last one made, or that took its turn, has them all."""
        self.gl.__enter__()

    def program(self, vertex: str, fragment: str, defines: Iterable[str] = ()) -> moderngl.Program:
        """Return the program of two shader files, compiled at most once for each set of defines."""
        key = (vertex, fragment, tuple(sorted(defines)))
        if key not in self._programs:
            self._programs[key] = self.gl.program(**_stages(vertex, fragment, key[2]))
        return self._programs[key]

    def draw_into(self, framebuffer: moderngl.Framebuffer) -> None:
        """Bind a framebuffer to draw into."""
        if self.gl.fbo is not framebuffer:
            self.fences.hold()
        framebuffer.use()

    def build_levels(self, texture: moderngl.Texture) -> None:
        """Fill the coarser levels of a texture from its level 0."""
        self.fences.hold()
        if self.fences.are_needed:
            self.calls.build_levels(texture, self.fences.hold)
        else:
            texture.build_mipmaps()

    def fill(self, program: moderngl.Program) -> None:
        """Run a program of `fullscreen.vert` once for every pixel of the bound framebuffer's viewport."""
        if program not in self._quads:
            self._quads[program] = self.gl.vertex_array(program, [])
        self._quads[program].render(moderngl.TRIANGLES, vertices=3)

    def unbind(self) -> None:
        """Bind a framebuffer that is never freed: moderngl comes back to the one bound last, freed or not."""
        self.draw_into(self._idle)

    def check(self, place: str) -> None:
        """Raise RenderError if OpenGL has reported an error since the last check."""
        error = self.gl.error
        if error != "GL_NO_ERROR":
            raise RenderError(f"{place}: OpenGL reported {error} ({self.description})")

    def close(self) -> None:
        """Release the context and all that was made in it."""
        self.take_turn()
        self.gl.release()


def _stages(vertex: str, fragment: str, defines: tuple[str, ...]) -> dict[str, Any]:
    """Return the sources of a program; what draws triangles through a LENS has a geometry shader too."""
    corners, pixels = shader_source(vertex, defines), shader_source(fragment, defines)
    if vertex == "fullscreen.vert":
        corners, pixels = carried_flat(corners, pixels, defines)
        return {"vertex_shader": corners, "fragment_shader": pixels}
    if "LENS" not in defines:
        return {"vertex_shader": corners, "fragment_shader": pixels}
    if "RESOLVED" in defines:
        return {"vertex_shader": shader_source("patch.vert"), "fragment_shader": pixels}
    return {
        "vertex_shader": corners,
        "geometry_shader": geometry_stage(shader_source("lens.geom", defines), corners),
        "fragment_shader": fragment_stage(pixels, shader_source("lens_pixel.glsl")),
    }


def shader_source(name: str, defines: Iterable[str] = ()) -> str:
    """Return a shader file with its `#include "file"` lines replaced and defines added after `#version`."""
    text = _INCLUDE.sub(lambda found: shader_source(found[1]), (_SHADERS / name).read_text(encoding="utf-8"))
    head, _, body = text.partition("\n")
    if not head.startswith("#version"):
        return text
    return "\n".join([head, *(f"#define {define}" for define in defines), body])


def set_uniforms(program: moderngl.Program, **values: object) -> None:
    """Set uniforms by name; one that the compiler removed as unused is passed over, and so is one that is set already.

    All uniforms of a program are set here: it remembers them, since telling OpenGL takes many times as long.
    """
    if program.extra is None:
        program.extra = dict[str, object]()
    known: dict[str, object] = program.extra
    for name, value in values.items():
        if name in known and known[name] == value:
            continue
        known[name] = value
        member = program.get(name, None)
        if isinstance(member, moderngl.Uniform):
            if isinstance(value, bytes):
                member.write(value)
            else:
                member.value = value


def _open_context() -> tuple[moderngl.Context, Loader]:
    device = os.environ.get(DEVICE_VARIABLE, "0")
    if not device.isdigit():
        raise RenderError(f"{DEVICE_VARIABLE} must be the index of an EGL device (0, 1, …), got '{device}'")
    try:
        backend = glcontext.get_backend_by_name("egl")
        loader: Any = backend(mode="standalone", glversion=330, device_index=int(device))
        gl = moderngl.create_context(require=330, standalone=True, context=loader)
    except Exception as error:  # the loader raises whatever its platform does
        raise RenderError(
            f"no OpenGL 3.3 context could be made through EGL, device {device} ({error}). On Debian or Ubuntu install"
            " the software renderer: apt-get install libegl1 libgl1 libgl1-mesa-dri. With several devices, choose"
            f" one by {DEVICE_VARIABLE}=<index>"
        ) from error
    gl.gc_mode = "context_gc"
    return gl, loader
