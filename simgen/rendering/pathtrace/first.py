"""What a camera sees first through its pixel centres, cut-outs respected: guides of the denoiser, distances for fog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from simgen.geometry import FloatArray
from simgen.records.asset import Float32Array
from simgen.records.frame import View
from simgen.rendering.pathtrace.bodies import Body
from simgen.rendering.pathtrace.coverage import Grid, IntArray
from simgen.rendering.pathtrace.labels import SeenBody, keep_nearest, placed_bodies
from simgen.rendering.pathtrace.traced import Guides

_NEARER = 1.0 - 1e-6  # at outlines both sides of a body meet


@dataclass(frozen=True, slots=True, eq=False)
class FirstSurfaces:
    """The nearest surface through every pixel centre.

    Attributes:
        view: which pixels.
        seen: the bodies in sight.
        depth_m: (n,) of each pixel, row by row; infinite where nothing is.
        triangle: (n,) of the body that is seen.
        owner: (n,) index of this body; -1 where nothing is.
    """

    view: View
    seen: tuple[SeenBody, ...]
    depth_m: FloatArray
    triangle: IntArray
    owner: IntArray

    @staticmethod
    def of(bodies: Sequence[Body], view: View, through_glass: bool = False) -> FirstSurfaces:
        """Cast the bodies of a view, in their poses; or only what they have that is not glass."""
        grid = Grid.of_image(view.intrinsics)
        depth_m = np.full(grid.width * grid.height, np.inf)
        triangle, owner = np.zeros(depth_m.size, np.int64), np.full(depth_m.size, -1, np.int64)
        seen = tuple(SeenBody(each, view) for each in placed_bodies(bodies, view))
        for index, body in enumerate(seen):
            glass = body.placed.body.is_glass
            for part in body.samples(grid):
                found = part.kept(~glass[part.triangle]) if through_glass and glass.any() else part
                keep_nearest(found, index, depth_m, triangle, owner)
        return FirstSurfaces(view, seen, depth_m, triangle, owner)

    @staticmethod
    def backs_come_first(bodies: Sequence[Body], view: View) -> bool:
        """Return whether some pixel centre shows what lies behind the inner side of a one-sided body."""
        if not any(body.shape.one_sided.any() for body in bodies):
            return False
        seen, turned = (
            FirstSurfaces.of(each, view).depth_m for each in (bodies, [*map(_inside_out, bodies)])
        )
        return bool((turned < seen * _NEARER).any())

    def distance_m(self) -> Float32Array:
        """Return (h, w) the way along the rays, m; infinite where nothing is."""
        camera = self.view.intrinsics
        depth_m = self.depth_m.reshape(camera.height, camera.width)
        if camera.is_orthographic or camera.radial_depth:
            return depth_m.astype(np.float32)
        rays = camera.rays()
        return (depth_m * np.linalg.norm(rays, axis=-1)).astype(np.float32)

    def guides(self) -> Guides:
        """Return albedo and world normals (h, w, 3), zero where nothing is."""
        albedo, normals = np.zeros((2, self.owner.size, 3), np.float32)
        turn = self.view.T_world_camera[:3, :3]
        for index, body in enumerate(self.seen):
            cells = np.flatnonzero(self.owner == index)
            if len(cells):
                triangle = self.triangle[cells]
                albedo[cells] = body.albedo(triangle, cells)
                normals[cells] = body.surface(triangle, cells)[1] @ turn.T
        shape = (self.view.intrinsics.height, self.view.intrinsics.width, 3)
        return Guides(albedo.reshape(shape), normals.reshape(shape))


def _inside_out(body: Body) -> Body:
    """Return a body whose one-sided triangles are seen from where they were not."""
    shape = body.shape
    triangles = np.where(shape.one_sided[:, None], shape.triangles[:, ::-1], shape.triangles)
    return replace(body, shape=replace(shape, triangles=triangles))
