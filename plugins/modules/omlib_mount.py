#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Have a file system mounted now, and at boot, as declared."""

DOCUMENTATION = r"""
module: omlib_mount
short_description: Have a file system mounted, now and at boot, as declared
description:
  - What is mounted and what fstab(5) says are two things, each judged by itself, with the options
    that are in force; ansible.posix.mount looks at fstab alone once something is mounted.
  - No mount point is looked into, so a server that does not answer hangs nothing.
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  name: {description: The mount point., type: path, required: true}
  mounted: {description: Whether it is mounted., type: bool, default: true}
  at_boot: {description: Whether fstab(5) has it mounted at boot., type: bool, default: true}
  source: {description: "Device, UUID=..., LABEL=..., server:/path.", type: str}
  fstype: {description: Type of file system., type: str}
  options: {description: Options that must be in force., type: list, elements: str}
  boot_options: {description: "Options of fstab(5), all of them.", type: list, elements: str}
"""
EXAMPLES = r"""
- omlib_mount: {name: /srv/data, source: UUID=0a1b, fstype: xfs, boot_options: [noexec, nofail]}
"""
RETURN = r"""{}"""

import os
import re
from collections import namedtuple

from ansible.module_utils.basic import AnsibleModule

FSTAB = "/etc/fstab"


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


# copied: omlib/planes/server/host/mounts.py
#   Mounted Entry IMPLIED UNSEEN_BY_KERNEL unescaped parse_mountinfo parse_fstab device_of
#   is_source size_of options_of spelled same_type attributes_of


Mounted = namedtuple("Mounted", ("device", "root", "point", "fstype", "source", "options"))


Entry = namedtuple("Entry", ("source", "point", "fstype", "options"))


IMPLIED = {
    "exec": ("noexec",),
    "suid": ("nosuid",),
    "dev": ("nodev",),
    "async": ("sync",),
    "atime": ("noatime",),
    "diratime": ("nodiratime", "noatime"),
    "strictatime": ("noatime", "relatime"),
    "acl": ("noacl",),
    "user_xattr": ("nouser_xattr",),
}


UNSEEN_BY_KERNEL = ("bg", "fg", "intr", "nointr", "retry=", "helper=")  # mount(8) keeps them


def unescaped(word: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), word)


def parse_mountinfo(raw: bytes) -> "dict[str, Mounted]":
    """By mount point what was mounted there last, proc_pid_mountinfo(5)."""
    found = {}
    for line in text(raw).split("\n"):
        words = line.split(" ")
        if len(words) < 10 or "-" not in words[6:]:
            continue
        dash = words.index("-", 6)
        fstype, source = words[dash + 1], unescaped(words[dash + 2])
        options = list(dict.fromkeys(words[5].split(",") + words[dash + 3].split(",")))
        if "ro" in options and "rw" in options:  # of the mount, or of the whole file system
            options.remove("rw")
        point = unescaped(words[4])
        told = Mounted(words[2], unescaped(words[3]), point, fstype, source, options)
        found[point] = told
        if fstype == "autofs":  # it waits for somebody to come
            del found[point]
    return found


def parse_fstab(raw: bytes) -> "dict[str, Entry]":
    found = {}
    for line in text(raw).split("\n"):
        words = line.split()
        if len(words) >= 3 and not words[0].startswith("#") and words[1].startswith("/"):
            point = unescaped(words[1]).rstrip("/") or "/"
            options = unescaped(words[3]).split(",") if len(words) > 3 else ["defaults"]
            found[point] = Entry(unescaped(words[0]), point, words[2], options)
    return found


def device_of(source: str) -> str:
    """The device that UUID=, LABEL= and their like mean, by its true name."""
    kind, sign, value = source.partition("=")
    folder = {"UUID": "uuid", "LABEL": "label", "PARTUUID": "partuuid", "PARTLABEL": "partlabel"}
    if sign and kind in folder:
        path = "/dev/disk/by-" + folder[kind] + "/"
        return os.path.realpath(path + value.strip('"').replace("/", "\\x2f").replace(" ", "\\x20"))
    return os.path.realpath(source) if source.startswith("/dev/") else source.rstrip("/")


def is_source(wanted: str, seen: Mounted, table: "dict[str, Mounted]") -> bool:
    """Whether *seen* is mounted from what is *wanted*: a device by any name, or a folder."""
    if wanted == seen.source or device_of(wanted) == device_of(seen.source):
        return True
    if not wanted.startswith("/") or wanted.startswith("/dev/"):
        return False
    over = [one for one in table.values() if (wanted + "/").startswith(one.point.rstrip("/") + "/")]
    if not over:
        return False
    below = max(over, key=lambda one: len(one.point))
    inner = os.path.normpath(below.root + "/" + wanted[len(below.point.rstrip("/")) :])
    return (below.device, inner) == (seen.device, seen.root)


def size_of(option: str) -> str:
    """`size=64m` as the kernel prints it, `size=65536k`."""
    match = re.match(r"(size=)(\d+)([kmgKMG]?)$", option)
    if not match:
        return option
    unit = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}[match.group(3).lower()]
    return match.group(1) + str(int(match.group(2)) * unit // 1024) + "k"


def options_of(seen: Mounted, wanted: "list[str]") -> "list[str]":
    """Those in force; one that is *wanted* in its own spelling, where it is in force."""
    found = list(seen.options)
    for option in wanted:
        against = IMPLIED.get(option)
        held = against is not None and not set(against) & set(seen.options)
        bound = option in ("bind", "rbind") and seen.root != "/"
        if held or bound or size_of(option) in seen.options or option.startswith(UNSEEN_BY_KERNEL):
            found.append(option)
    return list(dict.fromkeys(found))


def spelled(wanted: object, seen: "list[tuple[str, bool]]") -> str:
    """*wanted* where all that was *seen* is the same, else the first that is not."""
    if isinstance(wanted, str) and wanted and all(same for _, same in seen):
        return wanted
    return next((one for one, same in seen if not same), seen[0][0])


def same_type(wanted: object, seen: str) -> bool:
    return seen in (wanted, "auto") or (wanted, seen) == ("nfs", "nfs4")


def attributes_of(
    point: str, table: "dict[str, Mounted]", fstab: "dict[str, Entry]", wants: "dict[str, object]"
) -> "dict[str, object]":
    seen, entry = table.get(point), fstab.get(point)
    told = {"mounted": seen is not None}  # type: dict[str, object]
    told["at_boot"] = entry is not None and "noauto" not in entry.options
    wanted = wants.get("source")
    sources = []
    types = [one.fstype for one in (seen, entry) if one is not None]
    if seen is not None:
        same = isinstance(wanted, str) and is_source(wanted, seen, table)
        sources.append((seen.source, same))
        given = wants.get("options")
        told["options"] = options_of(seen, list(given) if isinstance(given, list) else [])
    if entry is not None:
        same = isinstance(wanted, str) and device_of(wanted) == device_of(entry.source)
        sources.append((entry.source, same))
        told["boot_options"] = entry.options
    told["source"] = spelled(wanted, sources)
    fstype = wants.get("fstype")
    told["fstype"] = spelled(fstype, [(one, same_type(fstype, one)) for one in types])
    return told


# end of what is copied


def look(point: str, wanted: dict, at_boot: bool = True) -> dict:
    """Without *at_boot* what is mounted alone counts."""
    with open("/proc/self/mountinfo", "rb") as opened:
        table = parse_mountinfo(opened.read())
    fstab = parse_fstab(read(FSTAB)) if at_boot else {}
    if point not in table and point not in fstab:
        return {"mounted": False, "at_boot": False}
    return attributes_of(point, table, fstab, wanted)


def is_as(name: str, value: object, seen: dict) -> bool:
    if name == "options":
        return set(value) <= set(seen.get(name, []))
    if name == "boot_options":
        return name in seen and set(value) == set(seen[name])
    return seen.get(name) == value


def differing(wanted: dict, seen: dict) -> dict:
    return {name: value for name, value in wanted.items() if not is_as(name, value, seen)}


def escaped(word: str) -> str:
    return re.sub(r"[\s\\#]", lambda match: f"\\{ord(match.group()):03o}", word)


def fstab_with(module: AnsibleModule, point: str, wanted: dict) -> str:
    """fstab with its one line in its old place; any other stays as it is."""
    old = parse_fstab(read(FSTAB)).get(point)
    lines, new = [], []
    if wanted["at_boot"] or (old and wanted["mounted"]):
        options = (
            wanted.get("boot_options")
            or wanted.get("options")
            or (old.options if old else ["defaults"])
        )
        options = [one for one in options if one != "noauto"]
        options += [] if wanted["at_boot"] else ["noauto"]
        source = wanted.get("source") or (old.source if old else "")
        fstype = wanted.get("fstype") or (old.fstype if old else "")
        if not source or not fstype:
            module.fail_json(msg=f"{point}: say its source and type, fstab has neither")
        told = (source, point, fstype, ",".join(options))
        words = [*map(escaped, told), "0", "0"]
        new = ["\t".join(words)]
    for line in text(read(FSTAB)).split("\n"):
        if point in parse_fstab(line.encode("utf-8", "surrogateescape")):
            lines, new = lines + new, []
        else:
            lines.append(line)
    while lines and not lines[-1]:
        lines.pop()
    return "".join(f"{line}\n" for line in lines + new)


def set_fstab(module: AnsibleModule, content: str) -> None:
    fresh = os.path.join(module.tmpdir, "fstab")
    with open(fresh, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(content)
    module.atomic_move(fresh, FSTAB)


def run(module: AnsibleModule, *argv: str) -> None:
    code, out, err = module.run_command(list(argv))
    if code:
        module.fail_json(msg=f"{' '.join(argv)}: {(err or out).strip()}")


def set_mounted(module: AnsibleModule, point: str, wanted: dict, wrong: dict, seen: dict) -> None:
    if not wanted["mounted"]:
        run(module, "umount", point)
        return
    if seen["mounted"] and set(wrong) == {"options"}:
        run(module, "mount", "-o", ",".join(["remount", *wanted["options"]]), point)
        return
    if seen["mounted"]:
        run(module, "umount", point)
    os.makedirs(point, exist_ok=True)
    argv = ["mount"]
    if wanted.get("fstype"):
        argv += ["-t", wanted["fstype"]]
    if wanted.get("options"):
        argv += ["-o", ",".join(wanted["options"])]
    run(module, *argv, *([wanted["source"]] if wanted.get("source") else []), point)


def main() -> None:
    options = {
        "name": {"type": "path", "required": True},
        "mounted": {"type": "bool", "default": True},
        "at_boot": {"type": "bool", "default": True},
        "source": {"type": "str"},
        "fstype": {"type": "str"},
        "options": {"type": "list", "elements": "str"},
        "boot_options": {"type": "list", "elements": "str"},
    }
    module = AnsibleModule(argument_spec=options, supports_check_mode=True)
    point = module.params["name"].rstrip("/") or "/"
    wanted = {name: module.params[name] for name in options if name != "name"}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    seen = look(point, wanted)
    wrong = differing(wanted, seen)
    before = {name: seen.get(name) for name in wrong}
    diff = {"before": f"{before}\n", "after": f"{wrong}\n"}
    if module.check_mode or not wrong:
        module.exit_json(changed=bool(wrong), diff=diff)
    entry = parse_fstab(read(FSTAB)).get(point)
    at_boot = {"at_boot", "boot_options"} & set(wrong) or (
        entry and {"source", "fstype"} & set(wrong)
    )
    content = fstab_with(module, point, wanted) if at_boot else ""
    # first: what cannot be mounted would keep the host from booting
    now = look(point, wanted, at_boot=False)
    names = ("mounted", "options", "source", "fstype") if wanted["mounted"] else ("mounted",)
    unlike = {name: value for name, value in differing(wanted, now).items() if name in names}
    if unlike:
        set_mounted(module, point, wanted, unlike, now)
    if at_boot:
        set_fstab(module, content)
    left = sorted(differing(wanted, look(point, wanted)))
    if left:
        module.fail_json(msg=f"{point} still differs: {', '.join(left)}", diff=diff)
    module.exit_json(changed=True, diff=diff)


if __name__ == "__main__":
    main()
