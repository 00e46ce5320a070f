"""The findings as the page's own script reads them: one compact JSON object, written in pieces.

Worst first, each text that repeats said once (`texts`, referred to by its number). Long values are
cut, the longer the report the harder, so that no host can make the page too big to open; the exact
values are in the JSON report.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from omlib.model.estate import Estate
from omlib.model.finding import PRESENCE, Difference, Finding
from omlib.model.history import Sighting
from omlib.model.item import Value
from omlib.model.ref import Ref
from omlib.model.status import SEVERITY, WORST_FIRST
from omlib.model.waiver import Waiver
from omlib.report.changes import Changes, key_of
from omlib.report.markup import script_json
from omlib.report.neutral import cut
from omlib.report.reconciliation import Reconciliation
from omlib.report.rollup_tables import department_tree
from omlib.report.side_by_side import Row, side_by_side
from omlib.report.values import moment_text, two_sides, value_text
from omlib.report.words import SAID, Lang, words

_SPOKEN = (  # the beginnings of the codes that the page's script says
    "change.",
    "html.js.",
    "class.",
    "class_means.",
    "finding.not_in",
    "finding.waived",
    "kind.",
    "means.",
    "next.",
    "plane.",
    "reason.",
    "resurfaced.",
    "status.",
    "text.",
    "why.",
)
_STAGES = (  # while so many bytes are used, so much of a text is shown, and of a comparison
    (1_200_000, 1500, 200),
    (2_000_000, 100, 4),
)
_LAST_STAGE = (20, 1)
_MOST_NAME = 300  # characters
_MOST_NAMED = 50
_NOTHING: tuple[object, ...] = (None, "", [], ())
_IN_A_PIECE = 200
_RANK = {status: rank for rank, status in enumerate(WORST_FIRST)}


def worst_first(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda f: (-SEVERITY[f.status], f.ref, f.live))


def items_json(it: Reconciliation, lang: Lang, changes: Changes | None) -> Iterator[str]:
    page = _Page(it.estate, lang, changes, it.sightings)
    head = {
        "lang": lang.value,
        "words": {
            code: said[lang is Lang.ZH] for code, said in SAID.items() if code.startswith(_SPOKEN)
        },
        "statuses": [status.value for status in WORST_FIRST],
        "compared": changes is not None,
        "departments": page.departments(),
        "systems": page.systems(),
        "waivers": [page.waiver(waiver) for waiver in it.estate.waivers],
    }
    yield script_json(head)[:-1] + ',"items":[\n'
    findings = worst_first(it.findings)
    for start in range(0, len(findings), _IN_A_PIECE):
        piece = findings[start : start + _IN_A_PIECE]
        more = start + _IN_A_PIECE < len(findings)
        yield ",\n".join(script_json(page.item(f)) for f in piece) + (",\n" if more else "\n")
    yield f'],"texts":{script_json(list(page.texts))}}}'


class _Ration:
    """How much of a text is shown: whatever comes, all of it together stays within bounds."""

    def __init__(self, lang: Lang) -> None:
        self._mark = words("cut", lang)
        self._used = 0

    def _stage(self) -> tuple[int, int]:
        """Characters of a text, rows of a comparison."""
        for until, characters, rows in _STAGES:
            if self._used < until:
                return characters, rows
        return _LAST_STAGE

    def cut(self, text: str) -> str:
        limit, _ = self._stage()
        shown = cut(text, limit, self._mark)
        if len(shown) > 2 * limit:  # made of escapes: six characters for one
            shown = cut(text, limit // 6 + 1, self._mark)
        self._used += len(shown.encode())
        return shown

    @property
    def rows(self) -> int:
        return self._stage()[1]


class _Page:
    """What is said once and referred to: texts, systems, departments, waivers."""

    def __init__(
        self,
        estate: Estate,
        lang: Lang,
        changes: Changes | None,
        sightings: Mapping[Ref, Sighting],
    ) -> None:
        self._estate, self._lang, self._sightings = estate, lang, sightings
        self._ration = _Ration(lang)
        self.texts: dict[str, int] = {}
        self._departments = {one: at for at, (one, _) in enumerate(department_tree(estate))}
        self._systems = {one: at for at, one in enumerate(sorted(estate.systems))}
        self._waivers: dict[Ref, list[int]] = {}
        for number, waiver in enumerate(estate.waivers):
            self._waivers.setdefault(waiver.ref, []).append(number)
        self._changed: dict[tuple[str, str], object] = {}
        if changes:  # 1: new; a list: the status it had before
            self._changed = {key_of(now): [_RANK[old.status]] for old, now in changes.changed}
            self._changed |= {key_of(finding): 1 for finding in changes.new}

    def departments(self) -> list[object]:
        estate = self._estate
        return [
            [one, estate.departments[one].name, self._departments.get(above, -1), depth]
            for one, depth in department_tree(estate)
            for above in (estate.departments[one].parent,)
        ]

    def systems(self) -> list[object]:
        return [
            [
                one,
                known.name,
                self._departments.get(known.department, -1),
                known.owner_business,
                known.owner_technical,
            ]
            for one in self._systems
            for known in (self._estate.systems[one],)
        ]

    def waiver(self, waiver: Waiver) -> list[str]:
        accepts = value_text(waiver.accepts, self._lang)
        return [
            waiver.path,
            self._ration.cut(accepts),
            self._ration.cut(waiver.reason),
            waiver.owner,
            waiver.ticket,
            waiver.until.isoformat(),
        ]

    def item(self, finding: Finding) -> list[object]:
        """`[ref, status, systems, department, where, file, line, more]`, numbers into the tables.

        Where nothing more is to be said, *more* is left out, and so are the zeros at the end.
        """
        systems = [self._systems[one] for one in finding.systems if one in self._systems]
        department = finding.department
        if not department and finding.systems:
            department = self._estate.department_of(finding.systems[0])
        source = finding.source
        row: list[object] = [
            self._name(str(finding.ref)),
            _RANK[finding.status],
            systems[0] if len(systems) == 1 else systems or -1,
            self._departments.get(department, -1),
            self._once(self._name(finding.scope.where)),
            self._once(self._name(source.file)) if source else -1,
            source.line if source else 0,
        ]
        more = {key: told for key, told in self._more(finding) if told not in _NOTHING}
        return [*row, more] if more else row

    def _more(self, finding: Finding) -> Iterator[tuple[str, object]]:
        yield "reason", finding.reason and finding.reason.value
        yield "class", finding.unmanaged and finding.unmanaged.value
        yield "detail", self._once(self._ration.cut(finding.detail)) if finding.detail else ""
        yield "live", finding.live and self._ration.cut(finding.live)
        yield "label", finding.label and self._ration.cut(finding.label)
        yield "kind", finding.scope.kind if finding.scope.kind != finding.ref.kind else ""
        yield "differs", [self._difference(one) for one in finding.differences]
        yield "unseen", [[path, finding.unseen[path].value] for path in sorted(finding.unseen)]
        yield "children", self._names(map(str, finding.children))
        yield "contested", self._names(finding.contested)
        yield "stacks", self._names(finding.stacks)
        yield "seen", self._seen(finding)
        yield "strange", [one for one in finding.systems if one not in self._systems]
        yield "waivers", self._waivers.get(finding.ref, ())
        yield "change", self._changed.get(key_of(finding))

    def _names(self, names: Iterable[str]) -> list[str]:
        told = list(names)
        shown = [self._ration.cut(name) for name in told[:_MOST_NAMED]]
        if len(told) > len(shown):
            shown.append(words("html.changes.more", self._lang, n=len(told) - len(shown)))
        return shown

    def _seen(self, finding: Finding) -> list[str]:
        sighting = self._sightings.get(finding.ref) if finding.unmanaged else None
        return [moment_text(at) for at in sighting or () if at]

    def _name(self, text: str) -> str:
        """A name is told whole, however long the report: it is what one looks for."""
        return cut(text, _MOST_NAME, words("cut", self._lang))

    def _once(self, shown: str) -> int:
        return self.texts.setdefault(shown, len(self.texts))

    def _difference(self, one: Difference) -> dict[str, object]:
        told: dict[str, object] = {"path": self._ration.cut(one.path)}
        if one.waived_by:
            told["waived"] = one.waived_by
        if one.resurfaced:
            told["resurfaced"] = one.resurfaced.value
        if one.path == PRESENCE:
            return told | {"sides": [bool(one.declared), bool(one.actual)]}
        if _is_lines(one.declared) and _is_lines(one.actual) and (one.declared or one.actual):
            return told | self._lines(one.declared, one.actual)
        declared, actual = two_sides(one.declared, one.actual, self._lang)
        return told | {"sides": [self._ration.cut(declared), self._ration.cut(actual)]}

    def _lines(self, declared: Value, actual: Value) -> dict[str, object]:
        one, other = _lines_of(declared), _lines_of(actual)
        if sorted(one) == sorted(other):
            return {"order": 1, "rows": self._rows(side_by_side(one, other))[0]}
        rows = list(side_by_side(one, other))
        differ = sum(row.declared != row.actual for row in rows)
        shown, left_out = self._rows(iter(rows))
        return {"lines": differ, "rows": shown} | ({"left_out": left_out} if left_out else {})

    def _rows(self, rows: Iterator[Row]) -> tuple[list[object], int]:
        """Alike: the text alone. Different: both sides, null for none. Skipped: how many."""
        shown: list[object] = []
        left_out = 0
        for row in rows:
            if len(shown) >= self._ration.rows:
                left_out += row.skipped or 1
            elif row.skipped:
                shown.append(row.skipped)
            elif row.declared is not None and row.declared == row.actual:
                shown.append(self._ration.cut(row.declared))
            else:
                sides = (row.declared, row.actual)
                shown.append([None if side is None else self._ration.cut(side) for side in sides])
        return shown, left_out


def _is_lines(value: Value) -> bool:
    return isinstance(value, tuple) or value is None


def _lines_of(value: Value) -> list[str]:
    parts = value if isinstance(value, tuple) else ()
    return [value_text(part, Lang.EN) if not isinstance(part, str) else part for part in parts]
