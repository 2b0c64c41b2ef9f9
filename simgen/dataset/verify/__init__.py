"""Reads a dataset back and holds every file and label against the others; needs no renderer.

Each check is one function: in `files` (checksums, strays, gaps), `pictures` (ids and pixels), `masks`, `boxes`,
`fractions`, `poses` (labels against scene and trajectory), `surface` (depth against the models), `surfaces` (normals,
distance, parts, albedo) and `flow` (a frame against the one before it).
"""

from simgen.dataset.verify.report import Flaw, VerifyReport
from simgen.dataset.verify.run import verify

__all__ = ["Flaw", "VerifyReport", "verify"]
