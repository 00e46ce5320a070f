"""The runs on record, as a list and one by one.

`RunLike` is the shape of `omlib.records.run.Run`; the report does not import the records store.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from omlib.report.document import Column, Document, Facts, Line, Paragraph, Table, line
from omlib.report.values import moment_json, moment_text, took_text
from omlib.report.words import Lang, has, words


class RevisionLike(Protocol):
    @property
    def commit(self) -> str: ...
    @property
    def clean(self) -> bool | None: ...


class RunLike(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def verb(self) -> str: ...
    @property
    def started(self) -> datetime: ...
    @property
    def ended(self) -> datetime | None: ...
    @property
    def state(self) -> str: ...
    @property
    def exit_code(self) -> int | None: ...
    @property
    def actor(self) -> str: ...
    @property
    def scope(self) -> str: ...
    @property
    def revision(self) -> RevisionLike: ...
    @property
    def tool(self) -> str: ...
    @property
    def complete(self) -> bool | None: ...
    @property
    def summary(self) -> Mapping[str, int]: ...
    @property
    def pruned(self) -> datetime | None: ...


def runs_report(runs: Sequence[RunLike], lang: Lang) -> Document:
    """A table, in the order given."""
    titles = ("run", "what", "state", "when", "took", "actor", "found")
    columns = (
        *(Column(words(f"column.{title}", lang)) for title in titles),
        Column(words("column.exit", lang), number=True),
    )
    rows = tuple(
        (
            line(run.id),
            line(_what(run)),
            line(words(f"run.state.{run.state}", lang)),
            line(moment_text(run.started)),
            _took(run, lang),
            line(run.actor),
            line(_counts(run, lang)),
            line("" if run.exit_code is None else str(run.exit_code)),
        )
        for run in runs
    )
    empty = Paragraph(line(words("runs.none", lang)))
    return Document(
        lang=lang,
        title=line(words("title.runs", lang)),
        blocks=(Table(columns, rows),) if rows else (empty,),
    )


def run_report(run: RunLike, lang: Lang) -> Document:
    return Document(
        lang=lang,
        title=line(words("title.run", lang, run=run.id)),
        blocks=(Facts(tuple(_facts(run, lang))),),
    )


def runs_json(runs: Sequence[RunLike]) -> dict[str, object]:
    return {"schema": "omlib.runs/1.0", "runs": [_plain(run) for run in runs]}


def run_json(run: RunLike) -> dict[str, object]:
    return {"schema": "omlib.run/1.0", **_plain(run)}


def _plain(run: RunLike) -> dict[str, object]:
    return {
        "id": run.id,
        "verb": run.verb,
        "scope": run.scope,
        "state": str(run.state),
        "started": moment_json(run.started),
        "ended": moment_json(run.ended) if run.ended else None,
        "exit_code": run.exit_code,
        "complete": run.complete,
        "actor": run.actor,
        "tool": run.tool,
        "revision": {"commit": run.revision.commit, "clean": run.revision.clean},
        "summary": dict(run.summary),
        "pruned": moment_json(run.pruned) if run.pruned else None,
    }


def _facts(run: RunLike, lang: Lang) -> Iterator[tuple[str, Line]]:
    yield words("column.what", lang), line(_what(run))
    yield words("column.state", lang), line(words(f"run.state.{run.state}", lang))
    yield words("column.when", lang), line(moment_text(run.started))
    if run.ended:
        yield words("column.took", lang), _took(run, lang)
    yield words("column.actor", lang), line(run.actor)
    yield words("column.revision", lang), line(*_revision(run.revision, lang))
    yield words("column.tool", lang), line(run.tool)
    if run.exit_code is not None:
        yield words("column.exit", lang), line(str(run.exit_code))
    if run.complete is not None:
        told = words("run.complete" if run.complete else "run.incomplete", lang)
        yield words("column.seen", lang), line(told)
    if run.summary:
        yield words("column.found", lang), line(_counts(run, lang))
    if run.pruned:
        told = words("run.pruned", lang, at=moment_text(run.pruned))
        yield words("column.pruned", lang), line(told)


def _revision(revision: RevisionLike, lang: Lang) -> tuple[str, ...]:
    if not revision.commit:
        return (words("run.no_revision", lang),)
    if revision.clean is None:
        return revision.commit, words("run.not_told", lang)
    return revision.commit, words("run.clean" if revision.clean else "run.changed", lang)


def _what(run: RunLike) -> str:
    return f"{run.verb} {run.scope}".rstrip()


def _took(run: RunLike, lang: Lang) -> Line:
    if run.ended is None:
        return ()
    return line(took_text((run.ended - run.started).total_seconds(), lang))


def _counts(run: RunLike, lang: Lang) -> str:
    named = (
        f"{count} {words(f'status.{name}', lang) if has(f'status.{name}') else name}"
        for name, count in run.summary.items()
        if count
    )
    return words("text.and", lang).join(named)
