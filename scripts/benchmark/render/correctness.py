"""Both renderers against formula: light, fog, flow, labels. The measures are those of the tests (`tests/measures`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import numpy as np

from render.labels import Labels, boxes_apart_px, mask_counts, poses_apart
from render.lines import Line, at_most, must_be, not_measured, within
from render.progress import Progress
from simgen.annotate import annotate
from simgen.assets import AssetLibrary
from simgen.errors import SimgenError
from simgen.records.frame import Frame, View
from simgen.records.light import Fog
from simgen.records.scene import Scene
from simgen.rendering import Renderer, make_renderer
from tests.conformance.scenes import SCENES
from tests.measures import light
from tests.measures.mesh import cast_meshes, disagreement, mesh_scene
from tests.measures.warp import MOTIONS, SCENE, warp_errors_px
from tests.skinned import TubeLibrary
from tests.views import still_view

RENDERERS: dict[str, dict[str, Any]] = {"raster": {}, "pathtrace": {"samples": 64, "denoise": False}}
# Labels do not depend on how clean the picture is; cast, they are others than the raster renderer's.
_QUICK = {"pathtrace": {"samples": 1, "denoise": False, "labels": "cast"}}
_SHORT = {"raster": "raster", "pathtrace": "traced"}
_FURNACE_OFF, _CARD_OFF, _LAMP_OFF, _FOG_OFF = 0.02, 0.02, 0.01, 0.01
_GLARE_OFF = 0.1  # Schlick's Fresnel term, of one renderer, is off by 6 % there
_CARD_CODES = 1.0  # between channels of a grey card
_FLOW_PX = 0.01
_PIXELS = 64  # of each motion that are followed
_MOST_MASKS = 1e-4  # of outlines' pixels: a centre may lie on an edge to within rounding
_VISIBILITY_M = 100.0
Measure = Callable[[light.Render, str], list[Line]]


def measure_light(library: AssetLibrary) -> dict[str, Any]:
    """Hold light in pictures of both renderers against formula."""
    measures = (_furnace, _grey_card, _inverse_square, _headlight, _glare)
    return {"lines": _by_renderer("light", measures, library)}


def measure_fog(library: AssetLibrary) -> dict[str, Any]:
    """Hold what gets through fog against Koschmieder's law."""
    return {"lines": _by_renderer("fog", (_fog,), library)}


def _by_renderer(title: str, measures: Sequence[Measure], library: AssetLibrary) -> list[Line]:
    progress, lines = Progress(title, len(RENDERERS) * len(measures)), list[Line]()
    for name, options in RENDERERS.items():
        try:
            with closing(make_renderer(name, **options)) as renderer:
                for measure in measures:
                    lines += measure(_still(renderer, library), _SHORT[name])
                    progress.step(name)
        except SimgenError as error:
            lines.append(not_measured(f"{_SHORT[name]}: {title}", "formula", str(error).splitlines()[0]))
    progress.end()
    return lines


def _still(renderer: Renderer, library: AssetLibrary) -> light.Render:
    def draw(scene: Scene) -> Frame:
        with renderer.open(scene, library) as session:
            return session.render(still_view(scene))

    return draw


def _furnace(render: light.Render, name: str) -> list[Line]:
    levels = {roughness: float(light.furnace(render, roughness).mean()) for roughness in (0.1, 0.3, 0.6, 1.0)}
    worst = max(levels, key=lambda roughness: abs(levels[roughness] - 1.0))
    what = f"{name}: white ball in a white furnace, worst of four (roughness {worst:g})"
    return [within(what, levels[worst], 1.0, _FURNACE_OFF)]


def _grey_card(render: light.Render, name: str) -> list[Line]:
    codes = {lux: light.grey_card(render, lux) for lux in (30.0, 500.0, 80_000.0)}
    apart = max(float(np.ptp(each)) for each in codes.values())
    dimmest = max(codes, key=lambda lux: abs(codes[lux].mean() - light.GREY_CODE))
    return [
        at_most(f"{name}: grey card, channels apart, 30 to 80,000 lux", apart, _CARD_CODES, " of 255"),
        within(
            f"{name}: grey card of 18 %, metered, 8-bit code (worst: {dimmest:g} lux)",
            float(codes[dimmest].mean()),
            light.GREY_CODE,
            _CARD_OFF,
        ),
    ]


def _inverse_square(render: light.Render, name: str) -> list[Line]:
    found = {d: light.lamp_lux(render, d, 1000.0) * d**2 for d in (1.0, 2.0, 5.0, 10.0, 25.0)}
    worst = max(found, key=lambda d: abs(found[d] - 1000.0))
    what = f"{name}: lux times distance squared of 1000 cd, 1 to 25 m (worst: {worst:g} m)"
    return [within(what, found[worst], 1000.0, _LAMP_OFF)]


def _headlight(render: light.Render, name: str) -> list[Line]:
    what = f"{name}: headlight of {light.HEADLIGHT_CD:g} cd on a wall at {light.HEADLIGHT_M:g} m"
    return [within(what, light.headlight_lux(render), light.HEADLIGHT_LUX, _LAMP_OFF, " lx")]


def _glare(render: light.Render, name: str) -> list[Line]:
    parts = {each: light.glare(render, each) / light.glare_by_formula(each) for each in (0.4, 0.65, 0.9)}
    worst = max(parts, key=lambda roughness: abs(parts[roughness] - 1.0))
    what = f"{name}: glare of a lamp low over a black road, by formula (worst: roughness {worst:g})"
    return [within(what, parts[worst], 1.0, _GLARE_OFF)]


def _fog(render: light.Render, name: str) -> list[Line]:
    fog = Fog(_VISIBILITY_M)
    through = {part: light.transmittance(render, fog, part * _VISIBILITY_M) for part in (0.25, 0.5, 1.0)}
    return [
        within(
            f"{name}: what gets through fog at {part:g} of the visibility range",
            through[part],
            light.LEFT_AT_VISIBILITY**part,
            _FOG_OFF,
        )
        for part in through
    ]


def measure_flow() -> dict[str, Any]:
    """Hold flow against the next frame, drawn anew where flow leads; of bodies that move, turn, bend; of a camera."""
    lines: list[Line] = []
    progress = Progress("flow", len(RENDERERS) * len(MOTIONS))
    for name in RENDERERS:
        with _opened(name, SCENE, TubeLibrary(), lines, "flow") as draw:
            if draw:
                lines += [_warp_line(draw, name, title, progress) for title in MOTIONS]
    progress.end()
    return {"lines": lines}


def _warp_line(draw: Callable[[View], Frame], name: str, title: str, progress: Progress) -> Line:
    off = warp_errors_px(draw, MOTIONS[title], _PIXELS)
    what = f"{_SHORT[name]}: warp by flow, {title}, worst of {len(off)} un-occluded pixels"
    progress.step(f"{name}, {title}")
    return at_most(what, float(np.nan_to_num(off, nan=np.inf).max()), _FLOW_PX, " px")


@contextmanager
def _opened(
    name: str, scene: Scene, library: AssetLibrary, lines: list[Line], title: str
) -> Iterator[Callable[[View], Frame] | None]:
    """Yield what draws views of a scene; None where the renderer cannot be made, which joins the lines."""
    try:
        renderer = make_renderer(name, **_QUICK.get(name, {}))
    except SimgenError as error:
        lines.append(not_measured(f"{_SHORT[name]}: {title}", "", str(error).splitlines()[0]))
        yield None
        return
    with closing(renderer), renderer.open(scene, library) as session:
        yield session.render


def measure_labels(library: AssetLibrary) -> dict[str, Any]:
    """Hold buffers of both renderers against the mesh, and labels of one against those of the other."""
    lines: list[Line] = []
    scene = mesh_scene()
    truth = cast_meshes(still_view(scene), scene, library)
    for name in RENDERERS:
        with _opened(name, scene, library, lines, "labels beside the mesh") as draw:
            if draw:
                found, short = disagreement(draw(still_view(scene)), truth), _SHORT[name]
                lines += [
                    at_most(
                        f"{short}: depth off the mesh, worst of {found.pixels} pixels", found.depth, 1e-5
                    ),
                    at_most(f"{short}: object coordinates off the mesh", found.coordinates_px, 0.01, " px"),
                    at_most(f"{short}: normals off the mesh", found.normals_rad, 0.002, " rad"),
                    at_most(f"{short}: object coordinates off depth", found.together_px, 0.01, " px"),
                ]
    return {"lines": lines + _same_labels(library)}


def _same_labels(library: AssetLibrary) -> list[Line]:
    """Return how masks, boxes and poses under one renderer are from those under the other, of the test scenes."""
    scenes = {name: (make(), library) for name, make in SCENES.items()}
    views = {name: still_view(scene) for name, (scene, _) in scenes.items()}
    for name, motion in MOTIONS.items():
        scenes[name], views[name] = (SCENE, TubeLibrary()), motion.now
    pairs: list[tuple[Labels, Labels]] = []
    progress = Progress("labels of both renderers", len(scenes))
    try:
        with ExitStack() as opened:
            made = (make_renderer(name, **_QUICK.get(name, {})) for name in RENDERERS)
            renderers = [opened.enter_context(closing(each)) for each in made]
            for name, (scene, known) in scenes.items():
                drawn, cast = (_labels(each, scene, known, views[name]) for each in renderers)
                pairs.append((drawn, cast))
                progress.step(name)
    except SimgenError as error:
        return [not_measured("masks, boxes and poses drawn and cast", "", str(error).splitlines()[0])]
    progress.end()
    return _label_lines(pairs)


def _labels(renderer: Renderer, scene: Scene, library: AssetLibrary, view: View) -> Labels:
    with renderer.open(scene, library) as session:
        return annotate(session.render(view), scene).objects


def _label_lines(pairs: Sequence[tuple[Labels, Labels]]) -> list[Line]:
    """Hold labels drawn against those cast, a pair for each view."""
    counts = [mask_counts(*pair) for pair in pairs]
    different, total = (sum(column) for column in zip(*counts, strict=True))
    boxes = max(boxes_apart_px(*pair) for pair in pairs)
    poses = max(poses_apart(*pair) for pair in pairs)
    share = different / max(total, 1)
    return [
        Line(
            "masks drawn and cast the same",
            f"≤ {_MOST_MASKS:g} of pixels differ",
            f"{different} of {total} pixels ({share:.1e})",
            share <= _MOST_MASKS,
            share,
        ),
        must_be("boxes drawn and cast the same", boxes == 0.0, f"{boxes:g} px apart", "0 px apart"),
        must_be("poses drawn and cast the same", poses == 0.0, f"{poses:g} apart", "0 apart"),
    ]
