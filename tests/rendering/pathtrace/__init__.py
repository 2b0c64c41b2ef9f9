"""The raster back end beyond what the conformance suite asks of every back end: light, caches and the gate."""
