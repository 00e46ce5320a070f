"""Systems and departments, each with its verdict and the counts beside it.

What is in sync, or has nothing to see on any plane, is named in one line instead of a row.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from omlib.model.estate import Estate
from omlib.model.finding import Verdict
from omlib.model.status import SEVERITY, WORST_FIRST, Status
from omlib.report.document import (
    Block,
    Column,
    Entry,
    Heading,
    Line,
    Span,
    Table,
    Tone,
    line,
    tone_of,
)
from omlib.report.finding_entries import listed
from omlib.report.reconciliation import Reconciliation
from omlib.report.run_blocks import verdict_line
from omlib.report.words import Lang, words


def system_blocks(it: Reconciliation, lang: Lang, *, everything: bool) -> Iterator[Block]:
    estate = it.estate

    def row(verdict: Verdict) -> tuple[Line, ...]:
        system = estate.systems.get(verdict.subject)
        department = estate.departments.get(system.department) if system else None
        return (
            line(Span(verdict.subject, Tone.NAME)),
            line(system.name if system else ""),
            line(department.name if department else ""),
            *_counted(verdict, lang),
        )

    titles = ("column.system", "column.name", "column.department")
    order = partial(sorted, key=lambda v: (-SEVERITY[v.status], v.subject))
    yield from _rolled("systems", titles, it.verdicts.systems, order, row, lang, everything)


def department_blocks(it: Reconciliation, lang: Lang, *, everything: bool) -> Iterator[Block]:
    tree = dict(department_tree(it.estate))

    def row(verdict: Verdict) -> tuple[Line, ...]:
        known = it.estate.departments.get(verdict.subject)
        name = ("  " * tree.get(verdict.subject, 0)) + (known.name if known else "")
        return line(Span(verdict.subject, Tone.NAME)), line(name), *_counted(verdict, lang)

    places = {one: at for at, one in enumerate(tree)}
    order = partial(sorted, key=lambda v: (places.get(v.subject, len(places)), v.subject))
    titles = ("column.department", "column.name")
    yield from _rolled("departments", titles, it.verdicts.departments, order, row, lang, everything)


def _rolled(
    what: str,
    titles: Sequence[str],
    verdicts: Mapping[str, Verdict],
    order: Callable[[Iterable[Verdict]], list[Verdict]],
    row: Callable[[Verdict], tuple[Line, ...]],
    lang: Lang,
    everything: bool,
) -> Iterator[Block]:
    """A table of what is not in sync; the others by name, so that each still has its verdict."""
    if not verdicts:
        return
    yield Heading(line(words(f"heading.{what}", lang)))
    ordered = order(verdicts.values())
    shown = [v for v in ordered if everything or (v.counts and v.status is not Status.IN_SYNC)]
    if shown:
        columns = [Column(words(title, lang)) for title in titles]
        columns += [
            Column(words("column.verdict", lang)),
            Column(words("column.not_in_sync", lang)),
            Column(words("column.count", lang), number=True),
        ]
        yield Table(tuple(columns), tuple(row(verdict) for verdict in shown))
    if everything:
        return
    for code, tone, held in (
        ("folded", Tone.IN_SYNC, [v for v in ordered if v.status is Status.IN_SYNC]),
        ("empty", Tone.MUTED, [v for v in ordered if not v.counts]),
    ):
        if held:
            told = words(f"{code}.{what}", lang, n=len(held))
            yield Entry(line(Span(told, tone), listed((v.subject for v in held), lang)))


def _counted(verdict: Verdict, lang: Lang) -> tuple[Line, ...]:
    counted = [(s, verdict.counts[s]) for s in WORST_FIRST if verdict.counts.get(s)]
    counted = [(status, count) for status, count in counted if status is not Status.IN_SYNC]
    pieces = []
    for at, (status, count) in enumerate(counted, start=1):
        then = words("text.and", lang) if at < len(counted) else ""
        text = f"{count} {words(f'status.{status}', lang)}{then}"
        pieces.append(Span(text, tone_of(status), solid=True))
    total = sum(verdict.counts.values())
    reason = None if counted else verdict.reason  # with items below, each says its own
    return verdict_line(verdict.status, reason, lang), tuple(pieces), line(str(total))


def department_tree(estate: Estate) -> Iterator[tuple[str, int]]:
    """Departments from the top down, each with its depth; a cycle would end where it closes."""
    below: dict[str, list[str]] = {}
    for one, department in sorted(estate.departments.items()):
        parent = department.parent if department.parent in estate.departments else ""
        below.setdefault(parent, []).append(one)

    def walk(parent: str, depth: int, above: frozenset[str]) -> Iterator[tuple[str, int]]:
        for one in below.get(parent, ()):
            if one not in above:
                yield one, depth
                yield from walk(one, depth + 1, above | {one})

    yield from walk("", 0, frozenset())
