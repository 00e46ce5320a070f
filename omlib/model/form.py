"""When two values are alike: the forms to which attributes are brought before they are compared.

Values are compared as they are first; only where they differ are both brought to their form, so
`0644` and `644`, two spellings of a MAC, or a list in another order never show as drift.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from enum import Enum

from omlib.model.calendar import normal_calendar
from omlib.model.item import Value
from omlib.model.nft_rule import normal_rule


def _as_is(value: Value) -> Value:
    return value


def _unordered(value: Value) -> Value:
    if value is None:
        return ()
    parts = value if isinstance(value, tuple) else (value,)
    return tuple(sorted(set(parts), key=lambda part: (str(type(part)), str(part))))


def _mac(value: Value) -> Value:
    digits = re.sub(r"[^0-9a-f]", "", str(value).lower())
    return ":".join(re.findall("..", digits)) if len(digits) == 12 else value


def _address(value: Value) -> Value:
    if isinstance(value, tuple):
        return tuple(str(_address(part)) for part in value)
    try:
        return str(ipaddress.ip_address(str(value)))
    except ValueError:
        return value


def _addresses(value: Value) -> Value:
    return _unordered(_address(value if isinstance(value, tuple) else (value,)) if value else ())


def _mode(value: Value) -> Value:
    """File modes are octal text (POSIX chmod): `644`, `0644` and `0o644` are one mode."""
    text = str(value).lower().removeprefix("0o")
    return f"{int(text, 8):04o}" if re.fullmatch(r"[0-7]{1,5}", text) else value


def _spaced(value: Value) -> Value:
    if isinstance(value, tuple):
        return tuple(" ".join(part.split()) if isinstance(part, str) else part for part in value)
    return " ".join(value.split()) if isinstance(value, str) else value


def _each(normal_text: Callable[[str], str]) -> Callable[[Value], Value]:
    def every(value: Value) -> Value:
        if isinstance(value, tuple):
            return tuple(normal_text(part) if isinstance(part, str) else part for part in value)
        return normal_text(value) if isinstance(value, str) else value

    return every


def _calendars(value: Value) -> Value:
    return _unordered(_each(normal_calendar)(value))


def _job(line: str) -> str:
    """A line of crontab(5) with its account: the command keeps its blanks.

    >>> _job("0  2 * * *   root  echo 'a  b'")
    "0 2 * * * root echo 'a  b'"
    >>> _job("MAILTO = ops")
    'MAILTO=ops'
    """
    line = line.strip(" \t")
    if setting := re.match(r"""(\w+|"[^"]*"|'[^']*')\s*=\s*(.*)""", line):
        return f"{setting[1]}={setting[2]}"
    return " ".join(line.split(None, 2 if line.startswith("@") else 6))


def _folded(value: Value) -> Value:
    return value.casefold() if isinstance(value, str) else value


class Form(Enum):
    """How the values of one attribute are brought to one spelling."""

    EXACT = "exact"
    UNORDERED = "unordered"  # a set: order and repetition mean nothing
    FOLDED = "folded"  # text in which case means nothing
    MAC = "mac"
    ADDRESS = "address"  # RFC 5952 for IPv6
    ADDRESSES = "addresses"
    MODE = "mode"
    SPACED = "spaced"  # text, or texts, in which any run of blanks is one blank
    CALENDARS = "calendars"  # a set of systemd.time(7)
    JOBS = "jobs"  # lines of crontab(5) with their account
    RULES = "rules"  # of nftables
    AT_LEAST = "at_least"  # a number that what is seen may exceed
    SUPERSET = "superset"  # a set that what is seen may exceed
    OPAQUE = "opaque"  # exact, and the value is never shown: only that it differs


_TO_FORM: Mapping[Form, Callable[[Value], Value]] = {
    Form.EXACT: _as_is,
    Form.OPAQUE: _as_is,
    Form.UNORDERED: _unordered,
    Form.FOLDED: _folded,
    Form.MAC: _mac,
    Form.ADDRESS: _address,
    Form.ADDRESSES: _addresses,
    Form.MODE: _mode,
    Form.SPACED: _spaced,
    Form.CALENDARS: _calendars,
    Form.JOBS: _each(_job),
    Form.RULES: _each(normal_rule),
    Form.AT_LEAST: _as_is,
    Form.SUPERSET: _unordered,
}


def normal(form: Form, value: Value) -> Value:
    """*value* in the one spelling of its form."""
    return _TO_FORM[form](value)


def alike(form: Form, wanted: Value, seen: Value) -> bool:
    """Whether *seen* is what was *wanted*; both in their form already."""
    if wanted == seen:
        return True
    if form is Form.AT_LEAST:
        return _number(wanted) and _number(seen) and seen >= wanted  # type: ignore[operator]
    if form is Form.SUPERSET:
        return isinstance(wanted, tuple) and isinstance(seen, tuple) and {*wanted} <= {*seen}
    return False


def _number(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
