"""Device texts in folders: what is intended, what runs, and what is found.

A case holds `case.yml` (platform, ownership, and template with vars, or an `intended.cfg` beside
it), `running.cfg`, and `findings.txt`: one line a finding, and under it what only the declared (-)
or only the actual side (+) has. A new case is a new folder.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml

from omlib.model.estate import Access, Device
from omlib.model.finding import Finding
from omlib.model.item import Source, Value
from omlib.model.observation import Observation, Sight
from omlib.planes.network.declared import declared_items, scope_of
from omlib.planes.network.encoding import decode
from omlib.planes.network.intended import environment, intended
from omlib.planes.network.plane import actual_items
from omlib.planes.network.platforms import PLATFORMS
from omlib.planes.network.text import parse, render
from omlib.reconcile.compare import reconcile

HERE = Path(__file__).parent
TEMPLATES = HERE.parents[2] / "templates" / "network"
CASES = sorted(path.parent for path in HERE.glob("*/case.yml"))
SEEN = Sight(
    complete=True, reason=None, at=datetime(2026, 3, 2, tzinfo=UTC), by="netadmin", via="file"
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_found(case: Path) -> None:
    told = yaml.safe_load((case / "case.yml").read_text(encoding="utf-8"))
    device = Device(
        id="core-rtr-1",
        platform=told["platform"],
        access=Access(site="dc", address="198.18.0.254"),
        template=told.get("template", ""),
        vars=told.get("vars", {}),
        ownership=told["ownership"],
        source=Source("network.yml", 3),
    )
    text = (
        intended(device, environment(TEMPLATES))
        if device.template
        else (case / "intended.cfg").read_text(encoding="utf-8")
    )
    running = decode((case / "running.cfg").read_bytes())
    document = parse(running.text, PLATFORMS[device.platform].dialect)
    assert render(document).encode(running.encoding) == (case / "running.cfg").read_bytes()

    declared = list(declared_items(device, text))
    actual = tuple(actual_items(device, document, {item.ref for item in declared}))
    observed = Observation(sights={scope_of(device.id): SEEN}, actual=actual)
    findings = reconcile(declared, observed, today=date(2026, 3, 2))
    found = "\n".join(line for finding in findings for line in _told(finding)) + "\n"
    assert found == (case / "findings.txt").read_text(encoding="utf-8")


def _told(finding: Finding) -> Iterator[str]:
    reason = f"({finding.reason})" if finding.reason else ""
    yield f"{finding.status}{reason} {finding.ref.part}"
    for difference in finding.differences:
        if difference.path != "@presence":
            declared, actual = _lines(difference.declared), _lines(difference.actual)
            yield from (f"  - {line}" for line in declared if line not in actual)
            yield from (f"  + {line}" for line in actual if line not in declared)
            if set(declared) == set(actual):
                yield "  in another order"


def _lines(value: Value) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)
