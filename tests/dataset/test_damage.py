"""Whatever happened to a dataset's files, reading them ends in a report or a DatasetError, never in a crash."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simgen.dataset import Dataset
from simgen.dataset.verify import verify
from simgen.errors import DatasetError
from simgen.formats import export
from tests.dataset.samples import write_dataset

FILES = [
    "dataset.json",
    "scenes/000000/scene.json",
    "scenes/000000/scene_log.json",
    "scenes/000000/checksums.json",
    "scenes/000000/camera/0000_labels.json",
]
ODD = st.sampled_from([None, -1, 0, 3, 1e300, 10**30, -5.5, True, "x", [], {}, [1], {"a": 1}])


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("damage") / "data", indices=(0,), scene_count=1)


def spots(value: Any, trail: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside a value; of long lists to the first two."""
    yield trail
    if isinstance(value, dict):
        for key in value:
            yield from spots(value[key], (*trail, key))
    elif isinstance(value, list):
        for index in range(min(2, len(value))):
            yield from spots(value[index], (*trail, index))


def put(value: Any, trail: tuple[Any, ...], odd: Any) -> Any:
    if not trail:
        return odd
    value[trail[0]] = put(value[trail[0]], trail[1:], odd)
    return value


@contextmanager
def replaced(path: Path, content: bytes) -> Iterator[None]:
    before = path.read_bytes()
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


def read_everything(data: Path) -> None:
    """Verify, export and walk through; only a DatasetError may come of it."""
    for use in (verify, lambda path: export(path, path.parent / "out"), walk):
        try:
            use(data)
        except DatasetError as error:
            assert str(error)
        shutil.rmtree(data.parent / "out", ignore_errors=True)


def walk(data: Path) -> None:
    for scene in Dataset(data).scenes():
        assert scene.rejections.total >= 0
        assert scene.trajectory.times_s is not None
        for sample in scene:
            assert sample.labels.sensor


@settings(max_examples=40, deadline=None)
@given(choice=st.data())
def test_any_value_of_any_json_file_may_be_anything(data: Path, choice: st.DataObject) -> None:
    path = data / choice.draw(st.sampled_from(FILES))
    value = json.loads(path.read_text())
    trail = choice.draw(st.sampled_from(list(spots(value))))
    changed = put(value, trail, choice.draw(ODD))
    with replaced(path, json.dumps(changed).encode()):
        read_everything(data)


@settings(max_examples=24, deadline=None)
@given(choice=st.data())
def test_any_bytes_of_any_file_may_be_flipped(data: Path, choice: st.DataObject) -> None:
    files = sorted(path for path in data.rglob("*") if path.is_file())
    path = choice.draw(st.sampled_from(files))
    content = bytearray(path.read_bytes())
    for _ in range(choice.draw(st.integers(1, 4))):
        content[choice.draw(st.integers(0, len(content) - 1))] = choice.draw(st.integers(0, 255))
    with replaced(path, bytes(content)):
        read_everything(data)


@settings(max_examples=10, deadline=None)
@given(choice=st.data())
def test_any_file_may_be_cut_short(data: Path, choice: st.DataObject) -> None:
    files = sorted(path for path in data.rglob("*") if path.is_file())
    path = choice.draw(st.sampled_from(files))
    content = path.read_bytes()
    with replaced(path, content[: choice.draw(st.integers(0, len(content) - 1))]):
        read_everything(data)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("dataset.json", "3", "dataset.json holds a int"),
        ("dataset.json", "[" * 100_000, "dataset.json is damaged"),
        ("dataset.json", None, "dataset.json garbles scene_count"),
        ("scenes/000000/scene_log.json", "[]", "scene_log.json is damaged"),
        ("scenes/000000/scene_log.json", '{"rejections": 3}', "scene_log.json is damaged"),
    ],
)
def test_damage_is_named(data: Path, name: str, content: str | None, told: str) -> None:
    if content is None:
        content = json.dumps(json.loads((data / name).read_text()) | {"scene_count": "many"})
    with replaced(data / name, content.encode()), pytest.raises(DatasetError, match=told):
        _ = Dataset(data).scene(0).rejections


def test_a_number_of_the_wrong_kind_in_the_labels_is_named(data: Path) -> None:
    path = data / FILES[-1]
    labels = json.loads(path.read_text())
    labels["objects"][0]["visible_px"] = "many"
    with replaced(path, json.dumps(labels).encode()):
        with pytest.raises(DatasetError, match="visible_px is 'many', not of type int"):
            _ = next(iter(Dataset(data).scene(0))).labels
        assert any("visible_px is 'many'" in str(problem) for problem in verify(data).problems)
