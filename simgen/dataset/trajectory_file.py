"""A trajectory as npz files and back: plain arrays, no pickles, the same bytes for the same motion.

What is not motion (presence, lights, inclusion, gaits) has a file of its own, so that an event that only switches a
light changes nothing in that of the motion.
"""

from __future__ import annotations

import io
import zipfile
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simgen.errors import DatasetError
from simgen.records.trajectory import Contact, Trajectory

_ARRAYS = ("times_s", "positions_m", "quaternions_wxyz", "linear_velocities_mps", "angular_velocities_radps")
_STATES = {"present": "?", "light_factors": "<f8", "inclusion": "<f8", "gait": "<f8"}
_NO_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip archive can hold; a real date would differ between runs
_CONTACT = np.dtype(
    [
        ("frame_index", "<i8"),
        ("instance_id_a", "<i8"),
        ("instance_id_b", "<i8"),
        ("point_m", "<f8", (3,)),
        ("normal", "<f8", (3,)),
        ("distance_m", "<f8"),
        ("normal_force_n", "<f8"),
    ]
)

_contact_row = attrgetter(*(_CONTACT.names or ()))


def encode_trajectory(trajectory: Trajectory) -> bytes:
    """Return an npz archive with one entry per field; `contacts` is a structured array."""
    arrays: dict[str, NDArray[np.generic]] = {
        name: np.ascontiguousarray(getattr(trajectory, name), dtype="<f8") for name in _ARRAYS
    }
    arrays["contacts"] = np.array([_contact_row(contact) for contact in trajectory.contacts], dtype=_CONTACT)
    arrays["settled"] = np.array(trajectory.settled)
    arrays["settle_time_s"] = np.array(trajectory.settle_time_s, dtype="<f8")
    return _archive(arrays)


def encode_states(trajectory: Trajectory) -> bytes:
    """Return an npz archive of those fields that there are, of all that is not motion; empty for none."""
    given = {name: getattr(trajectory, name) for name in _STATES}
    arrays = {
        name: np.ascontiguousarray(array, dtype=_STATES[name])
        for name, array in given.items()
        if array is not None
    }
    return _archive(arrays) if arrays else b""


def decode_states(data: bytes) -> dict[str, NDArray[Any]]:
    """Return what `encode_states` wrote, by field of `Trajectory`.

    Raises:
        DatasetError: the bytes are no such archive.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            return {
                name: np.array(archive[name], dtype=kind) for name, kind in _STATES.items() if name in archive
            }
    except Exception as error:
        raise DatasetError(f"not readable states ({type(error).__name__}: {error})") from error


def _archive(arrays: dict[str, NDArray[np.generic]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            entry = io.BytesIO()
            np.lib.format.write_array(entry, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _NO_DATE), entry.getvalue())
    return stream.getvalue()


def decode_trajectory(data: bytes) -> Trajectory:
    """Return what `encode_trajectory` wrote.

    Raises:
        DatasetError: the bytes are no such archive.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            fields: dict[str, Any] = {name: _finite(name, archive[name]) for name in _ARRAYS}
            return Trajectory(
                **fields,
                contacts=tuple(_contact(row) for row in archive["contacts"]),
                settled=bool(archive["settled"]),
                settle_time_s=float(archive["settle_time_s"]),
            )
    except Exception as error:
        raise DatasetError(f"not a readable trajectory ({type(error).__name__}: {error})") from error


def _finite(name: str, values: NDArray[Any]) -> NDArray[Any]:
    if not np.isfinite(values).all():
        raise ValueError(f"numbers that are not finite in {name}")
    return np.array(values)


def _contact(row: np.void) -> Contact:
    x, y, z = (float(v) for v in row["point_m"])
    nx, ny, nz = (float(v) for v in row["normal"])
    return Contact(
        frame_index=int(row["frame_index"]),
        instance_id_a=int(row["instance_id_a"]),
        instance_id_b=int(row["instance_id_b"]),
        point_m=(x, y, z),
        normal=(nx, ny, nz),
        distance_m=float(row["distance_m"]),
        normal_force_n=float(row["normal_force_n"]),
    )
