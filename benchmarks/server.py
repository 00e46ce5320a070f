"""What looking at hosts costs, here and on them: omlib, Ansible and pyinfra on the same ten items.

    python benchmarks/server.py [--servers 50] [--lab ID]

Brings up a lab of its own, which must not stand yet, and takes it down again. Every fifth host has
one deviation, and whoever is measured must find exactly those. README.md says what and how.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import server_ten as ten  # type: ignore[import-not-found] # from its own folder
from server_hosts import (  # type: ignore[import-not-found] # from its own folder
    AT_ONCE,
    DEADLINE_S,
    Bench,
    Used,
    standing,
)

from omlib.inventory.load import load
from omlib.lab.errors import LabError
from omlib.lab.layout import LabLayout
from omlib.planes.server.runs.inventory import vars_of_host
from omlib.planes.server.runs.places import cache_root, path_in, shipped

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
CONTROLLER_S, TARGET_S = 0.05, 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """CPU seconds for one host: *here_s* of the tool's processes, *there_s* of the host's."""

    what: str
    here_s: float
    there_s: float
    wall_s: float
    ours: bool = False  # held against the targets
    note: str = ""


def written(bench: Bench, name: str, *, everything: bool) -> Path:
    root: Path = bench.folder / name
    root.mkdir()
    role = ten.state(bench.swappiness, everything=everything)
    for path, text in ten.inventory(bench.hosts, bench.login, role).items():
        (root / path).write_text(text, encoding="utf-8")
    return root


def omlib_row(bench: Bench) -> Row:
    root = written(bench, "ten", everything=False)
    command = [str(BIN / "omlib"), "reconcile", "--inventory", str(root), "--json"]
    bench.used(command, (2,))  # writes the file of records, and reads every program once
    used = bench.used(command, (2,))
    told = _report(used.said)
    bench.found(told["diverged"], "omlib", str(told))
    if told["in_sync"] != 10 * len(bench.hosts) - bench.drifted:
        raise SystemExit(f"omlib did not see everything: {told}")
    return _row("omlib reconcile, ten items a host", used, ours=True)


def scan_row(bench: Bench) -> Row:
    root = written(bench, "all", everything=True)
    command = [str(BIN / "omlib"), "reconcile", "--inventory", str(root), "--json"]
    used = bench.used(command, (2,))
    told = _report(used.said)
    bench.found(told["diverged"], "omlib", str(told))
    if told["unknown"]:
        raise SystemExit(f"omlib did not see everything: {told}")
    each = told["unmanaged"] / len(bench.hosts)
    note = f"{each:.0f} things a host that nobody declares"
    return replace(_row("the same, and all that nobody declares", used), note=note)


def _report(said: str) -> dict[str, int]:
    """Progress goes before the report, on standard error."""
    told = json.loads(said[said.index("\n{") if not said.startswith("{") else 0 :])
    return dict(told["summary"]["by_status"])


def ansible_row(bench: Bench) -> Row:
    """site.yml, of which only the roles run that have one of the ten items."""
    estate = load(bench.folder / "ten").checked()
    every = {
        server.id: vars_of_host(estate, server, path_in({})) for server in estate.servers.values()
    }
    hosts = bench.folder / "hosts.json"
    python = {"ansible_python_interpreter": "/usr/bin/python3"}
    hosts.write_text(json.dumps({"all": {"hosts": every, "vars": python}}), encoding="utf-8")
    tags = sorted(ten.state("", everything=False))
    command = [str(BIN / "ansible-playbook"), "-i", str(hosts), "--check"]
    command += [
        "--forks",
        str(AT_ONCE),
        "--tags",
        ",".join(tags),
        str(shipped("playbooks/site.yml")),
    ]
    used = bench.used(
        command,
        (0,),
        ANSIBLE_CONFIG=str(shipped("ansible.cfg")),
        ANSIBLE_HOME=str(bench.folder / "ansible"),
        ANSIBLE_TIMEOUT=str(DEADLINE_S),
    )
    recap = re.findall(r"ok=\d+\s+changed=(\d+)\s+unreachable=0\s+failed=0", used.said)
    if len(recap) != len(bench.hosts):
        raise SystemExit(f"Ansible did not judge every host:\n{used.said[-3000:]}")
    bench.found(sum(int(count) > 0 for count in recap), "Ansible", used.said)
    version = subprocess.check_output([BIN / "ansible-playbook", "--version"], text=True)
    name = version.splitlines()[0].replace("ansible-playbook ", "ansible-playbook --check, ")
    return _row(name, used)


def pyinfra_row(bench: Bench) -> Row:
    program = peers() / "bin" / "pyinfra"
    command = [str(program), "--dry", "--sudo", "--parallel", str(AT_ONCE)]
    command += ["--user", bench.login["user"], "--key", bench.key, "--chdir", str(bench.folder)]
    command += ["--data", f"ssh_known_hosts_file={bench.known_hosts}"]
    command += ["--data", "ssh_strict_host_key_checking=yes"]
    hosts = bench.folder / "hosts.py"  # it takes no long list in its command line
    hosts.write_text(f"hosts = {list(bench.hosts.values())}\n", encoding="utf-8")
    command += [str(hosts), str(HERE / "server_pyinfra.py")]
    env = {"PYTHONPATH": str(HERE), "BENCH_SWAPPINESS": bench.swappiness}
    used = bench.used(command, (0,), **env)
    bench.found(_pyinfra_changes(used.said), "pyinfra", used.said)
    version = subprocess.check_output([program, "--version"], text=True).split()[-1]
    return _row(f"pyinfra --dry, {version}", used)


def _pyinfra_changes(said: str) -> int:
    """Of its table `Operation Change`: how many hosts each operation would change."""
    table = said.partition("Detected changes:")[2].partition("Detected changes may")[0]
    return sum(map(int, re.findall(r"^ +\w+ +(\d+)\b", table, re.MULTILINE)))


def peers() -> Path:
    """The environment of pyinfra, made where it is not there yet."""
    wanted = HERE / "server-peers.txt"
    venv = cache_root() / "bench"
    made = venv / "made.txt"
    if not made.exists() or made.read_text() != wanted.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
        pip = [str(venv / "bin" / "pip"), "install", "--quiet", "-r", str(wanted)]
        subprocess.run(pip, check=True)
        made.write_text(wanted.read_text())
    return venv


def _row(what: str, used: Used, *, ours: bool = False) -> Row:
    return Row(what=what, here_s=used.here_s, there_s=used.there_s, wall_s=used.wall_s, ours=ours)


def shown(rows: Sequence[Row]) -> str:
    head = ("CPU s for one host", "here", "target", "ratio", "x", "there", "target", "ratio", "x")
    lines: list[tuple[str, ...]] = [(*head, "wall s", "note")]
    for row in rows:
        here = _against(row.here_s, CONTROLLER_S, rows[0].here_s, ours=row.ours)
        there = _against(row.there_s, TARGET_S, rows[0].there_s, ours=row.ours)
        lines.append((row.what, *here, *there, f"{row.wall_s:.0f}", row.note))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in (0, len(widths) - 1) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _against(value: float, target: float, first: float, *, ours: bool) -> tuple[str, ...]:
    if ours:
        return (f"{value:.3f}", f"<= {target:g}", f"{value / target:.2f}", "1")
    times = value / first
    return (f"{value:.3f}", "-", "-", f"{times:.0f}" if times >= 10 else f"{times:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--servers", type=int, default=50)
    parser.add_argument("--lab", type=int, help="id of a lab that does not stand")
    told = parser.parse_args()
    own = LabLayout.from_environment()
    layout = own if told.lab is None else LabLayout(id=told.lab, home=own.home)
    peers()
    measures: Sequence[Callable[[Bench], Row]] = (omlib_row, scan_row, pyinfra_row, ansible_row)
    with tempfile.TemporaryDirectory(prefix="omlib-bench-") as folder:
        try:
            with standing(layout, told.servers, Path(folder)) as bench:
                rows, loads = [], []
                for measure in measures:
                    rows.append(measure(bench))
                    loads.append(os.getloadavg()[0])
                    print(rows[-1], file=sys.stderr, flush=True)  # the whole takes minutes
        except LabError as error:
            raise SystemExit(str(error)) from error
    print(
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores,"
        f" load {min(loads):.1f} to {max(loads):.1f}; {told.servers} hosts, {AT_ONCE} at once"
    )
    print(shown(rows))


if __name__ == "__main__":
    main()
