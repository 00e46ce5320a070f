"""A run as one HTML file that opens offline, on a phone, on a laptop and on paper.

Written in pieces, for a report may be long. Nothing is fetched: style and script stand in the file,
and a policy by their digests lets nothing else run. The findings stand in it once, as data
(`omlib.report.html_items`), and the page's own script (`assets/report.js`) makes the table of them.
Equal runs give equal bytes.
"""

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from omlib.model.history import Trend
from omlib.report.changes import Changes
from omlib.report.html_changes import changes_section
from omlib.report.html_coverage import coverage_section, waivers_section
from omlib.report.html_items import items_json
from omlib.report.html_picture import picture, signs
from omlib.report.html_sections import foot, head, items_section, next_section, summary
from omlib.report.html_trend import trend_section
from omlib.report.markup import element, text
from omlib.report.reconciliation import Reconciliation
from omlib.report.values import moment_text
from omlib.report.words import Lang, words


def html_report(
    it: Reconciliation, lang: Lang, *, changes: Changes | None = None, trend: Trend | None = None
) -> Iterator[str]:
    """The file in pieces. *changes*: since an earlier run; *trend*: by department, day by day."""
    style, script = _asset("report.css") + _running(it, lang), _asset("report.js")
    title = words("title.reconcile", lang, estate=it.estate.name)
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    tongue = "zh-CN" if lang is Lang.ZH else "en"
    yield f'<!DOCTYPE html>\n<html lang="{tongue}">\n<head>\n<meta charset="utf-8">\n'
    # "http-equiv" holds a hyphen: written out
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="color-scheme" content="light dark">\n'
    yield f"<title>{text(title)} · {text(it.run.id)}</title>\n"
    yield f"<style>{style}</style>\n</head>\n<body>\n"
    yield signs()
    yield head(it, lang)
    yield "\n<main>\n"
    yield summary(it, lang)
    yield "\n" + element(
        "div", changes_section(changes, lang), next_section(it, lang), class_="two"
    )
    yield f'\n<section id="estate"><h2>{text(words("html.estate", lang))}</h2>\n'
    yield element("p", words("html.estate.how", lang), class_="how")
    yield '\n<ul class="cards">\n'
    for card in picture(it, lang):
        yield card + "\n"
    yield "</ul></section>\n"
    yield from items_section(it, lang)
    yield coverage_section(it, lang)
    yield waivers_section(it, lang)
    yield trend_section(trend, it.estate, lang)
    yield "\n</main>\n" + foot(it, lang) + "\n"
    yield '<script type="application/json" id="data">'
    yield from items_json(it, lang, changes)
    yield f"</script>\n<script>{script}</script>\n</body>\n</html>\n"


def _running(it: Reconciliation, lang: Lang) -> str:
    """A line under every printed page, so that a page by itself still says what it is."""
    labels = "".join(words(f"label.{label}", lang) + " · " for label in it.run.labels)
    at = moment_text(it.run.started)
    told = words("html.running", lang, labels=labels, run=it.run.id, at=at)
    quoted = "".join(char if char.isalnum() else f"\\{ord(char):x} " for char in told)
    box = f'@bottom-left {{ content: "{quoted}"; font: 8pt sans-serif; }}'
    return f"@media print {{ @page {{ {box} }} }}\n"


@cache
def _asset(name: str) -> str:
    return (files("omlib.report") / "assets" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
