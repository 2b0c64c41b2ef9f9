"""One context for all tests of a process; rooms and sheets under simple light."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from simgen.assets import AssetLibrary
from simgen.records.frame import Frame
from simgen.records.scene import Scene
from simgen.rendering.raster import RasterRenderer
from tests.views import picture

Render = Callable[[Scene], Frame]


@pytest.fixture(scope="package")
def library() -> AssetLibrary:
    return AssetLibrary()


@pytest.fixture(scope="package")
def raster() -> Iterator[RasterRenderer]:
    made = RasterRenderer()
    yield made
    made.close()


@pytest.fixture(scope="package")
def render(raster: RasterRenderer, library: AssetLibrary) -> Render:
    return lambda scene: picture(raster, scene, library)
