"""The checks of the protection scheme, ready to be shown: row by row, the bad answers first."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from omlib.model.check import Answer, Checked, Evidence
from omlib.model.estate import Estate
from omlib.report import exits
from omlib.report.document import Block, Document, Entry, Heading, Paragraph, Span, Tone, line
from omlib.report.reconcile_json import run_json
from omlib.report.reconciliation import Label, RunFacts
from omlib.report.run_blocks import run_blocks
from omlib.report.words import Lang, words

SCHEMA = "omlib.mlps/1.0"
_WORST_FIRST = (Answer.NO, Answer.UNKNOWN, Answer.YES)
_TONES: Mapping[Answer, Tone] = {
    Answer.YES: Tone.GOOD,
    Answer.NO: Tone.BAD,
    Answer.UNKNOWN: Tone.UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """*checked* is by row and subject. Exit code: bit 2 for a no, bit 4 for an unknown."""

    run: RunFacts
    estate: Estate
    checked: Sequence[Checked]

    @property
    def exit_code(self) -> int:
        if Label.INTERRUPTED in self.run.labels:
            return exits.INTERRUPTED
        answers = {one.answer for one in self.checked}
        drifted = exits.DRIFTED if Answer.NO in answers else exits.IN_SYNC
        return drifted | (exits.INCOMPLETE if Answer.UNKNOWN in answers else exits.IN_SYNC)

    @property
    def counts(self) -> Mapping[Answer, int]:
        counts = Counter(one.answer for one in self.checked)
        return {answer: counts[answer] for answer in Answer}


def mlps_report(it: Checks, lang: Lang) -> Document:
    return Document(
        lang=lang,
        title=line(words("title.mlps", lang, estate=it.estate.name)),
        blocks=(*run_blocks(it.run, lang), *_rows(it, lang)),
        labels=tuple(words(f"label.{label}", lang) for label in it.run.labels),
    )


def _rows(it: Checks, lang: Lang) -> Iterator[Block]:
    if not it.checked:
        yield Paragraph(line(words("mlps.nothing", lang)))
        return
    counts = {answer.value: count for answer, count in it.counts.items()}
    yield Paragraph(line(Span(words("mlps.counts", lang, **counts), Tone.STRONG)))
    for (row, clause), held in groupby(it.checked, key=lambda one: (one.row, one.clause)):
        title = words(f"mlps.row.{row}", lang)
        yield Heading(line(words("heading.mlps", lang, row=row, clause=clause, title=title)))
        for one in sorted(held, key=lambda one: _WORST_FIRST.index(one.answer)):
            yield _entry(one, it.estate, lang)


def _entry(one: Checked, estate: Estate, lang: Lang) -> Entry:
    system = estate.systems.get(one.subject)
    name = f" {system.name}" if system else ""
    answer = words(f"answer.{one.answer}", lang)
    if one.reason:
        reason = words(f"reason.{one.reason}", lang)
        answer = words("mlps.because", lang, answer=answer, reason=reason)
    told = [Entry(line(evidence_text(each, lang))) for each in one.evidence]
    if one.remediation:
        told.append(Entry(line(Span(_remedy(one, lang), Tone.MUTED))))
    return Entry(
        line(
            Span(one.subject, Tone.NAME),
            name + words("text.colon", lang),
            Span(answer, _TONES[one.answer]),
        ),
        tuple(told),
    )


def evidence_text(evidence: Evidence, lang: Lang) -> str:
    facts = dict(evidence.facts)
    if "reason" in facts:
        facts["reason"] = words(f"reason.{facts['reason']}", lang)
    return words(f"mlps.evidence.{evidence.code}", lang, **facts)


def _remedy(one: Checked, lang: Lang) -> str:
    return words(f"mlps.remedy.{one.remediation}", lang, subject=one.subject)


def mlps_json(it: Checks) -> dict[str, object]:
    """For programs: `omlib.mlps/1.0`. Codes are stable; the words beside them are English."""
    return {
        "schema": SCHEMA,
        "run": run_json(it.run, it.estate.name),
        "exit_code": it.exit_code,
        "summary": {answer.value: count for answer, count in it.counts.items()},
        "checks": [
            {
                "row": one.row,
                "clause": one.clause,
                "plane": one.plane.value,
                "subject": one.subject,
                "systems": list(one.systems),
                "answer": one.answer.value,
                "reason": one.reason.value if one.reason else None,
                "evidence": [
                    {
                        "code": each.code,
                        "facts": dict(each.facts),
                        "text": evidence_text(each, Lang.EN),
                    }
                    for each in one.evidence
                ],
                "remediation": one.remediation or None,
                "next": _remedy(one, Lang.EN) if one.remediation else None,
            }
            for one in it.checked
        ],
    }
