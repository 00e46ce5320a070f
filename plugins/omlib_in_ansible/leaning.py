# SPDX-License-Identifier: GPL-3.0-or-later
"""What leans on the result of a task that was not carried out.

A command that check mode skips leaves `{"skipped": true}` in its registered variable. What is
decided from it (a `when`, a loop, an argument, a fact made of it) is decided from nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

EVERYWHERE = ""  # the name of all hosts: a result of run_once
_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_MOST_NESTED = 12

# names of variables per host; kept in Ansible's main process, known to each worker at its fork
HOLLOW: dict[str, set[str]] = {}


def mark(host: str, names: Sequence[str], hollow: bool) -> None:
    """Note whether the variables *names* of *host* now stand for something carried out."""
    kept = HOLLOW.setdefault(host, set())
    if hollow:
        kept.update(names)
    else:
        kept.difference_update(names)


def leans(host: str, parts: object, variables: Mapping[str, object]) -> str:
    """The hollow variable that a template in *parts* leans on, directly or through others."""
    own = HOLLOW.get(host, set()) | HOLLOW.get(EVERYWHERE, set())
    anybody = set().union(*HOLLOW.values()) if HOLLOW else set()
    if not anybody:
        return ""
    seen: set[str] = set()
    waiting = [(text, 0) for text in _texts(parts, 0)]
    while waiting:
        text, depth = waiting.pop()
        others = "hostvars" in text
        quoted = "vars" in text  # there, in vars['x'] and in lookup('vars', 'x') a name has quotes
        words = _WORD.findall(text if quoted else _QUOTED.sub("", text))
        words += re.findall(r"\w+", text) if quoted else []
        for word in words:
            if word in (anybody if others else own):
                return word
            if word in seen or depth > _MOST_NESTED or word not in variables:
                continue
            seen.add(word)
            value = variables[word]
            waiting += [(inner, depth + 1) for inner in _templates(value, 0)]
    return ""


def _templates(value: object, depth: int) -> Iterator[str]:
    return (text for text in _texts(value, depth) if "{{" in text or "{%" in text)


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield str(value)
    elif depth > 6:
        return
    elif isinstance(value, Mapping):
        for inner in list(value.values())[:200]:
            yield from _texts(inner, depth + 1)
    elif isinstance(value, (list, tuple)):
        for inner in value[:200]:
            yield from _texts(inner, depth + 1)
