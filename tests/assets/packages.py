"""Small Debian packages for tests, built byte by byte."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path


def deb(path: Path, files: dict[str, bytes], version: str = "1.0-1", compression: str = "xz") -> Path:
    """Write a `.deb` with these files (paths without leading slash) and return its path."""
    control = f"Package: test\nVersion: {version}\nDescription: for tests\n continued: here\n".encode()
    members = {
        "debian-binary": b"2.0\n",
        f"control.tar.{compression}": tar({"control": control}, compression),
        f"data.tar.{compression}": tar(files, compression),
    }
    path.write_bytes(b"!<arch>\n" + b"".join(_member(name, data) for name, data in members.items()))
    return path


def tar(files: dict[str, bytes], compression: str) -> bytes:
    """Return a compressed tar of these files, named `./path` as Debian does."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=f"w:{compression}") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(f"./{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _member(name: str, data: bytes) -> bytes:
    head = f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n".encode()
    return head + data + b"\n" * (len(data) % 2)
