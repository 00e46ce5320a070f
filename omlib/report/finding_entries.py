"""One finding as an entry: its ref, what differs or why it is not known, and whose it is.

Unknown items of one place with one reason are one entry: a host that is cut off is one thing to
look into, however many items are declared on it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from omlib.model.estate import Estate
from omlib.model.finding import PRESENCE, Difference, Finding
from omlib.model.history import Sighting
from omlib.model.kind import kind_of
from omlib.model.ref import Plane, Ref
from omlib.model.status import Status, UnknownReason
from omlib.report.document import Entry, Line, Span, Tone, line, tone_of
from omlib.report.neutral import cut
from omlib.report.values import line_changes, moment_text, two_sides, value_text
from omlib.report.words import Lang, has, words

NO_SIGHTINGS: Mapping[Ref, Sighting] = {}
FOLD_FROM = 3
_NAMED = 6  # so many of them are named
# of an undeclared thing: a value longer than this is cut to that, and of a list so many are told
_LONGEST, _KEPT, _MOST = 64, 44, 3
_BESIDE = 44  # characters of both sides together; longer ones stand one above the other


def kind_text(plane: Plane, kind: str, lang: Lang) -> str:
    code = f"kind.{plane}.{kind}"
    return words(code, lang) if has(code) else kind


def listed(texts: Iterable[str], lang: Lang) -> str:
    return words("text.and", lang).join(texts)


def joined(texts: Sequence[str], code: str, lang: Lang) -> Line:
    """*texts* in one muted line that breaks between them."""
    between, last = words(code, lang), len(texts) - 1
    return tuple(
        Span(text + (between if at < last else ""), Tone.MUTED, solid=True)
        for at, text in enumerate(texts)
    )


def entries(
    findings: Sequence[Finding],
    estate: Estate,
    lang: Lang,
    *,
    fold: bool,
    sightings: Mapping[Ref, Sighting] = NO_SIGHTINGS,
) -> Iterator[Entry]:
    """*findings* in their order; what is folded stands where its first item would."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        plainly_unknown = finding.status is Status.UNKNOWN and not (
            finding.live or finding.differences or finding.contested or finding.unseen
        )
        place = (finding.scope.plane, finding.scope.where, finding.reason, finding.detail)
        key = place if fold and plainly_unknown else (finding.ref, finding.live)
        groups.setdefault(key, []).append(finding)
    for group in groups.values():
        if len(group) >= FOLD_FROM:
            yield _folded(group, estate, lang)
        else:
            yield from (_entry(finding, estate, lang, sightings) for finding in group)


def folded_head(where: str, plane: Plane, count: int, lang: Lang) -> Line:
    return line(
        Span(where, Tone.NAME),
        words("text.aside", lang, told=words(f"plane.{plane}", lang)) + words("text.colon", lang),
        Span(words("finding.folded", lang, n=count), Tone.UNKNOWN),
    )


def folded_names(refs: Sequence[Ref], more: str, lang: Lang) -> Line:
    """The first few by kind and name; how many others there are is told by the words *more*."""
    names = [f"{ref.kind} {ref.part or ref.owner}" for ref in refs]
    if len(names) > _NAMED:  # a host's hundreds of packages would bury all else
        names[_NAMED:] = [words(more, lang, n=len(names) - _NAMED)]
    return joined(names, "text.and", lang)


def _folded(group: Sequence[Finding], estate: Estate, lang: Lang) -> Entry:
    first = group[0]
    systems = tuple(sorted({system for f in group for system in f.systems}))
    departments = {f.department for f in group}
    department = first.department if len(departments) == 1 else ""
    return Entry(
        folded_head(first.scope.where, first.scope.plane, len(group), lang),
        (
            *why_entries(first, lang),
            Entry(folded_names([f.ref for f in group], "finding.and_more", lang)),
            *_told(_owners(systems, department, estate, lang), lang),
        ),
    )


def _entry(
    finding: Finding, estate: Estate, lang: Lang, sightings: Mapping[Ref, Sighting]
) -> Entry:
    label = f'  "{finding.label}"' if finding.label and not finding.ref.declared else ""
    return Entry(
        line(Span(str(finding.ref), Tone.NAME), label),
        (
            *_plain_part(finding),
            *_what_it_is(finding, lang),
            *difference_entries(finding, lang),
            *why_entries(finding, lang),
            *_when(finding, lang, sightings),
            *_missing(finding, lang),
            *_unseen(finding, lang),
            *_relations(finding, lang),
            *_told(_whose(finding, estate, lang), lang),
        ),
    )


def _plain_part(finding: Finding) -> Iterator[Entry]:
    """The part as people write it, where the ref had to encode it: a path."""
    part = finding.ref.part
    if "/" in part:
        yield Entry(line(part))


def _what_it_is(finding: Finding, lang: Lang) -> Iterator[Entry]:
    """An undeclared thing of a host in words, and what it is like; the whole values in the JSON."""
    code = f"found.{finding.ref.kind}"
    if not finding.seen or not has(code):
        return
    told = []
    for path in kind_of(finding.ref).attributes:  # what matters most comes first there
        value = finding.seen.get(path)
        if path == "present" or value in (None, ()):
            continue
        parts = value if isinstance(value, tuple) else (value,)
        texts = [_briefly(value_text(one, lang), lang) for one in parts[:_MOST]]
        if len(parts) > _MOST:
            texts.append(words("finding.more", lang, n=len(parts) - _MOST))
        told += [f"{path} {texts[0]}", *texts[1:]]
    colon = words("text.colon", lang) if told else ""
    head = Span(words(code, lang) + colon)
    yield Entry((head, *joined(told, "text.semicolon", lang)))


def _briefly(text: str, lang: Lang) -> str:
    """So that it stands on one line of a narrow screen; a digest stays whole."""
    return text if len(text) <= _LONGEST else cut(text, _KEPT, words("cut", lang))


def difference_entries(finding: Finding, lang: Lang) -> Iterator[Entry]:
    for difference in finding.differences:
        after = _standing(difference, lang)
        if difference.path == PRESENCE:
            if after:
                yield Entry(line(*after[1:]))
            continue
        name = Span(difference.path, Tone.STRONG)
        colon = words("text.colon", lang)
        if isinstance(difference.declared, tuple) and isinstance(difference.actual, tuple):
            yield _lines(name, difference.declared, difference.actual, after, lang)
            continue
        declared, actual = two_sides(difference.declared, difference.actual, lang)
        if len(declared) + len(actual) > _BESIDE:
            sides = (("declared", declared, Tone.GOOD), ("actual", actual, tone_of(finding.status)))
            yield Entry(
                line(name, colon.rstrip(), *after),
                tuple(
                    Entry(
                        line(
                            Span(words(f"finding.{side}_line", lang), Tone.MUTED), Span(text, tone)
                        )
                    )
                    for side, text, tone in sides
                ),
            )
            continue
        # spans of their own: a side that is cut does not take the other with it
        yield Entry(
            line(
                name,
                colon + words("finding.declared", lang),
                Span(declared, Tone.GOOD),
                words("finding.actual", lang),
                Span(actual, tone_of(finding.status)),
                *after,
            )
        )


def _lines(
    name: Span, declared: tuple[object, ...], actual: tuple[object, ...], after: Line, lang: Lang
) -> Entry:
    changes, more = line_changes(declared, actual)
    if not changes:
        return Entry(line(name, words("text.colon", lang), words("finding.order", lang), *after))
    details = [
        Entry(
            line(
                Span(words(f"finding.{side}_only", lang), Tone.MUTED),
                words("text.colon", lang),
                Span(text, Tone.GOOD if side == "declared" else Tone.DIVERGED),
            )
        )
        for side, text in changes
    ]
    if more:
        details.append(Entry(line(Span(words("finding.more", lang, n=more), Tone.MUTED))))
    return Entry(line(name, words("text.colon", lang).rstrip(), *after), tuple(details))


def _standing(difference: Difference, lang: Lang) -> Line:
    """Whether it is waived, or why a waiver no longer holds."""
    if difference.waived_by:
        told = Span(words("finding.waived", lang, ticket=difference.waived_by), Tone.WAIVED)
    elif difference.resurfaced:
        told = Span(words(f"resurfaced.{difference.resurfaced}", lang), Tone.BAD)
    else:
        return ()
    return (Span(words("text.semicolon", lang)), told)


def why_entries(finding: Finding, lang: Lang) -> Iterator[Entry]:
    """Why it is not known, or what undeclared thing it is; and the words of the other side."""
    if finding.reason:
        reason, why = words(f"reason.{finding.reason}", lang), words(f"why.{finding.reason}", lang)
        yield Entry(
            line(
                Span(reason, Tone.UNKNOWN),
                words("text.colon", lang) + why,
            )
        )
    if finding.unmanaged:
        reason = words(f"class.{finding.unmanaged}", lang)
        why = _class_means(finding, lang)
        yield Entry(line(Span(reason, Tone.UNMANAGED), words("text.colon", lang) + why))
    if finding.detail:
        nobody = finding.reason is UnknownReason.NOT_CHECKED  # so nobody said anything
        said = "finding.detail.not_checked" if nobody else "finding.detail"
        yield Entry(line(words(said, lang, detail=finding.detail)))


def _when(finding: Finding, lang: Lang, sightings: Mapping[Ref, Sighting]) -> Iterator[Entry]:
    sighting = sightings.get(finding.ref) if finding.unmanaged else None
    if sighting:
        told = words("finding.first_seen", lang, at=moment_text(sighting.first))
        last = sighting.last
        if last and last > sighting.first:
            told += words("text.semicolon", lang)
            told += words("finding.last_seen", lang, at=moment_text(last))
        yield Entry(line(Span(told, Tone.MUTED)))


def _class_means(finding: Finding, lang: Lang) -> str:
    if not finding.stacks or finding.contested:
        return words(f"class_means.{finding.unmanaged}", lang)
    code = "in_a_stack" if len(finding.stacks) == 1 else "in_two_states"
    return words(f"class_means.{code}", lang, stacks=listed(finding.stacks, lang))


def _missing(finding: Finding, lang: Lang) -> Iterator[Entry]:
    if finding.status is Status.MISSING:
        kind = kind_text(finding.scope.plane, finding.scope.kind, lang)
        where = finding.scope.where + words("text.aside", lang, told=kind)
        yield Entry(line(words("finding.not_in", lang, where=where)))


def _unseen(finding: Finding, lang: Lang) -> Iterator[Entry]:
    for path in sorted(finding.unseen):
        reason = words(f"reason.{finding.unseen[path]}", lang)
        told = words("finding.unseen", lang, path=path, reason=reason)
        yield Entry(line(Span(told, Tone.UNKNOWN)))


def _relations(finding: Finding, lang: Lang) -> Iterator[Entry]:
    if finding.contested:
        # an undeclared thing is claimed by items; a declared item's mark is carried by things
        code = "finding.two_marks" if finding.ref.declared else "finding.contested"
        names = listed(finding.contested, lang)
        yield Entry(line(Span(words(code, lang, names=names), Tone.BAD)))
    if finding.children:
        refs = listed((str(ref) for ref in finding.children), lang)
        yield Entry(line(words("finding.children", lang, refs=refs)))


def _whose(finding: Finding, estate: Estate, lang: Lang) -> list[str]:
    told = _owners(finding.systems, finding.department, estate, lang)
    if finding.source:
        told.append(words("finding.declared_at", lang, source=finding.source))
    if finding.live and finding.live not in str(finding.ref):
        told.append(words("finding.live", lang, live=finding.live))
    return told


def _owners(systems: Sequence[str], department: str, estate: Estate, lang: Lang) -> list[str]:
    told = []
    if systems:
        names = (
            f"{one} {estate.systems[one].name}" if one in estate.systems else one for one in systems
        )
        told.append(words("finding.of", lang, systems=listed(names, lang)))
        department = department or estate.department_of(systems[0])
    if department:
        known = estate.departments.get(department)
        told.append(known.name if known else department)
    return told


def _told(told: Sequence[str], lang: Lang) -> Iterator[Entry]:
    if told:
        yield Entry(joined(told, "text.semicolon", lang))
