"""`scripts/bench render`: every figure about rendering, peers in the same run."""
