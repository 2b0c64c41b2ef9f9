"""How each surface is drawn: colour, height and roughness from seamless noise.

Sizes of boards, tiles, threads and joints are those of common products; colours are assumed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simgen.assets.procedural.noise import fractal_noise, grid, mix, rgb, smoothstep, value_noise
from simgen.geometry import FloatArray, Vec3

_SHAPE = (512, 512)


@dataclass(frozen=True, slots=True, eq=False)
class Layers:
    """A drawn surface.

    Attributes:
        color: (h, w, 3) sRGB 0..1.
        height_m: (h, w) relief in metres.
        roughness: (h, w) 0..1.
        tile_m: metres the picture covers.
        metallic: 0 or 1.
    """

    color: FloatArray
    height_m: FloatArray
    roughness: FloatArray
    tile_m: float
    metallic: float = 0.0


Recipe = Callable[[np.random.Generator, int], Layers]

_WOODS = (
    (rgb("c49a6c"), rgb("8f6238")),  # oak
    (rgb("d8b98a"), rgb("b98d58")),  # beech
    (rgb("7d5436"), rgb("47291a")),  # walnut
    (rgb("e0c491"), rgb("c0935a")),  # pine
    (rgb("9a5f3a"), rgb("652f1b")),  # cherry
    (rgb("b9a78c"), rgb("86745c")),  # grey oak
)


def _grain(rng: np.random.Generator, shape: tuple[int, int], rings: int) -> tuple[FloatArray, FloatArray]:
    """Return year rings (0 early, 1 late wood) running along u, and fine fibres 0..1."""
    _, v = grid(shape)
    warp = fractal_noise(rng, shape, (2, 1), 3, 0.45)
    knotted = fractal_noise(rng, shape, (8, 2), 3)
    phase = (v * rings + 3.2 * warp + 0.5 * knotted) % 1.0
    rings_image = smoothstep(0.0, 0.75, phase) * smoothstep(1.0, 0.9, phase)
    fibres = 0.6 * value_noise(rng, shape, (shape[0] // 2, 10)) + 0.4 * value_noise(
        rng, shape, (shape[0], 40)
    )
    return rings_image, fibres


def _wood_color(rings: FloatArray, fibres: FloatArray, tone: FloatArray, variant: int) -> FloatArray:
    light, dark = _WOODS[variant % len(_WOODS)]
    color = mix(light, dark, np.clip(0.15 + 0.5 * rings + 0.45 * (fibres - 0.5), 0.0, 1.0))
    pores = smoothstep(0.72, 0.86, fibres) * (0.35 + 0.65 * rings)
    color = color * (1.0 - 0.3 * pores[..., None])
    return color * (0.9 + 0.2 * tone[..., None])


def wood(rng: np.random.Generator, variant: int) -> Layers:
    """One wide board, grain along u, satin varnish."""
    rings, fibres = _grain(rng, _SHAPE, 19)
    tone = fractal_noise(rng, _SHAPE, (3, 2), 3)
    height = -6e-5 * smoothstep(0.7, 0.9, fibres) - 3e-5 * rings
    roughness = 0.42 + 0.12 * fibres + 0.08 * tone
    return Layers(_wood_color(rings, fibres, tone, variant), height, roughness, 0.8)


def planks(rng: np.random.Generator, variant: int) -> Layers:
    """A floor of 0.16 m boards, joints staggered from row to row, grain along u."""
    rows, u, v = 8, *grid(_SHAPE)
    row = (v * rows).astype(int)
    shift = rng.random(rows)[row]
    cell = ((u * 2 + shift) % 2.0).astype(int)
    board = row * 2 + cell
    tone = rng.random(2 * rows)[board]
    rings, fibres = _grain(rng, _SHAPE, 30)
    slide = rng.integers(0, _SHAPE[1], 2 * rows)
    column = (np.arange(_SHAPE[1])[None, :] + slide[board]) % _SHAPE[1]
    line = np.arange(_SHAPE[0])[:, None]
    rings, fibres = rings[line, column], fibres[line, column]
    across = np.abs((v * rows) % 1.0 - 0.5)
    along = np.abs((u * 2 + shift) % 1.0 - 0.5)
    gap = np.maximum(smoothstep(0.478, 0.495, across), smoothstep(0.4965, 0.4995, along))
    color = _wood_color(rings, fibres, 0.2 + 0.9 * tone, variant) * (1.0 - 0.62 * gap[..., None])
    return Layers(color, -1.5e-3 * gap - 8e-5 * fibres, 0.38 + 0.14 * fibres + 0.3 * gap, 1.28)


_LAMINATES = ("e9e7e1", "cfd0cf", "d9c7a8", "51555a", "f2f1ee", "b7a58a")


def laminate(rng: np.random.Generator, variant: int) -> Layers:
    """A coated board with a faint print."""
    base = np.asarray(rgb(_LAMINATES[variant % len(_LAMINATES)]))
    speckle = value_noise(rng, _SHAPE, (256, 256))
    cloud = fractal_noise(rng, _SHAPE, (4, 4), 4)
    color = base * (0.97 + 0.05 * cloud[..., None]) * (0.97 + 0.06 * speckle[..., None])
    orange_peel = value_noise(rng, _SHAPE, (128, 128))
    return Layers(color, 1.2e-5 * orange_peel, 0.3 + 0.08 * speckle, 0.6)


_GRANITES = (("b9b4ab", "6a645c", "2a2a2c"), ("5a5f63", "2c2f33", "b0b0ad"), ("c2a58d", "7c5347", "35302f"))


def stone(rng: np.random.Generator, variant: int) -> Layers:
    """Polished granite."""
    base, second, specks = (rgb(color) for color in _GRANITES[variant % len(_GRANITES)])
    coarse = fractal_noise(rng, _SHAPE, (60, 60), 3, 0.7)
    fine = fractal_noise(rng, _SHAPE, (150, 150), 2, 0.8)
    dark = fractal_noise(rng, _SHAPE, (110, 110), 2, 0.8)
    cloud = fractal_noise(rng, _SHAPE, (3, 3), 3)
    color = mix(base, second, smoothstep(0.48, 0.6, 0.6 * coarse + 0.4 * fine))
    color = mix(color, specks, smoothstep(0.66, 0.72, dark))
    color = mix(color, np.clip(np.asarray(base) * 1.25, 0, 1), smoothstep(0.7, 0.8, fine) * 0.7)
    return Layers(color * (0.92 + 0.14 * cloud[..., None]), 1e-5 * fine, 0.22 + 0.12 * dark, 0.5)


_MARBLES = (("efece6", "8d8b8b"), ("e9e2d3", "a78a63"), ("2a2b2d", "c9c5bd"), ("33493f", "a9bfae"))


def marble(rng: np.random.Generator, variant: int) -> Layers:
    """Polished marble with warped veins of two widths."""
    base, vein = (rgb(color) for color in _MARBLES[variant % len(_MARBLES)])
    u, v = grid(_SHAPE)
    warp = fractal_noise(rng, _SHAPE, (3, 3), 6, 0.6)
    wide = np.abs(((u + 2 * v + 1.7 * warp) % 1.0) - 0.5) * 2
    thin = np.abs(fractal_noise(rng, _SHAPE, (5, 5), 5, 0.6) - 0.5) * 2
    cloud = fractal_noise(rng, _SHAPE, (2, 2), 5)
    strength = 0.75 * smoothstep(0.12, 0.0, wide) * cloud + 0.5 * smoothstep(0.035, 0.0, thin) + 0.12 * cloud
    return Layers(mix(base, vein, np.clip(strength, 0, 1)), np.zeros(_SHAPE), 0.16 + 0.08 * cloud, 0.9)


def metal(rng: np.random.Generator, variant: int) -> Layers:
    """Brushed steel, brushed along u, with smudges."""
    streaks = 0.6 * value_noise(rng, _SHAPE, (512, 6)) + 0.4 * value_noise(rng, _SHAPE, (512, 40))
    smudge = fractal_noise(rng, _SHAPE, (4, 4), 4)
    base = np.asarray(rgb(("c3c4c6", "b4b7bc", "c9c2b6", "8f9296")[variant % 4]))
    color = base * (0.93 + 0.09 * streaks[..., None])
    return Layers(color, 4e-6 * streaks, 0.26 + 0.12 * streaks + 0.14 * smudge, 0.4, metallic=1.0)


_CLOTHS = ("34507a", "8a3b3b", "d8d0c0", "4f6b52", "6c6f74", "c79a3f", "2d2f36", "a9b7c6")


def fabric(rng: np.random.Generator, variant: int) -> Layers:
    """A plain weave of 1.6 mm threads, slightly uneven."""
    threads = 64
    u, v = grid(_SHAPE)
    over = ((u * threads).astype(int) + (v * threads).astype(int)) % 2 == 0
    warp = np.abs(np.sin(np.pi * u * threads)) * (0.85 + 0.3 * value_noise(rng, _SHAPE, (8, threads)))
    weft = np.abs(np.sin(np.pi * v * threads)) * (0.85 + 0.3 * value_noise(rng, _SHAPE, (threads, 8)))
    relief = np.where(over, warp, weft)
    base = np.asarray(rgb(_CLOTHS[variant % len(_CLOTHS)]))
    fuzz = value_noise(rng, _SHAPE, (256, 256))
    cloud = fractal_noise(rng, _SHAPE, (3, 3), 3)
    shade = (0.62 + 0.34 * relief) * (0.92 + 0.12 * fuzz) * (0.94 + 0.1 * cloud)
    return Layers(np.clip(base * shade[..., None] * 1.1, 0, 1), 2.5e-4 * relief, np.full(_SHAPE, 0.92), 0.1)


def concrete(rng: np.random.Generator, variant: int) -> Layers:
    """A power-floated floor: clouds, pores, a few stains, saw-cut joints every 3 m."""
    base = np.asarray(rgb(("a5a39d", "b3b0a8", "979a9b")[variant % 3]))
    cloud = fractal_noise(rng, _SHAPE, (4, 4), 6, 0.55)
    grit = value_noise(rng, _SHAPE, (256, 256))
    pores = smoothstep(0.9, 0.97, value_noise(rng, _SHAPE, (230, 230)))
    stain = 0.6 * smoothstep(0.62, 0.95, fractal_noise(rng, _SHAPE, (3, 3), 5, 0.6))
    trowel = fractal_noise(rng, _SHAPE, (6, 20), 4)
    shade = 0.8 + 0.24 * cloud + 0.09 * (grit - 0.5) + 0.08 * (trowel - 0.5) - 0.16 * stain - 0.14 * pores
    color = base * shade[..., None]
    joint = _joint(0.0035)
    color = color * (1.0 - 0.6 * joint[..., None])
    roughness = 0.62 + 0.16 * cloud + 0.1 * grit - 0.22 * stain
    return Layers(color, 6e-4 * grit * cloud - 2e-3 * pores - 6e-3 * joint, roughness, 3.0)


_CERAMICS = ("dcd6ca", "b9c3c7", "8d7e71", "e8e8e6", "6f7d84", "c6ab92")


def tiles(rng: np.random.Generator, variant: int) -> Layers:
    """Glazed floor tiles of 0.3 m with grey grout."""
    n, u, v = 4, *grid(_SHAPE)
    tone = rng.random((n, n))[(v * n).astype(int), (u * n).astype(int)]
    edge = np.maximum(np.abs((u * n) % 1.0 - 0.5), np.abs((v * n) % 1.0 - 0.5))
    grout = smoothstep(0.485, 0.492, edge)
    cloud = fractal_noise(rng, _SHAPE, (8, 8), 5, 0.6)
    speckle = value_noise(rng, _SHAPE, (256, 256))
    base = np.asarray(rgb(_CERAMICS[variant % len(_CERAMICS)]))
    glaze = base * ((0.9 + 0.1 * cloud + 0.07 * (tone - 0.5)) * (0.98 + 0.04 * speckle))[..., None]
    color = mix(glaze, np.asarray(rgb("8b8780")) * (0.85 + 0.3 * speckle[..., None]), grout)
    height = -1.5e-3 * grout - 6e-4 * smoothstep(0.47, 0.49, edge)
    return Layers(color, height, 0.24 + 0.1 * cloud + 0.5 * grout, 1.2)


_CARPETS = ("6b7280", "7a4a45", "9c8f7c", "43564b", "3c4556")


def carpet(rng: np.random.Generator, variant: int) -> Layers:
    """Loop pile."""
    loops = value_noise(rng, _SHAPE, (180, 180))
    fleck = value_noise(rng, _SHAPE, (180, 180))
    cloud = fractal_noise(rng, _SHAPE, (4, 4), 4)
    base = np.asarray(rgb(_CARPETS[variant % len(_CARPETS)]))
    shade = 0.5 + 0.55 * loops + 0.16 * (cloud - 0.5)
    color = base * shade[..., None] * (0.9 + 0.25 * (fleck[..., None] - 0.5))
    return Layers(color, 2.2e-3 * loops, np.full(_SHAPE, 0.96), 0.5)


def plaster(rng: np.random.Generator, variant: int) -> Layers:
    """Painted wall plaster."""
    base = np.asarray(rgb(("ebe8e1", "dfe3e2", "e9dfcd", "cfd6d9")[variant % 4]))
    bumps = fractal_noise(rng, _SHAPE, (40, 40), 4, 0.6)
    cloud = fractal_noise(rng, _SHAPE, (3, 3), 4)
    color = base * (0.95 + 0.04 * cloud + 0.03 * bumps)[..., None]
    return Layers(color, 9e-4 * bumps, 0.82 + 0.1 * bumps, 1.0)


def cardboard(rng: np.random.Generator, variant: int) -> Layers:
    """Kraft liner: fibres, faint corrugation across u, scuffs."""
    base = np.asarray(rgb(("b88d5f", "a97f55", "c19a6d", "b08a66")[variant % 4]))
    u, _ = grid(_SHAPE)
    fibres = 0.5 * value_noise(rng, _SHAPE, (100, 300)) + 0.5 * value_noise(rng, _SHAPE, (300, 60))
    cloud = fractal_noise(rng, _SHAPE, (4, 4), 5)
    flutes = 0.5 + 0.5 * np.sin(2 * np.pi * u * 64)
    scuff = smoothstep(0.74, 0.9, fractal_noise(rng, _SHAPE, (6, 6), 5, 0.65))
    shade = 0.9 + 0.1 * cloud + 0.1 * (fibres - 0.5) + 0.025 * (flutes - 0.5) + 0.07 * scuff
    height = 7e-5 * flutes + 5e-5 * fibres
    return Layers(np.clip(base * shade[..., None], 0, 1), height, 0.78 + 0.12 * fibres, 0.45)


def rough_wood(rng: np.random.Generator, variant: int) -> Layers:
    """Sawn, weathered softwood: knots, grey patches, dirt; grain along u."""
    u, v = grid(_SHAPE)
    rings, fibres = _grain(rng, _SHAPE, 20)
    color = 0.9 * _wood_color(0.8 * rings, fibres, fractal_noise(rng, _SHAPE, (6, 2), 3), 3)
    for _ in range(5):
        x, y, r = rng.random(), rng.random(), 0.007 + 0.008 * rng.random()
        du, dv = np.abs(u - x), np.abs(v - y)
        reach = np.hypot(np.minimum(du, 1 - du) / 1.6, np.minimum(dv, 1 - dv)) / r
        color = mix(color, rgb("4a2e1a"), 0.7 * smoothstep(1.2, 0.7, reach + 0.4 * (fibres - 0.5)))
    grey = smoothstep(0.35, 0.8, fractal_noise(rng, _SHAPE, (4, 3), 5, 0.6))
    color = mix(color, rgb(("a59a8a", "b3a48c", "988f83")[variant % 3]), 0.62 * grey)
    dirt = smoothstep(0.6, 0.95, fractal_noise(rng, _SHAPE, (5, 4), 5, 0.65))
    color = color * (1.0 - 0.35 * dirt[..., None])
    return Layers(color, 3e-4 * fibres - 2e-4 * rings, 0.8 + 0.12 * fibres, 0.7)


def chipboard(rng: np.random.Generator, variant: int) -> Layers:
    """Pressed flakes in all directions."""
    base = np.asarray(rgb(("c9a674", "bf9a68", "d0b084")[variant % 3]))
    flat, steep = value_noise(rng, _SHAPE, (160, 60)), value_noise(rng, _SHAPE, (60, 160))
    flakes = np.where(value_noise(rng, _SHAPE, (50, 50)) > 0.5, flat, steep)
    cloud = fractal_noise(rng, _SHAPE, (4, 4), 4)
    dark = smoothstep(0.8, 0.92, flakes)
    shade = 0.84 + 0.24 * flakes + 0.08 * (cloud - 0.5) - 0.3 * dark
    return Layers(np.clip(base * shade[..., None], 0, 1), 6e-5 * flakes, 0.66 + 0.14 * flakes, 0.5)


def checker(rng: np.random.Generator, variant: int) -> Layers:
    """A board of two greys, fields of 0.1 m, for judging geometry by eye."""
    u, v = grid(_SHAPE)
    odd = ((u * 8).astype(int) + (v * 8).astype(int)) % 2
    dark: Vec3 = (0.25 + 0.02 * (variant % 3), 0.26, 0.28)
    color = mix(dark, (0.82, 0.82, 0.8), odd.astype(float))
    wear = fractal_noise(rng, _SHAPE, (4, 4), 4)
    return Layers(color * (0.95 + 0.05 * wear[..., None]), np.zeros(_SHAPE), 0.4 + 0.2 * wear, 0.8)


def _joint(width: float) -> FloatArray:
    u, v = grid(_SHAPE)
    near = np.minimum(np.minimum(u, 1 - u), np.minimum(v, 1 - v))
    return smoothstep(width, width / 3, near)


RECIPES: dict[str, Recipe] = {
    "wood": wood,
    "planks": planks,
    "laminate": laminate,
    "stone": stone,
    "marble": marble,
    "metal": metal,
    "fabric": fabric,
    "concrete": concrete,
    "tiles": tiles,
    "carpet": carpet,
    "plaster": plaster,
    "cardboard": cardboard,
    "rough_wood": rough_wood,
    "chipboard": chipboard,
    "checker": checker,
}
