"""Measure omlib on estates of a city's size and print one table; README.md says what and how.

    python benchmarks/run.py [--quick]

Every figure is taken in a process of its own, so that peak memory is that measurement's alone.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """*cpu_s* and *peak_mib* are medians of *runs*; a target of None is not ours to meet."""

    what: str
    cpu_s: float
    peak_mib: float
    runs: int
    target_s: float | None = None
    target_mib: float | None = None
    note: str = ""


def measured(command: Sequence[str], runs: int) -> tuple[float, float, str]:
    """Median CPU seconds and peak MiB of *command*, and what its last run printed."""
    seconds, peaks, said = [], [], ""
    for _ in range(runs):
        with tempfile.TemporaryFile() as out:
            process = subprocess.Popen(command, stdout=out)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            said = out.read().decode()
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} failed: {process.returncode}")
        seconds.append(used.ru_utime + used.ru_stime)
        peaks.append(used.ru_maxrss / 1024)
    return statistics.median(seconds), statistics.median(peaks), said


def inside(script: str, runs: int, *words: str) -> tuple[float, float, dict[str, str]]:
    """As `measured`, but only the part that the script itself timed; its other facts beside."""
    seconds, peaks, facts = [], [], {}
    for _ in range(runs):
        _, peak, said = measured([sys.executable, str(HERE / script), *words], 1)
        facts = json.loads(said.splitlines()[-1])
        seconds.append(float(facts.pop("cpu_s")))
        peaks.append(peak)
    return statistics.median(seconds), statistics.median(peaks), facts


def help_row() -> Row:
    cpu_s, peak_mib, _ = measured([str(BIN / "omlib"), "--help"], 7)
    return Row(what="omlib --help", cpu_s=cpu_s, peak_mib=peak_mib, runs=7, target_s=0.25)


def validate_row() -> Row:
    cpu_s, peak_mib, facts = inside("validate.py", 5)
    return Row(
        what=f"validate {facts['systems']} systems, {facts['items']} items",
        cpu_s=cpu_s,
        peak_mib=peak_mib,
        runs=5,
        target_s=2.0,
        note=f"{facts['files']} files",
    )


def compare_rows(items: int, attributes: int) -> list[Row]:
    words = (str(items), str(attributes))
    ours, our_peak, our_facts = inside("compare_omlib.py", 5, *words)
    peer, peer_peak, peer_facts = inside("compare_diffsync.py", 1, *words)
    if our_facts["drifts"] != peer_facts["drifts"]:
        raise SystemExit(f"the two disagree: {our_facts} and {peer_facts}")
    size = f"{items:,} x {attributes}"
    note = f"{our_facts['drifts']} drifts found by both"
    return [
        Row(
            what=f"compare {size}",
            cpu_s=ours,
            peak_mib=our_peak,
            runs=5,
            target_s=1.0,
            target_mib=700,
            note=note,
        ),
        Row(
            what=f"the same, DiffSync {peer_facts['version']}",
            cpu_s=peer,
            peak_mib=peer_peak,
            runs=1,
            note=f"{peer / ours:.0f} x the time, {peer_peak / our_peak:.1f} x the memory"
            f" (and {peer_facts['load_s']} s to load)",
        ),
    ]


def lines_rows(findings: int) -> list[Row]:
    """Ten times the findings must take no more memory."""
    rows: list[Row] = []
    for count in (findings // 10, findings):
        cpu_s, peak_mib, facts = inside("findings.py", 1, "--findings", str(count))
        size = f"{int(facts['bytes']) / 1e6:.0f} MB"
        what = f"JSON lines of {count:,} findings"
        target_mib = rows[0].peak_mib * 1.1 if rows else None
        rows.append(
            Row(
                what=what,
                cpu_s=cpu_s,
                peak_mib=peak_mib,
                runs=1,
                target_mib=target_mib and round(target_mib),
                note=size,
            )
        )
    return rows


def history_row(runs: int) -> Row:
    cpu_s, peak_mib, facts = inside("history.py", 1, str(runs), "5000")
    return Row(
        what=f"history of 5,000 items over {runs:,} runs",
        cpu_s=cpu_s,
        peak_mib=peak_mib,
        runs=1,
        target_s=1.0,
        note=f"one item {facts['one_item_s']} s, trend {facts['trend_s']} s,"
        f" saving 5,000 news {facts['save_s']} s; {facts['changes']} changes,"
        f" {facts['size_mb']} MB",
    )


def shown(rows: Sequence[Row]) -> str:
    head = ("what", "CPU s", "target", "ratio", "MiB", "target", "ratio", "runs", "note")
    lines = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in (0, len(head) - 1) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.what,
        f"{row.cpu_s:.2f}",
        *_against(row.cpu_s, row.target_s),
        f"{row.peak_mib:.0f}",
        *_against(row.peak_mib, row.target_mib),
        str(row.runs),
        row.note,
    )


def _against(value: float, target: float | None) -> tuple[str, str]:
    return ("-", "-") if target is None else (f"<= {target:g}", f"{value / target:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the items")
    items = 10_000 if parser.parse_args().quick else 100_000
    rows = [help_row(), validate_row(), *compare_rows(items, 20), *lines_rows(10 * items)]
    rows.append(history_row(8760 * items // 100_000))
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
    print(shown(rows))


if __name__ == "__main__":
    main()
