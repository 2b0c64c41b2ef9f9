"""The tree of a glTF 2.0 file, checked before anything is read by it: what it refers to is there and is large enough.

Chunks, accessors and their layout: Khronos, "glTF 2.0 Specification", sections 3.6 and 4.4.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any

MAGIC = b"glTF"
_JSON = b"JSON"
_HEAD, _CHUNK = struct.Struct("<4sII"), struct.Struct("<I4s")
COMPONENT_TYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_INDEX_TYPES = (5121, 5123, 5125)  # of sparse accessors
_MOST_VALUES = 2**28  # of one accessor, as many as files may have bytes
_HARMLESS = ("KHR_materials_", "KHR_lights_", "KHR_animation_pointer")  # without them the shape is the same


@dataclass(frozen=True, slots=True)
class Packed:
    """A glTF file taken apart.

    Attributes:
        tree: its JSON.
        version: of the binary container; 0 of a `.gltf`.
        rest: chunks behind the JSON; empty of a `.gltf`.
    """

    tree: dict[str, Any]
    version: int
    rest: bytes

    def with_tree(self, tree: dict[str, Any]) -> bytes:
        """Return the file with another tree."""
        text = json.dumps(tree).encode()
        if not self.version:
            return text
        text += b" " * (-len(text) % 4)
        start = _HEAD.size + _CHUNK.size
        head = _HEAD.pack(MAGIC, self.version, start + len(text) + len(self.rest))
        return head + _CHUNK.pack(len(text), _JSON) + text + self.rest


def take_apart(data: bytes) -> Packed:
    """Return the parts of a `.gltf` or `.glb` file.

    Raises:
        ValueError: it is neither, or cut short.
    """
    if data[: len(MAGIC)] != MAGIC:
        return Packed(_tree(data), 0, b"")
    start = _HEAD.size + _CHUNK.size
    if len(data) < start:
        raise ValueError(f"a binary glTF of {len(data)} bytes is cut short")
    _, version, length = _HEAD.unpack_from(data)
    json_length, kind = _CHUNK.unpack_from(data, _HEAD.size)
    if version != 2 or kind != _JSON:
        raise ValueError(f"a binary glTF of version {version}, only 2 is read")
    if length > len(data) or start + json_length > len(data):
        raise ValueError(f"cut short: it says {length} bytes, and has {len(data)}")
    return Packed(_tree(data[start : start + json_length]), version, data[start + json_length :])


def _tree(data: bytes) -> dict[str, Any]:
    try:
        tree = json.loads(data)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(tree, dict):
        raise ValueError("not a glTF document")  # noqa: TRY004 - a file's content, not an argument's type
    return tree


def check_tree(tree: dict[str, Any]) -> None:
    """Raise ValueError unless the file can be read with what this reader knows and its references hold.

    Raises:
        ValueError: says what is wrong, with its place.
    """
    _check_extensions(tree)
    buffers, views = _rows(tree, "buffers"), _rows(tree, "bufferViews")
    sizes = [_whole(row, "byteLength", f"buffers[{k}]") for k, row in enumerate(buffers)]
    spans: list[int] = []
    for k, view in enumerate(views):
        place = f"bufferViews[{k}]"
        spans.append(_whole(view, "byteLength", place))
        end = _whole(view, "byteOffset", place, 0) + spans[-1]
        buffer = _index(view, "buffer", place, len(buffers))
        if end > sizes[buffer]:
            raise ValueError(f"{place} ends at byte {end} of the {sizes[buffer]} of buffers[{buffer}]")
    for k, accessor in enumerate(_rows(tree, "accessors")):
        _check_accessor(accessor, f"accessors[{k}]", views, spans)
    _check_references(tree)


def _check_extensions(tree: dict[str, Any]) -> None:
    for name in tree.get("extensionsRequired", []):
        if not str(name).startswith(_HARMLESS):
            raise ValueError(f"it needs the extension {name}, which is not read; export it without")


def _check_accessor(
    accessor: dict[str, Any], place: str, views: list[dict[str, Any]], spans: list[int]
) -> None:
    count = _whole(accessor, "count", place)
    kind, components = accessor.get("componentType"), accessor.get("type")
    if kind not in COMPONENT_TYPES or components not in COMPONENTS:
        raise ValueError(f"{place} is of {components!r} and component type {kind!r}, which there is not")
    if count * COMPONENTS[components] > _MOST_VALUES:
        raise ValueError(f"{place}.count is {count}; so many are not read")
    item = int(COMPONENT_TYPES[kind][2]) * COMPONENTS[components]
    if "sparse" in accessor:
        _check_sparse(accessor["sparse"], f"{place}.sparse", (count, item), views, spans)
    if "bufferView" in accessor and count:
        _check_span(accessor, place, (count, item), views, spans)


def _check_sparse(
    sparse: dict[str, Any],
    place: str,
    whole: tuple[int, int],
    views: list[dict[str, Any]],
    spans: list[int],
) -> None:
    """The values that a sparse accessor replaces, and their places, are there; `whole` is (count, bytes of each)."""
    count = _whole(sparse, "count", place)
    if count > whole[0]:
        raise ValueError(f"{place}.count is {count}; the accessor has {whole[0]}")
    indices, values = (_section(sparse, name, place) for name in ("indices", "values"))
    kind = indices.get("componentType")
    if kind not in _INDEX_TYPES:
        raise ValueError(f"{place}.indices is of component type {kind!r}; known: {sorted(_INDEX_TYPES)}")
    if count:
        _check_span(indices, f"{place}.indices", (count, int(COMPONENT_TYPES[kind][2])), views, spans)
        _check_span(values, f"{place}.values", (count, whole[1]), views, spans)


def _check_span(
    row: dict[str, Any], place: str, size: tuple[int, int], views: list[dict[str, Any]], spans: list[int]
) -> None:
    """So many items of so many bytes lie in the buffer view that a row names."""
    count, item = size
    view = _index(row, "bufferView", place, len(views))
    stride = _whole(views[view], "byteStride", f"bufferViews[{view}]", item)
    end = _whole(row, "byteOffset", place, 0) + stride * (count - 1) + item
    if end > spans[view]:
        raise ValueError(f"{place} ends at byte {end} of the {spans[view]} of bufferViews[{view}]")


def _check_references(tree: dict[str, Any]) -> None:
    """Nodes, meshes and materials that are named exist, and no node is above itself."""
    counts = {name: len(_rows(tree, name)) for name in ("nodes", "meshes", "materials", "accessors", "skins")}
    for k, mesh in enumerate(_rows(tree, "meshes")):
        for n, primitive in enumerate(mesh.get("primitives", [])):
            place = f"meshes[{k}].primitives[{n}]"
            _index(primitive, "material", place, counts["materials"], optional=True)
            _index(primitive, "indices", place, counts["accessors"], optional=True)
            for name in primitive.get("attributes", {}):
                _index(primitive["attributes"], name, place, counts["accessors"])
            for target in primitive.get("targets", []):
                for name in target:
                    _index(target, name, f"{place}.targets", counts["accessors"])
    above: dict[int, int] = {}
    for k, node in enumerate(_rows(tree, "nodes")):
        _index(node, "mesh", f"nodes[{k}]", counts["meshes"], optional=True)
        _index(node, "skin", f"nodes[{k}]", counts["skins"], optional=True)
        for child in node.get("children", []):
            _number(child, f"nodes[{k}].children", counts["nodes"])
            if child in above:
                raise ValueError(f"nodes[{child}] is below nodes[{above[child]}] and nodes[{k}]")
            above[child] = k
    _check_no_circle(above)


def _check_no_circle(above: dict[int, int]) -> None:
    sound: set[int] = set()
    for start in above:
        way: list[int] = []
        node: int | None = start
        while node is not None and node not in sound:
            if node in way:
                raise ValueError(f"nodes[{node}] is above itself")
            way.append(node)
            node = above.get(node)
        sound.update(way)


def _rows(tree: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = tree.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):  # pyright: ignore[reportUnknownVariableType]
        raise ValueError(f"{name} must be a list of objects")
    return rows  # pyright: ignore[reportUnknownVariableType]


def _section(row: dict[str, Any], name: str, place: str) -> dict[str, Any]:
    section = row.get(name)
    if not isinstance(section, dict):
        raise ValueError(f"{place}.{name} must be an object, got {section!r}")  # noqa: TRY004 - as above
    return section  # pyright: ignore[reportUnknownVariableType]


def _whole(row: dict[str, Any], name: str, place: str, default: int | None = None) -> int:
    value = row.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{place}.{name} must be a whole number from 0, got {value!r}")
    return value


def _index(row: dict[str, Any], name: str, place: str, count: int, *, optional: bool = False) -> int:
    if optional and name not in row:
        return -1
    return _number(row.get(name), f"{place}.{name}", count)


def _number(value: object, place: str, count: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < count:
        raise ValueError(f"{place} is {value!r}; there are {count}")
    return value
