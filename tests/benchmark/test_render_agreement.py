"""How the bench compares two renderers' frames."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from render.agreement import agreement_lines, brightness, compared, holds, light_split
from render.diffuse import is_diffuse
from render.scenes import smaller

from simgen.camera import Intrinsics
from simgen.geometry import Pose
from simgen.records.asset import Material, Texture
from simgen.records.frame import Frame
from simgen.records.light import SpotLight
from simgen.records.scene import MaterialOverride
from tests.builders import make_scene, sphere, sun
from tests.views import cast, still_view

ROW = {
    "ids": 1.0,
    "depth": 0.0,
    "masks": 0.0,
    "boxes": 0.0,
    "poses": 0.0,
    "cast masks": 0.0,
    "cast moved": 0.0,
    "sun": 1.0,
    "surroundings": 1.0,
    "all": 1.0,
}
LIT = ROW | {"share sun": 0.7, "share surroundings": 0.3}


@pytest.fixture(scope="module")
def frame() -> Frame:
    return cast(make_scene([sphere(0.4)]))


def everywhere(frame: Frame) -> np.ndarray:
    return np.ones(frame.instance_id.shape, bool)


def test_a_frame_agrees_with_itself(frame: Frame) -> None:
    found = compared(frame, frame)
    assert (found["ids"], found["depth"]) == (1.0, 0.0)
    assert 0.1 < found["compared"] < (frame.instance_id > 0).mean()
    assert brightness({"sun": frame}, {"sun": frame}, everywhere(frame)) == {
        "sun": 1.0,
        "share sun": 1.0,
        "all": 1.0,
    }


def test_brighter_and_nearer_is_seen(frame: Frame) -> None:
    other = replace(
        frame, radiance=(frame.radiance * np.float16(2)), depth_m=frame.depth_m * np.float32(1.01)
    )
    assert compared(other, frame)["depth"] == pytest.approx(0.01, rel=1e-3)
    found = brightness(
        {"sun": other, "surroundings": frame}, {"sun": frame, "surroundings": frame}, everywhere(frame)
    )
    assert found["sun"] == pytest.approx(2.0, rel=1e-3)
    assert found["surroundings"] == pytest.approx(1.0)
    assert found["all"] == pytest.approx(1.5, rel=1e-3)
    assert found["share sun"] == pytest.approx(0.5)


def test_each_light_has_its_own_bound() -> None:
    assert holds(LIT | {"sun": 1.09})
    assert not holds(LIT | {"sun": 1.12})
    assert holds(LIT | {"surroundings": 1.12})
    assert not holds(LIT | {"all": 1.12})
    assert not holds(LIT | {"ids": 0.998})
    assert not holds(LIT | {"depth": 2e-3})


def test_light_that_hardly_matters_is_not_held_to_anything() -> None:
    assert holds(LIT | {"surroundings": 9.0, "share surroundings": 0.005})


def test_a_scene_without_diffuse_surfaces_is_held_to_its_labels_alone(frame: Frame) -> None:
    found = brightness({"sun": frame}, {"sun": frame}, ~everywhere(frame))
    assert found == {}
    assert holds({"ids": 1.0, "depth": 0.0} | found)


def test_the_worst_scene_is_named_for_every_light() -> None:
    rows = [
        LIT | {"name": "one"},
        LIT | {"name": "other", "sun": 1.2},
        {"name": "third", "not measured": "why"},
    ]
    lines = {line.what.partition(": ")[2]: line for line in agreement_lines(rows)}
    line = lines["diffuse luminance, sun alone"]
    assert line.holds is False
    assert line.figure == "worst 1.200 (other), 1 of 2 scenes hold"
    assert lines["ids off silhouettes that differ, labels drawn and cast"].holds is True
    assert lines["masks, share of pixels that differ"].holds is True


@pytest.mark.parametrize(
    ("key", "off"), [("boxes", 1.0), ("masks", 1e-9), ("cast masks", 2e-3), ("cast moved", 0.03)]
)
def test_labels_are_the_same_and_those_that_are_cast_nearly(key: str, off: float) -> None:
    row = LIT | {"name": "one"}
    good, bad = (agreement_lines(rows) for rows in ([row], [row | {key: off}]))
    assert all(line.holds for line in good)
    assert sum(not line.holds for line in bad) == 1


def test_diffuse_is_what_the_scene_makes_of_a_material() -> None:
    assert is_diffuse(Material(roughness=0.6), None)
    assert not is_diffuse(Material(roughness=0.1), None)
    assert not is_diffuse(Material(metallic=1.0), None)
    assert not is_diffuse(Material(emissive_rgb=(1.0, 0.0, 0.0)), None)
    assert not is_diffuse(Material(roughness=0.6), MaterialOverride(metallic=1.0))
    assert is_diffuse(Material(metallic=1.0), MaterialOverride(metallic=0.0))


def test_a_map_says_how_metallic_and_rough_a_surface_is_on_average() -> None:
    for codes, wanted in (((0, 200, 0), True), ((0, 60, 0), False), ((0, 200, 255), False)):
        map_ = Texture(np.full((2, 2, 3), codes, np.uint8), srgb=False)
        material = Material(metallic=1.0, roughness=1.0, metallic_roughness_map=map_)
        assert is_diffuse(material, None) is wanted


def test_every_light_that_gives_any_is_drawn_alone() -> None:
    lamp = SpotLight("lamp", Pose((0.0, 0.0, 3.0), (1.0, 0.0, 0.0, 0.0)), "", 900.0)
    off = replace(lamp, name="off", on=False)
    scene = make_scene([sphere()], suns=[sun()], lights=(lamp, off))
    split = light_split(scene, still_view(scene))
    assert {kind: factors.tolist() for kind, factors in split.items()} == {
        "sun": [1.0, 0.0, 0.0, 0.0],
        "lamps": [0.0, 1.0, 0.0, 0.0],
        "surroundings": [0.0, 0.0, 0.0, 1.0],
    }
    dimmed = replace(still_view(scene), light_factors=np.array([0.0, 0.0, 0.5, 1.0]))
    assert {kind: f.tolist() for kind, f in light_split(scene, dimmed).items()} == {
        "lamps": [0.0, 0.0, 0.5, 0.0],
        "surroundings": [0.0, 0.0, 0.0, 1.0],
    }


def test_a_smaller_camera_sees_the_same() -> None:
    camera = Intrinsics(640, 480, 500.0, 510.0, 300.0, 260.0)
    small = smaller(camera, 320)
    assert (small.width, small.height) == (320, 240)
    corner = camera.directions(np.array([-0.5, 639.5]), np.array([-0.5, 479.5]))
    np.testing.assert_allclose(small.directions(np.array([-0.5, 319.5]), np.array([-0.5, 239.5])), corner)
    assert smaller(camera, 700) is camera
