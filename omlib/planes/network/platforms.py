"""The platforms whose configuration can be read, as data: what is typed, and what an answer is.

A platform stands here once its dialect is written and reading it has been tried. What is not here
is unknown(unsupported).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from omlib.planes.access.faults import Fault
from omlib.planes.network.dialect import CISCO_IOS, FRR, Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """Two commands, typed before and after the configuration is shown, and what their answers tell:
    which part of the configuration is left out, "" if none.
    """

    before: str
    after: str
    gap: Callable[[str, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """*driver* is netmiko's device type, *preparing* what that driver types at login.

    *running* shows the configuration; a whole one ends with the line *last*. *complaints* are lines
    in place of an answer, *more* is a pager's mark. *sha1* admits the key exchange of old gear.
    """

    name: str
    driver: str
    dialect: Dialect
    running: str
    preparing: tuple[str, ...]
    last: re.Pattern[str]
    complaints: Mapping[re.Pattern[str], Fault]
    more: re.Pattern[str] = re.compile(r"-+ ?[Mm]ore ?-+")
    witness: Witness | None = None
    sha1: bool = False

    @property
    def allowed(self) -> frozenset[str]:
        """All that may be typed: nothing here changes a device."""
        witness = (self.witness.before, self.witness.after) if self.witness else ()
        return frozenset((*self.preparing, self.running, *witness))


_WATCHED = re.compile(r"(?m)^ +(\w+) +(Up|Down|Connecting|Unresponsive|Init)\b")


def _silent_daemons(daemons: str, watchfrr: str) -> str:
    """What of FRR could not be heard.

    A daemon that is down leaves its commands out, and the text still ends with `end`: while staticd
    restarts all static routes would look deleted (FRR 8.4).
    """
    states = dict(_WATCHED.findall(watchfrr))
    if not states:
        return "watchfrr does not say which daemons there are"
    heard = frozenset(daemons.split())
    silent = sorted(
        daemon for daemon, state in states.items() if state != "Up" or daemon not in heard
    )
    if silent:
        return f"{', '.join(silent)}: not up"
    return "" if "phase: Idle" in watchfrr else "watchfrr is restarting daemons"


_LEVEL = re.compile(r"(?m)^Current privilege level is (\d+)\s*$")


def _hidden_lines(before: str, after: str) -> str:
    """What of IOS the account may not see.

    Below level 15 `show running-config` leaves out, without a word, whatever the account may not
    configure, and still ends with `end` (IOS Security Configuration Guide, "Privilege Levels").
    """
    levels = {found[1] for told in (before, after) if (found := _LEVEL.search(told))}
    if levels == {"15"}:
        return ""
    told = ", ".join(sorted(levels)) or "not told"
    return f"privilege level {told}: only level 15 sees the whole configuration"


_FRR = Platform(
    name="frr",
    driver="cisco_ios",  # netmiko has no type of its own, and vtysh is alike enough
    dialect=FRR,
    running="show running-config",
    preparing=("terminal width 511", "terminal length 0"),
    last=re.compile(r"end"),
    complaints={
        re.compile(r"%.*"): Fault.NONSENSE,
        re.compile(r"(?:Exiting: )?[Ff]ailed to .*|vtysh\b.*"): Fault.NONSENSE,
    },
    witness=Witness(before="show daemons", after="show watchfrr", gap=_silent_daemons),
)

_CISCO_IOS = Platform(
    name="ios",
    driver="cisco_ios",
    dialect=CISCO_IOS,
    running="show running-config",
    preparing=("terminal width 511", "terminal length 0"),
    last=re.compile(r"end"),
    complaints={re.compile(r"%.*"): Fault.COMMAND_REFUSED},
    witness=Witness(before="show privilege", after="show privilege", gap=_hidden_lines),
    sha1=True,
)

PLATFORMS: Mapping[str, Platform] = {platform.name: platform for platform in (_FRR, _CISCO_IOS)}
