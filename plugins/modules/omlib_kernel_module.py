#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Have a module of the kernel loaded, loaded at boot, or blocked, as declared."""

DOCUMENTATION = r"""
module: omlib_kernel_module
short_description: Have a module of the kernel loaded, loaded at boot, or blocked
description:
  - What is built in counts as loaded. C(-) and C(_) are one. Judges as a look of omlib does.
  - It is set in C(/etc/modules-load.d/omlib-NAME.conf) and C(/etc/modprobe.d/omlib-NAME.conf).
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  name: {description: The module., type: str, required: true}
  loaded: {description: Whether it is loaded., type: bool}
  at_boot: {description: Whether modules-load.d(5) names it., type: bool}
  blocked: {description: Whether modprobe.d(5) keeps it from being loaded., type: bool}
"""
EXAMPLES = r"""
- omlib_kernel_module: {name: usb-storage, loaded: false, blocked: true}
"""
RETURN = r"""{}"""

import os

from ansible.module_utils.basic import AnsibleModule

BOOT, BLOCK = "/etc/modules-load.d", "/etc/modprobe.d"


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
#   module_name parse_modules parse_builtin parse_blocked parse_cmdline loaded
#   boot_and_blocked


def module_name(name: str) -> str:
    """`-` and `_` are one to modprobe(8)."""
    return name.replace("-", "_")


def parse_modules(raw: bytes) -> "set[str]":
    """Of /proc/modules."""
    return {module_name(line.split(" ")[0]) for line in text(raw).split("\n") if line}


def parse_builtin(raw: bytes) -> "set[str]":
    """Of modules.builtin: `kernel/fs/ext4/ext4.ko` is ext4."""
    names = [os.path.basename(line) for line in text(raw).split("\n")]
    return {module_name(name.partition(".ko")[0]) for name in names if name}


def parse_blocked(lines: "list[tuple[str, str]]") -> "dict[str, str]":
    """By module the file that has it blacklisted, or has nothing done in its place."""
    found = {}
    for source, line in lines:
        words = line.split()
        idle = len(words) > 2 and os.path.basename(words[2]) in ("false", "true")
        if len(words) > 1 and (words[0] == "blacklist" or (words[0] == "install" and idle)):
            found[module_name(words[1])] = source
    return found


def parse_cmdline(raw: bytes, *options: str) -> "list[str]":
    """The modules that the kernel's command line names under one of *options*."""
    found = []
    for word in text(raw).split():
        key, _, value = word.partition("=")
        if key.replace("_", "-") in options:
            found += [module_name(name) for name in value.split(",") if name]
    return found


def loaded() -> "tuple[set[str], bool]":
    """Those loaded or built in; and whether that is all of them."""
    release = "/lib/modules/" + os.uname().release + "/"
    lists = ["/proc/modules", release + "modules.builtin"]
    names = parse_modules(read(lists[0])) | parse_builtin(read(lists[1]))
    for name in os.listdir("/sys/module") if os.path.isdir("/sys/module") else []:
        state = text(read("/sys/module/" + name + "/initstate")).strip()
        if state in ("", "live"):  # what is built in has no state
            names.add(module_name(name))
    return names, all(map(os.path.exists, lists))


def boot_and_blocked() -> "tuple[dict[str, str], dict[str, str]]":
    """The modules loaded at boot, and those kept away, by the file that names them."""
    cmdline = read("/proc/cmdline")
    boot = {module_name(line): path for path, line in read_all("modules-load.d")}
    boot.update(dict.fromkeys(parse_cmdline(cmdline, "modules-load"), ""))
    blocked = parse_blocked(read_all("modprobe.d"))
    for name in parse_cmdline(cmdline, "module-blacklist", "modprobe.blacklist"):
        blocked[name] = ""
    return boot, blocked


# end of what is copied


def look(name: str) -> dict:
    """*loaded* is None where nobody can tell."""
    boot, blocked = boot_and_blocked()
    there, whole = loaded()
    is_loaded = name in there if name in there or whole else None
    return {"loaded": is_loaded, "at_boot": name in boot, "blocked": name in blocked}


def own(folder: str, name: str) -> str:
    return f"{folder}/omlib-{name}.conf"


def write(module: AnsibleModule, folder: str, name: str, content: str) -> None:
    os.makedirs(folder, mode=0o755, exist_ok=True)
    fresh = os.path.join(module.tmpdir, "module")
    with open(fresh, "w", encoding="utf-8") as file:
        file.write(content)
    module.atomic_move(fresh, own(folder, name))


def unname(module: AnsibleModule, name: str, folder: str, source: str, names: object) -> None:
    """Take the lines that name it from the file under /etc that does; no other is ours."""
    if not source.startswith("/etc/"):
        module.fail_json(msg=f"{name} is named in {source or 'the command line of the kernel'}")
    if source == own(folder, name):
        os.remove(source)
        return
    path = os.path.realpath(source)
    lines = text(read(path)).split("\n")
    fresh = os.path.join(module.tmpdir, "module")
    with open(fresh, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write("\n".join(line for line in lines if name not in names(line)))
    module.atomic_move(fresh, path)


def make(module: AnsibleModule, name: str, wrong: dict) -> None:
    boot, blocked = boot_and_blocked()
    if wrong.get("at_boot"):
        write(module, BOOT, name, f"{name}\n")
    elif "at_boot" in wrong:
        unname(module, name, BOOT, boot[name], lambda line: {module_name(line.strip())})
    if wrong.get("blocked"):
        write(module, BLOCK, name, f"blacklist {name}\ninstall {name} /bin/false\n")
    elif "blocked" in wrong:
        unname(module, name, BLOCK, blocked[name], lambda line: parse_blocked([("", line)]))
    if "loaded" in wrong:
        options = [] if wrong["loaded"] else ["-r"]
        modprobe = module.get_bin_path("modprobe", required=True, opt_dirs=["/usr/sbin", "/sbin"])
        code, out, err = module.run_command([modprobe, *options, name])
        if code:
            module.fail_json(msg=f"modprobe {name}: {(err or out).strip()}")


def main() -> None:
    options = {
        "name": {"type": "str", "required": True},
        "loaded": {"type": "bool"},
        "at_boot": {"type": "bool"},
        "blocked": {"type": "bool"},
    }
    module = AnsibleModule(argument_spec=options, supports_check_mode=True)
    name = module_name(module.params["name"])
    given = {one: module.params[one] for one in ("loaded", "at_boot", "blocked")}
    wanted = {one: value for one, value in given.items() if value is not None}
    seen = look(name)
    hidden = seen["loaded"] is None and "loaded" in wanted
    wrong = {one: v for one, v in wanted.items() if seen[one] != v and seen[one] is not None}
    before = {one: seen[one] for one in wrong}
    diff = {"before": f"{before}\n", "after": f"{wrong}\n"}
    if hidden and not wrong:
        module.fail_json(msg=f"nobody can tell here whether {name} is loaded")
    if module.check_mode or not wrong:
        module.exit_json(changed=bool(wrong), diff=diff)
    for _ in range(len(wrong) + 8):  # several files may name it
        make(module, name, wrong)
        seen = look(name)
        wrong = {one: v for one, v in wanted.items() if seen[one] not in (v, None)}
        if not wrong:
            break
    if wrong:
        module.fail_json(msg=f"{name} still differs: {', '.join(sorted(wrong))}", diff=diff)
    module.exit_json(changed=True, diff=diff)


if __name__ == "__main__":
    main()
