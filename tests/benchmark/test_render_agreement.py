"""How the bench compares two renderers' frames."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from render.agreement import brightest, compared, holds, is_diffuse

from simgen.geometry import Pose
from simgen.records.asset import Material
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight, SpotLight
from simgen.records.scene import MaterialOverride
from tests.builders import make_scene, sphere, sun
from tests.views import cast

LIT = {"light": "sun", "ids": 1.0, "depth": 0.0, "luminance": 1.0}


@pytest.fixture(scope="module")
def frame() -> Frame:
    return cast(make_scene([sphere(0.4)]))


def test_a_frame_agrees_with_itself(frame: Frame) -> None:
    found = compared(frame, frame, np.ones(frame.instance_id.shape, bool))
    assert found == {"ids": 1.0, "depth": 0.0, "luminance": 1.0}


def test_brighter_and_nearer_is_seen(frame: Frame) -> None:
    other = replace(
        frame, radiance=(frame.radiance * np.float16(2)), depth_m=frame.depth_m * np.float32(1.01)
    )
    found = compared(other, frame, np.ones(frame.instance_id.shape, bool))
    assert found["luminance"] == pytest.approx(2.0, rel=1e-3)
    assert found["depth"] == pytest.approx(0.01, rel=1e-3)


def test_bounds_depend_on_the_light() -> None:
    assert holds(LIT | {"luminance": 1.09})
    assert not holds(LIT | {"luminance": 1.12})
    assert holds(LIT | {"luminance": 1.12, "light": "surroundings"})
    assert not holds(LIT | {"ids": 0.998})
    assert not holds(LIT | {"depth": 2e-3})


def test_a_scene_without_diffuse_surfaces_is_held_to_its_labels_alone(frame: Frame) -> None:
    found = compared(frame, frame, np.zeros(frame.instance_id.shape, bool))
    assert np.isnan(found["luminance"])
    assert holds(LIT | found)


def test_diffuse_is_what_the_scene_makes_of_a_material() -> None:
    assert is_diffuse(Material(roughness=0.6), None)
    assert not is_diffuse(Material(roughness=0.1), None)
    assert not is_diffuse(Material(metallic=1.0), None)
    assert not is_diffuse(Material(emissive_rgb=(1.0, 0.0, 0.0)), None)
    assert not is_diffuse(Material(roughness=0.6), MaterialOverride(metallic=1.0))
    assert is_diffuse(Material(metallic=1.0), MaterialOverride(metallic=0.0))


def test_the_brightest_light_is_named() -> None:
    lamp = SpotLight("lamp", Pose((0.0, 0.0, 3.0), (1.0, 0.0, 0.0, 0.0)), "", 900.0)
    night = EnvironmentLight(None, 1.0)
    assert brightest(make_scene(suns=[sun()])) == "sun"
    assert brightest(make_scene(suns=[])) == "surroundings"
    assert brightest(make_scene(suns=[], environment=night, lights=(lamp,))) == "lamps"
