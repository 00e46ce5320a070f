"""Rows 8 to 10: accounts that should not be there, what sudo gives away, and who reads secrets."""

import re

from omlib.model.status import UnknownReason
from omlib.reconcile.mlps import limits
from omlib.reconcile.mlps.host import Host

_TAG = re.compile(r"\b(NO)?PASSWD\s*:")


def stray_accounts(host: Host) -> None:
    """Row 8: default and expired accounts are locked. Whose the others are, no ledger says yet."""
    shells, open_ones = (
        host.texts("passwords", "with_shell"),
        host.texts("passwords", "by_password"),
    )
    if shells is not None and open_ones is not None:
        usable = [name for name in open_ones if name in shells]
        known = tuple(name for name in usable if name.lower() in limits.DEFAULT_ACCOUNTS)
        host.none_of("default_account", known)
    host.none_of("expired_account", host.texts("passwords", "expired"))
    host.undeclared("no_staff_ledger")


def sudo(host: Host) -> None:
    """Row 9: nobody may do all without a password, and each rule says whose it is."""
    rules, aliases = host.texts("sudo", "rules"), host.texts("sudo", "aliases")
    if (elsewhere := host.texts("sudo", "elsewhere")) is None:
        return
    for source in elsewhere:
        host.unknown(UnknownReason.UNSUPPORTED, "sudo_elsewhere", source=source)
    if rules is None or aliases is None:
        return
    blanket = _blanket_names(aliases)
    host.none_of("blanket_rule", tuple(rule for rule in rules if gives_all(rule, blanket)))
    everybody = tuple(rule for rule in rules if rule.partition(": ")[2].split()[0] == "ALL")
    host.none_of("rule_for_all", everybody)


def _blanket_names(aliases: tuple[str, ...]) -> frozenset[str]:
    """Names of commands behind which all commands stand."""
    found = {"ALL"}
    for alias in aliases:
        for part in alias.partition(" ")[2].split(" : "):
            name, _, commands = part.partition("=")
            if found & {one.strip() for one in commands.split(",")}:
                found.add(name.strip())
    return frozenset(found)


def gives_all(rule: str, blanket: frozenset[str] = frozenset({"ALL"})) -> bool:
    """Whether `path: rule` lets anybody run every command and asks for no password."""
    asks = True
    commands = rule.partition(": ")[2].partition("=")[2]
    for command in re.sub(r"\([^)]*\)", " ", commands).split(","):
        for tag in _TAG.finditer(command):
            asks = not tag[1]
        plain = re.sub(r"[A-Z_]+\s*:\s*", "", command).split()
        if plain[:1] and plain[0] in blanket and not asks:
            return True
    return False


def file_modes(host: Host) -> None:
    """Row 10: sensitive files are root's, and nobody has more of them than their kind needs."""
    if (files := host.texts("modes", "files")) is None:
        return
    wrong = tuple(line for line in files if not _kept(line))
    host.none_of("loose_file", wrong)
    for wanted in ("/etc/shadow", "/etc/passwd"):
        if not any(line.startswith(wanted + " ") for line in files):
            host.unknown(UnknownReason.INCOMPLETE, "unseen_fact", fact=wanted)


def _kept(line: str) -> bool:
    path, mode, owner, group = line.rsplit(" ", 3)
    most = dict(limits.FILE_MODES).get(path, limits.KEY_MODE)
    is_secret = not most & 0o004
    return (
        owner == "root"
        and not int(mode, 8) & ~most
        and (not is_secret or group in limits.KEY_GROUPS or not int(mode, 8) & 0o070)
    )
