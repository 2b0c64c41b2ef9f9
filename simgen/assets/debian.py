"""Gets and opens Debian packages without installing them, and without being root.

A `.deb` is an `ar` archive with a compressed tar of the files inside. Downloading goes through `apt-get`, which
checks signatures; where the machine's package lists are missing or old, private lists in a temporary folder are
used, so nothing of the system changes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import IO

from simgen.errors import AssetError

Progress = Callable[[str], None]
_AR_MAGIC = b"!<arch>\n"
_TIMEOUT_S = 3600  # of one call of apt; assumed: the largest pack over a slow line


def download(package: str, into: Path, progress: Progress) -> Path:
    """Return the `.deb` of a package, downloaded into a folder.

    Raises:
        AssetError: there is no apt-get, no network, or no such package.
    """
    apt = shutil.which("apt-get")
    if apt is None:
        raise AssetError(
            f"this system has no apt-get to get the Debian package '{package}' with; download its .deb on another "
            "machine and give it with --from FILE"
        )
    progress(f"downloading {package}")
    first = _apt(apt, ["download", package], into, [])
    if first.returncode != 0:
        progress("the package lists are missing or old; fetching private ones")
        private = _private_lists(into)
        update = _apt(apt, ["update"], into, private)
        first = _apt(apt, ["download", package], into, private)
        if first.returncode != 0:
            raise AssetError(
                f"apt-get cannot download '{package}': {_reason(update, first)}; check the network, or give the "
                ".deb with --from FILE"
            )
    found = sorted(into.glob("*.deb"))
    if len(found) != 1:
        raise AssetError(f"apt-get downloaded {len(found)} files for '{package}', expected one .deb")
    return found[0]


def unpack(deb: Path, folder: str, files: tuple[str, ...], into: Path) -> str:
    """Write the wanted files of a package's folder into another folder and return the package's version.

    Files that the package lacks are left out; only regular files with exactly those names are written.

    Raises:
        AssetError: the file is no Debian package or is damaged.
    """
    wanted = {f"{folder}/{name}": name for name in files}
    try:
        version = _version(deb)
        with _data_tar(deb) as tar:
            for member in tar:
                name = wanted.get(member.name.removeprefix("./"))
                source = tar.extractfile(member) if name and member.isfile() else None
                if name and source is not None:
                    with closing(source), (into / name).open("wb") as target:
                        shutil.copyfileobj(source, target, 1 << 20)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise AssetError(f"{deb}: not a sound Debian package ({error})") from error
    return version


def members(deb: Path) -> dict[str, tuple[int, int]]:
    """Return (offset, size) of each member of an `ar` archive.

    Raises:
        ValueError: it is none.
    """
    found: dict[str, tuple[int, int]] = {}
    with deb.open("rb") as file:
        if file.read(8) != _AR_MAGIC:
            raise ValueError("no ar archive")
        while len(head := file.read(60)) == 60:
            if head[58:60] != b"`\n":
                raise ValueError("damaged ar header")
            size = int(head[48:58])
            found[head[:16].decode("ascii", "replace").strip().rstrip("/")] = (file.tell(), size)
            file.seek(size + size % 2, os.SEEK_CUR)
    return found


def _member(deb: Path, stem: str) -> tuple[str, int, int]:
    for name, (offset, size) in members(deb).items():
        if name.startswith(stem):
            return name, offset, size
    raise ValueError(f"no {stem} inside")


def _version(deb: Path) -> str:
    """Return the version that a package says it is."""
    name, offset, size = _member(deb, "control.tar")
    with deb.open("rb") as file:
        file.seek(offset)
        data = file.read(size)
    if name.endswith(".zst"):
        data = _run_dpkg(deb, "--ctrl-tarfile").read()
    with tarfile.open(fileobj=BytesIO(data)) as tar:
        control = next((m for m in tar if m.name.removeprefix("./") == "control"), None)
        source = tar.extractfile(control) if control else None
        text = source.read().decode("utf-8", "replace") if source else ""
    lines = dict(line.split(": ", 1) for line in text.splitlines() if ": " in line and line[0] != " ")
    return lines.get("Version", "unknown")


def _data_tar(deb: Path) -> tarfile.TarFile:
    name, offset, size = _member(deb, "data.tar")
    if name.endswith(".zst"):  # Ubuntu; the standard library reads it from Python 3.14 on
        return tarfile.open(fileobj=_run_dpkg(deb, "--fsys-tarfile"), mode="r|")
    return tarfile.open(fileobj=_Slice(deb, offset, size), mode="r|*")


class _Slice(BytesIO):
    """A part of a file, read forward in pieces."""

    def __init__(self, path: Path, offset: int, size: int) -> None:
        super().__init__()
        self._file = path.open("rb")
        self._file.seek(offset)
        self._left = size

    def read(self, size: int | None = -1, /) -> bytes:
        count = self._left if size is None or size < 0 else min(size, self._left)
        data = self._file.read(count)
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._file.close()
        super().close()


def _run_dpkg(deb: Path, option: str) -> IO[bytes]:
    dpkg = shutil.which("dpkg-deb")
    if dpkg is None:
        raise ValueError("it is compressed with Zstandard, which needs dpkg-deb to open")
    done = subprocess.run(  # noqa: S603  (a fixed program, arguments as a list)
        [dpkg, option, str(deb)], capture_output=True, check=False, timeout=_TIMEOUT_S
    )
    if done.returncode != 0:
        raise ValueError(done.stderr.decode("utf-8", "replace").strip() or "dpkg-deb failed")
    return BytesIO(done.stdout)


def _private_lists(folder: Path) -> list[str]:
    for part in ("state/lists/partial", "cache/archives/partial"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "state" / "status").touch()
    return [
        f"Dir::State={folder}/state",
        f"Dir::State::status={folder}/state/status",
        f"Dir::Cache={folder}/cache",
        "Debug::NoLocking=true",
    ]


def _apt(
    apt: str, arguments: list[str], folder: Path, options: list[str]
) -> subprocess.CompletedProcess[str]:
    """Run apt within a time limit; running out of it is a failure like any other."""
    options = [*options, "Acquire::Retries=2", "APT::Sandbox::User=root"]
    flags = [word for option in options for word in ("-o", option)]
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        return subprocess.run(  # noqa: S603
            [apt, "-q", *flags, *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(arguments, 124, "", f"E: no answer within {_TIMEOUT_S} s")


def _reason(*runs: subprocess.CompletedProcess[str]) -> str:
    """Return the first error line that apt-get printed, last run first."""
    lines = [line for run in reversed(runs) for line in run.stderr.splitlines()]
    errors = [line[2:].strip() for line in lines if line.startswith("E:")]
    return errors[0] if errors else "it gave no reason"
