"""Other pictures that a picture shows: what lies behind glass, and what a floor mirrors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from simgen.records.frame import View
from simgen.rendering.raster.mirrors import Mirror
from simgen.rendering.raster.regions import Region, rest_of
from simgen.rendering.raster.targets import Targets

# Texture units; those above are of lenses, and the one before is the background's, which is drawn afterwards.
_BEHIND_OUTLINE, _GLASS_COVER, _BEHIND, _MIRROR_IMAGE, _MIRROR_DEPTH, _GLASS_STOPPED = 5, 6, 9, 10, 11, 12


@dataclass(frozen=True, slots=True, eq=False)
class Others:
    """Pictures of the same size.

    Attributes:
        behind: the view without glass, and what all glass does to it; None where there is none.
        regions: rectangles of the image, apart from each other, that hold all glass.
        mirror: the floor that mirrors; None where none does.
        mirrored: what it shows.
    """

    behind: Targets | None = None
    regions: Sequence[Region] = ()
    mirror: Mirror | None = None
    mirrored: Targets | None = None

    def parts(self, whole: Region) -> list[tuple[tuple[str, ...], Sequence[Region]]]:
        """Return what shading is compiled with, and where: a processor would pay for glass in every pixel."""
        mirror = ("MIRROR",) if self.mirrored is not None else ()
        parts = ((("GLASS", *mirror), self.regions), (mirror, rest_of(whole, self.regions)))
        return [(names, where) for names, where in parts if where]

    def bind(self) -> None:
        """Bind the pictures to their units."""
        if self.behind is not None:
            self.behind.radiance.use(_BEHIND)
            self.behind.outline.use(_BEHIND_OUTLINE)
            for unit, texture in zip((_GLASS_STOPPED, _GLASS_COVER), self.behind.glass_sums, strict=True):
                texture.use(unit)
        if self.mirrored is not None:
            self.mirrored.build_levels()
            self.mirrored.radiance.use(_MIRROR_IMAGE)
            self.mirrored.labels.normal_depth.use(_MIRROR_DEPTH)

    def uniforms(self, view: View) -> dict[str, object]:
        """Return the uniforms that name the units and place the mirror."""
        values: dict[str, object] = {}
        if self.behind is not None:
            values |= {
                "behind": _BEHIND,
                "behind_outline": _BEHIND_OUTLINE,
                "glass_stopped": _GLASS_STOPPED,
                "glass_cover": _GLASS_COVER,
            }
        if self.mirror is not None and self.mirrored is not None:
            values |= {
                "mirror_image": _MIRROR_IMAGE,
                "mirror_depth": _MIRROR_DEPTH,
                "mirror_px": view.intrinsics.fx,
                **self.mirror.uniforms(view),
            }
        return values
