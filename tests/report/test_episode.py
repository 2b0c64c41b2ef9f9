"""What is drawn of an episode: the frames that tell it, a strip of them, and a film that passes as the scene did."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from simgen.errors import SimgenError, UsageError
from simgen.pipeline import SettledScene, Studio
from simgen.records.scene import Capture, DenseCapture
from simgen.report import film_scene, scene_page, write_preview, write_video
from simgen.report.picture import save_picture
from simgen.report.preview import picture_in_memory
from simgen.report.sheet import PAGE_WIDTH_PX
from simgen.report.story import Story, strip_frames
from simgen.report.strip import caption, headline
from tests import builders
from tests.episodes import (
    NOTHING_REFUSED,
    episode,
    event,
    expected,
    fault,
    happened,
    rolled,
    write_episodes,
)


def story(**times: object) -> Story:
    scene = episode(events=[event()])
    return Story(scene, rolled(scene, occurrences=(happened(scene.events[0], scene, **times),)))


def test_a_strip_shows_before_trigger_during_and_after() -> None:
    assert strip_frames(story()) == (0, 2, 3, 5, 6)  # before, 0.2 s, inside 0.3 to 0.6 s, 0.6 s
    assert strip_frames(story(over_s=None))[-1] == 7
    assert strip_frames(story(active_s=None, over_s=None)) == (0, 2, 7)


def test_without_a_trigger_a_strip_is_spread_evenly() -> None:
    never = {"triggered_s": None, "active_s": None, "over_s": None}
    assert strip_frames(story(**never)) == (0, 2, 4, 5, 7)
    assert headline(story(**never)) == "scene 0   crossing: armed, never triggered"


def test_a_headline_says_what_happened() -> None:
    told = headline(story(min_distance_m=0.25, contact=True, impulse_ns=40.0))
    assert told == (
        "scene 0   crossing: triggered at 0.20 s, active from 0.30 s to 0.60 s, nearest 0.25 m, impact of 40 N s"
    )
    scene = episode(events=[event(armed=False)])
    assert headline(Story(scene, rolled(scene))) == "scene 0   crossing: not armed"
    assert headline(Story(episode(), rolled(episode()))) == "scene 0   no event"


def test_the_cast_is_who_the_event_is_about_without_the_car_that_carries_the_camera() -> None:
    assert story().cast == {"ball"}
    asked = episode(events=[event(actors=(), visible_expected=(expected(objects=("floor",)),))])
    assert Story(asked, rolled(asked)).cast == {"floor"}


def test_a_frame_stands_still_until_the_next_one() -> None:
    scene = episode(events=[event()])
    capture = Capture("start", 8, 10, 0.7, DenseCapture("leap", 0.1, 0.1, 30))
    times_s = np.array([0.0, 0.1, 0.1 + 1 / 30, 0.1 + 2 / 30, 0.2, 0.3, 0.4, 0.7])
    told = Story(replace(scene, capture=capture), rolled(scene, times_s=times_s))
    assert told.rate_hz == 30.0
    assert [told.repeats(k) for k in range(8)] == [3, 1, 1, 1, 3, 3, 9, 1]


@pytest.fixture(scope="module")
def settled() -> SettledScene:
    scene = episode(events=[event(visible_expected=(expected(),))], faults=[fault("cable", "drop", 0.5, 0.1)])
    return SettledScene(scene, rolled(scene), NOTHING_REFUSED)


def test_a_page_has_a_strip_and_the_labels(settled: SettledScene, tmp_path: Path) -> None:
    page = scene_page(settled, Studio("analytic"), "seed 0")
    assert page.width == PAGE_WIDTH_PX
    save_picture(page, tmp_path / "page.png")
    made = [(settled.scene, settled.trajectory)]
    sheet = write_preview(write_episodes(tmp_path / "data", made), tmp_path / "sheet.png")
    assert sheet.stat().st_size > 10_000


def test_captions_count_from_the_trigger(settled: SettledScene) -> None:
    told = Story(settled.scene, settled.trajectory)
    samples = Studio("analytic").samples(settled, frame_indices=(0, 4))
    captions = [caption(picture_in_memory(sample), told) for sample in samples]
    assert captions == ["t = 0.00 s   (-0.20 s)   before", "t = 0.40 s   (+0.20 s)   active"]


def frames_of(path: Path) -> tuple[float, list[np.ndarray]]:
    film, frames = cv2.VideoCapture(str(path)), []
    while True:
        is_there, pixels = film.read()
        if not is_there:
            return film.get(cv2.CAP_PROP_FPS), frames
        frames.append(pixels)


def test_a_film_lasts_as_long_as_the_scene_and_is_the_same_every_time(
    settled: SettledScene, tmp_path: Path
) -> None:
    assert film_scene(settled, Studio("analytic"), tmp_path / "one.mp4") == ()
    film_scene(settled, Studio("analytic"), tmp_path / "two.mp4")
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()
    rate_hz, frames = frames_of(tmp_path / "one.mp4")
    assert (rate_hz, len(frames)) == (10.0, 8)
    assert frames[0].shape == (640 + 44, 960, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.mp4", "two.mp4"]


def test_a_film_of_two_cameras_has_them_side_by_side(tmp_path: Path) -> None:
    scene = episode(events=[event()])
    above = builders.camera(eye=(1.5, 0.1, 3.0), target=(1.5, 0.0, 0.0), name="above", width=48, height=32)
    both = replace(scene, cameras=(above, *scene.cameras))
    film_scene(SettledScene(both, rolled(both), NOTHING_REFUSED), Studio("analytic"), tmp_path / "a.mp4")
    assert frames_of(tmp_path / "a.mp4")[1][0].shape == (640 + 44, 1920, 3)


def test_a_film_tells_what_was_not_seen(tmp_path: Path) -> None:
    scene = episode(events=[event(visible_expected=(expected(1_000_000),))])
    reasons = film_scene(
        SettledScene(scene, rolled(scene), NOTHING_REFUSED), Studio("analytic"), tmp_path / "a.mp4"
    )
    assert len(reasons) == 1


def test_a_film_that_cannot_be_is_refused_and_leaves_nothing(settled: SettledScene, tmp_path: Path) -> None:
    told = Story(settled.scene, settled.trajectory)
    with pytest.raises(UsageError, match=r"a film's name ends in .mp4; for example it.mp4"):
        write_video([], told, tmp_path / "it.avi")
    with pytest.raises(SimgenError, match="no picture"):
        write_video([], told, tmp_path / "it.mp4")
    (tmp_path / "file").write_text("")
    with pytest.raises(SimgenError, match="cannot write"):
        write_video([], told, tmp_path / "file" / "it.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
