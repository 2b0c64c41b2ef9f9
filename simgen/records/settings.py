"""Named values of one node of a tree of behaviours, triggers or actions: plain data that any kind can carry.

One shape for all kinds, so that a new kind needs no new record: its fields are declared once, where users write
them (`scenario.spec`), and arrive here concrete, in SI, with the unit in the name (`speed` becomes `speed_mps`).
"""

from __future__ import annotations

from simgen.geometry import Vec3, vec3

Value = bool | int | float | str | tuple[float, ...] | tuple[str, ...]
Settings = tuple[tuple[str, Value], ...]


class HasSettings:
    """Typed look-ups for a record that has `kind` and `settings`; each raises `KeyError` naming both."""

    __slots__ = ()
    kind: str
    settings: Settings

    def has(self, name: str) -> bool:
        """Return whether a value of that name was given."""
        return any(name == key for key, _ in self.settings)

    def value(self, name: str) -> Value:
        """Return a value."""
        for key, value in self.settings:
            if key == name:
                return value
        raise KeyError(f"'{self.kind}' has no '{name}'; it has: {', '.join(key for key, _ in self.settings)}")

    def number(self, name: str) -> float:
        """Return a number, SI."""
        value = self.value(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise KeyError(f"'{name}' of '{self.kind}' is no number: {value!r}")
        return float(value)

    def optional(self, name: str) -> float | None:
        """Return a number, or None where none was given."""
        return self.number(name) if self.has(name) else None

    def flag(self, name: str) -> bool:
        """Return a truth value."""
        value = self.value(name)
        if not isinstance(value, bool):
            raise KeyError(f"'{name}' of '{self.kind}' is neither true nor false: {value!r}")
        return value

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text, such as the name of an object; `default` where none was given."""
        if default is not None and not self.has(name):
            return default
        value = self.value(name)
        if not isinstance(value, str):
            raise KeyError(f"'{name}' of '{self.kind}' is no text: {value!r}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return texts, such as the names of all members of a group."""
        value = self.value(name)
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, tuple) or not all(isinstance(part, str) for part in value):
            raise KeyError(f"'{name}' of '{self.kind}' lists no texts: {value!r}")
        return tuple(str(part) for part in value)

    def vector(self, name: str) -> Vec3:
        """Return three numbers, SI."""
        value = self.value(name)
        if not isinstance(value, tuple) or len(value) != 3 or any(isinstance(part, str) for part in value):
            raise KeyError(f"'{name}' of '{self.kind}' is no vector: {value!r}")
        return vec3(map(float, value))
