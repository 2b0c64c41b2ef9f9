"""Road signs on a pole: warnings and limits as one knows them from German roads, drawn for this project.

Triangles of 0.90 m and discs of 0.60 m (sizes 2 of the general regulations to StVO), lower border 2 m over the ground.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from simgen.assets.procedural import finishes
from simgen.assets.procedural.family import Family, Outline, Paint
from simgen.assets.procedural.meshes import lathe, quad
from simgen.assets.procedural.noise import color_texture, rgb
from simgen.assets.procedural.params import Values, choice, seed
from simgen.assets.procedural.solids import box_part
from simgen.geometry import FloatArray, Vec3
from simgen.records.asset import Material

SIGNS = ("deer", "children", "limit_70", "no_overtaking", "bend")
_TRIANGLES = ("deer", "children", "bend")
_POLE_HIGH_M, _SIGN_FOOT_M = 2.95, 2.0
# Outlines of pictograms in a unit square, y up; drawn for this project.
_DEER = [
    (0.16, 0.30), (0.22, 0.44), (0.24, 0.52), (0.30, 0.57), (0.52, 0.58), (0.60, 0.64), (0.64, 0.76), (0.60, 0.84),
    (0.66, 0.80), (0.64, 0.90), (0.69, 0.81), (0.73, 0.88), (0.72, 0.79), (0.80, 0.76), (0.80, 0.72), (0.72, 0.70),
    (0.70, 0.58), (0.66, 0.50), (0.78, 0.46), (0.88, 0.40), (0.87, 0.37), (0.76, 0.42), (0.62, 0.44), (0.40, 0.45),
    (0.32, 0.42), (0.28, 0.32), (0.20, 0.22), (0.17, 0.24), (0.24, 0.34), (0.25, 0.40),
]  # fmt: skip
_CHILDREN = [
    (0.24, 0.2), (0.34, 0.36), (0.32, 0.54), (0.22, 0.48), (0.21, 0.52), (0.35, 0.62), (0.36, 0.74), (0.44, 0.74),
    (0.45, 0.62), (0.54, 0.52), (0.6, 0.62), (0.61, 0.7), (0.68, 0.7), (0.69, 0.6), (0.8, 0.54), (0.79, 0.5),
    (0.7, 0.52), (0.68, 0.4), (0.76, 0.24), (0.72, 0.22), (0.63, 0.36), (0.56, 0.22), (0.52, 0.24), (0.58, 0.42),
    (0.56, 0.48), (0.44, 0.52), (0.42, 0.38), (0.48, 0.24), (0.44, 0.2), (0.37, 0.34), (0.28, 0.18),
]  # fmt: skip
_BEND = [
    (0.4, 0.24),
    (0.52, 0.24),
    (0.52, 0.46),
    (0.66, 0.6),
    (0.72, 0.52),
    (0.76, 0.76),
    (0.54, 0.72),
    (0.6, 0.66),
    (0.4, 0.5),
]
_FIGURES = {"deer": _DEER, "children": _CHILDREN, "bend": _BEND}


@lru_cache(maxsize=len(SIGNS))
def _sign_print(name: str) -> Material:
    """Return the face of a sign, cut out to its outline."""
    size = 256
    picture = np.zeros((size, size, 4))
    red, white, black = ([*rgb(color), 1.0] for color in ("c1121f", "f2f2ee", "16161a"))
    if name in _TRIANGLES:
        for scale, color in ((1.0, red), (0.72, white)):
            corners = np.array([(0.5, 0.93), (0.985, 0.07), (0.015, 0.07)])
            _fill(picture, corners.mean(axis=0) + scale * (corners - corners.mean(axis=0)), color)
        _fill(picture, 0.5 + 0.52 * (np.array(_FIGURES[name]) - (0.5, 0.72)), black)
    else:
        for radius, color in ((0.49, red), (0.385, white)):
            cv2.circle(picture, (size // 2, size // 2), round(radius * size), color, -1, cv2.LINE_8)
        _disc_face(picture, name, black, red)
    return Material(
        name=f"sign {name}", base_color_rgb=(1, 1, 1), roughness=0.35, base_color_map=color_texture(picture),
        alpha_mode="mask", alpha_cutoff=0.5, double_sided=False,
    )  # fmt: skip


def _disc_face(picture: NDArray[np.float64], name: str, black: list[float], red: list[float]) -> None:
    if name == "limit_70":
        figures = np.zeros(picture.shape[:2], np.uint8)
        cv2.putText(figures, "70", (54, 164), cv2.FONT_HERSHEY_SIMPLEX, 3.6, (255,), 20, cv2.LINE_8)
        picture[figures > 0] = black
        return
    for x, color in ((0.37, red), (0.63, black)):
        body = np.array([(-0.1, -0.12), (0.1, -0.12), (0.1, 0.0), (0.06, 0.1), (-0.06, 0.1), (-0.1, 0.0)])
        _fill(picture, body + np.array([x, 0.5]), color)


def _fill(picture: NDArray[np.float64], outline: FloatArray, color: list[float]) -> None:
    size = picture.shape[0]
    pixels = np.column_stack([outline[:, 0], 1.0 - outline[:, 1]]) * size
    cv2.fillPoly(picture, [np.rint(pixels * 16).astype(np.int32)], color, cv2.LINE_8, 4)


def _face_size(values: Values) -> float:
    return 0.9 if values.word("face") in _TRIANGLES else 0.6


def _sign_outline(values: Values) -> Outline:
    wide = _face_size(values)
    size: Vec3 = (0.076 + 0.03, wide, _SIGN_FOOT_M + wide)
    middle: Vec3 = (-0.015, 0.0, size[2] / 2)
    pole = box_part((0.076, 0.076, size[2]), (0.0, 0.0, size[2] / 2))
    board = box_part((0.01, 0.8 * wide, 0.8 * wide), (-0.05, 0.0, _SIGN_FOOT_M + 0.4 * wide))
    return Outline(size, middle, (pole, board), 900.0, tags=("road",))


def _sign_paint(values: Values) -> Paint:
    """The face looks along -x, towards who comes along +x."""
    wide = _face_size(values)
    low, high = _SIGN_FOOT_M, _SIGN_FOOT_M + wide
    half = wide / 2
    front = np.array([(-0.068, half, low), (-0.068, -half, low), (-0.068, -half, high), (-0.068, half, high)])
    uvs = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    back = front[::-1] + np.array([0.004, 0.0, 0.0])
    pole = lathe([(0.038, 0.0), (0.038, high), (0.0, high)], segments=12, repeat_u=2.0)
    name = values.word("face")
    board = ((quad(front, uvs), _sign_print(name)), (quad(back, uvs[::-1]), _grey_back(name)))
    return (*board, (pole, finishes.bare_metal()))


@lru_cache(maxsize=len(SIGNS))
def _grey_back(name: str) -> Material:
    face = _sign_print(name).base_color_map
    assert face is not None  # noqa: S101 - every sign has a print
    picture = face.pixels.astype(float) / 255
    picture[..., :3] = rgb("8a8d90")
    return Material(
        name="sign back", base_color_rgb=(1, 1, 1), roughness=0.5, base_color_map=color_texture(picture),
        alpha_mode="mask", alpha_cutoff=0.5, double_sided=False,
    )  # fmt: skip


FAMILY = Family(
    "road_sign", "traffic sign", (choice("face", "deer", SIGNS), seed()), _sign_outline, _sign_paint
)
