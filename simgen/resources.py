"""Where simgen finds the files it ships and keeps the files it makes.

Shipped: `scenes/` and `assets/`, in the repository or inside the installed wheel. Made: packs (user data
folder) and computed meshes (user cache folder), each movable by one environment variable.
"""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """Return the folder `scenes` or `assets` that came with this installation.

    Raises:
        FileNotFoundError: the installation lacks the folder.
    """
    for root in (_PACKAGE / "_data", _PACKAGE.parent):
        if (root / name).is_dir():
            return root / name
    raise FileNotFoundError(f"this installation of simgen lacks its '{name}' folder; install it again")


def data_folder() -> Path:
    """Return where packs are kept: `$SIMGEN_DATA`, else `$XDG_DATA_HOME/simgen`, else `~/.local/share/simgen`."""
    return _user_folder("SIMGEN_DATA", "XDG_DATA_HOME", ".local/share")


def cache_folder() -> Path:
    """Return where computed files are kept: `$SIMGEN_CACHE`, else `$XDG_CACHE_HOME/simgen`, else `~/.cache/simgen`."""
    return _user_folder("SIMGEN_CACHE", "XDG_CACHE_HOME", ".cache")


def _user_folder(own: str, xdg: str, below_home: str) -> Path:
    if os.environ.get(own):
        return Path(os.environ[own])
    base = Path(os.environ[xdg]) if os.environ.get(xdg) else Path.home() / below_home
    return base / "simgen"
