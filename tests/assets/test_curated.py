"""The curated catalogue of Sweet Home 3D models: complete, plausible, neutral and licensed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from simgen.assets.catalogue import shipped_catalogue
from simgen.assets.taxonomy import load_taxonomy
from simgen.resources import shipped

LICENCES = {"CC0-1.0", "CC-BY-3.0", "CC-BY-3.0-US"}
LIBRARIES = {
    "BlendSwap-CC-0.sh3f",
    "BlendSwap-CC-BY.sh3f",
    "KatorLegaz.sh3f",
    "Reallusion.sh3f",
    "Scopia.sh3f",
}
TAGS = {
    "graspable",
    "tabletop",
    "container",
    "food",
    "vehicle",
    "animal",
    "person",
    "tree",
    "plant",
    "street",
    "outdoor",
    "warehouse",
    "flat",
    "furniture",
    "electronics",
    "tool",
    "toy",
    "kitchen",
    "light",
    "building",
    "indoor",
}
BRANDS = (
    "ford|focus|peugeot|renault|scenic|seat leon|audi|chevrolet|corvette|mercedes|smart car|volkswagen|vw|beetle|"
    "yamaha|apple|iphone|ibook|imac|ipod|playstation|nikon|rubik|ikea|nespresso|kitchenaid|vespa|daf|peterbilt|"
    "converse|samsung|sony|nokia|hp|canon|bmw|honda|coca|heineken"
)

# Longest side in metres that things of a class have, generously.
LONGEST_M = {
    "mug": (0.08, 0.18), "cup": (0.06, 0.16), "bottle": (0.08, 0.40), "plate": (0.15, 0.36), "bowl": (0.10, 0.36),
    "fork": (0.12, 0.25), "knife": (0.15, 0.35), "spoon": (0.12, 0.36), "book": (0.15, 0.40), "laptop": (0.25, 0.45),
    "mobile phone": (0.09, 0.18), "ball": (0.05, 0.30), "scissors": (0.10, 0.25), "vase": (0.15, 0.65),
    "teddy bear": (0.15, 0.60), "camera": (0.06, 0.20), "hammer": (0.20, 0.45), "glasses": (0.12, 0.18),
    "car": (2.4, 5.2), "van": (4.0, 7.0), "bus": (8.0, 18.8), "truck": (5.0, 22.0), "bicycle": (1.4, 1.95),
    "motorcycle": (1.8, 2.4), "scooter": (1.5, 2.1), "forklift": (2.5, 4.5), "shipping container": (6.0, 6.1),
    "pallet": (1.1, 1.3), "crate": (0.3, 1.2), "barrel": (0.5, 1.1), "storage bin": (0.3, 0.9),
    "man": (0.85, 2.0), "woman": (0.7, 1.8), "boy": (1.0, 1.75), "girl": (0.7, 1.65),
    "dog": (0.4, 1.1), "cat": (0.3, 0.8), "horse": (1.9, 2.9), "chicken": (0.3, 0.6), "deer": (1.3, 2.3),
    "rabbit": (0.2, 0.5), "chair": (0.45, 1.25), "table": (0.5, 2.6), "couch": (1.3, 3.0), "stool": (0.35, 1.15),
    "bed": (1.8, 2.4), "bench": (1.0, 2.7), "refrigerator": (1.2, 2.1), "microwave oven": (0.38, 0.6),
    "tree": (1.8, 15.0), "palm tree": (6.0, 15.0), "street light": (2.0, 9.0), "traffic cone": (0.3, 1.0),
    "fire hydrant": (0.5, 1.1),
}  # fmt: skip


def entries() -> list[dict[str, Any]]:
    return json.loads((shipped("assets") / "sweethome3d.json").read_text("utf-8"))["models"]


def test_there_are_at_least_250_models_of_which_110_fit_a_hand():
    models = entries()
    assert len(models) >= 250
    assert sum("graspable" in model["tags"] for model in models) >= 110


def test_the_loader_reads_every_entry():
    ids = {model["id"] for model in entries()}
    assert ids <= set(shipped_catalogue().models)


def test_ids_are_unique_sorted_and_plain():
    ids = [model["id"] for model in entries()]
    assert ids == sorted(set(ids))
    assert all(re.fullmatch(r"sweethome3d/[a-z0-9-]+/[a-z0-9-]+", asset_id) for asset_id in ids)


def test_every_category_is_in_the_taxonomy():
    names = {category.name for category in load_taxonomy().categories}
    assert {model["category"] for model in entries()} <= names


def test_every_model_has_a_known_licence_and_an_author():
    for model in entries():
        assert model["licence"] in LICENCES, model["id"]
        assert model["author"].strip(" ?"), model["id"]
        assert model["source_library"] in LIBRARIES, model["id"]
        assert (model["licence"] == "CC0-1.0") == (model["source_library"] == "BlendSwap-CC-0.sh3f"), model[
            "id"
        ]


def test_every_source_is_named_by_path_and_hash():
    for model in entries():
        assert model["source_key"].endswith(".obj"), model["id"]
        assert re.fullmatch(r"[0-9a-f]{64}", model["sha256"]), model["id"]


def test_names_are_neutral():
    named = {
        model["id"]: f"{model['name']} {model['id'].rpartition('/')[2].replace('-', ' ')}"
        for model in entries()
    }
    branded = {
        i: n
        for i, n in named.items()
        if re.search(rf"\b({BRANDS})\b", n.replace("apples", ""), re.IGNORECASE)
    }
    assert branded == {}


@pytest.mark.parametrize("category", sorted(LONGEST_M))
def test_sizes_are_those_of_real_things(category: str):
    low, high = LONGEST_M[category]
    sizes = {m["id"]: max(m["size_m"]) for m in entries() if m["category"] == category}
    assert sizes, f"no model of class {category}"
    assert {i: s for i, s in sizes.items() if not low <= s <= high} == {}


def test_what_a_hand_can_grasp_is_below_40_cm_and_3_kg():
    for model in entries():
        if "graspable" in model["tags"]:
            assert max(model["size_m"]) < 0.4, model["id"]
            assert model["mass_kg"] <= 3.0, model["id"]


def test_mass_is_between_that_of_foam_and_that_of_lead_for_the_whole_box():
    for model in entries():
        x, y, z = model["size_m"]
        assert 0.3 < model["mass_kg"] / (x * y * z) < 11_340, model["id"]


def test_friction_restitution_collision_and_tags_are_in_range():
    for model in entries():
        assert 0.2 <= model["friction"] <= 1.0, model["id"]
        assert 0.0 <= model["restitution"] <= 0.9, model["id"]
        assert model["collision"] in ("hull", "decompose"), model["id"]
        assert set(model["tags"]) <= TAGS, model["id"]


def test_open_vessels_are_hollow_for_physics():
    hollow = {"cup", "mug", "bowl", "drinking glass", "wine glass", "basket", "storage bin"}
    for model in entries():
        if model["category"] in hollow:
            assert model["collision"] == "decompose", model["id"]


def test_the_catalogue_covers_the_worlds_that_scenes_are_set_in():
    counts: dict[str, int] = {}
    for model in entries():
        for tag in model["tags"]:
            counts[tag] = counts.get(tag, 0) + 1
    wanted = {
        "vehicle": 20,
        "person": 25,
        "tree": 15,
        "street": 25,
        "warehouse": 8,
        "animal": 8,
        "furniture": 30,
    }
    assert {tag: n for tag, n in wanted.items() if counts.get(tag, 0) < n} == {}
