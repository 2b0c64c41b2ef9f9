"""glTF 2.0, as text with side files (`.gltf`) or in one binary (`.glb`), with its metallic-roughness materials.

The whole default scene becomes one model: rigid, unless it has skins and an animation moves them (see `gltf_rig`).
Morph targets stay at their weights at rest (see `gltf_dense`). Other animations, cameras and lights are left out; of
extensions, those of `gltf_extensions` are read.
Y is up, metres, by the format's definition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any, cast
from urllib.parse import unquote

import numpy as np

from simgen.assets.importers.files import SourceFiles, resolve
from simgen.assets.importers.gltf_buffers import Buffers
from simgen.assets.importers.gltf_dense import spelled_out
from simgen.assets.importers.gltf_document import check_tree, take_apart
from simgen.assets.importers.gltf_extensions import Extensions, extensions_of, with_unique_names
from simgen.assets.importers.gltf_nodes import shown_nodes, world_matrices
from simgen.assets.importers.gltf_rig import Piece, rigged
from simgen.assets.importers.images import decode_image
from simgen.assets.importers.mtl import with_alpha_mode
from simgen.assets.importers.raw import RawModel, RawPart
from simgen.assets.importers.surfaces import READ_ERRORS, check_mesh, part_of, reason
from simgen.errors import AssetError
from simgen.records.asset import Material, Skin, Texture

_ALPHA_MODES = {"MASK": "mask", "BLEND": "blend"}  # any other is OPAQUE


class _SideFiles:
    """Gives trimesh the side files of a `.gltf` from its own source only."""

    def __init__(self, files: SourceFiles, beside: str) -> None:
        self._files, self._beside = files, beside

    def get(self, name: str) -> bytes:
        """Return the bytes of one side file."""
        found = resolve(self._files, self._beside, unquote(name))
        if found is None:
            raise AssetError(f"{self._files.name}: {self._beside}: side file '{name}' is not there")
        return self._files.read(found)

    def __getitem__(self, name: str) -> bytes:
        return self.get(name)


def read_gltf(files: SourceFiles, path: str) -> RawModel:
    """Return the model of a glTF file.

    Raises:
        AssetError: it is damaged, a side file is missing, or it holds no triangles.
    """
    place = f"{files.name}: {path}"
    try:
        model = _read(files, path, place)
    except READ_ERRORS as error:
        raise AssetError(f"{place}: not a readable glTF file ({reason(error)})") from error
    if not model.parts:
        raise AssetError(f"{place}: no triangles; the file holds no surface to draw")
    return model


def _read(files: SourceFiles, path: str, place: str) -> RawModel:
    packed = take_apart(files.read(path))
    check_tree(packed.tree)
    buffers = Buffers(packed, files, path)
    dense, left_out = spelled_out(packed.tree, buffers)
    tree, extensions = with_unique_names(dense)
    shapes = _shapes(_trimesh_scene(packed.with_tree(_flat(tree)), files, path), tree)
    index, materials = _materials(shapes, place, extensions)
    if any("skin" in tree["nodes"][shape.node] for shape in shapes):
        parts, skin, notes = _rigged_parts(tree, buffers, shapes, index, place)
    else:
        parts, skin, notes = _rigid_parts(tree, shapes, index, place), None, ()
    notes = (*notes, *(f"{path}: {note}" for note in left_out), *_missing_images(files, path, tree))
    return RawModel(parts=tuple(parts), materials=tuple(materials), up_axis="y", notes=notes, skin=skin)


def _trimesh_scene(content: bytes, files: SourceFiles, path: str) -> Any:
    import trimesh

    return trimesh.load_scene(
        BytesIO(content),
        file_type=PurePosixPath(path).suffix.lower().lstrip("."),
        resolver=cast("Any", _SideFiles(files, path)),
        process=False,
        merge_primitives=False,
    )


def _missing_images(files: SourceFiles, path: str, tree: dict[str, Any]) -> Iterator[str]:
    for image in tree.get("images", []):
        uri = str(image.get("uri", "data:"))
        if not uri.startswith("data:") and resolve(files, path, unquote(uri)) is None:
            yield f"{path}: image '{uri}' is not in {files.name}; materials go without it"


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """One primitive at one node, as trimesh reads it."""

    node: int
    name: str
    attributes: dict[str, int]
    mesh: Any

    @property
    def material(self) -> Any:
        return getattr(self.mesh.visual, "material", None)

    @property
    def uvs(self) -> Any:
        return getattr(self.mesh.visual, "uv", None)


def _flat(tree: dict[str, Any]) -> dict[str, Any]:
    """Return a tree of the same primitives, each a mesh at a node of its own: we see ourselves where they stand."""
    meshes = [
        {"name": f"{k}.{n}", "primitives": [primitive]}
        for k, mesh in enumerate(tree.get("meshes", []))
        for n, primitive in enumerate(mesh["primitives"])
    ]
    nodes = [{"mesh": k} for k in range(len(meshes))]
    rest = {
        key: value for key, value in tree.items() if key not in ("animations", "skins", "cameras", "scene")
    }
    return {**rest, "meshes": meshes, "nodes": nodes, "scenes": [{"nodes": list(range(len(nodes)))}]}


def _shapes(scene: Any, tree: dict[str, Any]) -> list[_Shape]:
    shapes: list[_Shape] = []
    for node in shown_nodes(tree):
        mesh = tree["nodes"][node].get("mesh")
        for n, primitive in enumerate([] if mesh is None else tree["meshes"][mesh]["primitives"]):
            found = scene.geometry.get(f"{mesh}.{n}")
            if hasattr(found, "faces") and len(found.faces):
                shapes.append(_Shape(node, f"{mesh}.{n}", primitive["attributes"], found))
    return shapes


def _materials(
    shapes: list[_Shape], place: str, extensions: tuple[Extensions, ...]
) -> tuple[dict[int, int], list[Material]]:
    """Return the index of each material of trimesh by its identity, and the materials."""
    index: dict[int, int] = {}
    materials: list[Material] = []
    for shape in shapes:
        if id(shape.material) not in index:
            index[id(shape.material)] = len(materials)
            materials.append(_material(shape.material, place, extensions))
    return index, materials


def _rigid_parts(
    tree: dict[str, Any], shapes: list[_Shape], index: dict[int, int], place: str
) -> list[RawPart]:
    """Return the parts where their nodes stand."""
    worlds = world_matrices(tree)
    return [
        part_of(
            shape.mesh,
            worlds[shape.node],
            shape.uvs,
            index[id(shape.material)],
            f"{place}: mesh {shape.name}",
        )
        for shape in shapes
        if np.any(worlds[shape.node][:3, :3])  # not scaled to nothing
    ]


def _rigged_parts(
    tree: dict[str, Any], buffers: Buffers, shapes: list[_Shape], index: dict[int, int], place: str
) -> tuple[list[RawPart], Skin | None, tuple[str, ...]]:
    """Return the parts with joints and weights, their skeleton and notes."""
    pieces: list[Piece] = []
    for shape in shapes:
        check_mesh(shape.mesh, f"{place}: mesh {shape.name}")
        normals = np.asarray(shape.mesh.vertex_normals, float)
        pieces.append(Piece(shape.node, np.asarray(shape.mesh.vertices, float), normals, shape.attributes))
    done = rigged(tree, buffers, pieces)
    parts = [
        RawPart(
            positions=piece.positions,
            normals=piece.normals.astype(np.float32),
            uvs=np.zeros((len(piece.positions), 2), np.float32)
            if shape.uvs is None
            else np.asarray(shape.uvs, np.float32)[:, :2],
            triangles=np.asarray(shape.mesh.faces, np.int64),
            material=index[id(shape.material)],
            joints=piece.joints,
            weights=piece.weights,
        )
        for shape, piece in zip(shapes, done.pieces, strict=True)
    ]
    return parts, done.skin, done.notes


def _material(source: Any, place: str, known: tuple[Extensions, ...]) -> Material:
    """Return a material of trimesh as ours; its factors are linear, colours kept by trimesh in 8 bits."""
    if source is None or not hasattr(source, "metallicFactor"):
        return Material()
    color = _factor(source.baseColorFactor, (1.0, 1.0, 1.0, 1.0))
    emissive = _factor(source.emissiveFactor, (0.0, 0.0, 0.0))
    more = extensions_of(str(source.name or ""), known)
    r, g, b = (v * more.emissive_strength for v in emissive[:3])
    mode = _ALPHA_MODES.get(str(source.alphaMode), "opaque")
    material = Material(
        name=more.name or "default",
        base_color_rgb=(color[0], color[1], color[2]),
        metallic=1.0 if source.metallicFactor is None else float(source.metallicFactor),
        roughness=1.0 if source.roughnessFactor is None else float(source.roughnessFactor),
        alpha=color[3] if mode != "opaque" else 1.0,
        base_color_map=_texture(source.baseColorTexture, place, srgb=True, alpha=mode != "opaque"),
        metallic_roughness_map=_texture(source.metallicRoughnessTexture, place, srgb=False),
        normal_map=_texture(source.normalTexture, place, srgb=False),
        alpha_cutoff=0.5 if source.alphaCutoff is None else float(source.alphaCutoff),
        double_sided=bool(source.doubleSided),
        emissive_rgb=(r, g, b),
        emissive_map=_texture(source.emissiveTexture, place, srgb=True),
        coat=more.coat,
        coat_roughness=more.coat_roughness,
        transmission=more.transmission,
    )
    if mode == "mask":
        return replace(material, alpha_mode="mask")
    if more.transmission > 0.0:
        return replace(material, alpha_mode="blend", alpha_cutoff=0.0)
    return with_alpha_mode(material) if mode == "blend" else material


def _factor(value: Any, default: tuple[float, ...]) -> tuple[float, ...]:
    if value is None:
        return default
    array = np.asarray(value)
    scaled = array / 255.0 if array.dtype == np.uint8 else array.astype(float)
    return tuple(float(v) for v in scaled) + default[len(scaled) :]


def _texture(picture: Any, place: str, *, srgb: bool, alpha: bool = False) -> Texture | None:
    if picture is None:
        return None
    buffer = BytesIO()
    picture.save(buffer, "PNG")
    pixels = decode_image(buffer.getvalue(), place)
    return Texture(pixels if alpha else np.ascontiguousarray(pixels[..., :3]), srgb=srgb)
