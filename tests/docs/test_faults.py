"""docs/faults.md says what the code does: every fault with its reason."""

from pathlib import Path

from omlib.model.status import UnknownReason
from omlib.planes.access.faults import REASONS
from omlib.planes.cloud.faults import FAULTS

PAGE = (Path(__file__).parents[2] / "docs" / "faults.md").read_text(encoding="utf-8")


def row(fault: str, heading: str) -> list[str]:
    section = PAGE.split(f"\n## {heading}", 1)[1].split("\n## ")[0]
    (found,) = (line for line in section.splitlines() if line.startswith(f"| `{fault}` |"))
    return [cell.strip() for cell in found.strip("|").split("|")]


def test_every_ssh_fault_stands_in_the_table_with_its_reason() -> None:
    for fault, reason in REASONS.items():
        assert row(fault, "Over SSH")[-1] == f"`{reason}`"


def test_every_cloud_fault_stands_in_the_table_with_its_words_and_reason() -> None:
    for fault in FAULTS:
        assert row(fault.condition, "In clouds") == [
            f"`{fault.condition}`",
            fault.what,
            f"`{fault.reason}`",
        ]


def test_all_seven_reasons_are_explained() -> None:
    for reason in UnknownReason:
        assert f"| `{reason}` | " in PAGE
