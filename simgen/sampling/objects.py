"""What an object is: its asset, size, mass and surface, before it is placed."""

from __future__ import annotations

from dataclasses import dataclass

from simgen.assets.library import AssetLibrary
from simgen.errors import AssetError, Problem, ScenarioError, did_you_mean
from simgen.geometry import Pose, Vec3
from simgen.records.asset import AssetInfo, AssetRef
from simgen.records.scene import MaterialOverride, SceneObject, SurfaceTexture
from simgen.sampling.draws import Draws
from simgen.scenario import spec

_SEEDS = 2**31


@dataclass(frozen=True, slots=True)
class Thing:
    """One object of a group, all drawn but its place.

    Attributes:
        section: of the scenario that it stands in: `objects` or `actors`.
        name: for example `clutter[3]`.
        group: name of its group, for example `clutter`.
        member: index in its group.
        info: what the catalogue says of the asset.
        scale: uniform factor on the asset.
        present: whether it is there from the start.
        forward_rad: where its front points, about its Z axis from its X axis.
    """

    section: str
    name: str
    group: str
    member: int
    asset: AssetRef
    info: AssetInfo
    scale: float
    mass_kg: float
    friction: float
    restitution: float
    velocity_mps: Vec3
    category: str
    motion: spec.Motion
    material: MaterialOverride | None
    present: bool = True
    forward_rad: float = 0.0

    @property
    def path(self) -> str:
        """Where it stands in the scenario; its streams begin with it."""
        return f"{self.section}.{self.name}"

    @property
    def size_m(self) -> Vec3:
        """Extent in its own frame after `scale`."""
        x, y, z = self.info.size_m
        return (x * self.scale, y * self.scale, z * self.scale)


def draw_group(draws: Draws, library: AssetLibrary, name: str, group: spec.ObjectGroup) -> tuple[Thing, ...]:
    """Return the objects of a group; one that has no `count` is a single object with the group's name."""
    if group.count is None:
        return (_draw_thing(draws, library, name, 0, name, group),)
    count = draws.count(group.count, f"{section_of(group)}.{name}.count")
    return tuple(_draw_thing(draws, library, name, k, f"{name}[{k}]", group) for k in range(count))


def section_of(group: spec.ObjectGroup) -> str:
    """Return the section of the scenario that a group stands in."""
    return "actors" if isinstance(group, spec.ActorSpec) else "objects"


def _draw_thing(
    draws: Draws, library: AssetLibrary, group_name: str, member: int, name: str, group: spec.ObjectGroup
) -> Thing:
    """Return one member of a group as drawn; what the group leaves open is as its asset has it."""
    section = section_of(group)
    path, place = f"{section}.{name}", f"{section}.{group_name}"
    asset = _draw_asset(draws, library, f"{place}.asset", f"{path}.asset", group.asset)
    info = _described(library, asset, f"{place}.asset")
    scale = _draw_scale(draws, group, path, place)
    mass_kg = _given_or(draws.optional(group.mass, f"{path}.mass"), info.mass_kg * scale**3)
    forward = group.forward if isinstance(group, spec.ActorSpec) else 0.0
    return Thing(
        section=section,
        name=name,
        group=group_name,
        member=member,
        asset=asset,
        info=info,
        scale=scale,
        mass_kg=0.0 if group.motion == "static" else mass_kg,
        friction=_given_or(draws.optional(group.friction, f"{path}.friction"), info.friction),
        restitution=_given_or(draws.optional(group.restitution, f"{path}.restitution"), info.restitution),
        velocity_mps=_draw_velocity(draws, group, path),
        category=group.category or info.category,
        motion=group.motion,
        material=draw_material(draws, group.material, f"{path}.material"),
        present=group.present,
        forward_rad=draws.number(forward, f"{path}.forward"),
    )


def _given_or(given: float | None, otherwise: float) -> float:
    return otherwise if given is None else given


def _described(library: AssetLibrary, asset: AssetRef, place: str) -> AssetInfo:
    try:
        return library.describe(asset)
    except AssetError as error:
        raise ScenarioError([Problem(place, str(error))]) from error


def _draw_scale(draws: Draws, group: spec.ObjectGroup, path: str, place: str) -> float:
    scale = draws.number(group.scale, f"{path}.scale")
    if scale <= 0:
        raise ScenarioError([Problem(f"{place}.scale", f"must be positive, drew {scale:g}")])
    return scale


def _draw_velocity(draws: Draws, group: spec.ObjectGroup, path: str) -> Vec3:
    if group.velocity is None:
        return (0.0, 0.0, 0.0)
    return draws.vector(group.velocity, f"{path}.velocity")


def _draw_asset(
    draws: Draws, library: AssetLibrary, place: str, path: str, choice: spec.AssetChoice
) -> AssetRef:
    if isinstance(choice, spec.AssetQuery):
        found = _find(draws, library, choice, path)
        if not found:
            asked = ", ".join(
                f"{key} {value}" for key, value in choice.model_dump(exclude_defaults=True).items()
            )
            hint = "run `simgen assets list` to see what is installed, or widen the query"
            raise ScenarioError([Problem(place, f"no asset has {asked or 'any id'}; {hint}")])
        return AssetRef(draws.one_of(found, path).asset_id)
    if isinstance(choice, spec.ProceduralAsset):
        drawn = (
            (key, draws.asset_param(value, f"{path}.{key}")) for key, value in sorted(choice.params.items())
        )
        return AssetRef(f"procedural/{choice.procedural.removeprefix('procedural/')}", tuple(drawn))
    return AssetRef(draws.text(choice, path))


def _find(draws: Draws, library: AssetLibrary, query: spec.AssetQuery, path: str) -> tuple[AssetInfo, ...]:
    return library.find(
        pack=query.pack,
        category=query.category,
        tags=tuple(query.tags),
        ids=tuple(query.ids),
        min_size_m=draws.optional(query.min_size, f"{path}.min_size"),
        max_size_m=draws.optional(query.max_size, f"{path}.max_size"),
    )


def draw_material(draws: Draws, material: spec.MaterialSpec | None, path: str) -> MaterialOverride | None:
    """Return the drawn changes to an object's surface, None where the scenario makes none."""
    if material is None:
        return None
    return MaterialOverride(
        base_color_rgb=None if material.color is None else draws.colour(material.color, f"{path}.color"),
        tint_rgb=None if material.tint is None else draws.colour(material.tint, f"{path}.tint"),
        roughness=draws.optional(material.roughness, f"{path}.roughness"),
        metallic=draws.optional(material.metallic, f"{path}.metallic"),
        texture=None
        if material.texture is None
        else _draw_texture(draws, material.texture, f"{path}.texture"),
        coat=draws.optional(material.coat, f"{path}.coat"),
        coat_roughness=draws.optional(material.coat_roughness, f"{path}.coat_roughness"),
        transmission=draws.optional(material.transmission, f"{path}.transmission"),
    )


def _draw_texture(draws: Draws, texture: spec.TextureSpec, path: str) -> SurfaceTexture:
    from simgen.assets.procedural import SURFACES  # brings trimesh

    kind = draws.text(texture.kind, f"{path}.kind")
    if kind not in SURFACES:
        message = f"no surface '{kind}';{did_you_mean(kind, SURFACES)} known: {', '.join(SURFACES)}"
        raise ScenarioError([Problem(f"{path}.kind", message)])
    drawn = draws.rng(f"{path}.seed") if texture.seed is None else None
    return SurfaceTexture(
        kind=kind,
        seed=int(drawn.integers(_SEEDS)) if drawn is not None else draws.count(texture.seed, f"{path}.seed"),
        tile_m=draws.optional(texture.tile, f"{path}.tile"),
    )


def scene_object(thing: Thing, instance_id: int, pose: Pose, library: AssetLibrary) -> SceneObject:
    """Return the record of a thing that was placed."""
    category = library.taxonomy.by_name(thing.category)
    return SceneObject(
        instance_id=instance_id,
        name=thing.name,
        category=category.name,
        category_id=category.category_id,
        is_thing=category.is_thing,
        asset=thing.asset,
        size_m=thing.size_m,
        scale=thing.scale,
        pose=pose,
        motion=thing.motion,
        mass_kg=thing.mass_kg,
        friction=thing.friction,
        restitution=thing.restitution,
        linear_velocity_mps=thing.velocity_mps,
        material=thing.material,
        present=thing.present,
    )
