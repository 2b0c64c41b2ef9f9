"""The arrays of a glTF file that its scene reader leaves out: skins, animations, morph targets, sparse accessors.

Khronos, "glTF 2.0 Specification", section 3.6.
"""

from __future__ import annotations

import base64
import struct
from functools import cached_property
from typing import Any
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from simgen.assets.importers.files import SourceFiles, resolve
from simgen.assets.importers.gltf_document import COMPONENT_TYPES, COMPONENTS, Packed

_DATA_URI = "data:"
_CHUNK = struct.Struct("<I4s")


class Buffers:
    """Reads accessors of one checked file (see `gltf_document.check_tree`)."""

    def __init__(self, packed: Packed, files: SourceFiles, path: str) -> None:
        self._tree, self._rest, self._files, self._path = packed.tree, packed.rest, files, path

    def array(self, accessor: int) -> NDArray[Any]:
        """Return an accessor's values (n,), (n, components) or (n, 4, 4); normalised ones as the floats they mean.

        Raises:
            ValueError: its buffer is not there or too short, or its sparse values do not fit it.
        """
        entry = self._tree["accessors"][accessor]
        values = self.stored(accessor)
        kind, components = values.dtype, values.shape[1]
        if entry.get("normalized") and kind.kind in "iu":
            values = np.maximum(values / float(np.iinfo(kind).max), -1.0)
        if entry["type"] == "MAT4":
            return values.reshape(-1, 4, 4).transpose(0, 2, 1)  # stored column by column
        return values[:, 0] if components == 1 else values

    def stored(self, accessor: int) -> NDArray[Any]:
        """Return an accessor's values (n, components) as the file stores them, sparse ones in their places.

        Raises:
            ValueError: as for `array`.
        """
        entry = self._tree["accessors"][accessor]
        kind, components = np.dtype(COMPONENT_TYPES[entry["componentType"]]), COMPONENTS[entry["type"]]
        values = self._values(entry, entry["count"], kind, components)
        if "sparse" in entry:
            count, where, what = (entry["sparse"][name] for name in ("count", "indices", "values"))
            places = self._values(where, count, np.dtype(COMPONENT_TYPES[where["componentType"]]), 1)[:, 0]
            if len(places) and (np.any(np.diff(places.astype(np.int64)) <= 0) or places[-1] >= len(values)):
                raise ValueError(f"accessors[{accessor}].sparse: its indices must grow, below {len(values)}")
            values[places] = self._values(what, count, kind, components)
        return values

    def _values(
        self, entry: dict[str, Any], count: int, kind: np.dtype[Any], components: int
    ) -> NDArray[Any]:
        if "bufferView" not in entry or not count:
            return np.zeros((count, components), kind)
        view = self._tree["bufferViews"][entry["bufferView"]]
        start = view.get("byteOffset", 0) + entry.get("byteOffset", 0)
        item = kind.itemsize * components
        data = self._bytes[view["buffer"]]
        if start + view.get("byteStride", item) * (count - 1) + item > len(data):
            raise ValueError(f"buffers[{view['buffer']}] has {len(data)} bytes, fewer than it says")
        strides = (view.get("byteStride", item), kind.itemsize)
        return np.ndarray((count, components), kind, data, start, strides).copy()

    @cached_property
    def _bytes(self) -> list[bytes]:
        return [self._buffer(buffer, k) for k, buffer in enumerate(self._tree.get("buffers", []))]

    def _buffer(self, buffer: dict[str, Any], index: int) -> bytes:
        uri = buffer.get("uri")
        if uri is None:
            if index or len(self._rest) < _CHUNK.size:
                raise ValueError(f"buffers[{index}] is nowhere")
            length, _ = _CHUNK.unpack_from(self._rest)
            return self._rest[_CHUNK.size : _CHUNK.size + length]
        if str(uri).startswith(_DATA_URI):
            return base64.b64decode(str(uri).partition(",")[2])
        found = resolve(self._files, self._path, unquote(str(uri)))
        if found is None:
            raise ValueError(f"side file '{uri}' is not there")
        return self._files.read(found)
