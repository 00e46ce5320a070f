"""The declared estate: its problems, its records as lists, and one record with all its fields.

Which columns a list has is data; a column is a field of the record unless `_COMPUTED` says how it
comes about. Storage is summed here, never stored.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Protocol

from omlib.inventory.listing import Found
from omlib.inventory.problem import Problem
from omlib.model.item import Source
from omlib.model.ref import Ref
from omlib.report.document import (
    Block,
    Bullets,
    Column,
    Document,
    Entry,
    Facts,
    Heading,
    Line,
    Paragraph,
    Span,
    Table,
    Tone,
    line,
)
from omlib.report.inventory_words import problem_text
from omlib.report.values import plain_json, plain_text
from omlib.report.words import Lang, words

LISTS: Mapping[str, Sequence[str]] = {
    "departments": ("id", "name", "parent"),
    "sites": ("id", "name", "user", "jump"),
    "clouds": ("id", "name", "site", "region", "projects"),
    "systems": ("id", "name", "department", "zone", "mlps_level", "lifecycle", "decision"),
    "vms": ("id", "name", "systems", "project", "vcpu", "ram_mib", "disk_gib", "addresses"),
    "security_groups": ("id", "name", "cloud", "project", "rules"),
    "servers": ("id", "systems", "os", "site", "address"),
    "network": ("id", "platform", "template", "site", "address"),
    "roles": ("id", "name"),
    "rooms": ("id", "name", "department", "racks", "target", "by"),
    "circuits": ("id", "kind", "a_end", "z_end", "mbps", "target"),
    "contracts": ("id", "system", "supplier", "kind", "year", "amount"),
    "windows": ("id", "kind", "days", "start", "end"),
    "tombstones": ("id", "name", "department", "closed", "quarantine_until"),
    "waivers": ("ref", "path", "ticket", "owner", "until"),
}
_NUMBERS = frozenset({"mlps_level", "vcpu", "ram_mib", "disk_gib", "racks", "mbps", "amount"})
_COMPUTED: Mapping[tuple[str, str], Callable[[Any], object]] = {
    ("clouds", "projects"): lambda cloud: len(cloud.projects),
    ("systems", "lifecycle"): lambda system: system.lifecycle.status,
    ("systems", "decision"): lambda system: system.decision.outcome if system.decision else "",
    ("vms", "disk_gib"): lambda vm: sum(volume.size_gib for volume in vm.volumes),
    ("vms", "addresses"): lambda vm: tuple(interface.address for interface in vm.interfaces),
    ("security_groups", "rules"): lambda group: len(group.rules),
    ("servers", "site"): lambda server: server.access.site,
    ("servers", "address"): lambda server: server.access.address,
    ("network", "site"): lambda device: device.access.site,
    ("network", "address"): lambda device: device.access.address,
    ("contracts", "amount"): lambda contract: _yuan(contract.amount_cents),
    ("tombstones", "id"): lambda tombstone: tombstone.system,
}
_CONTENT_SHOWN = 60  # characters


class LoadedLike(Protocol):
    """The shape of `omlib.inventory.load.Loaded`."""

    @property
    def problems(self) -> Sequence[Problem]: ...


def validation_report(root: str, loaded: LoadedLike, lang: Lang) -> Document:
    """Every problem on a line of its own: `file:line: what; why; next step`."""
    problems = loaded.problems
    if problems:
        files = len({problem.file for problem in problems})
        told = words("problems.some", lang, n=len(problems), files=files)
    else:
        told = words("problems.none", lang)
    return Document(
        lang=lang,
        title=line(words("title.problems", lang, root=root)),
        blocks=(
            *(Entry(_problem(problem, lang)) for problem in problems),
            Paragraph(line(Span(told, Tone.BAD if problems else Tone.GOOD))),
        ),
    )


def validation_json(root: str, loaded: LoadedLike) -> dict[str, object]:
    return {
        "schema": "omlib.validate/1.0",
        "root": root,
        "valid": not loaded.problems,
        "problems": [
            {
                "file": problem.file,
                "line": problem.line,
                "column": problem.column,
                "code": problem.code.value,
                "facts": dict(sorted(problem.facts.items())),
                "text": {lang.value: problem_text(problem, lang) for lang in Lang},
            }
            for problem in loaded.problems
        ],
    }


def _problem(problem: Problem, lang: Lang) -> Line:
    place = f"{problem.file}:{problem.line}"
    return line(Span(place, Tone.NAME), problem_text(problem, lang).removeprefix(place))


def listing_report(collection: str, records: Sequence[object], lang: Lang) -> Document:
    """*records* of one collection of the estate; *collection* is one of `LISTS`."""
    names = LISTS[collection]
    columns = tuple(Column(words(f"field.{name}", lang), number=name in _NUMBERS) for name in names)
    rows = tuple(tuple(_cell(collection, name, record) for name in names) for record in records)
    total = words("list.total", lang, n=len(rows)) if rows else words("list.empty", lang)
    foot = Paragraph(line(Span(total, Tone.MUTED)))
    return Document(
        lang=lang,
        title=line(words(f"collection.{collection}", lang)),
        blocks=(Table(columns, rows), foot) if rows else (foot,),
    )


def listing_json(collection: str, records: Sequence[object]) -> dict[str, object]:
    return {
        "schema": "omlib.inventory_list/1.0",
        "collection": collection,
        "records": [plain_json(record) for record in records],
    }


def record_report(found: Sequence[Found], lang: Lang) -> Document:
    """Every record of one id: its fields by their names, and what names it."""
    return Document(
        lang=lang,
        title=line(found[0].id if found else ""),
        blocks=tuple(block for one in found for block in _record(one, lang)),
    )


def record_json(found: Sequence[Found]) -> dict[str, object]:
    return {
        "schema": "omlib.inventory_record/1.0",
        "records": [
            {
                "collection": one.collection,
                "id": one.id,
                "source": str(one.source),
                "record": plain_json(one.record),
                "used_by": [
                    {"collection": edge.source.collection, "id": edge.source.id}
                    | {"field": edge.field}
                    for edge in one.used_by
                ],
            }
            for one in found
        ],
    }


def _record(one: Found, lang: Lang) -> Iterator[Block]:
    yield Heading(line(words(f"collection.{one.collection}", lang)))
    yield Facts(tuple((name, line(text)) for name, text in _told(one.record)))
    if one.used_by:
        yield Heading(line(words("heading.referred_by", lang)))
        yield Bullets(
            tuple(
                line(
                    Span(f"{edge.source.collection}/{edge.source.id}", Tone.NAME), f" {edge.field}"
                )
                for edge in one.used_by
            )
        )


def _cell(collection: str, name: str, record: object) -> Line:
    computed = _COMPUTED.get((collection, name))
    text = plain_text(computed(record) if computed else getattr(record, name))
    return line(Span(text, Tone.NAME if name in ("id", "ref") else Tone.PLAIN))


def _told(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Every field that holds something, nested ones by their path: `access.address`.

    Lists count from 0, as the problems of `omlib validate` do. A key of a mapping is told even if
    nothing more is said of it: a declared listener.
    """
    if isinstance(value, (Ref, Source)):
        yield name, str(value)
    elif is_dataclass(value):
        for each in fields(value):
            path = f"{name}.{each.name}" if name else each.name
            yield from _told(getattr(value, each.name), path)
    elif isinstance(value, Mapping):
        for key in sorted(value, key=str):
            path = f"{name}.{key}" if name else str(key)
            yield from list(_told(value[key], path)) or [(path, "-")]
    elif isinstance(value, (tuple, list)) and any(_is_nested(part) for part in value):
        for at, part in enumerate(value):
            yield from _told(part, f"{name}[{at}]")
    elif isinstance(value, bytes):
        yield name, _content(value)
    elif text := plain_text(value):
        yield name, text


def _content(data: bytes) -> str:
    """The beginning of a file.

    >>> _content(b"a: 1"), len(_content(b"x" * 99))
    ('a: 1', 63)
    """
    text = data.decode("utf-8", "replace")
    return text if len(text) <= _CONTENT_SHOWN else text[:_CONTENT_SHOWN] + "..."


def _is_nested(value: object) -> bool:
    return is_dataclass(value) or isinstance(value, (Mapping, tuple, list))


def _yuan(cents: int) -> str:
    """
    >>> _yuan(123456789), _yuan(-5)
    ('1,234,567.89', '-0.05')
    """
    sign = "-" if cents < 0 else ""
    whole, part = divmod(abs(cents), 100)
    return f"{sign}{whole:,}.{part:02d}"
