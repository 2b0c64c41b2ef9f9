"""Both renderers on every shipped scene: the same labels, and diffuse surfaces as bright in one as in the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from render.quality import flat_pixels
from render.raster import save_picture
from simgen.assets import AssetLibrary
from simgen.errors import RenderError, SimgenError
from simgen.pipeline import settle_scene, views
from simgen.records.asset import Material
from simgen.records.frame import Frame, View
from simgen.records.scene import MaterialOverride, Scene
from simgen.rendering import make_renderer
from simgen.rendering.light_map import LUMINANCE_RGB
from simgen.resources import shipped
from simgen.scenario import load

_SEED = 7
_MOST_METALLIC, _LEAST_ROUGHNESS = 0.1, 0.4  # of what is called diffuse here
_LEAST_IDS, _MOST_DEPTH = 0.999, 1e-3
_MOST_LUMINANCE = {"sun": 0.10, "surroundings": 0.15, "lamps": 0.15}


def measure_agreement(
    library: AssetLibrary, samples: int, names: Sequence[str], pictures: Path | None
) -> dict[str, Any]:
    """Render a frame in the middle of scene 0 of every scenario with both renderers and compare their buffers."""
    files = sorted(shipped("scenes").glob("*.yaml"))
    renderers = make_renderer("raster"), make_renderer("pathtrace", samples=samples, denoise=False)
    rows: list[dict[str, Any]] = []
    for path in (file for file in files if not names or file.stem in names):
        try:
            scene, view = _middle(path, library)
            frames = [_render(renderer, scene, library, view) for renderer in renderers]
        except SimgenError as error:
            rows.append({"name": path.stem, "not measured": str(error).splitlines()[0]})
            continue
        rows.append(
            {
                "name": path.stem,
                "light": brightest(scene),
                **compared(*frames, _diffuse(frames[0], scene, library)),
            }
        )
        rows[-1]["holds all"] = holds(rows[-1])
        if pictures:
            for frame in frames:
                save_picture(pictures, f"{path.stem} {frame.renderer}", frame.radiance)
    for renderer in renderers:
        renderer.close()
    return {"samples of the path tracer": samples, "rows": rows}


def compared(raster: Frame, traced: Frame, diffuse: NDArray[np.bool_]) -> dict[str, Any]:
    """Return how far two frames of one view are from each other, off silhouettes of either.

    Returns:
        `ids`: share of equal ids; `depth`: relative difference that 99.9 % of pixels stay below; `luminance`: mean of
        diffuse surfaces in the raster picture by that in the traced one; NaN where none is in sight.
    """
    off = flat_pixels(raster.instance_id) & flat_pixels(traced.instance_id)
    same = raster.instance_id == traced.instance_id
    surface = off & same & (raster.instance_id > 0)
    depth = np.abs(raster.depth_m[surface] / traced.depth_m[surface] - 1.0)
    matte = surface & diffuse
    means = [
        (frame.radiance[matte] @ LUMINANCE_RGB).mean() if matte.any() else np.nan
        for frame in (raster, traced)
    ]
    return {
        "ids": float(same[off].mean()),
        "depth": float(np.quantile(depth, 0.999)) if depth.size else 0.0,
        "luminance": float(means[0] / means[1]),
    }


def holds(row: dict[str, Any]) -> bool:
    """Say whether a row is within the bounds for its light."""
    bright = np.isnan(row["luminance"]) or abs(row["luminance"] - 1.0) <= _MOST_LUMINANCE[row["light"]]
    return bool(row["ids"] >= _LEAST_IDS and row["depth"] <= _MOST_DEPTH and bright)


def brightest(scene: Scene) -> str:
    """Return what lights a scene most: `sun` or `surroundings`, or `lamps` where neither gives 50 lux."""
    sun = sum(each.illuminance_lux * max(each.direction_world[2], 0.0) for each in scene.suns)
    around = scene.environment.illuminance_lux
    if (scene.lights or scene.panels) and max(sun, around) < 50.0:
        return "lamps"
    return "sun" if sun > around else "surroundings"


def _middle(path: Path, library: AssetLibrary) -> tuple[Scene, View]:
    settled = settle_scene(load(str(path)), _SEED, 0, library)
    middle = settled.trajectory.frame_count // 2
    _, view = next(iter(views(settled.scene, settled.trajectory, [middle])))
    return settled.scene, replace(view, extra_buffers=frozenset({"part_id"}))


def _render(renderer: Any, scene: Scene, library: AssetLibrary, view: View) -> Frame:
    with renderer.open(scene, library) as session:
        return session.render(view)


def _diffuse(frame: Frame, scene: Scene, library: AssetLibrary) -> NDArray[np.bool_]:
    """Return where a frame shows surfaces that are neither metal nor smooth, nor shine, nor are seen through."""
    if frame.part_id is None:
        raise RenderError("the renderer left out the part ids it was asked for")
    matte = np.zeros((len(scene.objects) + 1, int(frame.part_id.max(initial=0)) + 1), bool)
    for body in scene.objects:
        materials = library.load(body.asset).model.materials
        for index, material in enumerate(materials[: matte.shape[1] - 1]):
            matte[body.instance_id, index + 1] = is_diffuse(material, body.material)
    return matte[frame.instance_id, frame.part_id]


def is_diffuse(material: Material, change: MaterialOverride | None) -> bool:
    """Say whether a material, as a scene changes it, is neither metal nor smooth on average, nor shines."""
    change = change or MaterialOverride()
    metallic, roughness = material.metallic, material.roughness
    if material.metallic_roughness_map is not None:
        roughness *= float(material.metallic_roughness_map.pixels[..., 1].mean()) / 255.0
    metallic = metallic if change.metallic is None else change.metallic
    roughness = roughness if change.roughness is None else change.roughness
    dull = metallic <= _MOST_METALLIC and roughness >= _LEAST_ROUGHNESS
    return dull and material.alpha_mode != "blend" and not any(material.emissive_rgb)
