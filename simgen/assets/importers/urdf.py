"""URDF: the visual and collision shapes of all links, joints at zero, as one rigid model.

Z is up, metres. Meshes are OBJ, glTF, STL or PLY files beside the URDF; their own axes are taken as they are, as
simulators do. The collision shapes of the file are used: every separate piece of a collision mesh is one convex
part, as PyBullet reads the output of a convex decomposition.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import reduce
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from simgen.assets.importers.files import SourceFiles, resolve
from simgen.assets.importers.images import decode_image
from simgen.assets.importers.mtl import with_alpha_mode
from simgen.assets.importers.polygons import connected_pieces, weld
from simgen.assets.importers.raw import RawModel, RawPart
from simgen.assets.importers.surfaces import creased_part
from simgen.colour import linear_rgb
from simgen.errors import AssetError
from simgen.geometry import apply, unit_rows
from simgen.records.asset import Material, Texture

_MAX_LINKS = 1000  # assumed: a guard against files that are no robot
_MAX_COLLISION_PARTS = 64  # of a file; with more its shape is computed as that of a mesh: assumed
Reader = Callable[[SourceFiles, str], RawModel]


@dataclass(slots=True)
class _Robot:
    """What is collected while the links are walked."""

    files: SourceFiles
    path: str
    read: Reader
    materials_by_name: dict[str, Material]
    parts: list[RawPart] = field(default_factory=list[RawPart])
    materials: list[Material] = field(default_factory=list[Material])
    collision: list[NDArray[np.float64]] = field(default_factory=list[NDArray[np.float64]])
    notes: list[str] = field(default_factory=list[str])

    @property
    def place(self) -> str:
        """Where problems are reported."""
        return f"{self.files.name}: {self.path}"


def read_urdf(files: SourceFiles, path: str, read: Reader) -> RawModel:
    """Return the model of a URDF file; `read` opens its mesh files.

    Raises:
        AssetError: it is damaged, its joints form no tree, or no link has a visual shape.
    """
    place = f"{files.name}: {path}"
    root = _parse(files.read(path), place)
    named = {m.get("name", ""): m for m in root.findall("material")}
    robot = _Robot(files, path, read, {})
    robot.materials_by_name.update({name: _material(robot, node) for name, node in named.items()})
    links = {link.get("name", ""): link for link in root.findall("link")}
    if len(links) > _MAX_LINKS:
        raise AssetError(f"{place}: {len(links)} links; at most {_MAX_LINKS} are read")
    for name, T_root_link in _link_transforms(root, links, place).items():
        _add_link(robot, links[name], T_root_link)
    if not robot.parts:
        raise AssetError(f"{place}: no link has a visual shape; there is nothing to draw")
    collision = tuple(robot.collision) if len(robot.collision) <= _MAX_COLLISION_PARTS else ()
    return RawModel(tuple(robot.parts), tuple(robot.materials), "z", collision, tuple(robot.notes))


def _parse(data: bytes, place: str) -> ElementTree.Element:
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise AssetError(f"{place}: document types and entities are not accepted in a URDF")
    try:
        root = ElementTree.fromstring(data)  # noqa: S314  (entities are refused above)
    except ElementTree.ParseError as error:
        raise AssetError(f"{place}: not well-formed XML ({error})") from error
    if root.tag != "robot":
        raise AssetError(f"{place}: the root element is <{root.tag}>, a URDF has <robot>")
    return root


def _link_transforms(
    root: ElementTree.Element, links: dict[str, ElementTree.Element], place: str
) -> dict[str, NDArray[np.float64]]:
    """Return `T_root_link` of every link with all joints at zero."""
    joints: dict[str, tuple[str, ElementTree.Element]] = {}
    for joint in root.findall("joint"):
        parent, child = joint.find("parent"), joint.find("child")
        ends = [end.get("link", "") if end is not None else "" for end in (parent, child)]
        for end in ends:
            if end not in links:
                raise AssetError(
                    f"{place}: joint '{joint.get('name')}' names link '{end}', which does not exist"
                )
        joints[ends[1]] = (ends[0], joint)
    transforms: dict[str, NDArray[np.float64]] = {}
    for name in links:
        chain, here = [np.eye(4)], name
        while here in joints:
            here, joint = joints[here]
            chain.insert(0, _origin(joint, place))
            if len(chain) > len(links) + 1:
                raise AssetError(f"{place}: the joints above link '{name}' go round in a circle")
        transforms[name] = reduce(np.matmul, chain)
    return transforms


def _origin(node: ElementTree.Element, place: str) -> NDArray[np.float64]:
    """Return the 4x4 transform of an `<origin xyz rpy>`; roll, pitch, yaw about fixed axes (URDF)."""
    origin = node.find("origin")
    xyz = _numbers(origin, "xyz", (0.0, 0.0, 0.0), place)
    roll, pitch, yaw = _numbers(origin, "rpy", (0.0, 0.0, 0.0), place)
    (cr, sr), (cp, sp), (cy, sy) = ((np.cos(a), np.sin(a)) for a in (roll, pitch, yaw))
    T = np.eye(4)
    T[:3, :3] = [
        [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
        [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
        [-sp, cp * sr, cp * cr],
    ]
    T[:3, 3] = xyz
    return T


def _numbers(
    node: ElementTree.Element | None, name: str, default: tuple[float, ...], place: str
) -> tuple[float, ...]:
    """Return the numbers of an attribute, as many as `default` has, which stands for one that is not there."""
    text = node.get(name) if node is not None else None
    if text is None:
        return default
    try:
        values = tuple(float(word) for word in text.split())
    except ValueError:
        values = ()
    if len(values) == 1 and name == "scale":
        values *= 3
    if len(values) != len(default) or not np.isfinite(values).all():
        raise AssetError(f'{place}: {name}="{text}" must be {len(default)} numbers')
    return values


def _add_link(robot: _Robot, link: ElementTree.Element, T_root_link: NDArray[np.float64]) -> None:
    """Add what a link shows, what it collides with, and what its user should know."""
    for visual in link.findall("visual"):
        T_root_visual = T_root_link @ _origin(visual, robot.place)
        model = _geometry(robot, visual)
        if model is None:
            continue
        offset = len(robot.materials)
        robot.materials.extend(_painted(robot, visual, model))
        robot.parts.extend(_moved(part, T_root_visual, part.material + offset) for part in model.parts)
        robot.notes.extend(model.notes)
    for shape in link.findall("collision"):
        model = _geometry(robot, shape)
        if model is not None:
            T_root_shape = T_root_link @ _origin(shape, robot.place)
            robot.collision.extend(apply(T_root_shape, points) for points in pieces(model.parts))


def _painted(robot: _Robot, visual: ElementTree.Element, model: RawModel) -> list[Material]:
    """Return the shape's materials; a material of the URDF paints those that have no picture of their own."""
    node = visual.find("material")
    if node is None:
        return list(model.materials)
    own = len(node) > 0
    paint = _material(robot, node) if own else robot.materials_by_name.get(node.get("name", ""))
    if paint is None:
        return list(model.materials)
    return [
        m if m.base_color_map is not None and paint.base_color_map is None else paint for m in model.materials
    ]


def _material(robot: _Robot, node: ElementTree.Element) -> Material:
    """Return a material of the robot; a colour beside a texture is left out, as viewers of URDF do."""
    color = _numbers(node.find("color"), "rgba", (0.8, 0.8, 0.8, 1.0), robot.place)
    texture = node.find("texture")
    picture = None
    if texture is not None:
        name = texture.get("filename", "")
        found = _find(robot, name)
        if found is None:
            robot.notes.append(f"{robot.path}: texture '{name}' is not there; the material goes without it")
        else:
            picture = Texture(decode_image(robot.files.read(found), found), srgb=True)
    rgb = linear_rgb(tuple(min(max(channel, 0.0), 1.0) for channel in color[:3]))
    material = Material(
        name=node.get("name", "default"),
        base_color_rgb=(1.0, 1.0, 1.0) if picture is not None else rgb,
        alpha=min(max(color[3], 0.0), 1.0),
        base_color_map=picture,
    )
    return with_alpha_mode(material)


def _geometry(robot: _Robot, node: ElementTree.Element) -> RawModel | None:
    """Return a mesh or a primitive, in metres in its own frame; None, with a note, for what is not known."""
    geometry = node.find("geometry")
    shape = geometry[0] if geometry is not None and len(geometry) else None
    if shape is None:
        return None
    if shape.tag == "mesh":
        return _mesh(robot, shape)
    import trimesh

    place = robot.place
    if shape.tag == "box":
        mesh = trimesh.creation.box(extents=_numbers(shape, "size", (1.0, 1.0, 1.0), place))
    elif shape.tag == "sphere":
        mesh = trimesh.creation.icosphere(subdivisions=3, radius=_numbers(shape, "radius", (0.5,), place)[0])
    elif shape.tag in ("cylinder", "capsule"):
        radius = _numbers(shape, "radius", (0.5,), place)[0]
        length = _numbers(shape, "length", (1.0,), place)[0]
        make = trimesh.creation.cylinder if shape.tag == "cylinder" else trimesh.creation.capsule
        mesh = make(radius=radius, height=length)
        mesh.apply_translation(-mesh.bounds.mean(axis=0))
    else:
        robot.notes.append(f"{robot.path}: shape <{shape.tag}> is not understood and left out")
        return None
    part = creased_part(np.asarray(mesh.vertices, float), np.asarray(mesh.faces, np.int64), 0)
    return RawModel((part,), (Material(),), "z")


def _mesh(robot: _Robot, shape: ElementTree.Element) -> RawModel:
    name = shape.get("filename", "")
    found = _find(robot, name)
    if found is None:
        raise AssetError(f"{robot.place}: mesh '{name}' is not in {robot.files.name}")
    model = robot.read(robot.files, found)
    T = np.diag([*_numbers(shape, "scale", (1.0, 1.0, 1.0), robot.place), 1.0])
    return replace(model, parts=tuple(_moved(part, T, part.material) for part in model.parts))


def _find(robot: _Robot, name: str) -> str | None:
    """Return a file that the URDF names; `package://name/` means the folder of the URDF or one above it."""
    if not name.startswith(("package://", "model://", "file://")):
        return resolve(robot.files, robot.path, name)
    words = name.split("://", 1)[1].strip("/").split("/")
    tails = ["/".join(words[i:]) for i in range(len(words))]
    here = (resolve(robot.files, robot.path, tail) for tail in tails)
    return next((f for f in (*here, *(robot.files.find(tail) for tail in tails)) if f), None)


def _moved(part: RawPart, T: NDArray[np.float64], material: int) -> RawPart:
    normals = part.normals @ np.linalg.inv(T[:3, :3])
    return replace(
        part,
        positions=part.positions @ T[:3, :3].T + T[:3, 3],
        normals=unit_rows(normals).astype(np.float32),
        triangles=part.triangles[:, ::-1] if np.linalg.det(T[:3, :3]) < 0 else part.triangles,
        material=material,
    )


def pieces(parts: tuple[RawPart, ...]) -> list[NDArray[np.float64]]:
    """Return the points of each connected piece of a mesh, in order of their first triangle."""
    positions = np.concatenate([part.positions for part in parts])
    offsets = np.cumsum([0] + [len(part.positions) for part in parts])
    triangles = np.concatenate([part.triangles + o for part, o in zip(parts, offsets, strict=False)])
    places = weld(positions)
    piece = connected_pieces(places[triangles])
    label = np.zeros(len(positions), np.int64)
    label[triangles] = piece[:, None]
    order = list(dict.fromkeys(piece.tolist()))
    return [positions[label == piece] for piece in order]
