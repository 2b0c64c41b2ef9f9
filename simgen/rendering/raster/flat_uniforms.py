"""Uniforms of programs that fill the picture, handed from the vertex stage to the pixels.

Mesa's llvmpipe (22.3) reads a uniform for each pixel apart, some twenty instructions for every number, but what a
vertex hands on without interpolation once for the whole triangle: a third of the instructions of light passes went
there.
Shaders stay as they are written; their sources are changed before they are compiled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_SLOTS = {"float": 1, "int": 1, "vec2": 1, "vec3": 1, "vec4": 1, "mat3": 3, "mat4": 4}
_MOST_SLOTS = 30  # of 32, which OpenGL 3.3 promises (128 numbers); some are left to the driver
_MOST_ITEMS = 8  # longer arrays are read at places that differ from pixel to pixel, which these cannot be
_UNIFORM = re.compile(rf"^uniform ({'|'.join(_SLOTS)}) ([^;]+);", re.MULTILINE)
_ITEM = re.compile(r"(\w+)\s*(?:\[([^\]]+)\])?")


@dataclass(frozen=True, slots=True)
class _Carried:
    """One uniform: type, name, and its size in brackets if it is an array."""

    kind: str
    name: str
    brackets: str

    @property
    def vertex_declaration(self) -> str:
        return f"uniform {self.kind} {self.name}{self.brackets};\nflat out {self.kind} flat_{self.name}{self.brackets};"

    @property
    def pixel_declaration(self) -> str:
        return f"flat in {self.kind} flat_{self.name}{self.brackets};\n#define {self.name} flat_{self.name}"


def carried_flat(corners: str, pixels: str, defines: Iterable[str]) -> tuple[str, str]:
    """Return the two sources of a program that fills the picture, with uniforms of the pixels in the vertex stage.

    Samplers, long arrays, and what is too much for the inputs of a pixel stay as they are.
    """
    # An array that is looped over stays; loops over suns are so short that compilers write them out.
    sizes = {
        name: int(value)
        for name, _, value in (each.partition(" ") for each in defines)
        if value.isdigit() and (name == "SUNS" or f"< {name};" not in pixels)
    }
    carried: dict[str, _Carried] = {}
    left = _MOST_SLOTS

    def moved(found: re.Match[str]) -> str:
        nonlocal left
        kind, lines = found[1], list[str]()
        for name, size in _ITEM.findall(found[2]):
            count = _count(size, sizes)
            brackets = f"[{size}]" if size else ""
            if name not in carried and 0 < count <= _MOST_ITEMS and count * _SLOTS[kind] <= left:
                left -= count * _SLOTS[kind]
                carried[name] = _Carried(kind, name, brackets)
                lines.append(carried[name].pixel_declaration)
            else:
                lines.append(f"uniform {kind} {name}{brackets};")
        return "\n".join(lines)

    pixels = _UNIFORM.sub(moved, pixels)
    declared = "\n".join(each.vertex_declaration for each in carried.values())
    handed = "\n".join(f"    flat_{name} = {name};" for name in carried)
    head, brace, body = corners.partition("void main() {")
    return f"{head}{declared}\n{brace}\n{handed}{body}", pixels


def _count(size: str, sizes: dict[str, int]) -> int:
    """Return how many items an array has, 1 if it is none; 0 where that is not to be known."""
    count = 1
    for factor in (part.strip() for part in size.split("*") if part.strip()):
        count *= int(factor) if factor.isdigit() else sizes.get(factor, 0)
    return count
