#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make sudo ask for a password wherever a rule gives every command without one."""

from __future__ import annotations

DOCUMENTATION = r"""
module: omlib_sudo_asks
short_description: Make sudo ask for a password where a rule gives every command
description:
  - Takes the tag NOPASSWD from rules of /etc/sudoers and /etc/sudoers.d that end in C(ALL).
  - A file that may give I(account) its rights is left as it is unless I(password) is known, and is
    put back as it was when the account cannot use sudo by it afterwards.
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  account: {description: Who Ansible logs in as., type: str, required: true}
  password: {description: Their password for sudo., type: str, default: ""}
"""
EXAMPLES = r"""
- omlib_sudo_asks: {account: ops, password: "{{ ansible_become_password }}"}
"""
RETURN = r"""
left:
  description: Rules that were left as they are, since nobody knows the account's password.
  type: list
  elements: str
  returned: always
"""

import glob
import os
import re

from ansible.module_utils.basic import AnsibleModule

MAIN = "/etc/sudoers"
BLANKET = re.compile(r"^(?!\s*#)(\s*(\S+)\s.*?=.*?)\bNOPASSWD\s*:\s*(ALL\s*)$", re.M)


def asked(text: str, account: str) -> tuple[str, list[str]]:
    """*text* with rules that ask; and those left that may be the account's ("" leaves none)."""
    left: list[str] = []

    def without_tag(told: re.Match[str]) -> str:
        if account and (told[2] == account or not re.fullmatch(r"[a-z_][\w.-]*", told[2])):
            left.append(" ".join(told[0].split()))
            return told[0]
        return told[1] + told[3]

    return BLANKET.sub(without_tag, text), left


def read(path: str) -> str:
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()


def write(module: AnsibleModule, path: str, text: str) -> None:
    """Beside it first, under a name that sudo does not read (it holds a dot)."""
    fresh = path + ".omlib"
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o440)
    with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    visudo = module.get_bin_path("visudo", required=True, opt_dirs=["/usr/sbin"])
    code, out, err = module.run_command([visudo, "-c", "-f", fresh])
    if code:
        os.unlink(fresh)
        module.fail_json(msg=f"visudo does not take {path} without the tag: {(err or out).strip()}")
    module.atomic_move(fresh, path)


def still_works(module: AnsibleModule, account: str, password: str) -> bool:
    if account == "root":
        return True
    runuser = module.get_bin_path("runuser", required=True, opt_dirs=["/usr/sbin", "/sbin"])
    argv = [runuser, "-u", account, "--", "sudo", "-k", "-S", "-p", "", "true"]
    code, _, _ = module.run_command(argv, data=password)
    return code == 0


def main() -> None:
    arguments = {
        "account": {"type": "str", "required": True},
        "password": {"type": "str", "default": "", "no_log": True},
    }
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    account, password = module.params["account"], module.params["password"]
    guarded = "" if password or account == "root" else account
    names = [path for path in sorted(glob.glob("/etc/sudoers.d/*")) if os.path.isfile(path)]
    taken = [path for path in names if "." not in os.path.basename(path) and path[-1] != "~"]
    before, after, left = {}, {}, []
    for path in [*filter(os.path.isfile, [MAIN]), *taken]:
        text = read(path)
        told, kept = asked(text, guarded)
        left += [f"{path}: {rule}" for rule in kept]
        if told != text:
            before[path], after[path] = text, told
    if after and not module.check_mode:
        for path, text in after.items():
            write(module, path, text)
        if not still_works(module, account, password):
            for path, text in before.items():
                write(module, path, text)
            module.fail_json(msg=f"{account} could not use sudo with this password: put back")
    diff = [{"before": before[path], "after": after[path], "before_header": path} for path in after]
    module.exit_json(changed=bool(after), left=left, diff=diff)


if __name__ == "__main__":
    main()
