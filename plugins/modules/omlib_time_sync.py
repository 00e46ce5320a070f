#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Have the clock follow the declared servers, by chrony or else systemd-timesyncd."""

DOCUMENTATION = r"""
module: omlib_time_sync
short_description: Have the clock follow the declared servers
description:
  - Sets the servers of chrony or, where it is not installed, of systemd-timesyncd, and starts it,
    now and at boot. An ntpd is judged and never changed. Judges as a look of omlib does.
  - The lines of chrony.conf(5) that name other servers, and directories of such, are commented
    out.
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  servers: {description: Names or addresses., type: list, elements: str}
  synchronised: {description: Whether the clock is in step., type: bool}
  wait_s: {description: How long to wait for the clock to be in step., type: int, default: 30}
"""
EXAMPLES = r"""
- omlib_time_sync: {servers: [ntp1.example.org, 198.18.0.5], synchronised: true}
"""
RETURN = r"""{}"""

import glob
import os
import subprocess
import time

from ansible.module_utils.basic import AnsibleModule

LIMIT_S = 10
TIMESYNCD = "/etc/systemd/timesyncd.conf.d/zz-omlib.conf"


# copied: omlib/planes/server/host/base.py
#   READS CannotTell text native run


READS = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}


class CannotTell(Exception):
    """A whole kind could not be read: *status* is denied, unsupported, incomplete or error."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail


def text(raw: bytes) -> str:
    """Any byte survives: the asking side turns the surrogates back and finds the encoding."""
    return raw.decode("utf-8", "surrogateescape")


def native(name: str) -> str:
    """The same, for what Python has already read in the locale's encoding."""
    return text(os.fsencode(name))


def run(argv: "list[str]", limit_s: int) -> "tuple[int, bytes, str]":
    try:
        done = subprocess.run(  # noqa: UP022  (capture_output is of 3.7)
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=limit_s,
            env=READS,
        )
    except FileNotFoundError:
        raise CannotTell("unsupported", argv[0] + ": not found") from None
    except subprocess.TimeoutExpired:
        raise CannotTell("incomplete", f"{argv[0]}: no answer in {limit_s} s") from None
    return done.returncode, done.stdout, text(done.stderr[:400])


# end of what is copied


# copied: omlib/planes/server/host/disk.py
#   read


def read(path: "str | bytes") -> bytes:
    """All of a file, nothing where there is none. A pipe that nobody writes to is empty, too."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return b""
    with os.fdopen(handle, "rb") as file:
        return file.read() or b""


# end of what is copied


# copied: omlib/planes/server/host/conf_d.py
#   FOLDERS files_of lines_of


FOLDERS = ("/etc/", "/run/", "/usr/local/lib/", "/usr/lib/", "/lib/")


def files_of(folder: str) -> "list[str]":
    """The `.conf` files of *folder* in order; of several of one name the first folder's counts."""
    paths = {}  # type: dict[str, str]
    for base in FOLDERS:
        try:
            names = os.listdir(base + folder)
        except (FileNotFoundError, NotADirectoryError):
            continue
        for name in names:
            if name.endswith(".conf"):
                paths.setdefault(native(name), base + folder + "/" + native(name))
    return [paths[name] for name in sorted(paths)]


def lines_of(raw: bytes) -> "list[str]":
    """Without comments, empty lines and the ends of continued ones."""
    joined = raw.decode("utf-8", "surrogateescape").replace("\\\n", " ")
    lines = [line.strip() for line in joined.split("\n")]
    return [line for line in lines if line and line[0] not in "#;"]


# end of what is copied


# copied: omlib/planes/server/host/units.py
#   parse_units


def parse_units(out: bytes) -> "list[dict[str, str]]":
    blocks = text(out).strip("\n").split("\n\n")
    return [dict(line.partition("=")[::2] for line in block.split("\n")) for block in blocks]


# end of what is copied


# copied: omlib/planes/server/host/clock.py
#   CHRONY NTP KEEPERS _SERVERS chosen parse_servers read_conf parse_timesyncd
#   timesyncd_servers parse_tracking in_step look


CHRONY = ("/etc/chrony/chrony.conf", "/etc/chrony.conf")


NTP = ("/etc/ntpsec/ntp.conf", "/etc/ntp.conf")


KEEPERS = {
    "chrony": ("chrony.service", "chronyd.service"),
    "ntp": ("ntpsec.service", "ntp.service", "ntpd.service"),
    "timesyncd": ("systemd-timesyncd.service",),
}


_SERVERS = ("server", "pool", "peer")


def chosen(units: "list[dict[str, str]]") -> "tuple[str, bool]":
    """What keeps the clock, "" if nothing is there to; and whether it runs.

    Of several the one that runs, else the one that will at boot.
    """
    ranked = []
    for unit in units:
        names = {unit.get("Id", ""), *unit.get("Names", "").split()}
        for keeper, its in KEEPERS.items():
            if names & set(its) and unit.get("LoadState") == "loaded":
                runs = unit.get("ActiveState") in ("active", "reloading")
                ranked.append((runs, unit.get("UnitFileState") == "enabled", keeper))
    best = max(ranked, key=lambda one: one[:2]) if ranked else (False, False, "")
    return best[2], best[0]


def parse_servers(lines: "list[str]") -> "list[str]":
    """Of chrony.conf(5) or ntp.conf(5); what ntpd takes for this machine's own clock is none."""
    rows = [line.split() for line in lines]
    named = [row for row in rows if len(row) > 1 and row[0].lower() in _SERVERS]
    plain = [row[2] if row[1] in ("-4", "-6") and len(row) > 2 else row[1] for row in named]
    return [name for name in plain if not name.startswith("127.127.")]


def read_conf(path: str, deep: int = 4) -> "list[str]":
    """The lines of *path* with those of the files that it includes."""
    found = []
    for line in lines_of(read(path)):
        words = line.lstrip("!%").split()
        if not words or line[0] in "!%":
            continue
        found.append(line)
        paths = []  # type: list[str]
        for place in words[1:]:
            if words[0] in ("include", "includefile"):
                paths += sorted(glob.glob(os.path.join(os.path.dirname(path), place)))
            elif words[0] in ("confdir", "sourcedir"):
                ending = "*.conf" if words[0] == "confdir" else "*.sources"
                paths += sorted(glob.glob(os.path.join(place, ending)))
        for one in paths if deep else []:
            found += read_conf(one, deep - 1)
    if path == NTP[0]:
        for one in sorted(glob.glob("/etc/ntpsec/ntp.d/*.conf")) if deep else []:
            found += read_conf(one, deep - 1)
    return found


def parse_timesyncd(files: "list[bytes]") -> "tuple[list[str], list[str] | None]":
    """NTP= and FallbackNTP= of timesyncd.conf(5); None: what was built in counts."""
    told = {"NTP": [], "FallbackNTP": None}  # type: dict[str, list[str] | None]
    for raw in files:
        section = ""
        for line in lines_of(raw):
            key, _, value = line.partition("=")
            if line.startswith("["):
                section = line
            elif section == "[Time]" and key.strip() in told:
                before = told[key.strip()] or []
                told[key.strip()] = [*before, *value.split()] if value.strip() else []
    return told["NTP"] or [], told["FallbackNTP"]


def timesyncd_servers(limit_s: int) -> "list[str] | None":
    folder = files_of("systemd/timesyncd.conf.d")
    files = [read(path) for path in ["/etc/systemd/timesyncd.conf", *folder]]
    own, fallback = parse_timesyncd(files)
    if own or fallback is not None:
        return own or fallback
    code, out, _ = run(["timedatectl", "show-timesync", "-p", "FallbackNTPServers"], limit_s)
    return text(out).strip().partition("=")[2].split() if code == 0 else None


def parse_tracking(out: bytes) -> "bool | None":
    """Of `chronyc -c tracking`: the last field says how the clock stands."""
    fields = text(out).strip().split(",")
    return fields[-1] != "Not synchronised" if len(fields) > 10 else None


def in_step(keeper: str, runs: bool, limit_s: int) -> "bool | str":
    """Whether the clock is kept and in step, else why nobody can tell."""
    container = os.path.exists("/run/systemd/container")
    if not runs and container:  # its clock is the machine's, and kept there
        return "unsupported"
    if keeper and not runs:
        return False
    try:
        if keeper == "chrony":
            code, out, _ = run(["chronyc", "-c", "tracking"], limit_s)
            told = parse_tracking(out) if code == 0 else None
            return "error" if told is None else told
        code, out, _ = run(["timedatectl", "show", "-p", "NTPSynchronized"], limit_s)
        if code:  # systemd before 239 knows no `show`
            code, out, _ = run(["timedatectl", "status"], limit_s)
    except CannotTell as error:
        return error.status
    words = text(out).lower().replace("=", ": ")
    answers = [line.partition(": ")[2] for line in words.split("\n") if "synchronized: " in line]
    return answers[0].strip() == "yes" if answers and not code else "error"


def look(limit_s: int) -> "tuple[str, dict[str, object], dict[str, str]]":
    """What keeps the clock, its attributes, and what of them nobody can tell."""
    names = [name for its in KEEPERS.values() for name in its]
    properties = "Id,Names,LoadState,ActiveState,UnitFileState"
    code, out, err = run(["systemctl", "--no-pager", "show", "-p", properties, *names], limit_s)
    if code:
        raise CannotTell("unsupported", err or "no systemd")
    keeper, runs = chosen(parse_units(out))
    servers = []  # type: list[str] | None
    if keeper == "timesyncd":
        servers = timesyncd_servers(limit_s)
    elif keeper:
        for path in filter(os.path.exists, CHRONY if keeper == "chrony" else NTP):
            servers = parse_servers(read_conf(path))
            break
    told = {}  # type: dict[str, object]
    unseen = {}
    if servers is None:
        unseen["servers"] = "unsupported"
    else:
        told["servers"] = sorted(set(servers))
    step = in_step(keeper, runs, limit_s)
    if isinstance(step, bool):
        told["synchronised"] = step
    else:
        unseen["synchronised"] = step
    return keeper, told, unseen


# end of what is copied


def write(module: AnsibleModule, path: str, content: str) -> None:
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):  # whatever umask the host has: systemd-timesyncd is not root
        os.makedirs(folder)
        os.chmod(folder, 0o755)  # noqa: S103
    fresh = os.path.join(module.tmpdir, "clock")
    with open(fresh, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(content)
    module.atomic_move(fresh, path)
    os.chmod(path, 0o644)


def set_servers(module: AnsibleModule, keeper: str, servers: list) -> None:
    if keeper == "timesyncd":
        write(module, TIMESYNCD, "[Time]\nNTP=\nNTP=" + " ".join(servers) + "\n")
        return
    path = next(filter(os.path.exists, CHRONY), "")
    if keeper != "chrony" or not path:
        module.fail_json(msg="neither chrony nor systemd-timesyncd is installed")
    kept = []
    for line in text(read(path)).rstrip("\n").split("\n"):
        words = line.split()
        names_some = words and words[0].lower() in (*_SERVERS, "sourcedir")
        names_some = names_some or (
            words
            and words[0] in ("confdir", "include")
            and parse_servers(read_conf_line(path, line))
        )
        kept.append("# " + line if names_some else line)
    write(module, path, "\n".join([*kept, *[f"server {name} iburst" for name in servers]]) + "\n")


def read_conf_line(path: str, line: str) -> list:
    """The lines that one line of *path* brings in."""
    found = []
    for place in line.split()[1:]:
        inner = os.path.join(os.path.dirname(path), place)
        inner = os.path.join(inner, "*.conf") if line.split()[0] == "confdir" else inner
        for one in sorted(glob.glob(inner)):
            found += read_conf(one)
    return found


def restart(module: AnsibleModule, keeper: str) -> None:
    for unit in KEEPERS[keeper]:
        code, out, _ = module.run_command(["systemctl", "show", "-p", "LoadState", unit])
        if code == 0 and out.strip() == "LoadState=loaded":
            for words in (["enable", unit], ["restart", unit]):
                code, out, err = module.run_command(["systemctl", *words])
                if code:
                    module.fail_json(msg=f"systemctl {' '.join(words)}: {(err or out).strip()}")
            return


def main() -> None:
    options = {
        "servers": {"type": "list", "elements": "str"},
        "synchronised": {"type": "bool"},
        "wait_s": {"type": "int", "default": 30},
    }
    module = AnsibleModule(argument_spec=options, supports_check_mode=True)
    wanted = {}
    if module.params["servers"] is not None:
        wanted["servers"] = sorted(set(module.params["servers"]))
    if module.params["synchronised"] is not None:
        wanted["synchronised"] = module.params["synchronised"]
    try:
        keeper, seen, unseen = look(LIMIT_S)
    except CannotTell as error:
        module.fail_json(msg=f"cannot tell: {error.detail}")
    hidden = sorted(set(wanted) & set(unseen))
    wrong = {name: v for name, v in wanted.items() if name in seen and seen[name] != v}
    if hidden and not wrong:
        module.fail_json(msg=f"cannot tell {', '.join(hidden)}: {unseen[hidden[0]]}")
    before = {name: seen[name] for name in wrong}
    diff = {"before": f"{before}\n", "after": f"{wrong}\n"}
    if module.check_mode or not wrong:
        module.exit_json(changed=bool(wrong), diff=diff)
    if "servers" in wrong:
        set_servers(module, keeper, module.params["servers"])
    if not keeper:
        module.fail_json(msg="nothing is installed that keeps the clock", diff=diff)
    restart(module, keeper)
    end = time.monotonic() + module.params["wait_s"]
    while True:
        _, seen, _ = look(LIMIT_S)
        left = sorted(name for name, v in wanted.items() if name in seen and seen[name] != v)
        if left != ["synchronised"] or time.monotonic() > end:
            break
        time.sleep(1)
    if left:
        module.fail_json(msg=f"the clock still differs: {', '.join(left)}", diff=diff)
    module.exit_json(changed=True, diff=diff)


if __name__ == "__main__":
    main()
