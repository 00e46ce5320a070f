#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let the passwords of a host's own accounts age, and lock accounts that have an empty one."""

from __future__ import annotations

DOCUMENTATION = r"""
module: omlib_password_ageing
short_description: Let passwords age, and lock accounts whose password is empty
description:
  - Each account of /etc/shadow with a password is given I(max_days) where it has none or more.
  - An account in I(spare) is left as it is. When a password ages out, an account cannot log in
    with a key either before it is changed.
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  max_days: {description: Days after which a password must be changed., type: int, required: true}
  spare: {description: Accounts to leave as they are., type: list, elements: str, default: []}
"""
EXAMPLES = r"""
- omlib_password_ageing: {max_days: 90, spare: [ops]}
"""
RETURN = r"""
left:
  description: Accounts that would have been changed, but are spared.
  type: list
  elements: str
  returned: always
"""

from ansible.module_utils.basic import AnsibleModule


def judged(shadow: str, max_days: int) -> tuple[list[str], list[str]]:
    """The accounts that do not age as wanted, and those whose password is empty."""
    ageless, empty = [], []
    for line in shadow.split("\n"):
        row = line.split(":")
        if len(row) < 8 or row[1][:1] in ("!", "*"):
            continue
        days = int(row[4]) if row[4].lstrip("-").isdigit() else -1
        if not 0 < days <= max_days:
            ageless.append(row[0])
        if not row[1]:
            empty.append(row[0])
    return ageless, empty


def main() -> None:
    arguments = {
        "max_days": {"type": "int", "required": True},
        "spare": {"type": "list", "elements": "str", "default": []},
    }
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    max_days, spare = module.params["max_days"], module.params["spare"]
    with open("/etc/shadow", encoding="utf-8", errors="surrogateescape") as file:
        ageless, empty = judged(file.read(), max_days)
    left = sorted({name for name in (*ageless, *empty) if name in spare})
    ageless = [name for name in ageless if name not in spare]
    empty = [name for name in empty if name not in spare]
    chage = ["chage", "-M", str(max_days)]
    for name in [] if module.check_mode else ageless:
        module.run_command([*chage, name], check_rc=True)
    for name in [] if module.check_mode else empty:
        module.run_command(["usermod", "-L", name], check_rc=True)
    diff = {"before": "", "after": "".join(f"{name}: {max_days} days\n" for name in ageless)}
    diff["after"] += "".join(f"{name}: locked\n" for name in empty)
    module.exit_json(changed=bool(ageless or empty), left=left, diff=diff)


if __name__ == "__main__":
    main()
