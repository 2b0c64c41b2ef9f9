"""Shaders of a pass as a lens needs them: written from the pass's own, which know nothing of lenses.

A lens bends straight lines, so that no triangle can be drawn by its corners. Instead of corners, whole triangles are
handed to the fragment shader, where each pixel's own ray meets them (`lens.geom`, `lens_pixel.glsl`): what the vertex
shader gives out three times, and what the pass's fragment shader takes in is what lies between them.
"""

from __future__ import annotations

import re

_CONDITION = re.compile(r"#(if|ifdef|ifndef|else|elif|endif)\b")
_OUT = re.compile(r"(flat )?out (\w+) (\w+);")
_IN = re.compile(r"(flat )?in (\w+) (\w+);")
_MAIN = "void main() {"
# To lose by depth takes software rendering less time than to discard: passes that can, say so.
_MISS = """#if defined(OUTLINE)
#elif defined(MISSES_LOSE)
    if (l_depth < 0.0) gl_FragDepth = 1.0;
#else
    if (l_depth < 0.0) discard;
#endif"""
# Known without being handed on: the point itself.
_POINT, _OWN = "v_camera", ("v_corner", "v_tile")
_TO_COMPILE = ("#version", "#define")


def geometry_stage(template: str, vertex: str) -> str:
    """Return the geometry shader that goes with a vertex shader.

    Args:
        template: `lens.geom`.
        vertex: with its includes.
    """
    declared: list[str] = []
    handed: list[str] = []
    for line in vertex.partition(_MAIN)[0].splitlines():
        if _CONDITION.match(line):
            declared.append(line)
            handed.append(line)
        elif (found := _OUT.match(line)) and found[3] not in (_POINT, *_OWN):
            flat, kind, name = found.groups()
            declared += [
                f"{flat or ''}in {kind} {name}[];",
                f"flat out {kind} l_{name}{'' if flat else '[3]'};",
            ]
            value = f"{name}[2]" if flat else f"{kind}[]({name}[0], {name}[1], {name}[2])"
            handed.append(f"    l_{name} = {value};")
    text = template.replace("// DECLARATIONS", "\n".join(declared))
    return text.replace("    // HAND ON", "\n".join(handed))


def fragment_stage(fragment: str, meeting: str) -> str:
    """Return a fragment shader that meets triangles by rays.

    Args:
        fragment: the pass's own, with its includes and defines.
        meeting: `lens_pixel.glsl`, with its includes.
    """
    head, _, body = fragment.partition(_MAIN)
    lines: list[str] = []
    between: list[str] = []
    for line in head.splitlines():
        found = _IN.match(line)
        if found is None:
            lines.append(line)
            if _CONDITION.match(line):
                between.append(line)
            continue
        flat, kind, name = found.groups()
        if name == _POINT:
            lines.append(f"{kind} {name};")
            between.append(f"    {name} = l_met;")
        elif flat:
            lines += [f"flat in {kind} l_{name};", f"{kind} {name};"]
            between.append(f"    {name} = l_{name};")
        else:
            lines += [f"flat in {kind} l_{name}[3];", f"{kind} {name};"]
            between.append(
                f"    {name} = l_weights.x * l_{name}[0] + l_weights.y * l_{name}[1] + l_weights.z * l_{name}[2];"
            )
    first = next(i for i, line in enumerate(lines) if not line.startswith(_TO_COMPILE))
    main = [_MAIN, "    l_depth = meet_triangle();", *between, _MISS, "    shade_met();", "}"]
    return "\n".join(
        [*lines[:first], meeting, *lines[first:], "void shade_met() {" + body.rstrip(), "", *main, ""]
    )
