"""One resource of a stack, as data: what the program generated from the inventory is made of."""

from collections.abc import Mapping
from dataclasses import dataclass

from omlib.model.ref import Ref
from omlib.planes.cloud.provider.place import Place


@dataclass(frozen=True, slots=True)
class Link:
    """The live id of another resource of the same stack; unknown in a preview until it is made."""

    kind: str
    name: str


Input = str | int | bool | Link | tuple[str | Link, ...] | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class StackId:
    """One stack per cloud, region, project and declared shard ("" is the project's first)."""

    cloud: str
    region: str
    project: str
    shard: str = ""

    @property
    def place(self) -> Place:
        return Place(self.cloud, self.region, self.project)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """*kind* as in `omlib.planes.cloud.provider.kind`, *name* the last part of its URN.

    *ref* is the item it stands for or belongs to. *adopt* is the live id to import, "" for none;
    *bound* the one that the inventory says it has, so it must not be made anew. *after* is what has
    to be there before it, besides its links. *carried*: in the stack's state, and no longer
    declared; it is kept as it is.
    """

    kind: str
    name: str
    inputs: Mapping[str, Input]
    ref: Ref
    after: tuple[Link, ...] = ()
    bound: str = ""
    adopt: str = ""
    carried: bool = False

    @property
    def link(self) -> Link:
        return Link(self.kind, self.name)
