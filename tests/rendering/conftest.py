"""Both renderers, made once for a file of tests that holds one against the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simgen.rendering.pathtrace import PathtraceRenderer
from simgen.rendering.protocol import Renderer
from simgen.rendering.raster import RasterRenderer


@pytest.fixture(scope="module")
def raster() -> Iterator[RasterRenderer]:
    made = RasterRenderer()
    yield made
    made.close()


@pytest.fixture(scope="module")
def tracer(request: pytest.FixtureRequest) -> Iterator[PathtraceRenderer]:
    """With as many samples as the file's `SAMPLES` says, not denoised: formulas are met by the mean."""
    made = PathtraceRenderer(samples=request.module.SAMPLES, denoise=False)
    yield made
    made.close()


@pytest.fixture(scope="module")
def renderers(raster: RasterRenderer, tracer: PathtraceRenderer) -> tuple[Renderer, ...]:
    return (raster, tracer)
