"""Variables from the command line, in the forms that Ansible knows.

A file is Ansible's to read, for it may be in a vault; the values go to it through a pipe.
"""

import shlex
from collections.abc import Iterable

import yaml

from omlib.errors import UsageError


def read_extra_vars(given: Iterable[str]) -> dict[str, object]:
    """`name=value name=value`, or YAML or JSON in braces; later ones win. Files are left out.

    >>> read_extra_vars(["port=80 name='a b'", '{"n": [1]}'])
    {'port': '80', 'name': 'a b', 'n': [1]}
    """
    told: dict[str, object] = {}
    for text in given:
        if not text.startswith("@"):
            told |= _one(text)
    return told


def files_of(given: Iterable[str]) -> tuple[str, ...]:
    """The arguments by which Ansible is given the files among them."""
    return tuple(arg for text in given if text.startswith("@") for arg in ("--extra-vars", text))


def _one(text: str) -> dict[str, object]:
    try:
        if text.startswith("{"):
            read = yaml.safe_load(text)
        else:
            read = dict(pair.split("=", 1) for pair in shlex.split(text))
    except (ValueError, yaml.YAMLError):
        raise UsageError(what="extra_vars", name=text.split("=")[0]) from None
    if not isinstance(read, dict):
        raise UsageError(what="extra_vars", name=text.split("=")[0])
    return read
