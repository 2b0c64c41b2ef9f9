"""The byte format of prepared models, surfaces and collision shapes: a header and raw arrays, loaded in milliseconds.

8 bytes magic, CRC-32 of all that follows the CRC, length of the header, header (JSON), then raw arrays, each
aligned to 16 bytes. Textures are stored as pixels: decoding them would be most of the loading time.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import deflate
import numpy as np
from numpy.typing import NDArray

from simgen.records.asset import Collision, Gait, Material, Model, Skin, Submesh, Surface, Texture

_MODEL_MAGIC = b"SIMGENM2"
_COLLISION_MAGIC = b"SIMGENC1"
_SURFACE_MAGIC = b"SIMGENS1"
_HEAD = struct.Struct("<8sII")
_ALIGNMENT = 16
_MOSTLY_MESHES = 0.75  # of a file: then copying them out would take longer than what it frees is worth
_PLAIN = tuple(name for name in Model.__dataclass_fields__ if name not in ("lods", "materials", "skin"))
_MOVED = ("joints", "weights")
_MAPS = ("base_color_map", "metallic_roughness_map", "normal_map", "emissive_map")


def pack_model(model: Model) -> bytes:
    """Return a prepared model as bytes; the same model gives the same bytes."""
    blobs = _Blobs()
    textures: dict[int, int] = {}
    kept: list[Texture] = []
    header: dict[str, Any] = {
        "lods": [[_submesh_entry(submesh, blobs) for submesh in level] for level in model.lods],
        "materials": [_material_entry(m, textures, kept) for m in model.materials],
        "textures": [_texture_entry(texture, blobs) for texture in kept],
    } | {name: getattr(model, name) for name in _PLAIN}
    if model.skin is not None:
        header["skin"] = _skin_entry(model.skin, blobs)
    return _joined(_MODEL_MAGIC, header, blobs)


def unpack_model(data: bytes) -> Model:
    """Return the model that `pack_model` wrote; its arrays are read-only, textures views of `data`.

    Geometry is copied out of all but small textures: who keeps a mesh (a renderer does) shall not keep them with it.

    Raises:
        ValueError: the bytes are damaged, cut short or of another version.
    """
    header, read = _split(_MODEL_MAGIC, data)
    textures = [_texture(entry, read) for entry in header["textures"]]
    meshes_end = min((entry["pixels"][2] for entry in header["textures"]), default=len(data))
    meshes = read if meshes_end > _MOSTLY_MESHES * len(data) else read.copied(meshes_end)
    plain: dict[str, Any] = {name: tuple(header[name]) for name in _PLAIN}
    return Model(
        lods=tuple(tuple(_submesh(entry, meshes) for entry in level) for level in header["lods"]),
        materials=tuple(_material(entry, textures) for entry in header["materials"]),
        skin=_skin(header["skin"], read) if "skin" in header else None,
        **plain,
    )


def pack_surface(surface: Surface) -> bytes:
    """Return a surface as bytes; the same surface gives the same bytes."""
    blobs = _Blobs()
    kept: list[Texture] = []
    header: dict[str, Any] = {
        "material": _material_entry(surface.material, {}, kept),
        "textures": [_texture_entry(texture, blobs) for texture in kept],
        "tile_m": surface.tile_m,
    }
    return _joined(_SURFACE_MAGIC, header, blobs)


def unpack_surface(data: bytes) -> Surface:
    """Return the surface that `pack_surface` wrote; its textures are views of `data`.

    Raises:
        ValueError: the bytes are damaged, cut short or of another version.
    """
    header, read = _split(_SURFACE_MAGIC, data)
    textures = [_texture(entry, read) for entry in header["textures"]]
    return Surface(_material(header["material"], textures), header["tile_m"])


def pack_collision(collision: Collision) -> bytes:
    """Return a collision shape as bytes; the same shape gives the same bytes."""
    blobs = _Blobs()
    header = {
        "hulls": [blobs.add(hull) for hull in collision.hulls_m],
        "center_of_mass_m": collision.center_of_mass_m,
        "volume_m3": collision.volume_m3,
    }
    return _joined(_COLLISION_MAGIC, header, blobs)


def unpack_collision(data: bytes) -> Collision:
    """Return the collision shape that `pack_collision` wrote.

    Raises:
        ValueError: the bytes are damaged, cut short or of another version.
    """
    header, read = _split(_COLLISION_MAGIC, data)
    return Collision(
        hulls_m=tuple(read(entry) for entry in header["hulls"]),
        center_of_mass_m=tuple(header["center_of_mass_m"]),
        volume_m3=header["volume_m3"],
    )


def pack_arrays(magic: bytes, header: dict[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return plain values and named arrays as bytes of a kind of their own.

    Args:
        magic: 8 bytes that name the kind and its version.
        header: what JSON can hold, by name; `arrays` is taken.
    """
    blobs = _Blobs()
    entries = {name: blobs.add(array) for name, array in arrays.items()}
    return _joined(magic, header | {"arrays": entries}, blobs)


def unpack_arrays(magic: bytes, data: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return what `pack_arrays` was given; the arrays are views of `data`.

    Raises:
        ValueError: the bytes are damaged, cut short or of another version.
    """
    header, read = _split(magic, data)
    return header, {name: read(entry) for name, entry in header.pop("arrays").items()}


@dataclass(slots=True)
class _Blobs:
    """Arrays laid one behind the other; an entry is [dtype, shape, offset]."""

    chunks: list[bytes] = field(default_factory=list[bytes])
    length: int = 0

    def add(self, array: NDArray[Any]) -> list[Any]:
        data = np.ascontiguousarray(array).tobytes()
        entry = [array.dtype.str, list(array.shape), self.length]
        padding = -len(data) % _ALIGNMENT
        self.chunks.append(data + b"\0" * padding)
        self.length += len(data) + padding
        return entry


class _Reader:
    """Gives the array of an entry as a view."""

    def __init__(self, body: memoryview) -> None:
        self._body = body

    def __call__(self, entry: list[Any]) -> NDArray[Any]:
        kind, shape, offset = entry
        return np.ndarray(shape, kind, self._body, offset)

    def copied(self, end: int) -> _Reader:
        """Return a reader of the arrays that lie before `end`, which does not hold on to what comes after."""
        return _Reader(memoryview(bytes(self._body[:end])))


def _joined(magic: bytes, header: dict[str, Any], blobs: _Blobs) -> bytes:
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(_HEAD.size + len(text)) % _ALIGNMENT)
    body = b"".join([text, *blobs.chunks])
    return _HEAD.pack(magic, deflate.crc32(body, len(text)), len(text)) + body


def _split(expected_magic: bytes, data: bytes) -> tuple[dict[str, Any], _Reader]:
    if len(data) < _HEAD.size:
        raise ValueError("cut short")
    magic, crc, header_length = _HEAD.unpack_from(data)
    body = memoryview(data)[_HEAD.size :]
    if magic != expected_magic or deflate.crc32(body, header_length) != crc:
        raise ValueError("damaged or of another version")
    return json.loads(bytes(body[:header_length])), _Reader(body[header_length:])


def _skin_entry(skin: Skin, blobs: _Blobs) -> dict[str, Any]:
    gait = skin.gait
    return {
        "names": skin.names,
        "parents": skin.parents,
        "T_object_joints": blobs.add(skin.T_object_joints),
        "stride_m": gait.stride_m,
        "full_speed_mps": gait.full_speed_mps,
        "rotations_wxyz": blobs.add(gait.rotations_wxyz),
        "shifts_m": blobs.add(gait.shifts_m),
    }


def _skin(entry: dict[str, Any], read: _Reader) -> Skin:
    turns, shifts = read(entry["rotations_wxyz"]).copy(), read(entry["shifts_m"]).copy()
    gait = Gait(entry["stride_m"], entry["full_speed_mps"], turns, shifts)
    return Skin(tuple(entry["names"]), tuple(entry["parents"]), read(entry["T_object_joints"]).copy(), gait)


def _submesh_entry(submesh: Submesh, blobs: _Blobs) -> dict[str, Any]:
    moved = {name: getattr(submesh, name) for name in _MOVED}
    return {
        "positions_m": blobs.add(submesh.positions_m),
        "normals": blobs.add(submesh.normals),
        "uvs": blobs.add(submesh.uvs),
        "triangles": blobs.add(submesh.triangles),
        "material": submesh.material,
        "closed_count": submesh.closed_count,
        **{name: blobs.add(array) for name, array in moved.items() if array is not None},
    }


def _submesh(entry: dict[str, Any], read: _Reader) -> Submesh:
    names = ("positions_m", "normals", "uvs", "triangles", *(name for name in _MOVED if name in entry))
    arrays = {name: read(entry[name]) for name in names}
    return Submesh(**arrays, material=entry["material"], closed_count=entry["closed_count"])


def _texture_entry(texture: Texture, blobs: _Blobs) -> dict[str, Any]:
    """Return what is known of a texture; smaller levels of colours are kept, as averaging light takes long."""
    from simgen.assets.mip_levels import smaller_levels  # brings OpenCV, which reading does not need

    smaller = (texture.smaller or smaller_levels(texture)) if texture.srgb else ()
    return {
        "pixels": blobs.add(texture.pixels),
        "srgb": texture.srgb,
        "smaller": [blobs.add(level) for level in smaller],
    }


def _texture(entry: dict[str, Any], read: _Reader) -> Texture:
    # Files of before have no smaller levels.
    smaller = tuple(read(level) for level in entry.get("smaller", ()))
    return Texture(read(entry["pixels"]), entry["srgb"], smaller)


def _material_entry(material: Material, textures: dict[int, int], kept: list[Texture]) -> dict[str, Any]:
    plain = {k: getattr(material, k) for k in Material.__dataclass_fields__ if k not in _MAPS}
    for name in _MAPS:
        texture: Texture | None = getattr(material, name)
        if texture is not None and id(texture) not in textures:
            textures[id(texture)] = len(kept)
            kept.append(texture)
        plain[name] = None if texture is None else textures[id(texture)]
    return plain


def _material(entry: dict[str, Any], textures: list[Texture]) -> Material:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
    for name in _MAPS:
        index = entry.get(name)
        values[name] = None if index is None else textures[index]
    return Material(**values)
