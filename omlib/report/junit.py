"""A comparison as JUnit XML, for CI servers: a suite for each system, a case for each item.

A drift is a failure. What is unknown is an error, with the reason as its type: a build must not
turn green because nobody could look. What is waived is skipped, with its ticket. A listing with a
gap is an error of its own, for undeclared things may hide in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from xml.sax.saxutils import escape, quoteattr

from omlib.model.finding import Finding
from omlib.model.status import Status
from omlib.report.finding_text import finding_lines, short
from omlib.report.neutral import neutral
from omlib.report.reconciliation import Label, Reconciliation
from omlib.report.words import Lang, words


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What became of a case. *element* is failure, error or skipped; "" passed."""

    element: str = ""
    type: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    name: str
    group: str
    outcome: _Outcome
    lines: tuple[str, ...] = ()


_PASSED = _Outcome()


def junit(it: Reconciliation, lang: Lang) -> Iterator[str]:
    """The file in pieces, as Jenkins' junit-10.xsd has it."""
    suites: dict[str, list[Finding]] = {}
    for finding in it.findings:
        suites.setdefault(_suite(finding, it, lang), []).append(finding)
    outcomes = [_outcome(finding, lang).element for finding in it.findings]
    blind = tuple(_blind(it, lang))
    errors = outcomes.count("error") + len(blind)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield (
        f"<testsuites name={_quoted(it.estate.name, lang)}"
        f' tests="{len(outcomes) + len(blind)}" failures="{outcomes.count("failure")}"'
        f' errors="{errors}" time="{it.run.took_s:.3f}">\n'
    )
    for name in sorted(suites):
        found = suites[name]
        kinds = [_outcome(finding, lang).element for finding in found]
        yield _head(name, kinds, it, lang)
        for finding in found:
            yield _written(_case(finding, name, it, lang), lang)
        yield "</testsuite>\n"
    if blind:
        name = words("junit.coverage", lang)
        yield _head(name, [case.outcome.element for case in blind], it, lang)
        yield from (_written(case, lang) for case in blind)
        yield "</testsuite>\n"
    yield "</testsuites>\n"


def _suite(finding: Finding, it: Reconciliation, lang: Lang) -> str:
    """An item of several systems is a case of the first: each item is counted once."""
    if not finding.systems:
        plane = words(f"plane.{finding.ref.plane}", lang)
        return words("junit.no_system", lang, plane=plane)
    first = finding.systems[0]
    known = it.estate.systems.get(first)
    return f"{first} {known.name}" if known else first


def _outcome(finding: Finding, lang: Lang) -> _Outcome:
    status = finding.status
    if status.is_drift:
        named, means = words(f"status.{status}", lang), words(f"means.{status}", lang)
        message = f"{named}{words('text.colon', lang)}{means}"
        return _Outcome(element="failure", type=status.value, message=message)
    reason = finding.reason or next(iter(finding.unseen.values()), None)
    if reason:
        told = finding.detail or words(f"why.{reason}", lang)
        message = words(f"reason.{reason}", lang) + words("text.colon", lang) + told
        return _Outcome(element="error", type=reason.value, message=message)
    if status is Status.WAIVED:
        tickets = sorted({one.waived_by for one in finding.differences if one.waived_by})
        return _Outcome(
            element="skipped",
            type=status.value,
            message=words("finding.waived", lang, ticket=", ".join(tickets)),
        )
    return _PASSED


def _case(finding: Finding, suite: str, it: Reconciliation, lang: Lang) -> _Case:
    outcome = _outcome(finding, lang)
    group = ".".join((suite.partition(" ")[0], finding.ref.plane, finding.ref.kind))
    lines = finding_lines(finding, it.estate, lang)[1:] if outcome.element else ()
    return _Case(name=str(finding.ref), group=group, outcome=outcome, lines=tuple(lines))


def _blind(it: Reconciliation, lang: Lang) -> Iterator[_Case]:
    """What could not be looked at; items that are known by name stand in their suites as well."""
    for row in it.coverage:
        for scope, reason, detail in row.gaps:
            told = words(f"reason.{reason}", lang) + words("text.colon", lang)
            message = told + (detail or words(f"why.{reason}", lang))
            outcome = _Outcome(element="error", type=reason.value, message=message)
            yield _Case(name=str(scope), group=f"coverage.{scope.plane}", outcome=outcome)
    if Label.INTERRUPTED in it.run.labels:
        message = words("junit.interrupted", lang)
        outcome = _Outcome(element="error", type=Label.INTERRUPTED.value, message=message)
        yield _Case(name=it.run.id, group="coverage.run", outcome=outcome)


def _head(name: str, elements: Sequence[str], it: Reconciliation, lang: Lang) -> str:
    return (
        f'<testsuite name={_quoted(name, lang)} tests="{len(elements)}"'
        f' failures="{elements.count("failure")}" errors="{elements.count("error")}"'
        f' skipped="{elements.count("skipped")}"'
        f' timestamp="{it.run.started.astimezone(UTC):%Y-%m-%dT%H:%M:%S}">\n'
    )


def _written(case: _Case, lang: Lang) -> str:
    head = f"  <testcase name={_quoted(case.name, lang)} classname={_quoted(case.group, lang)}"
    outcome = case.outcome
    if not outcome.element:
        return head + "/>\n"
    opened = (
        f"{head}>\n    <{outcome.element} type={_quoted(outcome.type, lang)}"
        f" message={_quoted(outcome.message, lang)}"
    )
    if not case.lines:
        return f"{opened}/>\n  </testcase>\n"
    told = escape("\n".join(neutral(line) for line in case.lines))
    return f"{opened}>{told}</{outcome.element}>\n  </testcase>\n"


def _quoted(text: str, lang: Lang) -> str:
    return quoteattr(short(text, lang, 2000))
