"""What all parts of the scenario model share: strict frozen models, named things, references to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Tag

from simgen.scenario.values import Vector3

T = TypeVar("T")


def _sorted(named: dict[str, T]) -> dict[str, T]:
    return dict(sorted(named.items()))


Named = Annotated[
    dict[str, T], AfterValidator(_sorted)
]  # order in the file never matters: it is sorted by name


class Model(BaseModel):
    """Base of all scenario models: frozen, strict about keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, validate_default=True)


class OneOf(Model):
    """A model of several forms, each a key of its own, of which exactly one is given (see `checks`).

    Attributes:
        besides: fields that are no forms and may stand beside any of them.
    """

    besides: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def forms(cls) -> tuple[str, ...]:
        """Return the keys of all forms, as files have them."""
        fields = cls.model_fields.items()
        return tuple(field.alias or name for name, field in fields if name not in cls.besides)

    @property
    def given(self) -> tuple[tuple[str, Any], ...]:
        """(key, value) of the forms that are given."""
        fields = type(self).model_fields.items()
        pairs = (
            (field.alias or name, getattr(self, name)) for name, field in fields if name not in self.besides
        )
        return tuple((key, value) for key, value in pairs if value is not None)

    @property
    def form(self) -> tuple[str, Any]:
        """(key, value) of the one form that is given."""
        (one,) = self.given
        return one


Thing = Literal["body", "bodies", "actor", "spot", "sensor", "lamp", "event", "path", "condition", "call"]


@dataclass(frozen=True)
class Refers:
    """Marks a text that is more than a text; `checks` looks it up, sampling resolves it.

    Attributes:
        to: `body`: one object or actor; `bodies`: a group too; `actor`: one actor; `spot`: a body or region;
            `sensor`, `lamp` (a sun, a lamp or `environment`), `event`, `path` (a lane or path) by name;
            `condition`: an expression over params; `call`: a Python object as `module:name`.
    """

    to: Thing


BodyName = Annotated[str, Refers("body")]
BodyNames = Annotated[str, Refers("bodies")]
ActorName = Annotated[str, Refers("actor")]
SensorName = Annotated[str, Refers("sensor")]
LampName = Annotated[str, Refers("lamp")]
EventName = Annotated[str, Refers("event")]
PathName = Annotated[str, Refers("path")]
Condition = Annotated[str, Refers("condition")]
CallName = Annotated[str, Refers("call")]


def _target_tag(raw: Any) -> str:
    return "<name>" if isinstance(raw, str) else "<point>"


Target = Annotated[  # the name of a region or object, or a point
    Annotated[str, Refers("spot"), Tag("<name>")] | Annotated[Vector3, Tag("<point>")],
    Discriminator(_target_tag),
]
