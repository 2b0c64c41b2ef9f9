"""Tiny model files for tests, written out by hand."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from simgen.assets.importers import FolderFiles

# A box 2 x 4 x 6 (x, y up, z), quads, counter-clockwise from outside; top in 'red paint', the rest in 'steel'.
BOX_OBJ = """\
mtllib box.mtl
v -1 -2 -3
v 1 -2 -3
v 1 2 -3
v -1 2 -3
v -1 -2 3
v 1 -2 3
v 1 2 3
v -1 2 3
vt 0 0
vt 1 0
vt 1 1
vt 0 1
usemtl red paint
f 4/1 8/2 7/3 3/4
usemtl steel
f 1 4 3 2
f 5 6 7 8
f 1 2 6 5
f 1 5 8 4
f 2 3 7 6
"""
BOX_MTL = """\
newmtl red paint
Kd 1 0 0
Ks 0 0 0
newmtl steel
Kd 0.5 0.5 0.5
Ks 1 1 1
Ns 198
illum 2
"""


def folder(root: Path, **files: str | bytes) -> FolderFiles:
    """Write files (`box_obj` becomes `box.obj`) and return them as a source."""
    for name, content in files.items():
        path = root / ".".join(name.rsplit("_", 1))
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return FolderFiles(root)


def picture(pixels: ArrayLike, kind: str = "PNG", **options: object) -> bytes:
    """Return an array as the bytes of an image file."""
    out = BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(out, kind, **options)
    return out.getvalue()
