"""The stacks of the declared cloud: list them, look at them, change them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from omlib.errors import OmlibError, UsageError
from omlib.inventory.load import find_root
from omlib.jobs.wiring import stack_desk
from omlib.jobs.workspace import read_estate
from omlib.model.estate import Estate
from omlib.model.ref import Plane, Ref, parse_ref
from omlib.model.stack import StackInfo, StackRun
from omlib.ports import Progress


class Desk(Protocol):
    """What can be done with stacks, by their names."""

    def infos(self) -> tuple[StackInfo, ...]: ...

    def preview(self, names: Collection[str]) -> StackRun: ...

    def up(
        self,
        names: Collection[str],
        *,
        allow_replace: Collection[Ref] = ...,
        allow_gone: int = ...,
    ) -> StackRun: ...

    def drift(self, names: Collection[str]) -> StackRun: ...

    def recover(self, names: Collection[str]) -> StackRun: ...

    def env(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stacks:
    """Which stacks a command is about; empty means all."""

    names: tuple[str, ...] = ()
    clouds: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()


def open_desk(inventory: Path | None, progress: Progress) -> tuple[Estate, Desk]:
    root = find_root(inventory)
    estate = read_estate(root)
    return estate, stack_desk(estate, root, progress)


def chosen(estate: Estate, desk: Desk, wanted: Stacks) -> tuple[StackInfo, ...]:
    """The stacks that *wanted* names, in their order; raises UsageError."""
    infos = desk.infos()
    _check(estate, infos, wanted)
    return tuple(
        info
        for info in infos
        if (not wanted.names or info.name in wanted.names)
        and (not wanted.clouds or info.cloud in wanted.clouds)
        and (not wanted.projects or info.project in wanted.projects)
        and (not wanted.systems or info.systems & set(wanted.systems))
    )


def _check(estate: Estate, infos: Collection[StackInfo], wanted: Stacks) -> None:
    projects = {project.id for cloud in estate.clouds.values() for project in cloud.projects}
    for what, names, known in (
        ("stack", wanted.names, {info.name for info in infos}),
        ("cloud", wanted.clouds, set(estate.clouds)),
        ("project", wanted.projects, projects),
        ("system", wanted.systems, set(estate.systems)),
    ):
        for name in names:
            if name not in known:
                raise UsageError(what=f"no_such_{what}", name=name)


def replaceable(refs: Collection[str]) -> tuple[Ref, ...]:
    """Refs of resources that may be replaced; raises UsageError."""
    parsed = []
    for text in refs:
        try:
            ref = parse_ref(text)
        except OmlibError:
            raise UsageError(what="not_a_cloud_ref", name=text) from None
        if ref.plane is not Plane.CLOUD:
            raise UsageError(what="not_a_cloud_ref", name=text)
        parsed.append(ref)
    return tuple(parsed)
