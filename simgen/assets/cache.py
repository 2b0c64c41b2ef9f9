"""Prepared models on disk: one file a model, found by what it was made from, loaded in a few milliseconds.

File: 8 bytes magic, CRC-32 of all that follows the CRC, length of the header, header (JSON), then raw arrays,
each aligned to 16 bytes. Textures are stored as pixels: decoding them would be most of the loading time.
A file that is damaged or of another version is treated as absent. Writers write beside and rename, so workers
may race: all of them write the same bytes.
"""

from __future__ import annotations

import ctypes
import json
import os
import struct
import tempfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simgen.errors import AssetError
from simgen.records.asset import Collision, Material, Model, Submesh, Texture
from simgen.resources import cache_folder

_MAGIC = b"SIMGENM1"
_HEAD = struct.Struct("<8sII")
_ALIGNMENT = 16
_MAPS = ("base_color_map", "metallic_roughness_map", "normal_map")
Prepared = tuple[Model, Collision]


def cached(key: str, make: Callable[[], Prepared]) -> Prepared:
    """Return the prepared model of `key` (hex), made and stored if no sound file holds it.

    Raises:
        AssetError: the model cannot be made, or the cache folder cannot be written.
    """
    file = cache_folder() / "models" / key[:2] / f"{key}.model"
    with suppress(OSError, ValueError, KeyError, TypeError, IndexError):
        return unpack(file.read_bytes())
    data = pack(*make())
    _store(file, data)
    _return_memory()
    return unpack(data)


def pack(model: Model, collision: Collision) -> bytes:
    """Return a prepared model as bytes; the same model gives the same bytes."""
    blobs = _Blobs()
    textures: dict[int, int] = {}
    kept: list[Texture] = []
    header: dict[str, Any] = {
        "lods": [[_submesh_entry(submesh, blobs) for submesh in level] for level in model.lods],
        "materials": [_material_entry(m, textures, kept) for m in model.materials],
        "textures": [{"pixels": blobs.add(t.pixels), "srgb": t.srgb} for t in kept],
        "size_m": model.size_m,
        "lod_errors_m": model.lod_errors_m,
        "hulls": [blobs.add(hull) for hull in collision.hulls_m],
        "center_of_mass_m": collision.center_of_mass_m,
        "volume_m3": collision.volume_m3,
    }
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(_HEAD.size + len(text)) % _ALIGNMENT)
    body = b"".join([text, *blobs.chunks])
    crc = zlib.crc32(body, len(text))
    return _HEAD.pack(_MAGIC, crc, len(text)) + body


def unpack(data: bytes) -> Prepared:
    """Return the model that `pack` wrote; its arrays are read-only views of `data`.

    Raises:
        ValueError: the bytes are damaged, cut short or of another version.
    """
    if len(data) < _HEAD.size:
        raise ValueError("cut short")
    magic, crc, header_length = _HEAD.unpack_from(data)
    body = memoryview(data)[_HEAD.size :]
    if magic != _MAGIC or zlib.crc32(body, header_length) != crc:
        raise ValueError("damaged or of another version")
    header = json.loads(bytes(body[:header_length]))
    read = _Reader(body[header_length:])
    textures = [Texture(read(t["pixels"]), srgb=t["srgb"]) for t in header["textures"]]
    model = Model(
        lods=tuple(tuple(_submesh(entry, read) for entry in level) for level in header["lods"]),
        materials=tuple(_material(entry, textures) for entry in header["materials"]),
        size_m=tuple(header["size_m"]),
        lod_errors_m=tuple(header["lod_errors_m"]),
    )
    collision = Collision(
        hulls_m=tuple(read(entry) for entry in header["hulls"]),
        center_of_mass_m=tuple(header["center_of_mass_m"]),
        volume_m3=header["volume_m3"],
    )
    return model, collision


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
        kind, shape, offset = np.dtype(entry[0]), entry[1], entry[2]
        count = int(np.prod(shape))
        return np.frombuffer(self._body, kind, count, offset).reshape(shape)


def _submesh_entry(submesh: Submesh, blobs: _Blobs) -> dict[str, Any]:
    return {
        "positions_m": blobs.add(submesh.positions_m),
        "normals": blobs.add(submesh.normals),
        "uvs": blobs.add(submesh.uvs),
        "triangles": blobs.add(submesh.triangles),
        "material": submesh.material,
    }


def _submesh(entry: dict[str, Any], read: _Reader) -> Submesh:
    arrays = {name: read(entry[name]) for name in ("positions_m", "normals", "uvs", "triangles")}
    return Submesh(**arrays, material=entry["material"])


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
        values[name] = None if entry[name] is None else textures[entry[name]]
    return Material(**values)


def _return_memory() -> None:
    """Give back what making a model needed: glibc would keep up to some hundred MiB of it in pieces."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _store(file: Path, data: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(data)
            Path(temporary).replace(file)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise AssetError(
            f"cannot write the model cache '{file.parent}' ({error.strerror}); "
            "free some space or set SIMGEN_CACHE to another folder"
        ) from error
