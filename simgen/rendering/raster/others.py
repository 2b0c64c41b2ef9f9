"""Other pictures that a picture shows: what lies behind glass, and what a floor mirrors."""

from __future__ import annotations

from dataclasses import dataclass

from simgen.records.frame import View
from simgen.rendering.raster.mirrors import Mirror
from simgen.rendering.raster.targets import Targets

# Texture units; those above are of lenses.
_SHEETS, _BEHIND, _MIRROR_IMAGE, _MIRROR_DEPTH, _THROUGH = 6, 9, 10, 11, 12


@dataclass(frozen=True, slots=True, eq=False)
class Others:
    """Pictures of the same size.

    Attributes:
        behind: the view without glass, and what all glass does to it; None where there is none.
        mirror: the floor that mirrors; None where none does.
        mirrored: what it shows.
    """

    behind: Targets | None = None
    mirror: Mirror | None = None
    mirrored: Targets | None = None

    @property
    def defines(self) -> tuple[str, ...]:
        """Names that shading is compiled with."""
        return (*["GLASS"] * (self.behind is not None), *["MIRROR"] * (self.mirrored is not None))

    def bind(self) -> None:
        """Bind the pictures to their units."""
        if self.behind is not None:
            self.behind.radiance.use(_BEHIND)
            self.behind.through_texture.use(_THROUGH)
            self.behind.sheets_texture.use(_SHEETS)
        if self.mirrored is not None:
            self.mirrored.radiance.build_mipmaps()
            self.mirrored.radiance.use(_MIRROR_IMAGE)
            self.mirrored.labels.normal_depth.use(_MIRROR_DEPTH)

    def uniforms(self, view: View) -> dict[str, object]:
        """Return the uniforms that name the units and place the mirror."""
        values: dict[str, object] = {}
        if self.behind is not None:
            values |= {"behind": _BEHIND, "through": _THROUGH, "sheets": _SHEETS}
        if self.mirror is not None and self.mirrored is not None:
            values |= {
                "mirror_image": _MIRROR_IMAGE,
                "mirror_depth": _MIRROR_DEPTH,
                "mirror_floor": self.mirror.floor_in_camera(view),
                "mirror_px": view.intrinsics.fx,
            }
        return values
