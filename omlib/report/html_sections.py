"""The head of the HTML report, and the parts of it that need no script."""

from collections.abc import Iterator

from omlib.model.status import DRIFT, WORST_FIRST, Status
from omlib.report.html_items import worst_first
from omlib.report.html_parts import badge, cut_text, status_word, table, with_code
from omlib.report.html_picture import shares, sign
from omlib.report.markup import Markup, element
from omlib.report.reconcile_screen import next_steps
from omlib.report.reconciliation import Reconciliation
from omlib.report.values import moment_text, took_text
from omlib.report.words import Lang, words

_MOST_WITHOUT_SCRIPT = 100


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
                element("span", status_word(status, lang)),
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


def next_section(it: Reconciliation, lang: Lang) -> Markup:
    steps = (element("li", with_code(step)) for step in next_steps(it, lang))
    title = element("h2", words("heading.next", lang))
    return element("section", title, element("ul", steps, class_="steps"), id="next")


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
            badge(one.status, lang),
            element("code", cut_text(str(one.ref), lang)),
            ", ".join(difference.path[:80] for difference in one.differences[:8])
            or (words(f"reason.{one.reason}", lang) if one.reason else ""),
        )
        for one in shown
    )
    columns = ("html.column.status", "html.column.item", "html.column.why")
    return element("noscript", element("p", with_code(told)), table(columns, rows, lang))


def foot(it: Reconciliation, lang: Lang) -> Markup:
    return element(
        "footer", element("p", with_code(words("html.evidence.how", lang, run=it.run.id)))
    )
