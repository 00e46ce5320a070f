#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let an account trust exactly the keys that are declared."""

from __future__ import annotations

DOCUMENTATION = r"""
module: omlib_authorized_keys
short_description: Let an account trust exactly the keys that are declared
description:
  - Keys are compared without their comments, in whatever order, over all the files where sshd looks
    for those of the account.
  - Comments of keys that stay are kept. What lies in a home is written as its owner.
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  name: {description: The account., type: str, required: true}
  keys: {description: Lines of authorized_keys., type: list, elements: str, required: true}
"""
EXAMPLES = r"""
- omlib_authorized_keys: {name: ops, keys: ["ssh-ed25519 AAAAC3 ops@bastion"]}
"""
RETURN = r"""{}"""

import contextlib
import os
import pwd
import re
import tempfile
from typing import Iterator

from ansible.module_utils.basic import AnsibleModule

DEFAULT_FILES = ".ssh/authorized_keys .ssh/authorized_keys2"  # sshd_config(5)
KEY_TYPES = ("ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-")
# options are one word, in which blanks and \" may stand between quotes (sshd(8))
FIRST_WORD = re.compile(r'(?:\\"|"(?:\\"|[^"])*(?:"|$)|[^\s"])+')


def without_comment(line: str) -> str:
    line = line.strip()
    first = FIRST_WORD.match(line)
    if first is None:
        return line
    rest = line[first.end() :].split()
    return " ".join([first[0], *rest[: 1 if first[0].startswith(KEY_TYPES) else 2]])


def is_key(line: str) -> bool:
    words = without_comment(line).split()
    named = any(word.startswith(KEY_TYPES) for word in words[-2:-1])
    return named and not line.strip().startswith("#")


def read(path: str, uid: int) -> list[str]:
    """Of a file that is not the account's own only keys: it may have put a link there."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return []
    own = os.fstat(handle).st_uid == uid
    with os.fdopen(handle, encoding="utf-8", errors="surrogateescape") as file:
        lines = file.read().split("\n")[: 1 << 20]
    return lines if own else [line for line in lines if is_key(line)]


def key_files(module: AnsibleModule, account: pwd.struct_passwd) -> list[str]:
    pattern = DEFAULT_FILES
    sshd = module.get_bin_path("sshd", opt_dirs=["/usr/sbin", "/usr/local/sbin"])
    if sshd:
        who = f"user={account.pw_name},host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22"
        _, out, _ = module.run_command([sshd, "-T", "-C", who], check_rc=True)
        settings = dict(line.partition(" ")[::2] for line in out.split("\n") if line)
        pattern = settings.get("authorizedkeysfile", DEFAULT_FILES)
    values = {"%": "%", "h": account.pw_dir, "u": account.pw_name, "U": str(account.pw_uid)}
    words = [word for word in pattern.split() if word != "none"]
    paths = [re.sub("%([%huU])", lambda match: values[match[1]], word) for word in words]
    return [os.path.join(account.pw_dir, path) for path in paths]


def rewritten(files: list[list[str]], wanted: list[str]) -> list[list[str]]:
    """The lines of each file: what is not wanted goes, what is missing comes into the first."""
    left = [without_comment(key) for key in wanted]
    kept = []
    for lines in files:
        stays = []
        for line in lines:
            if not is_key(line) or without_comment(line) in left:
                stays.append(line)
                left = [key for key in left if not is_key(line) or key != without_comment(line)]
        kept.append(stays)
    kept[0] = [*"\n".join(kept[0]).rstrip("\n").split("\n"), *dict.fromkeys(left)]
    return [[line for line in lines if line.strip()] for lines in kept]


@contextlib.contextmanager
def acting_as(account: pwd.struct_passwd) -> Iterator[None]:
    """A link that somebody put into his home leads no further than he may go himself."""
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(account.pw_gid)
    os.seteuid(account.pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


def write(path: str, lines: list[str], mode: int) -> None:
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        os.mkdir(folder, 0o700)
    handle, fresh = tempfile.mkstemp(prefix=".omlib-", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write("".join(line + "\n" for line in lines))
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        os.rename(fresh, path)
    except OSError:
        os.unlink(fresh)
        raise


def put(module: AnsibleModule, account: pwd.struct_passwd, path: str, lines: list[str]) -> None:
    inside = os.path.commonpath([account.pw_dir, path]) == os.path.normpath(account.pw_dir)
    try:
        if inside:
            if not os.path.isdir(account.pw_dir):
                module.fail_json(msg=f"{account.pw_dir}, the home of {account.pw_name}, is missing")
            with acting_as(account):
                write(path, lines, 0o600)
        else:  # sshd reads it as the account
            write(path, lines, 0o644)
    except OSError as error:
        module.fail_json(msg=f"{path} was not written: {error}")
    restorecon = module.get_bin_path("restorecon")
    if restorecon and module.selinux_enabled():
        module.run_command([restorecon, "-R", os.path.dirname(path)])


def main() -> None:
    arguments = {
        "name": {"type": "str", "required": True},
        "keys": {"type": "list", "elements": "str", "required": True, "no_log": False},
    }
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    name, keys = module.params["name"], module.params["keys"]
    wanted = sorted({without_comment(key) for key in keys})
    try:
        account = pwd.getpwnam(name)
    except KeyError:
        if wanted and not module.check_mode:
            module.fail_json(msg=f"account {name} does not exist")
        module.exit_json(changed=bool(wanted))
    paths = key_files(module, account)
    files = [read(path, account.pw_uid) for path in paths]
    seen = sorted({without_comment(line) for lines in files for line in lines if is_key(line)})
    if seen != wanted and not paths:
        module.fail_json(msg=f"sshd takes no keys from files for {name}")
    if seen != wanted and not module.check_mode:
        for path, before, after in zip(paths, files, rewritten(files, wanted)):
            if [line for line in before if line.strip()] != after:
                put(module, account, path, after)
    diff = {"before": "".join(f"{key}\n" for key in seen)}
    diff["after"] = "".join(f"{key}\n" for key in wanted)
    module.exit_json(changed=seen != wanted, diff=diff)


if __name__ == "__main__":
    main()
