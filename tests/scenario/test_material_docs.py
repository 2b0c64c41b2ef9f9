"""The example of `docs/materials.md` loads and draws; it names every procedural surface."""

from __future__ import annotations

import re
from pathlib import Path

from simgen.assets.procedural import SURFACES
from simgen.scenario import load_text
from tests.sampling.scenarios import draw

PAGE = (Path(__file__).parents[2] / "docs" / "materials.md").read_text(encoding="utf-8")
REST = """
simgen: "1"
name: example
sensors: {front: {fixed: {position: [0, -1.2, 1.4], look_at: [0, 0, 0.75]}}}
"""


def test_the_example_draws_textures_coats_and_glass() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    bodies = {body.name: body.material for body in draw(load_text(REST + block)).scene.objects}
    textures = [
        material.texture
        for name, material in bodies.items()
        if name.startswith("clutter") and material is not None
    ]
    assert len({texture.seed for texture in textures if texture is not None}) == 5
    lacquered, bottle = bodies["lacquered"], bodies["bottle"]
    assert lacquered is not None
    assert lacquered.coat == 1.0
    assert bottle is not None
    assert bottle.transmission == 0.95


def test_every_surface_is_on_the_page() -> None:
    assert [name for name in SURFACES if f"`{name}`" not in PAGE] == []
