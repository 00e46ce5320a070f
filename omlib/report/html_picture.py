"""The estate as a picture: departments, their systems, and the verdict on each.

One SVG for each department, all of one width, so that they flow into as many columns as the page
has: one on a phone, four on a laptop, two on paper. Departments keep their place from run to run.
No verdict hangs on colour alone: each has a sign of its own and says its word.
"""

from collections.abc import Iterator, Sequence

from omlib.model.finding import Verdict
from omlib.model.status import WORST_FIRST, Status
from omlib.report.markup import Markup, element, inside
from omlib.report.neutral import neutral, width
from omlib.report.reconciliation import Reconciliation
from omlib.report.rollup_tables import department_tree
from omlib.report.words import Lang, words

_WIDTH = 320
_TILE, _GAP, _TALL, _STEP = 154, 12, 40, 46
_HEAD = 50
_NAME_CELLS = 18  # so many narrow characters of a system's name fit into its tile
_TITLE_CELLS = 27

_SIGNS: dict[Status, str] = {  # drawn on 16 by 16; `cut` is the colour of the paper
    Status.RESIDUE: '<path d="M1 2.2h14L8 15z" class="solid"/>'
    '<path d="M8 4.8v4M8 11.2v.1" class="cut"/>',
    Status.MISSING: '<path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" class="solid"/>'
    '<path d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" class="cut"/>',
    Status.DIVERGED: '<rect x="1.2" y="1.2" width="13.6" height="13.6" rx="2.6" class="solid"/>'
    '<path d="M4.4 6.2h7.2M4.4 9.8h7.2M10 3.8l-4 8.4" class="cut"/>',
    Status.UNMANAGED: '<path d="M8 .6L15.4 8 8 15.4.6 8z" class="solid"/>'
    '<path d="M8 4.9v6.2M4.9 8h6.2" class="cut"/>',
    Status.UNKNOWN: '<circle cx="8" cy="8" r="6.6" class="line" stroke-dasharray="2.6 1.9"/>'
    '<path d="M6 6.5a2 2 0 1 1 3 1.7c-.7.4-1 .7-1 1.4M8 11.6v.1" class="line"/>',
    Status.WAIVED: '<circle cx="8" cy="8" r="6.6" class="line"/>'
    '<path d="M6.3 5.5v5M9.7 5.5v5" class="line"/>',
    Status.IN_SYNC: '<circle cx="8" cy="8" r="6.6" class="line"/>'
    '<path d="M4.9 8.3l2.2 2.2 4-4.6" class="line"/>',
}


def signs() -> Markup:
    """The signs of all statuses, drawn once; `sign` points to them."""
    drawn = (
        element("symbol", Markup(path), id=f"sign-{status}", viewBox="0 0 16 16")
        for status, path in _SIGNS.items()
    )
    return element("svg", drawn, class_="signs", width=0, height=0, aria_hidden="true")


def sign(status: Status, x: float | None = None, y: float | None = None) -> Markup:
    """The sign of *status*; beside its word, so hidden from who listens."""
    used = element("use", href=f"#sign-{status}")
    return element(
        "svg",
        used,
        class_=f"sign {status}",
        viewBox="0 0 16 16",
        x=x,
        y=y,
        width=16,
        height=16,
        aria_hidden="true",
    )


def picture(it: Reconciliation, lang: Lang) -> Iterator[Markup]:
    """One figure for each department in the order of the tree, then systems of none."""
    estate = it.estate
    homes: dict[str, list[Verdict]] = {}
    for verdict in it.verdicts.systems.values():
        homes.setdefault(estate.department_of(verdict.subject), []).append(verdict)
    for one, _ in department_tree(estate):
        systems, own = homes.pop(one, []), it.verdicts.departments.get(one)
        if own:
            above = _above(it, one)
            yield _department(it, lang, one, estate.departments[one].name, above, own, systems)
    for one, systems in sorted(homes.items()):
        name = one or words("html.estate.no_department", lang)
        yield _department(it, lang, one, name, "", None, systems)


def _above(it: Reconciliation, department: str) -> str:
    """The names of what it belongs to, but for the root, which all have in common."""
    estate, names = it.estate, list[str]()
    one = estate.departments[department].parent
    while one in estate.departments and estate.departments[one].parent and len(names) < 9:
        names.insert(0, estate.departments[one].name)
        one = estate.departments[one].parent
    return " › ".join(names)


def _department(
    it: Reconciliation,
    lang: Lang,
    department: str,
    name: str,
    above: str,
    own: Verdict | None,
    systems: Sequence[Verdict],
) -> Markup:
    rows = (len(systems) + 1) // 2
    height = _HEAD + rows * _STEP
    told = _told(name, own, lang) if own else name
    title = element(
        "a",
        element("title", told),
        element("rect", class_="hit", x=0, y=0, width=_WIDTH, height=_HEAD - 6, rx=6),
        sign(own.status, x=2, y=4) if own else "",
        element("text", _fit(name, _TITLE_CELLS), class_="department", x=26, y=17),
        element("text", _line_below(above, own, lang), class_="below", x=26, y=35),
        href="#items",
        class_=f"choose {own.status}" if own else "choose",
        data_department=department,
        aria_label=told,
    )
    drawn = element(
        "svg",
        _branches(len(systems)),
        title,
        (_system(it, lang, verdict, at) for at, verdict in enumerate(systems)),
        viewBox=f"0 0 {_WIDTH} {height}",
        role="group",
        aria_label=told,
    )
    return element("li", drawn, class_="card")


def _branches(systems: int) -> Markup:
    """From the department down between its systems, with a branch to each."""
    if not systems:
        return Markup("")
    if systems == 1:
        return element("path", class_="branch", d=f"M10 {_HEAD - 24}V{_HEAD}")
    middle, turn = _TILE + _GAP / 2, _GAP / 2
    path = [f"M10 {_HEAD - 24}V{_HEAD - 5}H{middle:g}"]
    path.append(f"V{_HEAD + (systems - 1) // 2 * _STEP + _TALL / 2:g}")
    for at in range(systems):
        y = _HEAD + at // 2 * _STEP + _TALL / 2
        path.append(f"M{middle:g} {y:g}h{turn if at % 2 else -turn:g}")
    return element("path", class_="branch", d="".join(path))


def _system(it: Reconciliation, lang: Lang, verdict: Verdict, at: int) -> Markup:
    known = it.estate.systems.get(verdict.subject)
    name = known.name if known and known.name else verdict.subject
    told = _told(name, verdict, lang)
    x, y = at % 2 * (_TILE + _GAP), _HEAD + at // 2 * _STEP
    return element(
        "a",
        element("title", f"{told} ({verdict.subject})"),
        element("rect", class_="tile", x=x, y=y, width=_TILE, height=_TALL, rx=6),
        sign(verdict.status, x=x + 8, y=y + 7),
        element("text", _fit(name, _NAME_CELLS), class_="name", x=x + 30, y=y + 16),
        element("text", _short(verdict, lang), class_="verdict", x=x + 30, y=y + 30),
        _bar(verdict, x + 8, y + _TALL - 5.5, _TILE - 16),
        href="#items",
        class_=f"choose {verdict.status}{'' if verdict.counts else ' empty'}",
        data_system=verdict.subject,
        aria_label=told,
    )


def _bar(verdict: Verdict, x: float, y: float, long: float) -> Markup:
    """The shares of all statuses. The smallest is still to be seen: nothing is rounded away."""
    held = [
        (status, verdict.counts[status]) for status in WORST_FIRST if verdict.counts.get(status)
    ]
    if not held:
        return Markup("")
    return inside(
        element(
            "rect", class_=f"share {status}", x=f"{at:.1f}", y=y, width=f"{share:.1f}", height=2.5
        )
        for status, at, share in shares(held, x, long, least=3)
    )


def shares(
    held: Sequence[tuple[Status, int]], start: float, long: float, *, least: float
) -> Iterator[tuple[Status, float, float]]:
    """Each status with where its share begins and how long it is, *least* at least.

    >>> [round(long, 1) for _, _, long in shares([(Status.MISSING, 1), (Status.IN_SYNC, 999)],
    ...  0, 100, least=3)]
    [3.1, 96.9]
    """
    total = sum(count for _, count in held)
    free = long - least * len(held)
    for status, count in held:
        share = least + free * count / total
        yield status, start, share
        start += share


def _open(verdict: Verdict) -> tuple[int, int]:
    total = sum(verdict.counts.values())
    return total - verdict.counts.get(Status.IN_SYNC, 0), total


def _short(verdict: Verdict, lang: Lang) -> str:
    n, total = _open(verdict)
    if not total:
        return words("html.estate.no_items", lang)
    if not n:
        many = words("html.estate.items", lang, n=total)
    else:
        many = words("html.estate.open", lang, n=n, total=total)
    return f"{words(f'status.{verdict.status}', lang)} {many}"


def _line_below(above: str, own: Verdict | None, lang: Lang) -> str:
    verdict = _short(own, lang) if own else ""
    room = 44 - width(verdict)
    return " · ".join(part for part in (verdict, _fit(above, room) if room > 8 else "") if part)


def _told(name: str, verdict: Verdict, lang: Lang) -> str:
    n, total = _open(verdict)
    status = words(f"status.{verdict.status}", lang)
    return words("html.estate.told", lang, name=name, verdict=status, n=n, total=total)


def _fit(text: str, cells: float) -> str:
    """As much of *text* as *cells* hold; what is cut off is in the title."""
    shown = neutral(text[:200])
    if width(shown) <= cells:
        return shown
    kept, used = "", 1.0
    for char in shown:
        used += width(char)
        if used > cells:
            break
        kept += char
    return kept + "…"
