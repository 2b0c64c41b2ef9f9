"""Tiny model files for tests, written out by hand."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from simgen.assets.importers import FolderFiles, read_model
from simgen.assets.importers.raw import RawModel

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


def glb(tree: dict[str, Any], binary: bytes = b"") -> bytes:
    """Return a binary glTF file of a tree and its one buffer."""
    text = json.dumps(tree).encode()
    text, binary = text + b" " * (-len(text) % 4), binary + bytes(-len(binary) % 4)
    length = 12 + 8 + len(text) + 8 + len(binary)
    head = struct.pack("<4sIII4s", b"glTF", 2, length, len(text), b"JSON")
    return head + text + struct.pack("<I4s", len(binary), b"BIN\0") + binary


def gltf_tree(
    arrays: Mapping[str, NDArray[Any]], **parts: Any
) -> tuple[dict[str, Any], bytes, dict[str, int]]:
    """Return (tree, buffer, accessor of each array by its name): a glTF tree that holds arrays, and `parts` besides."""
    kinds = {"f4": 5126, "u1": 5121, "u2": 5123, "u4": 5125}
    types = {(): "SCALAR", (2,): "VEC2", (3,): "VEC3", (4,): "VEC4", (4, 4): "MAT4"}
    binary, views, accessors = b"", [], []
    for array in arrays.values():
        views.append({"buffer": 0, "byteOffset": len(binary), "byteLength": array.nbytes})
        kind = array.dtype.kind + str(array.dtype.itemsize)
        accessors.append(
            {
                "bufferView": len(accessors),
                "componentType": kinds[kind],
                "count": len(array),
                "type": types[array.shape[1:]],
            }
        )
        by_column = array.transpose(0, 2, 1) if array.ndim == 3 else array  # matrices lie column by column
        binary += by_column.tobytes() + bytes(-array.nbytes % 4)
    tree = {
        "asset": {"version": "2.0"},
        "buffers": [{"byteLength": len(binary)}],
        "bufferViews": views,
        "accessors": accessors,
        **parts,
    }
    return tree, binary, {name: k for k, name in enumerate(arrays)}


def read_glb(root: Path, data: bytes) -> RawModel:
    """The model of a binary glTF file."""
    return read_model(folder(root, m_glb=data), "m.glb")
