"""The parts of the HTML report that need no script: what an operator reads first."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from omlib.model.estate import Estate
from omlib.model.finding import Coverage, Finding
from omlib.model.item import Scope
from omlib.model.ref import Plane
from omlib.model.status import DRIFT, WORST_FIRST, Status, UnknownReason
from omlib.report.changes import Changes
from omlib.report.finding_entries import kind_text, listed
from omlib.report.html_items import worst_first
from omlib.report.html_picture import shares, sign
from omlib.report.markup import Markup, element, inside, text
from omlib.report.neutral import cut
from omlib.report.reconcile_screen import next_steps
from omlib.report.reconciliation import Reconciliation
from omlib.report.values import moment_text, took_text, value_text
from omlib.report.words import Lang, words

_MOST_LISTED = 40  # of each sort of change; the table can be narrowed to all of them
_ROLLED_FROM = 16
_MOST_WITHOUT_SCRIPT = 100
_MOST_GAPS = 200
_MOST_TEXT = 300


def head(it: Reconciliation, lang: Lang) -> Markup:
    banners = (
        element("p", words(f"label.{label}", lang), class_=f"label {label}", role="alert")
        for label in it.run.labels
    )
    told = (
        element("p", words("html.kicker", lang), class_="kicker"),
        element("h1", it.estate.name),
        element("p", _sentence(it, lang), class_="sentence"),
        _jumps(lang),
    )
    return element(
        "header",
        banners,
        element("div", element("div", told), _evidence(it, lang), class_="masthead"),
    )


def _sentence(it: Reconciliation, lang: Lang) -> str:
    counts, n = it.counts, len(it.findings)
    if not n:
        return words("summary.nothing", lang)
    if counts[Status.IN_SYNC] == n and it.complete:
        return words("summary.clean", lang, n=n)
    drift = sum(counts[status] for status in DRIFT)
    return words("summary.drift", lang, drift=drift, n=n, unknown=counts[Status.UNKNOWN])


def _jumps(lang: Lang) -> Markup:
    links = (
        element("a", words(code, lang), href=f"#{place}")
        for place, code in (
            ("changes", "html.changes"),
            ("estate", "html.estate"),
            ("items", "html.items"),
            ("coverage", "heading.coverage"),
        )
    )
    return element("nav", links, aria_label=words("html.jump", lang))


def _evidence(it: Reconciliation, lang: Lang) -> Markup:
    run = it.run
    revision = run.revision[:12]
    if revision and run.clean is not None:
        state = words(f"html.evidence.{'clean' if run.clean else 'unclean'}", lang)
        revision = f"{revision} ({state})"
    seen = "complete" if it.complete else "incomplete"
    facts = (
        ("run", run.id),
        ("when", moment_text(run.started)),
        ("oldest", moment_text(run.observed_at) if run.observed_at else ""),
        ("took", took_text(run.took_s, lang)),
        ("actor", run.actor),
        ("revision", revision),
        ("tool", f"omlib {run.tool}" if run.tool else ""),
        ("scope", run.scope or words("html.evidence.whole", lang)),
        ("seen", words(f"html.evidence.{seen}", lang)),
        ("exit", str(it.exit_code)),
    )
    rows = (
        element("div", element("dt", words(f"html.evidence.{code}", lang)), element("dd", told))
        for code, told in facts
        if told
    )
    return element("dl", rows, class_="evidence", aria_label=words("html.evidence", lang))


def summary(it: Reconciliation, lang: Lang) -> Markup:
    counts = it.counts
    held = [(status, counts[status]) for status in WORST_FIRST if counts[status]]
    bar = element(
        "svg",
        (
            element(
                "rect", class_=f"share {status}", x=f"{x:.2f}", y=0, width=f"{w:.2f}", height=10
            )
            for status, x, w in shares(held, 0, 1000, least=5)
        ),
        viewBox="0 0 1000 10",
        preserveAspectRatio="none",
        class_="bar",
        role="img",
        aria_label=words("html.summary.bar", lang),
    )
    tiles = (
        element(
            "li",
            element(
                "a",
                sign(status),
                element("b", str(count)),
                element("span", _status(status, lang)),
                element("small", words(f"means.{status}", lang)),
                href="#items",
                data_status=status.value,
                class_=f"total {status}{'' if count else ' none'}",
            ),
        )
        for status, count in counts.items()
    )
    title = element("h2", words("heading.summary", lang))
    return element("section", title, bar, element("ul", tiles, class_="tiles"), class_="summary")


def _status(status: Status, lang: Lang) -> str:
    return words(f"status.{status}", lang)


def _badge(status: Status, lang: Lang) -> Markup:
    return element("span", sign(status), _status(status, lang), class_=f"badge {status}")


def next_section(it: Reconciliation, lang: Lang) -> Markup:
    steps = (element("li", _code(step)) for step in next_steps(it, lang))
    title = element("h2", words("heading.next", lang))
    return element("section", title, element("ul", steps, class_="steps"), id="next")


def _code(told: str) -> Markup:
    """`commands` between backticks set as code."""
    parts = told.split("`")
    return inside(element("code", part) if at % 2 else text(part) for at, part in enumerate(parts))


def changes_section(changes: Changes | None, lang: Lang) -> Markup:
    since = changes.since if changes else ""
    named = words("changes.since", lang, run=since) if since else words("html.changes", lang)
    title = element("h2", named)
    if changes is None:
        told: list[Markup] = [element("p", words("changes.none_to_compare", lang))]
    else:
        told = [
            *_changed("new", [(None, one) for one in changes.new], lang),
            *_changed("changed", changes.changed, lang),
            *_changed("gone", [(None, one) for one in changes.gone], lang),
            *_changed("lost", [(None, one) for one in changes.lost], lang),
        ] or [element("p", words("html.changes.same", lang), class_="good")]
        as_before = words("html.changes.unchanged", lang, n=changes.unchanged)
        told.append(element("p", as_before, class_="how"))
    return element("section", title, told, id="changes")


def _changed(
    sort: str, pairs: Sequence[tuple[Finding | None, Finding]], lang: Lang
) -> Iterator[Markup]:
    """The findings of one sort of change, worst first; what one place hides is one row."""
    if not pairs:
        return
    before = {id(now): old for old, now in pairs}
    groups: dict[object, list[Finding]] = {}
    for one in worst_first([now for _, now in pairs]):
        place = (one.scope.plane, one.scope.where, one.reason)
        groups.setdefault(place if one.status is Status.UNKNOWN else id(one), []).append(one)
    here = sort in ("new", "changed")  # the others are not in the table
    rows = [
        _hidden(group, lang, here)
        if len(group) > 1
        else _one_changed(group[0], before[id(group[0])], lang, here)
        for group in list(groups.values())[:_MOST_LISTED]
    ]
    if len(groups) > _MOST_LISTED:
        rows.append(element("li", words("html.changes.more", lang, n=len(groups) - _MOST_LISTED)))
    label = element(
        "summary",
        element("b", str(len(pairs))),
        " ",
        words(f"change.{sort}", lang),
        element("small", words(f"html.changes.{sort}.means", lang)),
        _tally([now for _, now in pairs], lang),
    )
    rolled = element("ul", rows, class_="refs")
    yield element("details", label, rolled, class_=f"change {sort}", open=len(rows) <= _ROLLED_FROM)


def _tally(findings: Sequence[Finding], lang: Lang) -> Markup:
    counts = Counter(one.status for one in findings)
    told = (
        element("span", sign(one), f"{_status(one, lang)} {counts[one]}", class_=f"badge {one}")
        for one in WORST_FIRST
        if counts[one]
    )
    return element("span", told, class_="tally")


def _one_changed(one: Finding, before: Finding | None, lang: Lang, here: bool) -> Markup:
    ref = _cut(str(one.ref), lang)
    name = element("a", ref, href="#items", data_ref=ref) if here else text(ref)
    told = [_badge(one.status, lang), " ", element("code", name)]
    if before and before.status is not one.status:
        status = _status(before.status, lang)
        told.append(element("small", " ", words("html.changes.was", lang, status=status)))
    return element("li", told)


def _hidden(group: Sequence[Finding], lang: Lang, here: bool) -> Markup:
    """Many items of one place that could not be seen, for one reason."""
    first, where = group[0], _cut(group[0].scope.where, lang)
    name = element("a", where, href="#items", data_where=where) if here else text(where)
    told = words("html.estate.items", lang, n=len(group))
    if first.reason:
        told = f"{told} · {words(f'reason.{first.reason}', lang)}"
    return element(
        "li", _badge(first.status, lang), " ", element("code", name), " ", element("small", told)
    )


def _cut(told: str, lang: Lang) -> str:
    return cut(told, _MOST_TEXT, words("cut", lang))


def items_section(it: Reconciliation, lang: Lang) -> Iterator[Markup]:
    """The frame that the script fills; without script, the worst as a plain table."""
    yield Markup('\n<section id="items">')
    yield element("h2", words("html.items", lang))
    yield element("div", id="table")
    yield _without_script(it, lang)
    yield Markup("</section>\n")


def _without_script(it: Reconciliation, lang: Lang) -> Markup:
    held = [one for one in worst_first(it.findings) if one.status is not Status.IN_SYNC]
    if not held:
        return Markup("")
    shown = held[:_MOST_WITHOUT_SCRIPT]
    told = words("html.items.no_script", lang, shown=len(shown), n=len(held))
    rows = (
        (
            _badge(one.status, lang),
            element("code", _cut(str(one.ref), lang)),
            ", ".join(difference.path[:80] for difference in one.differences[:8])
            or (words(f"reason.{one.reason}", lang) if one.reason else ""),
        )
        for one in shown
    )
    columns = ("html.column.status", "html.column.item", "html.column.why")
    return element("noscript", element("p", _code(told)), table(columns, rows, lang))


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Markup]], lang: Lang) -> Markup:
    titles = (element("th", words(code, lang), scope="col") for code in columns)
    body = (element("tr", (element("td", cell) for cell in row)) for row in rows)
    whole = element("table", element("thead", element("tr", titles)), element("tbody", body))
    return element("div", whole, class_="wide", tabindex=0)


def coverage_section(it: Reconciliation, lang: Lang) -> Markup:
    title = element("h2", words("heading.coverage", lang))
    if not it.coverage:
        told = element("p", words("coverage.none", lang))
        return element("section", title, told, id="coverage")
    planes = (
        element(
            "li",
            element("h3", words(f"plane.{row.plane}", lang)),
            _seen_bar(row),
            element("p", words("html.coverage.seen", lang, seen=row.seen, items=row.items)),
            element(
                "p",
                words("html.coverage.listings", lang, complete=row.complete, scopes=row.scopes),
                class_="bad" if row.gaps else "good",
            ),
        )
        for row in it.coverage
    )
    return element(
        "section", title, element("ul", planes, class_="planes"), _gaps(it, lang), id="coverage"
    )


def _seen_bar(row: Coverage) -> Markup:
    seen = 100 * row.seen / row.items if row.items else 0
    return element(
        "svg",
        element("rect", class_="rest", width=100, height=4),
        element("rect", class_="seen", width=f"{seen:.2f}", height=4),
        viewBox="0 0 100 4",
        preserveAspectRatio="none",
        class_="bar",
        aria_hidden="true",
    )


def _gaps(it: Reconciliation, lang: Lang) -> Markup:
    """One row for each place and reason: a host that is cut off is one thing to look into."""
    places: dict[tuple[Plane, str, UnknownReason, str], list[str]] = {}
    for row in it.coverage:
        for gap in row.gaps:
            scope, reason, detail = gap
            key = (scope.plane, scope.where, reason, detail)
            places.setdefault(key, []).append(_kind(scope, lang))
    if not places:
        return element("p", words("html.coverage.whole", lang), class_="good")
    rows = (
        (
            element(
                "a",
                _cut(where, lang),
                href="#items",
                data_where=_cut(where, lang),
                title=words("html.coverage.show", lang),
            ),
            words(f"plane.{plane}", lang),
            listed(kinds, lang),
            inside(
                element("b", words(f"reason.{reason}", lang)),
                f" {words(f'why.{reason}', lang)}",
            ),
            _cut(detail, lang),
        )
        for (plane, where, reason, detail), kinds in list(places.items())[:_MOST_GAPS]
    )
    columns = ("place", "plane", "what", "why", "said")
    titles = [f"html.column.{code}" if code != "plane" else "html.js.plane" for code in columns]
    more = len(places) - _MOST_GAPS
    return inside(
        element("h3", words("html.coverage.gaps", lang, n=len(places))),
        table(titles, rows, lang),
        element("p", words("html.changes.more", lang, n=more)) if more > 0 else "",
    )


def _kind(scope: Scope, lang: Lang) -> str:
    return kind_text(scope.plane, scope.kind, lang)


def waivers_section(it: Reconciliation, lang: Lang) -> Markup:
    """The declared waivers by the day on which they end, the soonest first."""
    held = sorted(it.estate.waivers, key=lambda w: (w.until, w.ticket, w.ref, w.path))
    if not held:
        return Markup("")
    rows = (
        (
            element("time", waiver.until.isoformat()),
            waiver.ticket,
            element("code", _cut(str(waiver.ref), lang)),
            element("code", waiver.path),
            _cut(value_text(waiver.accepts, lang), lang),
            _cut(waiver.reason, lang),
            waiver.owner,
        )
        for waiver in held
    )
    columns = ("until", "ticket", "item", "path", "accepts", "reason", "owner")
    titles = [f"html.column.{code}" for code in columns]
    return element(
        "section",
        element("h2", words("html.waivers", lang)),
        table(titles, rows, lang),
        id="waivers",
    )


def foot(it: Reconciliation, lang: Lang) -> Markup:
    return element("footer", element("p", _code(words("html.evidence.how", lang, run=it.run.id))))


def department_name(department: str, estate: Estate, lang: Lang) -> str:
    if not department:
        return words("html.trend.whole", lang)
    known = estate.departments.get(department)
    return known.name if known else department
