#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give a group exactly the members that are declared."""

from __future__ import annotations

DOCUMENTATION = r"""
module: omlib_group_members
short_description: Give a group exactly the members that are declared
description:
  - Members are those of group(5), beside the accounts of whom it is the primary group.
  - In check mode a group that is not there yet has no members.
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  name: {description: The group., type: str, required: true}
  members: {description: All its members., type: list, elements: str, required: true}
"""
EXAMPLES = r"""
- omlib_group_members: {name: dba, members: [postgres, ops]}
"""
RETURN = r"""{}"""

import grp

from ansible.module_utils.basic import AnsibleModule


def members_of(name: str) -> list[str] | None:
    try:
        return sorted(set(grp.getgrnam(name).gr_mem))
    except KeyError:
        return None


def main() -> None:
    arguments = {
        "name": {"type": "str", "required": True},
        "members": {"type": "list", "elements": "str", "required": True},
    }
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    name, wanted = module.params["name"], sorted(set(module.params["members"]))
    seen = members_of(name)
    if seen is None and not module.check_mode:
        module.fail_json(msg=f"group {name} does not exist")
    changed = wanted != (seen or [])
    if changed and not module.check_mode:
        module.run_command(["gpasswd", "-M", ",".join(wanted), name], check_rc=True)
        if members_of(name) != wanted:
            module.fail_json(msg=f"group {name} has members that are not in /etc/group")
    diff = {"before": {"members": seen or []}, "after": {"members": wanted}}
    module.exit_json(changed=changed, diff=diff)


if __name__ == "__main__":
    main()
