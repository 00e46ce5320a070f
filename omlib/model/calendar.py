"""Calendar expressions of systemd.time(7) in one spelling. Pure."""

import re

_ALIASES = {
    "minutely": "*-*-* *:*:00",
    "hourly": "*-*-* *:00:00",
    "daily": "*-*-* 00:00:00",
    "weekly": "Mon *-*-* 00:00:00",
    "monthly": "*-*-01 00:00:00",
    "quarterly": "*-01,04,07,10-01 00:00:00",
    "semiannually": "*-01,07-01 00:00:00",
    "semi-annually": "*-01,07-01 00:00:00",
    "biannually": "*-01,07-01 00:00:00",
    "bi-annually": "*-01,07-01 00:00:00",
    "yearly": "*-01-01 00:00:00",
    "annually": "*-01-01 00:00:00",
    "anually": "*-01-01 00:00:00",
}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = "(?:" + "|".join(_DAYS) + ")[a-z]*"
_WEEKDAYS = re.compile(rf"{_DAY}(?:(?:\.\.|-|,){_DAY})*,?", re.IGNORECASE)
_SPAN = re.compile(rf"({_DAY})(?:(?:\.\.|-)({_DAY}))?", re.IGNORECASE)


def normal_calendar(text: str) -> str:
    """*text* with nothing left out and every number in full.

    >>> normal_calendar("daily") == normal_calendar("*-*-* 0:00") == normal_calendar("00:00")
    True
    >>> normal_calendar("Mon..Wed,fri 2:30")
    'Mon,Tue,Wed,Fri *-*-* 02:30:00'
    """
    first, _, rest = " ".join(text.split()).partition(" ")
    words = [*_ALIASES.get(first.lower(), first).split(), *rest.split()]
    days = ""
    if words and _WEEKDAYS.fullmatch(words[0]):
        days = _weekdays(words.pop(0))
    date = words.pop(0) if words and re.fullmatch(r"[\d*,./~-]+", words[0]) else "*-*-*"
    time = words.pop(0) if words and ":" in words[0] else "00:00:00"
    fields = [_padded(part) for part in re.split("([-~])", date)]
    date = "".join(["*", "-", *fields] if len(fields) == 3 else fields)
    clock = [_padded(part) for part in time.split(":")]
    time = ":".join(clock if len(clock) > 2 else [*clock, "00"])
    return " ".join(filter(None, (days, date, time, *words)))


def _weekdays(text: str) -> str:
    """All seven are as none."""
    named = set()
    for first, last in _SPAN.findall(text):
        at, end = (_DAYS.index(day[:3].lower()) for day in (first, last or first))
        named |= {(at + step) % 7 for step in range((end - at) % 7 + 1)}
    return "" if len(named) == 7 else ",".join(_DAYS[day].capitalize() for day in sorted(named))


def _padded(part: str) -> str:
    """`3` as `03`; what is repeated, `/5`, is no place in time."""
    return re.sub(r"(?<![\d/.])(\d)(?![\d])", r"0\1", part)
