"""The whole renderer: same bytes, less grain, early stop, cut-outs, and the same light as the raster renderer's."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from math import pi
from typing import Any

import numpy as np
import pytest

import simgen
from simgen.assets import AssetLibrary
from simgen.colour import LUMINANCE_RGB
from simgen.errors import RenderError
from simgen.geometry import Pose, quaternion_about_axis
from simgen.records.asset import Asset, Material, Texture
from simgen.records.light import EnvironmentLight, Fog, PanelLight, SpotLight
from simgen.records.scene import MaterialOverride, PathTracing, Scene
from simgen.rendering import make_renderer
from simgen.rendering.pathtrace import PathtraceRenderer, engine, painting, renderer, tracing
from simgen.rendering.pathtrace.denoise import Denoiser
from simgen.rendering.pathtrace.painting import relative_error
from tests.builders import box, camera, cylinder, floor, make_scene, sphere, sun
from tests.measures.edges import inside, off_silhouette
from tests.views import picture, still_view

SKY = EnvironmentLight(map=None, illuminance_lux=2000.0)
DARK = EnvironmentLight(map=None, illuminance_lux=0.0, background_visible=False)
MATT = MaterialOverride(base_color_rgb=(0.5, 0.45, 0.4), roughness=0.9, metallic=0.0)
VIEW = camera(eye=(0.9, -1.1, 0.9), target=(0.0, 0.0, 0.1), width=64, height=48)
OVERHEAD = camera(eye=(0.0, 0.0, 3.0), target=(0.0, 0.0, 0.0), width=64, height=48)


def still_life(**light: object) -> Scene:
    objects = [
        floor(material=MATT),
        box((0.2, 0.2, 0.2), at=(-0.2, 0.0, 0.1), material=MATT),
        sphere(0.12, at=(0.15, 0.1, 0.12), material=MATT),
        cylinder(0.08, 0.3, at=(0.1, -0.25, 0.15), material=MATT),
    ]
    return make_scene(objects, [VIEW], **light)


def digest_of_a_frame() -> str:
    renderer = PathtraceRenderer(samples=4)
    frame = picture(renderer, still_life(), AssetLibrary())
    parts = (frame.radiance, frame.depth_m, frame.normals_camera, frame.instance_id)
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


@pytest.mark.parametrize("threads", ["1", "2"])
def test_another_process_gives_the_same_bytes_with_any_number_of_threads(threads: str) -> None:
    code = "from tests.rendering.pathtrace.test_renderer import digest_of_a_frame; print(digest_of_a_frame())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "OMP_NUM_THREADS": threads},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == digest_of_a_frame()


def test_every_frame_has_its_own_grain(tracer: PathtraceRenderer, library: AssetLibrary) -> None:
    scene = still_life()
    view = still_view(scene)
    with tracer.open(scene, library) as session:
        first, other = session.render(view), session.render(replace(view, frame_index=1))
    assert not np.array_equal(first.radiance, other.radiance)
    np.testing.assert_array_equal(first.depth_m, other.depth_m)


def test_the_denoiser_comes_nearer_to_the_converged_picture(
    tracer: PathtraceRenderer, library: AssetLibrary
) -> None:
    scene = still_life(environment=SKY, suns=[])
    many = PathtraceRenderer(samples=512, denoise=False, variant=tracer.engine.variant)
    few = PathtraceRenderer(samples=8, denoise=False, variant=tracer.engine.variant)
    converged = picture(many, scene, library).radiance.astype(float)
    errors: list[float] = []
    for denoiser in (None, Denoiser()):
        few.denoiser = denoiser
        errors.append(float(np.abs(picture(few, scene, library).radiance - converged).mean()))
    assert errors[1] < 0.7 * errors[0]


def test_the_denoiser_is_guided_by_what_the_labels_say_of_surfaces(library: AssetLibrary) -> None:
    """Albedo and world normals through pixel centres: those of the geometry pass, without grain."""
    asked: list[tuple[Any, ...]] = []

    class Recording(Denoiser):
        """Keeps what it was asked."""

        def __call__(self, color: Any, *guides: Any, **how: Any) -> Any:
            asked.append(guides)
            return color

    scene = still_life()
    made = PathtraceRenderer(samples=4)
    made.denoiser = Recording()
    with made.open(scene, library) as session:
        frame = session.render(replace(still_view(scene), extra_buffers=frozenset({"albedo"})))
    (albedo, normals, clean), *more = asked
    assert clean == made.engine.is_compiled
    assert not more
    # Off edges, which guides have as smooth as the picture; what mirrors 7 % in the mean keeps the rest of its colour.
    whole = inside(frame.instance_id, frame.depth_m) & (frame.instance_id > 0)
    turn = frame.view.T_world_camera[:3, :3]
    assert frame.albedo is not None
    whole[[0, -1]] = whole[:, [0, -1]] = False  # beyond the picture an edge may be
    np.testing.assert_allclose(albedo[whole], 0.93 * frame.albedo[whole], rtol=0.01)
    upright = (
        whole & (frame.instance_id != 3) & (frame.instance_id != 4)
    )  # of round bodies a pixel has several
    assert np.isin(frame.instance_id[upright], (1, 2)).sum() > 200
    np.testing.assert_allclose(normals[upright], frame.normals_camera[upright] @ turn.T, atol=0.01)
    sky = off_silhouette(frame.instance_id) & (frame.instance_id == 0)
    assert not albedo[sky].any()


def test_a_noise_target_that_is_met_stops_early(
    tracer: PathtraceRenderer, library: AssetLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_PASS_SAMPLES", 4 * 64 * 48)
    seeds: list[int] = []
    soft_light = tracing.Tracing.soft

    def counted(by: tracing.Tracing, scene: Any, shot: engine.Shot, *others: Any) -> object:
        seeds.append(shot.seed)
        return soft_light(by, scene, shot, *others)

    monkeypatch.setattr(tracing.Tracing, "soft", counted)
    for target, passes in ((0.0, 4), (1000.0, 2)):
        monkeypatch.setattr(tracer, "noise_target", target)
        seeds.clear()
        picture(tracer, still_life(), library)
        assert len(set(seeds)) == passes


def test_scenes_say_how_carefully_pictures_are_taken_unless_the_renderer_was_told(
    tracer: PathtraceRenderer, library: AssetLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[painting.Quality] = []

    def noted(*arguments: Any) -> painting.Painted:
        asked.append(arguments[-1])
        return painting.painted(*arguments)

    monkeypatch.setattr(renderer, "painted", noted)
    scene = replace(still_life(), path_tracing=PathTracing(samples=3, noise_target=0.5))
    picture(tracer, scene, library)
    monkeypatch.setattr(tracer, "samples", None)
    monkeypatch.setattr(tracer, "noise_target", None)
    picture(tracer, scene, library)
    assert [(each.samples, each.noise_target) for each in asked] == [(16, 0.5), (3, 0.5)]


def test_a_scenario_file_and_the_command_line_set_samples_and_noise_target() -> None:
    changes = ["path_tracing.samples=5", "path_tracing.noise_target=0.05"]
    scenario = simgen.load("tabletop_clutter", overrides=changes)
    assert scenario.sample(7, 0).path_tracing == PathTracing(5, 0.05)


def test_the_relative_error_is_the_standard_error_of_the_mean() -> None:
    rng = np.random.default_rng(0)
    pictures = [
        np.repeat(rng.normal(100.0, 10.0, (64, 64, 1)), 3, axis=2).astype(np.float32) for _ in range(16)
    ]
    assert relative_error(pictures) == pytest.approx(10.0 / 4 / 100, rel=0.05)
    assert relative_error(pictures[:1]) == float("inf")


DOWN = quaternion_about_axis((0.0, 1.0, 0.0), pi / 2)
LAMP = SpotLight("lamp", Pose((0.2, -0.3, 1.5), DOWN), "", 500.0, inner_angle_rad=0.5, outer_angle_rad=0.9)
PANEL = PanelLight("panel", Pose((0.0, 0.2, 1.5), DOWN), "", 2000.0, 0.5, 0.3)


@pytest.mark.parametrize(
    ("light", "tolerance"),
    [
        ({"environment": DARK}, 0.10),
        ({"environment": SKY, "suns": []}, 0.15),
        ({"environment": DARK, "suns": [], "lights": (LAMP,)}, 0.10),
        ({"environment": DARK, "suns": [], "panels": (PANEL,)}, 0.10),
        ({"environment": SKY, "fog": Fog(3.0)}, 0.15),
        ({"environment": DARK, "suns": [], "lights": (LAMP,), "fog": Fog(6.0)}, 0.15),
    ],
    ids=["sun", "surroundings", "lamp", "panel", "fog", "lamp in fog"],
)
def test_matt_surfaces_are_as_bright_as_the_raster_renderer_draws_them(
    library: AssetLibrary, tracer: PathtraceRenderer, light: dict[str, object], tolerance: float
) -> None:
    scene = still_life(**{"suns": [sun((0.3, -0.3, 0.9))], **light})
    raster = make_renderer("raster")
    with raster.open(scene, library) as session:
        drawn = session.render(still_view(scene))
    raster.close()
    traced = picture(tracer, scene, library)
    same = traced.instance_id == drawn.instance_id
    assert same.mean() > 0.995
    for here in (same & (traced.instance_id == 1), same & (traced.instance_id > 0)):
        levels = [
            float((frame.radiance[here].astype(float) @ LUMINANCE_RGB).mean()) for frame in (traced, drawn)
        ]
        assert levels[0] == pytest.approx(levels[1], rel=tolerance)


def test_holes_of_a_cut_out_show_what_is_behind_in_labels_and_picture(
    tracer: PathtraceRenderer, library: AssetLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.full((2, 2, 4), 255, np.uint8)
    pixels[:, 0, 3] = 0
    fence = Material(base_color_map=Texture(pixels, srgb=True), alpha_mode="mask")
    scene = make_scene(
        [box((1.0, 1.0, 0.02), at=(0.0, 0.0, 0.5)), floor()], [OVERHEAD], environment=SKY, suns=[]
    )
    load = library.load

    def fenced(ref: object) -> Asset:
        asset = load(ref)  # pyright: ignore[reportArgumentType]
        if asset.info.size_m[2] != 0.02:
            return asset
        (part,) = asset.model.lods[0]
        mapped = replace(part, uvs=(part.positions_m[:, :2] + 0.5).astype(np.float32))
        return replace(asset, model=replace(asset.model, lods=((mapped,),), materials=(fence,)))

    monkeypatch.setattr(library, "load", fenced)
    tracer.close()
    frame = picture(tracer, scene, library)
    monkeypatch.undo()
    whole = picture(
        PathtraceRenderer(samples=1, denoise=False, variant=tracer.engine.variant), scene, library
    )
    fenced_px, whole_px = (each.silhouettes[1].mask.sum() for each in (frame, whole))
    assert fenced_px == pytest.approx(whole_px / 2, rel=0.1)
    left = frame.object_coordinates_m[frame.instance_id == 1][:, 0]
    assert left.min() > -0.02
    tracer.close()


def test_a_closed_scene_says_so(tracer: PathtraceRenderer, library: AssetLibrary) -> None:
    scene = still_life()
    session = tracer.open(scene, library)
    session.close()
    with pytest.raises(RenderError, match="sensor 'camera', frame 0: the scene is closed"):
        session.render(still_view(scene))
