"""Small pieces that several sections of the HTML report are made of."""

from collections.abc import Iterable, Sequence

from omlib.model.estate import Estate
from omlib.model.status import Status
from omlib.report.html_picture import sign
from omlib.report.markup import Markup, element, inside, text
from omlib.report.neutral import cut
from omlib.report.words import Lang, words

_MOST_TEXT = 300


def status_word(status: Status, lang: Lang) -> str:
    return words(f"status.{status}", lang)


def badge(status: Status, lang: Lang) -> Markup:
    return element("span", sign(status), status_word(status, lang), class_=f"badge {status}")


def cut_text(told: str, lang: Lang) -> str:
    return cut(told, _MOST_TEXT, words("cut", lang))


def with_code(told: str) -> Markup:
    """`commands` between backticks set as code."""
    parts = told.split("`")
    return inside(element("code", part) if at % 2 else text(part) for at, part in enumerate(parts))


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Markup]], lang: Lang) -> Markup:
    titles = (element("th", words(code, lang), scope="col") for code in columns)
    body = (element("tr", (element("td", cell) for cell in row)) for row in rows)
    whole = element("table", element("thead", element("tr", titles)), element("tbody", body))
    return element("div", whole, class_="wide", tabindex=0)


def department_name(department: str, estate: Estate, lang: Lang) -> str:
    if not department:
        return words("html.trend.whole", lang)
    known = estate.departments.get(department)
    return known.name if known else department
