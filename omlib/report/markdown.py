"""A comparison as Markdown, for the comment on a pull request and for a wiki.

Always visible: the counts, what changed, each residue and missing item, what to do next; the rest
is folded. A comment has a limit, so sections are added while they fit, each whole with its fence
and its `<details>` closed, and what was left out is named.

Texts from outside stand in code spans or in fences longer than any row of backticks in them, where
neither markup nor a @mention nor HTML means anything.
"""

import re
from collections.abc import Iterable, Iterator

from omlib.model.finding import Finding, Verdict
from omlib.model.status import DRIFT, WORST_FIRST, Status
from omlib.report.changes import Changes
from omlib.report.document import Block, Bullets, Entry, Line, Paragraph
from omlib.report.finding_text import finding_lines, short
from omlib.report.reconcile_screen import next_steps
from omlib.report.reconciliation import Reconciliation
from omlib.report.run_blocks import coverage_blocks, run_blocks
from omlib.report.words import Lang, words

LEAST_CHARS = 6000  # below that not even the counts would fit beside long names
_LINE = 120
_SPARE = 1000  # characters kept free for telling what was left out
_ATTENTION = (Status.RESIDUE, Status.MISSING)
_NAME = 120  # characters of a ref or a name in a list
_PLAIN = re.compile(
    r"(?:[^\W_]|[ ，。、（）：；-])*"
)  # a mention, a link or markup needs other characters


def markdown(
    it: Reconciliation, lang: Lang, *, changes: Changes | None, limit_chars: int | None = None
) -> Iterator[str]:
    """The text in pieces, of *limit_chars* characters at most (LEAST_CHARS or more)."""
    if limit_chars is not None and limit_chars < LEAST_CHARS:
        raise ValueError(f"limit_chars must be {LEAST_CHARS} or more")
    head = "".join(_head(it, lang, changes))
    tail = "".join(_next(it, lang))
    room = None if limit_chars is None else limit_chars - len(head) - len(tail)
    yield head
    for part in _attention(it, lang, room, limit_chars):
        room = None if room is None else room - len(part)
        yield part
    yield tail
    left_out: list[str] = []
    for title, total, entries in _sections(it, lang, changes):
        # as much stays free as naming every section that does not fit takes
        part = _folded(title, total, entries, None if room is None else room - _SPARE, lang)
        if not part:
            left_out.append(title)
            continue
        room = None if room is None else room - len(part)
        yield part
    if left_out:
        names = words("text.semicolon", lang).join(left_out)
        told = words("markdown.sections_left_out", lang, limit=limit_chars, names=names)
        yield f"\n{told[: _SPARE - 2]}\n"


def _head(it: Reconciliation, lang: Lang, changes: Changes | None) -> Iterator[str]:
    title = words("title.reconcile", lang, estate=_name(it.estate.name, lang))
    yield f"<!-- omlib:reconcile:{_key(it.estate.name)}:{_key(it.run.scope)} -->\n## {title}\n\n"
    for label in it.run.labels:
        yield f"**{words(f'label.{label}', lang)}**\n\n"
    yield "".join(_run(it, lang))
    status, count, means = (words(f"column.{one}", lang) for one in ("status", "count", "means"))
    yield f"\n| {status} | {count} | {means} |\n|---|---:|---|\n"
    for each, number in it.counts.items():
        named, told = (words(f"{word}.{each}", lang) for word in ("status", "means"))
        yield f"| {f'**{named}**' if number else named} | {number} | {told} |\n"
    if changes:
        since = words("changes.since", lang, run=changes.since)
        yield f"\n{since}{words('text.colon', lang)}{_counted(changes, lang)}\n"


def _run(it: Reconciliation, lang: Lang) -> Iterator[str]:
    for block in run_blocks(it.run, lang):
        yield from (f"- {_name(text, lang)}\n" for text in _texts(block, lang))


def _counted(changes: Changes, lang: Lang) -> str:
    return words(
        "changes.counts",
        lang,
        new=len(changes.new),
        changed=len(changes.changed),
        gone=len(changes.gone),
        lost=len(changes.lost),
        unchanged=changes.unchanged,
    )


def _attention(
    it: Reconciliation, lang: Lang, room: int | None, limit: int | None
) -> Iterator[str]:
    """What is to be deleted and what was deleted, one line each; never folded."""
    held = [one for status in _ATTENTION for one in it.findings if one.status is status]
    if not held:
        return
    head = f"\n### {words('markdown.attention', lang)}\n\n"
    room = None if room is None else room - len(head) - 2 * _SPARE
    yield head
    for at, finding in enumerate(held):
        row = _row(finding, lang)
        if room is not None:
            room -= len(row)
            if room < 0:
                told = words("markdown.left_out", lang, n=len(held) - at, limit=limit)
                yield f"- **{told}**\n"
                return
        yield row


def _row(finding: Finding, lang: Lang) -> str:
    status = words(f"status.{finding.status}", lang)
    label = f" {_name(finding.label, lang)}" if finding.label else ""
    return f"- **{status}** {code(short(str(finding.ref), lang, _NAME))}{label}\n"


def _next(it: Reconciliation, lang: Lang) -> Iterator[str]:
    yield f"\n### {words('heading.next', lang)}\n\n"
    for step in next_steps(it, lang):
        yield f"- {step}\n"


def _sections(
    it: Reconciliation, lang: Lang, changes: Changes | None
) -> Iterator[tuple[str, int, Iterable[str]]]:
    """What is folded, most wanted first: title, how many entries, the entries."""
    told = list(_changed(changes, lang)) if changes else []
    if changes and told:
        yield words("changes.since", lang, run=changes.since), len(told), told
    for status in WORST_FIRST:
        held = [finding for finding in it.findings if finding.status is status]
        if held and status is not Status.IN_SYNC:
            named, means = (words(f"{word}.{status}", lang) for word in ("status", "means"))
            title = words("heading.findings", lang, status=named, n=len(held), means=means)
            yield title, len(held), ("\n".join(finding_lines(f, it.estate, lang)) for f in held)
    systems = {one: system.name for one, system in it.estate.systems.items()}
    departments = {one: department.name for one, department in it.estate.departments.items()}
    for what, verdicts, names in (
        ("systems", it.verdicts.systems, systems),
        ("departments", it.verdicts.departments, departments),
    ):
        if verdicts:
            rows = [_verdict(one, names.get(one.subject, ""), lang) for one in verdicts.values()]
            yield words(f"heading.{what}", lang), len(rows), rows
    _, *blocks = coverage_blocks(it.coverage, lang)
    seen = [text for block in blocks for text in _texts(block, lang)]
    yield words("heading.coverage", lang), len(seen), seen


def _verdict(verdict: Verdict, name: str, lang: Lang) -> str:
    status = words(f"status.{verdict.status}", lang)
    drift = sum(count for one, count in verdict.counts.items() if one in DRIFT)
    told = short(f"{verdict.subject} {name}".rstrip(), lang, _NAME)
    return f"{status}  {drift}/{sum(verdict.counts.values())}  {told}"


def _changed(changes: Changes, lang: Lang) -> Iterator[str]:
    for finding in changes.new:
        yield _change("new", finding, finding, lang)
    for before, now in changes.changed:
        yield _change("changed", before, now, lang)
    for finding in changes.gone:
        yield _change("gone", finding, finding, lang)
    for finding in changes.lost:
        yield _change("lost", finding, finding, lang)


def _change(what: str, before: Finding, now: Finding, lang: Lang) -> str:
    was, is_now = (words(f"status.{one.status}", lang) for one in (before, now))
    status = was if was == is_now else f"{was} -> {is_now}"
    ref = short(str(now.ref), lang, _NAME)
    return f"{words(f'change.{what}', lang)}  {status}  {ref}"


def _folded(title: str, total: int, entries: Iterable[str], room: int | None, lang: Lang) -> str:
    """As many *entries* as there is *room* for, of *total*; "" if there is none."""
    head, tail = f"\n<details><summary>{title}</summary>\n\n", "\n\n</details>\n"
    kept: list[str] = []
    size, fence = len(head) + len(tail) + 2 * _LINE, "```"
    for entry in entries:
        fence = max(fence, _fence(entry), key=len)
        size += len(entry) + 1
        if room is not None and size + 2 * len(fence) > room:
            break
        kept.append(entry)
    if not kept:
        return ""
    more = ""
    if len(kept) < total:
        more = f"\n\n{words('markdown.more', lang, n=total - len(kept))[:_LINE]}"
    body = "\n".join(kept)
    return f"{head}{fence}text\n{body}\n{fence}{more}{tail}"


def _fence(text: str) -> str:
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    return "`" * max(3, longest + 1)


def _name(text: str, lang: Lang) -> str:
    told = short(text, lang, _NAME)
    return told if _PLAIN.fullmatch(told) else code(told)


def code(text: str) -> str:
    """Neutral *text* as a code span.

    >>> code("a`b"), code("cloud/server/oa-01")
    ('``a`b``', '`cloud/server/oa-01`')
    """
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if text[:1] in "` " or text[-1:] in "` " else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _key(text: str) -> str:
    """For the hidden line by which a comment is found again; nothing in it ends a comment."""
    return re.sub(r"[^\w.]+", "-", short(text, Lang.EN, 80))


def _texts(block: Block, lang: Lang) -> Iterator[str]:
    if isinstance(block, Entry):
        yield _line(block.head, lang)
        for detail in block.details:
            yield from (f"  {text}" for text in _texts(detail, lang))
    elif isinstance(block, Paragraph):
        yield _line(block.line, lang)
    elif isinstance(block, Bullets):
        yield from (_line(each, lang) for each in block.lines)


def _line(told: Line, lang: Lang) -> str:
    return "".join(short(span.text, lang) for span in told)
