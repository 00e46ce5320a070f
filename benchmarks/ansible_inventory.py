"""What Ansible takes to read 20,000 declared hosts: the plugin, and its own YAML form beside it.

    python benchmarks/ansible_inventory.py [--quick]

`ansible all --list-hosts` on the same hosts, groups and connections. The plugin hands over what is
declared of each host as well, which the YAML file leaves out. README.md says what and how.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from run import BIN, Row, measured, shown  # type: ignore[import-not-found] # from its own folder

from omlib.inventory.load import load
from omlib.planes.server.runs.groups import groups_of
from omlib.planes.server.runs.inventory import compact, vars_of_site
from omlib.planes.server.runs.places import path_in, shipped

SYSTEMS, DEPARTMENTS = 151, 36  # 187 groups, beside a few for zones, levels and the like
ROLES = 4


def write(root: Path, hosts: int) -> None:
    """Each host has one of four roles of 14 items, and nothing of its own."""
    (root / "systems").mkdir(parents=True)
    (root / "servers").mkdir()
    (root / "estate.yml").write_text("schema: 1\nname: 演示市\ntimezone: Asia/Shanghai\n", "utf-8")
    (root / "omlib.yml").write_text("plugin: omlib\n", "utf-8")
    departments = [f"  - {{id: dep-{n:02d}, name: 部门{n}}}" for n in range(DEPARTMENTS)]
    (root / "departments.yml").write_text("\n".join(["departments:", *departments]) + "\n", "utf-8")
    site = "sites:\n  - {id: gov, name: 机房, user: omlib, key: 'file:/etc/omlib/key'}\n"
    (root / "sites.yml").write_text(site, "utf-8")
    (root / "rooms.yml").write_text(
        "rooms:\n  - {id: room, name: 机房, department: dep-00, target: keep}\n", "utf-8"
    )
    roles = [_role(number) for number in range(ROLES)]
    (root / "roles.yml").write_text("roles:\n" + "".join(roles), "utf-8")
    for number in range(SYSTEMS):
        (root / "systems" / f"sys-{number:03d}.yml").write_text(_system(number), "utf-8")
        lines = [
            f"  - {{id: host-{n:05d}, system: sys-{number:03d}, os: debian-12, room: room,"
            f" roles: [role-{n % ROLES}],"
            f" access: {{site: gov, address: 10.{n // 62500}.{n // 250 % 250}.{n % 250 + 1}}}}}"
            for n in range(number, hosts, SYSTEMS)
        ]
        text = "\n".join(["servers:", *lines]) + "\n"
        (root / "servers" / f"sys-{number:03d}.yml").write_text(text, "utf-8")


def _role(number: int) -> str:
    packages = ", ".join(f"package-{number}-{n}" for n in range(8))
    return (
        f"  - id: role-{number}\n    packages: [{packages}]\n"
        f"    services: [a{number}.service, b{number}.service]\n"
        f"    users: {{svc{number}: {{uid: {2000 + number}}}}}\n"
        f"    files:\n      /etc/app{number}.conf: {{content: 'level = {number}', mode: '0644'}}\n"
        "    sysctl: {net.ipv4.ip_forward: 0, kernel.sysrq: 0}\n"
    )


def _system(number: int) -> str:
    return (
        f"id: sys-{number:03d}\nname: 系统{number}\ndepartment: dep-{number % DEPARTMENTS:02d}\n"
        "owner: {business: 张三, technical: 李四}\nfunction: [office.document]\n"
        f"zone: gov-extranet\nmlps: {{level: {number % 2 + 2}}}\n"
        "lifecycle: {stage: operational, status: in_use, since: 2024-01-01}\n"
    )


def as_yaml(root: Path, path: Path) -> int:
    """The hosts, groups and connections of the inventory at *root*, as Ansible's own YAML."""
    estate = load(root).checked()
    told, groups = compact(estate), groups_of(estate)
    lines = ["all:", "  hosts:"]
    lines += [
        f"    {host}: {{ansible_host: {own['ansible_host']}}}"
        for host, own in told["hosts"].items()
    ]
    lines.append("  vars:")
    (site,) = told["sites"].values()
    lines += [f"    {name}: {value!r}" for name, value in vars_of_site(site, path_in({})).items()]
    lines.append("  children:")
    for group, hosts in groups.hosts.items():
        lines += [f"    {group}:", "      hosts:", *(f"        {host}:" for host in hosts)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(groups.hosts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the hosts")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    hosts = 2_000 if arguments.quick else 20_000
    if arguments.write:
        write(arguments.write / "estate", hosts)
        print(as_yaml(arguments.write / "estate", arguments.write / "plain.yml"))
        return
    with tempfile.TemporaryDirectory() as folder:
        root, plain = Path(folder) / "estate", Path(folder) / "plain.yml"
        # in a process of its own: what is measured would inherit the peak of who starts it
        _, _, groups = measured([sys.executable, *sys.argv, "--write", folder], 1)
        os.environ["XDG_CACHE_HOME"] = folder
        os.environ["ANSIBLE_CONFIG"] = str(shipped("ansible.cfg"))

        def listing(source: Path, runs: int) -> tuple[float, float]:
            command = [str(BIN / "ansible"), "all", "-i", str(source), "--list-hosts"]
            cpu_s, peak_mib, said = measured(command, runs)
            if f"hosts ({hosts})" not in said:
                sys.exit(f"not every host was listed: {said[:200]}")
            return cpu_s, peak_mib

        size = f"{hosts:,} hosts, {groups.strip()} groups"
        cold = listing(root / "omlib.yml", 1)
        kept = listing(root / "omlib.yml", 3)
        peer = listing(plain, 1)
    rows = [
        Row(
            what=f"plugin, {size}",
            cpu_s=kept[0],
            peak_mib=kept[1],
            runs=3,
            target_s=4.3,
            target_mib=150,
        ),
        Row(what="plugin, nothing kept yet", cpu_s=cold[0], peak_mib=cold[1], runs=1),
        Row(
            what="the same hosts as a YAML file",
            cpu_s=peer[0],
            peak_mib=peer[1],
            runs=1,
            note=f"{peer[0] / kept[0]:.1f} x the time, {peer[1] / kept[1]:.1f} x the memory",
        ),
    ]
    print(shown(rows))


if __name__ == "__main__":
    main()
