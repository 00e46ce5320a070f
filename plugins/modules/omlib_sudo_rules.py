#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give a file of sudo exactly the rules that are declared."""

from __future__ import annotations

DOCUMENTATION = r"""
module: omlib_sudo_rules
short_description: Give a file of sudo exactly the rules that are declared
description:
  - Rules are compared without comments, with one blank between words, and only where sudo takes the
    file, as it does with one that is included and that nobody but root may write.
  - Nothing is replaced before visudo has found its syntax right.
  - Taken back is what sudo cannot read together with its other files, and what keeps the account
    that became root for this from doing so again.
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  name:
    description: C(sudoers) for the main file, a file name in /etc/sudoers.d, or an absolute path.
    type: str
    required: true
  rules: {description: Rules of sudoers(5) in order., type: list, elements: str, default: []}
  state:
    description: Whether it is there.
    choices: [present, absent]
    default: present
    type: str
"""
EXAMPLES = r"""
- omlib_sudo_rules: {name: dba, rules: ["%dba ALL=(postgres) NOPASSWD: ALL"]}
"""
RETURN = r"""{}"""

import os
import re
import stat
import tempfile

from ansible.module_utils.basic import AnsibleModule

MAIN = "/etc/sudoers"
FOLDER = "/etc/sudoers.d/"
DEEP = 128  # so many files may include one another, then sudo gives up
# an escaped letter; a line that goes on; a quote; a comment, for before a digit `#` is a uid
TOKEN = re.compile(r'\\.|\\$|"|#(?!-?\d)')
AS_ROOT = re.compile(r"^\s+(\((?:ALL|root)\b[^)]*\).*\bALL)$", re.M)  # of `sudo -l`
INCLUDE = re.compile(r"\s*[#@]include(dir)?[ \t]+(\S.*)")


def parse_rules(raw: bytes) -> list[str]:
    rules, rule, quoted = [], "", False
    for line in raw.decode("utf-8", "surrogateescape").split("\n"):
        if not rule and INCLUDE.match(line):
            rules.append(" ".join(line.split()))
            continue
        kept, quoted, goes_on = without_comment(line.rstrip("\r"), quoted)
        rule += kept
        if goes_on:
            rule += "" if quoted else " "
            continue
        rules.append(" ".join(rule.split()))
        rule, quoted = "", False
    return [one for one in [*rules, " ".join(rule.split())] if one]


def without_comment(line: str, quoted: bool) -> tuple[str, bool, bool]:
    for token in TOKEN.finditer(line):
        if token[0] == "\\":
            return line[:-1], quoted, True
        if token[0] == '"':
            quoted = not quoted
        elif token[0] == "#" and not quoted:
            return line[: token.start()], quoted, False
    return line, quoted, False


def includes(rules: list[str], file: str, host: str) -> list[tuple[bool, str]]:
    found = []
    for rule in rules:
        told = INCLUDE.match(rule)
        if told:
            path = re.sub(r"\\(.)", r"\1", told[2].strip('"')).replace("%h", host)
            found.append((bool(told[1]), os.path.join(os.path.dirname(file), path)))
    return found


def is_trusted(told: os.stat_result) -> bool:
    by_group = told.st_mode & stat.S_IWGRP and told.st_gid != 0
    return told.st_uid == 0 and not told.st_mode & stat.S_IWOTH and not by_group


def in_force() -> dict[str, list[str]]:
    """By path the rules of every file that sudo reads."""
    host = os.uname().nodename.partition(".")[0]
    found: dict[str, list[str]] = {}
    ahead = [MAIN]
    while ahead and len(found) < DEEP:
        path = ahead.pop(0)
        if path in found or not os.path.isfile(path) or not is_trusted(os.stat(path)):
            continue
        with open(path, "rb") as file:
            found[path] = parse_rules(file.read())
        for is_folder, inner in includes(found[path], path, host):
            names = sorted(os.listdir(inner)) if is_folder and os.path.isdir(inner) else []
            taken = [name for name in names if "." not in name and not name.endswith("~")]
            ahead += [os.path.join(inner, name) for name in taken] if is_folder else [inner]
    return found


def write(module: AnsibleModule, path: str, rules: list[str]) -> None:
    handle, fresh = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write("".join(f"{rule}\n" for rule in rules))
    os.chmod(fresh, 0o440)
    os.chown(fresh, 0, 0)
    visudo = module.get_bin_path("visudo", required=True, opt_dirs=["/usr/sbin"])
    code, out, err = module.run_command([visudo, "-c", "-f", fresh])
    if code:
        module.fail_json(msg=f"visudo does not take these rules for {path}: {(err or out).strip()}")
    module.atomic_move(fresh, path)  # which keeps the owner and the mode of what was there
    os.chown(path, 0, 0)
    os.chmod(path, 0o440)


def kept(path: str) -> "tuple[bytes, os.stat_result] | None":
    """What is there now; None where nothing is, or what is no file."""
    if not os.path.isfile(path):
        return None
    with open(path, "rb") as file:
        return file.read(), os.stat(path)


def restore(module: AnsibleModule, path: str, old: "tuple[bytes, os.stat_result] | None") -> None:
    if old is None:
        if os.path.lexists(path):
            os.unlink(path)
        return
    handle, fresh = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(handle, "wb") as file:
        file.write(old[0])
    module.atomic_move(fresh, path)  # which gives a new file a mode of its own
    os.chown(path, old[1].st_uid, old[1].st_gid)
    os.chmod(path, stat.S_IMODE(old[1].st_mode))


def standing(module: AnsibleModule) -> "dict[str, bool]":
    """What must not be lost, by how it is told: True where it stands."""
    visudo = module.get_bin_path("visudo", opt_dirs=["/usr/sbin"])
    told = {}
    if visudo:
        told["sudo could not read all its files"] = not module.run_command([visudo, "-c"])[0]
    login, sudo = os.environ.get("SUDO_USER", "root"), module.get_bin_path("sudo")
    if login != "root" and sudo:
        _, out, _ = module.run_command([sudo, "-n", "-l", "-U", login])
        ways = AS_ROOT.findall(out)
        told[f"{login} could not become root"] = bool(ways)
        if came_without_password():
            told[f"{login} would be asked for a password"] = any("NOPASSWD:" in way for way in ways)
    return told


def came_without_password() -> bool:
    """Whether the sudo that runs this was told to ask for none (`-n`), as Ansible's is then."""
    process = os.getppid()
    while process > 1:
        try:
            with open(f"/proc/{process}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
            with open(f"/proc/{process}/stat", "rb") as file:
                parent = int(file.read().rpartition(b")")[2].split()[1])
        except OSError:
            return False
        if os.path.basename(words[0]) == b"sudo":
            return b"-n" in words
        process = parent
    return False


def main() -> None:
    arguments = {
        "name": {"type": "str", "required": True},
        "rules": {"type": "list", "elements": "str", "default": []},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    }
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    name, present = module.params["name"], module.params["state"] == "present"
    wanted = [" ".join(rule.split()) for rule in module.params["rules"]] if present else []
    path = MAIN if name == "sudoers" else os.path.join(FOLDER, name)
    there = os.path.lexists(path)
    seen = in_force().get(path, [])
    changed = there if not present else not there or seen != wanted
    if changed and not module.check_mode:
        stood, old = standing(module), kept(path)
        if not present and path == MAIN:
            module.fail_json(msg="without /etc/sudoers nobody could use sudo: it is not removed")
        if present:
            write(module, path, wanted)
            taken = in_force()
            if wanted and path not in taken:
                module.fail_json(msg=f"sudo does not read {path}: its name, or what includes it")
            if taken.get(path, []) != wanted:
                module.fail_json(msg=f"sudo reads other rules in {path}: is a comment among them?")
        else:
            os.unlink(path)
        stands = standing(module)
        lost = [what for what, did in stood.items() if did and not stands.get(what)]
        if lost:
            restore(module, path, old)
            module.fail_json(msg=f"{path} stays as it was: {', '.join(lost)}")
    diff = {"before": "".join(f"{rule}\n" for rule in seen)}
    diff["after"] = "".join(f"{rule}\n" for rule in wanted)
    module.exit_json(changed=changed, diff=diff)


if __name__ == "__main__":
    main()
