"""Rows 1 to 4: one person one account, passwords that are hard to guess, and few tries at them."""

from omlib.reconcile.mlps import limits
from omlib.reconcile.mlps.host import Host, listed

NEVER = -1


def accounts(host: Host) -> None:
    """Row 1: no empty password, no uid twice, root alone has uid 0."""
    host.none_of("empty_password", host.texts("passwords", "empty"))
    host.none_of("duplicate_uid", host.texts("passwords", "duplicate_uids"))
    if (roots := host.texts("passwords", "uid_0")) is not None:
        host.setting(len(roots) == 1, "uid 0", listed(roots), "1")


def quality(host: Host) -> None:
    """Row 2: what a new password must be like, by the stack that changes one."""
    module = host.text("pam", "quality_module")
    if module is not None:
        host.holds(bool(module), "quality" if module else "no_quality", module=module)
    if module == "":
        return
    length, classes = host.number("pam", "minlen"), host.number("pam", "classes")
    if length is not None:
        least = limits.PASSWORD_LENGTH
        host.setting(length >= least, "minlen", length, f">= {least}")
    if classes is not None:
        least = limits.PASSWORD_CLASSES
        host.setting(classes >= least, "minclass", classes, f">= {least}")


def ageing(host: Host) -> None:
    """Row 3: new accounts age, and so does each account that has a password."""
    most = limits.PASSWORD_MAX_DAYS
    new = host.number("passwords", "new_max_days")
    if new is not None:
        host.setting(0 < new <= most, "PASS_MAX_DAYS", new, f"<= {most}")
    told = host.texts("passwords", "ageing")
    if told is not None:
        wrong = [line for line in told if not _ages(line, most)]
        host.none_of("not_ageing", tuple(line.partition(" ")[0] for line in wrong))


def _ages(line: str, most: int) -> bool:
    days = line.rpartition(" ")[2]
    return days.isdigit() and 0 < int(days) <= most


def locking(host: Host) -> None:
    """Row 4: after some wrong passwords the account waits, on the console and over SSH."""
    host.none_of("lockless_auth", host.texts("pam", "no_lock_in_auth"))
    host.none_of("lockless_account", host.texts("pam", "no_lock_in_account"))
    tries, locked_s = host.number("pam", "tries"), host.number("pam", "locked_s")
    if tries is not None and not (host.failed and tries == 0):  # 0 also where nothing counts
        most = limits.LOGIN_TRIES
        host.setting(0 < tries <= most, "deny", tries, f"<= {most}")
    if locked_s is not None and tries:
        least = limits.LOGIN_LOCKED_S
        # 0 keeps it locked until somebody unlocks it
        host.setting(locked_s == 0 or locked_s >= least, "unlock_time", locked_s, f">= {least} / 0")
    if (pam := host.text("sshd", "pam")) is not None:
        host.setting(pam == "yes", "UsePAM", pam, "yes")
