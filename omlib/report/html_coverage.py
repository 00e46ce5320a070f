"""How far the look went, and what is accepted: sections of the HTML report."""

from omlib.model.finding import Coverage
from omlib.model.item import Scope
from omlib.model.ref import Plane
from omlib.model.status import UnknownReason
from omlib.report.finding_entries import kind_text, listed
from omlib.report.html_parts import cut_text, table
from omlib.report.markup import Markup, element, inside
from omlib.report.reconciliation import Reconciliation
from omlib.report.values import value_text
from omlib.report.words import Lang, words

_MOST_GAPS = 200


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
                cut_text(where, lang),
                href="#items",
                data_where=cut_text(where, lang),
                title=words("html.coverage.show", lang),
            ),
            words(f"plane.{plane}", lang),
            listed(kinds, lang),
            inside(
                element("b", words(f"reason.{reason}", lang)),
                f" {words(f'why.{reason}', lang)}",
            ),
            cut_text(detail, lang),
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
            element("code", cut_text(str(waiver.ref), lang)),
            element("code", waiver.path),
            cut_text(value_text(waiver.accepts, lang), lang),
            cut_text(waiver.reason, lang),
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
