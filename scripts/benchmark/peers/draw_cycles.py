"""Blender's Cycles through the `bpy` wheel, on the CPU: path-traced colour with its guides, depth and ids.

Set to be as quick as it can with the settings asked for: data kept between frames, no adaptive sampling (the samples
asked for are the samples taken), denoised by the Open Image Denoise inside Blender. Light in the units of the scene:
a sun's strength is its illuminance, so a picture is in cd/m².
"""

from __future__ import annotations

from math import pi
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from protocol import GL_FROM_CAMERA, read_scene, serve

_BLENDER_CAMERA_WIDTH_MM = 36.0


class CyclesDrawer:
    """The scene in Blender's one data block. Options: `samples`, `denoise`, `bounces`, `seed`."""

    def __init__(self, folder: Path, options: dict[str, Any]) -> None:
        self.folder, self.options = folder, options
        self.name = f"Cycles (bpy {bpy.app.version_string})"
        self.data = read_scene(folder)
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self.scene = bpy.context.scene
        self._settings()
        self._add_objects()
        self._add_lights()
        self._add_surroundings()
        self._add_camera()

    def _settings(self) -> None:
        scene, camera, cycles = self.scene, self.data["camera"], self.scene.cycles
        scene.render.engine = "CYCLES"
        scene.render.resolution_x, scene.render.resolution_y = camera["width"], camera["height"]
        scene.render.resolution_percentage = 100
        scene.render.use_persistent_data = True
        cycles.device = "CPU"
        cycles.samples, cycles.use_adaptive_sampling = self.options["samples"], False
        cycles.use_denoising = self.options["denoise"]
        if cycles.use_denoising:
            cycles.denoiser = "OPENIMAGEDENOISE"
            cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
        bounces = self.options["bounces"]
        cycles.max_bounces = cycles.diffuse_bounces = cycles.glossy_bounces = bounces
        cycles.transmission_bounces, cycles.volume_bounces = bounces, 0
        cycles.sample_clamp_indirect = cycles.sample_clamp_direct = 0.0  # clamping would change the light
        cycles.blur_glossy = 0.0
        layer = scene.view_layers[0]
        layer.use_pass_z = layer.use_pass_object_index = True
        image = scene.render.image_settings
        if hasattr(image, "media_type"):
            image.media_type = "MULTI_LAYER_IMAGE"
        image.file_format, image.color_depth = "OPEN_EXR_MULTILAYER", "32"

    def _add_objects(self) -> None:
        meshes: dict[str, Any] = {}
        for each in self.data["objects"]:
            if each["model"] not in meshes:
                meshes[each["model"]] = self._mesh(each)
            body = bpy.data.objects.new(str(each["instance_id"]), meshes[each["model"]])
            body.matrix_world = np.array(each["T_world_object"]).T.tolist()
            body.pass_index = each["instance_id"]
            self.scene.collection.objects.link(body)

    def _mesh(self, each: dict[str, Any]) -> Any:
        """Return a model as one mesh, a material for each of its parts."""
        parts = [np.load(self.folder / part["mesh"]) for part in each["parts"]]
        first = np.cumsum([0, *(len(part["positions_m"]) for part in parts[:-1])])
        positions = np.concatenate([part["positions_m"] for part in parts])
        triangles = np.concatenate([part["triangles"] + f for part, f in zip(parts, first, strict=True)])
        mesh = bpy.data.meshes.new(each["model"])
        mesh.from_pydata(positions.tolist(), [], triangles.tolist())
        for part in each["parts"]:
            mesh.materials.append(self._material(part))
        slots = np.repeat(np.arange(len(parts)), [len(part["triangles"]) for part in parts])
        mesh.polygons.foreach_set("material_index", slots.astype(np.int32))
        uvs = np.concatenate([part["uvs"] for part in parts])[triangles.ravel()]
        mesh.uv_layers.new().data.foreach_set("uv", uvs.ravel())
        normals = np.concatenate([part["normals"] for part in parts])
        mesh.normals_split_custom_set_from_vertices(normals.tolist())
        mesh.update()
        return mesh

    def _material(self, part: dict[str, Any]) -> Any:
        material = bpy.data.materials.new(part["mesh"])
        material.use_nodes = True
        nodes, links = material.node_tree.nodes, material.node_tree.links
        shader = next(node for node in nodes if node.type == "BSDF_PRINCIPLED")
        shader.inputs["Metallic"].default_value = part["metallic"]
        shader.inputs["Roughness"].default_value = part["roughness"]
        shader.inputs["Base Color"].default_value = [*part["color_rgb"], 1.0]
        if part["color_map"]:
            texture, mix = nodes.new("ShaderNodeTexImage"), nodes.new("ShaderNodeVectorMath")
            texture.image = bpy.data.images.load(str(self.folder / part["color_map"]))
            mix.operation = "MULTIPLY"
            mix.inputs[1].default_value = part["factor_rgb"]
            links.new(texture.outputs["Color"], mix.inputs[0])
            links.new(mix.outputs["Vector"], shader.inputs["Base Color"])
        return material

    def _add_lights(self) -> None:
        for index, sun in enumerate(self.data["suns"]):
            light = bpy.data.lights.new(f"sun{index}", "SUN")
            light.energy, light.angle = sun["illuminance_lux"], sun["angular_diameter_rad"]
            self._add_light(light, [0.0, 0.0, 0.0], [-part for part in sun["direction"]])
        for index, spot in enumerate(self.data["spots"]):
            light = bpy.data.lights.new(f"spot{index}", "SPOT")
            light.energy = 4 * pi * pi * spot["intensity_cd"]  # Blender's watts: intensity is energy / 4 pi^2
            light.spot_size, light.shadow_soft_size = 2 * spot["outer_angle_rad"], spot["radius_m"]
            self._add_light(light, spot["position_m"], spot["direction"])

    def _add_light(self, light: Any, position: list[float], direction: list[float]) -> None:
        from mathutils import Vector

        lamp = bpy.data.objects.new(light.name, light)
        lamp.rotation_mode = "QUATERNION"
        lamp.rotation_quaternion = Vector(direction).to_track_quat("-Z", "Y")
        lamp.location = position
        self.scene.collection.objects.link(lamp)

    def _add_surroundings(self) -> None:
        world = bpy.data.worlds.new("around")
        self.scene.world, world.use_nodes = world, True
        nodes = world.node_tree.nodes
        shader = next(node for node in nodes if node.type == "BACKGROUND")
        shader.inputs["Strength"].default_value = 1.0
        around = self.data["environment"]
        if not around["map"]:
            shader.inputs["Color"].default_value = [around["luminance"]] * 3 + [1.0]
            return
        # Blender's map runs the other way round and keeps its lowest row first.
        radiance = np.load(self.folder / around["map"])[::-1, ::-1]
        height, width = radiance.shape[:2]
        image = bpy.data.images.new("around", width, height, float_buffer=True)
        image.colorspace_settings.name = "Linear Rec.709"
        pixels = np.ones((height, width, 4), np.float32)
        pixels[..., :3] = radiance
        image.pixels.foreach_set(pixels.ravel())
        image.pack()
        texture = nodes.new("ShaderNodeTexEnvironment")
        texture.image = image
        world.node_tree.links.new(texture.outputs["Color"], shader.inputs["Color"])

    def _add_camera(self) -> None:
        lens = self.data["camera"]
        camera = bpy.data.cameras.new("eye")
        camera.sensor_fit, camera.sensor_width = "HORIZONTAL", _BLENDER_CAMERA_WIDTH_MM
        camera.lens = lens["fx"] * _BLENDER_CAMERA_WIDTH_MM / lens["width"]
        camera.clip_start, camera.clip_end = lens["near_m"], lens["far_m"]
        self.eye = bpy.data.objects.new("eye", camera)
        self.scene.collection.objects.link(self.eye)
        self.scene.camera = self.eye

    def _render(self, frame: int, path: Path) -> None:
        pose = np.array(self.data["camera"]["T_world_camera"][frame]) @ GL_FROM_CAMERA
        self.eye.matrix_world = pose.T.tolist()
        self.scene.cycles.seed = frame + 1000 * self.options.get("seed", 0)
        self.scene.render.filepath = str(path)
        bpy.ops.render.render(write_still=True)

    def draw(self, frame: int) -> None:
        self._render(frame, self.folder / "cycles.exr")

    def save(self, frame: int, path: Path) -> Path:
        self._render(frame, path.with_suffix(".exr"))
        return path.with_suffix(".exr")


if __name__ == "__main__":
    serve(CyclesDrawer)
