"""Scene -> Trajectory, by a physics engine behind one protocol."""
