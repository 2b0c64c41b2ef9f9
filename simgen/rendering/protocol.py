"""What every rendering back end offers: open a scene once, then render any number of views of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simgen.assets import AssetLibrary
from simgen.closing import Closable
from simgen.records.frame import Frame, View
from simgen.records.scene import Scene


class SceneRenderer(Closable, Protocol):
    """One scene, uploaded and ready."""

    def render(self, view: View, *, lit: bool = True) -> Frame:
        """Return the buffers of one view.

        Args:
            view: where from, and what is where.
            lit: False: labels alone, in the dark: `radiance` is all zero, and cost nothing.

        Raises:
            RenderError: the frame failed its gate: empty, stale, or not finite.
        """
        ...

    def light(self, views: Sequence[View]) -> NDArray[np.float16]:
        """Return the mean `Frame.radiance` (h, w, 3) of views of one size, without any labels.

        Of a single view it is what `render` gives. See `exposure`.

        Raises:
            RenderError: it is stale, or not finite.
        """
        ...

    def close(self) -> None:
        """Free what the scene holds; the renderer may keep shared things such as models and maps."""
        ...


class Renderer(Protocol):
    """A back end; making one may open a graphics context."""

    name: str

    @property
    def device(self) -> str:
        """What draws, for people and provenance: for example `llvmpipe (LLVM 15.0.6, 256 bits), Mesa 22.3.6`."""
        ...

    def open(self, scene: Scene, library: AssetLibrary) -> SceneRenderer:
        """Upload a scene's models, materials and lights and return what renders its views."""
        ...

    def close(self) -> None:
        """Release the context."""
        ...
