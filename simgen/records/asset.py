"""What a model is: visual geometry, collision shape, physical properties and where it came from.

Object frame of every asset: metres, Z up in its upright pose, origin at the centre of the axis-aligned box
of the visual mesh. So an asset of size `(w, d, h)` stands on a surface at height z with its origin at z + h/2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from simgen.errors import AssetError
from simgen.geometry import Vec3

Float32Array = NDArray[np.float32]
ParamValue = float | int | str | bool | tuple[float, ...]


@dataclass(frozen=True, slots=True)
class AssetRef:
    """Names one asset, exactly: a catalogue id, plus the parameters of a procedural one.

    Attributes:
        asset_id: `<pack>/<name>`, for example `sweethome3d/scopia/mug` or `procedural/carton`.
        params: parameters of a procedural asset as sorted (name, value) pairs; empty for a file.
    """

    asset_id: str
    params: tuple[tuple[str, ParamValue], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Texture:
    """An 8-bit image, row 0 at the top (texture coordinate v = 1).

    Attributes:
        pixels: (height, width, 3 or 4) uint8; colour maps are sRGB encoded, others linear.
        srgb: whether the colour channels are sRGB encoded.
        smaller: levels half as high and wide, a quarter, and so on, where they were prepared; by `assets.mip_levels`.

    Raises:
        AssetError: it has no pixels, or they are of another kind.
    """

    pixels: NDArray[np.uint8]
    srgb: bool
    smaller: tuple[NDArray[np.uint8], ...] = ()

    def __post_init__(self) -> None:
        shape, kind = self.pixels.shape, self.pixels.dtype
        if len(shape) != 3 or 0 in shape or shape[2] not in (3, 4) or kind != np.uint8:
            raise AssetError(
                f"texture: pixels must be (height, width, 3 or 4) uint8 with at least one of them, got {shape} {kind}; "
                "give a map of one colour a single pixel, and repeat a grey one for red, green and blue"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """Metallic-roughness surface (glTF 2.0 semantics); factors multiply their maps.

    Attributes:
        base_color_rgb: linear, 0..1.
        metallic: 0..1.
        roughness: perceptual, 0..1.
        alpha: opacity 0..1.
        base_color_map: sRGB, alpha channel used by `alpha_mode`.
        metallic_roughness_map: linear, G = roughness, B = metallic.
        normal_map: tangent space, +Y up (OpenGL convention), linear.
        alpha_mode: `mask` drops fragments below `alpha_cutoff`; through `blend` shows what lies behind, by `alpha`, in
            colour alone: labels are those of the surface itself.
        emissive_rgb: linear emitted luminance, cd/m².
        emissive_map: sRGB, multiplies `emissive_rgb`.
        coat: share of the surface under a clear coat (lacquer, car paint), 0..1; it reflects as a dielectric with
            refractive index 1.5 and dims what lies under it by that. `blend` has none.
        coat_roughness: of the coat, perceptual, 0..1; normal maps do not bend it.
        transmission: of `blend` alone, 0..1: of what `alpha` covers, the share through which what lies behind shows
            in the base colour, as through tinted glass. Sheets are thin: nothing is refracted.
    """

    name: str = "default"
    base_color_rgb: Vec3 = (0.8, 0.8, 0.8)
    metallic: float = 0.0
    roughness: float = 0.6
    alpha: float = 1.0
    base_color_map: Texture | None = None
    metallic_roughness_map: Texture | None = None
    normal_map: Texture | None = None
    alpha_mode: Literal["opaque", "mask", "blend"] = "opaque"
    alpha_cutoff: float = 0.5
    double_sided: bool = True
    emissive_rgb: Vec3 = (0.0, 0.0, 0.0)
    emissive_map: Texture | None = None
    coat: float = 0.0
    coat_roughness: float = 0.03
    transmission: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A material that repeats, and its scale.

    Attributes:
        tile_m: metres that one repeat of its textures covers.
    """

    material: Material
    tile_m: float


@dataclass(frozen=True, slots=True, eq=False)
class Submesh:
    """Triangles of one material, counter-clockwise from outside.

    Attributes:
        positions_m: (n, 3) float32, object frame.
        normals: (n, 3) float32, unit.
        uvs: (n, 2) float32, v up.
        triangles: (m, 3) uint32.
        material: index into `Model.materials`.
        closed_count: so many of the first triangles belong to closed surfaces of the model; their backs are never seen
            from outside.
        joints: (n, 4) uint8, indices of the joints that move each vertex; None: no skeleton does.
        weights: (n, 4) float32, share of each of them, summing to 1.
    """

    positions_m: Float32Array
    normals: Float32Array
    uvs: Float32Array
    triangles: NDArray[np.uint32]
    material: int
    closed_count: int = 0
    joints: NDArray[np.uint8] | None = None
    weights: Float32Array | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Gait:
    """A cyclic motion of a skeleton that goes on with the distance travelled, as walking does.

    Keys are spaced evenly over one cycle and the last is followed by the first. Between them the motion is a cubic
    (see `simgen.skinning`).

    Attributes:
        stride_m: way of the body's origin in one cycle.
        full_speed_mps: from this speed on the motion is full; at rest the skeleton is in its rest pose, between them
            it moves by a share.
        rotations_wxyz: (keys, joints, 4) unit quaternions: each joint's turn in its own rest frame.
        shifts_m: (keys, joints, 3) shift of each joint in its parent's frame (a root's: in the object's).
    """

    stride_m: float
    full_speed_mps: float
    rotations_wxyz: NDArray[np.float64]
    shifts_m: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Skin:
    """A skeleton that moves the vertices of a model, and how it moves.

    Attributes:
        names: of the joints, at most 64.
        parents: index of each joint's parent, which comes before it; -1 for a root.
        T_object_joints: (joints, 4, 4) rest poses, rigid: in these the vertices are where `Submesh` has them.
        gait: how it moves along.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    T_object_joints: NDArray[np.float64]
    gait: Gait


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Visual geometry at one or more levels of detail.

    A model with a skin has one level, and `size_m` holds it in all poses of its gait.

    Attributes:
        lods: submeshes per level, finest first; level 0 always exists.
        materials: shared by all levels.
        size_m: extent of the axis-aligned box of level 0, centred at the origin.
        lod_errors_m: for each level, how far its surface may be from level 0's; growing, 0 first.
        skin: what moves its vertices; None: it is rigid.
    """

    lods: tuple[tuple[Submesh, ...], ...]
    materials: tuple[Material, ...]
    size_m: Vec3
    lod_errors_m: tuple[float, ...] = (0.0,)
    skin: Skin | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Collision:
    """Convex parts for the physics engine.

    Attributes:
        hulls_m: convex vertex sets, each (n, 3) float64, object frame; n is kept small (<= 64).
        center_of_mass_m: object frame; of the hulls at uniform density.
        volume_m3: of the hulls.
    """

    hulls_m: tuple[NDArray[np.float64], ...]
    center_of_mass_m: Vec3
    volume_m3: float


@dataclass(frozen=True, slots=True)
class AssetInfo:
    """Catalogue entry: what is known of an asset without opening it.

    Attributes:
        asset_id: see `AssetRef`.
        name: neutral display name.
        category: taxonomy name.
        size_m: real extent (x, y, z) in the upright object frame.
        mass_kg: mass; from the catalogue, or density times hull volume.
        friction: lateral friction coefficient (Coulomb), assumed unless the catalogue cites a source.
        restitution: 0..1.
        content_hash: SHA-256 (hex) of the source bytes, or of the recipe of a procedural asset.
        tags: free words to select by, for example `graspable`, `container`. `skinned` means that the model has a
            skeleton (`Model.skin`).
    """

    asset_id: str
    name: str
    category: str
    size_m: Vec3
    mass_kg: float
    friction: float
    restitution: float
    pack: str
    licence: str
    author: str
    source: str
    content_hash: str
    tags: tuple[str, ...] = ()
    params: tuple[tuple[str, ParamValue], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Asset:
    """A loaded asset: entry, visual model and collision shape."""

    info: AssetInfo
    model: Model
    collision: Collision


@dataclass(frozen=True, slots=True, eq=False)
class EnvironmentMap:
    """A latitude-longitude light map.

    Attributes:
        radiance: (height, width, 3) float32, linear RGB, relative units (scaled to lux by the scene).
            Row 0 is straight up (+Z world). Column u at (u + 0.5) / width * 2 pi - pi is the azimuth from +X
            towards +Y at zero rotation.
        info: where it came from; `category` is `environment`, `size_m` zero.
    """

    radiance: Float32Array
    info: AssetInfo


@dataclass(frozen=True, slots=True)
class Category:
    """One class of the taxonomy; ids start at 1.

    Attributes:
        is_thing: countable object (True) or surroundings such as floor and wall (False).
        coco_name: the COCO class it corresponds to, empty where none.
        openimages_name: likewise for Open Images.
    """

    category_id: int
    name: str
    supercategory: str
    is_thing: bool
    coco_name: str = ""
    openimages_name: str = ""
    synonyms: tuple[str, ...] = field(default=())
