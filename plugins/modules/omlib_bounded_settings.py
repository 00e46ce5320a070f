#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep numbers of a settings file within bounds; what is stricter already stays."""

from __future__ import annotations

DOCUMENTATION = r"""
module: omlib_bounded_settings
short_description: Keep numbers of a settings file within bounds
description:
  - A key that is out of bounds, or set to no number, is set to the bound it must keep. One that is
    not set counts as what I(defaults) has of it.
  - The file is made where there is none.
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  path: {description: The file., type: path, required: true}
  separator:
    description: What stands between a key and its value.
    choices: [equals, blank]
    default: equals
    type: str
  least: {description: Keys with the least they may be., type: dict, default: {}}
  most: {description: "Keys with the most they may be, and more than 0.", type: dict, default: {}}
  zero:
    description: Keys of I(least) that may be 0 as well.
    type: list
    elements: str
    default: []
  defaults: {description: What holds for keys that are not set., type: dict, default: {}}
"""
EXAMPLES = r"""
- omlib_bounded_settings:
    path: /etc/security/faillock.conf
    most: {deny: 5}
    least: {unlock_time: 300}
    zero: [unlock_time]
"""
RETURN = r"""{}"""

import os
import re
import tempfile

from ansible.module_utils.basic import AnsibleModule


def set_within(
    text: str,
    blank: bool,
    least: dict[str, int],
    most: dict[str, int],
    zero: list[str],
    defaults: dict[str, str],
) -> str:
    """*text* with its keys within bounds; the last of several lines of a key counts."""
    lines = text.split("\n")
    sign, between = (r"[ \t]+", "\t") if blank else (r"[ \t]*=[ \t]*", " = ")
    for key, bound in [*least.items(), *most.items()]:
        line = re.compile(rf"[ \t]*{re.escape(key)}{sign}(\S*)")
        places = [at for at, told in enumerate(lines) if line.match(told)]
        value = line.match(lines[places[-1]])[1] if places else defaults.get(key, "")
        if not _fits(value, bound, key in least, key in zero):
            for at in reversed(places):
                del lines[at]
            hints = [
                at for at, told in enumerate(lines) if re.match(rf"#\s*{re.escape(key)}\b", told)
            ]
            at = places[0] if places else hints[-1] + 1 if hints else _end(lines)
            lines.insert(at, f"{key}{between}{bound}")
    return "\n".join(lines)


def _fits(value: str, bound: int, is_least: bool, or_zero: bool) -> bool:
    if or_zero and value in ("0", "never"):
        return True
    if not re.fullmatch(r"-?\d+", value):
        return False
    return int(value) >= bound if is_least else 0 < int(value) <= bound


def _end(lines: list[str]) -> int:
    return len(lines) - 1 if lines and not lines[-1] else len(lines)


def read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def write(module: AnsibleModule, path: str, text: str) -> None:
    there = os.path.exists(path)
    handle, fresh = tempfile.mkstemp(dir=module.tmpdir)
    with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    module.atomic_move(fresh, os.path.realpath(path))
    if not there:
        os.chmod(path, 0o644)


def main() -> None:
    arguments = {
        "path": {"type": "path", "required": True},
        "separator": {"type": "str", "choices": ["equals", "blank"], "default": "equals"},
        "least": {"type": "dict", "default": {}},
        "most": {"type": "dict", "default": {}},
        "zero": {"type": "list", "elements": "str", "default": []},
        "defaults": {"type": "dict", "default": {}},
    }
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    given = module.params
    path, text = given["path"], read(given["path"])
    least, most = (
        {key: int(value) for key, value in given[name].items()} for name in ("least", "most")
    )
    defaults = {key: str(value) for key, value in given["defaults"].items()}
    blank = given["separator"] == "blank"
    wanted = set_within(text, blank, least, most, given["zero"], defaults)
    wanted += "" if wanted.endswith("\n") or wanted == text else "\n"
    if wanted != text and not module.check_mode:
        write(module, path, wanted)
    diff = {"before": text, "after": wanted, "before_header": path, "after_header": path}
    module.exit_json(changed=wanted != text, diff=diff)


if __name__ == "__main__":
    main()
