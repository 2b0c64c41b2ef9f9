"""What a family of procedural models is, and how one of its members becomes an asset."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simgen.assets.procedural import solids
from simgen.assets.procedural.meshes import Patch, merge
from simgen.assets.procedural.params import Parameter, Values, parse
from simgen.assets.procedural.rigs import centred, influences
from simgen.geometry import Vec3, vec3
from simgen.records.asset import Asset, AssetInfo, AssetRef, Collision, Material, Model, Skin, Submesh

_RECIPE_VERSION = 1  # raise when any model changes its shape or print: it is part of every content hash
_GAIT_VERSION = 1  # raise when any gait changes: likewise, of models with a skeleton


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """All of a model but its looks.

    Attributes:
        size_m: extent of its visual mesh.
        center_m: middle of that extent, in the coordinates that `parts` and `paint` use.
        parts: convex collision parts.
        density_kg_m3: mass over the volume of the parts; a hollow or filled thing has an effective one.
    """

    size_m: Vec3
    center_m: Vec3
    parts: tuple[solids.Part, ...]
    density_kg_m3: float
    friction: float = 0.5
    restitution: float = 0.1
    tags: tuple[str, ...] = ()


Paint = tuple[tuple[Patch, Material], ...]


@dataclass(frozen=True, slots=True)
class Family:
    """Models that differ in their parameters only.

    Attributes:
        outline: cheap; size, collision parts and physical properties.
        paint: patches and their materials.
        rig: the skeleton, in the coordinates of `paint`, whose patches then have weights; None: rigid.
    """

    name: str
    category: str
    parameters: tuple[Parameter, ...]
    outline: Callable[[Values], Outline]
    paint: Callable[[Values], Paint]
    rig: Callable[[Values], Skin | None] | None = None

    def describe(self, ref: AssetRef) -> AssetInfo:
        """Return the entry of a member without making its mesh."""
        return self._info(ref, parse(ref, self.parameters), _outline(self, ref))

    def build(self, ref: AssetRef) -> Asset:
        """Return a member, its box centred at the origin."""
        values = parse(ref, self.parameters)
        outline = _outline(self, ref)
        return Asset(
            info=self._info(ref, values, outline),
            model=_model(self.paint(values), outline, self._skin(values, outline)),
            collision=_collision(outline),
        )

    def collision(self, ref: AssetRef) -> Collision:
        """Return a member's collision shape without making its mesh and prints."""
        return _collision(_outline(self, ref))

    def middle_m(self, ref: AssetRef) -> Vec3:
        """Return the middle of a member's box in the coordinates of its recipe."""
        return _outline(self, ref).center_m

    def _skin(self, values: Values, outline: Outline) -> Skin | None:
        skin = None if self.rig is None else self.rig(values)
        return None if skin is None else centred(skin, outline.center_m)

    def _info(self, ref: AssetRef, values: Values, outline: Outline) -> AssetInfo:
        """Return the entry of a member; its hash changes with all that changes its mesh, its prints or its gait."""
        volume, _ = solids.total(outline.parts)
        recipe = f"{_RECIPE_VERSION} {self.name} {sorted(values.values.items())}"
        if "skinned" in outline.tags:
            recipe += f" gait {_GAIT_VERSION}"
        return AssetInfo(
            asset_id=ref.asset_id,
            name=self.name,
            category=self.category,
            size_m=outline.size_m,
            mass_kg=outline.density_kg_m3 * volume,
            friction=outline.friction,
            restitution=outline.restitution,
            pack="procedural",
            licence="CC0-1.0",
            author="simgen",
            source="simgen",
            content_hash=hashlib.sha256(recipe.encode()).hexdigest(),
            tags=outline.tags,
            params=ref.params,
        )


@lru_cache(maxsize=256)
def _outline(family: Family, ref: AssetRef) -> Outline:
    """Return a member's outline, which describing, placing and simulating it all ask for."""
    return family.outline(parse(ref, family.parameters))


def _collision(outline: Outline) -> Collision:
    volume, centroid = solids.total(outline.parts)
    center = np.asarray(outline.center_m)
    return Collision(
        tuple(part.vertices_m - center for part in outline.parts), vec3(centroid - center), volume
    )


def _model(paint: Paint, outline: Outline, skin: Skin | None) -> Model:
    """Return patches as a model: those of one material are one submesh."""
    by_material: dict[int, tuple[Material, list[Patch]]] = {}
    for patch, material in paint:
        by_material.setdefault(id(material), (material, []))[1].append(patch)
    groups = tuple(by_material.values())
    submeshes = tuple(
        _submesh(merge(patches), outline.center_m, k, skin is not None)
        for k, (_, patches) in enumerate(groups)
    )
    return Model(
        lods=(submeshes,),
        materials=tuple(material for material, _ in groups),
        size_m=outline.size_m,
        skin=skin,
    )


def _submesh(patch: Patch, center_m: Vec3, material: int, skinned: bool) -> Submesh:
    moved = patch.weights if skinned else None
    joints, weights = (None, None) if moved is None else influences(moved)
    return Submesh(
        positions_m=(patch.positions_m - np.asarray(center_m)).astype(np.float32),
        normals=patch.normals.astype(np.float32),
        uvs=patch.uvs.astype(np.float32),
        triangles=patch.triangles.astype(np.uint32),
        material=material,
        joints=joints,
        weights=weights,
    )
