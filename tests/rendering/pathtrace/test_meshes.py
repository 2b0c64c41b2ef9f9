"""Bodies as meshes: those that look alike share surfaces."""

from __future__ import annotations

import numpy as np

from simgen.assets import AssetLibrary
from simgen.records.scene import MaterialOverride
from simgen.rendering.pathtrace import PathtraceRenderer
from simgen.rendering.pathtrace.bodies import ShapeCache, make_bodies
from simgen.rendering.pathtrace.meshes import MeshMaker
from tests.builders import box, make_scene, sphere

RED = MaterialOverride(base_color_rgb=(0.8, 0.1, 0.1))


def test_bodies_of_one_model_share_its_surface_unless_a_material_is_their_own(
    tracer: PathtraceRenderer, library: AssetLibrary
) -> None:
    scene = make_scene([box(), box(at=(1.0, 0.0, 0.0)), box(material=RED), sphere()])
    bodies = make_bodies(scene, library, ShapeCache())
    poses = np.array([body.pose.matrix() for body in scene.objects])
    meshes = MeshMaker(tracer.engine, bodies).placed(bodies, poses, np.ones(len(bodies), np.bool_))
    first, second, red, ball = (mesh.surface for mesh in meshes)
    assert first is second
    assert len({id(surface) for surface in (first, red, ball)}) == 3
