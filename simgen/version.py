"""The version of this program, written into every dataset."""

__version__ = "0.1.0"
