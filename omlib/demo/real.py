"""The story for real: a lab, the declared estate built in it, deviations planted and found."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from omlib.demo.build import build_devices, build_hosts, lab_name, wait_for_ssh
from omlib.demo.cloud import (
    DENIED_PROJECT,
    build_by_hand,
    build_stacks,
    forget_stacks,
    make_projects,
)
from omlib.demo.plants import Plant, judge
from omlib.demo.spec import spec_of
from omlib.demo.story import Stopwatch, Teller, Told
from omlib.jobs.reconcile import Reconciled, reconcile_estate
from omlib.jobs.reports import in_place_of, report_of, write_report
from omlib.jobs.selection import Selection
from omlib.jobs.wiring import intended_text
from omlib.jobs.workspace import Workspace, open_workspace
from omlib.lab import lifecycle
from omlib.lab.breaks import make_break
from omlib.lab.files import variables
from omlib.lab.layout import LabLayout
from omlib.lab.lifecycle import exec_
from omlib.lab.progress import Progress as LabProgress
from omlib.ports import Clock, Progress
from omlib.report.formats import Format
from omlib.report.words import Lang


def tell_for_real(
    inventory: Path | None,
    layout: LabLayout,
    plants: tuple[Plant, ...],
    *,
    lang: Lang,
    teller: Teller,
    progress: Progress,
    lab_progress: LabProgress,
    clock: Clock,
    records: Path | None = None,
) -> Told:
    """Build the lab anew, so that the outcome depends on nothing that was there before."""
    watch = Stopwatch()
    os.environ.update(variables(layout))  # what the inventory's `env:` references mean here
    work = open_workspace(inventory, records)
    teller.chapter(
        "demo.estate",
        name=work.estate.name,
        departments=len(work.estate.departments),
        systems=len(work.estate.systems),
        items=len(work.items),
    )
    teller.chapter("demo.lab")
    spec = spec_of(work.estate, layout)  # before anything that stands is taken down
    with watch.time("lab"):
        forget_stacks(work.root)
        lifecycle.down(layout)
        lifecycle.up(layout, spec, lab_progress)
    with watch.time("build"):
        teller.chapter("demo.build")
        _build(work, layout, progress, teller)
    work = open_workspace(inventory, records)  # the stacks now say which live thing each is
    teller.chapter("demo.as_built")
    always = tuple(plant for plant in plants if not plant.breaks)
    with watch.time("reconcile"):
        before = _reconcile(work, clock, progress)
    teller.built(before, ())
    before_judged = judge(always, work.items, before.told.findings)
    teller.chapter("demo.plant")
    with watch.time("plant"):
        for plant in plants:
            told = ""
            if plant.breaks:
                target = plant.lab_target or plant.target
                told = make_break(layout, plant.breaks, target, **plant.settings)
            teller.planted(plant, told)
        _settle(work, layout, plants)
    teller.chapter("demo.look_again")
    with watch.time("find"):
        after = _reconcile(work, clock, progress)
    page = work.records.parent / "demo.html"
    with work.store() as store, in_place_of(page) as out:
        report = report_of(work, store, after.told.run.id, before.told.run.id, Format.HTML)
        write_report(report, Format.HTML, out, lang=lang)
    return Told(
        before=before,
        after=after,
        before_judged=before_judged,
        judged=judge(plants, work.items, after.told.findings),
        took_s=watch.took_s,
        page=page,
    )


def _build(work: Workspace, layout: LabLayout, progress: Progress, teller: Teller) -> None:
    make_projects(work.estate, layout)
    made = build_stacks(work.root, layout, progress)
    teller.chapter("demo.stacks", stacks=made.stacks, resources=made.resources, differ=made.differ)
    steps: tuple[tuple[str, int, Callable[[Callable[[str], None]], None]], ...] = (
        (
            "build.by_hand",
            sum(vm.project == DENIED_PROJECT for vm in work.estate.vms.values()),
            lambda advance: build_by_hand(work.estate, layout, advance),
        ),
        (
            "build.network",
            len(work.estate.devices),
            lambda advance: build_devices(
                tuple(work.estate.devices.values()), intended_text(work.root), layout, advance
            ),
        ),
        (
            "build.server",
            len(work.estate.servers),
            lambda advance: build_hosts(work.estate, layout, advance),
        ),
    )
    for step, total, work_on in steps:
        began = time.monotonic()
        progress.start(step, total)
        work_on(lambda name, step=step: progress.advance(step, name))  # type: ignore[misc]
        progress.done(step, time.monotonic() - began, str(total))


def _reconcile(work: Workspace, clock: Clock, progress: Progress) -> Reconciled:
    with work.store() as store:
        return reconcile_estate(work, store, clock=clock, progress=progress, selection=Selection())


def _settle(work: Workspace, layout: LabLayout, plants: tuple[Plant, ...]) -> None:
    """A resized VM was rebooted: wait until its services stand again, as a person would."""
    rebooted = {plant.target for plant in plants if plant.breaks == "vm-resized"}
    for server in work.estate.servers.values():
        if server.vm in rebooted:
            name = lab_name(work.estate, server, layout)
            wait_for_ssh([server.access.address])
            exec_(layout, name, ["systemctl", "is-system-running", "--wait"])
