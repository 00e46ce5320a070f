#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lock the password of an account, or unlock it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: omlib_password_lock
short_description: Lock the password of an account, or unlock it
description:
  - Locked is an account whose field in shadow(5) begins with C(!) or C(*).
  - ansible.builtin.user knows only of C(!), and would lock anew what is locked.
  - An account without a password cannot be unlocked, that would let in anybody.
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  name: {description: The account., type: str, required: true}
  locked: {description: Whether it is locked., type: bool, required: true}
"""
EXAMPLES = r"""
- omlib_password_lock: {name: root, locked: true}
"""
RETURN = r"""{}"""

from ansible.module_utils.basic import AnsibleModule


def is_locked(name: str) -> bool | None:
    with open("/etc/shadow", encoding="utf-8", errors="surrogateescape") as shadow:
        for line in shadow:
            fields = line.split(":")
            if fields[0] == name and len(fields) > 1:
                return fields[1].startswith(("!", "*"))
    return None


def main() -> None:
    arguments = {
        "name": {"type": "str", "required": True},
        "locked": {"type": "bool", "required": True},
    }
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    name, wanted = module.params["name"], module.params["locked"]
    seen = is_locked(name)
    if seen is None and module.check_mode:
        module.exit_json(changed=True, msg=f"account {name} is not there yet")
    if seen is None:
        module.fail_json(msg=f"account {name} has no line in /etc/shadow")
    if seen != wanted and not module.check_mode:
        module.run_command(["usermod", "-L" if wanted else "-U", name], check_rc=True)
        if is_locked(name) != wanted:
            module.fail_json(msg=f"account {name} has no password that could be unlocked")
    diff = {"before": {"locked": seen}, "after": {"locked": wanted}}
    module.exit_json(changed=seen != wanted, diff=diff)


if __name__ == "__main__":
    main()
