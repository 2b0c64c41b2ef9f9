"""What an override changes of models: surfaces of real scale around them, coats, transparency, in both renderers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simgen.assets import AssetLibrary
from simgen.assets.procedural.surfaces import SURFACES, finish
from simgen.assets.wrapping import wrapped
from simgen.colour import LUMINANCE_RGB
from simgen.records.asset import Material, Model, Submesh
from simgen.records.scene import MaterialOverride, SurfaceTexture
from simgen.rendering.dressing import dress_of, dressed
from simgen.rendering.protocol import Renderer
from tests.builders import box, camera, make_scene, static_box
from tests.painted import GREY_SKY
from tests.views import picture

SAMPLES = 16
BRICK = SurfaceTexture("brick", 5)
ABOVE = camera(eye=(0.0, 0.0, 4.0), target=(0.0, 0.0, 0.0), width=64, height=64, fov_rad=0.4)


def cube(side_m: float = 2.0) -> Model:
    return AssetLibrary().load(box((side_m, side_m, side_m)).asset).model


def test_a_wrapped_box_has_metres_for_texture_coordinates() -> None:
    surface = finish("brick", 0)
    part = wrapped(cube(), surface, 0.5, (0.25, 0.0)).lods[0][0]
    for triangle in part.triangles:
        places, uvs = part.positions_m[triangle].astype(float), part.uvs[triangle].astype(float)
        lengths = np.linalg.norm(places - np.roll(places, 1, axis=0), axis=1)
        np.testing.assert_allclose(
            np.linalg.norm(uvs - np.roll(uvs, 1, axis=0), axis=1) * 0.5, lengths, rtol=1e-5
        )


def test_wrapping_moves_no_triangle() -> None:
    before, after = cube().lods[0][0], wrapped(cube(), finish("wood", 0), 1.0, (0.0, 0.0)).lods[0][0]
    np.testing.assert_array_equal(before.positions_m[before.triangles], after.positions_m[after.triangles])
    np.testing.assert_array_equal(before.normals[before.triangles], after.normals[after.triangles])
    assert after.closed_count == before.closed_count


def test_glass_is_not_wrapped() -> None:
    corners = np.eye(3, dtype=np.float32)
    part = Submesh(corners, corners, np.zeros((3, 2), np.float32), np.array([[0, 1, 2]], np.uint32), 0)
    glass = Material("glass", alpha=0.3, alpha_mode="blend")
    pane = Model(lods=((part,),), materials=(glass,), size_m=(1.0, 1.0, 1.0))
    assert wrapped(pane, finish("wood", 0), 1.0, (0.0, 0.0)).materials == (glass,)


def test_without_such_an_override_the_model_is_the_same_one() -> None:
    model = cube()
    plain = MaterialOverride(base_color_rgb=(1.0, 0.0, 0.0), roughness=0.3)
    assert dressed(model, None, 1.0) is model
    assert dressed(model, plain, 1.0) is model
    assert dress_of(plain, 1.0) == ()


def test_a_scale_changes_the_object_not_the_bricks() -> None:
    override = MaterialOverride(texture=BRICK)
    small, large = (dressed(cube(), override, scale).lods[0][0] for scale in (1.0, 3.0))
    assert np.ptp(large.uvs[:, 0]) == pytest.approx(3 * np.ptp(small.uvs[:, 0]), rel=1e-5)
    assert dress_of(override, 1.0) != dress_of(override, 3.0)


def test_coat_and_transmission_are_those_of_the_override() -> None:
    override = MaterialOverride(coat=0.7, coat_roughness=0.2, transmission=0.9)
    (material,) = dressed(cube(), override, 1.0).materials
    assert (material.coat, material.coat_roughness) == (0.7, 0.2)
    assert (material.transmission, material.alpha_mode) == (0.9, "blend")


def test_both_renderers_show_the_same_bricks(renderers: tuple[Renderer, ...]) -> None:
    wall = static_box((4.0, 4.0, 0.2), material=MaterialOverride(texture=BRICK))
    scene = make_scene([wall], [ABOVE], suns=[], environment=GREY_SKY)
    a, b = (
        picture(renderer, scene, AssetLibrary()).radiance.astype(float) @ LUMINANCE_RGB
        for renderer in renderers
    )
    assert a.std() / a.mean() > 0.08
    assert a.mean() == pytest.approx(b.mean(), rel=0.12)  # facets of the relief shade each other in one alone
    assert np.corrcoef(a[2:-2, 2:-2].ravel(), b[2:-2, 2:-2].ravel())[0, 1] > 0.75


def test_seed_and_kind_change_the_picture_and_the_same_ones_do_not(renderers: tuple[Renderer, ...]) -> None:
    def shown(texture: SurfaceTexture) -> bytes:
        wall = static_box((4.0, 4.0, 0.2), material=MaterialOverride(texture=texture))
        scene = make_scene([wall], [ABOVE], suns=[], environment=GREY_SKY)
        return picture(renderers[0], scene, AssetLibrary()).radiance.tobytes()

    looks = [shown(look) for look in (BRICK, replace(BRICK, seed=6), replace(BRICK, kind="noise"), BRICK)]
    assert len(set(looks[:3])) == 3
    assert looks[3] == looks[0]


@pytest.mark.parametrize("kind", ["noise", "wood", "brick", "asphalt", "fabric", "checker", "print"])
def test_the_kinds_for_randomisation_are_there(kind: str) -> None:
    assert kind in SURFACES
