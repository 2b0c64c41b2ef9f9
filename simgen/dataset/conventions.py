"""What the numbers of a dataset mean, as data: embedded in every `dataset.json`."""

from __future__ import annotations

from typing import Any

CONVENTIONS: dict[str, object] = {
    "units": {"length": "m", "time": "s", "angle": "rad", "mass": "kg", "force": "N"},
    "world_frame": "right-handed, Z up",
    "camera_frame": "right-down-forward (OpenCV)",
    "object_frame": "Z up in the upright pose, origin at the centre of the model's axis-aligned box",
    "transforms": "T_a_b maps a point of frame b to frame a; 4x4, row major, column vectors",
    "quaternion_order": "wxyz",
    "pixel_centres": "integers; the first pixel's centre is (0, 0); K follows",
    "boxes": "xyxy: half-open pixels, 0-based; pixel (x, y) covers [x, x+1) x [y, y+1)",
    "box_3d": "size_m is the extent (x, y, z) of a box centred at the object's origin, in the object frame",
    "instance_id": "from 1, constant over a scene; 0 = background",
    "category_id": "from 1; 0 = background",
    "modal": "visible pixels only",
    "amodal": "whole silhouette as if nothing stood in front, clipped to the image; unclipped box beside it",
    "in_frame_fraction": "silhouette pixels inside the image / all silhouette pixels; 1 = fully inside",
    "unoccluded_fraction": "visible pixels / silhouette pixels inside the image; 1 = nothing in front",
    "visible_fraction": "in_frame_fraction * unoccluded_fraction",
    "mask_encoding": "COCO compressed RLE: column-major, size = [height, width]",
    "part_id": "1 + index of the surface's material in its model, the same at every level of detail; 0 = background",
    "albedo": "base colour, linear RGB 0..1, maps and overrides included, without light",
    "flow": "(x, y) pixels from a pixel to where the surface point it shows projects in the sensor's next "
    "(flow_forward) or previous (flow_backward) capture frame, seen or not; of a direction where nothing was hit; "
    "NaN where the point is not before the camera then, and everywhere where there is no such frame",
    "flow_occlusion": "true where that point is not visible in that frame: out of the picture, hidden (to within a "
    "pixel), or there is no such frame",
    "scene_flow": "position in the next frame's camera frame minus position in this one's; NaN where nothing was "
    "hit and everywhere in the last frame",
    "label_sampling": "all labels are sampled at pixel centres; colour may be anti-aliased",
    "time": "time_s in seconds from scene start, and time_ns the same in integer nanoseconds",
    "files": {
        "rgb": "PNG, 8 bit, sRGB",
        "depth": "OpenEXR, channel Z, float32, metres, distance to the image plane (fisheye and equirectangular "
        "lenses: to the camera centre); 0 = nothing hit",
        "instance": "PNG, 16 bit, instance_id",
        "semantic": "PNG, 8 bit (16 where there are more than 255 categories), category_id",
        "normals": "OpenEXR, channels R G B = x y z, float16 unit vectors, camera frame; 0 0 0 = nothing hit",
        "object_coordinates": "OpenEXR, channels R G B = x y z, float32, metres, object frame; NaN = nothing hit",
        "distance": "as depth, distance to the camera centre",
        "part": "PNG, 16 bit, part_id",
        "normals_world": "as normals, world frame",
        "albedo": "OpenEXR, channels R G B, float16; NaN = nothing hit",
        "flow_forward, flow_backward": "OpenEXR, channels X Y, float32, pixels; NaN = undefined",
        "flow_occlusion_forward, flow_occlusion_backward": "PNG, 8 bit, 255 = not visible there, 0 = visible",
        "scene_flow": "OpenEXR, channels R G B = x y z, float32, metres; NaN = undefined",
        "labels": "JSON, one object a line",
        "trajectory": "NumPy npz; arrays named as in simgen.records.trajectory",
    },
}

EVENT_CONVENTIONS: dict[str, object] = {
    "phases": "armed, triggered, active, over; each begins at its time, that instant included; null = never reached",
    "events (of a frame)": "those triggered or active at its time; a label appears in a scene if a frame has it active",
    "log_p, log_q, log_w": "natural logarithms of the probability in nature, as sampled, and of the weight p / q",
    "log_weight": "sum of log_w over all factors; use self-normalised weights w / sum(w); failed scenes count too",
    "inclusion": "probability that the frame was taken, given the motion; frame weight = scene weight / inclusion",
    "fault windows": "[first instant, first instant after), seconds",
    "drop": "no picture of the frame; its labels are there, and say dropped",
    "freeze": "the picture of shows_frame; labels tell the truth of the frame's own instant",
    "black": "all zero, shows_frame = null; labels tell the truth",
    "shift": "picture and labels from T_world_camera, the true pose; T_world_camera_nominal is what calibration says",
    "rgb_clean": "the picture without any fault, where a fault keeps a clean twin",
    "present": "bodies that are not are in no picture and no label",
    "light_factors": "on the intensity of each light, in the order suns, lamps, panels, environment",
    "gait": "metres that a body with a skeleton has gone by itself since time 0, and its speed; NaN for all others",
    "skeletons": "labels are of the deformed surface; object_coordinates of the rest pose; size_m holds every pose of "
    "the gait; flow and scene_flow follow the surface from pose to pose",
    "twins": "scenes 2k and 2k + 1 are the same draw with and without one event; frames that it does not change have "
    "the same bytes, so their labels name the draw (draw_index) in place of the scene",
    "files": {
        "events.json": "weight, factors, events, occurrences, faults and impacts of a scene",
        "states.npz": "present (frame, body), light_factors (frame, light), inclusion (frame), gait (frame, body, 2); "
        "only those that there are",
        "rgb_clean": "PNG, 8 bit, sRGB",
    },
}
"""What more there is to know of a dataset in which something can happen."""

EXPOSURE_CONVENTIONS: dict[str, object] = {
    "shutter": "global: all pixels are exposed from time_s - shutter / 2 to time_s + shutter / 2, seconds",
    "aperture": "round, of diameter A; a point at depth z spreads over A * fx * |1 / z - 1 / focus| pixels",
    "labels": "of time_s, sharp, from the middle of the aperture; so are T_world_camera and flow",
}
"""What more there is to know of a dataset whose cameras have a shutter or an aperture."""

_EVENTFUL = ("events", "faults", "counterfactual", "actors")


def conventions_of(scenario: dict[str, Any]) -> dict[str, object]:
    """Return what the numbers of a dataset mean, given its scenario as canonical JSON values."""
    known = CONVENTIONS
    if any(scenario.get(key) for key in _EVENTFUL):
        known = known | {"episodes": EVENT_CONVENTIONS}
    if any("shutter" in camera or "aperture" in camera for camera in scenario.get("sensors", {}).values()):
        known = known | {"exposure": EXPOSURE_CONVENTIONS}
    return known
