"""Write and read back many findings as JSON lines; prints the figures as JSON. Used by run.py."""

import argparse
import gc
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from omlib.cli.main import COLLECT_AFTER
from omlib.model.finding import Difference, Finding
from omlib.model.item import Scope, Source
from omlib.model.ref import Plane, Ref
from omlib.model.status import Status
from omlib.report.findings_lines import findings_lines
from omlib.report.readers import read_findings_lines
from omlib.report.reconciliation import RunFacts


def _findings(count: int) -> Iterator[Finding]:
    """Packages of a thousand hosts, each of another version than declared."""
    for at in range(count):
        host = f"host-{at % 1000:03}"
        version = f"1.{at % 50}"
        yield Finding(
            ref=Ref(Plane.SERVER, "package", host, f"package-{at // 1000}"),
            status=Status.DIVERGED,
            scope=Scope(Plane.SERVER, "package", host),
            differences=(Difference(path="version", declared="2.0", actual=version),),
            systems=("hrss-portal",),
            department="hrss-bureau",
            source=Source("servers.yml", 1 + at % 5000),
        )


def main() -> None:

    parser = argparse.ArgumentParser()
    parser.add_argument("--findings", type=int, default=1_000_000)
    parser.add_argument("--read", action="store_true", help="read them back too")
    asked = parser.parse_args()
    gc.set_threshold(*COLLECT_AFTER)
    run = RunFacts(id="bench", started=datetime(2026, 11, 21, tzinfo=UTC), took_s=1)
    began = time.process_time()
    lines = findings_lines(run, "bench", _findings(asked.findings), ())
    size = 0
    if asked.read:
        size = sum(1 for _ in read_findings_lines(lines))
    else:
        for line in lines:
            size += len(line)
    took = time.process_time() - began
    unit = "findings" if asked.read else "bytes"
    print(json.dumps({"cpu_s": took, unit: size}))


if __name__ == "__main__":
    main()
