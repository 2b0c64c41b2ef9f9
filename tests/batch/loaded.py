"""A module to load before workers are forked."""
