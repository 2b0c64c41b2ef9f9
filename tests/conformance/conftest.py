"""Back ends and frames, each made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest

from simgen.assets import AssetLibrary
from simgen.records.frame import Frame
from simgen.records.scene import Scene
from simgen.rendering import RENDERERS, make_renderer
from simgen.rendering.protocol import Renderer
from tests.conformance.scenes import SCENES
from tests.views import picture

Render = Callable[[Scene], Frame]
# What the suite looks at does not depend on how clean the picture is; labels are those that need no OpenGL.
QUICK: dict[str, dict[str, object]] = {"pathtrace": {"samples": 1, "denoise": False, "labels": "cast"}}


@pytest.fixture(scope="package")
def library() -> AssetLibrary:
    return AssetLibrary()


@pytest.fixture(scope="package", params=sorted(RENDERERS))
def renderer(request: pytest.FixtureRequest) -> Iterator[Renderer]:
    made = make_renderer(request.param, **QUICK.get(request.param, {}))
    yield made
    made.close()


@pytest.fixture(scope="package")
def render(renderer: Renderer, library: AssetLibrary) -> Render:
    """Render the scene's still view; the same scene by name is rendered once."""
    return lambda scene: picture(renderer, scene, library)


@pytest.fixture(scope="package")
def frames(render: Render) -> Callable[[str], Frame]:
    """Return the frame of a scene of the suite, rendered once."""
    return cache(lambda name: render(SCENES[name]()))
