"""What a stack's state holds and the inventory no longer declares: it is carried along. Pure.

A thing is never deleted because a line was taken out of a file. It is registered just as the state
has it, with every change ignored, so that the engine leaves it alone and whoever looks is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from omlib.planes.cloud.stacks.names import ref_of
from omlib.planes.cloud.stacks.resource import Input, Link, Resource


class InState(Protocol):
    """A resource of a stack's state. Pulumi's own (the stack, the provider) have kind ""."""

    @property
    def kind(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def inputs(self) -> Mapping[str, Any]: ...


def carried(state: Iterable[InState], declared: Sequence[Resource]) -> tuple[Resource, ...]:
    """What is in *state* and not *declared*, in the state's order."""
    known = {resource.link for resource in declared}
    return tuple(
        as_in_state(held) for held in state if held.kind and Link(held.kind, held.name) not in known
    )


def as_in_state(held: InState) -> Resource:
    """The resource as the state has it, to be kept so."""
    return Resource(
        kind=held.kind,
        name=held.name,
        inputs={name: _plain(value) for name, value in held.inputs.items()},
        ref=ref_of(held.kind, held.name),
        carried=True,
    )


def _plain(value: Any) -> Input:
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    if isinstance(value, Mapping):
        return {str(key): str(text) for key, text in value.items()}
    if isinstance(value, float) and value.is_integer():
        return int(value)  # Pulumi knows no whole numbers
    plain: Input = value
    return plain
