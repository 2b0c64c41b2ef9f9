"""From a dataset to something a person looks at."""

from simgen.report.preview import frame_sheet, write_preview

__all__ = ["frame_sheet", "write_preview"]
