"""The bench's statistics, by formula."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from render.contest import Entry
from render.curve import exponent
from render.paths import no_worse, verdict
from render.quality import label_agreement, relative_mse, structural_similarity
from render.references import reference_path
from render.soak import memory_growth


def test_relative_error_of_a_scaled_picture_does_not_depend_on_units() -> None:
    picture = np.full((20, 20, 3), 4.0)
    wanted = 0.1**2 / 1.01  # (0.1 b)² / (b² + 0.01 b²)
    for unit in (1.0, 1000.0):
        assert relative_mse(1.1 * picture * unit, picture * unit) == pytest.approx(wanted)


def test_a_single_speck_does_not_decide_the_error() -> None:
    reference = np.ones((100, 100, 3))
    speckled = reference.copy()
    speckled[50, 50] = 1e6
    assert relative_mse(speckled, reference) == 0.0


def test_similarity_is_one_for_the_same_and_falls_with_noise() -> None:
    rng = np.random.default_rng(1)
    picture = np.linspace(0, 1, 64 * 64).reshape(64, 64)
    little, much = (picture + rng.normal(0, sigma, picture.shape) for sigma in (0.01, 0.1))
    assert structural_similarity(picture, picture) == pytest.approx(1.0)
    assert 1 > structural_similarity(little, picture) > structural_similarity(much, picture) > 0


def test_similarity_of_two_flat_pictures_is_that_of_their_means() -> None:
    a, b = np.full((32, 32), 0.4), np.full((32, 32), 0.6)
    assert structural_similarity(a, b) == pytest.approx((2 * 0.24 + 1e-4) / (0.16 + 0.36 + 1e-4))


def test_agreement_counts_ids_and_depth_off_silhouettes_and_names_what_is_missing() -> None:
    ids = np.zeros((10, 20), int)
    ids[:, 10:] = 1
    ours = {"instance_id": ids, "depth_m": np.where(ids, 2.0, np.nan)}
    shifted = np.roll(ids, 1, axis=1)
    shifted[:, 0] = 0
    same = label_agreement(ours, {"instance_id": shifted, "depth_m": np.where(shifted, 2.002, np.nan)})
    assert same["ids"] == 1.0 and same["missing"] == 0
    assert same["depth"] == pytest.approx(1e-3)
    nothing = label_agreement(ours, {"instance_id": 0 * ids, "depth_m": np.full(ids.shape, np.nan)})
    assert nothing["ids"] == pytest.approx(0.5) and nothing["missing"] == 1


def test_exponent_of_a_power_law() -> None:
    rows = [{"triangles": n, "cpu_ms": 3.0 * n**0.5} for n in (10, 100, 1000)]
    assert exponent(rows, "triangles", "cpu_ms") == pytest.approx(0.5)


def test_memory_that_only_filled_at_first_is_flat_and_a_leak_is_seen() -> None:
    filled = [100 * 2**20] * 50 + [200 * 2**20] * 150
    assert memory_growth(filled, 1000) == pytest.approx((0.0, 0.0), abs=1e-9)
    leak = [100 * 2**20 + 2**20 * index for index in range(200)]
    slope, growth = memory_growth(leak, 1000)
    assert growth == pytest.approx(100, rel=0.02)
    assert slope == pytest.approx(100 * 1024 / 500, rel=0.02)


def _row(name: str, ms: float, error: float, similarity: float, **more: float) -> dict:
    times = {"cpu_ms": ms, "wall_ms": ms, "wall_ratio": 1000 / ms, "cpu_ratio": 1000 / ms}
    return {"name": name, "relMSE": error, "SSIM": similarity, **times, **more}


def test_the_verdict_takes_the_fastest_setting_that_is_no_worse() -> None:
    rows = [
        _row("Cycles, 50 samples", 1000, 0.01, 0.95),
        _row("simgen, 4 samples", 20, 0.02, 0.96),
        _row("simgen, 8 samples", 50, 0.009, 0.96),
        _row("simgen, 16 samples", 200, 0.005, 0.97),
    ]
    lines = verdict(rows)
    assert [line.holds for line in lines] == [True] * 4
    assert "simgen, 8 samples" in lines[0].what
    assert lines[0].figure == "20.0x"
    short = verdict(rows[:2])
    assert [line.holds for line in short] == [False, False, False, True]
    assert short[0].figure == "50.0x, but at errors above Cycles'"
    assert verdict([rows[0], rows[3]])[0].holds is False
    assert {line.holds for line in verdict(rows[1:])} == {None}


def test_where_there_is_flip_it_decides_before_similarity() -> None:
    cycles = _row("Cycles", 1000, 0.01, 0.95, FLIP=0.02)
    assert no_worse(_row("ours", 50, 0.009, 0.94, FLIP=0.019), cycles)
    assert not no_worse(_row("ours", 50, 0.009, 0.96, FLIP=0.021), cycles)
    assert not no_worse(_row("ours", 50, 0.011, 0.96, FLIP=0.019), cycles)


def test_a_reference_is_another_s_when_scene_settings_or_renderer_change(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "scene.json").write_text("{}")
    (tmp_path / "record.json").write_text("{}")
    ours = Entry("simgen", "draw_simgen.py", options={"samples": 1024})
    path = reference_path(ours, tmp_path, 0)
    assert path == reference_path(ours, tmp_path, 0)
    others = [
        reference_path(ours, tmp_path, 1),
        reference_path(replace(ours, options={"samples": 64}), tmp_path, 0),
        reference_path(Entry("Cycles", "draw_cycles.py", "cycles", ours.options), tmp_path, 0),
    ]
    (tmp_path / "record.json").write_text('{"name": "other"}')
    others.append(reference_path(ours, tmp_path, 0))
    assert len({path, *others}) == 5
