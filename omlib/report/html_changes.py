"""What changed since an earlier run, as a section of the HTML report."""

from collections import Counter
from collections.abc import Iterator, Sequence

from omlib.model.finding import Finding
from omlib.model.status import WORST_FIRST, Status
from omlib.report.changes import Changes
from omlib.report.html_items import worst_first
from omlib.report.html_parts import badge, cut_text, status_word
from omlib.report.html_picture import sign
from omlib.report.markup import Markup, element, text
from omlib.report.words import Lang, words

_MOST_LISTED = 40  # of each sort of change; the table can be narrowed to all of them
_ROLLED_FROM = 16


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
        element("span", sign(one), f"{status_word(one, lang)} {counts[one]}", class_=f"badge {one}")
        for one in WORST_FIRST
        if counts[one]
    )
    return element("span", told, class_="tally")


def _one_changed(one: Finding, before: Finding | None, lang: Lang, here: bool) -> Markup:
    ref = cut_text(str(one.ref), lang)
    name = element("a", ref, href="#items", data_ref=ref) if here else text(ref)
    told = [badge(one.status, lang), " ", element("code", name)]
    if before and before.status is not one.status:
        status = status_word(before.status, lang)
        told.append(element("small", " ", words("html.changes.was", lang, status=status)))
    return element("li", told)


def _hidden(group: Sequence[Finding], lang: Lang, here: bool) -> Markup:
    """Many items of one place that could not be seen, for one reason."""
    first, where = group[0], cut_text(group[0].scope.where, lang)
    name = element("a", where, href="#items", data_where=where) if here else text(where)
    told = words("html.estate.items", lang, n=len(group))
    if first.reason:
        told = f"{told} · {words(f'reason.{first.reason}', lang)}"
    return element(
        "li", badge(first.status, lang), " ", element("code", name), " ", element("small", told)
    )
