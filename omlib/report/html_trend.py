"""The course of drift by department, day by day: one small line each.

All lines are on one scale of days; each is as tall as its own most, which is told beside it."""

from collections.abc import Sequence

from omlib.model.estate import Estate
from omlib.model.history import DepartmentTrend, Trend
from omlib.model.status import DRIFT
from omlib.report.html_parts import department_name
from omlib.report.markup import Markup, element
from omlib.report.words import Lang, words

_LONG, _TALL = 220, 36


def trend_section(trend: Trend | None, estate: Estate, lang: Lang) -> Markup:
    """Nothing where no day was compared, or one only: that is no course yet."""
    held = [one for one in trend or () if len(one.points) > 1]
    if not held:
        return Markup("")
    days = [point.day for one in held for point in one.points]
    first, last = min(days), max(days)
    courses = (
        element(
            "li",
            element("h3", department_name(one.department, estate, lang)),
            _course(drifts, [(p.day - first).days for p in one.points], (last - first).days),
            element("p", _told(drifts, lang)),
        )
        for one in held
        for drifts in (_drifts(one),)
    )
    return element(
        "section",
        element("h2", words("html.trend", lang)),
        element("p", words("html.trend.how", lang, first=first, last=last), class_="how"),
        element("ul", courses, class_="trends"),
        id="trend",
    )


def _drifts(one: DepartmentTrend) -> list[int]:
    return [sum(point.counts.get(status, 0) for status in DRIFT) for point in one.points]


def _course(drifts: Sequence[int], days: Sequence[int], long: int) -> Markup:
    most = max(*drifts, 1)
    xs = [f"{2 + (_LONG - 4) * day / max(long, 1):.1f}" for day in days]
    ys = [f"{_TALL - 3 - (_TALL - 6) * drift / most:.1f}" for drift in drifts]
    line = "M" + "L".join(f"{x} {y}" for x, y in zip(xs, ys, strict=True))
    area = f"{line}L{xs[-1]} {_TALL - 3}L{xs[0]} {_TALL - 3}Z"
    return element(
        "svg",
        element("path", class_="area", d=area),
        element("path", class_="course", d=line),
        viewBox=f"0 0 {_LONG} {_TALL}",
        preserveAspectRatio="none",
        class_="trend",
        aria_hidden="true",
    )


def _told(drifts: Sequence[int], lang: Lang) -> str:
    return words("html.trend.told", lang, first=drifts[0], last=drifts[-1], most=max(drifts))
