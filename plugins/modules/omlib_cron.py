#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give a table of cron exactly the jobs that are declared."""

DOCUMENTATION = r"""
module: omlib_cron
short_description: Give a table of cron exactly the jobs that are declared
description:
  - Jobs are compared without comments, with one blank between the words before the command, and
    only where cron takes the file at all. Judges as a look of omlib does.
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  name:
    description: A file name in /etc/cron.d, or the absolute path of another table or script.
    type: str
    required: true
  jobs:
    description: Lines of crontab(5) with the account, also for the table of an account.
    type: list
    elements: str
    default: []
  present: {description: Whether it is there., type: bool, default: true}
"""
EXAMPLES = r"""
- omlib_cron: {name: backup, jobs: ["0 2 * * * root /usr/local/sbin/backup"]}
"""
RETURN = r"""{}"""

import os
import pwd
import re

from ansible.module_utils.basic import AnsibleModule

# copied: omlib/planes/server/host/base.py
#   text


def text(raw: bytes) -> str:
    """Any byte survives: the asking side turns the surrogates back and finds the encoding."""
    return raw.decode("utf-8", "surrogateescape")


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


# copied: omlib/planes/server/host/cron.py
#   TABLES SPOOLS SCRIPTS _ENVIRONMENT parse_table path_of runs jobs_of


TABLES = "/etc/cron.d/"


SPOOLS = ("/var/spool/cron/crontabs/", "/var/spool/cron/")


SCRIPTS = ("/etc/cron.hourly/", "/etc/cron.daily/", "/etc/cron.weekly/", "/etc/cron.monthly/")


_ENVIRONMENT = re.compile(r"""\s*(\w+|"[^"]*"|'[^']*')\s*=\s*(.*)""")


def parse_table(raw: bytes, account: str = "") -> "list[str]":
    """The lines that count, blanks collapsed before the command; *account* of a table without."""
    found = []
    for line in text(raw).split("\n"):
        line = line.strip(" \t")
        setting = _ENVIRONMENT.match(line)
        if not line or line.startswith("#"):
            continue
        if setting:
            found.append(setting.group(1) + "=" + setting.group(2))
            continue
        fields = 1 if line.startswith("@") else 5
        words = line.split(None, fields if account else fields + 1)
        if account:
            words.insert(fields, account)
        found.append(" ".join(words))
    return found


def path_of(name: str) -> str:
    return name if name.startswith("/") else TABLES + name


def runs(path: str, told: os.stat_result, debian: bool) -> bool:
    """Whether cron takes a file of root's at all, cron(8) of Debian and of cronie."""
    name = os.path.basename(path)
    if path == "/etc/crontab":
        named = True
    elif debian:
        named = re.match(r"[A-Za-z0-9_-]+$", name) is not None
    else:
        named = not re.match(r"\.|#|.*(~|\.rpm(save|orig|new)|\.cfsaved|,v)$", name)
    if path.startswith(SCRIPTS):
        return named and bool(told.st_mode & 0o111)
    return named and told.st_uid == 0 and not told.st_mode & 0o022


def jobs_of(path: str, told: os.stat_result, debian: bool) -> "list[str]":
    if path.startswith(SCRIPTS):
        return [path] if runs(path, told, debian) else []
    raw = read(path.encode("utf-8", "surrogateescape"))
    spool = path.startswith(SPOOLS)
    cut = debian and not raw.endswith(b"\n")  # Debian's cron then passes over all of the file
    if cut or not (spool or runs(path, told, debian)):
        return []
    return parse_table(raw, os.path.basename(path) if spool else "")


# end of what is copied


def content_of(module: AnsibleModule, path: str, jobs: list) -> str:
    """The text of a table; that of an account has no column for it."""
    if not path.startswith(SPOOLS):
        return "".join(f"{job}\n" for job in jobs)
    account, lines = os.path.basename(path), []
    for job in jobs:
        fields = 1 if job.startswith("@") else 5
        words = job.split(None, fields + 1)
        if _ENVIRONMENT.match(job):
            lines.append(job)
        elif len(words) > fields + 1 and words[fields] == account:
            lines.append(" ".join([*words[:fields], words[fields + 1]]))
        else:
            module.fail_json(msg=f"{path} can only hold jobs of {account}: {job}")
    return "".join(f"{line}\n" for line in lines)


def write(module: AnsibleModule, path: str, jobs: list) -> None:
    if path.startswith(SCRIPTS):
        module.fail_json(msg=f"{path} is a script: declare its content as a file")
    fresh = os.path.join(module.tmpdir, "table")
    with open(fresh, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(content_of(module, path, jobs))
    spool = path.startswith(SPOOLS)
    owner, group = 0, 0
    if spool:
        try:
            owner = pwd.getpwnam(os.path.basename(path)).pw_uid
        except KeyError:
            module.fail_json(msg=f"{path}: there is no such account")
        group = os.stat(os.path.dirname(path)).st_gid
    module.atomic_move(fresh, path)
    # what was there before may have been in hands, or open to hands, for which cron passes it over
    os.chown(path, owner, group)
    os.chmod(path, 0o600 if spool else 0o644)
    if spool:  # cron only looks into the folder when its own time changes
        os.utime(os.path.dirname(path))


def look(path: str) -> "list | None":
    """The jobs that cron runs of it; None if it is not there."""
    try:
        return jobs_of(path, os.stat(path), os.path.exists("/etc/debian_version"))
    except FileNotFoundError:
        return None


def main() -> None:
    options = {
        "name": {"type": "str", "required": True},
        "jobs": {"type": "list", "elements": "str", "default": []},
        "present": {"type": "bool", "default": True},
    }
    module = AnsibleModule(argument_spec=options, supports_check_mode=True)
    path = path_of(module.params["name"])
    lines = "".join(f"{job}\n" for job in module.params["jobs"])
    wanted = None
    if module.params["present"]:
        is_script = path.startswith(SCRIPTS)
        wanted = module.params["jobs"] if is_script else parse_table(lines.encode("utf-8"))
    seen = look(path)
    told = ["" if jobs is None else "".join(f"{job}\n" for job in jobs) for jobs in (seen, wanted)]
    diff = {"before": told[0], "after": told[1], "before_header": path, "after_header": path}
    if module.check_mode or seen == wanted:
        module.exit_json(changed=seen != wanted, diff=diff)
    if wanted is None:
        os.remove(path)
    else:
        write(module, path, module.params["jobs"])
    if look(path) != wanted:
        module.fail_json(msg=f"cron does not take {path} as it is", diff=diff)
    module.exit_json(changed=True, diff=diff)


if __name__ == "__main__":
    main()
