"""Wavefront OBJ with its MTL files, split by material.

Understood: several objects, groups and materials, polygons, negative indices, `usemtl` of names with spaces,
missing normals (made from smoothing groups), missing texture coordinates, backslash line joins. Lines, points,
curves and vertex colours are left out. Y is up unless the caller knows better.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simgen.assets.importers.files import SourceFiles, resolve
from simgen.assets.importers.mtl import read_mtl
from simgen.assets.importers.polygons import corner_normals, face_vectors, triangulate
from simgen.assets.importers.raw import RawModel, RawPart
from simgen.assets.importers.soft_prints import with_soft_prints
from simgen.errors import AssetError
from simgen.geometry import FloatArray
from simgen.records.asset import Material

MAX_TRIANGLES = 5_000_000  # of a file; assumed
_PART = 1 << 18  # characters, and the rest of a line
_FLAT, _SMOOTH_DEG, _UNSAID_DEG = 2.0, 60.0, 40.0  # creases; without `s` the file leaves it open (assumed)


@dataclass(slots=True)
class _Group:
    """Faces of one material: flat lists of corners, three a triangle, and one crease cosine a triangle."""

    corners: list[int] = field(default_factory=list[int])
    creases: list[float] = field(default_factory=list[float])


@dataclass(slots=True)
class _Rows:
    """The numbers of all lines of one kind, `width` of each line; what a line lacks is 0."""

    kind: str
    width: int
    values: array[float] = field(default_factory=lambda: array("d"))

    def add(self, words: list[str], place: str) -> None:
        numbers = words[1 : self.width + 1]
        try:
            self.values.extend(map(float, numbers))
        except ValueError as error:
            message = f"a '{self.kind}' line holds something that is no number ({error})"
            raise AssetError(f"{place}: {message}") from None
        if len(numbers) < self.width:
            self.values.extend([0.0] * (self.width - len(numbers)))

    def __len__(self) -> int:
        return len(self.values) // self.width

    def table(self, place: str) -> FloatArray:
        """Return (n, width)."""
        values = np.frombuffer(self.values, float).reshape(-1, self.width)
        if not np.isfinite(values).all():
            raise AssetError(f"{place}: a '{self.kind}' line holds a number that is not finite")
        return values


@dataclass(slots=True)
class _Obj:
    """What the lines of an OBJ file said, its numbers packed: large files have millions.

    Attributes:
        tokens: number of each corner, by how it is written.
        corners: (v, vt, vn) of every corner one behind the other, -1 = none.
    """

    points: _Rows = field(default_factory=lambda: _Rows("v", 3))
    uvs: _Rows = field(default_factory=lambda: _Rows("vt", 2))
    normals: _Rows = field(default_factory=lambda: _Rows("vn", 3))
    tokens: dict[str, int] = field(default_factory=dict[str, int])
    corners: array[int] = field(default_factory=lambda: array("q"))
    polygons: list[tuple[str, list[int], float]] = field(default_factory=list[tuple[str, list[int], float]])
    groups: dict[str, _Group] = field(default_factory=dict[str, _Group])
    libraries: list[str] = field(default_factory=list[str])
    triangle_count: int = 0


def read_obj(files: SourceFiles, path: str) -> RawModel:
    """Return the model of an OBJ file.

    Raises:
        AssetError: it has no faces, an index out of range, a number that is none, or is too large.
    """
    text = files.read(path).decode("utf-8", errors="replace")
    parsed = _parse(text, f"{files.name}: {path}")
    if not parsed.tokens:
        raise AssetError(f"{files.name}: {path}: no faces; the file holds no surface to draw")
    notes: list[str] = []
    materials, index = _materials(files, path, parsed, notes)
    arrays = _Arrays.of(parsed, f"{files.name}: {path}")
    for material, corners, crease in parsed.polygons:
        try:
            triangles = triangulate(corners, arrays.points[arrays.corners[corners, 0]])
        except ValueError as error:
            raise AssetError(f"{files.name}: {path}: {error}") from error
        group = parsed.groups[material]
        group.corners.extend(c for triangle in triangles for c in triangle)
        group.creases.extend([crease] * len(triangles))
    parts = _parts(parsed, arrays, index)
    if not parts:
        raise AssetError(f"{files.name}: {path}: every face has zero area")
    parts, materials = with_soft_prints(parts, materials)
    return RawModel(parts=parts, materials=materials, up_axis="y", notes=tuple(notes))


def _split(text: str) -> Iterator[str]:
    """Yield the lines of a text, a part of it at a time: all at once would take several times its size."""
    first = 0
    while first < len(text):
        after = text.find("\n", first + _PART) + 1 or len(text)
        yield from text[first:after].splitlines()
        first = after


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line number, line) with backslash joins resolved."""
    pending = ""
    for number, line in enumerate(_split(text), start=1):
        if line.endswith("\\"):
            pending += line[:-1] + " "
            continue
        yield number, pending + line if pending else line
        pending = ""
    if pending:
        yield 0, pending


def _parse(text: str, place: str) -> _Obj:
    """Return the numbers and faces of a file, in its order."""
    obj = _Obj()
    crease = float(np.cos(np.radians(_UNSAID_DEG)))
    material = ""
    group = obj.groups.setdefault(material, _Group())
    for number, line in _lines(text):
        words = line.split()
        if not words:
            continue
        key = words[0]
        if key == "v":
            obj.points.add(words, place)
        elif key == "f":
            _face(obj, material, group, words, crease, f"{place}:{number}")
        elif key == "vt":
            obj.uvs.add(words, place)
        elif key == "vn":
            obj.normals.add(words, place)
        elif key == "usemtl":
            material = line.strip()[6:].strip()
            group = obj.groups.setdefault(material, _Group())
        elif key == "s":
            crease = _crease(words)
        elif key == "mtllib":
            obj.libraries.append(line.strip()[6:].strip())
    return obj


def _crease(words: list[str]) -> float:
    off = len(words) < 2 or words[1] in ("off", "0")
    return _FLAT if off else float(np.cos(np.radians(_SMOOTH_DEG)))


def _face(obj: _Obj, material: str, group: _Group, words: list[str], crease: float, place: str) -> None:
    """Take a face: a triangle goes to its material, more corners are parted once all points are read."""
    if len(words) < 4:
        return
    if any("-" in word for word in words):
        words = [words[0], *(_absolute(obj, word, place) for word in words[1:])]
    corners = [_corner(obj, word, place) for word in words[1:]]
    obj.triangle_count += len(corners) - 2
    if obj.triangle_count > MAX_TRIANGLES:
        raise AssetError(f"{place}: more than {MAX_TRIANGLES:,} triangles; simplify the model first")
    if len(corners) == 3:
        group.corners.extend(corners)
        group.creases.append(crease)
    else:
        obj.polygons.append((material, corners, crease))


def _corner(obj: _Obj, word: str, place: str) -> int:
    """Return the number of a corner; equal words mean the same one."""
    number = obj.tokens.get(word)
    if number is None:
        number = obj.tokens[word] = len(obj.tokens)
        obj.corners.extend(_indices(word, place))
    return number


def _absolute(obj: _Obj, word: str, place: str) -> str:
    """Return a corner with its negative indices (counted back from here) made positive."""
    counts = (len(obj.points), len(obj.uvs), len(obj.normals))
    parts: list[str] = []
    for part, count in zip(word.split("/"), counts, strict=False):
        try:
            parts.append(str(count + 1 + int(part)) if part.startswith("-") else part)
        except ValueError:
            raise AssetError(
                f"{place}: '{word}' is no face corner; expected v, v/vt, v//vn or v/vt/vn"
            ) from None
    return "/".join(parts)


@dataclass(frozen=True, slots=True, eq=False)
class _Arrays:
    """The numbers of the file: positions, texture coordinates, normals, and (v, vt, vn) of every corner, -1 = none."""

    points: FloatArray
    uvs: FloatArray
    normals: FloatArray
    corners: NDArray[np.int64]

    @staticmethod
    def of(obj: _Obj, place: str) -> _Arrays:
        """Return the arrays of a file that was read.

        Raises:
            AssetError: a face names a corner that the file does not have.
        """
        corners = np.frombuffer(obj.corners, np.int64).reshape(-1, 3)
        arrays = _Arrays(obj.points.table(place), obj.uvs.table(place), obj.normals.table(place), corners)
        tops = (("v", arrays.points), ("vt", arrays.uvs), ("vn", arrays.normals))
        for column, (kind, values) in enumerate(tops):
            bad = (corners[:, column] >= len(values)) | (corners[:, column] < -1)
            if column == 0:
                bad |= corners[:, 0] < 0
            if bad.any():
                wrong = int(corners[int(np.argmax(bad)), column]) + 1
                raise AssetError(
                    f"{place}: a face names {kind} {wrong}; the file has {kind} 1..{len(values)}"
                )
        return arrays


def _indices(token: str, place: str) -> tuple[int, int, int]:
    parts = [*token.split("/"), "", ""][:3]
    try:
        v, vt, vn = (int(part) - 1 if part else -1 for part in parts)
    except ValueError:
        raise AssetError(
            f"{place}: '{token}' is no face corner; expected v, v/vt, v//vn or v/vt/vn"
        ) from None
    return v, vt, vn


def _materials(
    files: SourceFiles, path: str, obj: _Obj, notes: list[str]
) -> tuple[tuple[Material, ...], dict[str, int]]:
    """Return the materials the faces use, in order of first use, and their index by name."""
    known: dict[str, Material] = {}
    for library in obj.libraries:
        names = [library] if resolve(files, path, library) else library.split()
        for name in names:
            found = resolve(files, path, name)
            if found is None:
                notes.append(
                    f"{path}: material file '{name}' is not in {files.name}; default materials are used"
                )
            else:
                known.update(read_mtl(files, found, notes))
    polygon_groups = {material for material, _, _ in obj.polygons}
    used = [name for name, group in obj.groups.items() if group.corners or name in polygon_groups]
    for name in used:
        if name and known and name not in known:
            notes.append(f"{path}: no material '{name}' in its material files; the default one is used")
    materials = tuple(known.get(name, Material(name=name or "default")) for name in used)
    return materials, {name: i for i, name in enumerate(used)}


def _parts(obj: _Obj, arrays: _Arrays, index: dict[str, int]) -> tuple[RawPart, ...]:
    names = [name for name in obj.groups if name in index]
    tables = [np.array(obj.groups[name].corners, np.int64).reshape(-1, 3) for name in names]
    corners = np.concatenate(tables)
    creases = np.concatenate([np.array(obj.groups[name].creases, float) for name in names])
    material = np.repeat([index[name] for name in names], [len(table) for table in tables])
    triangles = arrays.corners[corners, 0]
    kept = np.linalg.norm(face_vectors(arrays.points, triangles), axis=1) > 0
    corners, creases, material, triangles = corners[kept], creases[kept], material[kept], triangles[kept]
    normals = _normals(arrays, corners, triangles, creases)
    parts = [_part(arrays, corners[material == m], normals[material == m], m) for m in range(len(names))]
    return tuple(part for part in parts if len(part.triangles))


def _normals(
    arrays: _Arrays, corners: NDArray[np.int64], triangles: NDArray[np.int64], creases: FloatArray
) -> FloatArray:
    """Return (m, 3, 3) corner normals: the file's where all three are given and not zero, else computed."""
    indices = arrays.corners[corners, 2]
    if len(arrays.normals) == 0:
        return corner_normals(arrays.points, triangles, creases)
    given = arrays.normals[np.maximum(indices, 0)]
    lengths = np.linalg.norm(given, axis=2, keepdims=True)
    good = ((indices >= 0) & (lengths[..., 0] > 1e-6)).all(axis=1)
    normals = given / np.where(lengths > 1e-6, lengths, 1.0)
    if not good.all():
        normals[~good] = corner_normals(arrays.points, triangles, creases)[~good]
    return normals


def _part(arrays: _Arrays, corners: NDArray[np.int64], normals: FloatArray, material: int) -> RawPart:
    """Return one material's triangles with corners that agree in everything shared."""
    tokens = arrays.corners[corners].reshape(-1, 3)
    flat = normals.reshape(-1, 3)
    quantised = np.rint((flat + 1.0) * 511.5).astype(np.int64)
    direction = (quantised[:, 0] << 20) | (quantised[:, 1] << 10) | quantised[:, 2]
    pair = np.unique(tokens[:, 0] * (len(arrays.uvs) + 1) + tokens[:, 1] + 1, return_inverse=True)[1]
    _, first, inverse = np.unique(
        (pair.astype(np.int64) << 31) | direction, return_index=True, return_inverse=True
    )
    tokens = tokens[first]
    uvs = np.zeros((len(first), 2), np.float32)
    mapped = tokens[:, 1] >= 0
    uvs[mapped] = arrays.uvs[tokens[mapped, 1]]
    return RawPart(
        positions=arrays.points[tokens[:, 0]],
        normals=flat[first].astype(np.float32),
        uvs=uvs,
        triangles=inverse.reshape(-1, 3).astype(np.int64),
        material=material,
    )
