"""Many scenes: child processes, a supervisor that loses no scene in silence, progress."""

from simgen.batch.events import BatchEvent
from simgen.batch.fork_server import SCENES_NEED, ForkServer
from simgen.batch.job import BatchSettings, Job
from simgen.batch.run import BatchOutcome, run_batch

__all__ = ["SCENES_NEED", "BatchEvent", "BatchOutcome", "BatchSettings", "ForkServer", "Job", "run_batch"]
