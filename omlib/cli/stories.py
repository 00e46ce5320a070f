"""`omlib demo` and `omlib doctor`, and the version."""

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from omlib.cli.options import AsJson, Inventory, Language, language
from omlib.cli.show import show, show_json, show_line

if TYPE_CHECKING:
    from omlib.demo.plants import Plant
    from omlib.jobs.reconcile import Reconciled
    from omlib.report.reconciliation import Label
    from omlib.report.words import Lang


class Scenario(StrEnum):
    CITY = "city"
    YIBIN = "yibin"


def add_to(app: typer.Typer) -> None:
    app.command()(demo)
    app.command()(doctor)
    app.command()(version)


def version() -> int:
    """Print the version."""
    from omlib import VERSION

    typer.echo(f"omlib {VERSION}")
    return 0


def doctor(path: Inventory = None, lang: Language = "", as_json: AsJson = False) -> int:  # noqa: ARG001
    """Check every dependency, version and right, each with the next step.

    Exit code 0 when all is well, else 1. Nothing is changed.
    """
    from dataclasses import asdict

    from omlib.jobs.doctor import checks
    from omlib.model.check import Answer
    from omlib.report.doctor_screen import doctor_report

    told = list(checks(path))
    if as_json:
        show_json({"schema": "omlib.doctor/1.0", "checks": [asdict(check) for check in told]})
    else:
        show(doctor_report(told, language()))
    return 0 if all(check.answer is Answer.YES for check in told) else 1


def demo(
    simulated: Annotated[
        bool, typer.Option("--simulated", help="On the shipped fakes: seconds, no rights needed.")
    ] = False,
    lab_id: Annotated[
        int | None, typer.Option("--lab", envvar="OMLIB_LAB_ID", min=0, max=31, help="Which lab.")
    ] = None,
    scenario: Annotated[
        Scenario,
        typer.Option(
            "--scenario",
            help="city: the declared estate. yibin: a cloud of 75 "
            "servers that grew by hand is adopted.",
        ),
    ] = Scenario.CITY,
    path: Inventory = None,
    lang: Language = "",  # noqa: ARG001
) -> int:
    """Build the declared estate for real, plant deviations, and find every one of them.

    The lab is built anew each time and stays up afterwards, to try things on. Where no lab
    can be held (no root, no podman) the reason is told and the simulation runs instead.
    Exit code 0 when just what was planted was found, else 1.

    Examples:

      omlib demo

      omlib demo --simulated --lang zh

      omlib demo --scenario yibin
    """
    if scenario is Scenario.YIBIN:
        return _yibin(lab_id)
    if simulated:
        return _simulated(path)
    from omlib.lab.machine import unsupported

    if reason := unsupported():
        from omlib.report.words import words

        print(words("demo.no_lab", language(), reason=reason), file=sys.stderr)
        return _simulated(path)
    return _real(path, lab_id)


def _real(path: Path | None, lab_id: int | None) -> int:
    from omlib.cli.lab_progress import LabProgress
    from omlib.cli.labs import layout_of
    from omlib.cli.progress import StepProgress
    from omlib.demo import screen
    from omlib.demo.plants_list import PLANTS
    from omlib.demo.real import tell_for_real
    from omlib.jobs.world import SystemClock
    from omlib.report.reconcile_screen import reconcile_report
    from omlib.report.words import words

    lang, layout = language(), layout_of(lab_id)
    with StepProgress(lang, every_step=True) as progress:
        told = tell_for_real(
            path,
            layout,
            PLANTS,
            lang=lang,
            teller=_Teller(lang),
            progress=progress,
            lab_progress=LabProgress(lang),
            clock=SystemClock(),
        )
    typer.echo()
    show(reconcile_report(told.after.told, lang))
    for judged in (told.before_judged, told.judged):
        if judged is told.judged or not judged.exact:
            typer.echo()
            show(screen.judgement_report(judged, told.took_s, lang))
    if told.page:
        typer.echo()
        show_line(words("demo.page", lang, path=str(told.page)))
    typer.echo()
    show(screen.next_report(screen.NEXT_REAL, lang, system="hrss-pay", env=str(layout.run / "env")))
    return 0 if told.exact else 1


def _simulated(path: Path | None) -> int:
    from omlib.cli.progress import StepProgress
    from omlib.demo import screen
    from omlib.demo.plants_list import PLANTS
    from omlib.demo.simulated import SIMULATION, tell_simulated
    from omlib.jobs.world import SystemClock
    from omlib.report.reconcile_screen import reconcile_report

    lang = language()
    with StepProgress(lang) as progress:
        told, mended = tell_simulated(
            path, PLANTS, teller=_Teller(lang, SIMULATION), progress=progress, clock=SystemClock()
        )
    typer.echo()
    for document in (
        reconcile_report(told.after.told, lang),
        screen.judgement_report(told.judged, told.took_s, lang, labels=SIMULATION),
        screen.mended_report(mended, lang, labels=SIMULATION),
    ):
        show(document)
        typer.echo()
    show(screen.next_report(screen.NEXT_SIMULATED, lang, labels=SIMULATION))
    return 0 if told.exact else 1


def _yibin(lab_id: int | None) -> int:
    from omlib.cli.lab_progress import LabProgress
    from omlib.cli.labs import layout_of
    from omlib.cli.progress import StepProgress
    from omlib.demo import screen
    from omlib.demo.yibin import tell_yibin
    from omlib.jobs.world import SystemClock
    from omlib.lab.machine import require_machine
    from omlib.report.words import words

    require_machine()
    lang, layout = language(), layout_of(lab_id)
    with StepProgress(lang, every_step=True) as progress:
        told = tell_yibin(
            layout,
            teller=_Teller(lang),
            progress=progress,
            lab_progress=LabProgress(lang),
            clock=SystemClock(),
        )
    typer.echo()
    show(screen.judgement_report(told.judged, told.took_s, lang))
    typer.echo()
    show_line(words("yibin.root", lang, path=str(told.root)))
    typer.echo()
    env, root = str(layout.run / "env"), str(told.root)
    show(screen.next_report(screen.NEXT_YIBIN, lang, env=env, root=root))
    return 0 if told.exact else 1


class _Teller:
    """Prints the story line by line as it happens."""

    def __init__(self, lang: "Lang", labels: "Sequence[Label]" = ()) -> None:
        self._lang = lang
        self._labels = labels

    def chapter(self, code: str, **facts: object) -> None:
        from omlib.report.words import words

        labels = "".join(f"[{words(f'label.{label}', self._lang)}] " for label in self._labels)
        show_line(labels + words(code, self._lang, **facts))

    def built(self, before: "Reconciled", labels: "Sequence[Label]") -> None:  # noqa: ARG002
        from omlib.demo.screen import sound_line

        show_line(f"  {sound_line(before.told.findings, self._lang)}")

    def planted(self, plant: "Plant", told: str) -> None:
        from omlib.report.words import words

        what = words(f"demo.plant.{plant.code}", self._lang)
        how = told if plant.breaks else words("demo.from_start", self._lang)
        aside = words("text.aside", self._lang, told=how) if how else ""
        show_line(f"  {plant.target}: {what}{aside}")
