from __future__ import annotations

import pytest

from simgen.assets.taxonomy import load_taxonomy
from simgen.errors import AssetError

# fmt: off
COCO = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic light",
    "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow",
    "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag", "tie", "suitcase", "frisbee",
    "skis", "snowboard", "sports ball", "kite", "baseball bat", "baseball glove", "skateboard", "surfboard",
    "tennis racket", "bottle", "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple",
    "sandwich", "orange", "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch",
    "potted plant", "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard",
    "cell phone", "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors",
    "teddy bear", "hair drier", "toothbrush",
)
# fmt: on


def test_the_ids_count_from_one_without_gaps():
    ids = [category.category_id for category in load_taxonomy().categories]
    assert ids == list(range(1, len(ids) + 1))


def test_every_id_fits_an_8_bit_label_image_with_zero_as_background():
    assert len(load_taxonomy().categories) <= 254


def test_no_word_means_two_classes():
    words = [w for c in load_taxonomy().categories for w in (c.name, *c.synonyms)]
    assert sorted(words) == sorted(set(words))


def test_coco_names_are_spelled_as_coco_spells_them():
    assert len(COCO) == 80
    used = {c.coco_name for c in load_taxonomy().categories} - {""}
    assert used <= set(COCO)
    assert len(used) > 60


def test_open_images_names_start_with_a_capital_as_theirs_do():
    names = [c.openimages_name for c in load_taxonomy().categories if c.openimages_name]
    assert all(name[0].isupper() for name in names)
    assert len(names) > 120


@pytest.mark.parametrize("name", ["box", "sphere", "cylinder", "object", "carton", "bolt", "pallet", "rack"])
def test_classes_of_models_made_by_code_exist(name: str):
    assert load_taxonomy().by_name(name).is_thing


@pytest.mark.parametrize("name", ["floor", "wall", "road", "sky", "sidewalk", "building"])
def test_surroundings_are_stuff(name: str):
    assert not load_taxonomy().by_name(name).is_thing


def test_a_table_is_a_thing_and_a_dining_table_to_coco():
    table = load_taxonomy().by_name("table")
    assert (table.is_thing, table.coco_name) == (True, "dining table")


def test_a_synonym_finds_its_class():
    assert load_taxonomy().by_name("sofa") is load_taxonomy().by_name("couch")


def test_ids_find_their_class():
    taxonomy = load_taxonomy()
    mug = taxonomy.by_name("mug")
    assert taxonomy.by_id[mug.category_id] is mug


def test_an_unknown_name_gets_the_closest_one():
    with pytest.raises(AssetError, match=r"no category 'forklfit'.*did you mean 'forklift'"):
        load_taxonomy().by_name("forklfit")
