"""The words for codes and facts, in Chinese and English.

Everything below this layer speaks in stable codes; here they become sentences. The tables are in
`omlib.report.wording`. Nothing here raises: an unknown code is shown as it is with its facts, since
the worst moment for a second error is while the first one is being told.
"""

import string
from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from omlib.report.neutral import neutral
from omlib.report.wording import (
    adoption,
    change_errors,
    cloud,
    deep_check,
    demo,
    engine,
    errors,
    formats,
    history,
    html,
    inventory_lists,
    mlps,
    mlps_hosts,
    next_steps,
    screens,
    snapshot,
    verdicts,
    work,
)


class Lang(StrEnum):
    ZH = "zh"
    EN = "en"


_MOST_LISTED = 10
Said = tuple[str, str]  # English, Chinese

_SAID: dict[str, Said] = {}
TABLES = (
    verdicts.SAID,
    screens.SAID,
    next_steps.SAID,
    inventory_lists.SAID,
    mlps.SAID,
    mlps_hosts.SAID,
    work.SAID,
    demo.SAID,
    errors.SAID,
    change_errors.SAID,
    cloud.SAID,
    formats.SAID,
    html.SAID,
    history.SAID,
    adoption.SAID,
    engine.SAID,
    deep_check.SAID,
    snapshot.SAID,
)
for _table in TABLES:
    _SAID.update(_table)
SAID: Mapping[str, Said] = MappingProxyType(_SAID)


def has(code: str) -> bool:
    return code in SAID


def words(code: str, lang: Lang, /, **facts: object) -> str:
    """What *code* says in *lang* with its *facts*; safe to print as it is.

    >>> words("count.items", Lang.EN, n=1), words("count.items", Lang.EN, n=2)
    ('1 item', '2 items')
    >>> words("nobody.said.this", Lang.EN, host="oa-01")
    'nobody.said.this: host=oa-01'
    """
    said = SAID.get(code)
    if said is None:
        told = ", ".join(f"{name}={value}" for name, value in facts.items())
        return neutral(f"{code}: {told}" if told else code)
    return _FILL.vformat(said[lang is Lang.ZH], (), facts)


class _Fill(string.Formatter):
    """`{n}` is a fact, `{n:item|items}` one of two words by whether the fact is 1."""

    def get_value(
        self,
        key: int | str,
        args: Sequence[Any],  # noqa: ARG002  all facts have names
        kwargs: Mapping[str, Any],
    ) -> Any:
        return kwargs.get(str(key), "?")

    def format_field(self, value: Any, format_spec: str) -> str:
        if "|" in format_spec:
            one, more = format_spec.split("|")
            return one if value == 1 else more
        return neutral(str(value))


_FILL = _Fill()


def error_words(code: str, facts: Mapping[str, object], lang: Lang) -> tuple[str, str]:
    """What an error says, and what to do next ("" if nobody knows).

    A fact may itself be a code: `why="shape"` of `bad_ref` is worded by `error.bad_ref.why.shape`.
    Where a fact is empty, `error.no_such_run.without_run` goes before `error.no_such_run`.
    """
    told = {name: _fact(code, name, facts, lang) for name in facts}
    lacking = (f"error.{code}.without_{name}" for name, fact in facts.items() if not fact)
    said = [each for each in (*lacking, f"error.{code}") if has(each)]
    what = words(said[0] if said else code, lang, **told)
    if facts.get("next") or not has(f"error.{code}.next"):
        return what, neutral(str(told.get("next", "")))
    return what, words(f"error.{code}.next", lang, **told)


def _fact(code: str, name: str, facts: Mapping[str, object], lang: Lang) -> object:
    nested = f"error.{code}.{name}.{facts[name]}"
    return words(nested, lang, **facts) if has(nested) else _flat(facts[name]) or "-"


def _flat(value: object) -> object:
    """A list of facts in a row, as many as one can read."""
    if isinstance(value, Mapping):
        return " ".join(str(part) for part in value.values() if part not in ("", None))
    if isinstance(value, (list, tuple)):
        shown = "; ".join(str(_flat(part)) for part in value[:_MOST_LISTED])
        return (
            shown if len(value) <= _MOST_LISTED else f"{shown}; ... (+{len(value) - _MOST_LISTED})"
        )
    return value
