"""A plan as people read it before they let it run: each step, and what was left out and why."""

from collections.abc import Iterator, Sequence

from omlib.model.action import Action, Verb
from omlib.model.item import Value
from omlib.plan.plan import NotPlanned, Plan, Why
from omlib.report.document import (
    Block,
    Bullets,
    Document,
    Entry,
    Heading,
    Paragraph,
    Span,
    Tone,
    line,
    tone_of,
)
from omlib.report.finding_entries import FOLD_FROM, folded_head, folded_names, listed
from omlib.report.values import two_sides, value_text
from omlib.report.words import Lang, words

_TONES = {Verb.CREATE: Tone.GOOD, Verb.UPDATE: Tone.UNMANAGED, Verb.DELETE: Tone.BAD}


def plan_report(
    plan: Plan, lang: Lang, *, name: str, digest: str, labels: Sequence[str] = ()
) -> Document:
    """*name* is the file that `omlib apply` takes; "" if the plan was not written to one."""
    return Document(
        lang=lang,
        title=line(words("title.plan", lang, plan=name).rstrip()),
        blocks=(
            *_head(plan, digest, lang),
            *_steps(plan, lang),
            *_left_out(plan, lang),
            *_next(plan, name, lang),
        ),
        labels=tuple(words(f"label.{label}", lang) for label in labels),
    )


def _head(plan: Plan, digest: str, lang: Lang) -> Iterator[Block]:
    yield Paragraph(line(Span(words("plan.bound", lang, digest=digest), Tone.MUTED)))
    if not plan.actions:
        code = "plan.only_left_out" if plan.not_planned else "plan.empty"
        yield Paragraph(line(words(code, lang, n=len(plan.not_planned))))
        return
    counts = {verb.value: sum(a.verb is verb for a in plan.actions) for verb in Verb}
    yield Paragraph(line(Span(words("plan.counts", lang, **counts), Tone.STRONG)))


def _steps(plan: Plan, lang: Lang) -> Iterator[Block]:
    if plan.actions:
        yield Heading(line(words("heading.actions", lang)))
    for number, action in enumerate(plan.actions, start=1):
        verb = words(f"verb.{action.verb}", lang)
        warning = "" if action.reversible else "  " + words("plan.irreversible", lang)
        yield Entry(
            line(
                f"{number}. ",
                Span(verb, _TONES[action.verb]),
                " ",
                Span(str(action.ref), Tone.NAME),
                Span(warning, Tone.BAD),
            ),
            tuple(_changes(action, lang)),
        )


def _changes(action: Action, lang: Lang) -> Iterator[Entry]:
    before, after = action.before, action.after
    for path in sorted({*(before or {}), *(after or {})}):
        was: Value = before.get(path) if before else None
        will: Value = after.get(path) if after else None
        if was == will and type(was) is type(will):
            continue
        head = (Span(path, Tone.STRONG), words("text.colon", lang))
        if action.verb is not Verb.UPDATE:
            yield Entry(line(*head, value_text(was if after is None else will, lang)))
            continue
        old, new = two_sides(was, will, lang)
        yield Entry(line(*head, old, " -> ", Span(new, Tone.GOOD)))
    if action.live:
        yield Entry(line(Span(words("finding.live", lang, live=action.live), Tone.MUTED)))
    if action.depends_on:
        told = words("plan.after", lang, refs=listed(action.depends_on, lang))
        yield Entry(line(Span(told, Tone.MUTED)))


def _left_out(plan: Plan, lang: Lang) -> Iterator[Block]:
    if plan.not_planned:
        yield Heading(line(words("heading.not_planned", lang, n=len(plan.not_planned))))
    groups: dict[tuple[object, ...], list[NotPlanned]] = {}
    for item in plan.not_planned:
        # what stands on one host and was not seen is one thing to look into, as in a comparison
        folds = item.why is Why.UNKNOWN and item.ref.part
        place = (item.ref.plane, item.ref.owner, item.reason, item.detail)
        groups.setdefault(place if folds else (item.ref, item.why), []).append(item)
    for group in groups.values():
        if len(group) >= FOLD_FROM:
            first, refs = group[0], [item.ref for item in group]
            head = folded_head(first.ref.owner, first.ref.plane, len(group), lang)
            names = Entry(folded_names(refs, "plan.and_more", lang))
            yield Entry(head, (_why_entry(first, lang), names))
        else:
            for item in group:
                head = line(Span(str(item.ref), Tone.NAME))
                yield Entry(head, (_why_entry(item, lang),))


def _why_entry(item: NotPlanned, lang: Lang) -> Entry:
    return Entry(line(Span(_why(item, lang), tone_of(item.status) if item.status else Tone.MUTED)))


def _why(item: NotPlanned, lang: Lang) -> str:
    told = words(f"not_planned.{item.why}", lang)
    if item.reason:
        told += words("text.aside", lang, told=words(f"reason.{item.reason}", lang))
    return told + (words("text.colon", lang) + item.detail if item.detail else "")


def _next(plan: Plan, name: str, lang: Lang) -> Iterator[Block]:
    if plan.actions:
        yield Heading(line(words("heading.next", lang)))
        yield Bullets((line(words("next.plan" if name else "next.plan_out", lang, plan=name)),))
