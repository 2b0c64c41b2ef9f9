"""The raster back end: OpenGL 3.3 through EGL, on a graphics card or on the CPU (Mesa llvmpipe)."""

from simgen.rendering.raster.renderer import RasterRenderer, RasterScene

__all__ = ["RasterRenderer", "RasterScene"]
