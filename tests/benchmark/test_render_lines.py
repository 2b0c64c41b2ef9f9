"""What the renderers are held to, in words: targets, figures, verdicts, and the time that is left."""

from __future__ import annotations

import io

import pytest
from render.curve import curve_lines
from render.lines import as_text, at_least, at_most, must_be, not_measured, tally, within
from render.progress import Progress, time_left_s
from render.raster import speed_lines


def test_a_line_holds_on_its_bound_and_not_past_it() -> None:
    assert at_least("speed", 6.0, 6.0, "x").holds is True
    assert at_least("speed", 5.99, 6.0, "x").holds is False
    assert at_most("error", 0.01, 0.01).holds is True
    assert at_most("error", 0.011, 0.01).holds is False
    assert within("lux", 12.1, 12.0, 0.01).holds is True
    assert within("lux", 11.8, 12.0, 0.01).holds is False


def test_a_line_says_target_and_figure() -> None:
    line = within("lux on a wall", 11.8, 12.0, 0.01, " lx")
    assert (line.target, line.figure) == ("12 lx ± 1 %", "11.8 lx (-1.67 %)")
    assert at_most("error", float("inf"), 0.01, " px").holds is False


def test_a_table_begins_with_the_verdict_and_ends_in_a_count() -> None:
    lines = [
        must_be("alike", True, "all"),
        at_least("speed", 5.0, 6.0, "x"),
        not_measured("other", "≥ 2x", "not installed"),
    ]
    rows = as_text(lines)
    assert [row.split()[0] for row in rows] == ["holds", "SHORT", "-"]
    assert rows[2].endswith("not measured: not installed")
    assert tally(lines) == "1 hold, 1 fall short, 1 not measured"
    assert tally(lines[:1]) == "1 hold"


def test_a_line_without_a_number_is_json_too() -> None:
    assert not_measured("other", "", "why").as_dict()["value"] is None


def _row(count: int, triangles: int, ms: float) -> dict[str, float]:
    return {"objects": count + 1, "triangles": triangles, "cpu_ms": ms}


def test_the_curve_is_held_over_all_and_at_its_steepest() -> None:
    rows = [
        _row(10, 100, 1.0),
        _row(100, 1000, 2.0) | {"exponent": 0.3},
        _row(1000, 10_000, 24.0) | {"exponent": 1.08},
    ]
    whole, steepest = curve_lines(rows)
    assert whole.holds is True
    assert whole.value == pytest.approx(0.69, abs=0.01)
    assert steepest.holds is False
    assert "10 to 1000 objects" in whole.what
    assert curve_lines(rows[:1]) == []


def test_a_peer_is_judged_by_the_wall_and_must_show_the_same_scene() -> None:
    peer = {
        "name": "peer",
        "target": 6.0,
        "wall_ratio": 6.5,
        "cpu_ratio": 5.0,
        "ids": 0.999,
        "same scene": True,
    }
    lines = speed_lines(
        "A",
        [
            {"name": "simgen", "target": 0.0},
            peer,
            peer | {"wall_ratio": 5.0},
            peer | {"same scene": False, "ids": 0.5},
            {"name": "gone", "target": 2.0, "not measured": "no wheel"},
        ],
    )
    assert [line.holds for line in lines] == [True, False, False, None]
    assert lines[0].figure == "6.50x wall, 5.00x processor"
    assert "0.500 of ids alike" in lines[2].figure


def test_time_left_is_what_the_rest_takes_at_the_pace_so_far() -> None:
    assert time_left_s(10.0, 1, 4) == "about 30 s left"
    assert time_left_s(60.0, 2, 6) == "about 2 min 00 s left"
    assert time_left_s(0.0, 0, 6) == "just begun"


def test_progress_is_quiet_where_it_is_quickly_done() -> None:
    stream = io.StringIO()
    progress = Progress("frames", 3, stream)
    for _ in range(3):
        progress.step()
    progress.end()
    assert stream.getvalue() == ""
