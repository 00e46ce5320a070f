"""For checks: the accounts that the host keeps itself. No password, nor its hash, is told."""

import re
import time

from omlib.planes.server.host.accounts import NO_LOGIN
from omlib.planes.server.host.area import Area
from omlib.planes.server.host.base import CannotTell, text
from omlib.planes.server.host.disk import look, read
from omlib.planes.server.host.sudoers import in_force, rules_elsewhere

DAY_S = 86400
NEVER = -1


def rows_of(raw: bytes, least: int) -> "list[list[str]]":
    lines = [line for line in text(raw).split("\n") if line and line[0] not in "#+-"]
    rows = [line.split(":") for line in lines]
    if not rows or any(len(row) < least for row in rows):
        raise ValueError("not a table of accounts")
    return rows


def needed(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def empty(passwd: "list[list[str]]", shadow: "list[list[str]]") -> "list[str]":
    names = {row[0] for row in passwd if not row[1]}
    return sorted(names | {row[0] for row in shadow if not row[1]})


def duplicates(passwd: "list[list[str]]") -> "list[str]":
    by_uid = {}  # type: dict[str, list[str]]
    for row in passwd:
        by_uid.setdefault(row[2], []).append(row[0])
    return [" ".join([uid, *by_uid[uid]]) for uid in sorted(by_uid) if len(by_uid[uid]) > 1]


def usable(shadow: "list[list[str]]") -> "list[list[str]]":
    """The rows whose password lets somebody in: there is one, and it is not locked."""
    return [row for row in shadow if row[1][:1] not in ("!", "*")]


def ageing(shadow: "list[list[str]]") -> "list[str]":
    return sorted(row[0] + " " + (row[4] or str(NEVER)) for row in usable(shadow))


def expired(shadow: "list[list[str]]", today: int) -> "list[str]":
    """Past their last day, or past the days in which an old password could still be changed."""
    found = set()
    for row in usable(shadow):
        changed, most, grace, last = (int(row[at]) if row[at] else None for at in (2, 4, 6, 7))
        if last is not None and last <= today:
            found.add(row[0])
        if None not in (changed, most, grace) and changed + most + grace < today:  # type: ignore[operator]
            found.add(row[0])
    return sorted(found)


def with_shell(passwd: "list[list[str]]") -> "list[str]":
    return sorted(row[0] for row in passwd if row[6].rpartition("/")[2] not in NO_LOGIN)


def login_defs(raw: bytes, key: str) -> int:
    """The last one counts; where it is not set, nothing ages."""
    told = re.findall(r"^[ \t]*" + key + r"[ \t]+(-?\d+)", text(raw), re.M)
    return int(told[-1]) if told else NEVER


def passwords(_given: "dict[str, object]", _limit_s: int) -> Area:
    area = Area()
    tables = Area()
    tables.read("passwd", lambda: rows_of(needed("/etc/passwd"), 7))
    tables.read("shadow", lambda: rows_of(needed("/etc/shadow"), 8))

    def table(name: str) -> "list[list[str]]":
        if name in tables.unseen:
            raise CannotTell(tables.unseen[name], name)
        return tables.told[name]  # type: ignore[return-value]

    today = int(time.time() // DAY_S)
    area.read("empty", lambda: empty(table("passwd"), table("shadow")))
    area.read("duplicate_uids", lambda: duplicates(table("passwd")))
    area.read("uid_0", lambda: sorted(row[0] for row in table("passwd") if row[2] == "0"))
    area.read("with_shell", lambda: with_shell(table("passwd")))
    area.read("by_password", lambda: sorted(row[0] for row in usable(table("shadow"))))
    area.read("ageing", lambda: ageing(table("shadow")))
    area.read("expired", lambda: expired(table("shadow"), today))
    area.read("new_max_days", lambda: login_defs(needed("/etc/login.defs"), "PASS_MAX_DAYS"))
    return area


def rules() -> "list[str]":
    """`path: rule` of every rule in force; what only sets or names something is no rule."""
    if look(b"/etc/sudoers") is None:
        return []
    found = in_force()
    if not found.get("/etc/sudoers"):
        raise CannotTell("error", "/etc/sudoers")
    other = re.compile(r"(Defaults|[A-Z][a-z]+_Alias\b|[@#]include)")
    return [path + ": " + rule for path in found for rule in found[path] if not other.match(rule)]


def aliases() -> "list[str]":
    """Aliases of commands: what stands behind a name that a rule gives."""
    found = in_force()
    return [rule for path in found for rule in found[path] if rule.startswith("Cmnd_Alias")]


def sudo_rules(_given: "dict[str, object]", _limit_s: int) -> Area:
    area = Area()
    area.read("rules", rules)
    area.read("aliases", aliases)
    area.read("elsewhere", lambda: rules_elsewhere(read("/etc/nsswitch.conf")))
    return area
