#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Judge whether something waits for connections where it is declared; this mends nothing."""

DOCUMENTATION = r"""
module: omlib_listener
short_description: Judge whether something waits for connections where it is declared
description:
  - Judges as a look of omlib does. Nothing can be made here, so a difference is C(changed) in
    check mode and a failure otherwise, once some time was given to what may just be starting.
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  items:
    description: What is to wait.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: C(tcp/*:22), C(udp/198.18.0.11:53), C(tcp/[::1]:8080).
        type: str
        required: true
      ref: {description: What results call it., type: str}
      process: {description: The program's name as the kernel has it., type: str}
      wait_s: {description: How long to wait for it., type: int, default: 10}
"""
EXAMPLES = r"""
- omlib_listener: {items: [{name: "tcp/*:22", process: sshd}]}
"""
RETURN = r"""{}"""

import os
import socket
import struct
import time

from ansible.module_utils.basic import AnsibleModule

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
#   text items_of CannotTell Found


def text(raw: bytes) -> str:
    """Any byte survives: the asking side turns the surrogates back and finds the encoding."""
    return raw.decode("utf-8", "surrogateescape")


def items_of(asked: "dict[str, object]") -> "dict[str, dict[str, object]]":
    """What is declared of a collection: the wanted attributes by name."""
    return asked["items"]  # type: ignore[return-value]


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


# end of what is copied


# copied: omlib/planes/server/host/sockets.py
#   parse_sockets spelled processes_of chosen listeners


def parse_sockets(proto: str, table: bytes) -> "list[tuple[str, str]]":
    """The (key, inode) of each socket of a /proc/net table that waits for whoever comes.

    TCP in state LISTEN (0A); UDP unconnected (07) with no peer.
    """
    found = []
    state_wanted = b"0A" if proto.startswith("tcp") else b"07"
    for line in table.split(b"\n")[1:]:
        words = line.split()
        if len(words) > 9 and words[3] == state_wanted and words[2].endswith(b":0000"):
            address, port = words[1].decode("ascii").split(":")
            key = f"{proto[:3]}/{spelled(address)}:{int(port, 16)}"
            found.append((key, words[9].decode("ascii")))
    return found


def spelled(hexadecimal: str) -> str:
    """The kernel prints addresses as 32-bit words in the machine's own byte order."""
    raw = bytes.fromhex(hexadecimal)
    words = struct.unpack(f">{len(raw) // 4}I", raw)
    packed = struct.pack(f"={len(words)}I", *words)
    if not any(packed):
        return "*"
    if len(packed) == 4:
        return socket.inet_ntop(socket.AF_INET, packed)
    if packed.startswith(b"\0" * 10 + b"\xff\xff"):  # IPv4 in an IPv6 socket
        return socket.inet_ntop(socket.AF_INET, packed[12:])
    return "[" + socket.inet_ntop(socket.AF_INET6, packed) + "]"


def processes_of(inodes: "set[str]") -> "tuple[dict[str, dict[int, str]], bool]":
    """By inode the processes that hold it; and whether every process could be looked into."""
    holders = {}  # type: dict[str, dict[int, str]]
    saw_all = True
    for pid in filter(str.isdigit, os.listdir("/proc")):
        folder = f"/proc/{pid}/fd/"
        try:
            for number in os.listdir(folder):
                try:
                    link = os.readlink(folder + number)
                except FileNotFoundError:
                    continue
                if link.startswith("socket:[") and link[8:-1] in inodes:
                    with open(f"/proc/{pid}/comm", "rb") as comm:
                        name = text(comm.read().rstrip(b"\n"))
                    holders.setdefault(link[8:-1], {})[int(pid)] = name
        except PermissionError:
            saw_all = False
        except OSError:  # it ended meanwhile
            continue
    return holders, saw_all


def chosen(holders: "dict[int, str]") -> str:
    """The process that serves: the oldest, and not the systemd that opened the socket for it."""
    serving = {pid: name for pid, name in holders.items() if pid != 1} or holders
    return serving[min(serving)]


def listeners(asked: "dict[str, object]", _limit_s: int) -> Found:
    inodes = {}  # type: dict[str, set[str]]
    for proto in ("tcp", "tcp6", "udp", "udp6"):
        try:
            with open("/proc/net/" + proto, "rb") as table:
                for key, inode in parse_sockets(proto, table.read()):
                    inodes.setdefault(key, set()).add(inode)
        except FileNotFoundError:
            if proto == "tcp":
                raise CannotTell("unsupported", "/proc/net/tcp: not there") from None
    declared = items_of(asked)
    kept = {key: inodes[key] for key in inodes if asked["full"] or key in declared}
    found = Found()
    found.items = {key: {} for key in kept}
    if not asked["full"] and not any("process" in wants for wants in declared.values()):
        return found
    holders, saw_all = processes_of({inode for several in kept.values() for inode in several})
    for key, several in kept.items():
        names = {chosen(holders[inode]) for inode in several if inode in holders}
        if several - set(holders):  # a kernel's own socket, or a process that just came or went
            found.unseen[key] = {"process": "incomplete" if saw_all else "denied"}
        else:
            found.items[key]["process"] = min(names) if len(names) == 1 else sorted(names)
    return found


# end of what is copied


def see_to(module: AnsibleModule) -> None:
    name, process = module.params["name"], module.params["process"]
    wanted = {"process": process} if process else {}
    end = time.monotonic() + (0 if module.check_mode else module.params["wait_s"])
    while True:
        try:
            found = listeners({"full": False, "items": {name: wanted}}, 0)
        except CannotTell as error:
            module.fail_json(msg=f"cannot tell: {error.detail}")
        seen = found.items.get(name)
        right = seen is not None and all(seen.get(one) == value for one, value in wanted.items())
        if right or time.monotonic() >= end:
            break
        time.sleep(0.5)
    if seen is not None and not right and name in found.unseen:
        module.fail_json(msg=f"cannot tell whose {name} is: {found.unseen[name]}")
    before = "nothing listens\n" if seen is None else f"{seen}\n"
    diff = {"before": before, "after": f"{wanted or 'something listens'}\n"}
    if right:
        module.exit_json(changed=False)
    if module.check_mode:
        module.exit_json(changed=True, diff=diff)
    module.fail_json(msg=f"{name}: {before.strip()}", diff=diff)


def main() -> None:
    options = {"process": {"type": "str"}, "wait_s": {"type": "int", "default": 10}}
    each(AnsibleModule(argument_spec=list_of(options), supports_check_mode=True), see_to)


if __name__ == "__main__":
    main()
