"""The cast of a running scene: all that moves, and how it comes, goes and changes what moves it."""

from __future__ import annotations

from collections.abc import Callable

from simgen.geometry import Vec3
from simgen.records.behaviour import Behaviour
from simgen.simulation.attachments import Attachments
from simgen.simulation.bodies import STILL, Body
from simgen.simulation.crashes import Crashes
from simgen.simulation.drivers import Driver
from simgen.simulation.stage import Stage


class Cast:
    """Drivers, attachments and crashes of one scene."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._behaviours = {actor.name: actor.behaviour for actor in stage.scene.actors}
        _set_modes(stage)
        self._attachments = Attachments(stage)
        self._crashes = Crashes(stage, self._attachments)
        self._drivers: dict[int, Driver] = {}
        self._movable = [body for body in stage.bodies if body.mode != "static"]
        self._stride = stage.scene.physics.step_rate_hz // stage.scene.physics.behaviour_rate_hz
        for body in stage.bodies:
            if body.present:
                self._take_up(body, stage.scene.object(body.instance_id).linear_velocity_mps)

    # -- every step ----------------------------------------------------------------------------------------------

    def choose(self) -> None:
        """Let every behaviour choose, if it is time to."""
        step = self._stage.clock.step
        for driver in self._drivers.values():
            if driver.due <= step:
                driver.choose(self._stride)

    def step(self) -> None:
        """Go to the next instant: what crashes becomes dynamic, what is driven moves on, physics takes one step."""
        stage, clock = self._stage, self._stage.clock
        met = self._crashes.find(self._stride)
        for touch in met:
            stage.impacts.foresee(clock.step, touch)
        for body in self._crashes.stopped(met):
            self.make_dynamic(body)
        self.tell()
        stage.world.step()
        if stage.world.busy() or stage.impacts.open:
            stage.impacts.update(clock.step, stage.world.touches())
        clock.step += 1
        stage.bodies.moved()

    def tell(self) -> None:
        """Tell the engine where driven bodies are, if there is anything that they could push."""
        world = self._stage.world
        if world.busy():
            for body in self._movable:
                if body.mode in ("driven", "carried"):
                    world.drive(body.instance_id, self._stage.bodies.current(body).motion)

    # -- what happens to bodies ----------------------------------------------------------------------------------

    def do(self, name: str, behaviour: Behaviour) -> Callable[[], bool] | None:
        """Begin a behaviour; return what says whether it is over, or None for a body that is not there."""
        body = self._stage.bodies.named(name)
        if not body.present:
            return None
        if body.mode == "carried":
            self.release(body)
        driver = self._drivers.get(body.instance_id) or self._new_driver(body, STILL)
        serial = driver.start(behaviour)
        return lambda: driver.over(serial)

    def push(self, name: str, impulse_ns: Vec3, at_m: Vec3 | None) -> None:
        """Give a body an impulse; a driven one becomes dynamic first."""
        body = self._stage.bodies.named(name)
        if not body.present or body.mass_kg == 0.0:
            return
        if body.mode == "carried":
            body = self._attachments.root(body)
        if body.mode == "driven":
            self.make_dynamic(body)
        pushed = self._stage.bodies.named(name)
        if pushed.mode == "dynamic":
            self._stage.world.apply_impulse(pushed.instance_id, impulse_ns, at_m)
            self._changed()
            self._stage.fastest_mps = max(
                self._stage.fastest_mps, self._stage.bodies.current(pushed).speed_mps
            )

    def release(self, body: Body) -> None:
        """Undo what holds a body; it goes on by itself with the velocity it has."""
        if body.instance_id not in self._stage.parents:
            return
        self._attachments.free(body)
        if body.mode == "carried":
            if self._stage.scene.object(body.instance_id).motion == "kinematic" or body.mass_kg == 0.0:
                body.mode = "driven"
                self._take_up(body, body.velocity_mps)
            else:
                self._set_free(body)
        self._changed()

    def spawn(self, name: str, velocity_mps: Vec3 | None) -> None:
        """Bring a body into the world, where it was placed, or at what it is attached to."""
        stage, body = self._stage, self._stage.bodies.named(name)
        if body.present:
            return  # it is there already
        record = stage.scene.object(body.instance_id)
        body.velocity_mps = record.linear_velocity_mps if velocity_mps is None else velocity_mps
        body.mode = record.motion if record.motion != "kinematic" else "driven"
        parent = stage.parents.get(body.instance_id)
        if parent is not None:
            self._attachments.place(body)
            if stage.bodies.numbered(parent).mode != "dynamic":
                self._attachments.take(body)
        stage.world.spawn(body.instance_id, body.motion, driven=body.mode in ("driven", "carried"))
        if parent is not None and body.mode == "dynamic":
            stage.world.join(body.instance_id, parent)
        stage.fastest_mps = max(stage.fastest_mps, body.speed_mps)
        self._take_up(body, body.velocity_mps)
        self._changed()

    def remove(self, name: str) -> None:
        """Take a body out of the world; what was attached to it is free."""
        body = self._stage.bodies.named(name)
        if not body.present:
            return
        for child in self._attachments.children(body):
            self.release(child)
        self._attachments.free(body)
        driver = self._drivers.pop(body.instance_id, None)
        if driver is not None:
            driver.stop()
        self._stage.world.remove(body.instance_id)
        body.mode, body.velocity_mps, body.angular_radps, body.update = "absent", STILL, STILL, None
        self._changed()

    def make_dynamic(self, body: Body) -> None:
        """Leave a driven body, and all that it carries, to physics."""
        carried = self._attachments.carried_by(body)
        driver = self._drivers.get(body.instance_id)
        if driver is not None:
            driver.stop()
        self._set_free(body)
        for child in carried:
            self._set_free(child)
            self._stage.world.join(child.instance_id, self._stage.parents[child.instance_id])
        self._changed()

    def _set_free(self, body: Body) -> None:
        """Leave one driven or carried body to physics."""
        self._stage.world.drive(body.instance_id, body.motion)
        self._stage.world.make_dynamic(body.instance_id)
        body.mode, body.update = "dynamic", self._reader(body)

    def _reader(self, body: Body) -> Callable[[], None]:
        return lambda: body.assume(self._stage.world.motion(body.instance_id))

    # -- helpers -------------------------------------------------------------------------------------------------

    def _take_up(self, body: Body, velocity_mps: Vec3) -> None:
        """Give a body its driver and begin its behaviour, where it has one."""
        behaviour = self._behaviours.get(body.name)
        if body.mode == "dynamic":
            body.update = self._reader(body)
        if body.mode == "driven" or (behaviour is not None and body.mode == "dynamic"):
            driver = self._new_driver(body, velocity_mps)
            if body.mode == "driven":
                body.update = driver.carry_on
            if behaviour is not None:
                driver.start(behaviour)

    def _new_driver(self, body: Body, velocity_mps: Vec3) -> Driver:
        driver = Driver(self._stage, body, velocity_mps)
        self._drivers[body.instance_id] = driver
        self._drivers = dict(sorted(self._drivers.items()))
        return driver

    def _changed(self) -> None:
        self._stage.bodies.moved()
        self._crashes.forget()


def _set_modes(stage: Stage) -> None:
    """Say of each body what moves it at time 0; attachments follow."""
    for body in stage.bodies:
        record = stage.scene.object(body.instance_id)
        if not record.present:
            body.mode = "absent"
        else:
            body.mode = "driven" if record.motion == "kinematic" else record.motion
        if body.mode == "dynamic":
            body.velocity_mps, body.angular_radps = record.linear_velocity_mps, record.angular_velocity_radps
