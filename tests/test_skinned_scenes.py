"""A deer and a child in motion, end to end: every label is written, verified, replayed and made again."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import simgen
from simgen.dataset import encode
from simgen.dataset.layout import OUTPUT_SUFFIXES
from tests.dataset.test_verify import rewrite

RUNNERS = Path(__file__).parent / "data" / "runners.yaml"


@pytest.fixture(scope="module")
def runners(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("skinned") / "runners"
    scenario = simgen.load(RUNNERS, [f"labels.outputs=[{', '.join(OUTPUT_SUFFIXES)}]"])
    simgen.generate(scenario, count=1, seed=3, out=out)
    return out


def ids(dataset: simgen.Dataset) -> dict[str, int]:
    return {body.name: body.instance_id for body in dataset[0].scene.objects}


def test_a_dataset_of_moving_animals_and_people_verifies(runners: Path) -> None:
    report = simgen.verify(runners)
    assert report.problems == ()
    assert report.surface_pixels > 100


def test_the_trajectory_says_how_far_each_has_gone(runners: Path) -> None:
    dataset = simgen.Dataset(runners)
    trajectory, known = dataset[0].scene_view.trajectory, ids(dataset)
    assert trajectory.gait is not None
    gone = trajectory.gait[:, [known["deer"] - 1, known["child"] - 1], 0]
    np.testing.assert_allclose(gone, np.outer(trajectory.times_s, [6.0, 2.0]), rtol=0, atol=1e-9)


def test_limbs_move_relative_to_the_body(runners: Path) -> None:
    """Scene flow of a gallop is not that of a rigid body: hooves are faster and slower than the trunk."""
    dataset = simgen.Dataset(runners)
    sample, known = dataset[1], ids(dataset)
    shown = sample.instance_id == known["deer"]
    assert np.count_nonzero(shown) > 300
    way_m = np.linalg.norm(sample.scene_flow_m[shown], axis=1)
    assert np.median(way_m) == pytest.approx(6.0 / 15, rel=0.05)
    assert way_m.max() - way_m.min() > 0.2


def test_a_single_frame_replays_to_the_byte(runners: Path) -> None:
    assert simgen.replay(runners, 0, frame_index=2).differing == ()


def test_a_damaged_flow_of_a_limb_is_found(runners: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(runners, tmp_path / "copy"))
    name = "scenes/000000/front/0001_flow_forward.exr"
    flow = encode.decode_flow((copy / name).read_bytes())
    deer = simgen.Dataset(runners)[1].instance_id == ids(simgen.Dataset(runners))["deer"]
    flow[deer] += 3.0
    rewrite(copy, name, encode.encode_flow(flow))
    assert {problem.check for problem in simgen.verify(copy).problems} == {"flow"}
