"""Frame + Scene -> Annotation: masks, boxes, poses and visible fractions, from the frame's own buffers."""

from __future__ import annotations

from simgen.annotate.labels import annotate, semantic_mask
from simgen.annotate.rle import decode_rle, encode_rle

__all__ = ["annotate", "decode_rle", "encode_rle", "semantic_mask"]
