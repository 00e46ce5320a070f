#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge which of the declared packages are not as declared, all of them in one call."""

DOCUMENTATION = r"""
module: omlib_packages
short_description: Judge which packages are not there, or not in the version declared
description:
  - Judges as a look of omlib does, all packages at once. In check mode a package that is not there
    is a difference, whether or not a repository is known that has it.
  - It installs and removes nothing. Outside of check mode it tells what is to be brought, and told
    what the package manager said to that, which packages it did not bring.
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  items:
    description: The packages; those in C(differing) of an earlier call are C(changed) if right now.
    type: list
    elements: dict
    required: true
  brought:
    description: Results of the package manager; what differs after them has failed.
    type: list
    elements: dict
"""
EXAMPLES = r"""
- omlib_packages:
    items: [{name: nginx, present: true, ref: nginx}, {name: telnet, present: false, ref: telnet}]
"""
RETURN = r"""
omlib_items:
  description: What is said of each package, C(ref) C(changed) C(failed) C(msg) C(diff).
  returned: always
  type: list
  elements: dict
manager:
  description: C(apt) or C(dnf).
  returned: outside of check mode
  type: str
differing:
  description: Those of C(items) that are to be brought; C(seen) is what was there.
  returned: outside of check mode
  type: list
  elements: dict
together:
  description: C(names) and C(state) for the package manager, in as few calls as possible.
  returned: outside of check mode
  type: list
  elements: dict
singly:
  description: The same, a package each.
  returned: outside of check mode
  type: list
  elements: dict
"""

import os
import re
import subprocess

from ansible.module_utils.basic import AnsibleModule

LIMIT_S = 60
# of a name as rpm systems have it, `glibc.i686`
NEEDED_BY = re.compile(r" is needed by (?:\(installed\) )?(\S+)")
ARCHITECTURE = re.compile(r"\.(x86_64|i\d86|noarch|aarch64|loongarch64|sw_64|riscv64)$")


# copied: omlib/planes/server/host/base.py
#   READS CannotTell Found text run


READS = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}


class CannotTell(Exception):
    """A whole kind could not be read: *status* is denied, unsupported, incomplete or error."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(status, detail)
        self.status = status
        self.detail = detail


class Found:
    """What was found of one kind: attributes by item, and what of them could not be read.

    Where the rest of the kind could not be read, *status* and *detail* say so as in CannotTell, and
    what was found still counts.
    """

    def __init__(self) -> None:
        self.items = {}  # type: dict[str, dict[str, object]]
        self.unseen = {}  # type: dict[str, dict[str, str]]
        self.status = "ok"
        self.detail = ""


def text(raw: bytes) -> str:
    """Any byte survives: the asking side turns the surrogates back and finds the encoding."""
    return raw.decode("utf-8", "surrogateescape")


def run(argv: "list[str]", limit_s: int) -> "tuple[int, bytes, str]":
    try:
        done = subprocess.run(  # noqa: UP022  (capture_output is of 3.7)
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=limit_s,
            env=READS,
        )
    except FileNotFoundError:
        raise CannotTell("unsupported", argv[0] + ": not found") from None
    except subprocess.TimeoutExpired:
        raise CannotTell("incomplete", f"{argv[0]}: no answer in {limit_s} s") from None
    return done.returncode, done.stdout, text(done.stderr[:400])


# end of what is copied


# copied: omlib/planes/server/host/packages.py
#   parse_dpkg parse_rpm packages


def parse_dpkg(out: bytes) -> Found:
    """Lines of package, architecture, version and state; `name:arch` unless of the host's own."""
    rows = [line.split("\t") for line in text(out).split("\n") if line.count("\t") == 3]
    own = ["all", *[arch for name, arch, _, _ in rows if name == "dpkg"][:1]]
    found = Found()
    for name, arch, version, state in rows:
        full_name = name if arch in own else name + ":" + arch
        # the second letter, dpkg-query(1): n and c are not there; H, U, F are half way in or out
        if state[1:2] in ("i", "W", "t"):
            found.items[full_name] = {"present": True, "version": version}
        elif state[1:2] in ("H", "U", "F"):
            found.items[full_name] = {}
            found.unseen[full_name] = {"present": "in_transition", "version": "in_transition"}
    return found


def parse_rpm(out: bytes, machine: str) -> Found:
    """Lines of name, epoch, version-release and architecture; several versions are a list."""
    versions = {}  # type: dict[str, list[str]]
    for line in text(out).split("\n"):
        if line.count("\t") != 3:
            continue
        name, epoch, version, arch = line.split("\t")
        if name == "gpg-pubkey":  # a trusted key, kept among the packages
            continue
        full_name = name if arch in (machine, "noarch", "(none)") else name + "." + arch
        version = version if epoch in ("0", "(none)") else epoch + ":" + version
        versions.setdefault(full_name, []).append(version)
    found = Found()
    for name, several in versions.items():
        version_told = several[0] if len(several) == 1 else sorted(several)  # type: object
        found.items[name] = {"present": True, "version": version_told}
    return found


def packages(_asked: "dict[str, object]", limit_s: int) -> Found:
    if os.path.exists("/var/lib/dpkg/status"):
        layout = "${Package}\\t${Architecture}\\t${Version}\\t${db:Status-Abbrev}\\n"
        code, out, err = run(["dpkg-query", "-W", "-f=" + layout], limit_s)
        found = parse_dpkg(out)
    else:
        layout = "%{NAME}\\t%{EPOCH}\\t%{VERSION}-%{RELEASE}\\t%{ARCH}\\n"
        code, out, err = run(["rpm", "-qa", "--qf", layout], limit_s)
        found = parse_rpm(out, os.uname().machine)
    if code or not found.items:  # a host without a single package has a broken database
        raise CannotTell("error", err or "no package at all")
    return found


# end of what is copied


class Judged:
    """What is to be said of packages, and which of them still differ."""

    def __init__(self) -> None:
        self.said = []  # type: list[dict]
        self.differing = []  # type: list[dict]

    def settle(self, item: dict, seen: dict, *, changed: bool = False, fault: str = "") -> None:
        said = {"ref": item["ref"], "changed": changed, "failed": bool(fault), "msg": fault}
        if changed or fault:
            said["diff"] = differences(item, seen)
        self.said.append(said)


def wanted_of(item: dict) -> dict:
    return {name: item[name] for name in ("present", "version") if name in item}


def differences(item: dict, seen: dict) -> dict:
    wanted = wanted_of(item)
    before = {name: seen[name] for name in wanted if name in seen}
    return {"before": told(before), "after": told(wanted), "after_header": item["name"]}


def told(attributes: dict) -> str:
    if not attributes.get("present"):
        return "absent\n"
    versions = attributes.get("version", "present")
    return "".join(one + "\n" for one in (versions if isinstance(versions, list) else [versions]))


def judge(items: list, found: Found, check: bool, brought: "list | None") -> Judged:
    judged = Judged()
    for item in items:
        name, wanted = item["name"], wanted_of(item)
        seen = found.items.get(name, {"present": False})
        hidden = [part for part in wanted if part in found.unseen.get(name, {})]
        right = not hidden and all(seen.get(part) == value for part, value in wanted.items())
        before = item.get("seen", seen)
        if right:
            judged.settle(item, before, changed="seen" in item)
        elif check and hidden:
            judged.settle(item, seen, fault="cannot tell: " + found.unseen[name][hidden[0]])
        elif check:
            judged.settle(item, seen, changed=True)
        elif brought is not None:
            judged.settle(item, before, fault=item.get("kept") or words_on(name, brought))
        else:
            judged.differing.append(dict(item, seen=before))
    return judged


def words_on(name: str, brought: list) -> str:
    """What the package manager said of *name*."""
    said = []
    for result in brought:
        step = result.get("item")
        if isinstance(step, dict) and name in step.get("of", ()):
            faults = result.get("failures") or []
            said += [str(result.get("msg") or ""), *[str(one) for one in faults]]
    fault = "; ".join(one.strip() for one in said if one.strip())
    return fault or "it is not as declared, and the package manager tells of no fault"


def spelled(item: dict, manager: str) -> str:
    """The package as its manager is asked for it."""
    name, version = item["name"], item.get("version")
    if version is None or not item["present"]:
        return str(name)
    if manager == "apt":
        return f"{name}={version}"
    suffix = ARCHITECTURE.search(name)
    return f"{name[: suffix.start()]}-{version}{suffix[0]}" if suffix else f"{name}-{version}"


def step(items: list, manager: str) -> dict:
    present = items[0]["present"]
    return {
        "names": [spelled(item, manager) for item in items],
        "of": [item["name"] for item in items],
        "state": "present" if present else "absent",
        "downgrade": present and any("version" in item for item in items),
    }


def parse_apt_removal(out: str) -> "set[str]":
    """What `apt-get -s` would remove: `Remv name [version]`, `name:arch` if not of its own."""
    rows = (line.split() for line in out.split("\n"))
    return {row[1] for row in rows if len(row) > 1 and row[0] == "Remv"}


def parse_rpm_needs(err: str) -> "set[str]":
    """What `rpm -e --test` says needs the packages: `x is needed by (installed) name-1-2.arch`."""
    return set(NEEDED_BY.findall(err))


def taken_along(module: AnsibleModule, names: "list[str]", manager: str) -> "set[str]":
    """What would go with *names* because it needs one of them."""
    if manager == "apt":
        argv = ["apt-get", "-s", "-q", "-o", "APT::Get::AutomaticRemove=false", "remove", "--"]
        _, out, _ = module.run_command([*argv, *names], environ_update={"LC_ALL": "C"})
        return parse_apt_removal(out) - set(names)
    argv = ["rpm", "-e", "--test", "--", *names]
    _, _, err = module.run_command(argv, environ_update={"LC_ALL": "C"})
    return parse_rpm_needs(err)


def keep_what_is_needed(module: AnsibleModule, items: "list[dict]", manager: str) -> None:
    """Mark as kept those of *items* that must go and that something else needs.

    The package manager would remove that too, which nobody declared: sshd with a library perhaps.
    """
    goes = [one["name"] for one in items if not one["present"]]
    if not goes or not taken_along(module, goes, manager):
        return
    for item in items:
        others = set()
        if not item["present"]:
            others = taken_along(module, [item["name"]], manager) - set(goes)
        if others:
            item["kept"] = "it would take along " + ", ".join(sorted(others))


def main() -> None:
    options = {
        "items": {"type": "list", "elements": "dict", "required": True},
        "brought": {"type": "list", "elements": "dict"},
    }
    module = AnsibleModule(argument_spec=options, supports_check_mode=True)
    items, brought = module.params["items"], module.params["brought"]
    try:
        found = packages({}, LIMIT_S)
    except CannotTell as error:
        fault = f"cannot tell: {error.detail}"
        said = [
            {"ref": one["ref"], "changed": False, "failed": True, "msg": fault} for one in items
        ]
        module.fail_json(msg=fault, omlib_items=said)
    judged = judge(items, found, module.check_mode, brought)
    manager = "apt" if os.path.exists("/var/lib/dpkg/status") else "dnf"
    result = {
        "changed": any(one["changed"] for one in judged.said),
        "omlib_items": judged.said,
        "diff": [one["diff"] for one in judged.said if "diff" in one],
    }
    if not module.check_mode:
        keep_what_is_needed(module, judged.differing, manager)
        comes = [one for one in judged.differing if one["present"]]
        goes = [one for one in judged.differing if not (one["present"] or one.get("kept"))]
        result["manager"], result["differing"] = manager, judged.differing
        result["together"] = [step(each, manager) for each in (comes, goes) if each]
        # what must go may be what keeps another away
        result["singly"] = [step([each], manager) for each in goes + comes]
    faults = [f"{one['ref']}: {one['msg']}" for one in judged.said if one["failed"]]
    if faults:
        module.fail_json(msg="; ".join(faults), **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
