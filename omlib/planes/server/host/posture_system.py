"""For checks: sensitive files, updates that wait, guards against malware, and how a host booted."""

import calendar
import glob
import os
import re
import stat
import time

from omlib.planes.server.host.area import Area
from omlib.planes.server.host.base import CannotTell, native, run, text
from omlib.planes.server.host.disk import belonging, look, read
from omlib.planes.server.host.dpkg import has_dpkg
from omlib.planes.server.host.rpm import has_rpm

SENSITIVE = (
    "/etc/passwd",
    "/etc/group",
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/sudoers",
    "/etc/ssh/sshd_config",
    "/etc/crontab",
    "/boot/grub/grub.cfg",
    "/boot/grub2/grub.cfg",
    "/etc/ssh/ssh_host_*_key",
    "/etc/pki/tls/private/*.key",
    "/etc/ssl/private/*.key",
)
DAY_S = 86400
# what a guard's process is called (/proc/PID/comm, so cut at 15 letters), by product. Those of
# Chinese makers are known from their installations, not from any specification
AGENTS = {
    "clamd": "ClamAV",
    "fapolicyd": "fapolicyd",
    "qaxsafed": "QAX",
    "360entclient": "360",
    "titanagent": "Qingteng",
    "edr_agent": "Sangfor EDR",
    "sfavd": "Sangfor EDR",
    "AliYunDun": "Alibaba Cloud",
    "YDService": "Tencent Cloud",
    "hostguard": "Huawei HSS",
    "rising_avd": "Rising",
    "ds_agent": "Trend Micro",
    "falcon-sensor": "CrowdStrike",
    "wdavdaemon": "Microsoft Defender",
}


def sensitive() -> "list[str]":
    """`path mode owner group` of each that is there."""
    found = []
    for pattern in SENSITIVE:
        for path in sorted(glob.glob(pattern)):
            told = look(os.fsencode(path), follow=True)
            if told is not None and stat.S_ISREG(told.st_mode):
                its = belonging(told)
                found.append(
                    " ".join(map(str, (native(path), its["mode"], its["owner"], its["group"])))
                )
    return found


def modes(_given: "dict[str, object]", _limit_s: int) -> Area:
    area = Area()
    area.read("files", sensitive)
    return area


def parse_apt(out: bytes) -> "list[str]":
    """The packages that `apt-get -s upgrade` would take from an archive of security updates."""
    found = []
    for line in text(out).split("\n"):
        told = re.match(r"Inst (\S+) (?:\[[^\]]*\] )?\(\S+ ([^)]*)\)", line)
        if told and re.search(r"security", told.group(2), re.I):
            found.append(told.group(1))
    return sorted(found)


def parse_dated(release: bytes) -> "int | None":
    """`Date:` of a Release file, in seconds of the epoch."""
    told = re.search(r"^Date: \w{3}, +(\d{1,2} \w{3} \d{4} [\d:]{7,8}) ", text(release), re.M)
    return calendar.timegm(time.strptime(told.group(1), "%d %b %Y %H:%M:%S")) if told else None


def parse_updateinfo(out: bytes) -> "tuple[list[str], int | None]":
    """The advisories of `dnf updateinfo info`, and when the oldest was issued."""
    advisories, times = [], []
    for line in text(out).split("\n"):
        key, _, value = line.partition(": ")
        if key.strip().lower() in ("update id", "name") and value.strip():
            advisories.append(value.strip())
        elif key.strip().lower() in ("updated", "issued") and value.strip():
            day = value.strip()[:10]
            times.append(calendar.timegm(time.strptime(day, "%Y-%m-%d")))
    return sorted(set(advisories)), min(times) if times else None


def apt_updates(limit_s: int) -> "tuple[list[str], int, None]":
    """What waits, and how old the lists are that say so; apt does not tell when each came out."""
    security = [
        path
        for path in glob.glob("/var/lib/apt/lists/*_InRelease")
        + glob.glob("/var/lib/apt/lists/*_Release")
        if re.search(r"security", os.path.basename(path), re.I)
    ]
    dates = [parse_dated(read(path)) for path in security]
    known = [date for date in dates if date is not None]
    if not known:
        raise CannotTell("unsupported", "no lists of security updates")
    # in memory: a simulation shall not write apt's caches
    memory = ["-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache="]
    argv = ["apt-get", "-s", "-qq", "-o", "Debug::NoLocking=1", *memory, "dist-upgrade"]
    code, out, err = run(argv, limit_s)
    if code:
        raise CannotTell("error", err)
    return parse_apt(out), max(0, int((time.time() - min(known)) // DAY_S)), None


def dnf_updates(limit_s: int) -> "tuple[list[str], int, int | None]":
    files = glob.glob("/var/cache/dnf/*/repodata/repomd.xml")
    if not files or not glob.glob("/var/cache/dnf/*/repodata/*updateinfo*"):
        raise CannotTell("unsupported", "no advisories in the cache")
    code, out, err = run(["dnf", "-C", "-q", "updateinfo", "info", "--security"], limit_s)
    if code:
        raise CannotTell("error", err)
    pending, oldest = parse_updateinfo(out)
    now = time.time()
    lists = max(now - os.stat(path).st_mtime for path in files)
    return pending, int(lists // DAY_S), int((now - oldest) // DAY_S) if oldest else None


def updates(_given: "dict[str, object]", limit_s: int) -> Area:
    area = Area()

    def told() -> "tuple[list[str], int, int | None]":
        if has_dpkg():
            return apt_updates(limit_s)
        if has_rpm():
            return dnf_updates(limit_s)
        raise CannotTell("unsupported", "neither dpkg nor rpm")

    area.read("pending lists_days oldest_days", told)
    return area


def agents() -> "list[str]":
    found = set()
    for path in glob.glob("/proc/[0-9]*/comm"):
        name = text(read(path).rstrip(b"\n")) if os.path.exists(path) else ""
        if name in AGENTS:
            found.add(AGENTS[name] + " (" + name + ")")
    return sorted(found)


def antivirus(_given: "dict[str, object]", _limit_s: int) -> Area:
    area = Area()
    area.read("agents", agents)
    return area


def secure_boot() -> str:
    """`on`, `off`, or `no_efi`: it did not boot by UEFI."""
    if os.path.exists("/run/systemd/container"):
        raise CannotTell("unsupported", "a container")
    if not os.path.isdir("/sys/firmware/efi"):
        return "no_efi"
    with open(
        "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c", "rb"
    ) as file:
        return parse_secure_boot(file.read())


def parse_secure_boot(raw: bytes) -> str:
    """Four bytes of attributes, then one of value (UEFI 2.10, 3.3)."""
    if len(raw) != 5:
        raise ValueError("not a variable of one byte")
    return "on" if raw[4] == 1 else "off"


def boot(_given: "dict[str, object]", _limit_s: int) -> Area:
    area = Area()
    area.read("secure_boot", secure_boot)
    area.read("tpm", lambda: bool(glob.glob("/sys/class/tpm/tpm[0-9]*")))
    area.read(
        "ima",
        lambda: int(read("/sys/kernel/security/ima/runtime_measurements_count").strip() or b"0"),
    )
    return area
