#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Have a setting of the kernel now, and at boot, as declared: each judged apart."""

DOCUMENTATION = r"""
module: omlib_sysctl
short_description: Have a setting of the kernel, now and at boot, as declared
description:
  - What the kernel has and what it will have after the next boot are two things, each judged by
    itself, for a container or a hardened kernel may refuse the one and take the other.
  - What holds at boot is what all files of sysctl.d(5) make of it, in their order. It is set in
    C(/etc/sysctl.d/zz-omlib.conf), which comes after 99-sysctl.conf.
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  items:
    description: The settings.
    type: list
    elements: dict
    required: true
    suboptions:
      name: {description: The key., type: str, required: true}
      ref: {description: What results call it., type: str}
      runtime: {description: What the kernel has now., type: str}
      persistent: {description: What is set at boot., type: str}
"""
EXAMPLES = r"""
- omlib_sysctl: {items: [{name: net.ipv4.ip_forward, runtime: "0", persistent: "0"}]}
"""
RETURN = r"""{}"""

import os
import re

from ansible.module_utils.basic import AnsibleModule

OWN = "/etc/sysctl.d/zz-omlib.conf"


# copied: plugins/omlib_in_ansible/each.py
#   Ended list_of each


class Ended(SystemExit):
    """What a module said of one item."""

    def __init__(self, result: dict) -> None:
        super().__init__()
        self.result = result


def list_of(options: dict, **rules: object) -> dict:
    """The arguments of a module that takes items with *options*; *rules* hold for each of them."""
    fields = {"ref": {"type": "str"}, "name": {"type": "str", "required": True}}
    fields.update(options)
    return {
        "items": dict(rules, type="list", elements="dict", required=True, options=fields),
    }


def each(module: AnsibleModule, judge: object) -> None:
    """Have *judge* see to each item as if it were the only one, and end with what it said of all.

    An item that fails costs no other.
    """
    end, fail = module.exit_json, module.fail_json

    def ended(**result: object) -> None:
        raise Ended(result)

    def failed(msg: object, **result: object) -> None:
        raise Ended(dict(result, msg=msg, failed=True))

    module.exit_json, module.fail_json = ended, failed
    said, items = [], module.params["items"]
    for item in items:
        module.params = item
        try:
            judge(module)  # type: ignore[operator]
        except Ended as ending:
            result = ending.result
        except Exception as error:  # noqa: BLE001
            result = {"failed": True, "msg": f"{type(error).__name__}: {error}"}
        one = {key: result[key] for key in ("changed", "failed", "msg", "diff") if key in result}
        said.append(dict(one, ref=item["ref"] or item["name"]))
    module.params, module.exit_json, module.fail_json = {"items": items}, end, fail
    diffs = [one.get("diff") or [] for one in said if one.get("changed")]
    whole = {
        "changed": any(one.get("changed") for one in said),
        "omlib_items": said,
        "diff": [part for diff in diffs for part in (diff if isinstance(diff, list) else [diff])],
    }
    faults = [f"{one['ref']}: {one.get('msg')}" for one in said if one.get("failed")]
    if faults:
        module.fail_json(msg="; ".join(faults), **whole)
    module.exit_json(**whole)


# end of what is copied


# copied: omlib/planes/server/host/base.py
#   text native


def text(raw: bytes) -> str:
    """Any byte survives: the asking side turns the surrogates back and finds the encoding."""
    return raw.decode("utf-8", "surrogateescape")


def native(name: str) -> str:
    """The same, for what Python has already read in the locale's encoding."""
    return text(os.fsencode(name))


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
#   FOLDERS files_of lines_of read_all


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


def read_all(folder: str) -> "list[tuple[str, str]]":
    """Each line that counts, with the file that has it."""
    return [
        (path, line)
        for path in files_of(folder)
        for line in lines_of(read(path.encode("utf-8", "surrogateescape")))
    ]


# end of what is copied


# copied: omlib/planes/server/host/kernel.py
#   SYS path_of_key parse_settings is_glob matches as_regex at_boot


SYS = "/proc/sys/"


def path_of_key(key: str) -> str:
    """`net.ipv4.ip_forward` as a path; where a slash comes first, dots are the name's own."""
    first = re.search(r"[./]", key)
    if first and first.group() == ".":
        return key.translate({ord("."): "/", ord("/"): "."})
    return key


def parse_settings(lines: "list[str]") -> "dict[str, str | None]":
    """By path what is set last; None: globs leave that key alone."""
    found = {}  # type: dict[str, str | None]
    for line in lines:
        key, sign, value = line.partition("=")
        spared = key.startswith("-")
        path = path_of_key(key.strip().lstrip("-").strip())
        if not sign and not spared:
            continue
        found.pop(path, None)  # so that the later of two globs comes later
        found[path] = " ".join(value.split()) if sign else None
    return found


def is_glob(path: str) -> bool:
    return any(sign in path for sign in "*?[")


def matches(pattern: str, path: str) -> bool:
    """As glob(7) does: a star stops at a slash."""
    parts, wanted = path.split("/"), pattern.split("/")
    regex = "/".join(as_regex(one) for one in wanted)
    return len(parts) == len(wanted) and re.match(regex + r"\Z", path) is not None


def as_regex(pattern: str) -> str:
    found = ""
    for piece in re.findall(r"\[[^]]+\]|.", pattern):
        bracket = piece.replace("[!", "[^") if len(piece) > 1 else re.escape(piece)
        found += {"*": "[^/]*", "?": "[^/]"}.get(piece, bracket)
    return found


def at_boot(path: str, settings: "dict[str, str | None]") -> "str | None":
    """What *path* is set to; a line with its own name counts before any glob, sysctl.d(5)."""
    if path in settings:
        return settings[path]
    found = None
    for pattern, value in settings.items():
        if is_glob(pattern) and value is not None and matches(pattern, path):
            found = value
    return found


# end of what is copied


def look(module: AnsibleModule, path: str) -> dict:
    """*runtime* is None where the kernel knows no such key, *persistent* where nothing sets it."""
    settings = parse_settings([line for _, line in read_all("sysctl.d")])
    told = {"persistent": at_boot(path, settings), "runtime": None}
    try:
        with open(SYS + path, "rb") as file:
            told["runtime"] = " ".join(text(file.read()).split())
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        pass
    except OSError as error:
        if module.params["runtime"] is not None:
            module.fail_json(msg=f"cannot tell what the kernel has: {error}")
    return told


def set_at_boot(module: AnsibleModule, path: str, value: str) -> None:
    kept = [line for line in lines_of(read(OWN)) if path not in parse_settings([line])]
    fresh = os.path.join(module.tmpdir, "sysctl")
    with open(fresh, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write("".join(f"{line}\n" for line in [*kept, f"{module.params['name']} = {value}"]))
    module.atomic_move(fresh, OWN)


def see_to(module: AnsibleModule) -> None:
    path = path_of_key(module.params["name"])
    given = {name: module.params[name] for name in ("runtime", "persistent")}
    wanted = {name: " ".join(v.split()) for name, v in given.items() if v is not None}
    seen = look(module, path)
    wrong = {name: value for name, value in wanted.items() if seen[name] != value}
    before = {name: seen[name] for name in wrong}
    diff = {"before": f"{before}\n", "after": f"{wrong}\n"}
    if module.check_mode or not wrong:
        module.exit_json(changed=bool(wrong), diff=diff)
    if "persistent" in wrong:
        set_at_boot(module, path, wrong["persistent"])
    if "runtime" in wrong:
        try:
            with open(SYS + path, "w", encoding="ascii") as file:
                file.write(wrong["runtime"])
        except OSError as error:
            module.fail_json(msg=f"the kernel does not take {path}: {error}", diff=diff)
    seen = look(module, path)
    left = sorted(name for name, value in wanted.items() if seen[name] != value)
    if left:
        module.fail_json(msg=f"{module.params['name']} still differs: {', '.join(left)}", diff=diff)
    module.exit_json(changed=True, diff=diff)


def main() -> None:
    options = {"runtime": {"type": "str"}, "persistent": {"type": "str"}}
    each(AnsibleModule(argument_spec=list_of(options), supports_check_mode=True), see_to)


if __name__ == "__main__":
    main()
