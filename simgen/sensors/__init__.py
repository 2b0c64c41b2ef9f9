"""Frame -> Reading: what a real sensor would have put out."""
