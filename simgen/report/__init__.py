"""From a dataset, or from a scene that is on no disk, to something a person looks at."""

from simgen.report.episode import film_scene, scene_page
from simgen.report.preview import ContactSheet, frame_sheet, write_preview
from simgen.report.video import write_video

__all__ = ["ContactSheet", "film_scene", "frame_sheet", "scene_page", "write_preview", "write_video"]
