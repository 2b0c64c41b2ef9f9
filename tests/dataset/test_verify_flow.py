"""Flow, occlusion and surface buffers of a sound dataset pass; each thing wrong in one of them is found."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simgen.dataset import DatasetWriter, encode
from simgen.dataset.files import Checksum
from simgen.dataset.verify import verify
from simgen.geometry import quaternion_about_axis
from simgen.records.scene import Scene
from simgen.records.trajectory import Trajectory
from tests.dataset.samples import ALL_OUTPUTS, ball_scene, make_manifest, still, write_scene

FRAME = "scenes/000000/camera/0001_"
EYES = ((0.5, -0.6, 0.5), (0.52, -0.58, 0.52), (0.55, -0.57, 0.53))
CODECS: dict[str, tuple[Callable[[bytes], Any], Callable[[Any], bytes]]] = {
    "flow_forward.exr": (encode.decode_flow, encode.encode_flow),
    "flow_backward.exr": (encode.decode_flow, encode.encode_flow),
    "scene_flow.exr": (encode.decode_vectors, encode.encode_vectors),
    "albedo.exr": (encode.decode_vectors, encode.encode_albedo),
    "normals.exr": (encode.decode_normals, encode.encode_normals),
    "normals_world.exr": (encode.decode_normals, encode.encode_normals),
    "distance.exr": (encode.decode_depth, encode.encode_depth),
    "object_coordinates.exr": (encode.decode_vectors, encode.encode_vectors),
    "part.png": (encode.decode_ids, encode.encode_ids),
    "flow_occlusion_forward.png": (encode.decode_mask, encode.encode_mask),
    "flow_occlusion_backward.png": (encode.decode_mask, encode.encode_mask),
}


def moving(scene: Scene) -> Trajectory:
    """The box turns, one ball rolls aside, the other stands; the camera moves as well."""
    plain = still(scene)
    positions, quaternions = plain.positions_m.copy(), plain.quaternions_wxyz.copy()
    for frame in range(len(plain.times_s)):
        quaternions[frame, 1] = quaternion_about_axis((0.0, 0.0, 1.0), 0.15 * frame)
        positions[frame, 2, 0] += 0.015 * frame
        quaternions[frame, 2] = quaternion_about_axis((0.0, 1.0, 0.0), 0.2 * frame)
    return replace(plain, positions_m=positions, quaternions_wxyz=quaternions)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("flow") / "data"
    scene = ball_scene(0, width=96, height=72, eyes=EYES)
    with DatasetWriter.create(path, make_manifest(outputs=ALL_OUTPUTS, scene_count=1)) as writer:
        write_scene(writer, scene, moving(scene))
        writer.finalise()
    return path


@pytest.fixture
def data(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "copy"))


def edit(data: Path, output: str, change: Callable[[Any], Any], frame: str = FRAME) -> None:
    """Change a picture, and its checksum with it."""
    read, write = CODECS[output]
    file, listing = data / f"{frame}{output}", data / "scenes/000000/checksums.json"
    content = write(change(read(file.read_bytes())))
    file.write_bytes(content)
    known, names = Checksum.of(content), json.loads(listing.read_text())
    inside = f"{frame}{output}".split("/", 2)[2]
    names[inside] = {"sha256": known.sha256, "size_bytes": known.size_bytes}
    listing.write_text(json.dumps(names))


def found(data: Path, check: str) -> str:
    problems = [str(problem) for problem in verify(data).problems if problem.check == check]
    assert problems, f"nothing found by '{check}'"
    return "\n".join(problems)


def test_a_sound_dataset_with_everything_in_it_has_no_problems(sound: Path) -> None:
    assert verify(sound).problems == ()


def test_the_dataset_shows_motion_and_occlusion(sound: Path) -> None:
    """Otherwise the checks would have nothing to hold."""
    flow_px = encode.decode_flow((sound / f"{FRAME}flow_forward.exr").read_bytes())
    hidden = encode.decode_mask((sound / f"{FRAME}flow_occlusion_forward.png").read_bytes())
    assert np.isfinite(flow_px).all()
    assert np.abs(flow_px).max() > 3
    assert 0.01 < hidden.mean() < 0.3


def test_the_ends_have_no_flow_beyond_them(sound: Path) -> None:
    first, last = "scenes/000000/camera/0000_", "scenes/000000/camera/0002_"
    assert np.isnan(encode.decode_flow((sound / f"{first}flow_backward.exr").read_bytes())).all()
    assert np.isnan(encode.decode_flow((sound / f"{last}flow_forward.exr").read_bytes())).all()
    assert encode.decode_mask((sound / f"{last}flow_occlusion_forward.png").read_bytes()).all()


@pytest.mark.parametrize("output", ["flow_forward.exr", "flow_backward.exr"])
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda flow: -flow, id="sign"),
        pytest.param(lambda flow: flow[..., ::-1], id="axes"),
        pytest.param(lambda flow: flow + np.float32([0.5, 0.5]), id="half a pixel"),
        pytest.param(lambda flow: flow + np.float32([0.0, 0.02]), id="a fiftieth of a pixel"),
    ],
)
def test_wrong_flow_is_found(data: Path, output: str, change: Callable[[Any], Any]) -> None:
    edit(data, output, change)
    assert "are not where depth, poses and K lead" in found(data, "flow")


def test_flow_with_a_hole_is_found(data: Path) -> None:
    def hole(flow: np.ndarray) -> np.ndarray:
        flow[3, 4] = np.nan
        return flow

    edit(data, "flow_forward.exr", hole)
    assert "is undefined where it is defined, or the reverse, on 1 pixels" in found(data, "flow")


def test_flow_past_the_last_frame_is_found(data: Path) -> None:
    last = "scenes/000000/camera/0002_"
    edit(data, "flow_forward.exr", np.zeros_like, last)
    edit(data, "flow_occlusion_forward.png", np.zeros_like, last)
    text = found(data, "flow")
    assert "is there although there is no such frame" in text
    assert "visible in a frame that does not exist" in text


def test_scene_flow_of_the_world_instead_of_the_camera_is_found(data: Path) -> None:
    edit(data, "scene_flow.exr", lambda flow: flow * np.float32(1.01))
    assert "are not what depth and poses give" in found(data, "flow")


@pytest.mark.parametrize("way", ["forward", "backward"])
def test_occlusion_that_hides_nothing_is_found(data: Path, way: str) -> None:
    edit(data, f"flow_occlusion_{way}.png", np.zeros_like)
    assert "count as visible where the other frame shows something else" in found(data, "flow")


def test_object_coordinates_that_do_not_come_back_are_found(data: Path) -> None:
    edit(data, "object_coordinates.exr", lambda points: points + np.float32([0.02, 0.0, 0.0]))
    assert "to another point of the object than the one they show" in found(data, "flow")


@pytest.mark.parametrize(("every", "off_px", "is_fault"), [(12, 0.5, False), (12, 2.0, True), (4, 0.5, True)])
def test_few_points_may_be_off_by_a_part_of_a_pixel(
    data: Path, every: int, off_px: float, is_fault: bool
) -> None:
    """So are those on ribs that are narrower than a pixel, of which the pixels around show nothing."""
    pixel_m = 0.9 / ball_scene(0, width=96).cameras[0].intrinsics.fx

    def change(points: np.ndarray) -> np.ndarray:
        points = points.copy()
        points[:, ::every] += np.float32([0.0, 0.0, off_px * pixel_m])
        return points

    edit(data, "object_coordinates.exr", change)
    messages = [problem.message for problem in verify(data).problems if problem.check == "flow"]
    assert any("another point of the object" in message for message in messages) == is_fault


def test_flow_back_that_leads_elsewhere_is_found(data: Path) -> None:
    edit(data, "flow_backward.exr", lambda flow: flow * np.float32(1.5))
    assert "and the flow back do not cancel" in found(data, "flow")


@pytest.mark.parametrize(
    ("output", "check", "change", "message"),
    [
        ("normals.exr", "normals", lambda n: n * np.float32(0.99), "are not of length 1"),
        ("normals_world.exr", "normals", lambda n: n[..., [1, 0, 2]], "turned by the camera's pose"),
        ("distance.exr", "distance", lambda d: d * np.float32(1.001), "the depth along the pixel's ray"),
        ("part.png", "parts", np.zeros_like, "is missing on"),
        ("albedo.exr", "albedo", lambda a: a * np.float32(4), "leave 0..1"),
    ],
)
def test_wrong_surfaces_are_found(
    data: Path, output: str, check: str, change: Callable[[Any], Any], message: str
) -> None:
    edit(data, output, change)
    assert message in found(data, check)
