"""One path tracer for all tests of a process: few samples, no denoising, so that formulas are met by the mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from simgen.assets import AssetLibrary
from simgen.records.frame import Frame
from simgen.records.scene import Scene
from simgen.rendering.pathtrace import PathtraceRenderer
from tests.views import picture

Render = Callable[[Scene], Frame]


@pytest.fixture(scope="package")
def library() -> AssetLibrary:
    return AssetLibrary()


@pytest.fixture(scope="package")
def tracer() -> Iterator[PathtraceRenderer]:
    made = PathtraceRenderer(samples=16, denoise=False)
    yield made
    made.close()


@pytest.fixture(scope="package")
def render(tracer: PathtraceRenderer, library: AssetLibrary) -> Render:
    return lambda scene: picture(tracer, scene, library)
