"""Named streams: what stands in the way moves only what it must; `test_independence` has the rest."""

from __future__ import annotations

from simgen.assets.library import AssetLibrary
from simgen.sampling import sample
from tests.sampling.scenarios import PLATE, block, group, scenario

LIBRARY = AssetLibrary()


def test_a_group_in_the_way_moves_only_what_would_overlap_it():
    objects = {"m": block(count=8, place={"scatter": {"region": PLATE}})}
    wall = {"a": block((0.2, 0.9, 0.3), motion="static", place={"at": {"position": [0, 0, 0.7]}})}
    before = group(sample(scenario(objects), 7, 0, LIBRARY).scene, "m")
    after = group(sample(scenario(objects | wall), 7, 0, LIBRARY).scene, "m")
    kept = [b.name for b, a in zip(before, after, strict=True) if a.pose == b.pose]
    clear = [b.name for b in before if abs(b.pose.position_m[0]) > 0.1 + 0.06]
    assert clear
    assert set(clear) <= set(kept)


def test_more_members_leave_the_first_ones_as_they_were():
    few, many = (scenario({"m": block(count=n, place={"scatter": {"region": PLATE}})}) for n in (3, 9))
    before = group(sample(few, 7, 0, LIBRARY).scene, "m")
    assert group(sample(many, 7, 0, LIBRARY).scene, "m")[:3] == before
