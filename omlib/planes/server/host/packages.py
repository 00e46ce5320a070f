"""Packages of dpkg and rpm."""

import os

from omlib.planes.server.host.base import CannotTell, Found, run, text


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
