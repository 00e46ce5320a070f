"""A hardened host, written down as a role: nothing is found on it untouched, and everything that
somebody plants there is found and named.

The host holds omlib's baseline and what a hardening role of the kind of dev-sec's leaves.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from omlib.cli.main import main
from omlib.jobs.observe import observe
from omlib.jobs.workspace import open_workspace
from omlib.jobs.world import SystemClock
from omlib.lab import host as lab_host
from omlib.lab import lifecycle
from omlib.lab.spec import LabSpec
from omlib.lab.spec import Server as LabServer
from omlib.model.finding import Finding
from omlib.model.status import Status
from omlib.reconcile.compare import reconcile

from .conftest import NAMES, ROOT, Hosts

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1200)]
NAME = "srv2"
HARDENED = r"""
set -e
cat > /etc/sysctl.d/99-hardening.conf <<'END'
kernel.kptr_restrict = 2
net.ipv4.conf.all.rp_filter = 1
net.ipv4.icmp_echo_ignore_broadcasts=1
fs.suid_dumpable = 0
END
install -d /etc/modprobe.d /etc/sysctl.d
cat > /etc/modprobe.d/hardening.conf <<'END'
install cramfs /bin/true
install udf /bin/true
blacklist usb-storage
END
sed -i 's/^#\?X11Forwarding.*/X11Forwarding no/; s/^#\?MaxAuthTries.*/MaxAuthTries 2/' \
    /etc/ssh/sshd_config
chmod 600 /etc/ssh/sshd_config /etc/crontab
chmod 700 /etc/cron.d /etc/cron.daily /etc/cron.hourly /etc/cron.weekly /etc/cron.monthly
chmod u-s /usr/bin/chfn /usr/bin/chsh
sed -i 's/^UMASK.*/UMASK 027/' /etc/login.defs
printf '%s\n' '* hard core 0' > /etc/security/limits.d/10.hardcore.conf
printf '%s\n' 'ulimit -S -c 0 > /dev/null 2>&1' > /etc/profile.d/limits.sh
printf '%s\n' 'Defaults use_pty' > /etc/sudoers.d/hardening; chmod 440 /etc/sudoers.d/hardening
printf '%s\n' '-:ALL EXCEPT root ops:ALL' >> /etc/security/access.conf
install -d /etc/systemd/coredump.conf.d
printf '[Coredump]\nStorage=none\n' > /etc/systemd/coredump.conf.d/hardening.conf
printf '%s\n' '30 4 * * * root /usr/local/sbin/nightly' > /etc/cron.d/nightly
printf '#!/bin/sh\nexec true\n' > /usr/local/sbin/nightly; chmod 750 /usr/local/sbin/nightly
install -d -m 750 /opt/agent; printf 'level=3\n' > /opt/agent/agent.conf
"""


@dataclass(frozen=True, slots=True)
class Plant:
    """What somebody does, how it is undone, and the findings that name it: kind and name."""

    do: str
    undo: str
    found: dict[str, Status]


NEW, OTHER = Status.UNMANAGED, Status.DIVERGED
PLANTS = {
    "a second account with uid 0": Plant(
        "useradd -o -u 0 -g 0 -M -N -d /root -s /bin/bash toor",
        "userdel -f toor 2>/dev/null || true; ! getent passwd toor",
        {"user/toor": NEW},
    ),
    "a set-uid file": Plant(
        "install -m 4755 /bin/dash /var/tmp/.cache-x",
        "rm /var/tmp/.cache-x",
        {"setuid_file//var/tmp/.cache-x": NEW},
    ),
    "a program that got the set-uid bit": Plant(
        "chmod u+s /usr/bin/env", "chmod u-s /usr/bin/env", {"setuid_file//usr/bin/env": NEW}
    ),
    "an edited PAM file of a package": Plant(
        "cp -p /etc/pam.d/sshd /var/tmp/kept-1; sed -i '1i auth sufficient pam_permit.so' "
        "/etc/pam.d/sshd",
        "cp -p /var/tmp/kept-1 /etc/pam.d/sshd; rm /var/tmp/kept-1",
        {"package_file//etc/pam.d/sshd": NEW},
    ),
    "an edited PAM file that a tool writes": Plant(
        "cp -p /etc/pam.d/common-session /var/tmp/kept-2; "
        "echo 'session optional pam_exec.so /x' >> /etc/pam.d/common-session",
        "cp -p /var/tmp/kept-2 /etc/pam.d/common-session; rm /var/tmp/kept-2",
        {"file//etc/pam.d/common-session": NEW},
    ),
    "a new job of cron.d": Plant(
        "echo '* * * * * root /usr/bin/true' > /etc/cron.d/sysstat",
        "rm /etc/cron.d/sysstat",
        {"cron/sysstat": NEW},
    ),
    "another command of a job that was there": Plant(
        "sed -i 's/^30 4/31 5/' /etc/cron.d/nightly",
        "sed -i 's/^31 5/30 4/' /etc/cron.d/nightly",
        {"cron/nightly": OTHER},
    ),
    "a setting of a daemon beside the managed ones": Plant(
        "echo 'PermitTunnel yes' >> /etc/ssh/sshd_config",
        "sed -i '/^PermitTunnel yes$/d' /etc/ssh/sshd_config",
        {"file//etc/ssh/sshd_config": OTHER},
    ),
    "a setting of a daemon in a file of its own": Plant(
        "install -d /etc/systemd/system/cron.service.d; printf '[Service]\\nUMask=0\\n' "
        "> /etc/systemd/system/cron.service.d/x.conf",
        "rm -r /etc/systemd/system/cron.service.d",
        {"file//etc/systemd/system/cron.service.d/x.conf": NEW},
    ),
    "a mode that the baseline had set": Plant(
        "chmod 644 /etc/crontab", "chmod 600 /etc/crontab", {"file//etc/crontab": OTHER}
    ),
    "the mode of a file of a package": Plant(
        "chmod o+w /usr/bin/env", "chmod o-w /usr/bin/env", {"package_file//usr/bin/env": NEW}
    ),
    "the mode of a folder": Plant(
        "chmod 755 /etc/cron.d", "chmod 700 /etc/cron.d", {"file//etc/cron.d": OTHER}
    ),
    "the mode of a secret": Plant(
        "chmod o+r /etc/shadow", "chmod o-r /etc/shadow", {"file//etc/shadow": OTHER}
    ),
    "a module that is no longer blocked": Plant(
        "sed -i /cramfs/d /etc/modprobe.d/hardening.conf",
        "sed -i '1i install cramfs /bin/true' /etc/modprobe.d/hardening.conf",
        {"kernel_module/cramfs": OTHER, "file//etc/modprobe.d/hardening.conf": OTHER},
    ),
    "a trust file in a home": Plant(
        "echo '+ +' > /home/ops/.rhosts", "rm /home/ops/.rhosts",
        {"trust_file//home/ops/.rhosts": NEW},
    ),
    "a new program in the PATH": Plant(
        "cp /bin/true /usr/local/bin/kworkerd",
        "rm /usr/local/bin/kworkerd",
        {"program//usr/local/bin/kworkerd": NEW},
    ),
    "a new program among those of packages": Plant(
        "cp /bin/true /usr/bin/lsb", "rm /usr/bin/lsb", {"program//usr/bin/lsb": NEW}
    ),
    "another content of a set-uid program": Plant(
        "cp -p /usr/bin/passwd /var/tmp/kept-3; chmod u-s /var/tmp/kept-3; "
        "printf x >> /usr/bin/passwd; chmod u+s /usr/bin/passwd",
        "cp -p /var/tmp/kept-3 /usr/bin/passwd; chmod u+s /usr/bin/passwd; rm /var/tmp/kept-3",
        {"package_file//usr/bin/passwd": NEW},
    ),
    "another program under the name of a declared one": Plant(
        "echo reboot >> /usr/local/sbin/nightly",
        "sed -i /reboot/d /usr/local/sbin/nightly",
        {"program//usr/local/sbin/nightly": OTHER},
    ),
}  # fmt: skip
NOISE = {
    "nothing at all": "true",
    "its packages were asked for anew": "apt-get update -qq; systemctl start apt-daily.service; "
    "dpkg --configure -a; ldconfig; true",
    "a day of timers and rotated logs": "for unit in dpkg-db-backup logrotate man-db e2scrub_all "
    "systemd-tmpfiles-clean fstrim; do systemctl start $unit.service; done 2>/dev/null; "
    "run-parts /etc/cron.daily; logrotate -f /etc/logrotate.conf; journalctl --rotate; true",
    "somebody changed a password": "echo root:$(head -c 12 /dev/urandom | base64) | chpasswd; "
    "usermod -L root",
    "root worked there": "HOME=/root bash -lic 'HISTFILE=/root/.bash_history; history -s ls; "
    "history -a' 2>/dev/null; touch /root/.lesshst /root/.viminfo",
}


class Silent:
    def start(self, step: str, total: int = 0) -> None: ...
    def advance(self, step: str, note: str = "") -> None: ...
    def done(self, step: str, took_s: float, note: str = "") -> None: ...


@dataclass(frozen=True, slots=True)
class Host:
    hosts: Hosts
    inventory: Path

    def run(self, script: str) -> None:
        self.hosts.run(NAME, script)

    def findings(self) -> list[Finding]:
        work = open_workspace(self.inventory)
        clock = SystemClock()
        seen = observe(work.planes, caps=work.caps, clock=clock, progress=Silent())
        today = datetime.now(UTC).date()
        return reconcile(work.items, seen.observation, today=today)

    def found(self) -> dict[str, Status]:
        """What is not as declared, or not seen: `kind/name` and its status."""
        return {
            f"{one.ref.kind}/{one.ref.part}": one.status
            for one in self.findings()
            if one.status is not Status.IN_SYNC or one.unseen
        }


def _hardened(hosts: Hosts) -> None:
    settings = hosts.folder / "ansible.cfg"
    settings.touch()
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(settings),
        "ANSIBLE_LIBRARY": str(ROOT / "plugins" / "modules"),
        "ANSIBLE_ROLES_PATH": str(ROOT / "playbooks" / "roles"),
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_SSH_ARGS": f"-F {hosts.layout.run / 'ssh_config'}",
        "ANSIBLE_HOME": str(hosts.folder / "ansible"),
    }
    playbook = str(Path(sys.executable).with_name("ansible-playbook"))
    argv = [playbook, "-i", f"{NAME},", str(ROOT / "playbooks" / "baseline.yml")]
    done = subprocess.run(argv, capture_output=True, env=environment, check=False, timeout=800)
    assert done.returncode == 0, done.stdout.decode()
    hosts.run(NAME, HARDENED)


def _write_inventory(hosts: Hosts, folder: Path, *, roles: list[str]) -> None:
    told = json.loads((hosts.layout.run / "lab.json").read_text(encoding="utf-8"))
    host = next(host for host in told["hosts"] if host["name"] == NAME)
    site = {"id": "lab", "name": "实验室", "user": host["user"], "deadline_s": 120}
    site |= {"key": f"file:{host['key_file']}", "known_hosts": f"file:{host['known_hosts']}"}
    server: dict[str, object] = {"id": NAME, "department": "it", "os": "debian-12", "roles": roles}
    server |= {"access": {"site": "lab", "address": host["address"]}}
    files: dict[str, object] = {
        "estate": {"schema": 1, "name": "实验室", "timezone": "Asia/Shanghai"},
        "departments": {"departments": [{"id": "it", "name": "信息中心"}]},
        "sites": {"sites": [site]},
        "servers": {"servers": [server]},
    }
    for name, record in files.items():
        (folder / f"{name}.yml").write_text(json.dumps(record), encoding="utf-8")


@pytest.fixture(scope="module")
def host(hosts: Hosts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """Hardened, and declared by a role that omlib itself wrote down; made anew at the end."""
    _hardened(hosts)
    folder = tmp_path_factory.mktemp("inventory")
    _write_inventory(hosts, folder, roles=[])
    file = folder.parent / "found.yml"
    arguments = ["server", "snapshot", NAME, "-i", str(folder), "-o", str(file), "--lang", "en"]
    # a host of a lab shares the kernel of this machine, and cannot tell what is loaded there
    assert main(arguments) == 4
    lines = file.read_text(encoding="utf-8").splitlines()
    gaps = [line.split() for line in lines if line.startswith("#   ")]
    assert {(gap[1], gap[3].rstrip(":：")) for gap in gaps} == {("kernel_modules", "loaded")}
    (folder / "roles.yml").write_bytes(file.read_bytes())
    _write_inventory(hosts, folder, roles=[f"{NAME}-as-found"])
    yield Host(hosts, folder)
    lab_host.remove(hosts.layout, NAME)
    several = tuple(LabServer(name, "dc", 10 + int(name[3:])) for name in NAMES)
    lifecycle.up(hosts.layout, LabSpec(servers=several))


def test_the_role_of_a_host_is_one_that_the_inventory_accepts(host: Host) -> None:
    assert main(["validate", "-i", str(host.inventory)]) == 0


@pytest.mark.parametrize("what", NOISE)
def test_nothing_is_found_on_the_untouched_host_though(host: Host, what: str) -> None:
    host.run(NOISE[what])
    assert host.found() == {}


def test_nothing_is_found_after_somebody_logged_in(host: Host) -> None:
    config = host.hosts.layout.run / "ssh_config"
    argv = ["ssh", "-F", str(config), "-tt", NAME, "bash -lic 'sudo -n true; history -s ls; exit'"]
    done = subprocess.run(argv, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert host.found() == {}


def test_nothing_is_found_after_a_boot(host: Host) -> None:
    lab_host.stop(host.hosts.layout, NAME)
    lab_host.start(host.hosts.layout, NAME)
    until = time.monotonic() + 90
    while time.monotonic() < until:
        done = lifecycle.exec_(host.hosts.layout, NAME, ["systemctl", "is-system-running"])
        if done.stdout.strip() in ("running", "degraded"):
            break
        time.sleep(1)
    assert host.found() == {}


@pytest.mark.parametrize("what", PLANTS)
def test_what_was_planted_is_found_and_nothing_else(host: Host, what: str) -> None:
    plant = PLANTS[what]
    host.run(plant.do)
    try:
        assert host.found() == plant.found
    finally:
        host.run(plant.undo)


def test_all_that_was_planted_at_once_is_found_and_nothing_else(host: Host) -> None:
    expected: dict[str, Status] = {}
    undone = []
    for plant in PLANTS.values():
        host.run(plant.do)
        expected |= plant.found
        undone.append(plant.undo)
    try:
        assert host.found() == expected
    finally:
        for undo in reversed(undone):
            host.run(undo)
    assert host.found() == {}
