"""Bullet against closed forms: flight, sliding, bouncing, resting."""

from __future__ import annotations

from math import atan, cos, pi, sin
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simgen.errors import AssetError
from simgen.geometry import Vec3, quaternion_about_axis
from simgen.records.scene import Capture, Physics, Scene, SceneObject
from simgen.records.trajectory import Trajectory
from simgen.simulation import bullet_shapes, simulate
from tests.builders import box, cylinder, floor, make_scene, sphere, static_box
from tests.simulation.bodies import UNIT_CUBE, HullLibrary, body_of, ellipsoid, moved, prism

G = 9.81
WEIGHTLESS = Physics(gravity_mps2=(0.0, 0.0, 0.0))
FARAWAY: dict[str, Vec3] = {"workspace_min_m": (-99, -99, -99), "workspace_max_m": (99, 99, 99)}


def capture(seconds: float, rate_hz: int) -> Capture:
    return Capture("start", frame_count=round(seconds * rate_hz) + 1, frame_rate_hz=rate_hz)


def as_bytes(run: Trajectory) -> bytes:
    arrays = (run.positions_m, run.quaternions_wxyz, run.linear_velocities_mps, run.angular_velocities_radps)
    return b"".join(array.tobytes() for array in arrays) + repr(run.contacts).encode()


def rest(objects: list[SceneObject], library: HullLibrary, **fields: float) -> Trajectory:
    return simulate(make_scene(objects, physics=Physics(**fields)), library)


# -- flight ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step_rate_hz", [60, 240, 1000])
def test_free_fall_is_half_g_t_squared_within_the_integrators_bound(step_rate_hz: int, library: HullLibrary):
    scene = make_scene(
        [sphere(at=(0, 0, 10))],
        physics=Physics(step_rate_hz=step_rate_hz),
        capture=capture(1.0, 20),
        **FARAWAY,
    )
    run = simulate(scene, library)
    t, dt, z = run.times_s, 1 / step_rate_hz, run.positions_m[:, 0, 2]
    n = np.round(t / dt)
    assert z == pytest.approx(10 - G * dt**2 * n * (n + 1) / 2, abs=1e-10)  # semi-implicit Euler, exactly
    assert (np.abs(z - (10 - G * t**2 / 2)) <= G * t * dt / 2 + 1e-10).all()
    assert run.linear_velocities_mps[:, 0, 2] == pytest.approx(-G * t, abs=1e-9)


def test_the_same_scene_gives_the_same_bytes_every_time(library: HullLibrary):
    scene = pile_of(library)
    first = as_bytes(simulate(scene, library))
    assert all(as_bytes(simulate(scene, library)) == first for _ in range(9))


def test_a_freshly_loaded_library_changes_no_byte(library: HullLibrary):
    scene = make_scene([floor(), sphere(at=(0, 0, 0.2)), cylinder(at=(0.1, 0, 0.5))])
    assert as_bytes(simulate(scene, library)) == as_bytes(simulate(scene, HullLibrary()))


velocities = st.tuples(*[st.floats(-5, 5)] * 3)


@settings(max_examples=25, deadline=None)
@given(linear=velocities, angular=velocities, shape=st.sampled_from(["ball", "lopsided"]))
def test_flight_agrees_with_the_closed_form_engine(linear: Vec3, angular: Vec3, shape: str):
    library = HullLibrary()
    asset = library.add("lopsided", [UNIT_CUBE * 0.2], center_of_mass_m=(0.04, -0.02, 0.05))
    spin = {"linear_velocity_mps": linear, "angular_velocity_radps": angular}
    body = sphere(0.1, **spin) if shape == "ball" else body_of(asset, (0.2, 0.2, 0.2), (0, 0, 0), **spin)
    if shape == "lopsided":  # only about a principal axis is the angular velocity constant: stop it turning
        body = body_of(asset, (0.2, 0.2, 0.2), (0, 0, 0), linear_velocity_mps=linear)
    runs = [
        simulate(
            make_scene([body], physics=Physics(engine=engine), capture=capture(0.5, 10), **FARAWAY), library
        )
        for engine in ("bullet", "kinematic")
    ]
    error = G * runs[0].times_s / 240 / 2
    assert (np.abs(runs[0].positions_m - runs[1].positions_m)[:, 0].max(axis=1) <= error + 1e-9).all()
    assert runs[0].linear_velocities_mps == pytest.approx(runs[1].linear_velocities_mps, abs=1e-9)
    agreement = np.abs(np.sum(runs[0].quaternions_wxyz * runs[1].quaternions_wxyz, axis=-1))
    assert agreement == pytest.approx(1.0, abs=1e-7)


def test_the_origin_circles_an_off_centre_mass_that_spins(library: HullLibrary):
    """A cube shifted from its origin: the hull's own centre is the centre of mass, so every axis is principal."""
    offset = np.array([0.05, 0.0, 0.0])
    asset = library.add("shifted", [UNIT_CUBE * 0.1 + offset], center_of_mass_m=tuple(offset))
    omega = 2.0 * pi
    body = body_of(
        asset,
        (0.1, 0.1, 0.1),
        (0, 0, 0),
        angular_velocity_radps=(0, 0, omega),
        linear_velocity_mps=(0, -0.05 * omega, 0),
    )
    run = simulate(make_scene([body], physics=WEIGHTLESS, capture=capture(1.0, 8), **FARAWAY), library)
    angle = omega * run.times_s
    circle = np.column_stack([0.05 - 0.05 * np.cos(angle), -0.05 * np.sin(angle), 0 * angle])
    assert run.positions_m[:, 0] == pytest.approx(circle, abs=2e-4)
    speed = np.column_stack([0.05 * omega * np.sin(angle), -0.05 * omega * np.cos(angle), 0 * angle])
    assert run.linear_velocities_mps[:, 0] == pytest.approx(speed, abs=2e-3)


def test_a_body_keeps_its_spin_about_a_principal_axis_that_is_not_an_object_axis(library: HullLibrary):
    turn = np.array([[cos(0.5), -sin(0.5), 0], [sin(0.5), cos(0.5), 0], [0, 0, 1]])
    asset = library.add("turned", [(UNIT_CUBE * [0.3, 0.1, 0.2]) @ turn.T])
    omega = tuple(float(v) for v in turn @ [4.0, 0.0, 0.0])
    body = body_of(asset, (0.31, 0.24, 0.2), (0, 0, 0), angular_velocity_radps=omega)
    run = simulate(make_scene([body], physics=WEIGHTLESS, capture=capture(1.0, 4), **FARAWAY), library)
    assert run.angular_velocities_radps[-1, 0] == pytest.approx(omega, abs=1e-4)


# -- contact ---------------------------------------------------------------------------------------------------------


def slope(angle_rad: float, friction: float) -> Scene:
    tilt = quaternion_about_axis((0, 1, 0), angle_rad)
    normal = np.array([sin(angle_rad), 0.0, cos(angle_rad)])
    ramp = static_box((20, 4, 1), at=tuple(-0.5 * normal), quaternion_wxyz=tilt, friction=friction)
    block = box((0.4, 0.4, 0.1), at=tuple(0.05 * normal), quaternion_wxyz=tilt, friction=friction)
    return make_scene([ramp, block], capture=capture(1.0, 10), **FARAWAY)


@pytest.mark.parametrize("friction", [0.2, 0.5, 0.8])
def test_a_box_on_a_slope_below_the_friction_angle_stays(friction: float, library: HullLibrary):
    run = simulate(slope(atan(friction) - 0.03, friction), library)
    assert np.linalg.norm(run.positions_m[-1, 1] - run.positions_m[0, 1]) < 2e-3


@pytest.mark.parametrize("friction", [0.0, 0.2, 0.5, 0.8])
def test_a_box_on_a_steeper_slope_slides_at_g_sin_minus_mu_cos(friction: float, library: HullLibrary):
    angle = atan(friction) + 0.15
    run = simulate(slope(angle, friction), library)
    expected = G * (sin(angle) - friction * cos(angle))
    assert np.linalg.norm(run.linear_velocities_mps[-1, 1]) == pytest.approx(expected, rel=0.03)


def test_friction_of_two_surfaces_combines_by_geometric_mean(library: HullLibrary):
    sled = box((0.4, 0.4, 0.1), at=(0, 0, 0.05), friction=0.2, linear_velocity_mps=(2.0, 0, 0))
    run = simulate(make_scene([floor(friction=0.8), sled], capture=capture(0.3, 10)), library)
    assert run.linear_velocities_mps[-1, 1, 0] == pytest.approx(2.0 - 0.4 * G * 0.3, rel=0.03)


@pytest.mark.parametrize("restitution", [0.3, 0.6, 0.9])
def test_a_ball_bounces_to_e_squared_of_its_height(restitution: float, library: HullLibrary):
    ball = sphere(0.05, at=(0, 0, 1.05), restitution=restitution)
    scene = make_scene([floor(restitution=restitution), ball], capture=capture(1.2, 120))
    z = simulate(scene, library).positions_m[:, 1, 2] - 0.05
    landing = int(np.argmax(z < 0.02))
    assert z[landing + 2 :].max() == pytest.approx(
        restitution**2, rel=0.1
    )  # a contact forms up to 0.25 mm early


def test_a_stack_of_three_boxes_rests_where_it_was_put(library: HullLibrary):
    stack = [box(at=(0, 0, 0.05 + 0.1 * i)) for i in range(3)]
    run = rest([floor(), *stack], library)
    assert run.settled
    assert run.settle_time_s < 0.5
    assert run.positions_m[0, 1:] == pytest.approx(np.array([b.pose.position_m for b in stack]), abs=5e-4)


def test_contacts_of_a_stack_carry_the_weight_above(library: HullLibrary):
    run = rest([floor(), *(box(at=(0, 0, 0.05 + 0.1 * i)) for i in range(3))], library)
    assert [(c.instance_id_a, c.instance_id_b) for c in run.contacts] == [(1, 2), (2, 3), (3, 4)]
    assert [c.normal_force_n for c in run.contacts] == pytest.approx([3 * G, 2 * G, G], rel=0.05)
    assert all(
        c.normal == pytest.approx((0, 0, -1), abs=1e-3) for c in run.contacts
    )  # from b, above, towards a
    assert [c.point_m[2] for c in run.contacts] == pytest.approx([0.0, 0.1, 0.2], abs=1e-3)
    assert all(abs(c.distance_m) < 5e-4 for c in run.contacts)


def test_the_normal_between_two_balls_points_from_the_centre_of_b_to_that_of_a(library: HullLibrary):
    heap = [sphere(0.05, at=(0.02 * (i % 3), 0.03 * (i % 2), 0.9 - 0.1 * i)) for i in range(8)]
    run = simulate(make_scene([*heap, floor()], capture=capture(0.6, 20)), library)
    between_balls = [contact for contact in run.contacts if contact.instance_id_b <= 8]
    assert len(between_balls) > 5
    for contact in between_balls:
        a, b = (
            run.positions_m[contact.frame_index, i - 1]
            for i in (contact.instance_id_a, contact.instance_id_b)
        )
        assert contact.instance_id_a < contact.instance_id_b
        assert contact.normal == pytest.approx((a - b) / np.linalg.norm(a - b), abs=0.1)


def test_a_resting_body_touches_from_the_first_frame(library: HullLibrary):
    scene = make_scene([floor(), box(at=(0, 0, 0.0499))], capture=Capture("start", 1))
    (contact,) = simulate(scene, library).contacts
    assert (contact.instance_id_a, contact.instance_id_b, contact.frame_index) == (1, 2, 0)


def test_bodies_that_are_near_do_not_touch(library: HullLibrary):
    scene = make_scene([floor(), box(at=(0, 0, 0.052))], capture=Capture("start", 1))
    assert simulate(scene, library).contacts == ()


@pytest.mark.parametrize("scale", [1.0, 2.0])
@pytest.mark.parametrize(
    ("name", "hulls"),
    [
        ("box", [UNIT_CUBE]),
        ("prism", [prism(24)]),
        ("heptagon", [prism(7)]),
        ("two parts", [UNIT_CUBE * [1, 1, 0.2] - [0, 0, 0.4], moved(prism(12, 0.2, 0.9), (0, 0, 0.05))]),
        ("twenty boxes", [UNIT_CUBE * [1, 1, 0.05] + [0, 0, -0.475 + 0.05 * i] for i in range(20)]),
    ],
)
def test_every_kind_of_hull_stands_at_half_its_height(
    name: str, hulls: list[np.ndarray], scale: float, library: HullLibrary
):
    asset = library.add(name, [hull * 0.1 for hull in hulls])
    body = body_of(asset, (0.1, 0.1, 0.1), (0, 0, 0.051 * scale), scale=scale)
    run = rest([floor(), body], library)
    assert run.settled
    assert run.positions_m[0, 1, 2] == pytest.approx(0.05 * scale, abs=2e-4)
    assert abs(run.quaternions_wxyz[0, 1, 0]) > 0.999
    (contact,) = run.contacts  # Bullet names the bodies of some pairs in the other order
    assert (contact.instance_id_a, contact.instance_id_b) == (1, 2)
    assert contact.normal == pytest.approx((0, 0, -1), abs=1e-2)
    assert contact.point_m[2] == pytest.approx(0, abs=5e-4)


def test_an_unusable_collision_shape_names_object_and_asset(library: HullLibrary):
    body = body_of(library.add("nothing", []), (0.1, 0.1, 0.1), (0, 0, 0), name="ghost")
    with pytest.raises(
        AssetError, match=r"'ghost': the collision shape of asset 'test/nothing' \(0 parts, scale 1\)"
    ):
        simulate(make_scene([body]), library)


# -- small and fast --------------------------------------------------------------------------------------------------


def test_a_small_fast_body_does_not_pass_a_thin_plate(library: HullLibrary):
    bolt = box((0.01, 0.01, 0.03), at=(0, 0, 1), mass_kg=0.02, linear_velocity_mps=(0, 0, -20.0))
    plate = static_box((1, 1, 0.02), at=(0, 0, -0.01))
    run = simulate(make_scene([plate, bolt], capture=capture(0.5, 20)), library)
    assert run.positions_m[:, 1, 2].min() > -0.005


def test_a_handful_of_bolts_comes_to_rest_in_a_pile(library: HullLibrary):
    asset = library.add(
        "bolt", [prism(6, 0.01, 0.006) - [0, 0, 0.012], moved(prism(8, 0.005, 0.024), (0, 0, 0.003))]
    )
    bolts = [
        body_of(
            asset,
            (0.02, 0.02, 0.03),
            (0.012 * (i % 3), 0.012 * (i // 3 % 3), 0.05 + 0.03 * (i // 9)),
            mass_kg=0.02,
            quaternion_wxyz=quaternion_about_axis((0, 1, 0), 0.4 * i),
        )
        for i in range(18)
    ]
    run = rest([floor(), *bolts], library)
    assert run.settled
    assert run.positions_m[0, 1:, 2].min() > 0.003
    assert min(contact.distance_m for contact in run.contacts) > -1e-3


# -- settling --------------------------------------------------------------------------------------------------------


def pile_of(library: HullLibrary) -> Scene:
    egg = library.add("egg", [ellipsoid((0.04, 0.03, 0.05))])
    mug = library.add("mug", [UNIT_CUBE * [0.1, 0.1, 0.01] - [0, 0, 0.045], prism(12, 0.02, 0.1)])
    kinds = [
        lambda at: box((0.06, 0.08, 0.1), at=at, mass_kg=0.3),
        lambda at: sphere(0.04, at=at, mass_kg=0.2),
        lambda at: cylinder(0.04, 0.1, at=at, mass_kg=0.4),
        lambda at: body_of(egg, (0.08, 0.06, 0.1), at, mass_kg=0.2),
        lambda at: body_of(mug, (0.1, 0.1, 0.1), at, mass_kg=0.3),
    ]
    bodies = [kinds[i % 5]((0.05 * (i % 3), 0.07 * (i % 2), 0.1 + 0.12 * i)) for i in range(10)]
    return make_scene([floor(), *bodies])


def energy(state: Trajectory, masses: np.ndarray) -> np.ndarray:
    """Mechanical energy (f,) of balls of radius 0.05 (inertia 2/5 m r²)."""
    kinetic = 0.5 * np.sum(state.linear_velocities_mps**2, axis=-1)
    turning = 0.5 * 0.4 * 0.05**2 * np.sum(state.angular_velocities_radps**2, axis=-1)
    return np.sum((kinetic + turning + G * state.positions_m[..., 2])[:, 1:] * masses, axis=1)


def test_a_pile_comes_to_rest_and_says_when(library: HullLibrary):
    run = simulate(pile_of(library), library)
    assert run.settled
    assert 0.3 < run.settle_time_s < 4.0
    assert run.times_s[0] == run.settle_time_s
    assert np.linalg.norm(run.linear_velocities_mps, axis=-1).max() < 0.03
    assert min(contact.distance_m for contact in run.contacts) > -2e-3


def test_energy_never_increases_while_balls_settle(library: HullLibrary):
    balls = [
        sphere(0.05, at=(0.03 * (i % 2), 0.02 * (i % 3), 0.06 + 0.11 * i), restitution=0.5) for i in range(8)
    ]
    scene = make_scene([floor(restitution=0.5), *balls], capture=capture(2.0, 240), **FARAWAY)
    joules = energy(simulate(scene, library), np.ones(8))
    assert np.diff(joules).max() < 1e-4 * joules[0]
    assert joules[-1] < 0.6 * joules[0]


def test_a_scene_that_does_not_rest_in_time_says_so(library: HullLibrary):
    run = rest([floor(), sphere(at=(0, 0, 3))], library, settle_limit_s=0.25)
    assert (run.settled, run.settle_time_s, run.times_s[0]) == (False, 0.25, 0.25)


def test_without_a_limit_nothing_settles(library: HullLibrary):
    run = rest([floor(), sphere(at=(0, 0, 3))], library, settle_limit_s=0.0)
    assert (run.settled, run.settle_time_s, run.times_s[0]) == (False, 0.0, 0.0)
    assert run.positions_m[0, 1].tolist() == [0, 0, 3]


def test_frames_at_rate_zero_share_one_instant(library: HullLibrary):
    scene = make_scene([floor(), box(at=(0, 0, 0.1))], capture=Capture("settled", 3))
    run = simulate(scene, library)
    assert len(set(run.times_s.tolist())) == 1
    assert (run.positions_m == run.positions_m[0]).all()
    assert {contact.frame_index for contact in run.contacts} == {0, 1, 2}


def test_frames_after_settling_go_on_from_there(library: HullLibrary):
    scene = make_scene([floor(), box(at=(0, 0, 0.1))], capture=Capture("settled", 3, frame_rate_hz=10))
    run = simulate(scene, library)
    assert run.times_s == pytest.approx(run.settle_time_s + np.array([0.0, 0.1, 0.2]))


def test_a_sleeping_body_wakes_when_it_is_hit(library: HullLibrary):
    target = box((0.1, 0.1, 0.1), at=(0, 0, 0.05), friction=0.1)
    bullet = sphere(0.05, at=(-3.0, 0, 0.06), linear_velocity_mps=(3.0, 0, 0.3), mass_kg=5.0, friction=0.1)
    run = simulate(make_scene([floor(friction=0.1), target, bullet], capture=capture(2.0, 10)), library)
    assert np.abs(run.positions_m[:8, 1, 0]).max() < 1e-3
    assert run.positions_m[-1, 1, 0] > 0.2


# -- isolation -------------------------------------------------------------------------------------------------------


def test_a_scene_without_bodies_or_with_static_ones_only_is_at_rest(library: HullLibrary):
    empty, still = simulate(make_scene([]), library), simulate(make_scene([floor()]), library)
    assert (empty.settled, empty.positions_m.shape, empty.quaternions_wxyz.shape) == (
        True,
        (1, 0, 3),
        (1, 0, 4),
    )
    assert (still.settled, still.settle_time_s, still.contacts) == (True, 0.0, ())


def test_static_bodies_keep_their_exact_pose(library: HullLibrary):
    tilt = quaternion_about_axis((0.6, 0, 0.8), 1 / 3)
    wall = static_box((1, 1, 1), at=(0.1, 0.2, 1 / 3), quaternion_wxyz=tilt)
    run = simulate(make_scene([wall]), library)
    assert tuple(run.positions_m[0, 0]) == wall.pose.position_m
    assert tuple(run.quaternions_wxyz[0, 0]) == tilt


@pytest.mark.parametrize("free_bytes", [1 << 30, 1 << 10])
def test_mesh_files_lie_in_memory_where_there_is_room(
    free_bytes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bullet_shapes, "_IN_MEMORY", tmp_path)
    monkeypatch.setattr(bullet_shapes, "disk_usage", lambda _: SimpleNamespace(free=free_bytes))
    with bullet_shapes.mesh_folder() as folder:
        assert (Path(folder).parent == tmp_path) == (free_bytes == 1 << 30)
        assert Path(folder).is_dir()
    assert not Path(folder).exists()
