"""What a scene's override changes of a model itself, before any back end has it: surfaces, coats, transparency.

Colour, roughness and metallic are for each back end to override as it draws, see `rendering.materials`; what is here
needs other texture coordinates, or another way of drawing.
"""

from __future__ import annotations

from dataclasses import replace

from simgen.records.asset import Material, Model
from simgen.records.scene import MaterialOverride
from simgen.rng import keyed_generator

Look = tuple[object, ...]


def dress_of(override: MaterialOverride | None, scale: float) -> Look:
    """Return what tells dressed models of one asset apart; empty where nothing of the model changes."""
    if override is None:
        return ()
    looks = (override.texture, override.coat, override.coat_roughness, override.transmission)
    if all(look is None for look in looks):
        return ()
    # The colour of glass says whether it casts a shadow, which is known of models, not of objects.
    tint = override.base_color_rgb if override.transmission else None
    return (*looks, tint, scale if override.texture is not None else 1.0)


def dressed(model: Model, override: MaterialOverride | None, scale: float) -> Model:
    """Return a model as an object of this scale wears it; the model itself where nothing of it changes.

    A texture replaces all materials but glass; coat and transmission replace those of every material.
    """
    if override is None or not dress_of(override, scale):
        return model
    if override.texture is not None:
        model = _textured(model, override, scale)
    return replace(model, materials=tuple(_with(material, override) for material in model.materials))


def _textured(model: Model, override: MaterialOverride, scale: float) -> Model:
    from simgen.assets.procedural.surfaces import finish
    from simgen.assets.wrapping import wrapped

    texture = override.texture
    assert texture is not None  # noqa: S101 - the caller has asked
    surface = finish(texture.kind, texture.seed)
    tile_m = surface.tile_m if texture.tile_m is None else texture.tile_m
    u, v = keyed_generator("texture place", texture.kind, texture.seed).random(2)
    return wrapped(model, surface, tile_m / scale, (float(u), float(v)))


def _with(material: Material, override: MaterialOverride) -> Material:
    if override.coat is not None:
        material = replace(material, coat=override.coat)
    if override.coat_roughness is not None:
        material = replace(material, coat_roughness=override.coat_roughness)
    if override.transmission is None:
        return material
    if override.transmission == 0.0:
        return replace(material, transmission=0.0)
    alpha = material.alpha if material.alpha_mode == "blend" else 1.0
    return replace(
        material,
        base_color_rgb=override.base_color_rgb or material.base_color_rgb,
        alpha_mode="blend",
        alpha=alpha,
        alpha_cutoff=0.0,
        transmission=override.transmission,
    )
