"""What changed from one run to another: new, changed, no longer there, lost from sight."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from omlib.model.finding import PRESENCE, Finding
from omlib.report import exits
from omlib.report.changes import Changes
from omlib.report.document import (
    Block,
    Document,
    Entry,
    Facts,
    Heading,
    Line,
    Paragraph,
    Span,
    Tone,
    line,
    tone_of,
)
from omlib.report.reconcile_json import finding_json
from omlib.report.run_blocks import verdict_line
from omlib.report.runs_screen import RunLike
from omlib.report.values import moment_text, two_sides
from omlib.report.words import Lang, words


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDiff:
    """What changed from one run to another."""

    before: RunLike
    after: RunLike
    changes: Changes

    @property
    def exit_code(self) -> int:
        """Bit 2 where something drifts anew or otherwise, bit 4 where something is not seen now."""
        now = (*self.changes.new, *(after for _, after in self.changes.changed))
        code = exits.exit_code(now)
        return code | exits.INCOMPLETE if self.changes.lost else code


def diff_report(it: RunDiff, lang: Lang) -> Document:
    change = it.changes
    rows = tuple(
        (
            words(f"diff.{side}", lang),
            line(Span(run.id, Tone.NAME), f"  {moment_text(run.started)}"),
        )
        for side, run in (("before", it.before), ("after", it.after))
    )
    blocks: list[Block] = [Facts(rows)]
    blocks += _section("new", [_now(one, lang) for one in change.new], lang)
    blocks += _section("changed", [_turned(*pair, lang) for pair in change.changed], lang)
    blocks += _section("gone", [_was(one, lang) for one in change.gone], lang)
    blocks += _section("lost", [_was(one, lang) for one in change.lost], lang)
    if not (change.new or change.changed or change.gone or change.lost):
        blocks.append(Paragraph(line(Span(words("diff.nothing", lang), Tone.GOOD))))
    unchanged = words("diff.unchanged", lang, n=change.unchanged)
    blocks.append(Paragraph(line(Span(unchanged, Tone.MUTED))))
    return Document(lang=lang, title=line(words("title.diff", lang)), blocks=tuple(blocks))


def diff_json(it: RunDiff) -> dict[str, object]:
    change = it.changes
    return {
        "schema": "omlib.diff/1.0",
        "before": it.before.id,
        "after": it.after.id,
        "exit_code": it.exit_code,
        "new": [finding_json(one) for one in change.new],
        "changed": [
            {"before": finding_json(before), "after": finding_json(after)}
            for before, after in change.changed
        ],
        "gone": [finding_json(one) for one in change.gone],
        "lost": [finding_json(one) for one in change.lost],
        "unchanged": change.unchanged,
    }


def _section(name: str, held: Sequence[Entry], lang: Lang) -> Iterator[Block]:
    if held:
        yield Heading(line(words(f"diff.{name}", lang, n=len(held))))
        yield from held


def _now(finding: Finding, lang: Lang) -> Entry:
    head = (*verdict_line(finding.status, finding.reason, lang), *_name(finding))
    return Entry(head, tuple(_sides(finding, lang)))


def _turned(before: Finding, after: Finding, lang: Lang) -> Entry:
    turned = (
        *verdict_line(before.status, before.reason, lang),
        Span(" -> "),
        *verdict_line(after.status, after.reason, lang),
        *_name(after),
    )
    return Entry(turned, tuple(_sides(after, lang)))


def _was(finding: Finding, lang: Lang) -> Entry:
    was = Span(words(f"status.{finding.status}", lang), Tone.MUTED)
    return Entry((was, *_name(finding)))


def _name(finding: Finding) -> Line:
    return Span("  "), Span(str(finding.ref), Tone.NAME)


def _sides(finding: Finding, lang: Lang) -> Iterator[Entry]:
    for difference in finding.differences:
        if difference.path == PRESENCE:
            continue
        declared, actual = two_sides(difference.declared, difference.actual, lang)
        yield Entry(
            line(
                Span(difference.path, Tone.STRONG),
                words("text.colon", lang) + words("finding.declared", lang),
                Span(declared, Tone.GOOD),
                words("finding.actual", lang),
                Span(actual, tone_of(finding.status)),
            )
        )
