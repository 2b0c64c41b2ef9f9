"""Both renderers on every shipped scene: the same labels, and diffuse surfaces as bright in one as in the other.

Both take their labels from one geometry pass; beside it stand those that rays through pixel centres meet, cast
without any graphics library, as the path tracer has them where no OpenGL works.

Light is split by what gives it: a view is drawn once under the suns alone, once under the surroundings alone, once
under the lamps alone, and their sum is the picture, since light adds up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from render.diffuse import diffuse_pixels
from render.labels import label_difference
from render.lines import Line, not_measured
from render.progress import counted
from render.raster import save_picture
from render.scenes import smaller
from simgen.assets import AssetLibrary
from simgen.colour import LUMINANCE_RGB
from simgen.errors import SimgenError
from simgen.geometry import FloatArray
from simgen.pipeline import settle_scene, views
from simgen.records.frame import Frame, View
from simgen.records.scene import Scene
from simgen.rendering import Renderer, make_renderer
from simgen.resources import shipped
from simgen.scenario import load
from tests.measures.edges import inside

_SEED = 7
_TITLE = "raster, traced"
_CAST = "labels drawn and cast"
_LEAST_IDS, _MOST_DEPTH, _MOST_MASKS, _MOST_BOXES = 0.999, 1e-3, 1e-3, 0.02
MOST_LUMINANCE = {"sun": 0.10, "surroundings": 0.15, "lamps": 0.15}
_LEAST_SHARE = 0.01  # of a picture's light: what gives less is told and not held to anything


@dataclass(frozen=True, slots=True)
class How:
    """What is compared, and how finely.

    Attributes:
        samples: of the path tracer, a pixel.
        width_px: pictures are made smaller until they are no wider; 0: as the scenes say.
        names: of scenarios; empty: all that are shipped.
        pictures: folder for pictures of both; None: none are kept.
    """

    samples: int = 16
    width_px: int = 320
    names: tuple[str, ...] = ()
    pictures: Path | None = None


def measure_agreement(library: AssetLibrary, how: How) -> dict[str, Any]:
    """Render the middle frame of scene 0 of every scenario with both renderers and compare their buffers."""
    files = [p for p in sorted(shipped("scenes").glob("*.yaml")) if not how.names or p.stem in how.names]
    with ExitStack() as kept:
        raster, traced, caster = (
            kept.enter_context(closing(renderer))
            for renderer in (
                make_renderer("raster"),
                make_renderer("pathtrace", samples=how.samples, denoise=False),
                make_renderer("pathtrace", samples=1, denoise=False, labels="cast"),
            )
        )
        rows = [_row(name, library, (raster, traced), caster, how) for name in _told(files)]
    return {"samples of the path tracer": how.samples, "lines": agreement_lines(rows), "rows": rows}


def _told(files: Sequence[Path]) -> Iterator[Path]:
    names = {path.stem: path for path in files}
    yield from (names[name] for name in counted("scenes", list(names)))


def _row(
    path: Path, library: AssetLibrary, renderers: Sequence[Renderer], caster: Renderer, how: How
) -> dict[str, Any]:
    start = perf_counter()
    try:
        scene, view = _middle(path, library, how.width_px)
        ours, theirs = (_drawn_by_light(renderer, scene, library, view) for renderer in renderers)
        with caster.open(scene, library) as session:
            cast = session.render(view, lit=False)
    except SimgenError as error:
        return {"name": path.stem, "not measured": str(error).splitlines()[0]}
    raster, traced = (next(iter(frames.values())) for frames in (ours, theirs))
    row = {
        "name": path.stem,
        **compared(raster, cast),
        **label_difference(raster, traced, scene),
        **{f"cast {key}": value for key, value in label_difference(raster, cast, scene).items()},
        **brightness(ours, theirs, diffuse_pixels(raster, scene, library)),
        "seconds": perf_counter() - start,
    }
    if how.pictures:
        for frames in (ours, theirs):
            for light, frame in frames.items():
                save_picture(how.pictures, f"{path.stem} {frame.renderer} {light}", frame.radiance)
    return row | {"holds all": holds(row)}


def _middle(path: Path, library: AssetLibrary, width_px: int) -> tuple[Scene, View]:
    settled = settle_scene(load(str(path)), _SEED, 0, library)
    middle = settled.trajectory.frame_count // 2
    _, view = next(iter(views(settled.scene, settled.trajectory, [middle])))
    camera = view.intrinsics if not width_px else smaller(view.intrinsics, width_px)
    return settled.scene, replace(view, intrinsics=camera, extra_buffers=frozenset({"part_id"}))


def light_split(scene: Scene, view: View) -> dict[str, FloatArray]:
    """Return, by kind of light that gives any, the light factors of a view that leave that kind alone."""
    lamps = (*scene.lights, *scene.panels)
    given = [1.0] * len(scene.suns) + [float(lamp.on) for lamp in lamps] + [1.0]
    full = np.array(given) if view.light_factors is None else np.asarray(view.light_factors, float)
    kinds = np.array(["sun"] * len(scene.suns) + ["lamps"] * len(lamps) + ["surroundings"])
    power = np.array(
        [*(sun.illuminance_lux for sun in scene.suns), *[1.0] * len(lamps), scene.environment.illuminance_lux]
    )
    alone = {kind: np.where(kinds == kind, full, 0.0) for kind in MOST_LUMINANCE}
    return {kind: factors for kind, factors in alone.items() if (factors * power).any()}


def _drawn_by_light(renderer: Renderer, scene: Scene, library: AssetLibrary, view: View) -> dict[str, Frame]:
    with renderer.open(scene, library) as session:
        return {
            kind: session.render(replace(view, light_factors=factors))
            for kind, factors in light_split(scene, view).items()
        }


def compared(raster: Frame, traced: Frame) -> dict[str, float]:
    """Return how far labels of one view are from each other, off silhouettes of either.

    Returns:
        `ids`: share of equal ids; `depth`: relative difference that 99.9 % of pixels stay below; `compared`: the
        share of the picture that is off silhouettes and shows the same body.
    """
    off = _off_silhouettes(raster, traced)
    same = raster.instance_id == traced.instance_id
    surface = off & same & (raster.instance_id > 0)
    depth = np.abs(raster.depth_m[surface] / traced.depth_m[surface] - 1.0)
    return {
        "ids": float(same[off].mean()),
        "depth": float(np.quantile(depth, 0.999)) if depth.size else 0.0,
        "compared": float(surface.mean()),
    }


def _off_silhouettes(one: Frame, other: Frame) -> NDArray[np.bool_]:
    return np.logical_and(*(inside(each.instance_id, each.depth_m) for each in (one, other)))


def brightness(
    raster: dict[str, Frame], traced: dict[str, Frame], diffuse: NDArray[np.bool_]
) -> dict[str, float]:
    """Return mean luminance of diffuse surfaces, raster by traced, for each light and for all light together.

    Returns:
        By kind of light and `all`: the ratio; `share <kind>`: what part of the traced light is that kind's. Nothing
        where no diffuse surface is in sight.
    """
    one, other = next(iter(raster.values())), next(iter(traced.values()))
    matte = (
        _off_silhouettes(one, other)
        & diffuse
        & (one.instance_id == other.instance_id)
        & (one.instance_id > 0)
    )
    if not matte.any():
        return {}
    means = [
        {
            kind: float((frame.radiance[matte].astype(float) @ LUMINANCE_RGB).mean())
            for kind, frame in each.items()
        }
        for each in (raster, traced)
    ]
    total = [sum(each.values()) for each in means]
    if total[1] <= 0.0:
        return {}
    ratios = {kind: means[0][kind] / value for kind, value in means[1].items() if value > 0.0}
    shares = {f"share {kind}": value / total[1] for kind, value in means[1].items()}
    return {**ratios, **shares, "all": total[0] / total[1]}


def brightest(row: dict[str, Any]) -> str:
    """Return the kind of light that gives most of a row's picture."""
    return max(MOST_LUMINANCE, key=lambda kind: row.get(f"share {kind}", 0.0))


def held(row: dict[str, Any]) -> dict[str, float]:
    """Return the ratios that a row is held to, by kind of light: those of any weight, and of all light together."""
    weighty = [kind for kind in MOST_LUMINANCE if row.get(f"share {kind}", 0.0) >= _LEAST_SHARE]
    return {kind: row[kind] for kind in weighty} | ({"all": row["all"]} if "all" in row else {})


def holds(row: dict[str, Any]) -> bool:
    """Say whether a row is within the bounds, each light within its own, all together within the brightest's."""
    most = MOST_LUMINANCE | {"all": MOST_LUMINANCE[brightest(row)]}
    bright = all(abs(ratio - 1.0) <= most[kind] for kind, ratio in held(row).items())
    return bool(row["ids"] >= _LEAST_IDS and row["depth"] <= _MOST_DEPTH and bright)


def agreement_lines(rows: Sequence[dict[str, Any]]) -> list[Line]:
    """Return what is claimed of all scenes together, each by its worst."""
    done = [row for row in rows if "not measured" not in row]
    if not done:
        return [not_measured(f"{_TITLE}: labels and luminance", "", "no scene could be drawn")]
    found = [
        _worst_line(done, "masks", "masks, share of pixels that differ", 0.0),
        _worst_line(done, "boxes", "edges of boxes apart, pixels", 0.0),
        _worst_line(done, "poses", "poses apart", 0.0),
        _worst_line(
            done, "ids", f"ids off silhouettes that differ, {_CAST}", 1 - _LEAST_IDS, lambda ids: 1 - ids
        ),
        _worst_line(done, "depth", f"depth apart, relative, {_CAST}", _MOST_DEPTH),
        _worst_line(done, "cast masks", f"masks, share of pixels that differ, {_CAST}", _MOST_MASKS),
        _worst_line(done, "cast moved", f"boxes, share more than a pixel apart, {_CAST}", _MOST_BOXES),
    ]
    for kind, most in MOST_LUMINANCE.items():
        mostly = [row for row in done if brightest(row) == kind]
        found += _luminance_line(mostly, "all", most, f"all light of scenes lit most by {kind}")
        found += _luminance_line(done, kind, most, f"{kind} alone")
    return found


def _worst_line(
    rows: Sequence[dict[str, Any]],
    key: str,
    title: str,
    most: float,
    off: Callable[[float], float] = lambda value: value,
) -> Line:
    """Return the line of a difference that is to stay at most so large in every scene."""
    apart = {row["name"]: off(row[key]) for row in rows}
    name = max(apart, key=lambda each: apart[each])
    good = sum(value <= most for value in apart.values())
    figure = f"worst {apart[name]:.2g} ({name}), {good} of {len(apart)} scenes hold"
    return Line(f"{_TITLE}: {title}", f"≤ {most:g}", figure, good == len(apart), apart[name])


def _luminance_line(rows: Sequence[dict[str, Any]], key: str, most: float, title: str) -> list[Line]:
    ratios = {row["name"]: held(row)[key] for row in rows if key in held(row)}
    if not ratios:
        return []
    name = max(ratios, key=lambda each: abs(ratios[each] - 1.0))
    within = sum(abs(ratio - 1.0) <= most for ratio in ratios.values())
    figure = f"worst {ratios[name]:.3f} ({name}), {within} of {len(ratios)} scenes hold"
    what = f"{_TITLE}: diffuse luminance, {title}"
    return [Line(what, f"1 ± {most:g}", figure, within == len(ratios), ratios[name])]
