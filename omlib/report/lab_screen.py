"""How a lab stands. The shapes are those of `omlib.lab.lifecycle`, which is above this layer."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from omlib.report.document import (
    Block,
    Column,
    Document,
    Heading,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from omlib.report.words import Lang, has, words


class HostLike(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def addresses(self) -> Sequence[str]: ...
    @property
    def state(self) -> str: ...


class LabLike(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def prefix(self) -> str: ...
    @property
    def hosts(self) -> Sequence[HostLike]: ...
    @property
    def services(self) -> Mapping[str, bool]: ...


def lab_status_report(lab: LabLike, lang: Lang) -> Document:
    return Document(
        lang=lang,
        title=line(words("title.lab", lang, id=lab.id)),
        blocks=tuple(_blocks(lab, lang)),
    )


def _blocks(lab: LabLike, lang: Lang) -> Iterator[Block]:
    yield Paragraph(line(Span(words("lab.prefix", lang, prefix=lab.prefix), Tone.MUTED)))
    if not lab.hosts and not any(lab.services.values()):
        yield Paragraph(line(words("lab.nothing", lang)))
        return
    if lab.hosts:
        yield Heading(line(words("heading.hosts", lang)))
        titles = ("host", "kind", "address", "state")
        rows = tuple(
            (
                line(Span(host.name, Tone.NAME)),
                line(host.kind),
                line(", ".join(host.addresses)),
                line(_state(host.state, lang)),
            )
            for host in lab.hosts
        )
        yield Table(tuple(Column(words(f"column.{title}", lang)) for title in titles), rows)
    if lab.services:
        yield Heading(line(words("heading.services", lang)))
        columns = (Column(words("column.service", lang)), Column(words("column.state", lang)))
        yield Table(
            columns,
            tuple(
                (line(name), line(_state("running" if runs else "stopped", lang)))
                for name, runs in lab.services.items()
            ),
        )


def _state(state: str, lang: Lang) -> Span:
    tone = Tone.GOOD if state == "running" else Tone.BAD
    return Span(words(f"lab.{state}", lang) if has(f"lab.{state}") else state, tone)
