"""Every output a scenario can ask for, end to end with the default renderer: written, verified, made again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import simgen
from simgen.dataset.layout import OUTPUT_SUFFIXES

TINY = Path(__file__).parent / "data" / "tiny.yaml"


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("outputs") / "tiny"
    scenario = simgen.load(TINY, [f"labels.outputs=[{', '.join(OUTPUT_SUFFIXES)}]"])
    simgen.generate(scenario, count=1, seed=7, out=out)
    return out


def test_a_dataset_with_every_output_verifies(everything: Path) -> None:
    assert simgen.verify(everything).problems == ()


def test_every_output_reads_back_in_the_size_of_the_picture(everything: Path) -> None:
    sample = simgen.Dataset(everything)[0]
    size = (sample.intrinsics.height, sample.intrinsics.width)
    names = ("distance_m", "part_id", "flow_occlusion_forward", "flow_occlusion_backward")
    names += ("normals_world", "albedo", "flow_forward", "flow_backward", "scene_flow_m")
    assert {getattr(sample, name).shape[:2] for name in names} == {size}


def test_consecutive_frames_flow_into_each_other(everything: Path) -> None:
    first = simgen.Dataset(everything)[0]
    assert np.isfinite(first.flow_forward).any()
    assert np.isnan(first.flow_backward).all()
    assert not first.flow_occlusion_forward.all()


@pytest.mark.parametrize("frame_index", [0, 1])
def test_a_frame_replays_alone_although_its_flow_looks_at_the_others(
    everything: Path, frame_index: int
) -> None:
    report = simgen.replay(everything, 0, frame_index=frame_index)
    assert report.compared > len(OUTPUT_SUFFIXES)
    assert report.differing == ()


def test_a_stream_holds_what_the_scenario_asks_for() -> None:
    scenario = simgen.load(TINY, ["labels.outputs=[rgb, albedo, flow_forward]"])
    sample = next(simgen.stream(scenario, seed=7))
    assert sample.frame.albedo is not None
    assert sample.frame.flow_forward is not None
    assert sample.frame.part_id is None
