"""The rate of a dataset in the making, from when its scenes were committed."""

from __future__ import annotations

import math

import pytest
from processes import steady_rate


def test_the_steady_rate_counts_from_the_commit_of_each_worker_s_first_scene() -> None:
    # Two workers start for 10 s; then one scene of 8 samples a second.
    commits = [(10.0, 8), (10.5, 8), (11.5, 8), (12.5, 8), (13.5, 8)]
    assert steady_rate(commits, 2) == pytest.approx(8.0)


def test_there_is_no_steady_rate_of_one_scene_a_worker() -> None:
    assert math.isnan(steady_rate([(1.0, 8), (2.0, 8)], 2))
