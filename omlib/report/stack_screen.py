"""Stacks of cloud resources: what differs, what a change did, what was refused, and what is next.

An arrow goes from what is to what it would become; in a look for drift, from what it was.
"""

from collections.abc import Iterator, Sequence

from omlib.model.ref import Ref
from omlib.model.stack import Op, Refusal, Rule, Sides, StackResult, StackRun, Step, Verb
from omlib.model.status import UnknownReason
from omlib.report.document import (
    Block,
    Bullets,
    Document,
    Entry,
    Heading,
    Line,
    Paragraph,
    Span,
    Tone,
    line,
)
from omlib.report.finding_entries import FOLD_FROM
from omlib.report.stack_exits import pending
from omlib.report.values import Side, line_changes, took_text, two_sides, value_text
from omlib.report.words import Lang, error_words, has, words

_TONES = {
    Op.CREATE: Tone.GOOD,
    Op.UPDATE: Tone.UNMANAGED,
    Op.REPLACE: Tone.BAD,
    Op.DELETE: Tone.BAD,
    Op.IMPORT: Tone.GOOD,
    Op.SAME: Tone.MUTED,
}
_NAMED = 6  # so many refs of a group are named


def stack_report(run: StackRun, lang: Lang) -> Document:
    blocks: list[Block] = []
    for result in run.results:
        blocks += _stack(result, lang)
    if not run.results:
        blocks.append(Paragraph(line(words("stack.none_chosen", lang))))
    blocks += _next(run, lang)
    return Document(
        lang=lang, title=line(words(f"title.stack_{run.verb}", lang)), blocks=tuple(blocks)
    )


def _stack(result: StackResult, lang: Lang) -> Iterator[Block]:
    took = words("text.aside", lang, told=took_text(result.took_s, lang))
    yield Heading(line(Span(result.stack, Tone.NAME), Span(took, Tone.MUTED)))
    if result.fault and not any(step.error for step in result.steps):
        yield Paragraph(line(*_fault(result, lang)))
    if result.steps or not result.fault:
        yield Paragraph(line(Span(_counts(result, lang), Tone.STRONG)))
    for refusal in result.refused:
        yield Paragraph(line(Span(words("stack.refused", lang, why=_why(refusal, lang)), Tone.BAD)))
    yield from _entries(result, lang)
    for code, refs in (
        ("stack.carried", [step.ref for step in result.steps if step.carried]),
        ("stack.held", result.held),
        ("stack.left_out", result.left_out),
    ):
        if refs:
            told = words(code, lang, n=len(refs), refs=_named(refs, lang))
            yield Paragraph(line(Span(told, Tone.MUTED)))
    for warning in result.warnings:
        told = words("stack.warning", lang, said=warning)
        yield Paragraph(line(Span(told, Tone.UNKNOWN)))
    if result.changed and result.again:
        yield Paragraph(_again(result.again, lang))


def _fault(result: StackResult, lang: Lang) -> Iterator[Span]:
    """Two spans: a long one is cut on a screen, and what to do next must not go with it."""
    facts = dict(result.facts)
    if result.is_refusal or has(f"error.{result.fault}"):
        what, then = error_words(result.fault, facts, lang)
        yield Span(what, Tone.BAD)
        if then:
            yield Span((" " if lang is Lang.EN else "") + then, Tone.BAD)
        return
    why = words(f"stack.fault.{result.fault}", lang, **facts)
    yield Span(words("stack.fault", lang, why=why), Tone.BAD)


def _counts(result: StackResult, lang: Lang) -> str:
    if result.verb is Verb.RECOVER and not result.steps:
        return words("stack.recovered", lang)
    group = "done" if result.changed else "count"
    told = [
        words(f"stack.{group}.{op}", lang, n=count)
        for op in (Op.CREATE, Op.UPDATE, Op.REPLACE, Op.DELETE, Op.IMPORT)
        if result.verb is not Verb.DRIFT
        and (
            count := sum(
                step.op is op and not step.error and step.unknown is None for step in result.steps
            )
        )
    ]
    drifted = sum(step.op is not Op.SAME for step in result.steps)
    if result.verb is Verb.DRIFT and drifted:
        told.append(words("stack.count.drifted", lang, n=drifted))
    for code, count in (
        ("stack.done.failed", sum(bool(step.error) for step in result.steps)),
        ("stack.count.gone", sum(step.gone for step in result.steps) * (not result.changed)),
        ("stack.count.unknown", sum(step.unknown is not None for step in result.steps)),
        (
            "stack.count.unmoved" if result.verb is Verb.DRIFT else "stack.count.same",
            sum(_is_plain(step) and not step.carried for step in result.steps),
        ),
    ):
        if count:
            told.append(words(code, lang, n=count))
    return words("text.and", lang).join(told) or words("stack.nothing", lang)


def _is_plain(step: Step) -> bool:
    return step.op is Op.SAME and not (step.unknown or step.gone or step.error)


def _entries(result: StackResult, lang: Lang) -> Iterator[Entry]:
    """What is not plain; what could not be seen for one reason is told together."""
    unknown: dict[tuple[object, str], list[Step]] = {}
    for step in result.steps:
        if step.unknown is not None and not step.error:
            unknown.setdefault((step.unknown, step.detail), []).append(step)
        elif not _is_plain(step) or step.unseen:
            yield _entry(step, result, lang)
    for group in unknown.values():
        if len(group) >= FOLD_FROM:
            refs = _named([step.ref for step in group], lang)
            yield Entry(_unknown_head(group[0], refs, lang), tuple(_detail(group[0])))
        else:
            for step in group:
                yield Entry(_unknown_head(step, str(step.ref), lang), tuple(_detail(step)))


def _unknown_head(step: Step, refs: str, lang: Lang) -> Line:
    reason = words(f"reason.{step.unknown}", lang)
    told = words("status.unknown", lang) + words("text.aside", lang, told=reason)
    return line(Span(told, Tone.UNKNOWN), "  ", Span(refs, Tone.NAME))


def _detail(step: Step) -> Iterator[Entry]:
    if step.detail:
        yield Entry(line(Span(step.detail, Tone.MUTED)))


def _entry(step: Step, result: StackResult, lang: Lang) -> Entry:
    details = [_side(side, result, lang) for side in step.sides]
    if step.unseen:
        told = words("stack.unseen", lang, paths=words("text.and", lang).join(step.unseen))
        details.append(Entry(line(Span(told, Tone.UNKNOWN))))
        details += _detail(step)
    if step.error:
        details.append(Entry(line(Span(step.error, Tone.BAD))))
    return Entry(
        line(*_verb(step, result, lang), "  ", Span(str(step.ref), Tone.NAME)), tuple(details)
    )


def _verb(step: Step, result: StackResult, lang: Lang) -> Iterator[Span]:
    if step.error:
        yield Span(words("stack.failed", lang), Tone.BAD)
    elif step.gone:
        yield Span(words("stack.gone", lang), Tone.MISSING)
    elif step.op is Op.SAME:
        yield Span(words("stack.partly", lang), Tone.UNKNOWN)
    if result.verb is Verb.DRIFT:
        if step.op is not Op.SAME:
            yield Span(words("op.drift", lang), Tone.DIVERGED)
        return
    if step.op is Op.SAME or step.carried:
        return
    before = words("text.and", lang) if step.error or step.gone else ""
    said = words(f"did.{step.op}" if result.changed and not step.error else f"op.{step.op}", lang)
    yield Span(before + said, _TONES[step.op])


def _side(side: Sides, result: StackResult, lang: Lang) -> Entry:
    """One attribute; of a list only the members that go (-) and that come (+)."""
    drift = result.verb is Verb.DRIFT
    old, new = (side.recorded, side.live) if drift else (side.live, side.declared)
    tone = Tone.DIVERGED if drift else Tone.GOOD
    name, aside = Span(side.path, Tone.STRONG), Span(_aside(side, lang, drift=drift), Tone.MUTED)
    if isinstance(old, tuple) and isinstance(new, tuple):
        changes, more = line_changes(old, new)
        if changes:
            members = [
                Entry(line("- ", text) if one is Side.DECLARED else line("+ ", Span(text, tone)))
                for one, text in changes
            ]
            if more:
                members.append(Entry(line(words("stack.more", lang, n=more))))
            return Entry(line(name, aside), tuple(members))
    one, other = two_sides(old, new, lang)
    return Entry(line(name, words("text.colon", lang), f"{one} -> ", Span(other, tone), aside))


def _aside(side: Sides, lang: Lang, *, drift: bool) -> str:
    told = [words(f"cause.{side.cause}", lang)]
    if drift and side.declared not in (side.recorded, side.live):
        told.append(words("side.now", lang, declared=value_text(side.declared, lang)))
    if not drift and side.recorded not in (side.live, side.declared, None):
        told.append(words("side.recorded", lang, recorded=value_text(side.recorded, lang)))
    if side.replaces:
        told.append(words("side.replaces", lang))
    if side.deed:
        deed = side.deed
        told.append(
            words(
                "deed.told",
                lang,
                action=deed.action,
                user=deed.user,
                at=f"{deed.at[:19].replace('T', ' ')} UTC",
                request=deed.request,
            )
        )
    return words("text.aside", lang, told=words("text.semicolon", lang).join(told))


def _again(steps: Sequence[Step], lang: Lang) -> Line:
    for code, left, tone in (
        ("stack.not_as_declared", [step.ref for step in steps if pending(step)], Tone.BAD),
        ("stack.as_declared_but", [step.ref for step in steps if step.unknown], Tone.UNKNOWN),
    ):
        if left:
            return line(Span(words(code, lang, n=len(left), refs=_named(left, lang)), tone))
    return line(Span(words("stack.as_declared", lang), Tone.GOOD))


def _why(refusal: Refusal, lang: Lang) -> str:
    refs, count = _named(refusal.refs, lang), len(refusal.refs)
    return words(f"rule.{refusal.rule}", lang, refs=refs, n=count, detail=refusal.detail)


def _named(refs: Sequence[Ref], lang: Lang) -> str:
    names = [str(ref) for ref in refs[:_NAMED]]
    if len(refs) > _NAMED:
        names.append(words("stack.more", lang, n=len(refs) - _NAMED))
    return words("text.and", lang).join(names)


def _next(run: StackRun, lang: Lang) -> Iterator[Block]:
    steps: dict[str, None] = {}
    for result in run.results:
        for refusal in result.refused:
            n = len(refusal.refs) if refusal.rule is Rule.GONE else 0
            steps[words(f"rule.{refusal.rule}.next", lang, n=n)] = None
        if run.verb in (Verb.PREVIEW, Verb.DRIFT):
            open_ = [step for step in result.steps if pending(step)]
            replaced = [step for step in open_ if step.op is Op.REPLACE]
            if any(step.op is Op.CREATE and not step.gone for step in open_):
                steps[words("next.stack_by_hand", lang)] = None
            if len(open_) > len(replaced):
                steps[words("next.stack_up", lang)] = None
            if replaced:
                steps[words(f"rule.{Rule.REPLACE}.next", lang)] = None
        if run.verb is Verb.RECOVER and result.steps:
            steps[words("next.stack_recovered", lang)] = None
        if any(step.error for step in result.steps):
            steps[words("next.stack_failed", lang)] = None
        elif result.changed and any(map(pending, result.again)):
            steps[words("next.stack_changed", lang)] = None
        if result.fault in ("interrupted", "broken_off"):
            code = "next.stack_interrupted" if run.verb is Verb.UP else "next.interrupted"
            steps[words(code, lang)] = None
        elif not any(step.error for step in result.steps):
            reasons = {step.unknown for step in (*result.steps, *result.again)}
            for reason in UnknownReason:
                if reason in reasons:
                    steps[words(f"next.{reason}", lang)] = None
    if steps:
        yield Heading(line(words("heading.next", lang)))
        yield Bullets(tuple(line(step) for step in steps))
