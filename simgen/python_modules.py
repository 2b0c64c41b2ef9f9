"""Modules that scenarios name: where they lie and a hash of their code, without running any of it."""

from __future__ import annotations

import hashlib
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path


def code_hash(module: str) -> str | None:
    """Return the SHA-256 (hex) of a module's file, None where there is none; what it imports is not looked at."""
    file = module_file(module)
    return None if file is None else hashlib.sha256(file.read_bytes()).hexdigest()


def module_file(module: str) -> Path | None:
    """Return the file that an import of a module would run, None where there is none; packages are not imported."""
    spec = _spec(module.split("."))
    if spec is None or not spec.has_location or spec.origin is None:
        return None
    file = Path(spec.origin)
    return file if file.is_file() else None


def _spec(parts: list[str]) -> ModuleSpec | None:
    """Return how a dotted name is found: each part in the folders of the one before it, the first on `sys.path`."""
    spec, folders = None, None
    for part in parts:
        spec = PathFinder.find_spec(
            part, folders
        )  # the last part alone: with a dot, it asks for imported parents
        if spec is None:
            return None
        folders = list(spec.submodule_search_locations or ())
    return spec
