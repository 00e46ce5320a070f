"""How carrying out a plan went, step by step: what was done, what failed, what was not begun."""

from omlib.apply.applied import Applied, Outcome, Step
from omlib.report.document import Document, Entry, Paragraph, Span, Tone, line
from omlib.report.values import took_text
from omlib.report.words import Lang, words

_TONES = {
    Outcome.DONE: Tone.GOOD,
    Outcome.ALREADY_DONE: Tone.MUTED,
    Outcome.FAILED: Tone.BAD,
    Outcome.NOT_DONE: Tone.UNKNOWN,
}


def apply_report(applied: Applied, lang: Lang) -> Document:
    counts = {outcome.value: applied.count(outcome) for outcome in Outcome}
    told = words("applied.counts", lang, planned=len(applied.steps), **counts)
    return Document(
        lang=lang,
        title=line(words("title.applied", lang, plan=applied.plan[:12])),
        blocks=(
            *(_step(step, lang) for step in applied.steps),
            Paragraph(line(Span(told, Tone.GOOD if applied.complete else Tone.BAD))),
        ),
    )


def apply_json(applied: Applied) -> dict[str, object]:
    return {
        "schema": "omlib.apply/1.0",
        "plan": applied.plan,
        "complete": applied.complete,
        "resumed": applied.resumed,
        "took_s": round(applied.took_s, 3),
        "steps": [
            {
                "action": step.action.id,
                "ref": str(step.action.ref),
                "verb": step.action.verb.value,
                "outcome": step.outcome.value,
                "error": step.error,
                "took_s": round(step.took_s, 3),
            }
            for step in applied.steps
        ],
    }


def _step(step: Step, lang: Lang) -> Entry:
    head = line(
        Span(words(f"outcome.{step.outcome}", lang), _TONES[step.outcome]),
        "  ",
        words(f"verb.{step.action.verb}", lang),
        "  ",
        Span(str(step.action.ref), Tone.NAME),
        "  ",
        Span(took_text(step.took_s, lang), Tone.MUTED) if step.took_s else "",
    )
    return Entry(head, (Entry(line(step.error)),) if step.error else ())
