"""Frame + Scene -> Annotation: masks, boxes, poses and visible fractions, from the frame's own buffers.

`flow` and `derived` add buffers to a frame that follow from those it has: flow, distance, normals in the world.
`events` says what the scene goes through at that instant.
"""

from __future__ import annotations

from simgen.annotate.derived import Completion, derive, extra_buffers, needs_motion, needs_neighbours
from simgen.annotate.events import circumstances
from simgen.annotate.labels import annotate
from simgen.annotate.rle import encode_rles
from simgen.annotate.runs import Tile

__all__ = [
    "Completion",
    "Tile",
    "annotate",
    "circumstances",
    "derive",
    "encode_rles",
    "extra_buffers",
    "needs_motion",
    "needs_neighbours",
]
