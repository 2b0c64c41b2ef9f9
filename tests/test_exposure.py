"""Shutters and apertures end to end: pictures blur as formulas say, labels stay those of the frame's instant."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from simgen import Dataset
from simgen.api import generate, load
from simgen.assets import AssetLibrary
from simgen.camera import Intrinsics
from simgen.errors import ScenarioError
from simgen.geometry import FloatArray, Pose, Vec3
from simgen.pipeline.exposure import Exposure
from simgen.pipeline.views import view_of
from simgen.records.frame import Frame
from simgen.records.light import EnvironmentLight
from simgen.records.scene import (
    BLUR_SAMPLES,
    Aperture,
    CameraSensor,
    Capture,
    Physics,
    Scene,
    SceneObject,
    scene_from_json,
    scene_to_json,
)
from simgen.records.trajectory import Trajectory
from simgen.rendering import make_renderer
from simgen.reproduce import replay
from simgen.scenario import canonical_json
from simgen.simulation import simulate
from tests.builders import make_scene, sphere, static_box, sun
from tests.measures.light import variance_px2

CAMERA = CameraSensor("front", Intrinsics.from_fov(96, 64, 0.6), (Pose(),), 8.0, blur_samples=200)
WEIGHTLESS = Physics(engine="kinematic", gravity_mps2=(0.0, 0.0, 0.0))
BLACK = EnvironmentLight(map=None, illuminance_lux=0.0, background_visible=False)
SHUTTER_S = 1 / 50
DEPTH_M = 2.0
RATE_HZ = 24


def before(camera: CameraSensor, *bodies: SceneObject) -> Scene:
    """Bodies in the dark before a camera that looks along world z, lit from behind it; 3 frames."""
    return make_scene(
        bodies,
        cameras=[camera],
        physics=WEIGHTLESS,
        capture=Capture("start", 3, RATE_HZ),
        suns=[sun((0.0, 0.0, -1.0))],
        environment=BLACK,
    )


def flying(velocity_mps: Vec3, camera: CameraSensor = CAMERA, radius_m: float = 0.05) -> Scene:
    """A ball that is on the camera's axis in frame 1."""
    x, y, z = (-v / RATE_HZ for v in velocity_mps)
    return before(camera, sphere(radius_m, at=(x, y, DEPTH_M + z), linear_velocity_mps=velocity_mps))


def frames_of(scene: Scene, frame_index: int = 1, renderer: str = "analytic") -> tuple[Frame, Frame]:
    """The frame of the scene's camera with and without its shutter and aperture."""
    trajectory, camera = simulate(scene, AssetLibrary()), scene.cameras[0]
    view = view_of(scene, trajectory, camera, frame_index)
    back_end = make_renderer(renderer)
    with back_end.open(scene, AssetLibrary()) as session:
        exposed = Exposure(scene, trajectory).take(session, camera, view)
        sharp = session.render(view)
    back_end.close()
    return exposed, sharp


def streak_px(exposed: Frame, sharp: Frame) -> FloatArray:
    """The length of the blur along x and y: an even streak of length L has the variance L² / 12."""
    return np.sqrt(12 * np.maximum(variance_px2(exposed.radiance) - variance_px2(sharp.radiance), 0.0))


def open_for(shutter_s: float, **more: object) -> CameraSensor:
    return replace(CAMERA, shutter_s=shutter_s, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("frame_index", [0, 1, 2])
def test_streak_is_speed_times_shutter_times_focal_length_over_depth(frame_index: int) -> None:
    """In the first and the last frame too."""
    scene = flying((10.0, 5.0, 0.0), open_for(SHUTTER_S))
    exposed, sharp = frames_of(scene, frame_index)
    expected = np.array([10.0, 5.0]) * SHUTTER_S * CAMERA.intrinsics.fx / DEPTH_M
    measured = streak_px(exposed, sharp)
    assert np.hypot(*measured) == pytest.approx(np.hypot(*expected), rel=0.02)
    np.testing.assert_allclose(measured, expected, rtol=0.04)  # a few pixels across


def test_streak_lies_about_where_the_labels_are_and_keeps_the_light() -> None:
    exposed, sharp = frames_of(flying((3.0, 0.0, 0.0), open_for(SHUTTER_S), radius_m=0.25))
    columns = np.arange(96)
    middles = [
        np.average(columns, weights=f.radiance.astype(float).sum(axis=(0, 2))) for f in (exposed, sharp)
    ]
    assert middles[0] == pytest.approx(middles[1], abs=0.05)
    assert exposed.radiance.astype(float).mean() == pytest.approx(
        sharp.radiance.astype(float).mean(), rel=0.005
    )


def test_moving_camera_blurs_what_stands_still() -> None:
    """A camera on a body that goes to the left at 8 m/s draws a resting box out to the right."""
    cart = sphere(0.01, at=(0.0, 1.0, 0.0), linear_velocity_mps=(-8.0, 0.0, 0.0), name="cart")
    ball = static_box((0.1, 0.1, 0.1), at=(-8.0 / RATE_HZ, 0.0, DEPTH_M))
    ahead = Pose((0.0, -1.0, 0.0))
    camera = open_for(SHUTTER_S, mount="cart", poses=(ahead,))
    exposed, sharp = frames_of(before(camera, cart, ball))
    front_m = DEPTH_M - 0.05
    assert streak_px(exposed, sharp)[0] == pytest.approx(
        8.0 * SHUTTER_S * CAMERA.intrinsics.fx / front_m, rel=0.02
    )


def test_turning_body_is_blurred_along_its_turn() -> None:
    """The ends of a rod that turns about the camera's axis are drawn out, its middle is not."""
    rod = static_box((0.6, 0.02, 0.02), at=(0.0, 0.0, DEPTH_M), motion="dynamic", mass_kg=1.0)
    rod = replace(rod, angular_velocity_radps=(0.0, 0.0, 8.0))
    camera = open_for(SHUTTER_S)
    exposed, sharp = frames_of(before(camera, rod), frame_index=0)
    light = exposed.radiance.astype(float).sum(axis=-1)
    lit_rows = (light > 0.05 * light.max()).sum(axis=0)
    end = round(CAMERA.intrinsics.cx + 0.28 * CAMERA.intrinsics.fx / DEPTH_M)
    swept_px = 0.28 * 8.0 * SHUTTER_S * CAMERA.intrinsics.fx / DEPTH_M
    thick_px = (sharp.instance_id[:, end] > 0).sum()
    assert lit_rows[end] == pytest.approx(thick_px + swept_px, abs=1.5)
    assert lit_rows[48] <= thick_px + 1


@pytest.mark.parametrize("renderer", ["analytic", "raster"])
def test_labels_are_those_of_the_instant_and_sharp(renderer: str) -> None:
    camera = replace(open_for(SHUTTER_S, aperture=Aperture(0.1, 0.05, 1.0)), blur_samples=6)
    exposed, sharp = frames_of(flying((3.0, 0.0, 0.0), camera), renderer=renderer)
    assert not np.array_equal(exposed.radiance, sharp.radiance)
    for name in (field.name for field in fields(Frame)):
        if name not in ("radiance", "view", "silhouettes"):
            np.testing.assert_array_equal(getattr(exposed, name), getattr(sharp, name), err_msg=name)
    assert exposed.view is not None and exposed.view.time_s == sharp.view.time_s
    for key, outline in sharp.silhouettes.items():
        np.testing.assert_array_equal(exposed.silhouettes[key].mask, outline.mask)


@pytest.mark.parametrize("renderer", ["analytic", "raster"])
def test_what_nothing_blurs_has_the_same_bytes(renderer: str) -> None:
    """A resting ball; one that drifts by a hundredth of a pixel; one that is in focus."""
    for speed, camera in (
        (0.0, open_for(SHUTTER_S)),
        (0.005, open_for(SHUTTER_S)),
        (0.0, replace(CAMERA, aperture=Aperture(1e-4, 0.05, DEPTH_M))),
    ):
        exposed, sharp = frames_of(flying((speed, 0.0, 0.0), camera), renderer=renderer)
        assert exposed.radiance.tobytes() == sharp.radiance.tobytes()


def test_focus_follows_a_body() -> None:
    """Flying away at 5 m/s the ball stays sharp where the focus is on it, and blurs where it stays."""
    kept = replace(CAMERA, aperture=Aperture(0.2, 0.05, focus_on="sphere[0]"))
    left = replace(CAMERA, aperture=Aperture(0.2, 0.05, focus_m=DEPTH_M - 0.5))
    spreads = [
        np.subtract(*(variance_px2(frame.radiance) for frame in frames_of(flying((0.0, 0.0, 5.0), camera))))
        for camera in (kept, left)
    ]
    np.testing.assert_allclose(spreads[0], 0.0, atol=0.15)
    confusion_px = 0.2 * CAMERA.intrinsics.fx * abs(1 / DEPTH_M - 1 / (DEPTH_M - 0.5))
    np.testing.assert_allclose(
        4 * np.sqrt(spreads[1]), confusion_px, rtol=0.1
    )  # its front is a little nearer


def test_legs_go_on_with_the_way_but_not_past_the_next_frame() -> None:
    scene = flying((1.0, 0.0, 0.0), open_for(0.1))
    plain = simulate(scene, AssetLibrary())
    way = np.array([[[0.0, 2.0]], [[0.2, 2.0]], [[0.2, 2.0]]])  # stopped by something after frame 1
    trajectory: Trajectory = replace(plain, gait=way)
    camera = scene.cameras[0]
    view = view_of(scene, trajectory, camera, 1)
    exposure = Exposure(scene, trajectory)
    gaits = [exposure.at(camera, view, offset).gait for offset in (-0.05, -0.2, 0.05)]
    assert [float(g[0, 0]) for g in gaits if g is not None] == pytest.approx([0.1, 0.0, 0.2])


def test_record_of_a_camera_names_what_it_has_and_nothing_more() -> None:
    camera = open_for(SHUTTER_S, aperture=Aperture(0.1, 0.05, 1.0))
    scene = flying((0.0, 0.0, 0.0), camera)
    assert scene_from_json(scene_to_json(scene)) == scene
    plain = scene_to_json(replace(scene, cameras=(replace(CAMERA, blur_samples=BLUR_SAMPLES),)))
    assert not any(word in plain for word in ("shutter", "aperture", "blur"))


SCENARIO = """
simgen: "1"
name: falling
world: {kind: empty}
objects:
  ball: {asset: procedural/sphere, place: {at: {position: [0 m, 0 m, 1 m]}}, mass: 1 kg}
sensors:
  front:
    {fixed: {position: [2 m, 0 m, 0.8 m], look_at: [0 m, 0 m, 0.8 m]}, width: 64, height: 48, CAMERA}
physics: {engine: kinematic}
capture: {when: start, frames: 4, rate: 30}
"""


def written(tmp_path: Path, camera: str) -> Path:
    path = tmp_path / "falling.yaml"
    path.write_text(SCENARIO.replace("CAMERA", camera))
    return path


def test_blurred_dataset_is_replayed_and_carries_its_settings(tmp_path: Path) -> None:
    path = written(tmp_path, "shutter: 1/40 s, aperture: {f_number: 1.4, focus_on: ball}, blur_samples: 5")
    generate(load(path), count=1, seed=3, out=tmp_path / "out")
    assert replay(tmp_path / "out", 0).differing == ()
    assert replay(tmp_path / "out", 0, frame_index=2).differing == ()
    made = Dataset(tmp_path / "out")
    camera = made.scene(0).scene.cameras[0]
    assert (camera.shutter_s, camera.blur_samples) == (1 / 40, 5)
    assert camera.aperture is not None and camera.aperture.focus_on == "ball"
    focal_m = 0.036 * camera.intrinsics.fx / 64
    assert camera.aperture.diameter_m == pytest.approx(focal_m / 1.4)
    about = json.loads((tmp_path / "out" / "dataset.json").read_text())
    assert "shutter" in about["conventions"]["exposure"]
    recorded = about["scenario"]["canonical"]["sensors"]["front"]
    assert (recorded["shutter"], recorded["aperture"]["f_number"]) == (1 / 40, 1.4)


def test_without_shutter_and_aperture_a_scenario_is_the_same_as_ever(tmp_path: Path) -> None:
    text = canonical_json(load(written(tmp_path, "fov: 50 deg")))
    assert not any(word in text for word in ("shutter", "aperture", "blur"))


@pytest.mark.parametrize(
    ("camera", "place", "told"),
    [
        ("shutter: 1/20 s", "shutter", "0.05 s, longer than from one frame to the next (0.0333333 s)"),
        ("shutter: 1/0 s", "shutter", "is not a known unit"),
        ("aperture: {focus: 1 m}", "aperture", "needs one of f_number, diameter"),
        ("aperture: {f_number: 2, diameter: 2 cm, focus: 1 m}", "aperture", "has both f_number and diameter"),
        ("aperture: {f_number: 2}", "aperture", "needs one of focus, focus_on"),
        ("aperture: {f_number: 2, focus_on: bal}", "focus_on", "did you mean 'ball'"),
        ("aperture: {f_number: 2, focal_length: 50 mm, focus: 4 cm}", "focus", "not beyond the focal length"),
        (
            "aperture: {f_number: 2, focus: 1 m}, lens: {equirectangular: {}}",
            "aperture",
            "joined from those of many",
        ),
        (
            "aperture: {f_number: 2, focus: 1 m}, lens: {orthographic: {span: 1 m}}",
            "aperture",
            "parallel rays come",
        ),
        ("blur_samples: 8", "blur_samples", "no meaning without shutter or aperture"),
        ("aperture: {f_number: 0, focus: 1 m}", "f_number", "above 0"),
    ],
)
def test_impossible_cameras_are_told_where_and_why(
    tmp_path: Path, camera: str, place: str, told: str
) -> None:
    with pytest.raises(ScenarioError) as error:
        load(written(tmp_path, camera))
    assert place in str(error.value)
    assert told in str(error.value)


def test_drawn_cameras_that_cannot_be_are_told_too(tmp_path: Path) -> None:
    late = load(written(tmp_path, "shutter: {uniform: [1/31 s, 1/20 s]}"))
    with pytest.raises(ScenarioError, match="longer than from one frame to the next"):
        late.sample(1, 0)
    near = load(written(tmp_path, "aperture: {f_number: 2, focus: {uniform: [1 mm, 2 mm]}}"))
    with pytest.raises(ScenarioError, match="not beyond the focal length"):
        near.sample(1, 0)
