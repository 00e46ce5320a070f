#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
"""Have a unit of systemd run and start at boot as declared, and a timer go off when declared."""

DOCUMENTATION = r"""
module: omlib_unit
short_description: Have a unit of systemd run, and start at boot, as declared
description:
  - Judges as a look of omlib does. A unit in a crash loop does not run, and one that is enabled
    only until the next boot is not enabled; ansible.builtin.systemd_service takes both for good.
  - In check mode a unit that is not there is a difference, not a failure, as what brings it may
    come earlier in the same play.
  - What a timer's own lines and others' drop-ins make of its calendar counts. It is set by a
    drop-in, C(/etc/systemd/system/NAME.timer.d/50-omlib.conf).
author: omlib
attributes:
  check_mode: {support: full}
  diff_mode: {support: full}
options:
  type: {description: What kind of units., choices: [service, timer], default: service, type: str}
  items:
    description: The units.
    type: list
    elements: dict
    required: true
    suboptions:
      name: {description: The unit., type: str, required: true}
      ref: {description: What results call it., type: str}
      running: {description: Whether it runs., type: bool}
      enabled: {description: Whether it starts at boot., type: bool}
      calendar: {description: OnCalendar= lines of systemd.timer(5)., type: list, elements: str}
"""
EXAMPLES = r"""
- omlib_unit: {items: [{name: nginx, running: true, enabled: true}]}
- omlib_unit: {type: timer, items: [{name: backup, running: true, calendar: [daily]}]}
"""
RETURN = r"""{}"""

import glob
import os
import re
import time

from ansible.module_utils.basic import AnsibleModule

DROP_IN = "/etc/systemd/system/%s.d/50-omlib.conf"
PROPERTIES = "Id,LoadState,ActiveState,SubState,UnitFileState,FragmentPath,DropInPaths"
SETTLE_S = 20


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
#   text


def text(raw: bytes) -> str:
    """Any byte survives: the asking side turns the surrogates back and finds the encoding."""
    return raw.decode("utf-8", "surrogateescape")


# end of what is copied


# copied: omlib/planes/server/host/units.py
#   parse_units unit_attributes qualified


def parse_units(out: bytes) -> "list[dict[str, str]]":
    blocks = text(out).strip("\n").split("\n\n")
    return [dict(line.partition("=")[::2] for line in block.split("\n")) for block in blocks]


def unit_attributes(unit: "dict[str, str]") -> "tuple[dict[str, object], dict[str, str]]":
    active, file_state = unit.get("ActiveState", ""), unit.get("UnitFileState", "")
    attributes = {"running": active in ("active", "reloading")}  # type: dict[str, object]
    unseen = {}
    # between two starts of a crash loop a unit is "activating (auto-restart)": it does not run
    if active == "deactivating" or (
        active == "activating" and unit.get("SubState") != "auto-restart"
    ):
        del attributes["running"]
        unseen["running"] = "in_transition"
    # as systemctl(1) is-enabled tells it by exit status; what ends in -runtime is gone at boot
    attributes["enabled"] = file_state in ("enabled", "static", "alias", "indirect", "generated")
    if file_state == "generated":  # from a System V script
        script = unit.get("Id", "").replace(".service", "")
        if os.path.exists("/etc/init.d/" + script):
            attributes["enabled"] = bool(glob.glob("/etc/rc[2-5].d/S[0-9][0-9]" + script))
    return attributes, unseen


def qualified(name: str, suffix: str) -> str:
    """A unit's name with its suffix, which need not be declared."""
    return name if name.endswith(suffix) else name + suffix


# end of what is copied


# copied: omlib/planes/server/host/timers.py
#   parse_calendar read_calendar


def parse_calendar(fragments: "list[bytes]") -> "list[str]":
    """The OnCalendar= lines that hold once all *fragments* of a timer are read in their order."""
    lines = []  # type: list[str]
    section = ""
    for fragment in fragments:
        for line in text(fragment).replace("\\\n", " ").split("\n"):
            line = line.strip()
            key, sign, value = line.partition("=")
            if line.startswith("["):
                section = line
            elif section != "[Timer]" or not sign or line.startswith(("#", ";")):
                continue
            elif key.strip().startswith("On") and not value.strip():
                lines = []  # an empty one takes back every trigger so far, systemd.timer(5)
            elif key.strip() == "OnCalendar":
                lines.append(" ".join(value.split()))
    return lines


def read_calendar(unit: "dict[str, str]", told: "dict[str, object]") -> "dict[str, str]":
    """Put the calendar among what is *told* of a timer, else say why it is not."""
    paths = [unit.get("FragmentPath", ""), *unit.get("DropInPaths", "").split()]
    fragments = []
    try:
        for path in filter(None, paths):
            with open(path, "rb") as opened:
                fragments.append(opened.read())
    except OSError as error:
        return {"calendar": "denied" if isinstance(error, PermissionError) else "error"}
    told["calendar"] = parse_calendar(fragments)
    return {}


# end of what is copied


# copied: omlib/model/calendar.py
#   _ALIASES _DAYS _DAY _WEEKDAYS _SPAN normal_calendar _weekdays _padded


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


# end of what is copied


def differing(wanted: dict, seen: dict) -> dict:
    """What of *wanted* is not as *seen*."""
    return {name: value for name, value in wanted.items() if normal(name, seen.get(name)) != value}


def normal(name: str, value: object) -> object:
    if name == "calendar" and isinstance(value, list):
        return sorted({normal_calendar(one) for one in value})
    return value


def look(module: AnsibleModule, unit: str, timer: bool) -> "tuple[dict, dict, dict]":
    """What systemd tells of it; its attributes, none if it is not there; what cannot be seen."""
    argv = ["systemctl", "--no-pager", "show", "-p", PROPERTIES, "--", unit]
    code, out, err = module.run_command(argv)
    told = parse_units(out.encode("utf-8", "surrogateescape"))
    if code or not told or "Id" not in told[0]:
        module.fail_json(msg=f"systemctl show {unit}: {err.strip() or out.strip()}")
    if told[0].get("LoadState") == "not-found":
        return told[0], {}, {}
    attributes, unseen = unit_attributes(told[0])
    if timer:
        unseen.update(read_calendar(told[0], attributes))
    return told[0], attributes, unseen


def settled(module: AnsibleModule, unit: str, timer: bool) -> "tuple[dict, dict, dict]":
    """The same, once it is no longer between two states."""
    end = time.monotonic() + SETTLE_S
    while True:
        told, seen, unseen = look(module, unit, timer)
        if "running" not in unseen or time.monotonic() > end:
            return told, seen, unseen
        time.sleep(0.2)


def systemctl(module: AnsibleModule, *words: str) -> None:
    code, out, err = module.run_command(["systemctl", *words])
    if code:
        module.fail_json(msg=f"systemctl {' '.join(words)}: {(err or out).strip()}")


def set_calendar(module: AnsibleModule, unit: str, lines: list) -> None:
    analyze = module.get_bin_path("systemd-analyze")
    for one in lines if analyze else ():  # with a line that it does not know it stops the timer
        code, out, err = module.run_command([analyze, "calendar", "--", one])
        if code:
            module.fail_json(msg=f"{unit}: {(err or out).strip()}")
    path = DROP_IN % unit
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    fresh = os.path.join(module.tmpdir, "drop-in")
    with open(fresh, "w", encoding="utf-8") as file:
        file.write("[Timer]\nOnCalendar=\n" + "".join(f"OnCalendar={one}\n" for one in lines))
    module.atomic_move(fresh, path)
    systemctl(module, "daemon-reload")


def make(module: AnsibleModule, unit: str, told: dict, wrong: dict, seen: dict) -> None:
    if told.get("LoadState") == "masked" and (wrong.get("running") or wrong.get("enabled")):
        systemctl(module, "unmask", unit)
    if "calendar" in wrong:
        set_calendar(module, unit, module.params["calendar"])
        if seen.get("running") and "running" not in wrong:
            systemctl(module, "restart", unit)
    if "enabled" in wrong:
        systemctl(module, "enable" if wrong["enabled"] else "disable", unit)
    if "running" in wrong:
        systemctl(module, "start" if wrong["running"] else "stop", unit)


def see_to(module: AnsibleModule, kind: str) -> None:
    names = ("running", "enabled", "calendar")
    wanted = {name: normal(name, module.params[name]) for name in names}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    timer = kind == "timer"
    unit = qualified(module.params["name"], "." + kind)
    told, seen, unseen = settled(module, unit, timer)
    away = not seen and wanted == {"running": False, "enabled": False}
    wrong = {} if away else differing(wanted, seen)
    hidden = sorted(set(unseen) & set(wrong))
    for name in hidden:
        del wrong[name]
    if hidden and not wrong:
        module.fail_json(msg=f"{unit}: cannot tell {', '.join(hidden)}: {unseen[hidden[0]]}")
    before = {name: seen.get(name) for name in wrong} if seen else "not there"
    diff = {"before": f"{before}\n", "after": f"{wrong}\n"}
    if module.check_mode or not wrong:
        module.exit_json(changed=bool(wrong), diff=diff)
    if not seen:
        module.fail_json(msg=f"there is no unit {unit}", diff=diff)
    make(module, unit, told, wrong, seen)
    left = differing(wanted, settled(module, unit, timer)[1])
    if left:
        module.fail_json(msg=f"{unit} still differs: {', '.join(sorted(left))}", diff=diff)
    module.exit_json(changed=True, diff=diff)


def main() -> None:
    options = {
        "running": {"type": "bool"},
        "enabled": {"type": "bool"},
        "calendar": {"type": "list", "elements": "str"},
    }
    kinds = {"type": "str", "choices": ["service", "timer"], "default": "service"}
    module = AnsibleModule(
        argument_spec=dict(list_of(options), type=kinds), supports_check_mode=True
    )
    kind = module.params["type"]
    each(module, lambda one: see_to(one, kind))


if __name__ == "__main__":
    main()
