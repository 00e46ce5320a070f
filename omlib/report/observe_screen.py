"""What a look brought back, before anything is compared: targets, times, gaps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from omlib.model.finding import Coverage
from omlib.model.status import Status, UnknownReason
from omlib.report import exits
from omlib.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Heading,
    Span,
    Table,
    Tone,
    line,
    tone_of,
)
from omlib.report.reconciliation import Label, RunFacts
from omlib.report.run_blocks import coverage_blocks, run_blocks
from omlib.report.values import moment_json, took_text
from omlib.report.words import Lang, words


class LookLike(Protocol):
    """The shape of `omlib.jobs.observe.Look`: one target's part of a run."""

    @property
    def plane(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def took_s(self) -> float: ...
    @property
    def reason(self) -> UnknownReason | None: ...
    @property
    def detail(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One observation, ready to be shown. *estate* is its name; *items* how many were seen."""

    run: RunFacts
    estate: str
    items: int
    looks: Sequence[LookLike]
    coverage: Sequence[Coverage]

    @property
    def exit_code(self) -> int:
        if Label.INTERRUPTED in self.run.labels:
            return exits.INTERRUPTED
        return exits.exit_code((), self.coverage)


def observation_report(it: Look, lang: Lang) -> Document:
    return Document(
        lang=lang,
        title=line(words("title.observe", lang, estate=it.estate)),
        blocks=(
            *run_blocks(it.run, lang),
            *look_blocks(it.looks, lang),
            *coverage_blocks(it.coverage, lang),
            *_next(it, lang),
        ),
        labels=tuple(words(f"label.{label}", lang) for label in it.run.labels),
    )


def look_blocks(looks: Sequence[LookLike], lang: Lang) -> Iterator[Block]:
    """A table of targets: the ones that could not be seen whole first, then the slow ones."""
    if not looks:
        return
    yield Heading(line(words("heading.looks", lang)))
    titles = ("plane", "target", "state", "took", "detail")
    ordered = sorted(looks, key=lambda look: (look.reason is None, -look.took_s, look.target))
    yield Table(
        tuple(Column(words(f"column.{title}", lang)) for title in titles),
        tuple(
            (
                line(words(f"plane.{look.plane}", lang)),
                line(Span(look.target, Tone.NAME)),
                line(_state(look, lang)),
                line(took_text(look.took_s, lang)),
                line(look.detail),
            )
            for look in ordered
        ),
    )


def observation_json(it: Look) -> dict[str, object]:
    run = it.run
    return {
        "schema": "omlib.observe/1.0",
        "run": {"id": run.id, "estate": it.estate, "scope": run.scope}
        | {"started": moment_json(run.started), "took_ms": round(run.took_s * 1000)},
        "exit_code": it.exit_code,
        "items": it.items,
        "targets": [
            {
                "plane": str(look.plane),
                "target": look.target,
                "took_ms": round(look.took_s * 1000),
                "reason": look.reason.value if look.reason else None,
                "detail": look.detail,
            }
            for look in it.looks
        ],
    }


def _state(look: LookLike, lang: Lang) -> Span:
    if look.reason is None:
        return Span(words("looked.whole", lang), Tone.GOOD)
    return Span(words(f"reason.{look.reason}", lang), tone_of(Status.UNKNOWN))


def _next(it: Look, lang: Lang) -> Iterator[Block]:
    reasons = {reason for row in it.coverage for _, reason, _ in row.gaps}
    if reasons:
        yield Heading(line(words("heading.next", lang)))
        steps = (words(f"next.{reason}", lang) for reason in UnknownReason if reason in reasons)
        yield Bullets(tuple(line(step) for step in steps))
