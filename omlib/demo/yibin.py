"""The story of a cloud that grew by hand: built as legacy, adopted without a touch, drifted, found.

Every figure that is told was summed from what was built, read, or done; none is written here.
"""

import os
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

from omlib.demo.legacy import BuildError, build_legacy, last_changes
from omlib.demo.plants import Judgement, judge
from omlib.demo.story import Stopwatch, Teller
from omlib.demo.yibin_plants import drift_of
from omlib.inventory.writeback import set_value
from omlib.jobs.adopt import adopt_estate
from omlib.jobs.adopt_rows import Wish
from omlib.jobs.adopt_scope import subjects
from omlib.jobs.cloud import open_desk
from omlib.jobs.observe import observe
from omlib.jobs.reconcile import Reconciled, reconcile_estate
from omlib.jobs.selection import Selection
from omlib.jobs.wiring import stacks_to_adopt_into
from omlib.jobs.workspace import Workspace, open_workspace
from omlib.lab import lifecycle
from omlib.lab.breaks import make_break
from omlib.lab.files import variables
from omlib.lab.layout import LabLayout
from omlib.lab.progress import Progress as LabProgress
from omlib.lab.spec import LabSpec
from omlib.model.observation import Observation
from omlib.ports import Clock, Progress
from omlib.reconcile.evidence import SURE_SCORE
from omlib.report.adoption import Adopted, Fate
from omlib.testing.yibin import DEPARTMENTS, Machine, Totals, legacy
from omlib.testing.yibin_books import (
    IMAGE,
    NETWORK,
    RULES,
    Books,
    books_of,
    group_of,
    write_books,
)


@dataclass(slots=True)
class Adoption:
    """*pending* counts what a preview would still change after the import."""

    proposed: Adopted
    done: Adopted
    pending: int


@dataclass(slots=True)
class ToldYibin:
    root: Path
    adoption: Adoption
    after: Reconciled
    judged: Judgement
    touched: int  # how many things in the cloud the adoption changed
    took_s: dict[str, float] = field(default_factory=dict)

    @property
    def exact(self) -> bool:
        return self.judged.exact and not self.adoption.pending and not self.touched


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    layout: LabLayout
    root: Path
    machines: tuple[Machine, ...]
    books: Books
    teller: Teller
    progress: Progress
    clock: Clock


def tell_yibin(
    layout: LabLayout,
    *,
    teller: Teller,
    progress: Progress,
    lab_progress: LabProgress,
    clock: Clock,
) -> ToldYibin:
    """The lab is built anew; the books lie in its folder, and go with it."""
    watch = Stopwatch()
    machines = legacy(layout.records_network)
    stage = _Stage(
        layout=layout,
        root=layout.state / "yibin" / "inventory",
        machines=machines,
        books=books_of(machines),
        teller=teller,
        progress=progress,
        clock=clock,
    )
    os.environ.update(variables(layout))
    teller.chapter("yibin.lab")
    with watch.time("lab"):
        lifecycle.down(layout)
        lifecycle.up(layout, LabSpec(cloud=True), lab_progress)
    teller.chapter("yibin.grow")
    with watch.time("build"):
        _grow(stage)
    work = _write(stage)
    _tell_totals(stage, _look(stage, work))
    _tell_books(stage, work)
    before = last_changes(layout)
    with watch.time("adopt"):
        adoption = _adopt(stage)
    touched = len(before.items() ^ last_changes(layout).items())
    teller.chapter(
        "yibin.adopted",
        imports=len(adoption.done.imports),
        files=len(adoption.done.files),
        pending=adoption.pending,
        things=len(before),
        touched=touched,
    )
    teller.chapter("yibin.plant")
    plants = drift_of(machines)
    with watch.time("plant"):
        for plant in plants:
            told = make_break(layout, plant.breaks, plant.lab_target, **plant.settings)
            teller.planted(plant, told)
    teller.chapter("demo.look_again")
    work = open_workspace(stage.root)
    with watch.time("find"), work.store() as store:
        after = reconcile_estate(work, store, clock=clock, progress=progress, selection=Selection())
    return ToldYibin(
        root=stage.root,
        adoption=adoption,
        after=after,
        judged=judge(plants, work.items, after.told.findings),
        touched=touched,
        took_s=watch.took_s,
    )


def _grow(stage: _Stage) -> None:
    began, total = time.monotonic(), len(DEPARTMENTS) + len(stage.machines)
    stage.progress.start("build.legacy", total)
    build_legacy(
        stage.layout,
        stage.machines,
        {department: (group_of(department), RULES) for department, _ in DEPARTMENTS},
        network=NETWORK,
        image=IMAGE,
        advance=lambda name: stage.progress.advance("build.legacy", name),
    )
    stage.progress.done("build.legacy", time.monotonic() - began, str(total))


def _write(stage: _Stage) -> Workspace:
    shutil.rmtree(stage.root, ignore_errors=True)
    write_books(stage.root, stage.machines, stage.books, stage.layout.records_network)
    return open_workspace(stage.root)


def _look(stage: _Stage, work: Workspace) -> Observation:
    seen = observe(work.planes, caps=work.caps, clock=stage.clock, progress=stage.progress)
    gaps = [str(scope) for scope, sight in seen.observation.sights.items() if not sight.complete]
    if gaps:
        raise BuildError(what="the look at the cloud", why=f"incomplete: {gaps[0]}")
    return seen.observation


def _tell_totals(stage: _Stage, seen: Observation) -> None:
    """As the cloud itself lists it; departments and services are those of the servers built."""
    made = Totals.of(stage.machines)
    servers = [one for one in seen.actual if one.ref.kind == "server"]
    volumes = [one for one in seen.actual if one.ref.kind == "volume"]
    stage.teller.chapter(
        "yibin.totals",
        departments=made.departments,
        services=made.services,
        servers=len(servers),
        vcpu=sum(int(str(one.attributes["vcpu"])) for one in servers),
        ram_gb=sum(int(str(one.attributes["ram_mib"])) for one in servers) // 1024,
        volumes=len(volumes),
        storage_tb=sum(int(str(one.attributes["size_gib"])) for one in volumes) / 1000,
        marked=sum(any(key.space == "mark" for key in one.keys) for one in servers),
    )


def _tell_books(stage: _Stage, work: Workspace) -> None:
    listed = work.estate.vms
    stage.teller.chapter(
        "yibin.books",
        listed=len(listed),
        servers=len(stage.machines),
        bound=sum(bool(vm.bound_id) for vm in listed.values()),
        missing=len(stage.machines) - len(listed),
        wrong=len(stage.books.wrong),
        alike=len(stage.books.alike),
    )


def _adopt(stage: _Stage) -> Adoption:
    """As proposed; then a person says which twin is which, and that the live sizes are right."""
    proposed = _adopt_run(stage, accept=False, dry_run=True)
    fates = {fate: sum(row.fate is fate for row in proposed.rows) for fate in Fate}
    stage.teller.chapter(
        "yibin.proposed",
        adopt=fates[Fate.ADOPT],
        differs=fates[Fate.DIFFERS],
        ambiguous=fates[Fate.AMBIGUOUS],
        new=sum(bool(row.id) for row in proposed.newcomers),
    )
    for machine in stage.machines:
        if machine.id in stage.books.alike:
            _write_address(stage.root, machine)
    stage.teller.chapter("yibin.person", alike=len(stage.books.alike), differs=fates[Fate.DIFFERS])
    done = _adopt_run(stage, accept=True, dry_run=False)
    desk = open_desk(stage.root, stage.progress).desk
    results = desk.preview([info.name for info in desk.infos()]).results
    for result in results:
        if result.fault:
            why = "; ".join(value for _, value in result.facts)
            raise BuildError(what=result.stack, why=f"{result.fault}: {why}")
    pending = sum(step.changes for result in results for step in result.steps)
    return Adoption(proposed=proposed, done=done, pending=pending)


def _adopt_run(stage: _Stage, *, accept: bool, dry_run: bool) -> Adopted:
    work = open_workspace(stage.root)
    wish = Wish(
        subjects=subjects(work.estate, work.items, ()),
        new=True,
        accept_live=accept,
        min_score=SURE_SCORE,
    )
    with work.store() as store:
        return adopt_estate(
            work,
            store,
            stacks_to_adopt_into(stage.root, stage.progress),
            wish,
            clock=stage.clock,
            progress=stage.progress,
            dry_run=dry_run,
            confirm=lambda _: True,
        )


def _write_address(root: Path, machine: Machine) -> None:
    """What a person writes into the books once they have looked which one it is."""
    file = f"vms/{machine.department}.yml"
    listed = [vm for vm in open_workspace(root).estate.vms.values() if vm.source.file == file]
    listed.sort(key=lambda vm: vm.source.line)
    index = [vm.id for vm in listed].index(machine.id)
    interfaces = [{"network": NETWORK, "address": str(machine.address)}]
    set_value(root / file, ["vms", index, "interfaces"], interfaces)
