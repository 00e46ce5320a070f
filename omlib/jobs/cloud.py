"""The stacks of the declared cloud: list them, look at them, change them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from omlib.errors import OmlibError, UsageError
from omlib.inventory.load import find_root
from omlib.jobs.recorded_run import recorded_run
from omlib.jobs.wiring import stack_desk
from omlib.jobs.workspace import default_records, read_estate
from omlib.model.estate import Estate
from omlib.model.ref import Plane, Ref, parse_ref
from omlib.model.stack import StackInfo, StackRun
from omlib.ports import Clock, Progress
from omlib.records.provenance import actor, revision
from omlib.records.run import RunState
from omlib.records.store import RecordStore
from omlib.report import exits
from omlib.report.stack_exits import stack_exit_code


class Desk(Protocol):
    """What can be done with stacks, by their names."""

    def infos(self) -> tuple[StackInfo, ...]: ...

    def preview(self, names: Collection[str]) -> StackRun: ...

    def up(
        self,
        names: Collection[str],
        *,
        allow_replace: Collection[Ref] = ...,
        allow_gone: int | None = ...,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """*root* is the inventory's directory."""

    root: Path
    estate: Estate
    desk: Desk

    def store(self, records: Path | None) -> RecordStore:
        return RecordStore(records or default_records(self.root))


def open_desk(inventory: Path | None, progress: Progress) -> Opened:
    root = find_root(inventory)
    estate = read_estate(root)
    return Opened(root=root, estate=estate, desk=stack_desk(estate, root, progress))


def chosen(opened: Opened, wanted: Stacks) -> tuple[StackInfo, ...]:
    """The stacks that *wanted* names, in their order; raises UsageError."""
    infos = opened.desk.infos()
    _check(opened.estate, infos, wanted)
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


def change(
    desk: Desk,
    names: Sequence[str],
    *,
    root: Path,
    store: RecordStore,
    clock: Clock,
    allow_replace: Collection[Ref],
    allow_gone: int | None,
) -> StackRun:
    """Change the stacks; on record from the first moment, with what came of it."""
    with recorded_run(
        store,
        verb="cloud up",
        scope=" ".join(names),
        clock=clock,
        actor=actor(),
        revision=revision(root),
    ) as run:
        done = desk.up(names, allow_replace=allow_replace, allow_gone=allow_gone)
    code = stack_exit_code(done)
    store.end_run(
        run,
        at=clock.now(),
        state=RunState.INTERRUPTED if done.interrupted else RunState.ENDED,
        exit_code=code,
        complete=not code & exits.INCOMPLETE and code not in (exits.FAILED, exits.INTERRUPTED),
        summary=_counts(done),
    )
    return done


def _counts(done: StackRun) -> dict[str, int]:
    """What was done, by operation; what failed apart."""
    steps = [step for each in done.results if each.changed for step in each.steps]
    told = ["failed" if step.error else step.op.value for step in steps if step.unknown is None]
    return {what: told.count(what) for what in dict.fromkeys(told)}


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
