# SPDX-License-Identifier: GPL-3.0-or-later
"""One text for the diffs of a result, whatever shape its module gave them, secrets replaced."""

import difflib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping

from omlib_in_ansible.secrets import SHOWN, digest

_LONGEST = 60_000  # characters
_TEMPORARY = os.environ.get("ANSIBLE_LOCAL_TEMP", os.devnull) + "/"
_MOST_LINES = 4_000  # difflib is quadratic: 50,000 lines take it half a minute


def unified(diff: object, masked: Callable[[str], str]) -> str:
    """A unified diff of *diff*, "" if nothing differs.

    >>> print(unified({"before": "a\\n", "after": "b\\n", "after_header": "/x"}, str), end="")
    --- before
    +++ after: /x
    @@ -1 +1 @@
    -a
    +b
    """
    parts = diff if isinstance(diff, list) else [diff]
    text = "".join("".join(_one(part, masked)) for part in parts if isinstance(part, Mapping))
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "\n... (cut)\n"


def _one(part: Mapping[str, object], masked: Callable[[str], str]) -> Iterator[str]:
    for side, other in (("dst", "before"), ("src", "after")):
        if part.get(f"{side}_binary"):
            yield f"({other}: a binary file)\n"
        if part.get(f"{side}_larger"):
            yield f"({other}: larger than {part[f'{side}_larger']} bytes)\n"
    if "before" in part and "after" in part:
        before, after = (masked(_text(part[side])) for side in ("before", "after"))
        if before != after:
            yield from _rows(part, before, after, masked)
    if part.get("prepared"):
        yield masked(_text(part["prepared"]))


def _rows(
    part: Mapping[str, object], before: str, after: str, masked: Callable[[str], str]
) -> Iterator[str]:
    names = []
    for side in ("before", "after"):
        header = str(part.get(f"{side}_header") or "")
        if header.startswith(_TEMPORARY):  # where a template was filled in, another place each time
            header = header.rpartition("/")[2]
        names.append(f"{side}: {masked(header)}" if header else side)
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if len(old) + len(new) > _MOST_LINES:
        yield f"({len(old)} lines before, {len(new)} lines after: too many to show)\n"
        return
    old = _alike_hidden(old, new)
    for row in difflib.unified_diff(old, new, *names, lineterm="\n"):
        yield row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n"


def _alike_hidden(old: list[str], new: list[str]) -> list[str]:
    """*old*, where a line that gives way to one with a secret is hidden in the same place.

    The secret that stood there until now is in no variable: `requirepass OLD` would be shown.
    """
    told = list(old)
    for tag, low, high, start, end in difflib.SequenceMatcher(None, old, new).get_opcodes():
        masked = [row for row in new[start:end] if SHOWN.search(row)] if tag == "replace" else []
        heads = [SHOWN.split(row)[0] for row in masked]
        for at in range(low, high):
            told[at] = _hidden(old[at], heads)
    return told


def _hidden(row: str, heads: list[str]) -> str:
    """*row* without what stands where the lines that begin with *heads* have a secret."""
    if not heads or SHOWN.search(row):
        return row
    word = _WORD.match(row)
    named = bool(word) and any(head.split()[:1] == row.split()[:1] for head in heads)
    head = next((head for head in heads if head.strip() and row.startswith(head)), None)
    if head is None and named and word:
        head = word[0]
    if head is None and len(heads) == 1 and not heads[0].strip():
        head = ""  # the whole line is a secret
    rest = row[len(head) :].rstrip("\n") if head is not None else ""
    return f"{head}{digest(rest)}\n" if rest else row


_WORD = re.compile(r"\s*\S+\s*")


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, default=str) + "\n"
