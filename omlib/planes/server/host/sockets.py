"""Sockets that wait for whoever comes, and the processes that hold them."""

import os
import socket
import struct

from omlib.planes.server.host.base import CannotTell, Found, items_of, text


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
