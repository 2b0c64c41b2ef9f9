"""Scene -> Trajectory, by a physics engine behind one protocol."""

from simgen.simulation.rates import steps_per_frame
from simgen.simulation.run import simulate

__all__ = ["simulate", "steps_per_frame"]
