"""The rejection loop: exact accounting, bounded failure that names the worst, reproducible scenes."""

from __future__ import annotations

import subprocess
import sys
from itertools import count

import pytest

from simgen.assets.library import AssetLibrary
from simgen.errors import SamplingError, ScenarioError
from simgen.records.scene import scene_to_json
from simgen.rng import stream
from simgen.sampling import sample
from simgen.scenario.draw import draw_params
from tests.sampling.scenarios import PLATE, block, draw, group, scenario

COIN = scenario(params={"u": {"uniform": [0, 1]}}, constraints=[{"require": "${u} < 0.2"}])


def first_success(of, index: int, seed: int, is_met) -> int:
    return next(
        attempt for attempt in count()
        if is_met(draw_params(of, lambda path, attempt=attempt: stream(seed, index, attempt, path)))
    )  # fmt: skip


@pytest.mark.parametrize("index", range(8))
def test_refused_attempts_are_counted_exactly(index):
    expected = first_success(COIN, index, 7, lambda params: params["u"] < 0.2)
    got = draw(COIN, index)
    assert got.scene.attempt == expected
    assert got.rejections.by_reason == ((("constraints[0] require", expected),) if expected else ())
    assert dict(got.scene.params)["u"] < 0.2


def test_acceptance_is_as_likely_as_the_constraint_says():
    draws = [draw(COIN, index) for index in range(200)]
    refused = sum(d.rejections.total for d in draws)
    # refusals before 200 successes of p = 0.2: mean 800, standard deviation sqrt(200 * 0.8) / 0.2 = 63
    assert abs(refused - 800) < 4 * 63


def test_each_constraint_has_its_own_count():
    both = scenario(
        params={"u": {"uniform": [0, 1]}, "v": {"uniform": [0, 1]}},
        constraints=[{"require": "${u} < 0.5"}, {"require": "${v} < 0.5"}],
    )
    total: dict[str, int] = {}
    for index in range(100):
        for reason, n in draw(both, index).rejections.by_reason:
            total[reason] = total.get(reason, 0) + n
    assert set(total) == {"constraints[0] require", "constraints[1] require"}
    assert 1.4 < total["constraints[0] require"] / total["constraints[1] require"] < 2.9  # 1/2 against 1/4


def test_a_call_that_starts_later_finds_the_next_accepted_attempt():
    first = draw(COIN)
    second = draw(COIN, first_attempt=first.scene.attempt + 1)
    assert second.scene.attempt > first.scene.attempt
    assert second.rejections.total == second.scene.attempt - first.scene.attempt - 1


def test_failure_names_the_worst_constraint_its_count_and_what_to_try():
    hopeless = scenario(
        params={"u": {"uniform": [0, 1]}},
        constraints=[{"require": "${u} > 2"}],
        sample={"max_attempts": 20},
    )
    with pytest.raises(SamplingError) as failure:
        draw(hopeless, index=3)
    assert str(failure.value) == (
        "scene 3 of 'toy' (seed 7): all 20 draws were refused. 'constraints[0] require' refused most: 20. "
        "Try: widen the ranges of the params, or relax '${u} > 2'; or raise sample.max_attempts (20)"
    )


def test_failure_lists_what_else_refused():
    hopeless = scenario(
        params={"u": {"uniform": [0, 1]}},
        objects={"a": block((2, 2, 2), place={"scatter": {"region": PLATE}})},
        constraints=[{"require": "${u} > 0.5"}],
        sample={"max_attempts": 30, "place_tries": 2},
    )
    with pytest.raises(
        SamplingError, match=r"besides: '(constraints\[0\] require|objects.a scatter)' \d+"
    ) as failure:
        draw(hopeless)
    assert "objects.a scatter" in str(failure.value)
    assert "constraints[0] require" in str(failure.value)


def test_no_room_says_which_relation_and_what_to_try():
    crowded = scenario(
        {"a": block((0.3, 0.3, 0.1), count=40, place={"scatter": {"region": PLATE, "min_spacing": "10 cm"}})},
        sample={"max_attempts": 3, "place_tries": 5},
    )
    with pytest.raises(
        SamplingError, match=r"'objects.a scatter' refused most: 3. Try: a smaller min_spacing, use fewer"
    ):
        draw(crowded)


def test_used_up_draws_say_so():
    with pytest.raises(SamplingError, match=r"all 100 draws are used up; raise sample.max_attempts"):
        draw(COIN, first_attempt=100)


RICH = scenario(
    {
        "a": block(
            ({"uniform": [0.04, 0.1]}, 0.05, 0.04),
            count={"int_uniform": [3, 6]},
            place={"scatter": {"region": PLATE}},
        ),
        "b": block(
            count=4,
            place={"drop": {"region": PLATE}},
            material={"color": {"hsv": [{"uniform": [0, 1]}, 1, 1]}},
        ),
    },
    suns={
        "key": {"azimuth": {"uniform": [0, 6]}, "elevation": 1.0, "illuminance": {"loguniform": [100, 1000]}}
    },
    sensors={"cam": {"orbit": {"target": [0, 0, 0.7], "radius": {"uniform": [1, 2]}, "elevation": 0.6}}},
    capture={"frames": 4},
)


def test_the_same_arguments_give_the_same_bytes_in_another_process():
    code = (
        "from tests.sampling.test_sampler import RICH\nfrom tests.sampling.scenarios import draw\n"
        "from simgen.records.scene import scene_to_json\nimport sys\n"
        "sys.stdout.write(scene_to_json(draw(RICH, 2).scene))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert other == scene_to_json(draw(RICH, 2).scene)


def test_a_shared_library_changes_nothing():
    library = AssetLibrary()
    for index in range(3):
        shared = sample(RICH, 7, index, library).scene
        assert scene_to_json(shared) == scene_to_json(draw(RICH, index).scene)


def test_seeds_and_indices_give_different_scenes():
    texts = {scene_to_json(draw(RICH, index, seed).scene) for index in range(3) for seed in (0, 1)}
    assert len(texts) == 6


def test_ids_count_from_one_without_gaps_and_names_are_unique():
    scene = draw(RICH).scene
    assert [body.instance_id for body in scene.objects] == list(range(1, len(scene.objects) + 1))
    assert len({body.name for body in scene.objects}) == len(scene.objects)


def test_mass_follows_the_scale_cubed_and_static_things_have_none():
    objects = {
        "a": block((0.1, 0.1, 0.1), place={"at": {"position": [0, 0, 0]}}),
        "b": block((0.1, 0.1, 0.1), scale=2, place={"at": {"position": [1, 0, 0]}}),
        "c": block((0.1, 0.1, 0.1), mass="3 kg", place={"at": {"position": [2, 0, 0]}}),
        "d": block((0.1, 0.1, 0.1), motion="static", place={"at": {"position": [3, 0, 0]}}),
    }
    scene = draw(scenario(objects)).scene
    a, b, c, d = (group(scene, name)[0] for name in "abcd")
    assert b.mass_kg == pytest.approx(8 * a.mass_kg)
    assert b.size_m == pytest.approx((0.2, 0.2, 0.2))
    assert (c.mass_kg, d.mass_kg) == (3.0, 0.0)


def test_an_unknown_target_is_named_with_what_is_known():
    wrong = scenario(
        {"a": block(place={"on": {"target": "tabel"}}), "table": block(place={"at": {"position": [0, 0, 0]}})}
    )
    with pytest.raises(
        ScenarioError,
        match=r"'tabel' is no region, object or part; did you mean 'table'\? known are: a, table",
    ):
        draw(wrong)


def test_a_circle_of_placements_is_named():
    circle = scenario({"a": block(place={"on": {"target": "b"}}), "b": block(place={"on": {"target": "a"}})})
    with pytest.raises(ScenarioError, match="in a circle: a -> b -> a"):
        draw(circle)


def test_a_query_that_finds_nothing_says_what_it_asked():
    empty = scenario({"a": {"asset": {"tags": ["no-such-tag"]}, "place": {"at": {"position": [0, 0, 0]}}}})
    with pytest.raises(
        ScenarioError, match=r"objects.a.asset: no asset has tags \['no-such-tag'\]; run `simgen assets list`"
    ):
        draw(empty)


def test_a_drawn_parameter_that_a_model_cannot_have_is_told():
    asset = {"procedural": "carton", "params": {"size_m": ["${long}", 0.1, 0.1]}}
    objects = {"box": {"asset": asset, "place": {"at": {"position": [0, 0, 0]}}}}
    with pytest.raises(
        ScenarioError, match=r"objects\.box\.asset: procedural/carton: size_m must be .* got \(99"
    ):
        draw(scenario(objects, params={"long": 99}))
