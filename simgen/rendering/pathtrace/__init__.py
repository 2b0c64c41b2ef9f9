"""The path-tracing back end: pictures by Mitsuba 3, labels by casting through pixel centres; no OpenGL needed."""

from simgen.rendering.pathtrace.renderer import PathtraceRenderer, PathtraceScene

__all__ = ["PathtraceRenderer", "PathtraceScene"]
