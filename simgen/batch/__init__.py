"""Many scenes: child processes, a supervisor that loses no scene in silence, progress."""

from simgen.batch.events import BatchEvent
from simgen.batch.run import BatchOutcome, BatchSettings, Job, run_batch

__all__ = ["BatchEvent", "BatchOutcome", "BatchSettings", "Job", "run_batch"]
