"""Findings for programs, one JSON object on each line: `omlib.findings/1.1`, in docs/schema.

First a header, last a summary with the totals: a file that was cut has none, and whoever reads it
can tell. Made one line at a time, so a million findings take no more memory than one.
"""

from collections.abc import Iterable, Iterator, Sequence

from omlib.model.finding import Coverage, Finding
from omlib.model.status import WORST_FIRST
from omlib.report import exits
from omlib.report.json_text import json_line
from omlib.report.reconcile_json import coverage_json, finding_json, run_json
from omlib.report.reconciliation import Label, RunFacts

SCHEMA = "omlib.findings/1.1"


def findings_lines(
    run: RunFacts, estate: str, findings: Iterable[Finding], coverage: Sequence[Coverage]
) -> Iterator[str]:
    """The lines, each with its end. *findings* is walked once; *estate* is the estate's name."""
    header = {"type": "header", "schema": SCHEMA, "run": run_json(run, estate)}
    yield json_line(header) + "\n"
    counts = dict.fromkeys(WORST_FIRST, 0)
    code = exits.exit_code((), coverage)
    for finding in findings:
        counts[finding.status] += 1
        code |= exits.exit_code((finding,), fail_on=run.fail_on)
        yield json_line({"type": "finding", **finding_json(finding)}) + "\n"
    interrupted = Label.INTERRUPTED in run.labels
    summary = {
        "type": "summary",
        "items": sum(counts.values()),
        "by_status": {status.value: count for status, count in counts.items()},
        "complete": not interrupted and not code & exits.INCOMPLETE,
        "exit_code": exits.INTERRUPTED if interrupted else code,
        "coverage": [coverage_json(row) for row in coverage],
    }
    yield json_line(summary) + "\n"
