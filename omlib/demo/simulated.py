"""The same story on the shipped fakes, in seconds and without any right: a simulation, labelled so.

It goes one chapter further: the findings become a plan, and the plan is carried out.
"""

import tempfile
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from omlib.apply.applied import Applied, Outcome
from omlib.demo.plants import Plant, judge
from omlib.demo.story import Stopwatch, Teller, Told
from omlib.jobs.change import carry_out, make_plan
from omlib.jobs.reconcile import reconcile_estate
from omlib.jobs.selection import Selection
from omlib.jobs.workspace import Workspace, open_workspace
from omlib.model.item import Scope
from omlib.model.ref import Plane
from omlib.model.status import DRIFT, Status
from omlib.ports import Clock, Progress
from omlib.report.reconciliation import Label
from omlib.testing.fakes import FakePlane
from omlib.testing.world import World, world_of

SIMULATION = (Label.SIMULATION,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """What carrying out the plan came to: *drift* items still differ, *unknown* were not seen."""

    applied: Applied
    done: int
    drift: int
    unknown: int


def tell_simulated(
    inventory: Path | None,
    plants: tuple[Plant, ...],
    *,
    teller: Teller,
    progress: Progress,
    clock: Clock,
) -> tuple[Told, Mended]:
    """Nothing is recorded beside the real runs: the simulation has records of its own."""
    watch = Stopwatch()
    real = open_workspace(inventory)
    world = world_of(real.items)
    planes = [_plane(name, world, real) for name in Plane]
    teller.chapter(
        "demo.estate",
        name=real.estate.name,
        departments=len(real.estate.departments),
        systems=len(real.estate.systems),
        items=len(real.items),
    )
    with tempfile.TemporaryDirectory(prefix="omlib-simulated-") as folder:
        work = replace(real, planes=planes, records=Path(folder) / "records.sqlite")
        teller.chapter("demo.as_built")
        with work.store() as store:
            look = partial(
                reconcile_estate,
                work,
                store,
                clock=clock,
                progress=progress,
                selection=Selection(),
                labels=SIMULATION,
            )
            always = tuple(plant for plant in plants if not plant.breaks)
            for plant in always:
                plant.simulate(world, work.items)
            with watch.time("reconcile"):
                before = look()
            teller.built(before, SIMULATION)
            teller.chapter("demo.plant")
            for plant in plants:
                if plant.breaks:
                    plant.simulate(world, work.items)
                teller.planted(plant, "")
            with watch.time("find"):
                after = look()
            with watch.time("apply"):
                planned = make_plan(
                    work,
                    store,
                    clock=clock,
                    progress=progress,
                    selection=Selection(),
                    allow_destroy=True,
                )
                applied = carry_out(
                    work, store, planned.plan, clock=clock, progress=progress, allow_destroy=True
                )
                last = look()
    told = Told(
        before=before,
        after=after,
        before_judged=judge(always, work.items, before.told.findings),
        judged=judge(plants, work.items, after.told.findings),
        took_s=watch.took_s,
    )
    return told, Mended(
        applied=applied,
        done=applied.count(Outcome.DONE),
        drift=sum(finding.status in DRIFT for finding in last.told.findings),
        unknown=last.told.counts[Status.UNKNOWN],
    )


def _plane(name: Plane, world: World, work: Workspace) -> FakePlane:
    """The fake of one plane; a cloud lists every project whole, whatever is declared in it."""
    scopes = [
        Scope(Plane.CLOUD, kind, f"{cloud.id}:{cloud.region}:{project.id}")
        for cloud in work.estate.clouds.values()
        for project in cloud.projects
        for kind in ("server", "volume", "security_group")
    ]
    return FakePlane(name, world, work.items, scopes=scopes)
